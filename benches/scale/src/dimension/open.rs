//! Spans that are open while others come and go.

use opentracing::{Span, active_span};

use super::{Dimension, Flat};
use crate::samples::Samples;
use crate::subject::{SPANS_PER_SAMPLE, Subject, samples_of};

pub const DIMENSION: Dimension = Dimension {
    name: "open",
    title: "spans held open while children come and go",
    values: &[1, 10, 100, 1_000, 10_000, 100_000, 1_000_000],
    flat: Flat::Span,
    sample,
};

fn sample(open: usize) -> Samples {
    let mut subject = Subject::new();
    let tracer = opentracing::tracer();
    let mut held: Vec<Span> = (0..open).map(|_| tracer.start_span("open")).collect();
    let root = active_span!("root");
    for _ in 0..samples_of(SPANS_PER_SAMPLE) {
        subject.sample(SPANS_PER_SAMPLE, || {
            (0..SPANS_PER_SAMPLE).for_each(|_| drop(active_span!("child")));
        });
    }
    drop(root);
    subject.made(1);
    // Not all at once, which no queue would hold.
    while !held.is_empty() {
        let rest = held.split_off(held.len().saturating_sub(SPANS_PER_SAMPLE));
        let spans = rest.len();
        drop(rest);
        subject.made(spans);
    }
    subject.finish()
}

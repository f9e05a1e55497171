//! Children of one root.

use opentracing::active_span;

use super::{Dimension, Flat};
use crate::samples::Samples;
use crate::subject::{SPANS_PER_SAMPLE, Subject, samples_of};

pub const DIMENSION: Dimension = Dimension {
    name: "width",
    title: "children of a root, which counts as a span",
    values: &[1, 10, 100, 1_000, 10_000, 100_000],
    flat: Flat::Span,
    sample,
};

fn sample(width: usize) -> Samples {
    let mut subject = Subject::new();
    if width <= SPANS_PER_SAMPLE {
        let traces = (SPANS_PER_SAMPLE / width).max(1);
        let spans = traces * (width + 1);
        for _ in 0..samples_of(spans) {
            subject.sample(spans, || (0..traces).for_each(|_| trace(width)));
        }
    } else {
        (0..samples_of(width)).for_each(|_| wide_trace(&mut subject, width));
    }
    subject.finish()
}

fn trace(width: usize) {
    let _root = active_span!("root");
    children(width);
}

fn children(number: usize) {
    (0..number).for_each(|_| drop(active_span!("child")));
}

/// Made in pieces as large as other samples. Those of its last tenth are measured: a child that costs more than the one
/// before it would be dearest there.
fn wide_trace(subject: &mut Subject, width: usize) {
    let root = active_span!("root");
    let pieces = width / SPANS_PER_SAMPLE;
    for piece in 0..pieces {
        if piece < pieces - pieces / 10 {
            children(SPANS_PER_SAMPLE);
            subject.made(SPANS_PER_SAMPLE);
        } else {
            subject.sample(SPANS_PER_SAMPLE, || children(SPANS_PER_SAMPLE));
        }
    }
    drop(root);
    subject.made(1);
}

//! Scopes within scopes.

use opentracing::active_span;

use super::{Dimension, Flat};
use crate::samples::Samples;
use crate::subject::{SPANS_PER_SAMPLE, Subject, samples_of};

pub const DIMENSION: Dimension = Dimension {
    name: "depth",
    title: "scopes nested below a root",
    values: &[1, 10, 100, 1_000, 10_000],
    flat: Flat::Span,
    sample,
};

fn sample(depth: usize) -> Samples {
    let mut subject = Subject::new();
    let descents = SPANS_PER_SAMPLE.div_ceil(depth);
    // The root stands for whatever is active already; it is not among the spans that are measured.
    let root = active_span!("root");
    for _ in 0..samples_of(descents * depth) {
        subject.sample(descents * depth, || (0..descents).for_each(|_| descend(depth)));
    }
    drop(root);
    subject.made(1);
    subject.finish()
}

fn descend(depth: usize) {
    let _scope = active_span!("level");
    if depth > 1 {
        descend(depth - 1);
    }
}

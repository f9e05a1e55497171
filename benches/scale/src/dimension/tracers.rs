//! Tracers that one thread uses in turn.

use opentracing::{Span, Tracer};

use super::{Dimension, Flat};
use crate::samples::Samples;
use crate::subject::{SPANS_PER_SAMPLE, Subject, samples_of};

pub const DIMENSION: Dimension = Dimension {
    name: "tracers",
    title: "tracers that a thread uses in turn, each below an open root of its own",
    values: &[1, 2, 4, 8, 16],
    flat: Flat::Span,
    sample,
};

fn sample(tracers: usize) -> Samples {
    let mut subject = Subject::with_tracers(tracers);
    let pairs: Vec<(Tracer, Span)> = subject.tracers().into_iter().map(with_root).collect();
    let turns = SPANS_PER_SAMPLE / tracers;
    for _ in 0..samples_of(turns * tracers) {
        subject.sample(turns * tracers, || (0..turns).for_each(|_| turn(&pairs)));
    }
    drop(pairs);
    subject.made(tracers);
    subject.finish()
}

fn with_root(tracer: Tracer) -> (Tracer, Span) {
    let root = tracer.start_span("root");
    (tracer, root)
}

/// A child of every root, the one after the other, and each active while it lasts.
fn turn(pairs: &[(Tracer, Span)]) {
    for (tracer, root) in pairs {
        drop(tracer.span("child").child_of(root).start_active());
    }
}

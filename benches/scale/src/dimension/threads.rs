//! Threads that trace at the same time.

use std::sync::{Barrier, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use nix::time::{ClockId, clock_gettime};
use opentracing::active_span;

use super::{Dimension, Flat};
use crate::samples::Samples;
use crate::subject::Subject;

pub const DIMENSION: Dimension = Dimension {
    name: "threads",
    title: "threads, each with traces of 100 children",
    values: &[1, 2, 4, 8],
    flat: Flat::Nothing,
    sample,
};

const CHILDREN: usize = 100;

/// Traces that a thread makes for one sample: longer than in other dimensions, since threads do not start at once.
const TRACES: usize = 50;

const SPANS: usize = TRACES * (CHILDREN + 1);

const SAMPLES: usize = 20;

/// What one thread took for its part of a sample.
struct Part {
    cpu: Duration,
    began: Instant,
    ended: Instant,
}

fn sample(threads: usize) -> Samples {
    let mut subject = Subject::new();
    // This thread is the last one at the barrier: it lets the others go when the queue is empty.
    let barrier = Barrier::new(threads + 1);
    thread::scope(|scope| {
        let (sender, parts) = mpsc::channel();
        for _ in 0..threads {
            let (sender, barrier) = (sender.clone(), &barrier);
            scope.spawn(move || {
                for _ in 0..SAMPLES {
                    barrier.wait();
                    sender.send(part()).expect("someone collects");
                }
            });
        }
        for _ in 0..SAMPLES {
            barrier.wait();
            let parts: Vec<Part> = parts.iter().take(threads).collect();
            subject.made(threads * SPANS);
            subject.record(parts.iter().map(|part| part.cpu).sum(), threads * SPANS);
            subject.record_wall(wall(&parts), threads * SPANS);
        }
    });
    subject.finish()
}

fn part() -> Part {
    let (began, cpu_before) = (Instant::now(), cpu_of_thread());
    (0..TRACES).for_each(|_| trace());
    Part { cpu: cpu_of_thread().saturating_sub(cpu_before), began, ended: Instant::now() }
}

fn trace() {
    let _root = active_span!("root");
    (0..CHILDREN).for_each(|_| drop(active_span!("child")));
}

/// From the first start to the last end.
fn wall(parts: &[Part]) -> Duration {
    let began = parts.iter().map(|part| part.began).min();
    let ended = parts.iter().map(|part| part.ended).max();
    began.zip(ended).map_or(Duration::ZERO, |(began, ended)| ended - began)
}

fn cpu_of_thread() -> Duration {
    clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).expect("a thread has a clock of its own").into()
}

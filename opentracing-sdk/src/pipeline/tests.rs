//! Memory: what a queue takes, and that it gives it back.

use std::sync::mpsc::{Receiver, channel};
use std::thread;

use opentracing_core::{Attributes, OperationName, References, SpanHead, SpanId, Timestamp, TraceId};

use super::*;
use crate::batch::Batch;
use crate::reporter::{CountingReporter, ReportError, Reporter, counting};

const LONG: Duration = Duration::from_secs(60);
const MIB: usize = 1 << 20;

fn pipeline(budget: &Budget, reporter: impl Reporter) -> Pipeline {
    let delivery =
        Delivery::new(vec![Output::new(reporter)], Warnings::to(crate::sink::Sink::new(std::io::sink())));
    let limits = BatchLimits { spans_max: 2000, bytes_max: MIB, interval: Duration::from_secs(3600) };
    let process = crate::process::Process::new("test");
    Pipeline::new(budget.clone(), Parts { process, delivery, limits })
}

fn record(pipeline: &Pipeline, spans: usize) {
    let now = Timestamp::now();
    let head = SpanHead::new(TraceId::new(1).unwrap(), SpanId::new(1).unwrap(), now, now);
    let name = OperationName::Static("op");
    let span = SpanRecord::from_parts(&head, name, Attributes::default(), References::Parent);
    for _ in 0..spans {
        pipeline.record(&span);
    }
}

/// Blocks until the other end is dropped.
#[derive(Debug)]
struct Blocked(Receiver<()>);

impl Reporter for Blocked {
    fn report(&mut self, _: &Batch<'_>) -> Result<(), ReportError> {
        let _ = self.0.recv();
        Ok(())
    }
}

#[test]
fn a_reporter_that_blocks_for_good_costs_no_more_than_the_budget() {
    let budget = Budget::new(MIB);
    let (open, blocked) = channel();
    let pipeline = pipeline(&budget, Blocked(blocked));
    let most = thread::scope(|scope| {
        let threads = [(); 4].map(|()| {
            scope.spawn(|| {
                (0..100).map(|_| (record(&pipeline, 1000), budget.used()).1).max().unwrap_or_default()
            })
        });
        threads.map(|thread| thread.join().unwrap()).into_iter().max().unwrap_or_default()
    });
    // Used well, and never more than was given.
    assert!(most <= MIB && most > MIB / 2, "{most}");
    let report = pipeline.close(Duration::ZERO);
    assert_eq!(report.dropped.total(), 400_000);
    assert!(report.dropped.closed > 5000 && report.dropped.queue_full > 0, "{report:?}");
    drop(open);
}

#[test]
fn a_burst_is_given_back_when_it_has_been_delivered() {
    let budget = Budget::new(8 * MIB);
    let pipeline = pipeline(&budget, counting());
    record(&pipeline, 50_000);
    pipeline.flush(LONG);
    let kept = 200 << 10;
    assert!(budget.used() < kept, "{} bytes", budget.used());
}

#[test]
fn closing_gives_everything_back_that_is_not_in_the_hands_of_another_thread() {
    let spans = if cfg!(miri) { 100 } else { 5000 };
    let budget = Budget::new(8 * MIB);
    let pipeline = pipeline(&budget, counting());
    thread::scope(|scope| {
        for _ in 0..4 {
            // A handle waits for the destructors of the thread, as the scope does not.
            scope.spawn(|| record(&pipeline, spans)).join().unwrap();
        }
    });
    record(&pipeline, spans);
    assert_eq!(pipeline.close(LONG).exported, 5 * spans as u64);
    assert_eq!(budget.used(), 0);
}

#[test]
fn a_thread_that_keeps_a_closed_tracer_lets_go_of_its_memory_with_the_next_span() {
    let budget = Budget::new(MIB);
    let counting = counting();
    let closed = pipeline(&budget, counting.clone());
    record(&closed, 1);
    let closing = closed.clone();
    thread::spawn(move || closing.close(LONG)).join().unwrap();
    assert!(budget.used() > 0);
    record(&closed, 1);
    assert_eq!(budget.used(), 0);

    // Or with the first span of another tracer.
    let (first, second) = (pipeline(&budget, counting.clone()), pipeline(&budget, counting));
    record(&first, 1);
    let before = budget.used();
    let closing = first.clone();
    thread::spawn(move || closing.close(LONG)).join().unwrap();
    record(&second, 1);
    assert_eq!(budget.used(), before);
    second.close(LONG);
}

#[test]
fn threads_that_come_later_find_room_when_others_have_filled_the_queue() {
    let budget = Budget::new(MIB);
    let (open, blocked) = channel();
    let pipeline = pipeline(&budget, Blocked(blocked));
    record(&pipeline, 100_000);
    let lost = pipeline.report().dropped.queue_full;
    assert!(lost > 0);
    thread::scope(|scope| {
        scope.spawn(|| record(&pipeline, 50));
    });
    assert_eq!(pipeline.report().dropped.queue_full, lost);
    drop(open);
    assert_eq!(pipeline.close(LONG).exported, 100_050 - lost);
}

#[test]
fn a_tracer_that_records_nothing_takes_nothing() {
    let budget = Budget::new(MIB);
    let counting: CountingReporter = counting();
    let pipeline = pipeline(&budget, counting);
    assert_eq!(pipeline.flush(LONG), Report::default());
    assert_eq!((pipeline.close(LONG), budget.used()), (Report::default(), 0));
}

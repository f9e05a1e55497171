//! Threads that end take nothing with them.

use std::cell::RefCell;
use std::sync::{Barrier, mpsc};
use std::thread;

use opentracing_core::{FinishOnClose, Tracer};
use opentracing_sdk::reporter as reporters;

use crate::fakes::{LONG, assert_accounted, config};

#[test]
fn spans_of_threads_that_have_ended_are_delivered() {
    let counting = reporters::counting();
    let guard = config(counting.clone()).build().unwrap();
    for _ in 0..10 {
        thread::scope(|scope| {
            for _ in 0..10 {
                scope.spawn(|| guard.tracer().start_span("short").finish());
            }
        });
    }
    let report = guard.close(LONG);
    assert_accounted(&report, 100);
    assert_eq!((report.exported, counting.spans()), (100, 100));
}

/// Records a span when its thread ends.
struct LastWords(Tracer);

impl Drop for LastWords {
    fn drop(&mut self) {
        self.0.start_span("last words").finish();
    }
}

thread_local! {
    static LAST_WORDS: RefCell<Option<LastWords>> = const { RefCell::new(None) };
}

fn leave_last_words(tracer: &Tracer) {
    LAST_WORDS.set(Some(LastWords(tracer.clone())));
}

#[test]
fn spans_made_while_a_thread_ends_are_delivered_in_either_order_of_destructors() {
    let memory = reporters::memory();
    let guard = config(memory.clone()).build().unwrap();
    let tracer = guard.tracer();
    // Destructors run in an order that no one promises, so both are tried.
    let early = || {
        leave_last_words(&tracer);
        tracer.start_span("span").finish();
    };
    let late = || {
        tracer.start_span("span").finish();
        leave_last_words(&tracer);
    };
    let only = || leave_last_words(&tracer);
    for _ in 0..10 {
        thread::scope(|scope| {
            // Joined one by one: the end of a scope does not wait for destructors.
            for thread in [scope.spawn(early), scope.spawn(late), scope.spawn(only)] {
                thread.join().unwrap();
            }
        });
    }
    assert_accounted(&guard.close(LONG), 50);
    let last_words = memory.spans().iter().filter(|span| span.operation_name == "last words").count();
    assert_eq!(last_words, 30);
}

#[test]
fn scopes_still_open_when_their_thread_ends_are_delivered() {
    let memory = reporters::memory();
    let guard = config(memory.clone()).build().unwrap();
    let tracer = guard.tracer();
    let thread = thread::spawn(move || {
        let scope = tracer.start_active_span("left open", FinishOnClose::Yes);
        leak(scope);
    });
    thread.join().unwrap();
    let report = guard.close(LONG);
    assert_accounted(&report, 1);
    assert_eq!(report.exported, 1);
    assert_eq!(memory.spans()[0].operation_name, "left open");
}

#[expect(clippy::mem_forget, reason = "the scope is to stay open")]
fn leak<T>(value: T) {
    std::mem::forget(value);
}

#[test]
fn one_thread_may_record_with_many_tracers() {
    let tracers: Vec<_> = (0..16)
        .map(|_| {
            let counting = reporters::counting();
            (config(counting.clone()).build().unwrap(), counting)
        })
        .collect();
    for round in 0..100 {
        for (guard, _) in tracers.iter().skip(round % 16) {
            guard.tracer().start_span("span").finish();
        }
    }
    for (guard, counting) in tracers {
        let report = guard.close(LONG);
        assert_accounted(&report, report.started);
        assert_eq!(counting.spans(), report.started);
    }
}

#[test]
fn threads_of_a_pool_that_were_busy_once_leave_room_for_others() {
    const THREADS: u32 = 300;
    const SPANS: u64 = 700;
    let guard = config(reporters::counting()).build().unwrap();
    let end = Barrier::new(usize::try_from(THREADS).unwrap() + 1);
    thread::scope(|scope| {
        for _ in 0..THREADS {
            let (done, is_done) = mpsc::channel();
            let (tracer, end) = (guard.tracer(), &end);
            scope.spawn(move || {
                (0..SPANS).for_each(|_| tracer.start_span("burst").finish());
                done.send(()).unwrap();
                end.wait();
            });
            is_done.recv().unwrap();
            guard.flush(LONG);
        }
        // All of them are alive, and each had more to say than a ring holds.
        let tracer = guard.tracer();
        scope.spawn(move || tracer.start_span("late").finish()).join().unwrap();
        let report = guard.flush(LONG);
        assert_accounted(&report, u64::from(THREADS) * SPANS + 1);
        assert_eq!(report.dropped.total(), 0, "{report}");
        end.wait();
    });
}

//! What is evaluated, and when.

use std::cell::RefCell;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use opentracing::{
    Decision, MockTracer, Recorder, SpanRecord, StartInfo, Tracer, active_span, log, set_tags, span, traced,
};

use crate::support::block_on;

thread_local! {
    static EVALUATED: RefCell<Vec<&'static str>> = const { RefCell::new(Vec::new()) };
}

/// Notes that it is evaluated.
fn note<T>(what: &'static str, value: T) -> T {
    EVALUATED.with_borrow_mut(|evaluated| evaluated.push(what));
    value
}

fn evaluated() -> Vec<&'static str> {
    EVALUATED.with_borrow_mut(std::mem::take)
}

#[traced(name = note("name", "n"), tags(a = note("tag", 1), sampling.priority = note("priority", priority)), err, ret)]
fn function(priority: u8) -> Result<u8, String> {
    log!(event = note("field", "e"), "message");
    set_tags!(b = note("set", 1));
    Ok(note("body", 1))
}

#[traced(name = note("name", "n"), tags(a = note("tag", 1)))]
async fn asynchronous() {
    note("body", ());
}

/// Records what the sampler is shown; samples as it is told.
#[derive(Debug)]
struct Sampler {
    sampled: bool,
    asked: &'static Mutex<Vec<String>>,
}

impl Recorder for Sampler {
    fn sample(&self, start: &StartInfo<'_>) -> Decision {
        let asked = format!("{} {:?}", start.operation_name, start.sampling_priority);
        self.asked.lock().expect("no test panics while it holds the lock").push(asked);
        Decision::sampled(start.sampling_priority.map_or(self.sampled, |priority| priority > 0))
    }

    fn record(&self, _: &SpanRecord<'_>) {}
}

fn sampler(sampled: bool) -> (Tracer, &'static Mutex<Vec<String>>) {
    let asked: &'static Mutex<Vec<String>> = Box::leak(Box::default());
    (Tracer::new(Sampler { sampled, asked }), asked)
}

#[test]
fn nothing_is_evaluated_without_a_tracer() {
    function(1).unwrap();
    block_on(asynchronous());
    span!("a", b = note("tag", 1)).finish();
    drop(active_span!("a", b = note("tag", 1)));
    assert_eq!(evaluated(), ["body", "body"]);
}

#[test]
fn a_sampler_sees_name_and_priority_and_nothing_else_is_evaluated_for_it() {
    let (tracer, asked) = sampler(false);
    let _current = tracer.make_current();
    function(0).unwrap();
    block_on(asynchronous());
    assert_eq!(evaluated(), ["priority", "name", "body", "name", "body"]);
    assert_eq!(*asked.lock().unwrap(), ["n Some(0)", "n None"]);
}

#[test]
fn a_priority_turns_the_recording_on() {
    let (tracer, _) = sampler(false);
    let _current = tracer.make_current();
    function(1).unwrap();
    assert_eq!(evaluated(), ["priority", "name", "tag", "field", "set", "body"]);
}

#[test]
fn under_an_unsampled_parent_only_the_priority_is_evaluated() {
    let (tracer, asked) = sampler(false);
    let _current = tracer.make_current();
    let _parent = active_span!("parent");
    function(0).unwrap();
    block_on(asynchronous());
    assert_eq!(evaluated(), ["priority", "body", "body"]);
    assert_eq!(*asked.lock().unwrap(), ["parent None"]);
}

#[test]
fn under_a_sampled_parent_the_name_is_made_after_the_start() {
    let mock = MockTracer::new();
    let _current = mock.tracer().make_current();
    let parent = active_span!("parent");
    block_on(asynchronous());
    drop(parent);
    assert_eq!(evaluated(), ["name", "tag", "body"]);
    assert_eq!(mock.finished_spans()[0].operation_name, "n");
}

#[test]
fn a_tag_is_evaluated_once_in_the_span_and_before_the_body() {
    static CALLS: AtomicUsize = AtomicUsize::new(0);
    #[traced]
    fn count() -> usize {
        CALLS.fetch_add(1, Ordering::Relaxed) + 1
    }
    #[traced(tags(n = count()))]
    fn sync() -> usize {
        CALLS.load(Ordering::Relaxed)
    }
    #[traced(tags(n = count()))]
    async fn later() -> usize {
        CALLS.load(Ordering::Relaxed)
    }
    let (calls, spans) = crate::support::record(|| (sync(), block_on(later())));
    assert_eq!(calls, (1, 2));
    assert_eq!(crate::support::paths(&spans), ["sync/count", "sync", "later/count", "later"]);
}

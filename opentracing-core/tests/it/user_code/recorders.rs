//! Recorders that trace, with their own tracer, whatever they are called for.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::future::{Future, pending, ready};
use std::mem;
use std::pin::pin;
use std::sync::{Arc, Mutex, OnceLock};
use std::task::{Context, Waker};
use std::thread;
use std::time::Duration;

use opentracing_core::{
    Decision, Event, ExtractCarrier, ExtractError, FinishOnClose, InjectCarrier, InjectError, MockSpan,
    MockTracer, Recorder, Report, Settings, SpanRecord, StartInfo, Traced, Tracer, WallClock, format,
    register_global_tracer_if_absent_with,
};

use super::{BUSY, BUSY_SPANS, active, assert_balanced, trace_everything, trace_late};

/// Traces in each of its calls, but not within what it traces itself.
#[derive(Clone)]
struct Tracing(Arc<Inner>);

struct Inner {
    observe: bool,
    tracer: OnceLock<Tracer>,
    clock: WallClock,
    spans: Mutex<Vec<MockSpan>>,
    calls: Mutex<Vec<&'static str>>,
}

thread_local! {
    static IS_BUSY: Cell<bool> = const { Cell::new(false) };
    /// Whether nothing but destructors is left to run on this thread.
    static IS_ENDING: Cell<bool> = const { Cell::new(false) };
}

impl Tracing {
    fn each() -> Vec<Self> {
        // Interpreted, the second takes minutes, and it has no unsafe code of its own.
        let observe: &[bool] = if cfg!(miri) { &[false] } else { &[false, true] };
        let make = |&observe| {
            let (spans, calls) = (Mutex::default(), Mutex::default());
            let tracing = Self(Arc::new(Inner {
                observe,
                tracer: OnceLock::new(),
                clock: WallClock::read(),
                spans,
                calls,
            }));
            tracing.0.tracer.get_or_init(|| Tracer::new(tracing.clone()));
            tracing
        };
        observe.iter().map(make).collect()
    }

    fn tracer(&self) -> &Tracer {
        self.0.tracer.get().unwrap()
    }

    fn called(&self, call: &'static str) {
        let Some(tracer) = self.0.tracer.get() else { return };
        if IS_BUSY.replace(true) {
            return;
        }
        self.0.calls.lock().unwrap().push(call);
        if IS_ENDING.get() {
            trace_late(tracer)
        } else {
            trace_everything(tracer)
        }
        IS_BUSY.set(false);
    }

    /// How often a method was called, but for what it traced itself.
    fn calls(&self, call: &str) -> usize {
        self.0.calls.lock().unwrap().iter().filter(|other| **other == call).count()
    }

    /// The names of what finished, but for what the calls traced.
    fn names(&self) -> Vec<String> {
        let names =
            self.0.spans.lock().unwrap().iter().map(|span| span.operation_name.clone()).collect::<Vec<_>>();
        let runs = self.0.calls.lock().unwrap().len() as u64;
        assert_eq!(names.iter().filter(|name| *name == BUSY).count() as u64, runs * BUSY_SPANS);
        names.into_iter().filter(|name| name != BUSY).collect()
    }
}

impl fmt::Debug for Tracing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.called("debug");
        f.write_str("Tracing")
    }
}

impl Recorder for Tracing {
    fn sample(&self, start: &StartInfo<'_>) -> Decision {
        self.called("sample");
        Decision::sampled(start.parent_decision().unwrap_or(true))
    }

    fn record(&self, span: &SpanRecord<'_>) {
        if let Some(tracer) = self.0.tracer.get() {
            assert_ne!(active(tracer), Some(span.head().span_id), "closing restores, then finishes");
        }
        self.0.spans.lock().unwrap().push(MockSpan::from_record(span, &self.0.clock));
        self.called("record");
        // What was lent is as it was, whatever was traced meanwhile.
        let kept = self.0.spans.lock().unwrap();
        let same = kept.iter().find(|kept| kept.context.span_id() == Some(span.head().span_id)).unwrap();
        assert_eq!(*same, MockSpan::from_record(span, &self.0.clock));
    }

    fn inject(
        &self,
        _: &opentracing_core::SpanContext,
        carrier: InjectCarrier<'_>,
    ) -> Result<(), InjectError> {
        self.called("inject");
        Err(InjectError::unsupported_format(carrier.format_name()))
    }

    fn extract(
        &self,
        carrier: ExtractCarrier<'_>,
    ) -> Result<Option<opentracing_core::SpanContext>, ExtractError> {
        self.called("extract");
        Err(ExtractError::unsupported_format(carrier.format_name()))
    }

    fn flush(&self, _: Duration) -> Report {
        self.called("flush");
        self.report()
    }

    fn report(&self) -> Report {
        self.called("report");
        let mut report = Report::default();
        report.exported = self.0.spans.lock().unwrap().len() as u64;
        report
    }

    fn settings(&self) -> Settings {
        self.called("settings");
        let mut settings = Settings::default();
        settings.observe = self.0.observe;
        settings.limits.baggage_items_max = 1;
        settings
    }

    fn observe(&self, event: &Event<'_>) {
        if let Event::Activated(scope) = event {
            assert!(scope.span().is_recording());
        }
        self.called("observe");
    }

    fn baggage_refused(&self, _: &str) {
        self.called("baggage_refused");
    }
}

/// Runs a test on a recorder that takes the short ways, and on one that observes. What is said to finish may do so
/// in another order: what waited finishes with the next scope that closes, which may be one of the user's code.
fn check(test: impl Fn(&Tracing, &Tracer), names: &[&str]) {
    for tracing in Tracing::each() {
        test(&tracing, tracing.tracer());
        let (mut recorded, mut expected) = (tracing.names(), names.to_vec());
        recorded.sort_unstable();
        expected.sort_unstable();
        assert_eq!(recorded, expected);
        assert!(active(tracing.tracer()).is_none());
        assert_balanced(tracing.tracer(), 0);
    }
}

#[test]
fn a_sampler_traces() {
    let test = |tracing: &Tracing, tracer: &Tracer| {
        tracer.start_span("bare").finish();
        tracer.span("active").start_active().close();
        assert_eq!(tracing.calls("sample"), 2);
    };
    check(test, &["bare", "active"]);
}

#[test]
fn recording_traces_wherever_a_span_finishes() {
    let test = |tracing: &Tracing, tracer: &Tracer| {
        tracer.start_span("finished").set_tag("k", "v").finish();
        drop(tracer.start_span("dropped"));
        tracer.span("closed").tag("k", "v").start_active().close();
        let held = tracer.span("held").start_active();
        let handle = held.span();
        held.close();
        drop(handle);
        drop(tracer.start_active_span("kept alone", FinishOnClose::No));
        let kept = tracer.start_active_span("kept", FinishOnClose::No);
        let handle = kept.span();
        kept.close();
        drop(handle);
        tracer.in_span("called", |scope| _ = scope.set_tag("k", "v"));
        assert_eq!(tracing.calls("record"), 7);
    };
    check(test, &["finished", "dropped", "closed", "held", "kept alone", "kept", "called"]);
}

#[test]
fn recording_traces_where_closing_was_deferred() {
    let test = |tracing: &Tracing, tracer: &Tracer| {
        let (a, b) = (tracer.span("a").start_active(), tracer.span("b").start_active());
        let c = tracer.span("c").start_active();
        drop((a, b));
        assert_eq!(tracing.calls("record"), 0);
        drop(c);
        let d = tracer.span("d").start_active();
        mem::forget(tracer.span("e").start_active());
        drop(d);
        tracer.scope_manager().clear_current_thread();
        tracer.in_span("f", |_| {
            let g = tracer.span("g").start_active();
            mem::forget(tracer.span("h").start_active());
            drop(g);
        });
        tracer.scope_manager().clear_current_thread();
        assert!(tracing.calls("record") > 3);
    };
    check(test, &["c", "b", "a", "e", "d", "g", "f", "h"]);
}

#[test]
fn recording_traces_where_futures_end() {
    let test = |tracing: &Tracing, tracer: &Tracer| {
        let mut context = Context::from_waker(Waker::noop());
        let done = ready(()).in_span(tracer.start_span("done"));
        assert!(pin!(done).poll(&mut context).is_ready());
        drop(pending::<()>().in_span(tracer.start_span("cancelled")));
        let inside = async { tracer.in_span("inside", |_| ()) };
        assert!(pin!(inside.in_span(tracer.start_span("outside"))).poll(&mut context).is_ready());
        assert_eq!(tracing.calls("record"), 4);
    };
    check(test, &["done", "cancelled", "inside", "outside"]);
}

#[test]
fn recording_traces_while_its_thread_ends() {
    /// Started, and finished, by a destructor that runs before this library's, or after it.
    struct Late(Tracer);
    impl Drop for Late {
        fn drop(&mut self) {
            self.0.in_span("late", |scope| _ = scope.set_tag("k", "v"));
        }
    }
    thread_local!(static LATE: RefCell<Option<Late>> = const { RefCell::new(None) });
    for used_before in [false, true] {
        for tracing in Tracing::each() {
            let tracer = tracing.tracer().clone();
            let ends = move || {
                if used_before {
                    tracer.start_span("first").finish();
                }
                LATE.set(Some(Late(tracer.clone())));
                mem::forget(tracer.span("outer").start_active());
                mem::forget(tracer.span("inner").start_active());
                IS_ENDING.set(true);
            };
            thread::spawn(ends).join().unwrap();
            let mut names: Vec<_> =
                tracing.0.spans.lock().unwrap().iter().map(|span| span.operation_name.clone()).collect();
            names.retain(|name| name != BUSY);
            names.sort_unstable();
            let expected: &[_] =
                if used_before { &["first", "inner", "late", "outer"] } else { &["inner", "late", "outer"] };
            assert_eq!(names, expected);
            assert_balanced(tracing.tracer(), 0);
        }
    }
}

#[test]
fn the_other_calls_of_a_recorder_trace() {
    let test = |tracing: &Tracing, tracer: &Tracer| {
        let span = tracer.start_span("op");
        span.set_baggage_item("k", "v").set_baggage_item("refused", "v");
        assert_eq!(span.context().baggage().count(), 1);
        assert!(tracer.inject(&span, format::Binary, &mut Vec::new()).is_err());
        assert!(tracer.extract(format::Binary, &[][..]).is_err());
        tracer.flush(Duration::ZERO);
        tracer.close(Duration::ZERO);
        assert!(format!("{tracer:?}").contains("Tracing"));
        span.finish();
        span.finish();
        for (call, times) in
            [("baggage_refused", 1), ("inject", 1), ("extract", 1), ("flush", 2), ("debug", 1)]
        {
            assert_eq!(tracing.calls(call), times, "{call}");
        }
        let observes = tracing.0.observe;
        assert_eq!(tracing.calls("observe") > 0, observes);
    };
    check(test, &["op"]);
}

#[test]
fn the_hooks_of_a_mock_trace() {
    let mock = MockTracer::new();
    let tracer = mock.tracer();
    let busy = |tracer: Tracer| {
        move || {
            if !IS_BUSY.replace(true) {
                trace_everything(&tracer);
                IS_BUSY.set(false);
            }
        }
    };
    let (on_finish, on_activate) = (busy(tracer.clone()), busy(tracer.clone()));
    mock.on_finish(move |_| on_finish());
    mock.on_activate(move |span| {
        span.set_tag("activated", true);
        on_activate();
    });
    tracer.span("op").start_active().close();
    let spans = mock.finished_spans();
    assert_eq!(spans.len() as u64, 1 + 2 * BUSY_SPANS);
    let op = spans.iter().find(|span| span.operation_name == "op").unwrap();
    assert_eq!(op.to_string(), "op activated=true");
    assert_balanced(&tracer, 0);
}

#[test]
fn a_provider_of_a_global_tracer_traces() {
    let mock = MockTracer::new();
    let tracer = mock.tracer();
    let refused = register_global_tracer_if_absent_with(|| {
        trace_everything(&tracer);
        Err::<Tracer, _>(())
    });
    // Another test may have registered one; then the provider is not asked.
    let expected = if refused.is_err() { BUSY_SPANS } else { 0 };
    assert_eq!(mock.finished_spans().len() as u64, expected);
}

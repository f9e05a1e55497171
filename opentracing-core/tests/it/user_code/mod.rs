//! Code of the user that this library calls, and that traces itself, with the very spans it is called for: nothing
//! of ours is borrowed or locked meanwhile.

mod recorders;
mod values;

use std::cell::Cell;
use std::fmt;
use std::sync::Arc;

use opentracing_core::{
    __private, MockSpan, MockTracer, SpanId, Traced, Tracer, debug, display, fields, unset_global_tracer,
};

use crate::support::Kept;

/// A tracer that is used from inside its own calls.
struct World {
    tracer: Tracer,
    spans: Box<dyn Fn() -> Vec<MockSpan>>,
    runs: Cell<u64>,
    is_busy: Cell<bool>,
}

impl World {
    /// One whose tracer takes the short ways, and one whose tracer observes: that takes minutes when interpreted, and
    /// has no unsafe code of its own.
    fn each() -> impl Iterator<Item = Self> {
        let (kept, mock) = (Kept::new(), MockTracer::new());
        [
            Self::of(kept.tracer(), move || kept.spans()),
            Self::of(mock.tracer(), move || mock.finished_spans()),
        ]
        .into_iter()
        .take(if cfg!(miri) { 1 } else { 2 })
    }

    fn of(tracer: Tracer, spans: impl Fn() -> Vec<MockSpan> + 'static) -> Self {
        Self { tracer, spans: Box::new(spans), runs: Cell::new(0), is_busy: Cell::new(false) }
    }

    /// What the user's code does, once at a time.
    fn work(&self) {
        if !self.is_busy.replace(true) {
            trace_everything(&self.tracer);
            self.runs.set(self.runs.get() + 1);
            self.is_busy.set(false);
        }
    }

    /// Looks at the one span `op`, and at what the user's code has traced beside it.
    #[track_caller]
    fn check(&self, recorded: impl AsRef<str>) {
        let (busy, others): (Vec<_>, Vec<_>) =
            (self.spans)().into_iter().partition(|span| span.operation_name == BUSY);
        assert!(self.runs.get() > 0, "the user's code was not called");
        assert_eq!(busy.len() as u64, self.runs.get() * BUSY_SPANS);
        assert!(busy.iter().all(|span| span.finish_time.is_some()));
        assert_eq!(others.iter().map(whole).collect::<Vec<_>>(), [recorded.as_ref()]);
        assert_balanced(&self.tracer, 0);
    }
}

/// A span with its logs.
fn whole(span: &MockSpan) -> String {
    span.logs.iter().fold(span.to_string(), |text, log| format!("{text} | {log}"))
}

#[track_caller]
fn assert_balanced(tracer: &Tracer, open: u64) {
    let report = tracer.report();
    assert_eq!(report.started, report.unsampled + report.open + report.exported, "{report:?}");
    assert_eq!(report.open, open, "{report:?}");
}

fn active(tracer: &Tracer) -> Option<SpanId> {
    tracer.active_span().and_then(|span| span.context().span_id())
}

const BUSY: &str = "busy";
const BUSY_SPANS: u64 = 4;

/// All that may be done with a tracer; leaves what is active as it was.
fn trace_everything(tracer: &Tracer) {
    let before = active(tracer);
    let outer = tracer.span(BUSY).tag("built", display(&"text")).start_active();
    assert_eq!(outer.context().parent_id(), before);
    outer.set_tag("n", 1).set_tag("text", debug(&"text")).log(fields![event = "x"]).log_error(&fmt::Error);
    outer.set_baggage_item("k", "v");
    let inner = tracer.span(BUSY).start_active();
    let handle = inner.span();
    outer.close();
    assert_eq!(active(tracer), handle.context().span_id());
    inner.close();
    assert!(!handle.is_recording() && handle.baggage_item("k").is_some());

    let shared = Arc::new(tracer.start_span(BUSY));
    shared.activate().close();
    shared.set_tag("n", 2).finish();

    let hidden = tracer.scope_manager().without_active();
    assert_eq!(active(tracer), None);
    drop(hidden);
    let current = tracer.make_current();
    __private::enter(__private::site!("busy")).set_tag("n", 3);
    drop(current);
    drop(async {}.in_current_span());
    // Takes the lock of the registration.
    assert!(!unset_global_tracer(tracer));
    assert!(tracer.report().started > 0);
    assert_eq!(active(tracer), before);
}

/// What may be done when the thread is ending: spans are recorded, but may not be active any more.
fn trace_late(tracer: &Tracer) {
    tracer.in_span(BUSY, |scope| _ = scope.set_tag("n", 1).log(fields![event = "x"]).span());
    let (outer, inner) = (tracer.span(BUSY).start_active(), tracer.span(BUSY).start_active());
    outer.set_tag("text", display(&"text"));
    drop((outer, inner));
    let shared = Arc::new(tracer.start_span(BUSY));
    shared.activate().close();
    drop(tracer.scope_manager().without_active());
    drop(tracer.make_current());
    drop(async {}.in_current_span());
    shared.set_baggage_item("k", "v").finish();
}

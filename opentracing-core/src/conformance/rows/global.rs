//! The global tracer. These rows replace it, one at a time, and put back what was there.

use std::panic::catch_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use crate::conformance::capability::Capability::{Global, Identity};
use crate::conformance::case::Case;
use crate::conformance::row::Row;
use crate::context::SpanContext;
use crate::global::{
    current, is_global_tracer_registered, register_global_tracer_if_absent_with, set_global_tracer, tracer,
    unset_global_tracer,
};
use crate::mock::MockTracer;
use crate::propagation::{ExtractCarrier, ExtractError, InjectCarrier, InjectError, format};
use crate::recorder::{Decision, Recorder, SpanRecord, StartInfo};
use crate::report::Report;
use crate::tracer::Tracer;

pub(super) const ROWS: &[Row] = &[
    Row::new("GT1", "set, get, replace, is registered", set_and_replace).needing(&[Global]).stating(11),
    Row::new("GT2", "testGet_SingletonReference", get_is_constant).needing(&[Global]).stating(11),
    Row::new("GT3", "registerIfAbsent_multipleTracers", register_several).needing(&[Global]).stating(11),
    Row::new("GT4", "registerIfAbsent_multiple_sameTracer", register_same).needing(&[Global]).stating(11),
    Row::new("GT5", "delegation of buildSpan, inject, extract, close", delegation)
        .needing(&[Global])
        .stating(11),
    Row::new("GT6", "register again", set_same).needing(&[Global]),
    Row::new("GT7", "should use the global tracer", real_span).needing(&[Global, Identity]),
    Row::new("R11", "a provider runs only when it is needed", provider).needing(&[Global]).stating(11),
    Row::new("R11b", "of many threads one registers", racing_threads).needing(&[Global]).stating(11),
    Row::new("R11c", "a provider may register, ask again or panic", provider_at_work)
        .needing(&[Global])
        .stating(11),
];

/// The global tracer, as if none had ever been registered.
pub(super) struct Exclusive {
    before: Option<Tracer>,
    _lock: MutexGuard<'static, ()>,
}

impl Exclusive {
    pub(super) fn take() -> Self {
        static LOCK: Mutex<()> = Mutex::new(());
        let lock = LOCK.lock().unwrap_or_else(PoisonError::into_inner);
        let before = is_global_tracer_registered().then(|| Tracer::of(current()));
        unregister();
        Self { before, _lock: lock }
    }
}

fn unregister() {
    unset_global_tracer(&Tracer::of(current()));
}

impl Drop for Exclusive {
    fn drop(&mut self) {
        unregister();
        if let Some(before) = self.before.take() {
            set_global_tracer(before);
        }
    }
}

fn set_and_replace(case: &Case<'_>) {
    let _exclusive = Exclusive::take();
    assert!(!is_global_tracer_registered());
    assert!(tracer().is_noop(), "before anything is registered, the global tracer does nothing");
    set_global_tracer(case.tracer());
    assert!(is_global_tracer_registered());
    assert_eq!(tracer().is_noop(), case.tracer().is_noop());
    let other = MockTracer::new();
    set_global_tracer(&other);
    tracer().start_span("seen").finish();
    assert_eq!(other.finished_spans().len(), 1, "the last tracer set is the global one");
    set_global_tracer(Tracer::noop());
    assert!(is_global_tracer_registered() && tracer().is_noop(), "a registered no-op counts as registered");
}

fn get_is_constant(case: &Case<'_>) {
    let _exclusive = Exclusive::take();
    let early = tracer();
    set_global_tracer(case.tracer());
    let late = tracer();
    let scope = early.span("op").start_active();
    assert_eq!(late.active_span().map(|span| span.context()), case.active_context());
    assert_eq!(early.is_noop(), case.tracer().is_noop(), "a handle obtained early follows the registration");
    case.close(scope);
}

fn register_several(case: &Case<'_>) {
    let _exclusive = Exclusive::take();
    assert!(case.register_if_absent(case.tracer()), "the first is registered");
    assert!(!case.register_if_absent(MockTracer::new().tracer()), "the second is not");
    assert!(!case.register_if_absent(Tracer::noop()), "nor is the third");
    assert_eq!(tracer().is_noop(), case.tracer().is_noop());
}

fn register_same(case: &Case<'_>) {
    let _exclusive = Exclusive::take();
    assert!(!case.register_if_absent(tracer()), "the delegate cannot stand for itself");
    assert!(!is_global_tracer_registered());
    assert!(case.register_if_absent(case.tracer()));
    assert!(!case.register_if_absent(case.tracer()), "it was registered already, by the same caller or not");
}

fn delegation(_: &Case<'_>) {
    let _exclusive = Exclusive::take();
    let calls = Calls::default();
    set_global_tracer(Tracer::new(calls.clone()));
    let tracer = tracer();
    let span = tracer.start_span("op");
    assert_eq!(calls.take(), ["sample"]);
    tracer.inject(&span, format::Binary, &mut Vec::new()).expect("the recorder takes it");
    assert_eq!(calls.take(), ["inject"]);
    tracer.extract(format::Binary, &[][..]).expect("the recorder takes it");
    assert_eq!(calls.take(), ["extract"]);
    tracer.close(Duration::ZERO);
    assert_eq!(calls.take(), ["close"]);
    drop(span);
}

/// Notes which of a recorder's methods are called.
#[derive(Debug, Clone, Default)]
struct Calls(Arc<Mutex<Vec<&'static str>>>);

impl Calls {
    fn note(&self, call: &'static str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(call);
    }

    fn take(&self) -> Vec<&'static str> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Recorder for Calls {
    fn sample(&self, _: &StartInfo<'_>) -> Decision {
        self.note("sample");
        Decision::record()
    }

    fn record(&self, _: &SpanRecord<'_>) {
        self.note("record");
    }

    fn inject(&self, _: &SpanContext, _: InjectCarrier<'_>) -> Result<(), InjectError> {
        self.note("inject");
        Ok(())
    }

    fn extract(&self, _: ExtractCarrier<'_>) -> Result<Option<SpanContext>, ExtractError> {
        self.note("extract");
        Ok(None)
    }

    fn close(&self, _: Duration) -> Report {
        self.note("close");
        Report::default()
    }
}

fn set_same(case: &Case<'_>) {
    let _exclusive = Exclusive::take();
    set_global_tracer(case.tracer());
    set_global_tracer(case.tracer());
    set_global_tracer(tracer());
    assert_eq!(tracer().is_noop(), case.tracer().is_noop(), "the delegate is no tracer to delegate to");
}

fn real_span(case: &Case<'_>) {
    let _exclusive = Exclusive::take();
    set_global_tracer(case.tracer());
    let scope = tracer().span("op").start_active();
    assert_eq!(case.active_context(), Some(scope.context()), "it is not the tracer's own span");
    case.close(scope);
}

fn provider(case: &Case<'_>) {
    let _exclusive = Exclusive::take();
    let failed = register_global_tracer_if_absent_with(|| Err("no tracer"));
    assert_eq!(failed, Err("no tracer"), "the provider's error is given back");
    assert!(!is_global_tracer_registered(), "a provider that fails registers nothing");
    let registered = register_global_tracer_if_absent_with(|| Ok::<_, ()>(case.tracer()));
    assert_eq!(registered, Ok(true));
    let registered = register_global_tracer_if_absent_with(|| -> Result<Tracer, ()> {
        panic!("a provider was asked though a tracer is registered")
    });
    assert_eq!(registered, Ok(false));
}

fn racing_threads(case: &Case<'_>) {
    const THREADS: usize = 8;
    let _exclusive = Exclusive::take();
    let asked = AtomicUsize::new(0);
    let provide = || {
        asked.fetch_add(1, Ordering::Relaxed);
        thread::yield_now();
        Ok::<_, ()>(case.tracer())
    };
    let registered = thread::scope(|threads| {
        let racing = [(); THREADS].map(|()| threads.spawn(|| register_global_tracer_if_absent_with(provide)));
        racing
            .map(|thread| thread.join().expect("registering does not panic"))
            .map(|result| result == Ok(true))
    });
    assert_eq!(registered.iter().filter(|registered| **registered).count(), 1);
    assert_eq!(asked.into_inner(), 1, "the others wait, and do not ask");
}

fn provider_at_work(case: &Case<'_>) {
    let _exclusive = Exclusive::take();
    let panicking =
        || register_global_tracer_if_absent_with(|| -> Result<Tracer, ()> { panic!("no tracer") });
    assert!(catch_unwind(panicking).is_err(), "the panic goes on");
    assert!(!is_global_tracer_registered(), "a provider that panics registers nothing");
    let registered = register_global_tracer_if_absent_with(|| {
        assert_eq!(register_global_tracer_if_absent_with(|| Ok::<_, ()>(Tracer::noop())), Ok(false));
        assert!(!is_global_tracer_registered(), "a call from inside the provider registers nothing");
        Ok::<_, ()>(case.tracer())
    });
    assert_eq!(registered, Ok(true));
    unregister();
    let registered = register_global_tracer_if_absent_with(|| {
        set_global_tracer(case.tracer());
        Ok::<_, ()>(Tracer::noop())
    });
    assert_eq!(registered, Ok(false), "what the provider set itself stays");
    assert_eq!(tracer().is_noop(), case.tracer().is_noop());
}

//! The mock's recorder: it hears of everything that happens to its spans, and keeps it.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::codec;
use super::error::MockError;
use super::span::MockSpan;
use super::tree::Node;
use crate::clock::WallClock;
use crate::context::SpanContext;
use crate::id::{SpanId, TraceId};
use crate::limits::Limits;
use crate::propagation::{ExtractCarrier, ExtractError, InjectCarrier, InjectError};
use crate::recorder::{Decision, Event, Recorder, Settings, SpanRecord, StartInfo};
use crate::report::Report;
use crate::span::Span;

type OnFinish = Arc<dyn Fn(&MockSpan) + Send + Sync>;
type Ids = Option<(TraceId, SpanId)>;
type OnActivate = Arc<dyn Fn(&Span) + Send + Sync>;

/// What all clones of one mock share.
pub(super) struct Store {
    kept: Mutex<Kept>,
    hooks: Mutex<Hooks>,
    pub(super) codecs: codec::Registry,
    /// Read once, so that the times of all spans are in the order in which they were taken.
    clock: WallClock,
}

#[derive(Default)]
struct Kept {
    unfinished: HashMap<Ids, Node>,
    finished: Vec<Node>,
    errors: Vec<MockError>,
    /// How many spans were seen: the next one's [`Node::started`].
    seen: u64,
    exported: u64,
    dropped: u64,
    is_closed: bool,
}

#[derive(Default, Clone)]
struct Hooks {
    finish: Vec<OnFinish>,
    activate: Vec<OnActivate>,
}

impl Store {
    pub(super) fn new() -> Self {
        Self {
            kept: Mutex::default(),
            hooks: Mutex::default(),
            codecs: codec::Registry::default(),
            clock: WallClock::read(),
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        // No code of the user runs under this lock; what a panic of ours left is still whole.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn hooks(&self) -> MutexGuard<'_, Hooks> {
        self.hooks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn finished(&self) -> Vec<MockSpan> {
        self.kept().finished.iter().map(|node| node.span.clone()).collect()
    }

    pub(super) fn unfinished(&self) -> Vec<MockSpan> {
        let mut nodes: Vec<Node> = self.kept().unfinished.values().cloned().collect();
        nodes.sort_by_key(|node| node.started);
        nodes.into_iter().map(|node| node.span).collect()
    }

    /// All spans, in no order.
    pub(super) fn nodes(&self) -> Vec<Node> {
        let kept = self.kept();
        kept.unfinished.values().chain(&kept.finished).cloned().collect()
    }

    pub(super) fn errors(&self) -> Vec<MockError> {
        self.kept().errors.clone()
    }

    pub(super) fn reset(&self) {
        let mut kept = self.kept();
        kept.unfinished.clear();
        kept.finished.clear();
        kept.errors.clear();
    }

    pub(super) fn on_finish(&self, hook: OnFinish) {
        self.hooks().finish.push(hook);
    }

    pub(super) fn on_activate(&self, hook: OnActivate) {
        self.hooks().activate.push(hook);
    }

    /// A span that has not finished, as it stands.
    fn open(&self, record: &SpanRecord<'_>, context: &SpanContext) -> MockSpan {
        let span = MockSpan::from_record(record, &self.clock);
        MockSpan { context: context.clone(), finish_time: None, ..span }
    }
}

impl Kept {
    fn node(&mut self, span: MockSpan) -> Node {
        let started = self.seen;
        self.seen += 1;
        Node { started, span }
    }

    fn start(&mut self, span: MockSpan) {
        let ids = span.context.ids();
        let node = self.node(span);
        self.unfinished.insert(ids, node);
    }

    fn change(&mut self, span: MockSpan) {
        // A span that is not here was forgotten by `reset`, and comes back when it finishes.
        if let Some(node) = self.unfinished.get_mut(&span.context.ids()) {
            node.span = span;
        }
    }

    /// The last look at a span before it is recorded.
    fn change_or_start(&mut self, span: MockSpan) {
        match self.unfinished.get_mut(&span.context.ids()) {
            Some(node) => node.span = span,
            None => self.start(span),
        }
    }

    /// Moves a span to the finished ones, unless the mock is closed.
    fn finish(&mut self, mut span: MockSpan) -> Option<MockSpan> {
        let open = self.unfinished.remove(&span.context.ids());
        if self.is_closed {
            self.dropped += 1;
            return None;
        }
        let node = match open {
            Some(open) => {
                // A record holds no baggage.
                span.context = open.span.context;
                Node { span, ..open }
            }
            None => self.node(span),
        };
        self.exported += 1;
        let span = node.span.clone();
        self.finished.push(node);
        Some(span)
    }

    fn report(&self) -> Report {
        let mut report = Report { exported: self.exported, ..Report::default() };
        report.dropped.closed = self.dropped;
        report
    }
}

/// The store, as a tracer holds it.
#[derive(Debug)]
pub(super) struct MockRecorder(pub(super) Arc<Store>);

impl Recorder for MockRecorder {
    fn sample(&self, start: &StartInfo<'_>) -> Decision {
        let asked = start.sampling_priority.map(|priority| priority > 0);
        Decision::sampled(asked.or(start.parent_decision()).unwrap_or(true))
    }

    fn record(&self, span: &SpanRecord<'_>) {
        let span = MockSpan::from_record(span, &self.0.clock);
        let Some(span) = self.0.kept().finish(span) else { return };
        let hooks = self.0.hooks().finish.clone();
        hooks.iter().for_each(|hook| hook(&span));
    }

    fn inject(&self, context: &SpanContext, carrier: InjectCarrier<'_>) -> Result<(), InjectError> {
        self.0.codecs.inject(context, carrier)
    }

    fn extract(&self, carrier: ExtractCarrier<'_>) -> Result<Option<SpanContext>, ExtractError> {
        self.0.codecs.extract(carrier)
    }

    fn close(&self, _: Duration) -> Report {
        let mut kept = self.0.kept();
        kept.is_closed = true;
        kept.finished.clear();
        kept.report()
    }

    fn flush(&self, _: Duration) -> Report {
        self.report()
    }

    fn report(&self) -> Report {
        self.0.kept().report()
    }

    fn settings(&self) -> Settings {
        Settings { limits: Limits::NONE, record_unsampled: true, observe: true, ..Settings::default() }
    }

    fn observe(&self, event: &Event<'_>) {
        match event {
            Event::Started(record, context) => {
                let span = self.0.open(record, context);
                self.0.kept().start(span);
            }
            Event::Changed(record, context) => {
                let span = self.0.open(record, context);
                self.0.kept().change(span);
            }
            Event::Finished(record, context) => {
                let span = self.0.open(record, context);
                self.0.kept().change_or_start(span);
            }
            Event::Activated(scope) => {
                let hooks = self.0.hooks().activate.clone();
                if !hooks.is_empty() {
                    let span = scope.span();
                    hooks.iter().for_each(|hook| hook(&span));
                }
            }
            Event::Misused(misuse) => {
                let error = MockError::new(misuse);
                self.0.kept().errors.push(error);
            }
        }
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kept = self.kept();
        f.debug_struct("MockTracer")
            .field("finished", &kept.finished.len())
            .field("unfinished", &kept.unfinished.len())
            .field("errors", &kept.errors.len())
            .finish_non_exhaustive()
    }
}

//! What one thread's tracers should do: spans, scopes and their finishes as the rules state them, without regard
//! to how they are done.

use std::collections::BTreeMap;

use opentracing_core::{FinishOnClose, ReferenceKind, SpanId, TraceId};

/// Indexes into the lists of [`Reference`].
pub(super) type SpanIndex = usize;
pub(super) type TracerIndex = usize;

/// Names an opening of a scope; later ones are greater.
pub(super) type Key = u64;

#[derive(Default)]
pub(super) struct Reference {
    pub(super) tracers: Vec<Books>,
    pub(super) spans: Vec<SpanState>,
    /// The scopes that are open, and those that wait for others to close; outermost first.
    stack: Vec<Opening>,
    /// Scopes that were still open when the call or poll ended in which they were opened.
    parked: Vec<Opening>,
    current: Vec<(Key, TracerIndex)>,
    next_key: Key,
    /// While set, spans finish in no defined order.
    at_once: Option<Key>,
}

/// What is counted and kept of one tracer's spans.
#[derive(Default)]
pub(super) struct Books {
    pub(super) records_unsampled: bool,
    pub(super) started: u64,
    pub(super) unsampled: u64,
    /// Calls on spans that had finished.
    pub(super) misused: u64,
    /// Calls on scopes that had been cleared: whether they count is not defined.
    pub(super) perhaps_misused: u64,
    /// In the order in which they finish. Of neighbours with the same number the order is not defined.
    pub(super) recorded: Vec<(SpanIndex, u64)>,
}

pub(super) struct SpanState {
    pub(super) tracer: TracerIndex,
    pub(super) ids: (TraceId, SpanId),
    pub(super) parent: Option<SpanIndex>,
    pub(super) reference: ReferenceKind,
    pub(super) name: &'static str,
    pub(super) tags: Vec<(String, String)>,
    pub(super) logs: Vec<String>,
    pub(super) baggage: BTreeMap<String, String>,
    pub(super) is_sampled: bool,
    pub(super) is_finished: bool,
    /// Handles outside of scopes.
    pub(super) handles: usize,
}

struct Opening {
    key: Key,
    /// Whose active span it is; `None` is everybody's.
    manager: Option<TracerIndex>,
    /// `None` hides what lies below.
    span: Option<SpanIndex>,
    on_close: FinishOnClose,
    is_closed: bool,
}

/// A span that starts.
pub(super) struct Starting {
    pub(super) tracer: TracerIndex,
    pub(super) ids: (TraceId, SpanId),
    pub(super) parent: Option<SpanIndex>,
    pub(super) reference: ReferenceKind,
    pub(super) name: &'static str,
    pub(super) priority: Option<u8>,
}

impl Reference {
    pub(super) fn new(tracers: Vec<Books>) -> Self {
        Self { tracers, ..Self::default() }
    }

    fn key(&mut self) -> Key {
        self.next_key += 1;
        self.next_key
    }

    // --- what is active ---

    pub(super) fn active(&self, tracer: TracerIndex) -> Option<SpanIndex> {
        let concerns =
            |opening: &&Opening| !opening.is_closed && opening.manager.is_none_or(|of| of == tracer);
        self.stack.iter().rev().find(concerns)?.span
    }

    /// The innermost active span of all tracers, with the tracer for which it is active.
    pub(super) fn innermost(&self) -> Option<(TracerIndex, SpanIndex)> {
        let visible = |opening: &Opening| {
            let (manager, span) = (opening.manager?, opening.span?);
            let is_active = !opening.is_closed && self.top_of(manager).is_some_and(|top| top == opening.key);
            is_active.then_some((manager, span))
        };
        self.stack.iter().rev().find_map(visible)
    }

    /// The innermost open scope that says what is active for a tracer.
    fn top_of(&self, tracer: TracerIndex) -> Option<Key> {
        let concerns =
            |opening: &&Opening| !opening.is_closed && opening.manager.is_none_or(|of| of == tracer);
        self.stack.iter().rev().find(concerns).map(|opening| opening.key)
    }

    /// The tracer that a macro uses.
    pub(super) fn macro_tracer(&self) -> TracerIndex {
        let current = || self.current.last().expect("one is current from the beginning").1;
        self.innermost().map_or_else(current, |(tracer, _)| tracer)
    }

    pub(super) fn make_current(&mut self, tracer: TracerIndex) -> Key {
        let key = self.key();
        self.current.push((key, tracer));
        key
    }

    pub(super) fn restore(&mut self, key: Key) {
        self.current.retain(|(other, _)| *other != key);
    }

    // --- spans ---

    /// Starts a span that nobody holds yet.
    pub(super) fn start(&mut self, starting: Starting) -> SpanIndex {
        let Starting { tracer, ids, parent, reference, name, priority } = starting;
        let inherited = parent.is_none_or(|parent| self.spans[parent].is_sampled);
        let tags = priority.map(|priority| ("sampling.priority".to_owned(), priority.to_string()));
        self.tracers[tracer].started += 1;
        self.spans.push(SpanState {
            tracer,
            ids,
            parent,
            reference,
            name,
            tags: tags.into_iter().collect(),
            logs: Vec::new(),
            baggage: parent.map(|parent| self.spans[parent].baggage.clone()).unwrap_or_default(),
            is_sampled: priority.map_or(inherited, |priority| priority > 0),
            is_finished: false,
            handles: 0,
        });
        self.spans.len() - 1
    }

    pub(super) fn hold(&mut self, span: SpanIndex) {
        self.spans[span].handles += 1;
    }

    /// A handle is dropped: the last one finishes the span.
    pub(super) fn release(&mut self, span: SpanIndex) {
        self.spans[span].handles -= 1;
        self.settle(span);
    }

    fn settle(&mut self, span: SpanIndex) {
        let in_scope = self.stack.iter().chain(&self.parked).any(|opening| opening.span == Some(span));
        if self.spans[span].handles == 0 && !in_scope {
            self.finish(span);
        }
    }

    /// Whether tags and logs of the span are kept.
    pub(super) fn is_recording(&self, span: SpanIndex) -> bool {
        let state = &self.spans[span];
        !state.is_finished && (state.is_sampled || self.tracers[state.tracer].records_unsampled)
    }

    /// The first finish counts.
    pub(super) fn finish(&mut self, span: SpanIndex) {
        let is_recording = self.is_recording(span);
        let state = &mut self.spans[span];
        if std::mem::replace(&mut state.is_finished, true) {
            return;
        }
        let books = &mut self.tracers[state.tracer];
        if is_recording {
            self.next_key += 1;
            books.recorded.push((span, self.at_once.unwrap_or(self.next_key)));
        } else {
            books.unsampled += 1;
        }
    }

    pub(super) fn misuse(&mut self, span: SpanIndex) {
        self.tracers[self.spans[span].tracer].misused += 1;
    }

    pub(super) fn tag(&mut self, span: SpanIndex, key: &str, value: &str) {
        let is_recording = self.is_recording(span);
        if self.spans[span].is_finished {
            return self.misuse(span);
        }
        let state = &mut self.spans[span];
        if key == "sampling.priority" {
            state.is_sampled = value != "0";
        } else if !is_recording {
            return;
        }
        match state.tags.iter_mut().find(|(name, _)| name == key) {
            Some((_, old)) => *old = value.to_owned(),
            None => state.tags.push((key.to_owned(), value.to_owned())),
        }
    }

    pub(super) fn log(&mut self, span: SpanIndex, log: &str) {
        if self.is_recording(span) {
            self.spans[span].logs.push(log.to_owned());
        } else if self.spans[span].is_finished {
            self.misuse(span);
        }
    }

    /// A panic, or a cancellation, says so on a span that still records.
    pub(super) fn mark(&mut self, span: SpanIndex, error: bool, log: &str) {
        if self.is_recording(span) {
            if error {
                self.tag(span, "error", "true");
            }
            self.log(span, log);
        }
    }

    pub(super) fn set_baggage(&mut self, span: SpanIndex, key: &str, value: &str) {
        if self.spans[span].is_finished {
            return self.misuse(span);
        }
        self.spans[span].baggage.insert(key.to_owned(), value.to_owned());
    }

    pub(super) fn rename(&mut self, span: SpanIndex, name: &'static str) {
        if self.spans[span].is_finished {
            return self.misuse(span);
        }
        self.spans[span].name = name;
    }

    // --- scopes ---

    pub(super) fn open(
        &mut self,
        manager: Option<TracerIndex>,
        span: Option<SpanIndex>,
        on_close: FinishOnClose,
    ) -> Key {
        let key = self.key();
        self.stack.push(Opening { key, manager, span, on_close, is_closed: false });
        key
    }

    pub(super) fn is_open(&self, key: Key) -> bool {
        self.stack.iter().chain(&self.parked).any(|opening| opening.key == key)
    }

    /// The span of a scope, unless that was cleared.
    pub(super) fn span_of(&self, key: Key) -> Option<SpanIndex> {
        self.stack.iter().chain(&self.parked).find(|opening| opening.key == key)?.span
    }

    /// A scope whose guard is dropped waits for the later ones of its tracer.
    pub(super) fn close(&mut self, key: Key) {
        if let Some(at) = self.parked.iter().position(|opening| opening.key == key) {
            let opening = self.parked.remove(at);
            return self.end(&opening);
        }
        let Some(at) = self.stack.iter().position(|opening| opening.key == key) else { return };
        if self.waits(at) {
            self.stack[at].is_closed = true;
            return;
        }
        let opening = self.stack.remove(at);
        self.end(&opening);
        self.end_those_that_waited();
    }

    fn waits(&self, at: usize) -> bool {
        let manager = self.stack[at].manager;
        self.stack[at + 1..].iter().any(|above| !above.is_closed && above.manager == manager)
    }

    /// Ends the closed scopes that need not wait any more, innermost first.
    fn end_those_that_waited(&mut self) {
        while let Some(at) =
            (0..self.stack.len()).rev().find(|at| self.stack[*at].is_closed && !self.waits(*at))
        {
            let opening = self.stack.remove(at);
            self.end(&opening);
        }
    }

    fn end(&mut self, opening: &Opening) {
        match (opening.span, opening.on_close) {
            (Some(span), FinishOnClose::Yes) => self.finish(span),
            (Some(span), FinishOnClose::No) => self.settle(span),
            (None, _) => {}
        }
    }

    /// The end of a call or poll, for what was opened in it: waiting scopes end, and open ones are active no more.
    /// Then those below end that waited for them.
    pub(super) fn unwind(&mut self, frame: Key) {
        let inner = self.stack.iter().position(|opening| opening.key > frame).unwrap_or(self.stack.len());
        let inner: Vec<_> = self.stack.drain(inner..).rev().collect();
        let (closed, open): (Vec<_>, Vec<_>) = inner.into_iter().partition(|opening| opening.is_closed);
        self.parked.extend(open.into_iter().filter(|opening| opening.span.is_some()));
        let ordered = closed.len();
        self.end_in_turn(&closed, ordered);
        self.end_those_that_waited();
    }

    /// Ends all scopes of a tracer, innermost first.
    pub(super) fn clear(&mut self, tracer: TracerIndex) {
        self.end_all(|opening| opening.manager == Some(tracer));
    }

    /// The thread ends.
    pub(super) fn exit(&mut self) {
        self.end_all(|_| true);
    }

    fn end_all(&mut self, which: impl Fn(&Opening) -> bool) {
        let take = |list: &mut Vec<Opening>| -> Vec<Opening> {
            let (taken, rest) = std::mem::take(list).into_iter().partition(|opening| which(opening));
            *list = rest;
            taken
        };
        let (mut stack, mut parked) = (take(&mut self.stack), take(&mut self.parked));
        stack.reverse();
        // Of parked scopes, which are in nobody's way, the order is not defined.
        let ordered = stack.len();
        stack.append(&mut parked);
        self.end_in_turn(&stack, ordered);
    }

    /// Ends scopes that were taken off together. Each has a handle, so a span that is in several of them and not
    /// finished by one finishes with the last.
    fn end_in_turn(&mut self, openings: &[Opening], ordered: usize) {
        for (at, opening) in openings.iter().enumerate() {
            if at == ordered {
                self.next_key += 1;
                self.at_once = Some(self.next_key);
            }
            let is_last = !openings[at + 1..].iter().any(|later| later.span == opening.span);
            if opening.on_close == FinishOnClose::Yes || is_last {
                self.end(opening);
            }
        }
        self.at_once = None;
    }
}

//! What a span is while it lives, wherever it lies: in a slot of the scope stack, or behind a shared handle.

use std::borrow::Cow;
use std::mem;
use std::sync::Arc;

use crate::attributes::{Arena, Attributes, cut};
use crate::clock::{Timestamp, WallClock};
use crate::context::{Extra, SpanContext};
use crate::failure::Failure;
use crate::fields::{Fields, IntoFields};
use crate::recorder::{Event, OperationName, References, SpanHead, SpanRecord};
use crate::reference::Reference;
use crate::tag::TagValue;
use crate::tags;
use crate::thread;
use crate::tracer::header::{Counts, Header};

/// A span that has started and not finished.
#[derive(Debug)]
pub(crate) struct SpanData {
    /// Its start is [`Timestamp::UNSET`] until it records.
    pub(crate) head: SpanHead,
    pub(crate) name: Cow<'static, str>,
    /// Baggage, and what else travels with the context.
    pub(crate) extra: Option<Arc<Extra>>,
    /// `None` where there is at most one, ChildOf, to the parent.
    #[expect(clippy::box_collection, reason = "few spans list references; for all others this is one word")]
    pub(crate) references: Option<Box<Vec<Reference>>>,
    pub(crate) arena: Option<Box<Arena>>,
    pub(crate) is_recording: bool,
    /// Whether the thread was unwinding already: then the panic is not this span's. Set, too, once a panic has
    /// been marked.
    pub(crate) began_panicking: bool,
    /// Set once the span has finished; what comes later is ignored.
    pub(crate) is_finished: bool,
}

impl SpanData {
    /// Holds nothing; that of no-op spans, and of slots without a span of their own.
    pub(crate) const fn empty() -> Self {
        Self {
            head: SpanHead::NONE,
            name: Cow::Borrowed(""),
            extra: None,
            references: None,
            arena: None,
            is_recording: false,
            began_panicking: false,
            is_finished: false,
        }
    }

    /// Moves the span out. What stays behind holds nothing that would have to be dropped.
    #[inline(always)]
    pub(crate) fn take(&mut self) -> Self {
        Self {
            name: mem::replace(&mut self.name, Cow::Borrowed("")),
            extra: self.extra.take(),
            references: self.references.take(),
            arena: self.arena.take(),
            ..*self
        }
    }

    /// The span's context as it is now.
    #[inline]
    pub(crate) fn context(&self) -> SpanContext {
        SpanContext::of_head(&self.head, self.extra.clone())
    }

    /// Whether a panic is going on that began inside this span.
    pub(crate) fn is_panicked(&self) -> bool {
        std::thread::panicking() && !self.began_panicking
    }

    pub(crate) fn arena(&mut self) -> &mut Arena {
        self.arena.get_or_insert_with(thread::take_arena)
    }

    /// Sets a tag whose text has been written; `sampling.priority` also acts.
    pub(crate) fn set_tag(&mut self, key: Cow<'static, str>, value: &TagValue<'_>, header: &Header) {
        if key == tags::SAMPLING_PRIORITY.name() {
            self.set_priority(value, header);
        }
        self.arena().tag(key, value, &header.settings.limits);
    }

    /// Starts or stops recording from now on.
    fn set_priority(&mut self, value: &TagValue<'_>, header: &Header) {
        let Some(priority) = priority(value) else { return };
        let flags = self.head.flags.with_sampled(priority > 0);
        self.head.flags = if priority > 0 { flags.with_debug() } else { flags };
        self.is_recording = flags.is_sampled() || header.settings.record_unsampled;
        if self.is_recording && self.head.start == Timestamp::UNSET {
            self.head.start = Timestamp::now();
        }
    }

    pub(crate) fn set_operation_name(&mut self, name: Cow<'static, str>, header: &Header) {
        self.name = match name {
            Cow::Owned(name) => Cow::Owned(cut(&name, header.settings.limits.value_bytes_max).to_owned()),
            literal @ Cow::Borrowed(_) => literal,
        };
    }

    pub(crate) fn log(&mut self, time: Timestamp, fields: &Arena, header: &Header) {
        self.arena().log(time, fields, &header.settings.limits);
    }

    /// Records a failure: the tag, and the log. Only for data that nobody else can reach, since it runs the
    /// user's `Display` and `Debug`.
    pub(crate) fn fail(&mut self, failure: Failure<'_>, header: &Header) {
        let mut fields = thread::take_arena();
        failure.write(&mut Fields::new(&mut fields, &header.settings.limits));
        self.set_tag(Cow::Borrowed(tags::ERROR.name()), &TagValue::Bool(true), header);
        self.log(Timestamp::now(), &fields, header);
        thread::give_arena(fields);
    }

    /// Sets a baggage item, if the limits allow it.
    pub(crate) fn set_baggage_item(&mut self, key: String, value: String, header: &Header) -> bool {
        let limits = &header.settings.limits;
        let mut context = self.context();
        let (items, bytes) = context.baggage_size();
        let replaced = context.baggage_item(&key).map(|old| key.len() + old.len());
        let items = items + usize::from(replaced.is_none());
        let bytes = bytes - replaced.unwrap_or(0) + key.len() + value.len();
        let fits = items <= limits.baggage_items_max && bytes <= limits.baggage_bytes_max;
        if fits {
            self.extra = None;
            context.set_baggage_item(key, value);
            self.extra = context.into_extra();
        }
        fits
    }

    /// The record as it stands.
    #[inline(always)]
    pub(crate) fn record(&self) -> SpanRecord<'_> {
        let name = match &self.name {
            Cow::Borrowed(name) => OperationName::Static(name),
            Cow::Owned(name) => OperationName::Borrowed(name),
        };
        let attributes = match &self.arena {
            Some(arena) => arena.view(),
            None => Attributes::default(),
        };
        let references = match &self.references {
            Some(listed) => References::Listed(listed),
            None => References::Parent,
        };
        SpanRecord::from_parts(&self.head, name, attributes, references)
    }

    /// Ends the span: classifies it, counts it, and hands it to the recorder. Runs the recorder's code.
    pub(crate) fn finish(&mut self, header: &'static Header, finish: Option<Timestamp>) {
        // Counted before it is handed over: a report made in between shows it as lost, not as open.
        self.count(header);
        self.hand_over(header, finish);
    }

    /// Counts the span as finished.
    pub(crate) fn count(&self, header: &'static Header) {
        if thread::with(|state| self.count_finish(state.counts(header))).is_none() {
            self.count_finish_shared(header);
        }
    }

    /// Counts the span as finished, for the thread that finishes it.
    #[inline]
    pub(crate) fn count_finish(&self, counts: &Counts) {
        Counts::add_one(if self.is_recording { &counts.recorded } else { &counts.unsampled });
    }

    fn count_finish_shared(&self, header: &Header) {
        header.count_shared(if self.is_recording {
            |counts| &counts.recorded
        } else {
            |counts| &counts.unsampled
        });
    }

    /// Gives a span that has been counted to the recorder, and its memory back to the thread.
    #[inline(always)]
    pub(crate) fn hand_over(&mut self, header: &'static Header, finish: Option<Timestamp>) {
        if self.is_recording {
            self.head.finish = match finish {
                Some(time) => time,
                None => Timestamp::now(),
            };
            if self.head.start.is_explicit() || self.head.finish.is_explicit() {
                self.head.order(header);
            }
            if let Some(recorder) = header.recorder() {
                let record = self.record();
                if header.settings.observe {
                    recorder.observe(&Event::Finished(&record, &self.context()));
                }
                recorder.record(&record);
            }
        }
        if let Some(arena) = self.arena.take() {
            thread::give_arena(arena);
        }
    }
}

impl SpanHead {
    /// Lets a span that is said to finish before its start take no time; its start is kept.
    #[cold]
    fn order(&mut self, header: &Header) {
        let clock = WallClock::read();
        if clock.unix_nanos(self.finish) < clock.unix_nanos(self.start) {
            self.finish = self.start;
            header.count_misuse();
        }
    }
}

/// Adds one to a counter of this thread, or to the shared one where the thread's is gone.
#[inline]
pub(crate) fn count(header: &'static Header, which: fn(&Counts) -> &std::sync::atomic::AtomicU64) {
    if thread::with(|state| Counts::add_one(which(state.counts(header)))).is_none() {
        header.count_shared(which);
    }
}

/// The number in a `sampling.priority` tag, of any integer type.
pub(crate) fn priority(value: &TagValue<'_>) -> Option<i64> {
    match value {
        TagValue::I64(priority) => Some(*priority),
        TagValue::U64(priority) => Some(i64::try_from(*priority).unwrap_or(i64::MAX)),
        _ => None,
    }
}

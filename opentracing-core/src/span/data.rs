//! What a span is while it lives, wherever it lies: in a slot of the scope stack, or behind a shared handle.

use std::borrow::Cow;
use std::sync::Arc;

use crate::attributes::{Arena, cut};
use crate::clock::{Timestamp, WallClock};
use crate::context::{Extra, SpanContext};
use crate::failure::Failure;
use crate::fields::{Fields, IntoFields};
use crate::recorder::{Event, OperationName, References, SpanHead, SpanRecord};
use crate::reference::Reference;
use crate::scope::fast;
use crate::span::marks::Marks;
use crate::tag::TagValue;
use crate::tags;
use crate::thread;
use crate::tracer::header::Header;
use crate::tracer::local::Counts;

/// A span that has started and not finished.
#[derive(Debug)]
pub(crate) struct SpanData {
    /// Its start is [`Timestamp::UNSET`] until it records.
    pub(crate) head: SpanHead,
    /// Empty where `details` have one.
    pub(crate) name: &'static str,
    pub(crate) details: Option<Box<Details>>,
    pub(crate) marks: Marks,
}

/// What not every span has.
#[derive(Debug, Clone, Default)]
pub(crate) struct Details {
    /// Tags and logs.
    pub(crate) arena: Arena,
    /// Baggage, and what else travels with the context.
    pub(crate) extra: Option<Arc<Extra>>,
    /// Empty where there is at most one, ChildOf, to the parent.
    pub(crate) references: Vec<Reference>,
    /// A name made at run time.
    pub(crate) name: Option<String>,
}

impl Details {
    /// The record of the span they belong to.
    #[inline]
    pub(crate) fn record<'a>(&'a self, head: &'a SpanHead, name: &'static str) -> SpanRecord<'a> {
        let name = match &self.name {
            None => OperationName::Static(name),
            Some(name) => OperationName::Borrowed(name),
        };
        let references = match &self.references[..] {
            [] => References::Parent,
            listed => References::Listed(listed),
        };
        SpanRecord::from_parts(head, name, self.arena.view(), references)
    }

    /// Empties them, and keeps the memory of tags and logs.
    pub(crate) fn clear(&mut self) {
        self.arena.clear();
        self.extra = None;
        self.name = None;
        if !self.references.is_empty() {
            self.references = Vec::new();
        }
    }
}

impl SpanData {
    /// Holds nothing; that of no-op spans, and of slots without a span of their own.
    pub(crate) const fn empty() -> Self {
        Self { head: SpanHead::NONE, name: "", details: None, marks: Marks::NONE }
    }

    /// Moves the span out. What stays behind holds nothing that would have to be dropped.
    #[inline(always)]
    pub(crate) fn take(&mut self) -> Self {
        Self { details: self.details.take(), marks: self.marks.of_span(), ..*self }
    }

    #[inline]
    pub(crate) fn is_recording(&self) -> bool {
        self.marks.has(Marks::RECORDING)
    }

    #[inline]
    pub(crate) fn extra(&self) -> Option<&Arc<Extra>> {
        self.details.as_ref()?.extra.as_ref()
    }

    /// The span's context as it is now.
    #[inline]
    pub(crate) fn context(&self) -> SpanContext {
        SpanContext::of_head(&self.head, self.extra().cloned())
    }

    /// Whether a panic is going on that began inside this span.
    pub(crate) fn is_panicked(&self) -> bool {
        std::thread::panicking() && !self.marks.has(Marks::BEGAN_PANICKING)
    }

    pub(crate) fn details(&mut self) -> &mut Details {
        self.details.get_or_insert_with(thread::take_details)
    }

    fn arena(&mut self) -> &mut Arena {
        &mut self.details().arena
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
        let is_recording = flags.is_sampled() || header.settings.record_unsampled;
        self.marks.set(Marks::RECORDING, is_recording);
        if is_recording && self.head.start == Timestamp::UNSET {
            self.head.start = Timestamp::now();
        }
    }

    pub(crate) fn set_operation_name(&mut self, name: Cow<'static, str>, header: &Header) {
        match name {
            Cow::Owned(name) => {
                let name = cut(&name, header.settings.limits.value_bytes_max).to_owned();
                self.details().name = Some(name);
            }
            Cow::Borrowed(name) => {
                self.name = name;
                if let Some(details) = &mut self.details {
                    details.name = None;
                }
            }
        }
    }

    pub(crate) fn log(&mut self, time: Timestamp, fields: &Arena, header: &Header) {
        self.arena().log(time, fields, &header.settings.limits);
    }

    /// Records a failure: the tag, and the log. Only for data that nobody else can reach, since it runs the
    /// user's `Display` and `Debug`.
    pub(crate) fn fail(&mut self, failure: Failure<'_>, header: &Header) {
        let mut fields = thread::take_details();
        failure.write(&mut Fields::new(&mut fields.arena, &header.settings.limits));
        self.set_tag(Cow::Borrowed(tags::ERROR.name()), &TagValue::Bool(true), header);
        self.log(Timestamp::now(), &fields.arena, header);
        thread::give_details(fields);
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
            self.details().extra = None;
            context.set_baggage_item(key, value);
            self.details().extra = context.into_extra();
        }
        fits
    }

    /// The record as it stands.
    #[inline]
    pub(crate) fn record(&self) -> SpanRecord<'_> {
        match &self.details {
            Some(details) => details.record(&self.head, self.name),
            None => SpanRecord::plain(&self.head, self.name),
        }
    }

    /// Ends the span: classifies it, counts it, and hands it to the recorder. Runs the recorder's code.
    pub(crate) fn finish(&mut self, header: &'static Header, finish: Option<Timestamp>) {
        // Counted before it is handed over: a report made in between shows it as lost, not as open.
        self.count(header);
        self.hand_over(header, finish);
    }

    /// Counts the span as finished.
    fn count(&self, header: &'static Header) {
        match (self.marks.has(Marks::FOREIGN), self.is_recording()) {
            (true, _) => {}
            (false, true) => count(header, |counts| &counts.recorded),
            (false, false) => count(header, |counts| &counts.unsampled),
        }
    }

    /// Gives a span that has been counted to the recorder, and its memory back to the thread.
    #[inline]
    pub(crate) fn hand_over(&mut self, header: &'static Header, finish: Option<Timestamp>) {
        if self.is_recording() {
            self.head.finish = match finish {
                Some(time) => time,
                None => Timestamp::now(),
            };
            if self.head.start.is_explicit() || self.head.finish.is_explicit() {
                self.head.order(header);
            }
            if let Some(recorder) = header.recorder() {
                if header.settings.observe {
                    recorder.observe(&Event::Finished(&self.record(), &self.context()));
                }
                match &self.details {
                    None => recorder.record_plain(&self.head, self.name),
                    Some(_) => recorder.record(&self.record()),
                }
            }
        }
        if let Some(details) = self.details.take() {
            thread::give_details(details);
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
    let local = fast::here().local(header).or_else(|| thread::with(|state| state.local(header)));
    match local {
        Some(local) => Counts::add_one(which(&local.counts)),
        None => header.count_shared(which),
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

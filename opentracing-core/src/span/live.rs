//! The setters of a live span, written once for [`Span`](crate::Span) and [`Scope`](crate::Scope).

use std::borrow::Cow;
use std::error::Error;
use std::panic::Location;

use crate::attributes::Arena;
use crate::clock::Timestamp;
use crate::failure::Failure;
use crate::fields::{Fields, IntoFields};
use crate::limits::Limits;
use crate::span::data::SpanData;
use crate::tag::{AsTag, TagValue};
use crate::tags::{self, Key};
use crate::thread;
use crate::tracer::header::Header;

/// A call on a span: what was called, and where.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Call {
    pub(crate) operation: &'static str,
    pub(crate) location: &'static Location<'static>,
}

impl Call {
    #[track_caller]
    pub(crate) fn new(operation: &'static str) -> Self {
        Self { operation, location: Location::caller() }
    }
}

/// A span that can be changed while it lives.
pub(crate) trait Live {
    fn header(&self) -> &'static Header;

    fn limits(&self) -> &'static Limits {
        &self.header().settings.limits
    }

    /// Whether there is no span: nobody traces, or its scope is closed.
    fn is_noop(&self) -> bool;

    /// Whether anything set on the span is kept.
    fn is_recording(&self) -> bool;

    /// Whether calls have to be let through though nothing is recording: to notice misuse.
    fn is_finished(&self) -> bool;

    /// Runs `change`, which must not run code of the user. A span that has finished is not changed; the call
    /// is counted as misuse.
    fn edit<R>(&self, call: Call, change: impl FnOnce(&mut SpanData, &'static Header) -> R) -> Option<R>;

    /// Sets a tag the short way, if the span is recording; `false` where there is none.
    fn append_tag(&self, key: &'static str, value: &TagValue<'_>) -> bool {
        let _ = (key, value);
        false
    }

    /// As `append_tag`, for a log of the given fields.
    fn append_log(&self, time: Timestamp, fields: &Arena) -> bool {
        let _ = (time, fields);
        false
    }

    #[inline]
    fn live_set_tag<V: AsTag>(&self, call: Call, key: impl Key<V>, value: V) {
        if !self.is_noop() {
            self.live_put(call, key.into_name(), &value);
        }
    }

    fn live_put(&self, call: Call, key: Cow<'static, str>, value: &dyn AsTag) {
        // A priority may start the recording.
        let acts = key == tags::SAMPLING_PRIORITY.name();
        if !acts && !self.is_recording() && !self.is_finished() {
            return;
        }
        let mut key = Some(key);
        value.visit_tag(&mut |value| match key.take() {
            Some(Cow::Borrowed(key)) if !acts && self.append_tag(key, value) => {}
            Some(key) => _ = self.edit(call, |data, header| data.set_tag(key, value, header)),
            None => {}
        });
    }

    /// Sets a tag of which the value is at hand.
    #[inline]
    fn live_put_value(&self, call: Call, key: Cow<'static, str>, value: &TagValue<'_>) {
        match key {
            Cow::Borrowed(key) if key != tags::SAMPLING_PRIORITY.name() && self.append_tag(key, value) => {}
            key => self.live_put(call, key, value),
        }
    }

    fn live_set_tags<K, V>(&self, call: Call, tags: impl IntoIterator<Item = (K, V)>)
    where
        K: Into<Cow<'static, str>>,
        V: AsTag,
    {
        if self.is_noop() {
            return;
        }
        for (key, value) in tags {
            // One at a time: the iterator is the user's code, and may use this very span.
            self.live_set_tag(call, key.into(), value);
        }
    }

    fn live_set_operation_name(&self, call: Call, name: Cow<'static, str>) {
        if !self.is_noop() {
            self.edit(call, |data, header| data.set_operation_name(name, header));
        }
    }

    fn live_log(&self, call: Call, time: Option<Timestamp>, fields: impl IntoFields) {
        if !self.is_recording() {
            if self.is_finished() {
                self.edit(call, |_, _| ());
            }
            return;
        }
        let time = time.unwrap_or_else(Timestamp::now);
        let mut details = thread::take_details();
        let log = &mut details.arena;
        fields.write(&mut Fields::new(log, self.limits()));
        if !self.append_log(time, log) {
            self.edit(call, |data, header| data.log(time, log, header));
        }
        thread::give_details(details);
    }

    fn live_fail(&self, call: Call, failure: Failure<'_>, extra: impl IntoFields) {
        self.live_set_tag(call, tags::ERROR, true);
        if !self.is_finished() {
            self.live_log(call, None, failure.with(extra));
        }
    }

    fn live_log_error<E: Error + ?Sized>(&self, call: Call, error: &E, extra: impl IntoFields) {
        self.live_fail(call, Failure::of_error(&error), extra);
    }

    fn live_set_baggage_item(&self, call: Call, key: String, value: String) {
        let header = self.header();
        let Some(recorder) = header.recorder() else { return };
        let name = key.clone();
        let kept = self.edit(call, |data, header| data.set_baggage_item(key, value, header));
        if kept == Some(false) {
            recorder.baggage_refused(&name);
        }
    }
}

//! One trace to be drawn: its spans, as far as they are known and within limits.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use opentracing_core::{
    Attributes, Entry, OperationName, References, SpanHead, SpanId, SpanRecord, TagValue, Timestamp, TraceId,
    WallClock, tags,
};

use crate::picture::style::Style;
use crate::picture::{Limits, svg, text};
use crate::process::Process;

/// A trace, or what is known of it: spans of one or of several services.
///
/// # Examples
/// ```
/// use opentracing_core::{Attributes, OperationName, References, SpanHead, SpanId, SpanRecord, Timestamp};
/// use opentracing_core::{TraceId, WallClock};
/// use opentracing_sdk::picture::{Style, Trace};
/// use opentracing_sdk::Process;
///
/// let trace_id = TraceId::new(0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736).unwrap();
/// let head = SpanHead::new(trace_id, SpanId::new(1).unwrap(), Timestamp::now(), Timestamp::now());
/// let name = OperationName::Static("get");
/// let span = SpanRecord::from_parts(&head, name, Attributes::default(), References::Parent);
///
/// let mut trace = Trace::new(trace_id);
/// trace.push(&Process::new("shop"), WallClock::read(), &span);
/// assert!(trace.to_text(&Style::plain()).starts_with("trace 4bf92f35 · shop"));
/// ```
#[derive(Clone)]
pub struct Trace {
    id: TraceId,
    spans: Vec<Span>,
    limits: Limits,
    bytes: usize,
    left_out: usize,
    /// The clock that came with the first span. All times of the picture are by this one, so that spans that came
    /// in several batches do not move against each other.
    clock: Option<WallClock>,
    part: Part,
}

/// Which part of a trace a picture shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Part {
    /// All that this process knows of, or the first picture of it.
    #[default]
    Whole,
    /// Spans that finished after others of the trace had been drawn.
    Continued,
    /// Spans whose local root has not finished.
    Incomplete,
}

/// A finished span in a picture.
///
/// # Examples
/// ```
/// # use opentracing_core::WallClock;
/// # use opentracing_core::{Attributes, OperationName, References, SpanHead, SpanId};
/// # use opentracing_core::{SpanRecord, Timestamp, TraceId};
/// # let (ids, now) = ((TraceId::new(1).unwrap(), SpanId::new(1).unwrap()), Timestamp::now());
/// # let head = SpanHead::new(ids.0, ids.1, now, now);
/// # let name = OperationName::Static("get");
/// # let span = SpanRecord::from_parts(&head, name, Attributes::default(), References::Parent);
/// # let process = opentracing_sdk::Process::new("shop");
/// # let mut trace = opentracing_sdk::picture::Trace::new(ids.0);
/// # trace.push(&process, WallClock::read(), &span);
/// let span = trace.spans().next().unwrap();
/// assert_eq!((span.service_name(), span.is_error()), ("shop", false));
/// ```
#[derive(Clone)]
pub struct Span {
    service: Arc<str>,
    head: SpanHead,
    name: Box<str>,
    entries: Box<[Entry]>,
    text: Box<[u8]>,
    dropped: u32,
    clock: WallClock,
    /// Nanoseconds since the Unix epoch.
    start: u64,
    // Invariant: not before the start.
    finish: u64,
    failed: bool,
}

impl Trace {
    /// A trace without spans, within the default limits.
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::TraceId;
    /// use opentracing_sdk::picture::Trace;
    ///
    /// assert_eq!(Trace::new(TraceId::new(7).unwrap()).spans().count(), 0);
    /// ```
    #[must_use]
    pub fn new(id: TraceId) -> Self {
        Self::with_limits(id, Limits::default())
    }

    /// A trace without spans, within limits of your own.
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::TraceId;
    /// use opentracing_sdk::picture::{Limits, Trace};
    ///
    /// let limits = Limits { spans_max: 50, ..Limits::default() };
    /// assert_eq!(Trace::with_limits(TraceId::new(7).unwrap(), limits).spans_left_out(), 0);
    /// ```
    #[must_use]
    pub fn with_limits(id: TraceId, limits: Limits) -> Self {
        Self { id, spans: Vec::new(), limits, bytes: 0, left_out: 0, clock: None, part: Part::Whole }
    }

    /// Adds a span that this process made; one of another trace is ignored.
    ///
    /// At the limits, the span that is least worth showing goes: one that is no local root, has not failed, and
    /// took the shortest time.
    ///
    /// # Examples
    /// ```
    /// # use opentracing_core::WallClock;
    /// # use opentracing_core::{Attributes, OperationName, References, SpanHead, SpanId};
    /// # use opentracing_core::{SpanRecord, Timestamp, TraceId};
    /// # let (ids, now) = ((TraceId::new(1).unwrap(), SpanId::new(1).unwrap()), Timestamp::now());
    /// # let head = SpanHead::new(ids.0, ids.1, now, now);
    /// # let name = OperationName::Static("get");
    /// # let span = SpanRecord::from_parts(&head, name, Attributes::default(), References::Parent);
    /// # let process = opentracing_sdk::Process::new("shop");
    /// # let mut trace = opentracing_sdk::picture::Trace::new(ids.0);
    /// trace.push(&process, WallClock::read(), &span);
    /// assert_eq!(trace.spans().count(), 1);
    /// ```
    pub fn push(&mut self, process: &Process, clock: WallClock, span: &SpanRecord<'_>) {
        if span.head().trace_id != self.id {
            return;
        }
        let clock = *self.clock.get_or_insert(clock);
        let span = Span::new(self.service(process), clock, span);
        self.bytes += span.bytes();
        self.spans.push(span);
        while self.spans.len() > self.limits.spans_max || self.bytes > self.limits.bytes_max {
            let Some(index) = self.least() else { break };
            let span = self.spans.swap_remove(index);
            self.bytes -= span.bytes();
            self.left_out += 1;
        }
    }

    /// The name of the service, shared with the spans that have it already.
    fn service(&self, process: &Process) -> Arc<str> {
        let name = process.service_name();
        let known = self.spans.iter().rev().find(|span| &*span.service == name);
        known.map_or_else(|| Arc::from(name), |span| Arc::clone(&span.service))
    }

    /// Where the span stands that is least worth showing.
    fn least(&self) -> Option<usize> {
        let worth = |span: &Span| (span.head.is_local_root, span.failed, span.nanos(), Reverse(span.start));
        (0..self.spans.len()).min_by_key(|&index| worth(&self.spans[index]))
    }

    /// The trace's id.
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::TraceId;
    /// use opentracing_sdk::picture::Trace;
    ///
    /// let id = TraceId::new(7).unwrap();
    /// assert_eq!(Trace::new(id).id(), id);
    /// ```
    #[must_use]
    pub fn id(&self) -> TraceId {
        self.id
    }

    /// The spans, in no particular order.
    ///
    /// # Examples
    /// ```
    /// # use opentracing_core::WallClock;
    /// # use opentracing_core::{Attributes, OperationName, References, SpanHead, SpanId};
    /// # use opentracing_core::{SpanRecord, Timestamp, TraceId};
    /// # let (ids, now) = ((TraceId::new(1).unwrap(), SpanId::new(1).unwrap()), Timestamp::now());
    /// # let head = SpanHead::new(ids.0, ids.1, now, now);
    /// # let name = OperationName::Static("get");
    /// # let span = SpanRecord::from_parts(&head, name, Attributes::default(), References::Parent);
    /// # let process = opentracing_sdk::Process::new("shop");
    /// # let mut trace = opentracing_sdk::picture::Trace::new(ids.0);
    /// # trace.push(&process, WallClock::read(), &span);
    /// assert_eq!(trace.spans().next().unwrap().service_name(), "shop");
    /// ```
    pub fn spans(&self) -> impl Iterator<Item = &Span> {
        self.spans.iter()
    }

    /// How many spans were left out, because of the limits.
    ///
    /// # Examples
    /// ```
    /// # use opentracing_core::WallClock;
    /// # use opentracing_core::{Attributes, OperationName, References, SpanHead, SpanId};
    /// # use opentracing_core::{SpanRecord, Timestamp, TraceId};
    /// # let (ids, now) = ((TraceId::new(1).unwrap(), SpanId::new(1).unwrap()), Timestamp::now());
    /// # let head = SpanHead::new(ids.0, ids.1, now, now);
    /// # let name = OperationName::Static("get");
    /// # let span = SpanRecord::from_parts(&head, name, Attributes::default(), References::Parent);
    /// # let process = opentracing_sdk::Process::new("shop");
    /// # let mut trace = opentracing_sdk::picture::Trace::new(ids.0);
    /// # trace.push(&process, WallClock::read(), &span);
    /// assert_eq!(trace.spans_left_out(), 0);
    /// ```
    #[must_use]
    pub fn spans_left_out(&self) -> usize {
        self.left_out
    }

    /// From the first start to the last finish.
    ///
    /// # Examples
    /// ```
    /// # use opentracing_core::WallClock;
    /// # use opentracing_core::{Attributes, OperationName, References, SpanHead, SpanId};
    /// # use opentracing_core::{SpanRecord, Timestamp, TraceId};
    /// # let (ids, now) = ((TraceId::new(1).unwrap(), SpanId::new(1).unwrap()), Timestamp::now());
    /// # let head = SpanHead::new(ids.0, ids.1, now, now);
    /// # let name = OperationName::Static("get");
    /// # let span = SpanRecord::from_parts(&head, name, Attributes::default(), References::Parent);
    /// # let process = opentracing_sdk::Process::new("shop");
    /// # let mut trace = opentracing_sdk::picture::Trace::new(ids.0);
    /// # trace.push(&process, WallClock::read(), &span);
    /// // Its one span took no time.
    /// assert!(trace.duration().is_zero());
    /// ```
    #[must_use]
    pub fn duration(&self) -> Duration {
        let (start, finish) = self.extent();
        Duration::from_nanos(finish - start)
    }

    /// Draws the trace as a waterfall of text: a line for each span, parents first, with a bar on a common axis
    /// of time, and what it recorded below. Every line ends with a line break.
    ///
    /// What spans recorded is written such that it cannot act on a terminal.
    ///
    /// # Examples
    /// ```
    /// # use opentracing_core::WallClock;
    /// # use opentracing_core::{Attributes, OperationName, References, SpanHead, SpanId};
    /// # use opentracing_core::{SpanRecord, Timestamp, TraceId};
    /// # let (ids, now) = ((TraceId::new(1).unwrap(), SpanId::new(1).unwrap()), Timestamp::now());
    /// # let head = SpanHead::new(ids.0, ids.1, now, now);
    /// # let name = OperationName::Static("get");
    /// # let span = SpanRecord::from_parts(&head, name, Attributes::default(), References::Parent);
    /// # let process = opentracing_sdk::Process::new("shop");
    /// # let mut trace = opentracing_sdk::picture::Trace::new(ids.0);
    /// # trace.push(&process, WallClock::read(), &span);
    /// use opentracing_sdk::picture::Style;
    ///
    /// assert!(trace.to_text(&Style::plain()).contains("get"));
    /// ```
    #[must_use]
    pub fn to_text(&self, style: &Style) -> String {
        text::draw(self, style)
    }

    /// Draws the trace as a picture of this many pixels, at least 480: a file that shows in browsers and in README
    /// files, in light and in dark.
    ///
    /// What spans recorded is escaped: it cannot become markup.
    ///
    /// # Examples
    /// ```
    /// # use opentracing_core::WallClock;
    /// # use opentracing_core::{Attributes, OperationName, References, SpanHead, SpanId};
    /// # use opentracing_core::{SpanRecord, Timestamp, TraceId};
    /// # let (ids, now) = ((TraceId::new(1).unwrap(), SpanId::new(1).unwrap()), Timestamp::now());
    /// # let head = SpanHead::new(ids.0, ids.1, now, now);
    /// # let name = OperationName::Static("get");
    /// # let span = SpanRecord::from_parts(&head, name, Attributes::default(), References::Parent);
    /// # let process = opentracing_sdk::Process::new("shop");
    /// # let mut trace = opentracing_sdk::picture::Trace::new(ids.0);
    /// # trace.push(&process, WallClock::read(), &span);
    /// assert!(trace.to_svg(960).starts_with("<svg"));
    /// ```
    #[must_use]
    pub fn to_svg(&self, width: u32) -> String {
        svg::draw(self, width)
    }

    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    pub(crate) fn part(&self) -> Part {
        self.part
    }

    pub(crate) fn into_part(self, part: Part) -> Self {
        Self { part, ..self }
    }

    /// First start and last finish, in nanoseconds since the Unix epoch.
    pub(super) fn extent(&self) -> (u64, u64) {
        let start = self.spans.iter().map(|span| span.start).min().unwrap_or(0);
        (start, self.spans.iter().map(|span| span.finish).max().unwrap_or(start))
    }

    /// The services, in the order in which their first spans started.
    pub(super) fn services(&self) -> Vec<Arc<str>> {
        let mut firsts = HashMap::new();
        for span in &self.spans {
            let first = firsts.entry(&span.service).or_insert(span.start);
            *first = span.start.min(*first);
        }
        let mut services: Vec<_> = firsts.into_iter().collect();
        services.sort_unstable_by_key(|&(name, start)| (start, name));
        services.into_iter().map(|(name, _)| Arc::clone(name)).collect()
    }

    pub(super) fn stored(&self) -> &[Span] {
        &self.spans
    }

    /// Takes out the spans for which `is_top` holds, and all below them.
    ///
    /// Where spans were left out, nobody can tell any more what is below what: then all are taken, if any.
    pub(crate) fn take_below(&mut self, is_top: impl Fn(&Span) -> bool) -> Self {
        let mut taken: HashSet<SpanId> =
            self.spans.iter().filter(|span| is_top(span)).map(Span::id).collect();
        if self.left_out > 0 && !taken.is_empty() {
            let rest = Self { part: self.part, ..Self::with_limits(self.id, self.limits) };
            return std::mem::replace(self, rest);
        }
        let mut children = HashMap::<SpanId, Vec<SpanId>>::new();
        for span in &self.spans {
            children.entry(span.head.parent_id.unwrap_or(span.id())).or_default().push(span.id());
        }
        let mut open: Vec<SpanId> = taken.iter().copied().collect();
        while let Some(id) = open.pop() {
            let below = children.get(&id).into_iter().flatten();
            open.extend(below.copied().filter(|&child| taken.insert(child)));
        }
        let (out, rest): (Vec<_>, Vec<_>) = self.spans.drain(..).partition(|span| taken.contains(&span.id()));
        let bytes = out.iter().map(Span::bytes).sum();
        self.bytes -= bytes;
        self.spans = rest;
        Self { spans: out, bytes, ..Self { clock: self.clock, ..Self::with_limits(self.id, self.limits) } }
    }
}

impl fmt::Debug for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trace")
            .field("id", &self.id)
            .field("spans", &self.spans)
            .field("left_out", &self.left_out)
            .finish_non_exhaustive()
    }
}

impl Span {
    fn new(service: Arc<str>, clock: WallClock, span: &SpanRecord<'_>) -> Self {
        let head = *span.head();
        let (entries, text) = span.attributes().parts();
        let failed = match span.tag(tags::ERROR.name()) {
            Some(TagValue::Bool(failed)) => failed,
            Some(TagValue::Str(text)) => text == "true",
            _ => false,
        };
        let start = clock.unix_nanos(head.start);
        Self {
            service,
            head,
            name: span.operation_name().into(),
            entries: entries.into(),
            text: text.into(),
            dropped: span.attributes().dropped(),
            clock,
            start,
            finish: clock.unix_nanos(head.finish).max(start),
            failed,
        }
    }

    /// The span's id.
    ///
    /// # Examples
    /// ```
    /// # use opentracing_core::WallClock;
    /// # use opentracing_core::{Attributes, OperationName, References, SpanHead, SpanId};
    /// # use opentracing_core::{SpanRecord, Timestamp, TraceId};
    /// # let (ids, now) = ((TraceId::new(1).unwrap(), SpanId::new(1).unwrap()), Timestamp::now());
    /// # let head = SpanHead::new(ids.0, ids.1, now, now);
    /// # let name = OperationName::Static("get");
    /// # let span = SpanRecord::from_parts(&head, name, Attributes::default(), References::Parent);
    /// # let process = opentracing_sdk::Process::new("shop");
    /// # let mut trace = opentracing_sdk::picture::Trace::new(ids.0);
    /// # trace.push(&process, WallClock::read(), &span);
    /// assert_eq!(trace.spans().next().unwrap().id(), ids.1);
    /// ```
    #[must_use]
    pub fn id(&self) -> SpanId {
        self.head.span_id
    }

    /// What the span recorded.
    ///
    /// # Examples
    /// ```
    /// # use opentracing_core::WallClock;
    /// # use opentracing_core::{Attributes, OperationName, References, SpanHead, SpanId};
    /// # use opentracing_core::{SpanRecord, Timestamp, TraceId};
    /// # let (ids, now) = ((TraceId::new(1).unwrap(), SpanId::new(1).unwrap()), Timestamp::now());
    /// # let head = SpanHead::new(ids.0, ids.1, now, now);
    /// # let name = OperationName::Static("get");
    /// # let span = SpanRecord::from_parts(&head, name, Attributes::default(), References::Parent);
    /// # let process = opentracing_sdk::Process::new("shop");
    /// # let mut trace = opentracing_sdk::picture::Trace::new(ids.0);
    /// # trace.push(&process, WallClock::read(), &span);
    /// assert_eq!(trace.spans().next().unwrap().record().operation_name(), "get");
    /// ```
    #[must_use]
    pub fn record(&self) -> SpanRecord<'_> {
        let name = OperationName::Borrowed(&self.name);
        let attributes = Attributes::from_parts(&self.entries, &self.text, self.dropped);
        SpanRecord::from_parts(&self.head, name, attributes, References::Parent)
    }

    /// The name of the service that made it.
    ///
    /// # Examples
    /// ```
    /// # use opentracing_core::WallClock;
    /// # use opentracing_core::{Attributes, OperationName, References, SpanHead, SpanId};
    /// # use opentracing_core::{SpanRecord, Timestamp, TraceId};
    /// # let (ids, now) = ((TraceId::new(1).unwrap(), SpanId::new(1).unwrap()), Timestamp::now());
    /// # let head = SpanHead::new(ids.0, ids.1, now, now);
    /// # let name = OperationName::Static("get");
    /// # let span = SpanRecord::from_parts(&head, name, Attributes::default(), References::Parent);
    /// # let process = opentracing_sdk::Process::new("shop");
    /// # let mut trace = opentracing_sdk::picture::Trace::new(ids.0);
    /// # trace.push(&process, WallClock::read(), &span);
    /// assert_eq!(trace.spans().next().unwrap().service_name(), "shop");
    /// ```
    #[must_use]
    pub fn service_name(&self) -> &str {
        &self.service
    }

    /// From its start to its finish.
    ///
    /// # Examples
    /// ```
    /// # use opentracing_core::WallClock;
    /// # use opentracing_core::{Attributes, OperationName, References, SpanHead, SpanId};
    /// # use opentracing_core::{SpanRecord, Timestamp, TraceId};
    /// # let (ids, now) = ((TraceId::new(1).unwrap(), SpanId::new(1).unwrap()), Timestamp::now());
    /// # let head = SpanHead::new(ids.0, ids.1, now, now);
    /// # let name = OperationName::Static("get");
    /// # let span = SpanRecord::from_parts(&head, name, Attributes::default(), References::Parent);
    /// # let process = opentracing_sdk::Process::new("shop");
    /// # let mut trace = opentracing_sdk::picture::Trace::new(ids.0);
    /// # trace.push(&process, WallClock::read(), &span);
    /// assert!(trace.spans().next().unwrap().duration().is_zero());
    /// ```
    #[must_use]
    pub fn duration(&self) -> Duration {
        Duration::from_nanos(self.nanos())
    }

    /// Whether its tag `error` says so.
    ///
    /// # Examples
    /// ```
    /// # use opentracing_core::WallClock;
    /// # use opentracing_core::{Attributes, OperationName, References, SpanHead, SpanId};
    /// # use opentracing_core::{SpanRecord, Timestamp, TraceId};
    /// # let (ids, now) = ((TraceId::new(1).unwrap(), SpanId::new(1).unwrap()), Timestamp::now());
    /// # let head = SpanHead::new(ids.0, ids.1, now, now);
    /// # let name = OperationName::Static("get");
    /// # let span = SpanRecord::from_parts(&head, name, Attributes::default(), References::Parent);
    /// # let process = opentracing_sdk::Process::new("shop");
    /// # let mut trace = opentracing_sdk::picture::Trace::new(ids.0);
    /// # trace.push(&process, WallClock::read(), &span);
    /// assert!(!trace.spans().next().unwrap().is_error());
    /// ```
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.failed
    }

    pub(crate) fn head(&self) -> &SpanHead {
        &self.head
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Nanoseconds since the Unix epoch, by the clock of the picture.
    pub(super) fn unix_nanos(&self, time: Timestamp) -> u64 {
        self.clock.unix_nanos(time)
    }

    pub(super) fn start(&self) -> u64 {
        self.start
    }

    pub(super) fn finish(&self) -> u64 {
        self.finish
    }

    pub(super) fn nanos(&self) -> u64 {
        self.finish - self.start
    }

    fn bytes(&self) -> usize {
        size_of::<Self>() + self.name.len() + size_of_val(&*self.entries) + self.text.len()
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Span")
            .field("service", &self.service)
            .field("id", &self.id())
            .field("name", &self.name)
            .field("duration", &self.duration())
            .finish_non_exhaustive()
    }
}

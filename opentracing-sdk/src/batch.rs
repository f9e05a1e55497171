//! Finished spans on their way to a backend, and the memory that holds them.

use std::fmt;
use std::ops::Range;
use std::time::Instant;

use opentracing_core::{Reference, SpanRecord, WallClock};

use crate::pipeline::BatchLimits;
use crate::pipeline::record::{Measured, RecordBuffer, Records};
use crate::process::Process;

/// Finished spans of one process, lent to a reporter.
///
/// # Examples
/// What a reporter does with one:
/// ```
/// use opentracing_sdk::Batch;
///
/// fn lines(batch: &Batch<'_>) -> Vec<String> {
///     let service = batch.process().service_name();
///     batch.spans().map(|span| format!("{service}.{}", span.operation_name())).collect()
/// }
/// # use opentracing_core::{Attributes, OperationName, References, SpanHead, SpanId, SpanRecord, Timestamp, TraceId};
/// # let head = SpanHead::new(TraceId::new(1).unwrap(), SpanId::new(1).unwrap(), Timestamp::now(), Timestamp::now());
/// # let name = OperationName::Static("get");
/// # let mut buffer = opentracing_sdk::BatchBuffer::new();
/// # buffer.push(&SpanRecord::from_parts(&head, name, Attributes::default(), References::Parent));
/// # let process = opentracing_sdk::Process::new("shop");
/// # assert_eq!(lines(&buffer.as_batch(&process)), ["shop.get"]);
/// ```
#[derive(Clone)]
pub struct Batch<'a> {
    process: &'a Process,
    buffer: &'a BatchBuffer,
    // Invariant: within the spans of the buffer.
    range: Range<usize>,
    clock: WallClock,
    deadline: Option<Instant>,
}

impl<'a> Batch<'a> {
    /// Who made the spans.
    ///
    /// # Examples
    /// ```
    /// use opentracing_sdk::{BatchBuffer, Process};
    ///
    /// let (buffer, process) = (BatchBuffer::new(), Process::new("shop"));
    /// assert_eq!(buffer.as_batch(&process).process().service_name(), "shop");
    /// ```
    #[must_use]
    pub fn process(&self) -> &'a Process {
        self.process
    }

    /// How many spans there are.
    ///
    /// # Examples
    /// ```
    /// # use opentracing_core::{Attributes, OperationName, References, SpanHead, SpanId};
    /// # use opentracing_core::{SpanRecord, Timestamp, TraceId};
    /// # let (ids, now) = ((TraceId::new(1).unwrap(), SpanId::new(1).unwrap()), Timestamp::now());
    /// # let head = SpanHead::new(ids.0, ids.1, now, now);
    /// # let name = OperationName::Static("get");
    /// # let span = SpanRecord::from_parts(&head, name, Attributes::default(), References::Parent);
    /// # let mut buffer = opentracing_sdk::BatchBuffer::new();
    /// # buffer.push(&span);
    /// # let process = opentracing_sdk::Process::new("shop");
    /// assert_eq!(buffer.as_batch(&process).len(), 1);
    /// ```
    #[must_use]
    pub fn len(&self) -> usize {
        self.range.len()
    }

    /// Whether there are none; a reporter is never given such a batch.
    ///
    /// # Examples
    /// ```
    /// use opentracing_sdk::{BatchBuffer, Process};
    ///
    /// let (buffer, process) = (BatchBuffer::new(), Process::new("shop"));
    /// assert!(buffer.as_batch(&process).is_empty());
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.range.is_empty()
    }

    /// The spans. Those of one thread come in the order in which they finished.
    ///
    /// # Examples
    /// ```
    /// # use opentracing_core::{Attributes, OperationName, References, SpanHead, SpanId};
    /// # use opentracing_core::{SpanRecord, Timestamp, TraceId};
    /// # let (ids, now) = ((TraceId::new(1).unwrap(), SpanId::new(1).unwrap()), Timestamp::now());
    /// # let head = SpanHead::new(ids.0, ids.1, now, now);
    /// # let name = OperationName::Static("get");
    /// # let span = SpanRecord::from_parts(&head, name, Attributes::default(), References::Parent);
    /// # let mut buffer = opentracing_sdk::BatchBuffer::new();
    /// # buffer.push(&span);
    /// # let process = opentracing_sdk::Process::new("shop");
    /// let batch = buffer.as_batch(&process);
    /// let names: Vec<_> = batch.spans().map(|span| span.operation_name().to_owned()).collect();
    /// assert_eq!(names, ["get"]);
    /// ```
    pub fn spans(&self) -> impl Iterator<Item = SpanRecord<'a>> + use<'a> {
        Spans::new(self.buffer, self.range.clone())
    }

    /// Turns the times of the spans into times of day; read once for the batch.
    ///
    /// # Examples
    /// ```
    /// # use opentracing_core::{Attributes, OperationName, References, SpanHead, SpanId};
    /// # use opentracing_core::{SpanRecord, Timestamp, TraceId};
    /// # let (ids, now) = ((TraceId::new(1).unwrap(), SpanId::new(1).unwrap()), Timestamp::now());
    /// # let head = SpanHead::new(ids.0, ids.1, now, now);
    /// # let name = OperationName::Static("get");
    /// # let span = SpanRecord::from_parts(&head, name, Attributes::default(), References::Parent);
    /// # let mut buffer = opentracing_sdk::BatchBuffer::new();
    /// # buffer.push(&span);
    /// # let process = opentracing_sdk::Process::new("shop");
    /// let batch = buffer.as_batch(&process);
    /// let span = batch.spans().next().unwrap();
    /// assert!(batch.clock().system_time(span.head().start) > std::time::UNIX_EPOCH);
    /// ```
    #[must_use]
    pub fn clock(&self) -> WallClock {
        self.clock
    }

    /// When reporting has to be over, whether it succeeded or not: the tracer is being closed. A reporter's own
    /// time-outs hold where this is later or `None`.
    ///
    /// # Examples
    /// ```
    /// use opentracing_sdk::{BatchBuffer, Process};
    ///
    /// let (buffer, process) = (BatchBuffer::new(), Process::new("shop"));
    /// assert_eq!(buffer.as_batch(&process).deadline(), None);
    /// ```
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// The same batch with a deadline, for tests of reporters.
    ///
    /// # Examples
    /// ```
    /// use opentracing_sdk::{BatchBuffer, Process};
    /// use std::time::Instant;
    ///
    /// let (buffer, process, now) = (BatchBuffer::new(), Process::new("shop"), Instant::now());
    /// assert_eq!(buffer.as_batch(&process).with_deadline(Some(now)).deadline(), Some(now));
    /// ```
    #[must_use]
    pub fn with_deadline(self, deadline: Option<Instant>) -> Self {
        Self { deadline, ..self }
    }

    /// The two halves of a batch of several spans.
    pub(crate) fn halves(&self) -> Option<(Self, Self)> {
        let Range { start, end } = self.range;
        let middle = start + self.len() / 2;
        let part = |range| Self { range, ..self.clone() };
        (self.len() > 1).then(|| (part(start..middle), part(middle..end)))
    }
}

impl fmt::Debug for Batch<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batch")
            .field("process", &self.process)
            .field("len", &self.len())
            .field("deadline", &self.deadline)
            .finish_non_exhaustive()
    }
}

/// Memory for a batch: spans are copied in, read through [`as_batch`](Self::as_batch), and cleared, which keeps
/// the memory for the next batch.
///
/// The pipeline fills one from the rings of the threads; tests of reporters and encoders fill theirs by hand.
///
/// # Examples
/// ```
/// use opentracing_core::{Attributes, OperationName, References, SpanHead, SpanRecord};
/// use opentracing_core::{SpanId, Timestamp, TraceId};
/// use opentracing_sdk::{BatchBuffer, Process};
///
/// let (trace_id, span_id) = (TraceId::new(1).unwrap(), SpanId::new(2).unwrap());
/// let head = SpanHead::new(trace_id, span_id, Timestamp::now(), Timestamp::now());
/// let name = OperationName::Borrowed("get");
/// let mut buffer = BatchBuffer::new();
/// buffer.push(&SpanRecord::from_parts(&head, name, Attributes::default(), References::Parent));
///
/// let process = Process::new("shop");
/// let batch = buffer.as_batch(&process);
/// assert_eq!(batch.spans().next().unwrap().operation_name(), "get");
/// ```
#[derive(Debug, Default)]
pub struct BatchBuffer {
    records: RecordBuffer,
    spans: usize,
    /// Those of all spans that list some, one after the other.
    references: Vec<Reference>,
}

impl BatchBuffer {
    /// An empty buffer, which takes memory when it is filled.
    ///
    /// # Examples
    /// ```
    /// let buffer = opentracing_sdk::BatchBuffer::new();
    /// assert_eq!((buffer.len(), buffer.bytes()), (0, 0));
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Copies a span.
    ///
    /// # Examples
    /// ```
    /// # use opentracing_core::{Attributes, OperationName, References, SpanHead, SpanId};
    /// # use opentracing_core::{SpanRecord, Timestamp, TraceId};
    /// # let (ids, now) = ((TraceId::new(1).unwrap(), SpanId::new(1).unwrap()), Timestamp::now());
    /// # let head = SpanHead::new(ids.0, ids.1, now, now);
    /// # let name = OperationName::Static("get");
    /// # let span = SpanRecord::from_parts(&head, name, Attributes::default(), References::Parent);
    /// let mut buffer = opentracing_sdk::BatchBuffer::new();
    /// buffer.push(&span);
    /// buffer.push(&span);
    /// assert_eq!(buffer.len(), 2);
    /// ```
    pub fn push(&mut self, span: &SpanRecord<'_>) {
        let measured = Measured::new(span);
        if self.records.push(&measured) {
            // With all that they have, where the pipeline leaves some behind.
            self.references.extend(measured.references().cloned());
            self.spans += 1;
        }
    }

    /// Takes records off the front until the buffer is full, at most `spans_max` of them. Answers how many.
    #[inline]
    pub(crate) fn append(
        &mut self,
        records: &mut Records<'_>,
        spans_max: usize,
        limits: &BatchLimits,
    ) -> usize {
        let spans_max = spans_max.min(limits.spans_max.saturating_sub(self.spans));
        let spans = self.records.append(records, (spans_max, limits.bytes_max), &mut self.references);
        self.spans += spans;
        spans
    }

    /// The spans as a batch of this process; the clock is read now.
    ///
    /// # Examples
    /// ```
    /// # use opentracing_core::{Attributes, OperationName, References, SpanHead, SpanId};
    /// # use opentracing_core::{SpanRecord, Timestamp, TraceId};
    /// # let (ids, now) = ((TraceId::new(1).unwrap(), SpanId::new(1).unwrap()), Timestamp::now());
    /// # let head = SpanHead::new(ids.0, ids.1, now, now);
    /// # let name = OperationName::Static("get");
    /// # let span = SpanRecord::from_parts(&head, name, Attributes::default(), References::Parent);
    /// # let mut buffer = opentracing_sdk::BatchBuffer::new();
    /// # buffer.push(&span);
    /// # let process = opentracing_sdk::Process::new("shop");
    /// let batch = buffer.as_batch(&process);
    /// assert_eq!((batch.len(), batch.process().service_name()), (1, "shop"));
    /// ```
    #[must_use]
    pub fn as_batch<'a>(&'a self, process: &'a Process) -> Batch<'a> {
        let range = 0..self.spans;
        Batch { process, buffer: self, range, clock: WallClock::read(), deadline: None }
    }

    /// How many spans there are.
    ///
    /// # Examples
    /// ```
    /// # use opentracing_core::{Attributes, OperationName, References, SpanHead, SpanId};
    /// # use opentracing_core::{SpanRecord, Timestamp, TraceId};
    /// # let (ids, now) = ((TraceId::new(1).unwrap(), SpanId::new(1).unwrap()), Timestamp::now());
    /// # let head = SpanHead::new(ids.0, ids.1, now, now);
    /// # let name = OperationName::Static("get");
    /// # let span = SpanRecord::from_parts(&head, name, Attributes::default(), References::Parent);
    /// # let mut buffer = opentracing_sdk::BatchBuffer::new();
    /// # buffer.push(&span);
    /// assert_eq!(buffer.len(), 1);
    /// ```
    #[must_use]
    pub fn len(&self) -> usize {
        self.spans
    }

    /// Whether there are none.
    ///
    /// # Examples
    /// ```
    /// assert!(opentracing_sdk::BatchBuffer::new().is_empty());
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.spans == 0
    }

    /// How many bytes the spans take here, about as many as they will take on a wire.
    ///
    /// # Examples
    /// ```
    /// # use opentracing_core::{Attributes, OperationName, References, SpanHead, SpanId};
    /// # use opentracing_core::{SpanRecord, Timestamp, TraceId};
    /// # let (ids, now) = ((TraceId::new(1).unwrap(), SpanId::new(1).unwrap()), Timestamp::now());
    /// # let head = SpanHead::new(ids.0, ids.1, now, now);
    /// # let name = OperationName::Static("get");
    /// # let span = SpanRecord::from_parts(&head, name, Attributes::default(), References::Parent);
    /// # let mut buffer = opentracing_sdk::BatchBuffer::new();
    /// # buffer.push(&span);
    /// assert!(buffer.bytes() > 0);
    /// ```
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.records.bytes()
    }

    /// Removes all spans and keeps the memory, unless that has become large.
    ///
    /// # Examples
    /// ```
    /// # use opentracing_core::{Attributes, OperationName, References, SpanHead, SpanId};
    /// # use opentracing_core::{SpanRecord, Timestamp, TraceId};
    /// # let (ids, now) = ((TraceId::new(1).unwrap(), SpanId::new(1).unwrap()), Timestamp::now());
    /// # let head = SpanHead::new(ids.0, ids.1, now, now);
    /// # let name = OperationName::Static("get");
    /// # let span = SpanRecord::from_parts(&head, name, Attributes::default(), References::Parent);
    /// # let mut buffer = opentracing_sdk::BatchBuffer::new();
    /// # buffer.push(&span);
    /// buffer.clear();
    /// assert!(buffer.is_empty());
    /// ```
    pub fn clear(&mut self) {
        self.records.clear(KEPT_BYTES_MAX);
        self.references.clear();
        self.spans = 0;
    }
}

/// Memory that a cleared buffer keeps: what a full batch has.
const KEPT_BYTES_MAX: usize = 2 << 20;

/// The spans of some records, each with what is its own of the references.
struct Spans<'a> {
    records: Records<'a>,
    references: &'a [Reference],
}

impl<'a> Spans<'a> {
    fn new(buffer: &'a BatchBuffer, range: Range<usize>) -> Self {
        let mut all = Self { records: buffer.records.records(), references: &buffer.references };
        if range.len() < buffer.len() {
            all.by_ref().take(range.start).for_each(drop);
            all.records = all.records.first(range.len());
        }
        all
    }
}

impl<'a> Iterator for Spans<'a> {
    type Item = SpanRecord<'a>;

    #[inline]
    fn next(&mut self) -> Option<SpanRecord<'a>> {
        let record = self.records.next()?;
        Some(record.span(&mut self.references))
    }
}

#[cfg(test)]
mod tests {
    use opentracing_core::{
        Attributes, OperationName, ReferenceKind, References, SpanContext, SpanHead, SpanId, Timestamp,
        TraceId,
    };

    use super::*;

    fn head(span_id: u64) -> SpanHead {
        let now = Timestamp::now();
        SpanHead::new(TraceId::new(7).unwrap(), SpanId::new(span_id).unwrap(), now, now)
    }

    fn push_named(buffer: &mut BatchBuffer, span_id: u64, name: OperationName<'_>) {
        let head = head(span_id);
        buffer.push(&SpanRecord::from_parts(&head, name, Attributes::default(), References::Parent));
    }

    #[test]
    fn spans_come_back_as_they_were_pushed() {
        let context = SpanContext::builder()
            .ids(TraceId::new(1).unwrap(), SpanId::new(2).unwrap())
            .sampled(true)
            .build();
        let references = [Reference::new(ReferenceKind::FollowsFrom, context)];
        let head = head(3);
        let linked = SpanRecord::from_parts(
            &head,
            OperationName::Borrowed("linked"),
            Attributes::from_parts(&[], b"", 5),
            References::Listed(&references),
        );
        let mut buffer = BatchBuffer::new();
        push_named(&mut buffer, 1, OperationName::Static("static"));
        push_named(&mut buffer, 2, OperationName::Borrowed("größe"));
        buffer.push(&linked);

        let process = Process::new("s");
        let spans: Vec<_> = buffer.as_batch(&process).spans().collect();
        let names: Vec<_> = spans.iter().map(SpanRecord::operation_name).collect();
        assert_eq!(names, ["static", "größe", "linked"]);
        assert!(matches!(spans[0].stored_references(), References::Parent));
        assert_eq!(spans[2].attributes().dropped(), 5);
        let kinds: Vec<_> = spans[2].references().map(|(kind, _)| kind).collect();
        assert_eq!(kinds, [ReferenceKind::FollowsFrom]);
    }

    #[test]
    fn halves_share_no_span_and_miss_none() {
        let mut buffer = BatchBuffer::new();
        for name in ["a", "b", "c"] {
            push_named(&mut buffer, 1, OperationName::Static(name));
        }
        let process = Process::new("s");
        let batch = buffer.as_batch(&process);
        let (left, right) = batch.halves().unwrap();
        let names = |batch: &Batch<'_>| batch.spans().map(|span| span.operation_name().to_owned()).collect();
        let (left_names, right_names): (Vec<String>, Vec<String>) = (names(&left), names(&right));
        assert_eq!((left_names, right_names), (vec!["a".into()], vec!["b".into(), "c".into()]));
        assert!(left.halves().is_none());
    }

    #[test]
    fn a_cleared_buffer_is_used_again() {
        let mut buffer = BatchBuffer::new();
        push_named(&mut buffer, 1, OperationName::Borrowed("old"));
        buffer.clear();
        assert!(buffer.is_empty());
        push_named(&mut buffer, 1, OperationName::Borrowed("new"));
        let process = Process::new("s");
        assert_eq!(buffer.as_batch(&process).spans().next().unwrap().operation_name(), "new");
    }
}

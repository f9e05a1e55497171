//! What is written into records is what is read from them.

use std::sync::{Arc, Mutex, MutexGuard};

use opentracing_core::{
    Decision, FinishOnClose, Limits, MockSpan, OperationName, Recorder, Reference, ReferenceKind, References,
    Settings, SpanContext, SpanHead, SpanId, SpanRecord, StartInfo, Timestamp, TraceId, Tracer, WallClock,
    fields,
};

use super::*;

/// Keeps what it is given twice: as records, and as the mock would.
#[derive(Debug, Clone, Default)]
struct Both {
    kept: Arc<Mutex<Kept>>,
}

#[derive(Debug, Default)]
struct Kept {
    records: RecordBuffer,
    spans: Vec<MockSpan>,
}

impl Recorder for Both {
    fn sample(&self, _: &StartInfo<'_>) -> Decision {
        Decision::record()
    }

    fn record(&self, span: &SpanRecord<'_>) {
        let mut kept = self.kept();
        assert!(kept.records.push(&Measured::new(span)));
        kept.spans.push(MockSpan::from_record(span, &WallClock::read()));
    }

    fn settings(&self) -> Settings {
        let mut settings = Settings::default();
        settings.limits = Limits { tags_max: 3, value_bytes_max: 100_000, ..Limits::default() };
        settings
    }
}

/// The spans of records, which go through another buffer.
fn read(records: &RecordBuffer) -> Vec<MockSpan> {
    let (mut copied, mut references) = (RecordBuffer::default(), Vec::new());
    let mut from = records.records();
    while copied.append(&mut from, (2, usize::MAX), &mut references) > 0 {}
    let (mut rest, clock) = (&references[..], WallClock::read());
    let spans =
        copied.records().map(|record| MockSpan::from_record(&record.span(&mut rest), &clock)).collect();
    assert!(rest.is_empty());
    spans
}

impl Both {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap()
    }

    fn assert_kept(&self) {
        // The two clocks are read at different moments.
        let timeless = |mut span: MockSpan| {
            span.start_time = std::time::UNIX_EPOCH;
            span.finish_time = None;
            span.logs.iter_mut().for_each(|log| log.timestamp = std::time::UNIX_EPOCH);
            span
        };
        let kept = self.kept();
        let expected: Vec<_> = kept.spans.iter().cloned().map(timeless).collect();
        let read: Vec<_> = read(&kept.records).into_iter().map(timeless).collect();
        assert_eq!(read, expected);
    }
}

fn context(id: u64) -> SpanContext {
    let ids = (TraceId::new(u128::from(id) << 70 | 5).unwrap(), SpanId::new(id).unwrap());
    SpanContext::builder().ids(ids.0, ids.1).parent_id(SpanId::new(9)).flags(3).remote().build()
}

#[test]
fn a_span_with_everything_comes_back_from_its_record() {
    let both = Both::default();
    let tracer = Tracer::new(both.clone());
    let scope = tracer.start_active_span("literal", FinishOnClose::Yes);
    let child = tracer.span(format!("made at run time {}", 1)).start();
    child.set_tag("i", -1).set_tag(String::from("copied key"), "value").set_tag("long", "x".repeat(200));
    child.set_tag("one too many", true);
    child.log(fields![event = "e", n = 2.5, text = "größe"]).log(fields![empty = ""]);
    child.finish();
    let linked = tracer.span("linked").child_of(context(1)).follows_from(context(2));
    linked
        .reference(ReferenceKind::Custom("static".into()), context(3))
        .reference(ReferenceKind::Custom("k".repeat(100).into()), context(4))
        .start()
        .finish();
    drop(scope);
    both.assert_kept();
}

#[test]
fn text_of_any_length_is_kept() {
    let both = Both::default();
    let tracer = Tracer::new(both.clone());
    for len in (0..40).chain([255, 256, 70_000]) {
        let text: String = (b'a'..=b'z').cycle().take(len).map(char::from).collect();
        tracer.span(text.clone()).tag("text", text.clone()).tag(text, 1).start().finish();
    }
    both.assert_kept();
}

#[test]
fn what_a_limit_kept_out_is_still_counted() {
    let both = Both::default();
    let span = Tracer::new(both.clone()).start_span("limited");
    for (key, value) in [("a", 1), ("b", 2), ("c", 3), ("d", 4), ("e", 5)] {
        span.set_tag(key, value);
    }
    span.finish();
    let kept = both.kept();
    let record = kept.records.records().next().unwrap();
    assert_eq!(record.span(&mut &[][..]).attributes().dropped(), 2);
}

fn head(id: u64) -> SpanHead {
    let now = Timestamp::now();
    let mut head = SpanHead::new(TraceId::new(7 << 64 | 8).unwrap(), SpanId::new(id).unwrap(), now, now);
    (head.parent_id, head.is_local_root) = (SpanId::new(id + 1), id % 2 == 0);
    head
}

#[test]
fn a_plain_span_is_the_fixed_part_alone() {
    let mut memory = [std::mem::MaybeUninit::<u64>::uninit(); 2 * PLAIN_BYTES / ALIGN];
    let at = memory.as_mut_ptr().cast::<u8>();
    for id in [1, 2] {
        // SAFETY: there is room for two.
        let at = unsafe { at.add((id - 1) * PLAIN_BYTES) };
        // SAFETY: as above.
        unsafe { write_plain(at, &head(id as u64), "op") };
    }
    // SAFETY: two records were written.
    let records = unsafe { Records::new(at, at.wrapping_add(2 * PLAIN_BYTES)) };
    let read: Vec<_> = records.map(|record| record.span(&mut &[][..])).collect();
    assert_eq!(read.len(), 2);
    for (span, id) in read.iter().zip([1, 2]) {
        let (read, written) = (span.head(), head(id));
        assert_eq!((read.trace_id, read.span_id), (written.trace_id, written.span_id));
        assert_eq!((read.parent_id, read.is_local_root), (written.parent_id, written.is_local_root));
        assert_eq!(span.name(), OperationName::Static("op"));
        assert!(span.tags().next().is_none() && span.attributes().dropped() == 0);
        assert!(matches!(span.stored_references(), References::Parent));
    }
}

#[test]
fn references_without_ids_are_left_out() {
    let references = [
        Reference::new(ReferenceKind::ChildOf, SpanContext::builder().build()),
        Reference::new(ReferenceKind::FollowsFrom, context(3)),
    ];
    let head = head(1);
    let name = OperationName::Static("op");
    let listed = References::Listed(&references);
    let span = SpanRecord::from_parts(&head, name, opentracing_core::Attributes::default(), listed);
    let mut records = RecordBuffer::default();
    assert!(records.push(&Measured::new(&span)));
    let read = read(&records);
    assert_eq!(read[0].references.len(), 1);
    assert_eq!(read[0].references[0].kind, ReferenceKind::FollowsFrom);
}

#[test]
fn records_are_moved_up_to_a_number_and_a_size() {
    let mut records = RecordBuffer::default();
    for id in 1..=10 {
        let (head, name) = (head(id), OperationName::Borrowed("copied"));
        let nothing = opentracing_core::Attributes::default();
        assert!(records.push(&Measured::new(&SpanRecord::from_parts(
            &head,
            name,
            nothing,
            References::Parent
        ))));
    }
    let one = records.bytes() / 10;
    let mut from = records.records();
    let (mut to, mut references) = (RecordBuffer::default(), Vec::new());
    assert_eq!(to.append(&mut from, (3, usize::MAX), &mut references), 3);
    // The record that goes beyond is the last one.
    assert_eq!(to.append(&mut from, (usize::MAX, 5 * one + 1), &mut references), 3);
    assert_eq!(to.append(&mut from, (usize::MAX, 6 * one), &mut references), 0);
    assert_eq!(to.append(&mut from, (usize::MAX, usize::MAX), &mut references), 4);
    assert_eq!((to.bytes(), from.bytes().1), (10 * one, 0));
    to.clear(0);
    assert_eq!((to.bytes(), to.records().count()), (0, 0));
}

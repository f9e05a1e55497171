//! What is written into cells is what is read from them.

use std::sync::{Arc, Mutex};

use opentracing_core::{
    Decision, Limits, MockSpan, Recorder, ReferenceKind, Settings, SpanContext, SpanRecord, StartInfo,
    TraceId, Tracer, WallClock, fields,
};

use super::*;
use crate::batch::BatchBuffer;
use crate::process::Process;

/// Keeps what it is given twice: as cells, and as the mock would.
#[derive(Debug, Clone, Default)]
struct Both {
    cells: Arc<Mutex<Vec<Cell>>>,
    spans: Arc<Mutex<Vec<MockSpan>>>,
}

const CLOCK: fn() -> WallClock = WallClock::read;

impl Recorder for Both {
    fn sample(&self, _: &StartInfo<'_>) -> Decision {
        Decision::record()
    }

    fn record(&self, span: &SpanRecord<'_>) {
        let measured = Measured::new(span);
        let mut written = vec![Cell::default(); measured.cells()];
        let mut slots = Slots::new((&mut written, &mut []));
        measured.write(&mut slots);
        assert_eq!(slots.len(), 0);
        assert_eq!(plain(span).is_some(), written.len() == 1);
        self.cells.lock().unwrap().extend(written);
        self.spans.lock().unwrap().push(MockSpan::from_record(span, &CLOCK()));
    }

    fn settings(&self) -> Settings {
        let mut settings = Settings::default();
        settings.limits = Limits { tags_max: 3, value_bytes_max: 100_000, ..Limits::default() };
        settings
    }
}

impl Both {
    /// The spans, read from cells that lie in two pieces, as in a ring that is gone around.
    fn read(&self, middle: usize) -> Vec<MockSpan> {
        let cells = self.cells.lock().unwrap();
        let mut rest = Cells::new(cells.split_at(middle));
        let mut buffer = BatchBuffer::new();
        while read(&mut rest, &mut buffer) {}
        assert_eq!(rest.len(), 0);
        let process = Process::new("s");
        let clock = CLOCK();
        buffer.as_batch(&process).spans().map(|span| MockSpan::from_record(&span, &clock)).collect()
    }

    fn assert_kept(&self) {
        // The two clocks are read at different moments.
        let timeless = |mut span: MockSpan| {
            span.start_time = std::time::UNIX_EPOCH;
            span.finish_time = None;
            span.logs.iter_mut().for_each(|log| log.timestamp = std::time::UNIX_EPOCH);
            span
        };
        let expected: Vec<_> = self.spans.lock().unwrap().iter().cloned().map(timeless).collect();
        let cells = self.cells.lock().unwrap().len();
        for middle in 0..=cells {
            let read: Vec<_> = self.read(middle).into_iter().map(timeless).collect();
            assert_eq!(read, expected, "cut at {middle}");
        }
    }
}

fn context(id: u64) -> SpanContext {
    let ids = (TraceId::new(u128::from(id) << 70 | 5).unwrap(), SpanId::new(id).unwrap());
    SpanContext::builder().ids(ids.0, ids.1).parent_id(SpanId::new(9)).flags(3).remote().build()
}

#[test]
fn a_span_with_everything_comes_back_from_its_cells() {
    let both = Both::default();
    let tracer = Tracer::new(both.clone());
    let scope = tracer.start_active_span("literal", opentracing_core::FinishOnClose::Yes);
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

    let cells = both.cells.lock().unwrap();
    let plain = cells.iter().rev().take_while(|cell| matches!(cell, Cell::Span { .. })).count();
    assert_eq!(plain, 1, "the root, which finished last, is one cell");
}

#[test]
fn figures_that_leave_sixteen_bits_are_kept() {
    let both = Both::default();
    let span = Tracer::new(both.clone()).start_span("big");
    span.set_tag("text", "y".repeat(70_000));
    span.finish();
    let read = both.read(7);
    assert_eq!(read[0].tag("text").unwrap().as_str().map(str::len), Some(70_000));
}

#[test]
fn what_a_limit_kept_out_is_still_counted() {
    let both = Both::default();
    let span = Tracer::new(both.clone()).start_span("limited");
    for (key, value) in [("a", 1), ("b", 2), ("c", 3), ("d", 4), ("e", 5)] {
        span.set_tag(key, value);
    }
    span.finish();
    let cells = both.cells.lock().unwrap();
    let mut buffer = BatchBuffer::new();
    assert!(read(&mut Cells::new((&cells, &[])), &mut buffer));
    let process = Process::new("s");
    assert_eq!(buffer.as_batch(&process).spans().next().unwrap().attributes().dropped(), 2);
}

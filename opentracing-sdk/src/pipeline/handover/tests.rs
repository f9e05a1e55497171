//! The hand-over with one thread, and with two.

use std::thread;

use super::*;
use crate::pipeline::budget::Budget;

/// A chunk for so many numbers.
fn chunk(budget: &Budget, numbers: usize) -> Chunk {
    let bytes = CHUNK_OVERHEAD_BYTES + numbers * size_of::<u64>();
    Chunk::new(bytes, budget.charge(bytes, 0).unwrap()).unwrap()
}

fn budget() -> Budget {
    Budget::new(8 << 20)
}

/// The writing end, of which there is one, so that whoever borrows it is the writer.
struct OneWriter(Writer);

impl OneWriter {
    /// A writer with a chunk for so many numbers.
    fn start(budget: &Budget, numbers: usize) -> (Self, Reader) {
        let mut writer = Self(Writer::new());
        assert!(!writer.write(0));
        match writer.open(chunk(budget, numbers)) {
            Opened::First(reader) => (writer, reader),
            other => panic!("not the first: {other:?}"),
        }
    }

    fn write(&mut self, number: u64) -> bool {
        let Some(room) = self.0.room(size_of::<u64>()) else { return false };
        // SAFETY: there is room for a number, and chunks begin aligned.
        unsafe { room.at.cast::<u64>().write(number) };
        // SAFETY: this is the writer.
        unsafe { self.0.publish(room) };
        true
    }

    fn open(&mut self, chunk: Chunk) -> Opened {
        // SAFETY: this is the writer.
        unsafe { self.0.open(chunk) }
    }

    fn close(&mut self) {
        // SAFETY: this is the writer.
        unsafe { self.0.close() };
    }
}

/// The numbers that can be read, and how many chunks were left behind.
fn read(reader: &mut Reader) -> (Vec<u64>, usize) {
    let (mut numbers, mut chunks) = (Vec::new(), 0);
    while let Some(bytes) = reader.unread(|_| chunks += 1) {
        let mut at = bytes.at.cast::<u64>();
        let end = bytes.end;
        while at.cast() < end {
            // SAFETY: what is published is numbers.
            numbers.push(unsafe { at.read() });
            // SAFETY: as above.
            at = unsafe { at.add(1) };
        }
        // SAFETY: all of them were read.
        unsafe { reader.consume(end) };
    }
    (numbers, chunks)
}

#[test]
fn what_is_published_is_read_across_chunks_and_chunks_are_given_back() {
    let budget = budget();
    let (mut writer, mut reader) = OneWriter::start(&budget, 2);
    assert_eq!(read(&mut reader), (vec![], 0));
    assert!(writer.write(1));
    assert_eq!(read(&mut reader), (vec![1], 0));
    assert!(writer.write(2) && !writer.write(3));
    assert!(matches!(writer.open(chunk(&budget, 3)), Opened::Next));
    assert!(writer.write(3) && writer.write(4));
    assert_eq!(read(&mut reader), (vec![2, 3, 4], 1));
    writer.close();
    assert!(!writer.0.has_chunk() && !writer.write(5));
    assert!(!reader.is_done());
    assert_eq!(read(&mut reader), (vec![], 1));
    assert!(reader.is_done());
    assert_eq!(budget.used(), 0);
}

#[test]
fn a_reader_that_goes_leaves_nothing_behind_whoever_goes_first() {
    for writer_first in [true, false] {
        let budget = budget();
        let (mut writer, reader) = OneWriter::start(&budget, 1);
        for number in 0..3 {
            assert!(writer.write(number));
            assert!(matches!(writer.open(chunk(&budget, 1)), Opened::Next));
        }
        if writer_first {
            writer.close();
            drop(reader);
        } else {
            drop(reader);
            assert!(budget.used() > 0, "the writer has a chunk");
            writer.close();
        }
        assert_eq!(budget.used(), 0);
    }
}

#[test]
fn a_writer_hears_that_the_reader_has_gone_when_it_wants_to_go_on() {
    let budget = budget();
    let (mut writer, reader) = OneWriter::start(&budget, 1);
    drop(reader);
    assert!(writer.write(1));
    assert!(matches!(writer.open(chunk(&budget, 1)), Opened::Abandoned));
    assert!(!writer.0.has_chunk());
    assert_eq!(budget.used(), 0);
}

/// One end on each of two threads; the reader goes after it has seen so many numbers, or never.
fn run(numbers: u64, seen_max: u64) {
    let budget = budget();
    thread::scope(|scope| {
        let (mut writer, mut reader) = OneWriter::start(&budget, 3);
        let budget = &budget;
        scope.spawn(move || {
            for number in 0..numbers {
                while !writer.write(number) {
                    if let Opened::Abandoned = writer.open(chunk(budget, 3)) {
                        return;
                    }
                }
            }
            writer.close();
        });
        let mut expected = 0;
        while !reader.is_done() && expected < seen_max {
            for number in read(&mut reader).0 {
                assert_eq!(number, expected);
                expected += 1;
            }
            thread::yield_now();
        }
        assert!(expected == numbers || expected >= seen_max);
    });
    assert_eq!(budget.used(), 0);
}

#[test]
fn two_threads_hand_over_everything_in_order() {
    run(if cfg!(miri) { 40 } else { 20_000 }, u64::MAX);
}

#[test]
fn two_threads_part_without_a_trace() {
    for seen_max in 0..if cfg!(miri) { 4 } else { 200 } {
        run(20, seen_max);
    }
}

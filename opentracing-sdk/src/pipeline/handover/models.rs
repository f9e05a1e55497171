//! The hand-over in all orders that the memory model allows: `RUSTFLAGS="--cfg loom" cargo test --lib --release models`.
//!
//! loom reports a number that is read without its having been written before, a chunk that is freed twice, and one that
//! is not freed.

use loom::cell::UnsafeCell;
use loom::sync::atomic::{AtomicBool, Ordering};
use loom::sync::{Arc, Condvar, Mutex};
use loom::thread;

use super::*;
use crate::pipeline::budget::Budget;
use crate::pipeline::flushes::Flushes;

const NUMBERS: usize = 4;

/// What is handed over: the places of numbers, so that loom sees each being written and read.
struct Payload([UnsafeCell<usize>; NUMBERS]);

// SAFETY: that each place is written before it is read is what the models show; loom reports it if not.
unsafe impl Sync for Payload {}

impl Payload {
    fn new() -> Arc<Self> {
        Arc::new(Self([(); NUMBERS].map(|()| UnsafeCell::new(usize::MAX))))
    }
}

/// A chunk for so many numbers.
fn chunk(budget: &Budget, numbers: usize) -> Chunk {
    let bytes = CHUNK_OVERHEAD_BYTES + numbers * size_of::<u64>();
    Chunk::new(bytes, budget.charge(bytes, 0).unwrap()).unwrap()
}

/// The writing end, of which there is one.
struct OneWriter {
    writer: Writer,
    payload: Arc<Payload>,
    budget: Budget,
}

impl OneWriter {
    fn start(numbers: usize) -> (Self, OneReader, Budget) {
        let (budget, payload) = (Budget::new(1 << 20), Payload::new());
        let this = Self { writer: Writer::new(), payload: Arc::clone(&payload), budget: budget.clone() };
        // SAFETY: this is the writer.
        let Opened::First(reader) = (unsafe { this.writer.open(chunk(&budget, numbers)) }) else {
            panic!("it is the first")
        };
        (this, OneReader { reader, payload, next: 0 }, budget)
    }

    /// Writes a number into a chunk that has room; answers whether the reader is still there.
    fn write(&mut self, number: usize) -> bool {
        let room = loop {
            if let Some(room) = self.writer.room(size_of::<u64>()) {
                break room;
            }
            // SAFETY: this is the writer.
            if let Opened::Abandoned = unsafe { self.writer.open(chunk(&self.budget, 1)) } {
                return false;
            }
        };
        // SAFETY: nobody else writes it.
        self.payload.0[number].with_mut(|place| unsafe { *place = number });
        // SAFETY: there is room for a number, and chunks begin aligned.
        unsafe { room.at.cast::<u64>().write(number as u64) };
        // SAFETY: this is the writer.
        unsafe { self.writer.publish(room) };
        true
    }
}

impl Drop for OneWriter {
    fn drop(&mut self) {
        // SAFETY: this is the writer.
        unsafe { self.writer.close() };
    }
}

/// The reading end, which expects 0, 1, 2 and so on.
struct OneReader {
    reader: Reader,
    payload: Arc<Payload>,
    next: usize,
}

impl OneReader {
    /// Reads all there is.
    fn read(&mut self) {
        while let Some(bytes) = self.reader.unread(drop) {
            let (mut at, end) = (bytes.at.cast::<u64>(), bytes.end);
            while at.cast() < end {
                // SAFETY: what is published is numbers.
                assert_eq!(unsafe { at.read() }, self.next as u64);
                // SAFETY: loom reports it if it is written meanwhile.
                let kept = self.payload.0[self.next].with(|place| unsafe { *place });
                assert_eq!(kept, self.next);
                self.next += 1;
                at = at.wrapping_add(1);
            }
            // SAFETY: all of them were read.
            unsafe { self.reader.consume(end) };
        }
    }
}

#[test]
fn what_is_published_is_whole_and_in_order_across_chunks() {
    loom::model(|| {
        let (mut writer, mut reader, budget) = OneWriter::start(2);
        let writing = thread::spawn(move || (0..NUMBERS).for_each(|number| assert!(writer.write(number))));
        reader.read();
        reader.read();
        writing.join().unwrap();
        reader.read();
        assert_eq!(reader.next, NUMBERS);
        assert!(reader.reader.is_done());
        assert_eq!(budget.used(), 0);
    });
}

#[test]
fn whoever_goes_first_nothing_is_freed_twice_or_left() {
    loom::model(|| {
        let (mut writer, mut reader, budget) = OneWriter::start(1);
        let writing = thread::spawn(move || (0..3).take_while(|&number| writer.write(number)).count());
        reader.read();
        let read = reader.next;
        drop(reader);
        let written = writing.join().unwrap();
        assert!(read <= written, "{read} of {written}");
        assert_eq!(budget.used(), 0);
    });
}

/// As `Pipeline::flush` and the worker do it.
#[test]
fn a_flush_is_done_when_all_that_was_written_before_was_read() {
    loom::model(|| {
        let (mut writer, mut reader, _) = OneWriter::start(1);
        let state = Arc::new((Mutex::new((Flushes::default(), 0)), Condvar::new()));
        let worker = Arc::clone(&state);
        let working = thread::spawn(move || {
            let mut flushed = 0;
            while flushed < 2 {
                let due = loop {
                    let state = worker.0.lock().unwrap();
                    match state.0.due() {
                        Some((number, _)) => break number,
                        None => drop(worker.1.wait(state).unwrap()),
                    }
                };
                reader.read();
                let mut state = worker.0.lock().unwrap();
                state.0.finish(due);
                state.1 = reader.next;
                worker.1.notify_all();
                flushed = due;
            }
        });
        for number in 0..2 {
            assert!(writer.write(number));
            let mut now = state.0.lock().unwrap();
            let asked = now.0.ask(None);
            state.1.notify_all();
            while !now.0.is_done(asked) {
                now = state.1.wait(now).unwrap();
            }
            assert!(now.1 > number, "{number} was written before");
        }
        working.join().unwrap();
    });
}

/// As `Pipeline::close` and a thread that goes on recording do it.
#[test]
fn a_close_in_between_leaves_each_number_read_or_lost() {
    loom::model(|| {
        let (mut writer, mut reader, budget) = OneWriter::start(1);
        let is_closed = Arc::new(AtomicBool::new(false));
        let closed = Arc::clone(&is_closed);
        let writing = thread::spawn(move || {
            let (mut recorded, mut refused) = (0, 0);
            for number in 0..2 {
                recorded += 1;
                if closed.load(Ordering::Relaxed) || !writer.write(number) {
                    refused += 1;
                }
            }
            (recorded, refused)
        });
        is_closed.store(true, Ordering::Relaxed);
        reader.read();
        let read = reader.next;
        drop(reader);
        let (recorded, refused) = writing.join().unwrap();
        assert!(read + refused <= recorded, "{read} and {refused} of {recorded}");
        assert_eq!(budget.used(), 0);
    });
}

//! Simulated work: it takes time, and does nothing.

use std::ops::Range;
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};

/// Where a service takes the duration of its work from, and what else it leaves to chance.
#[derive(Debug)]
pub(crate) struct Work {
    generator: Mutex<SmallRng>,
    pace: u32,
}

impl Work {
    /// Seeded, so that one run is like another. A pace of 1 takes the time that it says, 2 twice as long, and 0 no
    /// time at all.
    pub(crate) fn new(seed: u64, pace: u32) -> Self {
        Self { generator: Mutex::new(SmallRng::seed_from_u64(seed)), pace }
    }

    /// Works for some milliseconds.
    pub(crate) fn take(&self, milliseconds: Range<u64>) {
        let microseconds = self.pick(milliseconds.start * 1_000..milliseconds.end * 1_000);
        thread::sleep(Duration::from_micros(microseconds) * self.pace);
    }

    /// A number that could be any of these.
    pub(crate) fn pick(&self, range: Range<u64>) -> u64 {
        self.generator.lock().expect("nobody panics while holding this lock").random_range(range)
    }
}

//! A simulated store of drivers: fast as a rule, and sometimes it does not answer in time.

use std::error::Error;
use std::fmt;

use opentracing::{log, tags, traced};

use super::driver::Driver;
use super::work::Work;

/// A connection to the store. Each fifth look-up of a driver through it times out.
pub(crate) struct Connection<'a> {
    work: &'a Work,
    look_ups: u32,
}

impl<'a> Connection<'a> {
    pub(crate) fn open(work: &'a Work) -> Self {
        Self { work, look_ups: 0 }
    }

    /// The plates of the drivers around a location.
    #[traced(kind = client, tags({tags::PEER_SERVICE} = "store", location))]
    pub(crate) fn find_drivers(&self, location: &str, count: usize) -> Vec<String> {
        self.work.take(4..9);
        let plates: Vec<_> = (0..count).map(|_| format!("T7{:05}C", self.work.pick(0..100_000))).collect();
        log!(event = "found", drivers = plates.len());
        plates
    }

    /// The driver with a plate.
    #[traced(kind = client, err, tags({tags::PEER_SERVICE} = "store", plate))]
    pub(crate) fn get_driver(&mut self, plate: &str) -> Result<Driver, TimedOut> {
        self.look_ups += 1;
        if self.look_ups % 5 == 0 {
            self.work.take(TimedOut::MILLISECONDS..TimedOut::MILLISECONDS + 1);
            return Err(TimedOut);
        }
        self.work.take(2..6);
        let location = format!("{},{}", self.work.pick(0..1_000), self.work.pick(0..1_000));
        Ok(Driver { plate: plate.to_owned(), location })
    }
}

/// The store did not answer in time.
#[derive(Debug)]
pub(crate) struct TimedOut;

impl TimedOut {
    const MILLISECONDS: u64 = 25;
}

impl fmt::Display for TimedOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the store did not answer within {} ms", Self::MILLISECONDS)
    }
}

impl Error for TimedOut {}

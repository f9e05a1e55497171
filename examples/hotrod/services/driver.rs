//! The driver service: who is near, by what the store knows.

use opentracing::log;
use serde::{Deserialize, Serialize};

use super::http::{Failure, Reply, Request, Service};
use super::store::{Connection, TimedOut};
use super::work::Work;

/// Drivers that are offered for one delivery.
const DRIVERS: usize = 5;

/// Attempts to get one driver from the store.
const ATTEMPTS_MAX: u32 = 3;

/// Whoever could make a delivery.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Driver {
    pub(crate) plate: String,
    pub(crate) location: String,
}

/// Finds drivers in the store.
pub(crate) struct Drivers {
    work: Work,
}

impl Drivers {
    pub(crate) fn new(work: Work) -> Self {
        Self { work }
    }

    fn near(&self, location: &str) -> Result<Vec<Driver>, TimedOut> {
        let mut store = Connection::open(&self.work);
        let plates = store.find_drivers(location, DRIVERS);
        plates.iter().map(|plate| get(&mut store, plate)).collect()
    }
}

/// Gets a driver, and tries again when the store does not answer.
fn get(store: &mut Connection<'_>, plate: &str) -> Result<Driver, TimedOut> {
    let mut attempt = 1;
    loop {
        match store.get_driver(plate) {
            Err(error) if attempt < ATTEMPTS_MAX => log!(event = "retry", plate, attempt, reason = %error),
            last => return last,
        }
        attempt += 1;
    }
}

impl Service for Drivers {
    fn name(&self) -> &'static str {
        "driver"
    }

    fn answer(&self, request: &Request) -> Result<Reply, Failure> {
        match request.path() {
            "/drivers" => Reply::json(&self.near(&request.parameter::<String>("location")?)?),
            path => Err(Failure::not_found(path)),
        }
    }
}

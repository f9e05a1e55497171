//! The frontend: what users talk to. It asks the other three services, and sends the driver who is there first.

use std::sync::Arc;
use std::thread;

use opentracing::{FinishOnClose, active_span, log, set_baggage};
use serde::{Deserialize, Serialize};

use super::customer::Customer;
use super::driver::Driver;
use super::http::{Failure, Peer, Reply, Request, Service};
use super::route::Route;

/// Routes that are asked for at the same time, for one delivery.
const ROUTES_AT_ONCE: usize = 3;

/// A driver on the way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Dispatch {
    pub(crate) customer: String,
    pub(crate) driver: String,
    pub(crate) minutes: u64,
}

/// The services that the frontend needs.
pub(crate) struct Peers {
    pub(crate) customer: Peer,
    pub(crate) driver: Peer,
    pub(crate) route: Peer,
}

/// Sends drivers.
pub(crate) struct Frontend {
    peers: Peers,
}

impl Frontend {
    pub(crate) fn new(peers: Peers) -> Self {
        Self { peers }
    }

    fn dispatch(&self, customer: u32) -> Result<Dispatch, Failure> {
        let customer: Customer = self.peers.customer.get(&format!("/customer?id={customer}"))?;
        // From here on every service can tell whom it works for, also those that are told nothing of customers.
        set_baggage!("customer" = &customer.name);

        let drivers: Vec<Driver> =
            self.peers.driver.get(&format!("/drivers?location={}", customer.location))?;
        let routes = self.routes(&drivers, &customer)?;

        let first = drivers.iter().zip(&routes).min_by_key(|(_, route)| route.minutes);
        let (driver, route) = first.ok_or_else(|| Failure::not_found("driver"))?;
        log!(event = "dispatched", driver = &driver.plate, minutes = route.minutes);
        Ok(Dispatch { customer: customer.name, driver: driver.plate.clone(), minutes: route.minutes })
    }

    /// The routes of all drivers, in their order, asked for by several threads at the same time.
    fn routes(&self, drivers: &[Driver], customer: &Customer) -> Result<Vec<Route>, Failure> {
        let scope = active_span!("routes", drivers = drivers.len());
        // A span is active on its thread alone. Others that work for it get a handle, and make it active there.
        let span = scope.span();
        thread::scope(|threads| {
            let ask = |drivers: &[Driver]| {
                let _scope = span.tracer().scope_manager().activate(Arc::clone(&span), FinishOnClose::No);
                drivers.iter().map(|driver| self.route(driver, customer)).collect::<Vec<_>>()
            };
            let shares = drivers.chunks(drivers.len().div_ceil(ROUTES_AT_ONCE).max(1));
            let shares: Vec<_> = shares.map(|share| threads.spawn(move || ask(share))).collect();
            shares.into_iter().flat_map(|share| share.join().expect("no route panics")).collect()
        })
    }

    fn route(&self, driver: &Driver, customer: &Customer) -> Result<Route, Failure> {
        self.peers.route.get(&format!("/route?from={}&to={}", driver.location, customer.location))
    }
}

impl Service for Frontend {
    fn answer(&self, request: &Request) -> Result<Reply, Failure> {
        match request.path() {
            "/" => Ok(Reply::html(include_str!("frontend.html"))),
            "/dispatch" => Reply::json(&self.dispatch(request.parameter("customer")?)?),
            path => Err(Failure::not_found(path)),
        }
    }
}

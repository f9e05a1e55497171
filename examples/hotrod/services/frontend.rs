//! The frontend: what users talk to. It asks the other three services, and sends the driver who is there first.

use std::thread;

use opentracing::{active_span, log, set_baggage};
use serde::Serialize;

use super::customer::Customer;
use super::driver::Driver;
use super::http::{Failure, Peer, Reply, Request, Service};
use super::route::Route;

/// A driver on the way.
#[derive(Debug, Serialize)]
struct Dispatch {
    customer: String,
    driver: String,
    minutes: u64,
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

    /// The routes of all drivers, asked for at the same time.
    fn routes(&self, drivers: &[Driver], customer: &Customer) -> Result<Vec<Route>, Failure> {
        let scope = active_span!("routes", drivers = drivers.len());
        // A span is active on its thread alone. Others that work for it get a handle, and make it active there.
        let span = &scope.span();
        thread::scope(|threads| {
            let ask = |driver| {
                threads.spawn(move || {
                    let _scope = span.activate();
                    self.route(driver, customer)
                })
            };
            let asked: Vec<_> = drivers.iter().map(ask).collect();
            asked.into_iter().map(|thread| thread.join().expect("asking does not panic")).collect()
        })
    }

    fn route(&self, driver: &Driver, customer: &Customer) -> Result<Route, Failure> {
        self.peers.route.get(&format!("/route?from={}&to={}", driver.location, customer.location))
    }
}

impl Service for Frontend {
    fn name(&self) -> &'static str {
        "frontend"
    }

    fn answer(&self, request: &Request) -> Result<Reply, Failure> {
        match request.path() {
            "/" => Ok(Reply::html(include_str!("frontend.html"))),
            "/dispatch" => Reply::json(&self.dispatch(request.parameter("customer")?)?),
            path => Err(Failure::not_found(path)),
        }
    }
}

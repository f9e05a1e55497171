//! The application: four services, as four programs would be written, in one process so that it is easy to start.
//!
//! They share no memory but the tracers' output: what makes one trace of a request are the headers between them.

pub(crate) mod customer;
pub(crate) mod driver;
pub(crate) mod frontend;
pub(crate) mod http;
pub(crate) mod route;
mod store;
mod work;

use std::error::Error;
use std::time::Duration;

use opentracing::{Config, ConfigError, Report, TracerGuard};

use customer::Customers;
use driver::Drivers;
use frontend::{Frontend, Peers};
use http::Server;
use route::Routes;
use work::Work;

/// The four services, until dropped.
pub(crate) struct Services {
    pub(crate) frontend: Server,
    pub(crate) customer: Server,
    pub(crate) driver: Server,
    pub(crate) route: Server,
    // Below the servers, since fields are dropped in this order: a tracer outlives the service that it traces.
    tracers: Vec<TracerGuard>,
}

impl Services {
    /// Starts each service with a tracer of its own, which `configure` may change. At a pace of 1, requests take as
    /// long as they might in life; at 0, as short as they can.
    pub(crate) fn start(
        pace: u32,
        configure: impl Fn(Config) -> Config,
    ) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let mut tracers = Vec::new();
        let mut tracer = |service: &str| {
            let guard = configure(Config::new(service)).build()?;
            let tracer = guard.tracer();
            tracers.push(guard);
            Ok::<_, ConfigError>(tracer)
        };

        let customers = Customers::new(Work::new(1, pace));
        let customer = Server::start("customer", tracer("customer")?, customers)?;
        let drivers = Drivers::new(Work::new(2, pace));
        let driver = Server::start("driver", tracer("driver")?, drivers)?;
        let routes = Routes::new(Work::new(3, pace));
        let route = Server::start("route", tracer("route")?, routes)?;
        let peers = Peers { customer: customer.peer(), driver: driver.peer(), route: route.peer() };
        let frontend = Server::start("frontend", tracer("frontend")?, Frontend::new(peers))?;
        Ok(Self { frontend, customer, driver, route, tracers })
    }

    /// Gives all finished spans to the reporters; what has become of them is said for each service.
    pub(crate) fn flush(&self) -> Vec<Report> {
        self.tracers.iter().map(|guard| guard.flush(Duration::from_secs(5))).collect()
    }

    /// Spans that one of the reporters did not take, though another may have.
    pub(crate) fn refused(&self) -> u64 {
        self.tracers.iter().flat_map(TracerGuard::reporters).map(|reporter| reporter.dropped.total()).sum()
    }
}

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

use opentracing::{Config, Report};

use customer::Customers;
use driver::Drivers;
use frontend::{Frontend, Peers};
use http::Server;
use route::Routes;
use work::Work;

/// The four services, until this is dropped.
pub(crate) struct Services {
    pub(crate) frontend: Server,
    pub(crate) customer: Server,
    pub(crate) driver: Server,
    pub(crate) route: Server,
}

impl Services {
    /// Starts them, with tracers as `configure` wants them. At a pace of 1, requests take about as long as they would
    /// in life, and at 0 as short as they can.
    pub(crate) fn start(
        pace: u32,
        configure: impl Fn(Config) -> Config,
    ) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let customer = Server::start(Customers::new(Work::new(1, pace)), &configure)?;
        let driver = Server::start(Drivers::new(Work::new(2, pace)), &configure)?;
        let route = Server::start(Routes::new(Work::new(3, pace)), &configure)?;
        let peers = Peers { customer: customer.peer(), driver: driver.peer(), route: route.peer() };
        let frontend = Server::start(Frontend::new(peers), &configure)?;
        Ok(Self { frontend, customer, driver, route })
    }

    /// Gives all finished spans to the reporters, and says for each service what has become of them.
    pub(crate) fn flush(&self) -> [Report; 4] {
        self.all().map(|service| service.tracing().flush(Duration::from_secs(5)))
    }

    /// Spans that one of the reporters did not take, though another may have.
    pub(crate) fn refused(&self) -> u64 {
        let reporters = self.all().into_iter().flat_map(|service| service.tracing().reporters());
        reporters.map(|reporter| reporter.dropped.total()).sum()
    }

    fn all(&self) -> [&Server; 4] {
        [&self.frontend, &self.customer, &self.driver, &self.route]
    }
}

//! The route service: how long a driver would take.

use opentracing::active_span;
use serde::{Deserialize, Serialize};

use super::http::{Failure, Reply, Request, Service};
use super::work::Work;

/// A way, and what it takes.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Route {
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) minutes: u64,
}

/// Computes routes.
pub(crate) struct Routes {
    work: Work,
}

impl Routes {
    pub(crate) fn new(work: Work) -> Self {
        Self { work }
    }

    fn compute(&self, from: String, to: String) -> Route {
        let scope = active_span!("compute route", from, to);
        // No request told this service about customers: that is baggage, which the frontend gave to the trace.
        scope.set_tag("customer", scope.baggage_item("customer"));
        self.work.take(15..45);
        Route { from, to, minutes: self.work.pick(2..20) }
    }
}

impl Service for Routes {
    fn name(&self) -> &'static str {
        "route"
    }

    fn answer(&self, request: &Request) -> Result<Reply, Failure> {
        match request.path() {
            "/route" => Reply::json(&self.compute(request.parameter("from")?, request.parameter("to")?)),
            path => Err(Failure::not_found(path)),
        }
    }
}

//! What the demo prints at its end.

use opentracing::Report;

use crate::load::Outcome;

/// Two lines on what was asked for, and on what the tracers recorded of it.
pub(crate) fn summary(outcome: &Outcome, reports: &[Report], errors: u64) -> String {
    let Outcome { requests, failed, elapsed } = outcome;
    let total = |figure: fn(&Report) -> u64| reports.iter().map(figure).sum::<u64>();
    let (spans, dropped) = (total(|report| report.started), total(|report| report.dropped.total()));
    format!(
        "{requests} requests in {elapsed:.2?}, {failed} failed\n\
         {services} services, {spans} spans, {errors} errors, dropped {dropped}",
        services = reports.len(),
    )
}

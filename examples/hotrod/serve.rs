//! Keeps the services running, and shows each trace when it is complete.

use std::collections::HashSet;
use std::error::Error;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use opentracing::TraceId;
use opentracing::picture::{Gallery, Style, Trace};

use crate::services::Services;

/// Serves until ctrl-c, or until the system asks the program to end.
pub(crate) fn serve(services: &Services, gallery: &Gallery) -> Result<(), Box<dyn Error + Send + Sync>> {
    let (stop, stopped) = mpsc::channel();
    ctrlc::set_handler(move || _ = stop.send(()))?;

    let Services { frontend, customer, driver, route, .. } = services;
    println!("Serving until ctrl-c. Open http://{}/ in a browser, or", frontend.address());
    for (server, target) in [
        (frontend, "/dispatch?customer=123"),
        (customer, "/customer?id=123"),
        (driver, "/drivers?location=115,277"),
        (route, "/route?from=211,653&to=115,277"),
    ] {
        println!("  curl 'http://{}{target}'", server.address());
    }
    println!();

    services.flush();
    let mut shown: HashSet<TraceId> = gallery.traces().iter().map(Trace::id).collect();
    while stopped.recv_timeout(Duration::from_millis(200)) == Err(RecvTimeoutError::Timeout) {
        let complete: Vec<_> =
            gallery.traces().iter().filter(|trace| has_root(trace)).map(Trace::id).collect();
        // The root of a request finishes last, so whatever else belongs to these traces is on its way by now.
        services.flush();
        for id in complete {
            if let Some(trace) = gallery.trace(id).filter(|_| shown.insert(id)) {
                println!("{}", trace.to_text(&Style::of_stdout()));
            }
        }
    }
    Ok(())
}

fn has_root(trace: &Trace) -> bool {
    trace.spans().any(|span| span.record().head().parent_id.is_none())
}

//! The demo, `examples/hotrod`: one trace through four services, joined by nothing but the headers between them.

use std::collections::BTreeSet;
use std::str::FromStr;

use opentracing::picture::{Gallery, Span, Trace};
use opentracing::{Config, SpanId};

#[path = "../../examples/hotrod/services/mod.rs"]
mod services;

use services::Services;

/// The demo's services, and what their tracers report.
struct Demo {
    services: Services,
    gallery: Gallery,
}

impl Demo {
    fn start(configure: impl Fn(Config) -> Config) -> Self {
        let gallery = Gallery::new();
        let services = Services::start(0, |config| configure(config.reporter(gallery.clone())));
        Self { services: services.expect("loopback has free ports"), gallery }
    }

    /// Asks for a courier, with these headers.
    fn dispatch(&self, headers: &[(&str, &str)]) {
        get(&self.services.frontend, "/dispatch?customer=123", headers);
    }

    /// All traces so far.
    fn traces(&self) -> Vec<Trace> {
        for report in self.services.flush() {
            assert_eq!((report.started, report.dropped.total()), (report.exported, 0), "{report}");
        }
        assert_eq!(self.services.refused(), 0);
        self.gallery.traces()
    }

    /// The one trace so far.
    fn trace(&self) -> Trace {
        let mut traces = self.traces();
        assert_eq!(traces.len(), 1, "{traces:?}");
        traces.remove(0)
    }
}

fn get(server: &services::http::Server, target: &str, headers: &[(&str, &str)]) {
    let url = format!("http://{}{target}", server.address());
    let request = headers.iter().fold(ureq::get(url), |request, (name, value)| request.header(*name, *value));
    assert_eq!(request.call().expect("the demo answers").status(), 200);
}

fn services_of(trace: &Trace) -> BTreeSet<&str> {
    trace.spans().map(Span::service_name).collect()
}

fn parent_of(span: &Span) -> Option<SpanId> {
    span.record().head().parent_id
}

fn tag(span: &Span, key: &str) -> Option<String> {
    span.record().tag(key).map(|value| value.to_string())
}

fn named<'a>(trace: &'a Trace, service: &str, operation: &str) -> Vec<&'a Span> {
    let fits = |span: &&Span| span.service_name() == service && span.record().operation_name() == operation;
    trace.spans().filter(fits).collect()
}

fn parents_of_servers(trace: &Trace) -> Vec<Option<SpanId>> {
    let servers = trace.spans().filter(|span| tag(span, "span.kind").as_deref() == Some("server"));
    servers.map(parent_of).collect()
}

const ALL: [&str; 4] = ["customer", "driver", "frontend", "route"];

#[test]
fn one_trace_id_spans_the_four_services() {
    let demo = Demo::start(|config| config);
    demo.dispatch(&[]);

    let trace = demo.trace();
    assert_eq!(services_of(&trace), BTreeSet::from(ALL));
    let root = named(&trace, "frontend", "HTTP GET /dispatch")[0];
    for span in trace.spans() {
        let parent = trace.spans().find(|other| Some(other.id()) == parent_of(span));
        assert_eq!(parent.is_none(), span.id() == root.id(), "{span:?}");
    }
}

#[test]
fn each_service_goes_on_below_the_span_of_the_request_that_reached_it() {
    let demo = Demo::start(|config| config);
    demo.dispatch(&[]);

    let trace = demo.trace();
    for (service, operation, requests) in [
        ("customer", "HTTP GET /customer", 1),
        ("driver", "HTTP GET /drivers", 1),
        ("route", "HTTP GET /route", 5),
    ] {
        let servers = named(&trace, service, operation);
        let parents: BTreeSet<_> = servers.iter().filter_map(|span| parent_of(span)).collect();
        let clients: BTreeSet<_> =
            named(&trace, "frontend", operation).iter().map(|span| span.id()).collect();
        assert_eq!((servers.len(), clients.len()), (requests, requests), "{service}");
        assert_eq!(parents, clients, "{service}");
        assert!(servers.iter().all(|span| tag(span, "span.kind").as_deref() == Some("server")));
    }
}

#[test]
fn without_propagation_every_request_begins_a_trace_of_its_own() {
    let demo = Demo::start(|config| config.propagation([]));
    demo.dispatch(&[]);

    let traces = demo.traces();
    // One in the frontend, and one for each request that it sends: for the customer, for drivers, for five routes.
    assert_eq!(traces.len(), 1 + 1 + 1 + 5);
    assert!(traces.iter().all(|trace| services_of(trace).len() == 1), "{traces:?}");
}

#[test]
fn a_request_without_headers_begins_a_trace_and_one_with_headers_goes_on_with_it() {
    let demo = Demo::start(|config| config);
    let Services { customer, driver, route, .. } = &demo.services;
    let parent = ("uber-trace-id", "4bf92f3577b34da6a3ce929d0e0e4736:00f067aa0ba902b7:0:1");
    for (server, target) in
        [(customer, "/customer?id=123"), (driver, "/drivers?location=1,2"), (route, "/route?from=1,2&to=3,4")]
    {
        get(server, target, &[]);
        get(server, target, &[parent]);
    }

    let traces = demo.traces();
    let (joined, own): (Vec<_>, Vec<_>) =
        traces.iter().partition(|trace| trace.id().to_string() == "4bf92f3577b34da6a3ce929d0e0e4736");
    assert_eq!((own.len(), joined.len()), (3, 1));
    assert!(own.iter().all(|trace| parents_of_servers(trace) == [None]));
    assert_eq!(parents_of_servers(joined[0]), vec![SpanId::from_str("00f067aa0ba902b7").ok(); 3]);
}

#[test]
fn baggage_set_in_the_frontend_is_a_tag_in_route() {
    let demo = Demo::start(|config| config);
    demo.dispatch(&[]);
    let trace = demo.trace();
    let computed = named(&trace, "route", "compute route");
    assert_eq!(computed.len(), 5);
    assert!(computed.iter().all(|span| tag(span, "customer").as_deref() == Some("Petal & Stem")));

    // Whoever asks for a route without that baggage gets a route, and no such tag.
    get(&demo.services.route, "/route?from=1,2&to=3,4", &[]);
    let traces = demo.traces();
    let computed = named(&traces[1], "route", "compute route");
    assert_eq!((traces.len(), computed.len()), (2, 1));
    assert_eq!(tag(computed[0], "customer"), None);
}

#[test]
fn a_time_out_of_the_store_is_an_error_and_the_request_is_answered_all_the_same() {
    let demo = Demo::start(|config| config);
    demo.dispatch(&[]);

    let trace = demo.trace();
    let failed: Vec<_> = trace.spans().filter(|span| span.is_error()).collect();
    let [failed] = failed[..] else { panic!("{failed:?}") };
    assert_eq!((failed.service_name(), failed.record().operation_name()), ("driver", "get_driver"));
    let asked = named(&trace, "driver", "HTTP GET /drivers")[0].record();
    let retries: Vec<_> =
        asked.logs().filter_map(|log| log.field("event")).map(|event| event.to_string()).collect();
    assert_eq!(retries, ["retry"]);
}

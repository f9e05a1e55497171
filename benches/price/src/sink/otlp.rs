//! A server that takes OTLP over HTTP.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message as _;
use tiny_http::{Request, Response};

use super::served::{Listener, Messages};

pub struct Server {
    server: Arc<tiny_http::Server>,
    thread: JoinHandle<()>,
}

impl Server {
    pub fn start(bodies: Messages) -> Self {
        let server = Arc::new(tiny_http::Server::http("127.0.0.1:0").expect("a port on loopback"));
        let thread = thread::spawn({
            let server = Arc::clone(&server);
            move || {
                server
                    .incoming_requests()
                    .for_each(|request| take(request, &bodies).expect("a whole request"))
            }
        });
        Self { server, thread }
    }
}

fn take(mut request: Request, bodies: &Messages) -> io::Result<()> {
    let mut body = Vec::with_capacity(request.body_length().unwrap_or_default());
    request.as_reader().read_to_end(&mut body)?;
    bodies.send(body).map_err(io::Error::other)?;
    // Nothing is the protobuf of "all of it was accepted".
    request.respond(Response::empty(200))
}

impl Listener for Server {
    fn address(&self) -> SocketAddr {
        self.server.server_addr().to_ip().expect("it listens on an address of the Internet")
    }

    fn finish(self: Box<Self>) {
        // Who sends waits for an answer, so there is nothing on its way.
        self.server.unblock();
        self.thread.join().expect("requests are well-formed");
    }
}

/// The spans of a body that are as they were made.
pub fn spans(body: &[u8]) -> u64 {
    let request = ExportTraceServiceRequest::decode(body).expect("a body of OTLP");
    let scopes = request.resource_spans.iter().flat_map(|resource| &resource.scope_spans);
    scopes.flat_map(|scope| &scope.spans).filter(|span| is_whole(span)).count() as u64
}

fn is_whole(span: &Span) -> bool {
    let has = |key: &str| span.attributes.iter().any(|tag| tag.key == key && tag.value.is_some());
    let has_ids = span.trace_id.len() == 16 && span.span_id.len() == 8;
    has_ids
        && match &*span.name {
            "request" => span.parent_span_id.is_empty(),
            "query" => span.parent_span_id.len() == 8 && has("component") && has("rows"),
            _ => false,
        }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::producer::body;

    #[test]
    fn the_spans_of_a_body_are_counted() {
        assert_eq!(spans(&body(3)), 30);
    }

    #[test]
    fn a_span_without_its_tags_does_not_count() {
        let mut request = ExportTraceServiceRequest::decode(&body(1)[..]).unwrap();
        request.resource_spans[0].scope_spans[0].spans[4].attributes.pop();
        assert_eq!(spans(&request.encode_to_vec()), 9);
    }
}

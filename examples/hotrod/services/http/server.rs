//! Answering others.

use std::error::Error;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use opentracing::{Config, Tracer, TracerGuard, extract, fail, set_tags, tags, traced};

use super::{Peer, Reply, Request, Service};

/// Requests that a service answers at the same time.
const WORKERS: usize = 8;

/// A service that listens on a free port of the loopback interface, until this is dropped.
pub(crate) struct Server {
    name: &'static str,
    address: SocketAddr,
    listener: Arc<tiny_http::Server>,
    thread: Option<JoinHandle<()>>,
    // Dropped after the threads have ended, so that it delivers whatever they recorded.
    tracing: TracerGuard,
}

impl Server {
    /// Starts a service, with a tracer of its own as `configure` wants it.
    pub(crate) fn start(
        service: impl Service,
        configure: impl Fn(Config) -> Config,
    ) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let name = service.name();
        let tracing = configure(Config::new(name)).build()?;
        let listener = Arc::new(tiny_http::Server::http((Ipv4Addr::LOCALHOST, 0))?);
        let address = listener.server_addr().to_ip().ok_or("this listens on no IP address")?;
        let thread = thread::spawn({
            let (listener, tracer) = (Arc::clone(&listener), tracing.tracer());
            move || serve(&listener, &tracer, &service)
        });
        Ok(Self { name, address, listener, thread: Some(thread), tracing })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// What callers of this service need.
    pub(crate) fn peer(&self) -> Peer {
        Peer::new(self.name, self.address)
    }

    pub(crate) fn tracing(&self) -> &TracerGuard {
        &self.tracing
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        (0..WORKERS).for_each(|_| self.listener.unblock());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn serve(listener: &tiny_http::Server, tracer: &Tracer, service: &dyn Service) {
    thread::scope(|workers| {
        for _ in 0..WORKERS {
            workers.spawn(|| {
                // Four services live in this process, so each of their threads says whose tracer is meant here.
                // A program that is one service has a global tracer instead, set by `Config::init`.
                let _current = tracer.make_current();
                for incoming in listener.incoming_requests() {
                    let reply = answer(service, &Request::from(&incoming));
                    // Its span has finished by now: whoever has the reply can look at the whole trace.
                    let _ = incoming.respond(reply.into());
                }
            });
        }
    });
}

/// Answers one request, in a span that goes on with the trace of the caller.
#[traced(
    name = format!("HTTP {} {}", request.method(), request.path()),
    kind = server,
    child_of = extract!(request.headers()),
    tags({tags::HTTP_URL} = request.url()),
)]
fn answer(service: &dyn Service, request: &Request) -> Reply {
    let reply = service.answer(request).unwrap_or_else(|failure| {
        // What callers do wrong is no error of this service.
        if failure.status() >= 500 {
            fail!(failure);
        }
        Reply::from(failure)
    });
    set_tags!({ tags::HTTP_STATUS_CODE } = reply.status());
    reply
}

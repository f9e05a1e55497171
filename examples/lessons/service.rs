//! The plumbing of lessons 3 and 4: a service with a tracer of its own, which ends when it has answered one request.

use std::error::Error;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::str::FromStr;
use std::thread::{self, JoinHandle};

use opentracing::Config;
use opentracing::picture::Gallery;
use ureq::http::{HeaderMap, HeaderName, HeaderValue};

pub(crate) struct Service {
    pub(crate) address: SocketAddr,
    thread: JoinHandle<()>,
}

/// What a service is sent.
pub(crate) struct Request {
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Service {
    pub(crate) fn start(
        name: &str,
        gallery: &Gallery,
        answer: fn(&Request) -> String,
    ) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let guard = Config::new(name).reporter(gallery.clone()).build()?;
        let listener = tiny_http::Server::http((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.server_addr().to_ip().ok_or("this listens on no IP address")?;
        let thread = thread::spawn(move || {
            // The global tracer is that of the client; on this thread, the macros use the one of the service.
            let _current = guard.tracer().make_current();
            let Ok(mut incoming) = listener.recv() else { return };
            let reply = match Request::read(&mut incoming) {
                Ok(request) => tiny_http::Response::from_string(answer(&request)),
                Err(error) => tiny_http::Response::from_string(error.to_string()).with_status_code(400),
            };
            let _ = incoming.respond(reply);
            // The guard is dropped here, and sends what it has.
        });
        Ok(Self { address, thread })
    }

    /// Waits until the service has ended.
    pub(crate) fn join(self) {
        self.thread.join().expect("no service panics");
    }
}

impl Request {
    fn read(incoming: &mut tiny_http::Request) -> io::Result<Self> {
        let header = |header: &tiny_http::Header| {
            let name = HeaderName::from_str(header.field.as_str().as_str()).ok()?;
            Some((name, HeaderValue::from_str(header.value.as_str()).ok()?))
        };
        let headers = incoming.headers().iter().filter_map(header).collect();
        let mut text = String::new();
        incoming.as_reader().read_to_string(&mut text)?;
        Ok(Self { headers, text })
    }
}

//! HTTP between the services, and with it all that keeps a trace together: [`Peer::get`] sends the context of its
//! span along in the headers of the request, and the [`Server`] goes on with the trace that it finds in the headers.
//! The services themselves need no line for it.

mod client;
mod message;
mod server;

pub(crate) use client::Peer;
pub(crate) use message::{Failure, Reply, Request};
pub(crate) use server::Server;

/// What a service does with requests.
pub(crate) trait Service: Send + Sync + 'static {
    fn answer(&self, request: &Request) -> Result<Reply, Failure>;
}

//! HTTP between the services, and with it all that keeps a trace together: [`Peer::get`] sends the context of its
//! span along in the headers of the request, and the [`Server`] goes on with the trace that it finds in the headers.
//! The services themselves need no line for it.

mod client;
mod message;
mod server;

pub(crate) use client::Peer;
pub(crate) use message::{Failure, Reply, Request};
pub(crate) use server::Server;

/// What makes a service of a [`Server`].
pub(crate) trait Service: Send + Sync + 'static {
    /// What the others call it, and what its spans are filed under.
    fn name(&self) -> &'static str;

    fn answer(&self, request: &Request) -> Result<Reply, Failure>;
}

//! Asking another service.

use std::net::SocketAddr;

use opentracing::{inject, set_tags, tags, traced};
use serde::de::DeserializeOwned;
use ureq::http::Request;

use super::Failure;
use super::message::path_of;

/// A service, as its callers see it.
#[derive(Debug, Clone)]
pub(crate) struct Peer {
    name: &'static str,
    address: SocketAddr,
    agent: ureq::Agent,
}

impl Peer {
    pub(crate) fn new(name: &'static str, address: SocketAddr) -> Self {
        let config = ureq::Agent::config_builder().http_status_as_error(false).build();
        Self { name, address, agent: config.into() }
    }

    /// Asks for JSON, in a span whose context goes along in the headers.
    #[traced(
        name = format!("HTTP GET {}", path_of(target)),
        kind = client,
        err,
        tags({tags::PEER_SERVICE} = self.name),
    )]
    pub(crate) fn get<T: DeserializeOwned>(&self, target: &str) -> Result<T, Failure> {
        let mut request = Request::get(format!("http://{}{target}", self.address)).body(())?;
        inject!(request.headers_mut())?;

        let mut response = self.agent.run(request)?;
        let status = response.status().as_u16();
        set_tags!({ tags::HTTP_STATUS_CODE } = status);

        let body = response.body_mut().read_to_string()?;
        match status {
            200 => Ok(serde_json::from_str(&body)?),
            _ => Err(Failure::new(status, format_args!("{} says {status}: {body}", self.name))),
        }
    }
}

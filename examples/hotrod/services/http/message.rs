//! Requests and replies, as far as the services look at them.

use std::error::Error;
use std::fmt;
use std::io::Cursor;
use std::str::FromStr;

use serde::Serialize;
use ureq::http::{HeaderMap, HeaderName, HeaderValue};

/// What a service is asked.
#[derive(Debug)]
pub(crate) struct Request {
    method: String,
    url: String,
    headers: HeaderMap,
}

impl Request {
    pub(crate) fn method(&self) -> &str {
        &self.method
    }

    /// The path and the query.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    pub(crate) fn path(&self) -> &str {
        path_of(&self.url)
    }

    pub(crate) fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// A parameter of the query.
    pub(crate) fn parameter<T: FromStr<Err: fmt::Display>>(&self, name: &str) -> Result<T, Failure> {
        let (_, query) = self.url.split_once('?').unwrap_or_default();
        let (_, value) = form_urlencoded::parse(query.as_bytes())
            .find(|(key, _)| key == name)
            .ok_or_else(|| Failure::new(400, format_args!("{name} is missing")))?;
        value.parse().map_err(|error| Failure::new(400, format_args!("{name}={value}: {error}")))
    }
}

/// The path alone: it names operations, of which there are few, while of queries there are many.
pub(super) fn path_of(url: &str) -> &str {
    url.split_once('?').map_or(url, |(path, _)| path)
}

impl From<&tiny_http::Request> for Request {
    fn from(request: &tiny_http::Request) -> Self {
        let header = |header: &tiny_http::Header| {
            let name = HeaderName::from_str(header.field.as_str().as_str()).ok()?;
            Some((name, HeaderValue::from_str(header.value.as_str()).ok()?))
        };
        Self {
            method: request.method().to_string(),
            url: request.url().to_owned(),
            headers: request.headers().iter().filter_map(header).collect(),
        }
    }
}

/// What it answers.
#[derive(Debug)]
pub(crate) struct Reply {
    status: u16,
    content_type: &'static str,
    body: String,
}

impl Reply {
    pub(crate) fn json(value: &impl Serialize) -> Result<Self, Failure> {
        Ok(Self { status: 200, content_type: "application/json", body: serde_json::to_string(value)? })
    }

    pub(crate) fn html(page: &str) -> Self {
        Self { status: 200, content_type: "text/html; charset=utf-8", body: page.to_owned() }
    }

    pub(crate) fn status(&self) -> u16 {
        self.status
    }
}

impl From<Failure> for Reply {
    fn from(failure: Failure) -> Self {
        Self { status: failure.status, content_type: "text/plain; charset=utf-8", body: failure.message }
    }
}

impl From<Reply> for tiny_http::Response<Cursor<Vec<u8>>> {
    fn from(reply: Reply) -> Self {
        let content_type = tiny_http::Header::from_bytes("Content-Type", reply.content_type);
        Self::from_string(reply.body)
            .with_status_code(reply.status)
            .with_header(content_type.expect("the types of our replies are ASCII"))
    }
}

/// Why there is no answer, and the status that says so.
#[derive(Debug)]
pub(crate) struct Failure {
    status: u16,
    message: String,
}

impl Failure {
    pub(crate) fn new(status: u16, message: impl fmt::Display) -> Self {
        Self { status, message: message.to_string() }
    }

    pub(crate) fn not_found(what: impl fmt::Display) -> Self {
        Self::new(404, format_args!("there is no {what}"))
    }

    pub(crate) fn status(&self) -> u16 {
        self.status
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl<E: Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::new(500, error)
    }
}

//! Transports: bytes go to a socket, and an answer comes back. They know nothing of spans.

#[cfg(feature = "otlp")]
pub(crate) mod http;

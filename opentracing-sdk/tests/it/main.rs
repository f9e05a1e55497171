//! What the crate promises, seen through its public interface alone.
#![expect(clippy::unwrap_used, reason = "in a test, also in what its functions call, a panic is the report")]

mod accounting;
mod closing;
mod collector;
mod console;
mod environment;
mod fakes;
mod flushing;
mod otlp;
mod propagation;
mod protobuf;
mod reporting;
mod samplers;
mod server;
mod spans;
mod stress;
mod threads;

//! What real backends make of our spans.
//!
//! A plain `cargo test` leaves these tests out, so that it needs nothing but Rust. `cargo test --test real_backends`
//! asks for them, and then a backend that is not there is a failure: `backends/backends start` before it.
#![expect(clippy::unwrap_used, reason = "in a test, also in what its functions call, a panic is the report")]

mod delivery;
mod demo;
mod jaeger;
mod mapping;
mod posted;
mod sent;

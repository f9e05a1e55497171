//! OpenTracing for Rust, whole: annotate functions, carry traces across processes, and see them, in the terminal
//! or in any backend that speaks OTLP.
//!
//! This crate is the front door: it re-exports the API ([`opentracing_core`]), the macros
//! ([`opentracing_macros`]) and the SDK ([`opentracing_sdk`]), and contains nothing of its own.
//!
//! # Examples
//! ```
//! use opentracing::{Config, traced};
//!
//! #[traced(tags(component = "greeter"))]
//! fn greet(name: &str) -> String {
//!     format!("Hello, {name}!")
//! }
//!
//! fn main() {
//!     let _tracer = Config::new("hello-world").init().expect("valid configuration");
//!     println!("{}", greet("Bryan"));
//! }
//! ```
//! With no backend configured this draws the trace on stderr when it has finished. Where to go from here:
//!
//! * instrument code: [`traced`], [`active_span!`], [`log!`], [`Tracer`], [`Span`], [`Scope`], [`Traced`];
//! * cross processes: [`inject!`], [`extract!`], [`format`](mod@format), [`SpanContext`];
//! * configure an application: [`Config`], [`sampler`], [`reporter`];
//! * test instrumented code: [`MockTracer`];
//! * write a tracer, or a part of one: [`Recorder`], `Sampler`, `Reporter`.
//!
//! # Features
//!
//! | feature | default | what it adds |
//! |---|---|---|
//! | `macros` | yes | `#[traced]`, `span!` and the other macros |
//! | `inert-macros` | with `macros` | the same, but `#[traced]` leaves functions as they are: for libraries whose users decide |
//! | `sdk` | yes | [`Config`] and the tracer behind it |
//! | `console` | yes | the waterfall in the terminal |
//! | `otlp` | yes | OTLP over plain HTTP |
//! | `http` | yes | `http::HeaderMap` as a carrier |
//! | `tls` | no | `https` endpoints |
#![cfg_attr(docsrs, feature(doc_cfg))]

#[doc(hidden)]
pub use opentracing_core::__private;
pub use opentracing_core::*;
#[cfg(feature = "inert-macros")]
pub use opentracing_macros::*;
#[cfg(feature = "sdk")]
pub use opentracing_sdk::*;

/// The programs in README.md, compiled and run with the documentation tests.
#[cfg(all(doctest, feature = "macros", feature = "console"))]
#[doc = include_str!("../README.md")]
struct Readme;

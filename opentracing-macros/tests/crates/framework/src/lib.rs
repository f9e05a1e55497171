//! A library that hands on the one for tracing.

pub use opentracing as trace;

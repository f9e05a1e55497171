//! What the README promises, tested through the public API alone.

mod conformance;
mod current;
mod demo;
mod readme;
mod support;

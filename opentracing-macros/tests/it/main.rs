//! What the macros promise, seen from a crate that uses them.

mod shapes;
mod support;

//! What the core promises, through its public interface.
#![expect(clippy::unwrap_used, reason = "in a test, also in what its functions call, a panic is the report")]
#![expect(clippy::mem_forget, reason = "a leaked guard is one of the cases")]

mod broken;
mod conformance;
mod futures;
mod lifetime;
mod limits;
mod mock;
mod model;
mod outcomes;
mod propagation;
mod report;
mod sampling;
mod scopes;
mod support;
mod thread_exit;
mod user_code;

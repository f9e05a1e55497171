//! What the hand-over is made of, or what loom puts in its place to try all orders of it.

#[cfg(not(all(test, loom)))]
pub(crate) use std::alloc::{alloc, dealloc};
#[cfg(not(all(test, loom)))]
pub(crate) use std::sync::atomic::AtomicPtr;

#[cfg(all(test, loom))]
pub(crate) use loom::alloc::{alloc, dealloc};
#[cfg(all(test, loom))]
pub(crate) use loom::sync::atomic::AtomicPtr;

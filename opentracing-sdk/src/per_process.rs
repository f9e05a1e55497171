//! State that a forked child does not share with its parent.

use once_cell::race::OnceBox;
use opentracing_core::__generation as generation;

/// A value for this process, and one for each child that is forked from it.
///
/// Reached without a lock: one that a thread of the parent held would never be free in the child.
#[derive(Debug)]
pub(crate) struct PerProcess<T> {
    generation: u64,
    value: T,
    /// The value of a child, in that child's memory.
    child: OnceBox<Self>,
}

impl<T> PerProcess<T> {
    /// The value of this process.
    pub(crate) fn new(value: T) -> Self {
        Self { generation: generation(), value, child: OnceBox::new() }
    }

    /// The value of the process that calls this, which may be a child that has none yet: then it is made from that of
    /// its parent. Two threads may both make one; one of them is kept.
    pub(crate) fn get(&self, make: impl Fn(&T) -> T) -> &T {
        let mut this = self;
        while this.generation != generation() {
            this = this.child.get_or_init(|| Box::new(Self::new(make(&this.value))));
        }
        &this.value
    }
}

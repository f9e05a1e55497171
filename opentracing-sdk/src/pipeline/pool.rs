//! Chunks that have been read, and wait to be written again: the memory that is warm in the caches is used first, and
//! nothing is allocated while the worker keeps up.

use std::sync::{Mutex, PoisonError, TryLockError};

use crate::pipeline::handover::Chunk;
use crate::pipeline::lane::CHUNK_BYTES;

/// Chunks of one size, charged to the budget.
#[derive(Debug, Default)]
pub(crate) struct Pool {
    chunks: Mutex<Vec<Chunk>>,
}

/// Chunks that stay between two batches: what a thread fills before the worker is woken.
const KEPT_MAX: usize = 8;

impl Pool {
    /// A chunk, if there is one and nobody else is here: a thread of the application waits for no lock.
    pub(crate) fn take(&self) -> Option<Chunk> {
        match self.chunks.try_lock() {
            Ok(mut chunks) => chunks.pop(),
            Err(TryLockError::Poisoned(chunks)) => chunks.into_inner().pop(),
            Err(TryLockError::WouldBlock) => None,
        }
    }

    /// Keeps a chunk, if it is of the usual size.
    pub(crate) fn give(&self, chunk: Chunk) {
        if chunk.bytes() == CHUNK_BYTES {
            self.chunks.lock().unwrap_or_else(PoisonError::into_inner).push(chunk);
        }
    }

    /// Gives back what a burst has left.
    pub(crate) fn trim(&self) {
        self.keep(KEPT_MAX);
    }

    pub(crate) fn clear(&self) {
        self.keep(0);
    }

    fn keep(&self, chunks_max: usize) {
        let mut chunks = self.chunks.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = chunks.len().min(chunks_max);
        let surplus = chunks.split_off(kept);
        drop(chunks);
        // Freed without the lock.
        drop(surplus);
    }
}

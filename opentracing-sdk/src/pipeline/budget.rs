//! The bound on what waiting spans may take, in bytes.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use once_cell::race::OnceBox;

use crate::per_process::PerProcess;

/// Bytes that all waiting spans of the process may take together, unless a tracer is given a figure of its own: 24 MiB hold
/// some 300,000 plain spans, which is seconds of a busy process, and leave a process of 32 MiB room to live.
pub(crate) const PROCESS_BYTES: usize = 24 << 20;

/// A number of bytes that may be in use at a time. Clones share it.
#[derive(Debug, Clone)]
pub(crate) struct Budget {
    bytes_max: usize,
    used: Arc<AtomicUsize>,
    /// Whether all tracers of the process have it that were not given one.
    is_of_process: bool,
}

impl Budget {
    /// The budget that tracers share.
    pub(crate) fn of_process() -> Self {
        static PROCESS: OnceBox<PerProcess<Budget>> = OnceBox::new();
        let new = || Self { is_of_process: true, ..Self::new(PROCESS_BYTES) };
        PROCESS.get_or_init(|| Box::new(PerProcess::new(new()))).get(|_| new()).clone()
    }

    /// The budget of a forked child: as large, and with nothing in use, since what waited is the parent's.
    pub(crate) fn of_child(&self) -> Self {
        if self.is_of_process { Self::of_process() } else { Self::new(self.bytes_max) }
    }

    /// A budget of its own.
    pub(crate) fn new(bytes_max: usize) -> Self {
        Self { bytes_max, used: Arc::default(), is_of_process: false }
    }

    /// The bytes that may be in use at a time.
    pub(crate) fn bytes_max(&self) -> usize {
        self.bytes_max
    }

    /// Takes bytes, if `reserve` more would be left after that.
    pub(crate) fn charge(&self, bytes: usize, reserve: usize) -> Option<Charge> {
        let limit = self.bytes_max.checked_sub(reserve)?;
        let fits = |used: usize| used.checked_add(bytes).filter(|&used| used <= limit);
        // Looked at before it is written, so that threads that find it full share the cache line.
        fits(self.used.load(Ordering::Relaxed))?;
        // Relaxed: the memory itself is handed over by the allocator and by the hand-over.
        self.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, fits).ok()?;
        Some(Charge { bytes, used: Arc::clone(&self.used) })
    }

    /// Whether it is time to hurry.
    pub(crate) fn is_half_used(&self) -> bool {
        self.used.load(Ordering::Relaxed) > self.bytes_max / 2
    }

    #[cfg(test)]
    pub(crate) fn used(&self) -> usize {
        self.used.load(Ordering::Relaxed)
    }
}

/// Bytes in use; given back when this is dropped.
#[derive(Debug)]
pub(crate) struct Charge {
    bytes: usize,
    used: Arc<AtomicUsize>,
}

impl Drop for Charge {
    fn drop(&mut self) {
        self.used.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_charged_fits_leaves_the_reserve_and_is_given_back() {
        let budget = Budget::new(100);
        let first = budget.charge(60, 0).unwrap();
        assert!(budget.charge(41, 0).is_none());
        assert!(budget.charge(40, 1).is_none());
        assert!(budget.charge(usize::MAX, 0).is_none());
        let second = budget.charge(40, 0).unwrap();
        assert_eq!(budget.used(), 100);
        drop((first, second));
        assert_eq!(budget.used(), 0);
    }
}

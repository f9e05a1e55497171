//! Which threads record with a tracer, and the rings they have opened.

use std::sync::Arc;

use crate::pipeline::counts::{Counts, Refusal, Totals};
use crate::pipeline::ring::RingReader;

/// Touched when a thread starts or ends, when it opens a ring, and when the worker looks for rings; never for a
/// span.
#[derive(Debug, Default)]
pub(crate) struct Registry {
    live: Vec<Arc<Counts>>,
    /// What threads counted that have ended.
    ended: Totals,
    /// Rings that the worker has not seen.
    fresh: Vec<RingReader>,
    closed: bool,
}

impl Registry {
    /// Makes the counters of a thread.
    pub(crate) fn join(&mut self) -> Arc<Counts> {
        let counts = Arc::new(Counts::default());
        self.live.push(Arc::clone(&counts));
        counts
    }

    /// Takes over the counts of a thread that ends.
    pub(crate) fn leave(&mut self, counts: &Arc<Counts>) {
        if let Some(index) = self.live.iter().position(|live| Arc::ptr_eq(live, counts)) {
            self.live.swap_remove(index);
            self.ended += counts.totals();
        }
    }

    pub(crate) fn totals(&self) -> Totals {
        let mut totals = self.ended;
        for counts in &self.live {
            totals += counts.totals();
        }
        totals
    }

    /// Takes the reading end of a new ring.
    pub(crate) fn add_ring(&mut self, ring: RingReader) -> Result<(), Refusal> {
        if self.closed {
            return Err(Refusal::Closed);
        }
        self.fresh.push(ring);
        Ok(())
    }

    /// Moves new rings to those the worker has.
    pub(crate) fn take_rings(&mut self, rings: &mut Vec<RingReader>) {
        rings.append(&mut self.fresh);
    }

    /// Whether there may be spans that no worker has seen.
    pub(crate) fn has_fresh_rings(&self) -> bool {
        !self.fresh.is_empty()
    }

    /// Refuses rings from now on.
    pub(crate) fn close(&mut self) {
        self.closed = true;
    }
}

//! Which threads record with a tracer, and which of them the worker does not know.

use std::sync::Arc;

use crate::pipeline::counts::{Refusal, Totals};
use crate::pipeline::lane::{Lane, LaneReader};

/// Touched when a thread records its first span or ends, and when the worker looks for new ones; never for a span.
#[derive(Debug, Default)]
pub(crate) struct Registry {
    live: Vec<Arc<Lane>>,
    /// What threads counted that have ended.
    ended: Totals,
    /// Lanes that the worker has not seen.
    fresh: Vec<LaneReader>,
    closed: bool,
}

impl Registry {
    /// Counts a lane's spans from now on.
    pub(crate) fn join(&mut self, lane: &Arc<Lane>) {
        if self.closed {
            lane.shut();
        }
        self.live.push(Arc::clone(lane));
    }

    /// Takes over the counts of a thread that ends.
    pub(crate) fn leave(&mut self, lane: &Arc<Lane>) {
        if let Some(index) = self.live.iter().position(|live| Arc::ptr_eq(live, lane)) {
            self.live.swap_remove(index);
            self.ended += lane.totals();
        }
    }

    pub(crate) fn totals(&self) -> Totals {
        let mut totals = self.ended;
        for lane in &self.live {
            totals += lane.totals();
        }
        totals
    }

    /// Takes the reading end of a new lane.
    pub(crate) fn add_reader(&mut self, reader: LaneReader) -> Result<(), Refusal> {
        if self.closed {
            return Err(Refusal::Closed);
        }
        self.fresh.push(reader);
        Ok(())
    }

    /// The lanes that the worker has not seen.
    pub(crate) fn take_fresh(&mut self) -> Vec<LaneReader> {
        std::mem::take(&mut self.fresh)
    }

    /// Whether there may be spans that no worker has seen.
    pub(crate) fn has_fresh_readers(&self) -> bool {
        !self.fresh.is_empty()
    }

    /// Refuses lanes from now on, and lets threads know with their next span.
    pub(crate) fn close(&mut self) {
        self.closed = true;
        for lane in &self.live {
            lane.shut();
        }
    }
}

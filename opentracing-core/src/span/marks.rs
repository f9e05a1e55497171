//! What is known of a span by single bits, in one word: so that the usual case is one comparison.

use std::fmt;

/// Bits of a span, and of the slot of the scope stack it lies in.
///
/// A slot in which none but [`Marks::RECORDING`] is set holds the usual span: it is open, nobody else has a handle
/// on it, closing finishes it, and it is recorded. With no bit at all it is not sampled.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Marks(u32);

impl Marks {
    /// What is set on the span is kept, and it is recorded when it finishes.
    pub(crate) const RECORDING: Self = Self(1);
    /// The thread was unwinding already when the span started: then the panic is not this span's. Set, too, once a
    /// panic has been marked.
    pub(crate) const BEGAN_PANICKING: Self = Self(1 << 1);
    /// The span has finished; what comes later is ignored.
    pub(crate) const FINISHED: Self = Self(1 << 2);
    /// The user said when it started.
    pub(crate) const TIMED: Self = Self(1 << 3);
    /// The span belongs to the process that forked this one: here it is a context only.
    pub(crate) const FOREIGN: Self = Self(1 << 4);

    /// The scope is closed and emptied; only its place is still there.
    pub(crate) const VACANT: Self = Self(1 << 8);
    /// The scope was closed while another of the same tracer was open above it; it finishes when that one closes.
    pub(crate) const DEFERRED: Self = Self(1 << 9);
    /// The span is behind a handle that others may have, too.
    pub(crate) const SHARED: Self = Self(1 << 10);
    /// There is no span: for the tracer of the slot, nothing is active.
    pub(crate) const BLANK: Self = Self(1 << 11);
    /// As `BLANK`, for all tracers: work goes on here that began where none was active.
    pub(crate) const BLANK_FOR_ALL: Self = Self(1 << 12);
    /// Closing does not finish the span.
    pub(crate) const DETACHES: Self = Self(1 << 13);
    /// Something below is to be finished or removed once this scope has closed.
    pub(crate) const OWED: Self = Self(1 << 14);
    /// An unsampled child of the slot below, of which only the name was written: its ids follow when someone looks.
    pub(crate) const IMPLIED: Self = Self(1 << 15);

    /// Those that say what a slot is, not what its span is.
    const OF_SLOT: Self = Self(0xff00);

    pub(crate) const NONE: Self = Self(0);

    #[inline]
    pub(crate) const fn has(self, any: Self) -> bool {
        self.0 & any.0 != 0
    }

    #[inline]
    pub(crate) const fn with(self, more: Self) -> Self {
        Self(self.0 | more.0)
    }

    #[inline]
    pub(crate) const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    #[inline]
    pub(crate) fn set(&mut self, mark: Self, to: bool) {
        *self = if to { self.with(mark) } else { self.without(mark) };
    }

    /// Those of the slot alone.
    pub(crate) const fn of_slot(self) -> Self {
        Self(self.0 & Self::OF_SLOT.0)
    }

    /// Those of the span alone.
    pub(crate) const fn of_span(self) -> Self {
        self.without(Self::OF_SLOT)
    }
}

impl fmt::Debug for Marks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Marks({:#b})", self.0)
    }
}

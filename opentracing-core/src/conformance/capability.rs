//! What a tracer can do, so that one that cannot is not asked for it.

/// Something that not every tracer can do. Rows that need it are not applicable where it is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Capability {
    /// Contexts have ids, by which parents and traces can be told.
    Identity,
    /// Baggage is kept.
    Baggage,
    /// Spans can be made active.
    Scopes,
    /// Finished spans can be looked at: [`Subject::finished`](super::Subject::finished).
    Inspection,
    /// Finishing can be watched: [`Subject::on_finish`](super::Subject::on_finish).
    FinishHooks,
    /// Contexts travel in text maps and HTTP headers.
    TextPropagation,
    /// Contexts travel in bytes.
    BinaryPropagation,
    /// A `sampling.priority` given at the start decides whether a trace is kept.
    Sampling,
    /// The process's global tracer may be replaced while the suite runs. No other test of the process may use
    /// it meanwhile.
    Global,
    /// The tracer does nothing.
    Noop,
    /// The tracer is a [`MockTracer`](crate::MockTracer): [`Subject::mock`](super::Subject::mock).
    Mock,
}

/// A set of [`Capability`]s. The default is everything that is asked of a tracer.
///
/// # Examples
/// ```
/// use opentracing_core::conformance::{Capabilities, Capability};
///
/// let capabilities = Capabilities::tracer().without([Capability::BinaryPropagation]);
/// assert!(capabilities.has(Capability::Baggage));
/// assert!(!capabilities.has(Capability::BinaryPropagation));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capabilities {
    bits: u16,
}

impl Capabilities {
    const NONE: Self = Self { bits: 0 };

    /// Everything that is asked of a tracer.
    #[must_use]
    pub fn tracer() -> Self {
        use Capability as C;
        Self::NONE.with([C::Identity, C::Baggage, C::Scopes, C::Inspection, C::FinishHooks]).with([
            C::TextPropagation,
            C::BinaryPropagation,
            C::Sampling,
            C::Global,
        ])
    }

    /// What a [`MockTracer`](crate::MockTracer) can do.
    #[must_use]
    pub fn mock() -> Self {
        Self::tracer().with([Capability::Mock])
    }

    /// What a no-op tracer can do.
    #[must_use]
    pub fn noop() -> Self {
        Self::NONE.with([Capability::Noop, Capability::Global])
    }

    /// With more.
    #[must_use]
    pub fn with(self, capabilities: impl IntoIterator<Item = Capability>) -> Self {
        let bits = capabilities.into_iter().fold(self.bits, |bits, capability| bits | 1 << capability as u16);
        Self { bits }
    }

    /// With less.
    #[must_use]
    pub fn without(self, capabilities: impl IntoIterator<Item = Capability>) -> Self {
        Self { bits: self.bits & !Self::NONE.with(capabilities).bits }
    }

    /// Whether it is in the set.
    #[must_use]
    pub fn has(self, capability: Capability) -> bool {
        self.bits & (1 << capability as u16) != 0
    }
}

impl Default for Capabilities {
    fn default() -> Self {
        Self::tracer()
    }
}

//! What one span, and one carrier, may hold.

/// Limits on what one span keeps. What exceeds one is left out and counted; text is cut between characters.
///
/// # Examples
/// ```
/// use opentracing_core::Limits;
///
/// let limits = Limits { value_bytes_max: 256, ..Limits::default() };
/// assert_eq!(limits.tags_max, 128);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Tags of a span; 128, as OpenTelemetry's default.
    pub tags_max: usize,
    /// Logs of a span; 128, as OpenTelemetry's default.
    pub logs_max: usize,
    /// Fields of one log; 128, as OpenTelemetry's default.
    pub log_fields_max: usize,
    /// References of a span; 128, as OpenTelemetry's default for links.
    pub references_max: usize,
    /// Bytes of one name, key or value; 4,096, so that one value never breaks a batch.
    pub value_bytes_max: usize,
    /// Bytes of all text of one span together; 1 MiB, a quarter of what collectors take in one request.
    pub text_bytes_max: usize,
    /// Baggage items of a trace; 64, which W3C asks to be passed on.
    pub baggage_items_max: usize,
    /// Bytes of all baggage keys and values together; 8,192, which W3C asks to be passed on.
    pub baggage_bytes_max: usize,
}

impl Limits {
    /// No limits but those of memory, for tests.
    pub const NONE: Self = Self {
        tags_max: usize::MAX,
        logs_max: usize::MAX,
        log_fields_max: usize::MAX,
        references_max: usize::MAX,
        value_bytes_max: usize::MAX,
        text_bytes_max: usize::MAX,
        baggage_items_max: usize::MAX,
        baggage_bytes_max: usize::MAX,
    };

    /// The limit on text that is enforced: offsets into it have 32 bits.
    pub(crate) fn text_bytes(&self) -> usize {
        self.text_bytes_max.min(u32::MAX as usize)
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            tags_max: 128,
            logs_max: 128,
            log_fields_max: 128,
            references_max: 128,
            value_bytes_max: 4096,
            text_bytes_max: 1 << 20,
            baggage_items_max: 64,
            baggage_bytes_max: 8192,
        }
    }
}

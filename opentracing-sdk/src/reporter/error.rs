//! Why spans could not be reported, and what is to become of them.

use std::error::Error;
use std::fmt;
use std::time::Duration;

/// What a reporter can be given as the reason of a failure: a message, or an error.
type Reason = Box<dyn Error + Send + Sync>;

/// Why a batch could not be reported, and what is to become of its spans.
///
/// # Examples
/// ```
/// use std::time::Duration;
/// use opentracing_sdk::ReportError;
///
/// let busy = ReportError::retry("status 503").after(Duration::from_secs(2));
/// assert!(busy.is_retry());
/// assert_eq!(busy.to_string(), "status 503");
/// assert!(!ReportError::drop("status 400").is_retry());
/// ```
#[derive(Debug)]
pub struct ReportError {
    kind: Kind,
    reason: Reason,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Retry { after: Option<Duration> },
    Drop,
    TooLarge,
    Partial { rejected: usize },
}

impl ReportError {
    /// It may work later: a connection failed, or the backend is busy.
    #[must_use]
    pub fn retry(reason: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { kind: Kind::Retry { after: None }, reason: reason.into() }
    }

    /// It will never work: the backend refused the batch.
    #[must_use]
    pub fn drop(reason: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { kind: Kind::Drop, reason: reason.into() }
    }

    /// The batch is too large: its halves are reported instead; a span that is too large alone is dropped.
    #[must_use]
    pub fn too_large(reason: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { kind: Kind::TooLarge, reason: reason.into() }
    }

    /// The backend took the batch but for this many spans, which are dropped.
    #[must_use]
    pub fn partial(rejected: usize, reason: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { kind: Kind::Partial { rejected }, reason: reason.into() }
    }

    /// Asks to wait this long before the next try, as `Retry-After` does; nothing, but for a retry.
    #[must_use]
    pub fn after(mut self, wait: Duration) -> Self {
        if let Kind::Retry { after } = &mut self.kind {
            *after = Some(wait);
        }
        self
    }

    /// Whether the same batch may be reported again.
    #[must_use]
    pub fn is_retry(&self) -> bool {
        matches!(self.kind, Kind::Retry { .. })
    }

    /// Whether the batch has to be split.
    #[must_use]
    pub fn is_too_large(&self) -> bool {
        self.kind == Kind::TooLarge
    }

    /// How long the backend asked to wait before a retry.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self.kind {
            Kind::Retry { after } => after,
            _ => None,
        }
    }

    /// How many spans were refused by a backend that took the others.
    #[must_use]
    pub fn rejected(&self) -> Option<usize> {
        match self.kind {
            Kind::Partial { rejected } => Some(rejected),
            _ => None,
        }
    }
}

impl fmt::Display for ReportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.reason.fmt(f)
    }
}

impl Error for ReportError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        // The reason is shown by this error itself, so its own source comes next.
        self.reason.source()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_retry_can_ask_for_a_pause() {
        let pause = Duration::from_secs(1);
        assert_eq!(ReportError::retry("busy").after(pause).retry_after(), Some(pause));
        assert_eq!(ReportError::drop("no").after(pause).retry_after(), None);
    }

    #[test]
    fn the_source_of_the_reason_is_the_source() {
        let io = std::io::Error::other(fmt::Error);
        let error = ReportError::drop(io);
        assert_eq!(error.to_string(), fmt::Error.to_string());
        assert_eq!(ReportError::partial(3, "x").rejected(), Some(3));
        assert!(ReportError::too_large("x").is_too_large());
    }
}

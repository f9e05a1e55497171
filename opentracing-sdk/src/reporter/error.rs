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
    ///
    /// # Examples
    /// ```
    /// let error = opentracing_sdk::ReportError::retry("connection refused");
    /// assert!(error.is_retry());
    /// ```
    #[must_use]
    pub fn retry(reason: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { kind: Kind::Retry { after: None }, reason: reason.into() }
    }

    /// It will never work: the backend refused the batch.
    ///
    /// # Examples
    /// ```
    /// let error = opentracing_sdk::ReportError::drop("status 400");
    /// assert!(!error.is_retry() && !error.is_too_large());
    /// ```
    #[must_use]
    pub fn drop(reason: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { kind: Kind::Drop, reason: reason.into() }
    }

    /// The batch is too large: its halves are reported instead; a span that is too large alone is dropped.
    ///
    /// # Examples
    /// ```
    /// let error = opentracing_sdk::ReportError::too_large("status 413");
    /// assert!(error.is_too_large());
    /// ```
    #[must_use]
    pub fn too_large(reason: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { kind: Kind::TooLarge, reason: reason.into() }
    }

    /// The backend took the batch but for this many spans, which are dropped.
    ///
    /// # Examples
    /// ```
    /// let error = opentracing_sdk::ReportError::partial(3, "too old");
    /// assert_eq!(error.rejected(), Some(3));
    /// ```
    #[must_use]
    pub fn partial(rejected: usize, reason: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { kind: Kind::Partial { rejected }, reason: reason.into() }
    }

    /// Asks to wait this long before the next try, as `Retry-After` does; nothing, but for a retry.
    ///
    /// # Examples
    /// ```
    /// use opentracing_sdk::ReportError;
    /// use std::time::Duration;
    ///
    /// let wait = Duration::from_secs(2);
    /// assert_eq!(ReportError::retry("busy").after(wait).retry_after(), Some(wait));
    /// assert_eq!(ReportError::drop("status 400").after(wait).retry_after(), None);
    /// ```
    #[must_use]
    pub fn after(mut self, wait: Duration) -> Self {
        if let Kind::Retry { after } = &mut self.kind {
            *after = Some(wait);
        }
        self
    }

    /// Whether the same batch may be reported again.
    ///
    /// # Examples
    /// ```
    /// use opentracing_sdk::ReportError;
    ///
    /// assert!(ReportError::retry("status 503").is_retry());
    /// assert!(!ReportError::too_large("status 413").is_retry());
    /// ```
    #[must_use]
    pub fn is_retry(&self) -> bool {
        matches!(self.kind, Kind::Retry { .. })
    }

    /// Whether the batch has to be split.
    ///
    /// # Examples
    /// ```
    /// use opentracing_sdk::ReportError;
    ///
    /// assert!(ReportError::too_large("status 413").is_too_large());
    /// assert!(!ReportError::drop("status 400").is_too_large());
    /// ```
    #[must_use]
    pub fn is_too_large(&self) -> bool {
        self.kind == Kind::TooLarge
    }

    /// How long the backend asked to wait before a retry.
    ///
    /// # Examples
    /// ```
    /// use opentracing_sdk::ReportError;
    /// use std::time::Duration;
    ///
    /// let busy = ReportError::retry("status 429");
    /// assert_eq!(busy.retry_after(), None);
    /// assert_eq!(busy.after(Duration::from_secs(2)).retry_after(), Some(Duration::from_secs(2)));
    /// ```
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self.kind {
            Kind::Retry { after } => after,
            _ => None,
        }
    }

    /// How many spans were refused by a backend that took the others.
    ///
    /// # Examples
    /// ```
    /// use opentracing_sdk::ReportError;
    ///
    /// assert_eq!(ReportError::partial(3, "too old").rejected(), Some(3));
    /// assert_eq!(ReportError::drop("status 400").rejected(), None);
    /// ```
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

//! Why a context could not be written or read.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;

type Source = Box<dyn Error + Send + Sync>;

/// A context could not be written into a carrier, which is unchanged.
///
/// # Examples
/// ```
/// use opentracing_core::{MockTracer, format};
///
/// let tracer = MockTracer::new().tracer();
/// let error = tracer.inject(&tracer.start_span("op"), format::Custom("postcard"), &mut 0_u8).unwrap_err();
/// assert!(error.is_unsupported_format());
/// assert_eq!(error.to_string(), "unsupported format \"postcard\"");
/// ```
#[derive(Debug)]
pub struct InjectError {
    kind: InjectErrorKind,
    source: Option<Source>,
}

#[derive(Debug)]
enum InjectErrorKind {
    UnsupportedFormat { format: String },
    InvalidCarrier { format: String },
    InvalidSpanContext,
}

impl InjectError {
    /// The tracer has no codec for the format.
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::InjectError;
    ///
    /// let error = InjectError::unsupported_format("punch card");
    /// assert!(error.is_unsupported_format());
    /// ```
    pub fn unsupported_format(format: impl Into<String>) -> Self {
        InjectErrorKind::UnsupportedFormat { format: format.into() }.into()
    }

    /// The carrier is none that the format can be written into.
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::InjectError;
    ///
    /// let error = InjectError::invalid_carrier("punch card");
    /// assert!(error.is_invalid_carrier());
    /// ```
    pub fn invalid_carrier(format: impl Into<String>) -> Self {
        InjectErrorKind::InvalidCarrier { format: format.into() }.into()
    }

    /// The context says nothing that could be written: neither ids nor baggage.
    ///
    /// # Examples
    /// ```
    /// assert!(opentracing_core::InjectError::invalid_span_context().is_invalid_span_context());
    /// ```
    #[must_use]
    pub fn invalid_span_context() -> Self {
        InjectErrorKind::InvalidSpanContext.into()
    }

    /// Adds the error behind this one.
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::InjectError;
    /// use std::error::Error as _;
    ///
    /// let error = InjectError::invalid_carrier("punch card").with_source("no column left");
    /// assert_eq!(error.source().unwrap().to_string(), "no column left");
    /// ```
    #[must_use]
    pub fn with_source(self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { source: Some(source.into()), ..self }
    }

    /// Whether the tracer has no codec for the format.
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::InjectError;
    ///
    /// assert!(InjectError::unsupported_format("punch card").is_unsupported_format());
    /// assert!(!InjectError::invalid_carrier("punch card").is_unsupported_format());
    /// ```
    #[must_use]
    pub fn is_unsupported_format(&self) -> bool {
        matches!(self.kind, InjectErrorKind::UnsupportedFormat { .. })
    }

    /// Whether the carrier is none that the format can be written into.
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::InjectError;
    ///
    /// assert!(InjectError::invalid_carrier("punch card").is_invalid_carrier());
    /// assert!(!InjectError::unsupported_format("punch card").is_invalid_carrier());
    /// ```
    #[must_use]
    pub fn is_invalid_carrier(&self) -> bool {
        matches!(self.kind, InjectErrorKind::InvalidCarrier { .. })
    }

    /// Whether the context has neither ids nor baggage.
    ///
    /// # Examples
    /// ```
    /// assert!(opentracing_core::InjectError::invalid_span_context().is_invalid_span_context());
    /// ```
    #[must_use]
    pub fn is_invalid_span_context(&self) -> bool {
        matches!(self.kind, InjectErrorKind::InvalidSpanContext)
    }
}

impl From<InjectErrorKind> for InjectError {
    fn from(kind: InjectErrorKind) -> Self {
        Self { kind, source: None }
    }
}

impl fmt::Display for InjectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            InjectErrorKind::UnsupportedFormat { format } => write!(f, "unsupported format {format:?}"),
            InjectErrorKind::InvalidCarrier { format } => {
                write!(f, "the carrier cannot be written to in the format {format:?}")
            }
            InjectErrorKind::InvalidSpanContext => {
                f.write_str("the span context has neither ids nor baggage")
            }
        }
    }
}

impl Error for InjectError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn Error + 'static))
    }
}

/// No context could be read from a carrier, although one seems to be there. Where there is none, extracting
/// gives `Ok(None)` instead.
///
/// # Examples
/// ```
/// use opentracing_core::{MockTracer, format};
///
/// let tracer = MockTracer::new().tracer();
/// let headers = [("ot-tracer-traceid", "+7"), ("ot-tracer-spanid", "1")];
/// let error = tracer.extract(format::HttpHeaders, &headers).unwrap_err();
/// assert!(error.is_corrupted());
/// assert!(error.to_string().starts_with("ot-tracer-traceid=\"+7\": "));
/// ```
#[derive(Debug)]
pub struct ExtractError {
    // Boxed, so that what every extraction returns stays small.
    kind: Box<ExtractErrorKind>,
    source: Option<Source>,
}

#[derive(Debug)]
enum ExtractErrorKind {
    UnsupportedFormat { format: String },
    InvalidCarrier { format: String },
    Corrupted { key: String, value: String, reason: Cow<'static, str> },
}

/// Offending input is quoted up to this many bytes, before they are escaped.
const QUOTED_BYTES_MAX: usize = 64;

impl ExtractError {
    /// The tracer has no codec for the format.
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::ExtractError;
    ///
    /// let error = ExtractError::unsupported_format("punch card");
    /// assert!(error.is_unsupported_format());
    /// ```
    pub fn unsupported_format(format: impl Into<String>) -> Self {
        ExtractErrorKind::UnsupportedFormat { format: format.into() }.into()
    }

    /// The carrier is none that the format can be read from.
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::ExtractError;
    ///
    /// let error = ExtractError::invalid_carrier("punch card");
    /// assert!(error.is_invalid_carrier());
    /// ```
    pub fn invalid_carrier(format: impl Into<String>) -> Self {
        ExtractErrorKind::InvalidCarrier { format: format.into() }.into()
    }

    /// The carrier holds something that looks like a context and is none: its key (for a binary carrier, the
    /// part of the context), the value as received, and what is wrong with it.
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::ExtractError;
    ///
    /// let error = ExtractError::corrupted("uber-trace-id", "1\r\n", "a context has four fields");
    /// assert_eq!(error.to_string(), r#"uber-trace-id="1\r\n": a context has four fields"#);
    /// ```
    pub fn corrupted(
        key: impl AsRef<str>,
        value: impl AsRef<[u8]>,
        reason: impl Into<Cow<'static, str>>,
    ) -> Self {
        let (key, value) = (quote(key.as_ref().as_bytes()), quote(value.as_ref()));
        ExtractErrorKind::Corrupted { key, value, reason: reason.into() }.into()
    }

    /// Adds the error behind this one.
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::ExtractError;
    /// use std::error::Error as _;
    ///
    /// let error = ExtractError::invalid_carrier("punch card").with_source("no column left");
    /// assert_eq!(error.source().unwrap().to_string(), "no column left");
    /// ```
    #[must_use]
    pub fn with_source(self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { source: Some(source.into()), ..self }
    }

    /// Whether the tracer has no codec for the format.
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::ExtractError;
    ///
    /// assert!(ExtractError::unsupported_format("punch card").is_unsupported_format());
    /// assert!(!ExtractError::invalid_carrier("punch card").is_unsupported_format());
    /// ```
    #[must_use]
    pub fn is_unsupported_format(&self) -> bool {
        matches!(*self.kind, ExtractErrorKind::UnsupportedFormat { .. })
    }

    /// Whether the carrier is none that the format can be read from.
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::ExtractError;
    ///
    /// assert!(ExtractError::invalid_carrier("punch card").is_invalid_carrier());
    /// assert!(!ExtractError::unsupported_format("punch card").is_invalid_carrier());
    /// ```
    #[must_use]
    pub fn is_invalid_carrier(&self) -> bool {
        matches!(*self.kind, ExtractErrorKind::InvalidCarrier { .. })
    }

    /// Whether the carrier holds a context that is incomplete or garbled.
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::ExtractError;
    ///
    /// assert!(!ExtractError::invalid_carrier("punch card").is_corrupted());
    /// ```
    #[must_use]
    pub fn is_corrupted(&self) -> bool {
        matches!(*self.kind, ExtractErrorKind::Corrupted { .. })
    }
}

/// Printable, and not longer than what fits a line of a log: the input is a stranger's.
fn quote(bytes: &[u8]) -> String {
    match bytes.get(..QUOTED_BYTES_MAX) {
        Some(start) if bytes.len() > QUOTED_BYTES_MAX => format!("{}...", start.escape_ascii()),
        _ => bytes.escape_ascii().to_string(),
    }
}

impl From<ExtractErrorKind> for ExtractError {
    fn from(kind: ExtractErrorKind) -> Self {
        Self { kind: Box::new(kind), source: None }
    }
}

impl fmt::Display for ExtractError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.kind {
            ExtractErrorKind::UnsupportedFormat { format } => write!(f, "unsupported format {format:?}"),
            ExtractErrorKind::InvalidCarrier { format } => {
                write!(f, "the carrier cannot be read in the format {format:?}")
            }
            ExtractErrorKind::Corrupted { key, value, reason } => write!(f, "{key}=\"{value}\": {reason}"),
        }
    }
}

impl Error for ExtractError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn Error + 'static))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_asked_with_a_predicate() {
        let unsupported = InjectError::unsupported_format("a");
        assert!(unsupported.is_unsupported_format());
        assert!(!unsupported.is_invalid_carrier() && !unsupported.is_invalid_span_context());
        assert!(InjectError::invalid_carrier("a").is_invalid_carrier());
        assert!(InjectError::invalid_span_context().is_invalid_span_context());
        assert!(ExtractError::unsupported_format("a").is_unsupported_format());
        assert!(ExtractError::invalid_carrier("a").is_invalid_carrier());
        let corrupted = ExtractError::corrupted("key", "value", "reason");
        assert!(corrupted.is_corrupted());
        assert!(!corrupted.is_invalid_carrier() && !corrupted.is_unsupported_format());
    }

    #[test]
    fn input_is_quoted_escaped_and_cut() {
        let error = ExtractError::corrupted("k\n", [b'\x1b', b'"', 0xff], "bad");
        assert_eq!(error.to_string(), r#"k\n="\x1b\"\xff": bad"#);
        let fits = "v".repeat(QUOTED_BYTES_MAX);
        assert_eq!(ExtractError::corrupted("k", &fits, "bad").to_string(), format!("k=\"{fits}\": bad"));
        let long = format!("{fits}v");
        assert_eq!(ExtractError::corrupted("k", long, "bad").to_string(), format!("k=\"{fits}...\": bad"));
    }

    #[test]
    fn the_error_behind_it_is_the_source_and_not_in_the_text() {
        let error = ExtractError::corrupted("k", "v", "bad").with_source("cause");
        assert_eq!(error.source().unwrap().to_string(), "cause");
        assert!(!error.to_string().contains("cause"));
        assert!(InjectError::invalid_span_context().source().is_none());
    }
}

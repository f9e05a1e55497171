//! How contexts travel between processes: the headers of Jaeger's clients and of W3C, and Jaeger's binary form.
//!
//! [`Propagators`] is what a tracer uses. Each codec has a reader that is shown every pair of a carrier once, and
//! a function that writes; what they find is put together in one place. Input is a stranger's: nothing here
//! panics on it, what is kept of it is bounded, and what is dropped is counted.

mod baggage;
mod binary;
mod found;
mod hex;
mod jaeger;
mod outgoing;
mod percent;
mod propagators;
mod stats;
mod trace_parent;
mod trace_state;
mod w3c;

use std::error::Error;
use std::fmt;
use std::str::FromStr;

pub use jaeger::JaegerHeaders;
pub use propagators::Propagators;
pub use stats::PropagationStats;

/// A set of headers that contexts travel in.
///
/// # Examples
/// ```
/// use opentracing_sdk::Propagation;
///
/// assert_eq!("W3C".parse(), Ok(Propagation::W3c));
/// assert_eq!(Propagation::Jaeger.to_string(), "jaeger");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Propagation {
    /// `uber-trace-id` and `uberctx-*`; `jaeger-baggage` and `jaeger-debug-id` are read.
    Jaeger,
    /// `traceparent`, `tracestate` and `baggage`.
    W3c,
}

impl Propagation {
    const ALL: [Self; 2] = [Self::Jaeger, Self::W3c];

    /// The name in configuration.
    ///
    /// # Examples
    /// ```
    /// use opentracing_sdk::Propagation;
    ///
    /// assert_eq!(Propagation::W3c.as_str(), "w3c");
    /// assert_eq!(Propagation::W3c.as_str().parse(), Ok(Propagation::W3c));
    /// ```
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Propagation::Jaeger => "jaeger",
            Propagation::W3c => "w3c",
        }
    }
}

impl fmt::Display for Propagation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Reads a name in any case, with blanks around it.
impl FromStr for Propagation {
    type Err = UnknownPropagation;

    fn from_str(name: &str) -> Result<Self, UnknownPropagation> {
        let is_meant = |format: &Self| format.as_str().eq_ignore_ascii_case(name.trim());
        Self::ALL.into_iter().find(is_meant).ok_or_else(|| UnknownPropagation { name: name.to_owned() })
    }
}

/// No set of headers has that name.
///
/// # Examples
/// ```
/// use opentracing_sdk::Propagation;
///
/// let error = "pigeon".parse::<Propagation>().unwrap_err();
/// assert_eq!(error.to_string(), r#""pigeon" is no known propagation; there are jaeger and w3c"#);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownPropagation {
    name: String,
}

impl fmt::Display for UnknownPropagation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is no known propagation; there are jaeger and w3c", self.name)
    }
}

impl Error for UnknownPropagation {}

/// What a text carrier can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Text {
    /// Any text, as it is.
    Plain,
    /// What HTTP allows in a header.
    Http,
}

/// Whether a key is that name, in any case. Most keys of the right length are the name as it is.
#[inline]
fn is_name(key: &str, name: &str) -> bool {
    key.len() == name.len() && (key == name || key.eq_ignore_ascii_case(name))
}

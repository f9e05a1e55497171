//! How a forked child comes to a reporter.

use std::fmt;
use std::sync::Arc;

use crate::reporter::Reporter;

/// Makes the reporter of a forked child: one with the settings of its parent's, and nothing else of it.
///
/// A child has the memory of its parent, but none of its threads. So the parent's own reporter is of no use there: it
/// may have been in the middle of something, and its connections belong to the parent. See [`Reporter::successor`].
///
/// # Examples
/// ```
/// use opentracing_sdk::reporter::{self, Successor};
///
/// let successor = Successor::new(reporter::counting);
/// assert_eq!(format!("{successor:?}"), "Successor { .. }");
/// ```
#[derive(Clone)]
pub struct Successor(Arc<dyn Fn() -> Box<dyn Reporter> + Send + Sync>);

impl Successor {
    /// Makes the reporter with this function, which is called in the child.
    ///
    /// # Examples
    /// ```
    /// use opentracing_sdk::reporter::{self, Successor};
    ///
    /// let successor = Successor::new(|| reporter::otlp("http://localhost:4318"));
    /// ```
    #[must_use]
    pub fn new<R: Reporter>(make: impl Fn() -> R + Send + Sync + 'static) -> Self {
        Self(Arc::new(move || Box::new(make())))
    }

    pub(crate) fn make(&self) -> Box<dyn Reporter> {
        (self.0)()
    }
}

impl fmt::Debug for Successor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Successor").finish_non_exhaustive()
    }
}

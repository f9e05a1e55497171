//! The second seam: where finished spans go.

#[cfg(feature = "console")]
mod console;
mod counting;
mod error;
mod log;
mod memory;
#[cfg(feature = "otlp")]
mod otlp;
mod successor;

use std::fmt;
use std::time::Duration;

use crate::batch::Batch;
use crate::config::ConfigError;

#[cfg(feature = "console")]
pub use console::{ConsoleReporter, console};
pub use counting::{CountingReporter, counting};
pub use error::ReportError;
pub use log::{LogReporter, log};
pub use memory::{MemoryReporter, memory};
#[cfg(feature = "otlp")]
pub use otlp::{OtlpReporter, otlp};
pub use successor::Successor;

/// Takes finished spans away: what a reporter author implements.
///
/// A reporter belongs to one tracer and runs on its worker thread: it may block, within a budget of its own, and
/// what it does is never traced. While it blocks, spans wait in bounded memory; what does not fit is counted. A panic
/// costs the batch, which is counted, too; the reporter stays, and gets the next one.
///
/// # Examples
/// A reporter that writes names to a file:
/// ```
/// use std::io::Write;
/// use opentracing_sdk::{Batch, ReportError, Reporter};
///
/// #[derive(Debug)]
/// struct Names(std::fs::File);
///
/// impl Reporter for Names {
///     fn report(&mut self, batch: &Batch<'_>) -> Result<(), ReportError> {
///         for span in batch.spans() {
///             writeln!(self.0, "{}", span.operation_name()).map_err(ReportError::drop)?;
///         }
///         Ok(())
///     }
/// }
/// ```
pub trait Reporter: Send + fmt::Debug + 'static {
    /// Sends a batch, which is never empty. The error says what is to become of the spans: an error that says
    /// *retry* brings the same batch again after a while, at most three times.
    ///
    /// # Errors
    /// When not all of the spans were taken.
    ///
    /// # Examples
    /// ```
    /// use opentracing_sdk::{Reporter, reporter};
    ///
    /// # use opentracing_core::{Attributes, OperationName, References, SpanHead, SpanId};
    /// # use opentracing_core::{SpanRecord, Timestamp, TraceId};
    /// # let (ids, now) = ((TraceId::new(1).unwrap(), SpanId::new(1).unwrap()), Timestamp::now());
    /// # let head = SpanHead::new(ids.0, ids.1, now, now);
    /// # let name = OperationName::Static("get");
    /// # let span = SpanRecord::from_parts(&head, name, Attributes::default(), References::Parent);
    /// # let mut buffer = opentracing_sdk::BatchBuffer::new();
    /// # buffer.push(&span);
    /// # let process = opentracing_sdk::Process::new("shop");
    /// let mut memory = reporter::memory().spans_max(1);
    /// assert!(memory.report(&buffer.as_batch(&process)).is_ok());
    /// let refused = memory.report(&buffer.as_batch(&process)).unwrap_err();
    /// assert_eq!(refused.rejected(), Some(1));
    /// ```
    fn report(&mut self, batch: &Batch<'_>) -> Result<(), ReportError>;

    /// Passes on what the reporter has kept back, within the time given. Called by flush and close, after the last
    /// batch.
    ///
    /// # Errors
    /// When something could not be passed on. It is shown as a warning; the spans were counted when they were
    /// reported.
    ///
    /// # Examples
    /// ```
    /// use opentracing_sdk::{Reporter, reporter};
    ///
    /// // What keeps nothing back has nothing to pass on.
    /// assert!(reporter::counting().flush(std::time::Duration::from_secs(1)).is_ok());
    /// ```
    fn flush(&mut self, timeout: Duration) -> Result<(), ReportError> {
        let _ = timeout;
        Ok(())
    }

    /// Says whether this reporter is configured such that it can work; asked once, when the tracer is built.
    ///
    /// # Errors
    /// When it cannot, for instance since its URL is none. Nothing is sent to find out.
    ///
    /// # Examples
    /// ```
    /// use opentracing_sdk::{Reporter, reporter};
    ///
    /// assert!(reporter::counting().check().is_ok());
    /// ```
    fn check(&self) -> Result<(), ConfigError> {
        Ok(())
    }

    /// Says how a process forked from this one gets a reporter of its own; asked once, when the tracer is built.
    ///
    /// The reporters of this crate have one. By default there is none, and the spans of a child, if no other reporter
    /// takes them, count as dropped.
    ///
    /// # Examples
    /// ```
    /// use opentracing_sdk::reporter::Successor;
    /// use opentracing_sdk::{Batch, ReportError, Reporter};
    ///
    /// #[derive(Debug)]
    /// struct Names {
    ///     path: std::path::PathBuf,
    /// }
    ///
    /// impl Reporter for Names {
    ///     fn report(&mut self, batch: &Batch<'_>) -> Result<(), ReportError> {
    ///         let names: String = batch.spans().map(|span| format!("{}\n", span.operation_name())).collect();
    ///         std::fs::write(&self.path, names).map_err(ReportError::drop)
    ///     }
    ///
    ///     fn successor(&self) -> Option<Successor> {
    ///         let path = self.path.clone();
    ///         Some(Successor::new(move || Names { path: path.with_extension(std::process::id().to_string()) }))
    ///     }
    /// }
    /// # assert!(Names { path: "names.txt".into() }.successor().is_some());
    /// ```
    fn successor(&self) -> Option<Successor> {
        None
    }
}

impl<R: Reporter + ?Sized> Reporter for Box<R> {
    fn report(&mut self, batch: &Batch<'_>) -> Result<(), ReportError> {
        R::report(self, batch)
    }

    fn flush(&mut self, timeout: Duration) -> Result<(), ReportError> {
        R::flush(self, timeout)
    }

    fn check(&self) -> Result<(), ConfigError> {
        R::check(self)
    }

    fn successor(&self) -> Option<Successor> {
        R::successor(self)
    }
}

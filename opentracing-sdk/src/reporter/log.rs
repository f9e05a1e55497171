//! Writes a line for every span, as Jaeger's clients do when they are told to log spans.

use std::fmt;
use std::io::{self, Write};

use opentracing_core::SpanRecord;

use crate::batch::Batch;
use crate::reporter::{ReportError, Reporter, Successor};
use crate::sink::Sink;

/// Makes a reporter that writes a line to stderr for every span.
///
/// # Examples
/// ```
/// use opentracing_sdk::{Config, reporter};
///
/// let guard = Config::new("shop").reporter(reporter::log()).build()?;
/// guard.tracer().start_span("get").finish();
/// // Reporting span 696ff93970601bb76106ed4717e05c01:6106ed4717e05c01:0:1 shop.get
/// # Ok::<(), opentracing_sdk::ConfigError>(())
/// ```
#[must_use]
pub fn log() -> LogReporter {
    LogReporter::to(io::stderr())
}

/// Writes a line for every span: its context as Jaeger writes it, the service and the operation.
///
/// # Examples
/// ```
/// use opentracing_sdk::reporter::LogReporter;
///
/// let reporter = LogReporter::to(std::io::sink());
/// assert_eq!(format!("{reporter:?}"), "LogReporter { .. }");
/// ```
pub struct LogReporter {
    out: Sink,
}

impl LogReporter {
    /// Writes somewhere else.
    ///
    /// # Examples
    /// ```
    /// use opentracing_sdk::Config;
    /// use opentracing_sdk::reporter::LogReporter;
    ///
    /// let path = std::env::temp_dir().join(format!("spans-{}.txt", std::process::id()));
    /// let guard = Config::new("shop").reporter(LogReporter::to(std::fs::File::create(&path)?)).build()?;
    /// guard.tracer().start_span("get").finish();
    /// guard.close(std::time::Duration::from_secs(5));
    /// assert!(std::fs::read_to_string(&path)?.ends_with(":1 shop.get\n"));
    /// # std::fs::remove_file(&path)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn to(out: impl Write + Send + 'static) -> Self {
        Self { out: Sink::new(out) }
    }
}

impl Reporter for LogReporter {
    fn report(&mut self, batch: &Batch<'_>) -> Result<(), ReportError> {
        let service = batch.process().service_name();
        for span in batch.spans() {
            // Errors are ignored: a closed pipe must not stop a program, and nobody would read the complaint.
            let _ = writeln!(self.out, "Reporting span {}", Line { service, span: &span });
        }
        let _ = self.out.flush();
        Ok(())
    }

    fn successor(&self) -> Option<Successor> {
        let out = self.out.clone();
        Some(Successor::new(move || Self { out: out.clone() }))
    }
}

impl fmt::Debug for LogReporter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LogReporter").finish_non_exhaustive()
    }
}

struct Line<'a> {
    service: &'a str,
    span: &'a SpanRecord<'a>,
}

impl fmt::Display for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let head = self.span.head();
        write!(f, "{}:{}:", head.trace_id, head.span_id)?;
        match head.parent_id {
            Some(parent) => write!(f, "{parent}")?,
            None => f.write_str("0")?,
        }
        write!(f, ":{:x} {}.", head.flags.bits(), self.service)?;
        // One span is one line, and a name cannot send commands to the terminal.
        write!(f, "{}", self.span.operation_name().escape_debug())
    }
}

#[cfg(test)]
mod tests {
    use opentracing_core::{Attributes, OperationName, References, SpanHead, SpanId, Timestamp, TraceId};

    use super::*;

    #[test]
    fn a_line_is_what_the_python_client_logs_and_stays_one_line() {
        let now = Timestamp::now();
        let mut head = SpanHead::new(TraceId::new(0xabc).unwrap(), SpanId::new(2).unwrap(), now, now);
        let name = OperationName::Borrowed("Test\nSpan");
        let line = |head: &SpanHead| {
            let span = SpanRecord::from_parts(head, name, Attributes::default(), References::Parent);
            Line { service: "svc", span: &span }.to_string()
        };
        let ids = "00000000000000000000000000000abc:0000000000000002";
        assert_eq!(line(&head), format!("{ids}:0:1 svc.Test\\nSpan"));
        head.parent_id = SpanId::new(1);
        assert_eq!(line(&head), format!("{ids}:0000000000000001:1 svc.Test\\nSpan"));
    }
}

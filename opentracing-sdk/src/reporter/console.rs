//! Prints a waterfall of every trace.

mod pending;

use std::fmt;
use std::io::{Write, stderr};
use std::time::Duration;

use crate::batch::Batch;
use crate::picture::{Limits, Style, Trace, columns_of_stderr};
use crate::reporter::{ReportError, Reporter, Successor};
use crate::sink::Sink;
use pending::Pending;

/// Makes a reporter that prints a waterfall of every trace to standard error, when the trace has ended: parents
/// first, with bars on a common axis of time, tags and logs, and errors in red.
///
/// Spans are kept until the root of the trace in this process has finished. A span that finishes after that is
/// printed as a continuation, and `flush` prints what is incomplete. A tracer's reporter sees the spans of that
/// tracer only; [`Gallery`](crate::picture::Gallery) draws those of several.
///
/// # Examples
/// ```
/// use opentracing_sdk::{Config, reporter};
///
/// let guard = Config::new("hello-world").reporter(reporter::console()).build()?;
/// guard.tracer().in_span("greet", |scope| {
///     scope.set_tag("name", "Bryan");
/// });
/// // On standard error, when the guard is dropped:
/// // trace 4bf92f35 · hello-world · 41.2µs · 1 span
/// // greet                                41.2µs  ██████████████████████████████████
/// //    name=Bryan
/// # Ok::<(), opentracing_sdk::ConfigError>(())
/// ```
#[must_use]
pub fn console() -> ConsoleReporter {
    ConsoleReporter::new(Target::Stderr(Style::of_stderr()), Limits::default())
}

/// Prints a waterfall of every trace; [`console`] makes one.
///
/// # Examples
/// ```
/// use opentracing_sdk::Reporter;
/// use opentracing_sdk::reporter::{ConsoleReporter, console};
///
/// let reporter: ConsoleReporter = console().writer(std::io::sink());
/// assert!(reporter.check().is_ok());
/// ```
#[derive(Debug)]
pub struct ConsoleReporter {
    target: Target,
    limits: Limits,
    pending: Pending,
}

#[derive(Clone)]
enum Target {
    /// Its width is asked for again before each trace: windows change.
    Stderr(Style),
    /// Its style was given.
    StyledStderr(Style),
    Writer(Sink, Style),
}

impl ConsoleReporter {
    fn new(target: Target, limits: Limits) -> Self {
        Self { target, limits, pending: Pending::new(limits) }
    }

    /// Prints to a writer instead. Without [`style`](Self::style), lines have `COLUMNS` or 80 columns and no colours.
    ///
    /// # Examples
    /// ```
    /// use opentracing_sdk::{Config, reporter};
    ///
    /// let file = std::fs::File::create(std::env::temp_dir().join("traces.txt")).unwrap();
    /// let guard = Config::new("shop").reporter(reporter::console().writer(file)).build()?;
    /// # Ok::<(), opentracing_sdk::ConfigError>(())
    /// ```
    #[must_use]
    pub fn writer(self, writer: impl Write + Send + 'static) -> Self {
        let style = match self.target {
            Target::StyledStderr(style) | Target::Writer(_, style) => style,
            Target::Stderr(_) => Style::of_writer(),
        };
        Self { target: Target::Writer(Sink::new(writer), style), ..self }
    }

    /// Prints in this style, instead of what suits the terminal.
    ///
    /// # Examples
    /// ```
    /// use opentracing_sdk::picture::{Colors, Style};
    /// use opentracing_sdk::reporter;
    ///
    /// let wide = Style { width: 160, colors: Colors::Ansi, ..Style::of_stderr() };
    /// let reporter = reporter::console().style(wide);
    /// ```
    #[must_use]
    pub fn style(self, style: Style) -> Self {
        let target = match self.target {
            Target::Writer(writer, _) => Target::Writer(writer, style),
            Target::Stderr(_) | Target::StyledStderr(_) => Target::StyledStderr(style),
        };
        Self { target, ..self }
    }

    /// Keeps so much of traces that have not ended, instead of the defaults. A trace that has to make room is
    /// printed as it is.
    ///
    /// # Examples
    /// ```
    /// use opentracing_sdk::picture::Limits;
    /// use opentracing_sdk::reporter;
    ///
    /// let reporter = reporter::console().limits(Limits { spans_max: 40, ..Limits::default() });
    /// ```
    #[must_use]
    pub fn limits(self, limits: Limits) -> Self {
        Self::new(self.target, limits)
    }
}

impl Reporter for ConsoleReporter {
    fn report(&mut self, batch: &Batch<'_>) -> Result<(), ReportError> {
        for trace in self.pending.add(batch) {
            self.target.print(&trace);
        }
        Ok(())
    }

    fn flush(&mut self, _: Duration) -> Result<(), ReportError> {
        while let Some(trace) = self.pending.pop_incomplete() {
            self.target.print(&trace);
        }
        Ok(())
    }

    fn successor(&self) -> Option<Successor> {
        let (target, limits) = (self.target.clone(), self.limits);
        Some(Successor::new(move || Self::new(target.clone(), limits)))
    }
}

impl Target {
    /// Writes a picture and an empty line below it, in one piece, so that nobody else's lines get in between. A
    /// terminal that is gone must not fail the program: errors are ignored.
    fn print(&mut self, trace: &Trace) {
        let mut text = trace.to_text(&self.style());
        text.push('\n');
        _ = match self {
            Target::Stderr(_) | Target::StyledStderr(_) => stderr().write_all(text.as_bytes()),
            Target::Writer(writer, _) => writer.write_all(text.as_bytes()).and_then(|()| writer.flush()),
        };
    }

    fn style(&self) -> Style {
        match self {
            Target::Stderr(style) => match columns_of_stderr() {
                Some(width) => Style { width, ..*style },
                None => *style,
            },
            Target::StyledStderr(style) | Target::Writer(_, style) => *style,
        }
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Target::Stderr(style) | Target::StyledStderr(style) => {
                f.debug_tuple("Stderr").field(style).finish()
            }
            Target::Writer(_, style) => f.debug_tuple("Writer").field(style).finish(),
        }
    }
}

//! Reporters that do what a test tells them to, and the work of many threads.

use std::fmt;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use opentracing_core::{Report, Tracer};
use opentracing_sdk::{Batch, Config, ReportError, Reporter};

/// Nothing here takes this long unless it is broken.
pub(crate) const LONG: Duration = Duration::from_secs(60);

/// A tracer with a queue of its own, so that tests do not take memory from each other.
pub(crate) fn config(reporter: impl Reporter) -> Config {
    Config::new("test").reporter(reporter).queue_bytes(24 << 20).warnings(std::io::sink())
}

/// Makes a reporter of a function.
pub(crate) fn reporter<F>(report: F) -> Fake<F>
where
    F: FnMut(&Batch<'_>) -> Result<(), ReportError> + Send + 'static,
{
    Fake(report)
}

pub(crate) struct Fake<F>(F);

impl<F> fmt::Debug for Fake<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fake")
    }
}

impl<F> Reporter for Fake<F>
where
    F: FnMut(&Batch<'_>) -> Result<(), ReportError> + Send + 'static,
{
    fn report(&mut self, batch: &Batch<'_>) -> Result<(), ReportError> {
        (self.0)(batch)
    }
}

/// Panics without a word, so that what tests print can be read.
pub(crate) fn boom<R>() -> R {
    std::panic::resume_unwind(Box::new("boom"))
}

/// Makes a reporter that tells the names of the spans it gets.
pub(crate) fn names() -> (impl Reporter, Receiver<String>) {
    let (sender, receiver) = channel();
    let tell = move |batch: &Batch<'_>| {
        for span in batch.spans() {
            // The test may have seen enough.
            let _ = sender.send(span.operation_name().to_owned());
        }
        Ok(())
    };
    (reporter(tell), receiver)
}

/// Holds a reporter inside its call until it is opened, or dropped.
pub(crate) struct Gate {
    is_open: Arc<(Mutex<bool>, Condvar)>,
    entered: Receiver<()>,
    gone: Receiver<()>,
}

impl Gate {
    /// The gate, and a reporter that waits in front of it, and takes every span once it is open.
    pub(crate) fn new() -> (Self, Gated) {
        let is_open = Arc::default();
        let (entered_sender, entered) = channel();
        let (gone_sender, gone) = channel();
        let gated = Gated { is_open: Arc::clone(&is_open), entered: entered_sender, _gone: gone_sender };
        (Self { is_open, entered, gone }, gated)
    }

    /// Waits until the reporter was called, and does not return.
    pub(crate) fn wait_until_entered(&self) {
        self.entered.recv().unwrap();
    }

    pub(crate) fn open(&self) {
        *self.is_open.0.lock().unwrap() = true;
        self.is_open.1.notify_all();
    }

    /// Waits until the reporter was dropped.
    pub(crate) fn wait_until_gone(&self) {
        assert!(self.gone.recv().is_err(), "nothing is ever sent here");
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        self.open();
    }
}

#[derive(Debug)]
pub(crate) struct Gated {
    is_open: Arc<(Mutex<bool>, Condvar)>,
    entered: Sender<()>,
    _gone: Sender<()>,
}

impl Reporter for Gated {
    fn report(&mut self, _: &Batch<'_>) -> Result<(), ReportError> {
        let _ = self.entered.send(());
        let is_open = self.is_open.0.lock().unwrap();
        drop(self.is_open.1.wait_while(is_open, |is_open| !*is_open).unwrap());
        Ok(())
    }
}

/// Starts and finishes so many spans on each of so many threads: plain ones, some with tags, some with text.
pub(crate) fn trace_on_threads(tracer: &Tracer, threads: u64, spans: u64) {
    std::thread::scope(|scope| {
        for thread in 0..threads {
            scope.spawn(move || {
                for number in 0..spans {
                    let span = tracer.start_span("work");
                    match number % 10 {
                        1 => _ = span.set_tag("number", number),
                        2 => _ = span.set_tag("text", "not a literal, but copied"),
                        3 => _ = span.set_operation_name(format!("work of {thread}")),
                        _ => {}
                    }
                    span.finish();
                }
            });
        }
    });
}

/// Every span is in exactly one place.
pub(crate) fn assert_accounted(report: &Report, started: u64) {
    assert_eq!(report.started, started, "{report:?}");
    let known = report.unsampled + report.open + report.queued + report.exported + report.dropped.total();
    assert_eq!(known, started, "{report:?}");
}

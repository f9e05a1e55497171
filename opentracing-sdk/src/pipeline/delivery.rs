//! Gives batches to reporters: tries again, splits, and says what became of each span. A reporter that panics is
//! kept.

use std::any::Any;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use opentracing_core::Dropped;

use crate::batch::Batch;
use crate::pipeline::backoff;
use crate::pipeline::warnings::Warnings;
use crate::reporter::{ReportError, Reporter, Successor};
use crate::sink::Sink;

/// The reporters of a tracer.
#[derive(Debug)]
pub(crate) struct Delivery {
    outputs: Vec<Output>,
    warnings: Warnings,
}

/// One reporter.
#[derive(Debug)]
pub(crate) struct Output {
    reporter: Box<dyn Reporter>,
    name: &'static str,
    /// Whether what it takes counts as exported. It does not for a log beside the real reporters: spans that only
    /// got there are lost.
    counts: bool,
    /// Whether it took the last batch.
    is_healthy: bool,
}

/// What the delivery of a forked child is made of.
#[derive(Debug)]
pub(crate) struct Heirs {
    outputs: Vec<Heir>,
    warnings: Sink,
}

/// The same of one output.
#[derive(Debug)]
struct Heir {
    successor: Successor,
    name: &'static str,
    counts: bool,
}

impl Heirs {
    /// A delivery to new reporters; `None` where no reporter that counts has a successor.
    pub(crate) fn deliver(&self) -> Option<Delivery> {
        self.outputs.iter().any(|heir| heir.counts).then(|| Delivery {
            outputs: self.outputs.iter().map(Heir::output).collect(),
            warnings: Warnings::to(self.warnings.clone()),
        })
    }
}

impl Heir {
    fn output(&self) -> Output {
        let Self { name, counts, .. } = *self;
        Output { reporter: self.successor.make(), name, counts, is_healthy: true }
    }
}

/// What became of the spans of a batch.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) exported: u64,
    pub(crate) failed: u64,
    pub(crate) too_large: u64,
    pub(crate) panicked: u64,
}

/// What the worker allows at the moment.
pub(crate) trait Conditions {
    /// Whether reporting is over: nothing is sent any more.
    fn is_over(&self) -> bool;
    /// When the report that is about to be made has to end.
    fn deadline(&self) -> Option<Instant>;
    /// Waits before a batch is tried again. Answers whether it may be; while the tracer is being closed, only
    /// with a reporter that took the batch before.
    fn pause(&self, wait: Duration, is_healthy: bool) -> bool;
}

impl Output {
    pub(crate) fn new<R: Reporter>(reporter: R) -> Self {
        let name = std::any::type_name::<R>();
        Self { reporter: Box::new(reporter), name, counts: true, is_healthy: true }
    }

    /// An output beside others, which does not make a span count as exported.
    pub(crate) fn beside(reporter: impl Reporter) -> Self {
        Self { counts: false, ..Self::new(reporter) }
    }

    pub(crate) fn reporter(&self) -> &dyn Reporter {
        &*self.reporter
    }
}

impl Delivery {
    pub(crate) fn new(outputs: Vec<Output>, warnings: Warnings) -> Self {
        Self { outputs, warnings }
    }

    /// What a forked child delivers with.
    pub(crate) fn heirs(&self) -> Heirs {
        let heir = |output: &Output| {
            let Output { name, counts, .. } = *output;
            Some(Heir { successor: output.reporter.successor()?, name, counts })
        };
        Heirs {
            outputs: self.outputs.iter().filter_map(heir).collect(),
            warnings: self.warnings.sink().clone(),
        }
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.outputs.iter().map(|output| output.name)
    }

    /// Gives a batch to all reporters, one after the other. Answers what became of the spans, all in all and for
    /// each reporter; spans that are in no tally have not been tried, since reporting is over.
    pub(crate) fn deliver(&mut self, batch: &Batch<'_>, conditions: &impl Conditions) -> (Tally, Vec<Tally>) {
        let Self { outputs, warnings } = self;
        let each: Vec<_> = outputs
            .iter_mut()
            .map(|output| {
                let tally = output.deliver(batch, conditions, warnings);
                output.is_healthy = tally.exported > 0;
                tally
            })
            .collect();
        // A span is exported when one reporter took it. Which spans of a batch a backend refused is not known, so
        // the reporter that took most stands for all.
        let counted = outputs.iter().zip(&each).filter(|(output, _)| output.counts);
        let best = counted.map(|(_, tally)| *tally).max_by_key(|tally| (tally.exported, tally.total()));
        (best.unwrap_or_default(), each)
    }

    /// Lets all reporters pass on what they kept back.
    pub(crate) fn flush(&mut self, deadline: Option<Instant>) {
        for output in &mut self.outputs {
            let left = deadline.map_or(Duration::MAX, |at| at.saturating_duration_since(Instant::now()));
            match caught(|| output.reporter.flush(left)) {
                Ok(Ok(())) => {}
                Ok(Err(error)) => {
                    self.warnings
                        .warn(Instant::now(), format_args!("{} could not flush: {error}", output.name));
                }
                Err(panic) => {
                    self.warnings.warn(Instant::now(), format_args!("{} panicked: {panic}", output.name));
                }
            }
        }
    }
}

impl Output {
    fn deliver(&mut self, batch: &Batch<'_>, conditions: &impl Conditions, warnings: &mut Warnings) -> Tally {
        let mut failures = 0;
        loop {
            if conditions.is_over() {
                return Tally::default();
            }
            let attempt = batch.clone().with_deadline(conditions.deadline());
            let error = match caught(|| self.reporter.report(&attempt)) {
                Ok(Ok(())) => return Tally { exported: count(batch.len()), ..Tally::default() },
                Ok(Err(error)) => error,
                Err(panic) => {
                    let (lost, name) = (Spans(batch.len()), self.name);
                    warnings.warn(Instant::now(), format_args!("{name} panicked, lost {lost}: {panic}"));
                    return Tally { panicked: count(batch.len()), ..Tally::default() };
                }
            };
            if error.is_too_large() {
                if let Some((left, right)) = batch.halves() {
                    let left = self.deliver(&left, conditions, warnings);
                    return left.plus(self.deliver(&right, conditions, warnings));
                }
            }
            self.warn(batch, &error, warnings);
            let may_retry = error.is_retry() && failures < backoff::RETRIES_MAX;
            let wait = backoff::wait(failures, error.retry_after(), backoff::chance());
            if !may_retry || !conditions.pause(wait, self.is_healthy) {
                return Tally::of_failure(batch.len(), &error);
            }
            failures += 1;
        }
    }

    fn warn(&self, batch: &Batch<'_>, error: &ReportError, warnings: &mut Warnings) {
        let spans = Spans(error.rejected().unwrap_or(batch.len()));
        let outcome = if error.is_retry() { "could not report" } else { "lost" };
        warnings.warn(Instant::now(), format_args!("{outcome} {spans}: {error}"));
    }
}

/// A number of spans, in words.
struct Spans(usize);

impl fmt::Display for Spans {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} span{}", self.0, if self.0 == 1 { "" } else { "s" })
    }
}

impl Tally {
    fn of_failure(len: usize, error: &ReportError) -> Self {
        let none = Self::default();
        match error.rejected() {
            Some(rejected) => {
                let rejected = rejected.min(len);
                Self { exported: count(len - rejected), failed: count(rejected), ..none }
            }
            None if error.is_too_large() => Self { too_large: count(len), ..none },
            None => Self { failed: count(len), ..none },
        }
    }

    pub(crate) fn of_panic(len: usize) -> Self {
        Self { panicked: count(len), ..Self::default() }
    }

    fn total(&self) -> u64 {
        self.exported + self.failed + self.too_large + self.panicked
    }

    fn plus(self, other: Self) -> Self {
        Self {
            exported: self.exported + other.exported,
            failed: self.failed + other.failed,
            too_large: self.too_large + other.too_large,
            panicked: self.panicked + other.panicked,
        }
    }

    pub(crate) fn add_to(self, exported: &mut u64, dropped: &mut Dropped) {
        *exported += self.exported;
        dropped.failed += self.failed;
        dropped.too_large += self.too_large;
        dropped.panicked += self.panicked;
    }
}

fn count(len: usize) -> u64 {
    len as u64
}

/// Calls code of the user; a panic becomes its message.
fn caught<R>(call: impl FnOnce() -> R) -> Result<R, String> {
    // Unwind safety: what a reporter left half-done is its own; it is told so in the documentation.
    catch_unwind(AssertUnwindSafe(call)).map_err(|payload| message(&*payload))
}

fn message(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().copied();
    let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("(no message)").to_owned()
}

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};
    use std::collections::VecDeque;
    use std::io::sink;
    use std::sync::{Arc, Mutex};

    use opentracing_core::{
        Attributes, OperationName, References, SpanHead, SpanId, SpanRecord, Timestamp, TraceId,
    };

    use super::*;
    use crate::batch::BatchBuffer;
    use crate::process::Process;

    type Answer = Box<dyn FnMut(usize) -> Result<(), ReportError> + Send>;

    /// Gives the answers of a list, then success; remembers the sizes of the batches it saw.
    struct Scripted {
        answers: VecDeque<Answer>,
        seen: Arc<Mutex<Vec<usize>>>,
    }

    impl fmt::Debug for Scripted {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("Scripted")
        }
    }

    impl Reporter for Scripted {
        fn report(&mut self, batch: &Batch<'_>) -> Result<(), ReportError> {
            self.seen.lock().unwrap().push(batch.len());
            self.answers.pop_front().map_or(Ok(()), |mut answer| answer(batch.len()))
        }
    }

    /// Time does not pass; waits are remembered.
    #[derive(Default)]
    struct Still {
        waits: RefCell<Vec<Duration>>,
        is_over: Cell<bool>,
        no_more: bool,
    }

    impl Conditions for Still {
        fn is_over(&self) -> bool {
            self.is_over.get()
        }

        fn deadline(&self) -> Option<Instant> {
            None
        }

        fn pause(&self, wait: Duration, _: bool) -> bool {
            self.waits.borrow_mut().push(wait);
            !self.no_more
        }
    }

    fn scripted(answers: impl IntoIterator<Item = Answer>) -> (Output, Arc<Mutex<Vec<usize>>>) {
        let seen = Arc::default();
        let reporter = Scripted { answers: answers.into_iter().collect(), seen: Arc::clone(&seen) };
        (Output::new(reporter), seen)
    }

    fn answer(error: impl Fn() -> ReportError + Send + 'static) -> Answer {
        Box::new(move |_| Err(error()))
    }

    fn deliver(outputs: Vec<Output>, spans: usize, conditions: &Still) -> (Tally, Vec<Tally>) {
        let now = Timestamp::now();
        let head = SpanHead::new(TraceId::new(1).unwrap(), SpanId::new(1).unwrap(), now, now);
        let span = SpanRecord::from_parts(
            &head,
            OperationName::Static("x"),
            Attributes::default(),
            References::Parent,
        );
        let mut buffer = BatchBuffer::new();
        (0..spans).for_each(|_| buffer.push(&span));
        let process = Process::new("s");
        Delivery::new(outputs, Warnings::to(Sink::new(sink())))
            .deliver(&buffer.as_batch(&process), conditions)
    }

    fn exported(exported: u64) -> Tally {
        Tally { exported, ..Tally::default() }
    }

    #[test]
    fn a_batch_is_tried_again_three_times_and_then_lost() {
        let busy = || answer(|| ReportError::retry("busy"));
        let (output, seen) = scripted([busy(), busy(), busy()]);
        let conditions = Still::default();
        assert_eq!(deliver(vec![output], 5, &conditions).0, exported(5));
        assert_eq!(*seen.lock().unwrap(), [5; 4]);
        assert_eq!(conditions.waits.borrow().len(), 3);

        let (output, seen) = scripted((0..9).map(|_| busy()));
        let (all, _) = deliver(vec![output], 5, &Still::default());
        assert_eq!(all, Tally { failed: 5, ..Tally::default() });
        assert_eq!(*seen.lock().unwrap(), [5; 4]);
    }

    #[test]
    fn the_pause_is_at_least_what_the_backend_asked_for() {
        let (output, _) = scripted([answer(|| ReportError::retry("busy").after(Duration::from_secs(7)))]);
        let conditions = Still::default();
        deliver(vec![output], 1, &conditions);
        assert_eq!(*conditions.waits.borrow(), [Duration::from_secs(7)]);
    }

    #[test]
    fn a_retry_that_may_not_wait_is_a_failure() {
        let (output, seen) = scripted([answer(|| ReportError::retry("busy"))]);
        let (all, _) = deliver(vec![output], 2, &Still { no_more: true, ..Still::default() });
        assert_eq!(all, Tally { failed: 2, ..Tally::default() });
        assert_eq!(*seen.lock().unwrap(), [2]);
    }

    #[test]
    fn a_batch_that_is_too_large_is_halved_until_it_fits_or_is_one_span() {
        let fussy = |len: usize| if len > 1 { Err(ReportError::too_large("4 MiB")) } else { Ok(()) };
        let (output, seen) = scripted((0..7).map(|_| Box::new(fussy) as Answer));
        assert_eq!(deliver(vec![output], 4, &Still::default()).0, exported(4));
        assert_eq!(*seen.lock().unwrap(), [4, 2, 1, 1, 2, 1, 1]);

        let (output, _) = scripted([answer(|| ReportError::too_large("4 MiB"))]);
        let (all, _) = deliver(vec![output], 1, &Still::default());
        assert_eq!(all, Tally { too_large: 1, ..Tally::default() });
    }

    #[test]
    fn a_backend_that_refuses_some_spans_has_taken_the_others() {
        let (output, _) = scripted([answer(|| ReportError::partial(2, "bad"))]);
        assert_eq!(
            deliver(vec![output], 5, &Still::default()).0,
            Tally { exported: 3, failed: 2, ..Tally::default() }
        );
        let (output, _) = scripted([answer(|| ReportError::partial(usize::MAX, "bad"))]);
        assert_eq!(deliver(vec![output], 5, &Still::default()).0, Tally { failed: 5, ..Tally::default() });
    }

    #[test]
    fn a_panic_costs_the_batch_and_nothing_else() {
        let boom: Answer = Box::new(|_| -> Result<(), ReportError> { panic!("boom") });
        let (output, seen) = scripted([boom]);
        let (all, _) = deliver(vec![output], 3, &Still::default());
        assert_eq!(all, Tally { panicked: 3, ..Tally::default() });
        assert_eq!(*seen.lock().unwrap(), [3]);
    }

    #[test]
    fn a_span_is_exported_when_one_reporter_took_it_but_not_by_a_log_beside_them() {
        let refuse = || answer(|| ReportError::drop("no"));
        let (refusing, _) = scripted([refuse()]);
        let (taking, _) = scripted([]);
        let (all, each) = deliver(vec![refusing, taking], 4, &Still::default());
        assert_eq!(all, exported(4));
        assert_eq!(each, [Tally { failed: 4, ..Tally::default() }, exported(4)]);

        let (refusing, _) = scripted([refuse()]);
        let beside = Output::beside(crate::reporter::counting());
        let (all, _) = deliver(vec![beside, refusing], 4, &Still::default());
        assert_eq!(all, Tally { failed: 4, ..Tally::default() });
    }

    #[test]
    fn when_reporting_is_over_nothing_is_tried_and_nothing_counted() {
        let (output, seen) = scripted([]);
        let conditions = Still::default();
        conditions.is_over.set(true);
        assert_eq!(deliver(vec![output], 4, &conditions).0, Tally::default());
        assert!(seen.lock().unwrap().is_empty());
    }
}

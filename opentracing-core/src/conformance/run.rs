//! Running the suite, and what came of it.

use std::any::Any;
use std::fmt;
use std::thread;

use super::capability::Capabilities;
use super::case::Case;
use super::row::Row;
use super::rows::rows;
use super::subject::Subject;
use crate::failure::panic_message;

/// Runs every applicable row on a subject of its own.
///
/// A row that panics has failed; the others run all the same. Each runs on a new thread, so that what one
/// left active is not seen by the next.
///
/// # Examples
/// ```
/// use opentracing_core::Tracer;
/// use opentracing_core::conformance::{Capabilities, run};
///
/// let outcome = run(Tracer::noop, Capabilities::noop());
/// outcome.assert_passed();
/// ```
pub fn run<S: Subject>(make: impl Fn() -> S + Sync, capabilities: Capabilities) -> Outcome {
    let results = rows().map(|row| (row, result(row, &make, capabilities))).collect();
    Outcome { results }
}

/// Runs the rows of these ids only.
pub(super) fn run_of<S: Subject>(
    ids: &[&str],
    make: impl Fn() -> S + Sync,
    capabilities: Capabilities,
) -> Outcome {
    let rows = rows().filter(|row| ids.contains(&row.id));
    Outcome { results: rows.map(|row| (row, result(row, &make, capabilities))).collect() }
}

fn result<S: Subject>(row: &Row, make: &(impl Fn() -> S + Sync), capabilities: Capabilities) -> RowResult {
    if !row.is_applicable(capabilities) {
        return RowResult::NotApplicable;
    }
    let check = || {
        let subject = make();
        row.check(&Case::new(&subject, capabilities));
    };
    let checked = thread::scope(|scope| {
        let thread = thread::Builder::new().name(row.id.to_owned()).spawn_scoped(scope, check);
        thread.map(thread::ScopedJoinHandle::join)
    });
    match checked {
        Ok(Ok(())) => RowResult::Passed,
        Ok(Err(payload)) => RowResult::Failed(message(&*payload)),
        Err(error) => RowResult::Failed(format!("no thread to run on: {error}")),
    }
}

fn message(payload: &(dyn Any + Send)) -> String {
    panic_message(payload).unwrap_or("a panic without a message").to_owned()
}

/// What came of a run.
#[derive(Debug)]
#[must_use = "a run that nobody looks at proves nothing"]
pub struct Outcome {
    results: Vec<(&'static Row, RowResult)>,
}

#[derive(Debug)]
enum RowResult {
    Passed,
    Failed(String),
    NotApplicable,
}

/// A row that failed.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Failure<'a> {
    /// The row.
    pub row: &'static Row,
    /// Why.
    pub message: &'a str,
}

impl Outcome {
    /// The rows that passed.
    pub fn passed(&self) -> impl Iterator<Item = &'static Row> {
        self.results.iter().filter(|(_, result)| matches!(result, RowResult::Passed)).map(|(row, _)| *row)
    }

    /// The rows that failed, and why.
    pub fn failed(&self) -> impl Iterator<Item = Failure<'_>> {
        self.results.iter().filter_map(|(row, result)| match result {
            RowResult::Failed(message) => Some(Failure { row, message }),
            _ => None,
        })
    }

    /// The rows that need what the subject is not capable of.
    pub fn not_applicable(&self) -> impl Iterator<Item = &'static Row> {
        self.results
            .iter()
            .filter(|(_, result)| matches!(result, RowResult::NotApplicable))
            .map(|(row, _)| *row)
    }

    /// Panics with the list of failures if there are any.
    ///
    /// # Panics
    /// If a row failed, or none passed.
    #[track_caller]
    pub fn assert_passed(&self) {
        assert!(self.failed().next().is_none() && self.passed().next().is_some(), "{self}");
    }
}

/// The numbers in the first line, then a line for each failure.
impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (passed, failed) = (self.passed().count(), self.failed().count());
        write!(f, "{passed} passed, {failed} failed, {} not applicable", self.not_applicable().count())?;
        self.failed().try_for_each(|failure| write!(f, "\n{}: {}", failure.row, failure.message))
    }
}

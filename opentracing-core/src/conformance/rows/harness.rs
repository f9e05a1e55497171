//! The suite tested by itself: a tracer that does nothing fails what it cannot do, and nothing else.
//!
//! That the factory is mandatory (ST1) is seen when compiling: an example in the documentation of this module
//! must not compile.

use crate::conformance::capability::{Capabilities, Capability};
use crate::conformance::case::Case;
use crate::conformance::row::Row;
use crate::conformance::run::{Outcome, run_of};
use crate::tracer::Tracer;

pub(super) const ROWS: &[Row] = &[
    Row::new("ST1", "the factory is mandatory", factory_is_mandatory),
    Row::new("ST2", "all checks are on by default", all_checks_on),
    Row::new("ST3", "a no-op fails the baggage checks", noop_fails_baggage),
    Row::new("ST4", "a no-op fails the checks of active spans", noop_fails_active_spans),
    Row::new("ST5", "a no-op fails the checks of scopes", noop_fails_scopes),
];

/// Runs rows on the no-op as if it were capable of more.
fn noop_run(ids: &[&str], claims: &[Capability]) -> Outcome {
    run_of(ids, Tracer::noop, Capabilities::noop().with(claims.iter().copied()))
}

#[track_caller]
fn assert_failed(outcome: &Outcome, ids: &[&str]) {
    let failed: Vec<_> = outcome.failed().map(|failure| failure.row.id).collect();
    assert_eq!(failed, ids);
    assert_eq!(outcome.not_applicable().count(), 0);
}

fn factory_is_mandatory(case: &Case<'_>) {
    // What can be seen here: every row gets a tracer of its own, which is always the same one.
    assert_eq!(case.finished(), [], "the tracer has been used before");
    let (first, second) = (case.tracer(), case.tracer());
    let scope = first.span("op").start_active();
    assert_eq!(
        second.active_span().map(|span| span.context()),
        first.active_span().map(|span| span.context())
    );
    case.close(scope);
}

fn all_checks_on(_: &Case<'_>) {
    assert_eq!(Capabilities::default(), Capabilities::tracer());
    let special = |capability: &Capability| matches!(capability, Capability::Noop | Capability::Mock);
    let mut needed = super::rows().flat_map(Row::needs);
    assert!(needed.all(|need| special(need) || Capabilities::default().has(*need)));
}

fn noop_fails_baggage(_: &Case<'_>) {
    let outcome = noop_run(&["A18", "A19"], &[Capability::Baggage]);
    assert_failed(&outcome, &["A18", "A19"]);
}

fn noop_fails_active_spans(_: &Case<'_>) {
    let claims = [Capability::Scopes, Capability::Identity, Capability::Inspection];
    let outcome = noop_run(&["A2", "A3", "A4", "A6", "A9", "A10", "A24", "A25"], &claims);
    assert_failed(&outcome, &["A2", "A3", "A6", "A9", "A24"]);
}

fn noop_fails_scopes(_: &Case<'_>) {
    let claims = [Capability::Scopes, Capability::Inspection];
    let outcome = noop_run(&["SC1", "SC2", "SC3", "SC4", "SC5", "SC6", "SC7", "SC8"], &claims);
    assert_failed(&outcome, &["SC3", "SC4", "SC5", "SC6", "SC7", "SC8"]);
}

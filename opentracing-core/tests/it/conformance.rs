//! The conformance suite, run against the no-op and the mock.

use std::collections::BTreeSet;

use opentracing_core::conformance::{Capabilities, Capability, Outcome, Row, rows, run};
use opentracing_core::{MockTracer, Tracer};

use crate::support::KeptSubject;

#[test]
fn the_mock_passes_every_row_but_those_for_tracers_that_do_nothing() {
    let outcome = run(MockTracer::new, Capabilities::mock());
    outcome.assert_passed();
    assert!(outcome.not_applicable().all(|row| row.needs().contains(&Capability::Noop)));
}

#[test]
fn the_noop_passes_what_applies_to_it() {
    let outcome = run(Tracer::noop, Capabilities::noop());
    outcome.assert_passed();
    let recording_needed = outcome.not_applicable().filter(|row| needs(row, Capability::Inspection));
    assert!(recording_needed.count() > 0);
    assert!(ids(&outcome).contains("A1"));
}

#[test]
fn a_recorder_that_does_not_observe_its_spans_passes() {
    let unable = [Capability::TextPropagation, Capability::BinaryPropagation];
    run(KeptSubject::new, Capabilities::tracer().without(unable)).assert_passed();
}

#[test]
fn a_tracer_whose_spans_nobody_can_look_at_passes_what_is_left() {
    let unable = [Capability::Inspection, Capability::FinishHooks];
    run(|| MockTracer::new().tracer(), Capabilities::tracer().without(unable)).assert_passed();
}

fn needs(row: &Row, capability: Capability) -> bool {
    row.needs().contains(&capability)
}

fn ids(outcome: &Outcome) -> BTreeSet<&'static str> {
    outcome.passed().map(|row| row.id).collect()
}

#[test]
fn every_row_to_port_is_there_once() {
    let mut ids: Vec<&str> = rows().map(|row| row.id).collect();
    for (group, last) in [
        ("A", 25),
        ("GA", 3),
        ("JA", 5),
        ("ST", 5),
        ("SC", 10),
        ("NT", 6),
        ("ET", 5),
        ("GT", 7),
        ("MT", 23),
        ("CA", 6),
        ("TG", 4),
        ("LF", 3),
        ("CX", 3),
        ("TB", 12),
        ("R", 13),
    ] {
        for number in 1..=last {
            let id = format!("{group}{number}");
            assert_eq!(ids.iter().filter(|other| **other == id).count(), 1, "{id}");
        }
    }
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), rows().count(), "two rows have one id");
}

#[test]
fn a_report_has_the_numbers_in_its_first_line() {
    let outcome = run(Tracer::noop, Capabilities::noop());
    let (passed, not_applicable) = (outcome.passed().count(), outcome.not_applicable().count());
    assert_eq!(outcome.to_string(), format!("{passed} passed, 0 failed, {not_applicable} not applicable"));
    assert_eq!(passed + not_applicable, rows().count());
}

#[test]
#[should_panic(expected = "A18 test_span_baggage")]
fn a_failed_row_is_named() {
    run(Tracer::noop, Capabilities::noop().with([Capability::Baggage])).assert_passed();
}

#[test]
#[should_panic(expected = "cannot make one")]
fn a_factory_that_panics_fails_the_rows() {
    run(|| -> Tracer { panic!("cannot make one") }, Capabilities::noop()).assert_passed();
}

//! A tracer of a program, and how its spans and counts differ from what they should be.

use opentracing_core::{MockSpan, MockTracer, Report, TagValue, Tracer};

use super::reference::{Reference, SpanIndex, TracerIndex};
use crate::support::Kept;

/// A tracer, and what became of its spans.
#[derive(Clone)]
pub(super) struct Side {
    pub(super) tracer: Tracer,
    kind: Kind,
}

#[derive(Clone)]
enum Kind {
    /// Observes its spans.
    Mock(MockTracer),
    /// Takes the short ways.
    Kept(Kept),
}

/// The tracers' names in a transcript.
pub(super) const TRACERS: [&str; 3] = ["mock", "a", "b"];

impl Side {
    fn finished(&self) -> Vec<MockSpan> {
        match &self.kind {
            Kind::Mock(mock) => mock.finished_spans(),
            Kind::Kept(kept) => kept.spans(),
        }
    }

    pub(super) fn records_unsampled(&self) -> bool {
        matches!(self.kind, Kind::Mock(_))
    }

    pub(super) fn all() -> Vec<Self> {
        let mock = MockTracer::new();
        let kept = [Kept::new(), Kept::new()];
        let mock = Self { tracer: mock.tracer(), kind: Kind::Mock(mock) };
        let kept = kept.map(|kept| Self { tracer: kept.tracer(), kind: Kind::Kept(kept) });
        [mock].into_iter().chain(kept).collect()
    }
}

/// How closely the finished spans are compared.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Depth {
    Order,
    Everything,
}

/// How a tracer's spans and counts differ from what the reference says.
pub(super) fn difference(
    side: &Side,
    books: &Reference,
    tracer: TracerIndex,
    depth: Depth,
) -> Option<String> {
    let (name, expected) = (TRACERS[tracer], &books.tracers[tracer]);
    let finished = side.finished();
    let index =
        |recorded: &MockSpan| books.spans.iter().position(|span| Some(span.ids) == recorded.context.ids());
    let finished_as: Option<Vec<_>> = finished.iter().map(index).collect();
    let Some(order) = finished_as else { return Some(format!("{name} recorded a span that nobody started")) };
    if !is_in_order(&order, &expected.recorded) {
        let expected: Vec<_> = expected.recorded.iter().map(|(span, _)| span).collect();
        return Some(format!("{name} recorded {order:?}, and should have recorded {expected:?}"));
    }
    let Report { started, unsampled, open, exported, misused, .. } = side.tracer.report();
    let still_open = books.spans.iter().filter(|span| span.tracer == tracer && !span.is_finished).count();
    let counted = (started, unsampled, open, exported);
    let recorded = expected.recorded.len() as u64;
    let should = (expected.started, expected.unsampled, still_open as u64, recorded);
    if counted != should {
        let what = "(started, unsampled, open, exported)";
        return Some(format!("{name} counts {what} {counted:?}, and should {should:?}"));
    }
    let most = expected.misused + expected.perhaps_misused;
    if !(expected.misused..=most).contains(&misused) {
        return Some(format!("{name} counts {misused} misuses, and should {}..={most}", expected.misused));
    }
    if let Kind::Mock(mock) = &side.kind {
        let (errors, unfinished) = (mock.errors().len() as u64, mock.unfinished_spans().len());
        if (errors, unfinished) != (misused, still_open) {
            return Some(format!("the mock has {errors} errors and {unfinished} unfinished spans"));
        }
    }
    let contents =
        || finished.iter().zip(&order).find_map(|(recorded, span)| content(recorded, books, *span));
    (depth == Depth::Everything).then(contents).flatten()
}

/// Whether spans finished in an order that the groups allow.
fn is_in_order(order: &[SpanIndex], expected: &[(SpanIndex, u64)]) -> bool {
    let group = |span: &SpanIndex| expected.iter().find(|(other, _)| other == span).map(|(_, group)| *group);
    let groups: Option<Vec<_>> = order.iter().map(group).collect();
    let (mut once, mut all): (Vec<_>, Vec<_>) =
        (order.to_vec(), expected.iter().map(|(span, _)| *span).collect());
    once.sort_unstable();
    all.sort_unstable();
    once == all && groups.is_some_and(|groups| groups.is_sorted())
}

fn content(recorded: &MockSpan, books: &Reference, span: SpanIndex) -> Option<String> {
    let expected = &books.spans[span];
    let text = |tags: &[(String, TagValue<'static>)]| -> Vec<(String, String)> {
        tags.iter().map(|(key, value)| (key.clone(), value.to_string())).collect()
    };
    let logs: Vec<_> = recorded.logs.iter().map(ToString::to_string).collect();
    let parent = expected.parent.map(|parent| books.spans[parent].ids);
    let references: Vec<_> = recorded
        .references
        .iter()
        .map(|reference| (reference.kind.clone(), reference.context.ids()))
        .collect();
    let expected_references: Vec<_> =
        parent.map(|parent| (expected.reference.clone(), Some(parent))).into_iter().collect();
    let same = recorded.operation_name == expected.name
        && recorded.parent_id == parent.map(|parent| parent.1)
        && recorded.context.is_sampled() == expected.is_sampled
        && recorded.finish_time.is_some_and(|finish| finish >= recorded.start_time)
        && text(&recorded.tags) == expected.tags
        && logs == expected.logs
        && references == expected_references;
    let should = (expected.name, &expected.tags, &expected.logs, expected.is_sampled);
    (!same).then(|| format!("s{span} is {recorded:?}, and should be {should:?}"))
}

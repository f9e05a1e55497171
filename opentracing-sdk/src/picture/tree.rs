//! The order of the spans in a picture, and where each stands in the tree.

use std::collections::HashMap;

use opentracing_core::SpanId;

use crate::picture::{Span, Trace};

/// A span at its place.
#[derive(Debug)]
pub(super) struct Row<'a> {
    pub(super) span: &'a Span,
    /// How many spans are above it.
    pub(super) depth: usize,
    /// Whether another child of its parent follows.
    pub(super) more: bool,
    /// The same for the spans above: bit 0 for the parent, bit 1 for the parent's parent, and so on.
    pub(super) guides: u64,
    pub(super) has_children: bool,
    /// Its parent is in this process, and not in the picture.
    pub(super) is_orphan: bool,
    /// It is another service's than the span above it: its service has to be named.
    pub(super) enters_service: bool,
    /// When children ran: periods within its own, in order, without overlap.
    pub(super) waits: Vec<(u64, u64)>,
}

impl Row<'_> {
    /// The time that no child accounts for.
    pub(super) fn self_nanos(&self) -> u64 {
        let waited: u64 = self.waits.iter().map(|(start, finish)| finish - start).sum();
        self.span.nanos() - waited
    }

    /// Whether the span at this distance above (0 is the parent) has another sibling below.
    pub(super) fn guide(&self, above: usize) -> bool {
        above < 64 && self.guides >> above & 1 == 1
    }
}

/// All spans: parents before their children, siblings by start.
pub(super) fn rows(trace: &Trace) -> Vec<Row<'_>> {
    Walk::new(trace.stored()).rows()
}

struct Walk<'a> {
    spans: &'a [Span],
    by_start: Vec<usize>,
    children: HashMap<SpanId, Vec<usize>>,
    /// What has a place; ids from outside may repeat or go in circles, and yet every span gets one row.
    placed: Vec<bool>,
    rows: Vec<Row<'a>>,
}

/// A span that has a place, and is still to be visited.
#[derive(Clone, Copy)]
struct Place {
    index: usize,
    depth: usize,
    more: bool,
    guides: u64,
    parent: Option<usize>,
}

impl<'a> Walk<'a> {
    fn new(spans: &'a [Span]) -> Self {
        let mut by_start: Vec<usize> = (0..spans.len()).collect();
        by_start.sort_unstable_by_key(|&index| (spans[index].start(), spans[index].id()));
        let mut children = HashMap::<SpanId, Vec<usize>>::new();
        for &index in &by_start {
            if let Some(parent_id) = spans[index].head().parent_id {
                children.entry(parent_id).or_default().push(index);
            }
        }
        Self {
            spans,
            by_start,
            children,
            placed: vec![false; spans.len()],
            rows: Vec::with_capacity(spans.len()),
        }
    }

    fn rows(mut self) -> Vec<Row<'a>> {
        let known: HashMap<SpanId, ()> = self.spans.iter().map(|span| (span.id(), ())).collect();
        let is_top = |span: &Span| {
            span.head()
                .parent_id
                .is_none_or(|parent_id| parent_id == span.id() || !known.contains_key(&parent_id))
        };
        let order = self.by_start.clone();
        let (tops, others): (Vec<_>, Vec<_>) =
            order.into_iter().partition(|&index| is_top(&self.spans[index]));
        for index in tops {
            self.below(index);
        }
        // What is left goes in a circle, which is entered where it starts first.
        for index in others {
            self.below(index);
        }
        self.rows
    }

    /// Visits a span and all below it.
    fn below(&mut self, index: usize) {
        if std::mem::replace(&mut self.placed[index], true) {
            return;
        }
        let mut open = vec![Place { index, depth: 0, more: false, guides: 0, parent: None }];
        while let Some(place) = open.pop() {
            let span = &self.spans[place.index];
            let children = self.place_children(span);
            let head = span.head();
            self.rows.push(Row {
                span,
                depth: place.depth,
                more: place.more,
                guides: place.guides,
                has_children: !children.is_empty(),
                is_orphan: place.depth == 0 && head.parent_id.is_some() && !head.is_local_root,
                enters_service: place
                    .parent
                    .is_none_or(|parent| self.spans[parent].service_name() != span.service_name()),
                waits: self.waits(span, &children),
            });
            let guides = place.guides << 1 | u64::from(place.more);
            // The last child first: it is visited last.
            for (position, &index) in children.iter().enumerate().rev() {
                let (depth, more) = (place.depth + 1, position + 1 < children.len());
                open.push(Place { index, depth, more, guides, parent: Some(place.index) });
            }
        }
    }

    fn place_children(&mut self, parent: &Span) -> Vec<usize> {
        let children = self.children.get(&parent.id()).into_iter().flatten().copied();
        children.filter(|&index| !std::mem::replace(&mut self.placed[index], true)).collect()
    }

    /// The periods of the children, which are ordered by start, as far as they lie within the parent's.
    fn waits(&self, parent: &Span, children: &[usize]) -> Vec<(u64, u64)> {
        let mut waits: Vec<(u64, u64)> = Vec::new();
        for &index in children {
            let child = &self.spans[index];
            let (start, finish) = (child.start().max(parent.start()), child.finish().min(parent.finish()));
            match waits.last_mut() {
                _ if start >= finish => {}
                Some((_, last)) if start <= *last => *last = finish.max(*last),
                _ => waits.push((start, finish)),
            }
        }
        waits
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::sample::Sample;

    fn drawn(trace: &Trace) -> Vec<(String, usize)> {
        rows(trace).iter().map(|row| (row.span.name().to_owned(), row.depth)).collect()
    }

    fn names(rows: &[(&str, usize)]) -> Vec<(String, usize)> {
        rows.iter().map(|(name, depth)| ((*name).to_owned(), *depth)).collect()
    }

    #[test]
    fn parents_come_first_and_siblings_by_start() {
        let trace = Sample::new()
            .span(4, 2, "grandchild", 20..30)
            .span(3, 1, "late", 50..60)
            .span(2, 1, "early", 10..40)
            .span(1, 0, "root", 0..100)
            .trace();
        assert_eq!(drawn(&trace), names(&[("root", 0), ("early", 1), ("grandchild", 2), ("late", 1)]));
    }

    #[test]
    fn self_time_is_what_no_child_accounts_for() {
        let trace = Sample::new()
            .span(1, 0, "root", 100..200)
            .span(2, 1, "a", 110..140)
            .span(3, 1, "overlaps", 130..150)
            .span(4, 1, "within", 132..135)
            .span(5, 1, "outlives", 190..300)
            .trace();
        let rows = rows(&trace);
        assert_eq!(rows[0].waits.len(), 2);
        assert_eq!(rows[0].self_nanos(), (100 - 40 - 10) * Sample::UNIT);
        assert_eq!(rows[1].self_nanos(), 30 * Sample::UNIT);
    }

    #[test]
    fn parents_in_a_circle_and_ids_that_repeat_leave_no_span_out() {
        let trace = Sample::new()
            .span(1, 2, "a", 0..10)
            .span(2, 1, "b", 1..9)
            .span(3, 3, "own parent", 2..3)
            .span(4, 3, "child", 2..3)
            .span(4, 3, "twin", 2..3)
            .span(5, 4, "child of twins", 2..3)
            .trace();
        let mut drawn: Vec<_> = drawn(&trace).into_iter().map(|(name, _)| name).collect();
        drawn.sort_unstable();
        assert_eq!(drawn, ["a", "b", "child", "child of twins", "own parent", "twin"]);
    }

    #[test]
    fn a_span_whose_parent_is_missing_is_an_orphan_unless_the_parent_is_elsewhere() {
        let trace = Sample::new().span(2, 9, "orphan", 0..1).remote(3, 8, "served", 0..1).trace();
        let orphans: Vec<_> =
            rows(&trace).iter().map(|row| (row.span.name().to_owned(), row.is_orphan)).collect();
        assert_eq!(orphans, [("orphan".to_owned(), true), ("served".to_owned(), false)]);
    }

    #[test]
    fn a_deep_trace_needs_no_deep_stack() {
        let sample = (1..=20_000).fold(Sample::new(), |sample, id| sample.span(id, id - 1, "x", 0..1));
        let trace = sample.unlimited();
        assert_eq!(rows(&trace).last().map(|row| row.depth), Some(19_999));
    }
}

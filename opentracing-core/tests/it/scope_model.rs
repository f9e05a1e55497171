//! Scopes opened and closed in any order, against a model of the rule: a closed scope waits until no scope above
//! it is open, and what waits is finished innermost first.

use opentracing_core::{Scope, SpanId, Tracer, WithoutActive};

use crate::support::Kept;

/// What one tracer should have on the stack of a thread.
#[derive(Default)]
struct Model {
    /// Outermost first; `None` hides what lies below.
    scopes: Vec<(u64, Option<SpanId>, bool)>,
    finished: Vec<SpanId>,
}

impl Model {
    fn open(&mut self, key: u64, span: Option<SpanId>) {
        self.scopes.push((key, span, true));
    }

    fn close(&mut self, key: u64) {
        self.scopes.iter_mut().filter(|scope| scope.0 == key).for_each(|scope| scope.2 = false);
        while self.scopes.last().is_some_and(|(_, _, open)| !open) {
            let (_, span, _) = self.scopes.pop().unwrap();
            self.finished.extend(span);
        }
    }

    fn active(&self) -> Option<SpanId> {
        self.scopes.iter().rfind(|(_, _, open)| *open).and_then(|(_, span, _)| *span)
    }
}

/// What keeps a scope of the model open.
enum Guard {
    Scope(Scope),
    Hidden(WithoutActive),
}

/// One tracer with its model and its open guards.
struct Side {
    kept: Kept,
    tracer: Tracer,
    model: Model,
    guards: Vec<(u64, Guard)>,
}

impl Side {
    fn new() -> Self {
        let kept = Kept::new();
        Self { tracer: kept.tracer(), kept, model: Model::default(), guards: Vec::new() }
    }

    fn step(&mut self, key: u64, chance: &mut Chance) {
        match chance.below(8) {
            0..=2 => {
                let scope = self.tracer.span("op").start_active();
                assert_eq!(scope.context().parent_id(), self.model.active());
                self.model.open(key, scope.context().span_id());
                if chance.below(2) == 0 {
                    // A handle moves the span off the stack.
                    drop(scope.span());
                }
                self.guards.push((key, Guard::Scope(scope)));
            }
            3 => {
                self.model.open(key, None);
                self.guards.push((key, Guard::Hidden(self.tracer.scope_manager().without_active())));
            }
            _ => {
                let Some(last) = self.guards.len().checked_sub(1) else { return };
                let (key, guard) = self.guards.remove(last - chance.below(last + 1));
                self.model.close(key);
                match guard {
                    Guard::Scope(scope) => scope.close(),
                    Guard::Hidden(hidden) => drop(hidden),
                }
            }
        }
        self.check();
    }

    fn check(&self) {
        let active = self.tracer.active_span().and_then(|span| span.context().span_id());
        assert_eq!(active, self.model.active());
        let finished: Vec<_> = self.kept.spans().iter().filter_map(|span| span.context.span_id()).collect();
        assert_eq!(finished, self.model.finished);
    }
}

/// The same choices every time (xorshift; Marsaglia, 2003).
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % end as u64).unwrap()
    }
}

#[test]
fn scopes_of_two_tracers_follow_the_rule_whatever_the_order() {
    for seed in 1..=200 {
        let mut chance = Chance(seed);
        let mut sides = [Side::new(), Side::new()];
        for key in 0..60 {
            sides[chance.below(2)].step(key, &mut chance);
        }
        for side in &mut sides {
            side.guards.drain(..).for_each(|(key, _guard)| side.model.close(key));
            side.check();
            let report = side.tracer.report();
            assert_eq!((report.open, report.exported), (0, report.started));
        }
    }
}

//! Runs a program on real tracers and on the reference, and compares them after each step.

/// Writes down what is done.
macro_rules! note {
    ($world:expr, $($text:tt)*) => { $world.note(&format!($($text)*)) };
}

mod changes;
mod compare;
mod scopes;
mod starts;
mod tasks;

use std::cell::{Cell, RefCell};
use std::mem;
use std::rc::Rc;
use std::sync::Arc;

use opentracing_core::{CurrentTracer, Scope, Span, WithoutActive};

use super::program::{Act, End, Look, Pick, Program, Step};
use super::reference::{Books, Key, Reference, SpanIndex, TracerIndex};
use super::side::Side;
use tasks::Task;

/// What is left when the thread has ended.
pub(super) struct Outcome {
    pub(super) sides: Vec<Side>,
    pub(super) reference: Reference,
    /// Handles that outlive the thread.
    pub(super) handles: Vec<(SpanIndex, Arc<Span>)>,
    pub(super) transcript: Vec<String>,
    pub(super) difference: Option<String>,
}

enum Guard {
    Scope(Scope),
    Hidden(WithoutActive),
}

impl Guard {
    fn scope(&self) -> Option<&Scope> {
        match self {
            Guard::Scope(scope) => Some(scope),
            Guard::Hidden(_) => None,
        }
    }
}

pub(super) struct World {
    sides: Vec<Side>,
    reference: RefCell<Reference>,
    guards: RefCell<Vec<(Key, Guard)>>,
    handles: RefCell<Vec<(SpanIndex, Arc<Span>)>>,
    tasks: RefCell<Vec<Task>>,
    currents: RefCell<Vec<(Key, CurrentTracer)>>,
    transcript: RefCell<Vec<String>>,
    depth: Cell<usize>,
    counter: Cell<usize>,
    difference: RefCell<Option<String>>,
}

const NAMES: [&str; 5] = ["ant", "bee", "cat", "dog", "elk"];
const KEYS: [&str; 3] = ["x", "y", "z"];

/// Chooses one of a list.
fn at<T>(list: &[T], pick: Pick) -> Option<usize> {
    usize::from(pick).checked_rem(list.len())
}

impl World {
    /// Runs a program. What it leaks is on this thread's stack, until the thread ends.
    pub(super) fn run(program: Program, sides: Vec<Side>) -> Outcome {
        let books = |side: &Side| Books { records_unsampled: side.records_unsampled(), ..Books::default() };
        let world = Rc::new(Self {
            reference: RefCell::new(Reference::new(sides.iter().map(books).collect())),
            sides,
            guards: RefCell::default(),
            handles: RefCell::default(),
            tasks: RefCell::default(),
            currents: RefCell::default(),
            transcript: RefCell::default(),
            depth: Cell::new(0),
            counter: Cell::new(0),
            difference: RefCell::default(),
        });
        // So that the process's global tracer, which other tests set, plays no part.
        let _base = world.sides[0].tracer.make_current();
        world.reference.borrow_mut().make_current(0);
        world.acts(program.acts);
        world.end(program.end);
        let world = Rc::into_inner(world).expect("no task is left");
        let mut reference = world.reference.into_inner();
        reference.exit();
        Outcome {
            sides: world.sides,
            reference,
            handles: world.handles.into_inner(),
            transcript: world.transcript.into_inner(),
            difference: world.difference.into_inner(),
        }
    }

    fn note(&self, line: &str) {
        let margin = "    ".repeat(self.depth.get());
        self.transcript.borrow_mut().push(format!("{margin}{line}"));
    }

    fn differs(&self, what: String) {
        self.difference.borrow_mut().get_or_insert(what);
    }

    fn is_over(&self) -> bool {
        self.difference.borrow().is_some()
    }

    fn acts(self: &Rc<Self>, acts: Vec<Act>) {
        for Act { step, look } in acts {
            if self.is_over() {
                return;
            }
            self.step(step);
            self.compare(look);
        }
    }

    fn tracer(&self, pick: Pick) -> TracerIndex {
        usize::from(pick) % self.sides.len()
    }

    fn fresh(&self) -> usize {
        self.counter.set(self.counter.get() + 1);
        self.counter.get()
    }

    fn step(self: &Rc<Self>, step: Step) {
        match step {
            Step::StartActive(start, on_close) => self.start_active(&start, on_close),
            Step::Start(start) => _ = self.start(&start),
            Step::Enter => self.enter(),
            Step::Activate { handle, manager, on_close } => self.activate(handle, manager, on_close),
            Step::Close(pick) => self.close(pick),
            Step::Leak(pick) => self.leak(pick),
            Step::HoldScope(pick) => self.hold_scope(pick),
            Step::HoldActive(pick) => self.hold_active(self.tracer(pick)),
            Step::Finish(pick) => self.finish(pick),
            Step::DropHandle(pick) => self.drop_handle(pick),
            Step::Change(target, change) => self.change(target, change),
            Step::Hide(pick) => self.hide(self.tracer(pick)),
            Step::Clear(pick) => self.clear(self.tracer(pick)),
            Step::InSpan { tracer, panics, acts } => self.in_span(self.tracer(tracer), panics, acts),
            Step::Spawn(work, polls) => self.spawn(work, polls.into()),
            Step::Poll(pick) => self.poll(pick),
            Step::DropFuture(pick) => self.drop_future(pick),
            Step::MakeCurrent(pick) => self.make_current(self.tracer(pick)),
            Step::Restore(pick) => self.restore(pick),
        }
    }

    fn end(self: &Rc<Self>, end: End) {
        note!(self, "the end: {end:?}");
        // Tasks keep the world alive.
        loop {
            let Some(task) = self.tasks.borrow_mut().pop() else { break };
            self.abandon(task);
        }
        self.currents.borrow_mut().clear();
        let mut guards = mem::take(&mut *self.guards.borrow_mut());
        match end {
            End::CloseOutermostFirst => {}
            End::CloseInnermostFirst => guards.reverse(),
            End::Leak => return guards.into_iter().for_each(|(_, guard)| mem::forget(guard)),
        }
        for (key, guard) in guards {
            self.close_guard(key, guard);
            if !self.is_over() {
                self.compare(Look::Away);
            }
        }
    }
}

//! Calls inside a span, and futures.

use std::cell::Cell;
use std::collections::VecDeque;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use opentracing_core::{FinishOnClose, ReferenceKind, Traced};

use super::starts::Begun;
use super::{NAMES, World, at};
use crate::model::program::{Act, Look, Parent, Pick, Start, Work};
use crate::model::reference::{Key, Reference, SpanIndex, TracerIndex};

pub(super) struct Task {
    name: usize,
    future: Pin<Box<dyn Future<Output = ()>>>,
    hold: Hold,
    /// Makes this tracer current.
    tracer: Option<TracerIndex>,
    is_done: Rc<Cell<bool>>,
}

/// What a future has of spans, in the reference.
#[derive(Clone, Copy)]
pub(super) enum Hold {
    Own(SpanIndex),
    Borrowed(SpanIndex),
    Nobody,
    Nothing,
}

impl World {
    pub(super) fn in_span(self: &Rc<Self>, tracer: TracerIndex, panics: bool, acts: Vec<Act>) {
        let name = NAMES[self.fresh() % NAMES.len()];
        let parent = self.reference.borrow().active(tracer);
        let begun = Begun { tracer, parent, reference: ReferenceKind::ChildOf, name, priority: None };
        let frame = Cell::new(0);
        let call = || {
            self.sides[tracer].tracer.in_span(name, |scope| {
                let span = self.started(begun, &scope.context());
                frame.set(self.reference.borrow_mut().open(Some(tracer), Some(span), FinishOnClose::Yes));
                note!(self, "in_span scope{} of s{span} {{", frame.get());
                self.depth.set(self.depth.get() + 1);
                self.compare(Look::Away);
                self.acts(acts);
                self.depth.set(self.depth.get() - 1);
                if panics {
                    resume_unwind(Box::new("on purpose"));
                }
            });
        };
        // Without the hook, which would print.
        let outcome = catch_unwind(AssertUnwindSafe(call));
        note!(self, "}}{}", if panics { " panics" } else { "" });
        if outcome.is_err() != panics {
            self.differs("a panic that the call does not pass on, or one of ours".to_owned());
        }
        let mut books = self.reference.borrow_mut();
        books.unwind(frame.get());
        if let Some(span) = books.span_of(frame.get()).filter(|_| panics) {
            books.mark(span, true, r#"event="error" error.kind="panic" message="on purpose""#);
        }
        books.close(frame.get());
    }

    pub(super) fn spawn(self: &Rc<Self>, work: Work, mut polls: VecDeque<Vec<Act>>) {
        let name = self.fresh();
        let (world, is_done) = (Rc::clone(self), Rc::new(Cell::new(false)));
        let done = Rc::clone(&is_done);
        let body = poll_fn(move |_| {
            world.depth.set(world.depth.get() + 1);
            world.compare(Look::Away);
            world.acts(polls.pop_front().unwrap_or_default());
            world.depth.set(world.depth.get() - 1);
            done.set(polls.is_empty());
            if polls.is_empty() { Poll::Ready(()) } else { Poll::Pending }
        });
        let (future, hold, tracer): (Pin<Box<dyn Future<Output = ()>>>, _, _) = match work {
            Work::InNewSpan(pick) => {
                let span = self.start(&Start { tracer: pick, parent: Parent::Active, priority: None });
                // The future has the handle.
                let Some((_, handle)) = self.handles.borrow_mut().pop() else { return };
                (Box::pin(body.in_span(handle)), Hold::Own(span), None)
            }
            Work::InSpan(pick) => {
                let handles = self.handles.borrow();
                let Some(index) = at(&handles, pick) else { return };
                self.reference.borrow_mut().hold(handles[index].0);
                (Box::pin(body.in_span(Arc::clone(&handles[index].1))), Hold::Own(handles[index].0), None)
            }
            Work::InCurrentSpan => {
                let innermost = self.reference.borrow().innermost();
                if let Some((_, span)) = innermost {
                    self.reference.borrow_mut().hold(span);
                }
                let hold = innermost.map_or(Hold::Nobody, |(_, span)| Hold::Borrowed(span));
                (Box::pin(body.in_current_span()), hold, None)
            }
            Work::WithTracer(pick) => {
                let tracer = self.tracer(pick);
                (Box::pin(body.with_tracer(self.sides[tracer].tracer.clone())), Hold::Nothing, Some(tracer))
            }
            Work::Plain => (Box::pin(body), Hold::Nothing, None),
        };
        note!(self, "future{name}: {}", hold.describe());
        self.tasks.borrow_mut().push(Task { name, future, hold, tracer, is_done });
    }

    pub(super) fn poll(self: &Rc<Self>, pick: Pick) {
        // Taken out: it is not polled by itself.
        let taken = {
            let mut tasks = self.tasks.borrow_mut();
            at(&tasks, pick).map(|index| tasks.remove(index))
        };
        let Some(mut task) = taken else { return };
        note!(self, "future{}.poll() {{", task.name);
        let frame = self.enter_hold(task.hold);
        let current = task.tracer.map(|tracer| self.reference.borrow_mut().make_current(tracer));
        let poll = task.future.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        note!(self, "}}{}", if poll.is_ready() { " ready" } else { "" });
        let mut books = self.reference.borrow_mut();
        current.into_iter().for_each(|key| books.restore(key));
        if let Some(frame) = frame {
            task.hold = leave_hold(&mut books, frame, task.hold);
        }
        if poll.is_pending() {
            drop(books);
            self.tasks.borrow_mut().push(task);
            return;
        }
        if !task.is_done.get() {
            drop(books);
            return self.differs("ready before its body is".to_owned());
        }
        if let Hold::Own(span) | Hold::Borrowed(span) = task.hold {
            books.release(span);
        }
    }

    pub(super) fn drop_future(&self, pick: Pick) {
        let taken = {
            let mut tasks = self.tasks.borrow_mut();
            at(&tasks, pick).map(|index| tasks.remove(index))
        };
        if let Some(task) = taken {
            self.abandon(task);
        }
    }

    /// Drops a future that was not ready.
    pub(super) fn abandon(&self, task: Task) {
        note!(self, "drop(future{})", task.name);
        drop(task.future);
        let mut books = self.reference.borrow_mut();
        if let Hold::Own(span) = task.hold {
            books.mark(span, false, r#"event="cancelled""#);
        }
        if let Hold::Own(span) | Hold::Borrowed(span) = task.hold {
            books.release(span);
        }
    }

    fn enter_hold(&self, hold: Hold) -> Option<Key> {
        let mut books = self.reference.borrow_mut();
        match hold {
            Hold::Own(span) | Hold::Borrowed(span) => {
                let tracer = books.spans[span].tracer;
                let frame = books.open(Some(tracer), Some(span), FinishOnClose::No);
                // The future's handle is the scope's now.
                books.spans[span].handles -= 1;
                Some(frame)
            }
            Hold::Nobody => Some(books.open(None, None, FinishOnClose::No)),
            Hold::Nothing => None,
        }
    }
}

/// A poll ends: the future has its handle again, unless its scope was cleared.
fn leave_hold(books: &mut Reference, frame: Key, hold: Hold) -> Hold {
    books.unwind(frame);
    let is_there = books.is_open(frame);
    if let (Hold::Own(span) | Hold::Borrowed(span), true) = (hold, is_there) {
        books.hold(span);
    }
    books.close(frame);
    if is_there { hold } else { Hold::Nothing }
}

impl Hold {
    fn describe(self) -> String {
        match self {
            Hold::Own(span) => format!("in_span(s{span})"),
            Hold::Borrowed(span) => format!("in_current_span(), which is s{span}"),
            Hold::Nobody => "in_current_span(), which is none".to_owned(),
            Hold::Nothing => "no span".to_owned(),
        }
    }
}

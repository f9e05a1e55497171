//! The programs that are run: what a thread does with its tracers, step by step.

use std::fmt;

use opentracing_core::FinishOnClose;
use proptest::collection::vec;
use proptest::prelude::*;

/// What one thread does. Debug prints a step a line.
#[derive(Clone)]
pub(super) struct Program {
    pub(super) acts: Vec<Act>,
    pub(super) end: End,
}

/// A step, and how the active spans are looked at after it.
#[derive(Clone)]
pub(super) struct Act {
    pub(super) step: Step,
    pub(super) look: Look,
}

/// Chooses among what there is: the remainder of a division by its number.
pub(super) type Pick = u8;

#[derive(Debug, Clone)]
pub(super) enum Step {
    StartActive(Start, FinishOnClose),
    Start(Start),
    /// As an attributed function does.
    Enter,
    Activate {
        handle: Pick,
        manager: Manager,
        on_close: FinishOnClose,
    },
    Close(Pick),
    /// Forgets a guard.
    Leak(Pick),
    /// Takes a handle on the span of a scope.
    HoldScope(Pick),
    HoldActive(Pick),
    Finish(Pick),
    DropHandle(Pick),
    Change(Target, Change),
    /// `without_active`, of a tracer.
    Hide(Pick),
    Clear(Pick),
    InSpan {
        tracer: Pick,
        panics: bool,
        acts: Vec<Act>,
    },
    /// Makes a future, which does one list of acts in each poll.
    Spawn(Work, Vec<Vec<Act>>),
    Poll(Pick),
    DropFuture(Pick),
    MakeCurrent(Pick),
    Restore(Pick),
}

#[derive(Debug, Clone)]
pub(super) struct Start {
    pub(super) tracer: Pick,
    pub(super) parent: Parent,
    /// The value of a `sampling.priority`.
    pub(super) priority: Option<u8>,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Parent {
    Active,
    Ignored,
    ChildOfScope(Pick),
    ChildOfHandle(Pick),
    FollowsHandle(Pick),
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Manager {
    Own,
    Of(Pick),
}

/// The span that is changed.
#[derive(Debug, Clone, Copy)]
pub(super) enum Target {
    Scope(Pick),
    Handle(Pick),
    /// What a macro would change.
    Innermost,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Change {
    Tag(Pick),
    Log,
    Baggage(Pick),
    Rename(Pick),
    Priority(u8),
}

/// What a future has of spans.
#[derive(Debug, Clone, Copy)]
pub(super) enum Work {
    InNewSpan(Pick),
    InSpan(Pick),
    InCurrentSpan,
    WithTracer(Pick),
    Plain,
}

/// How the active spans are read. A handle moves a span off the stack, so that later steps take other ways
/// through the code than without; a child does not.
#[derive(Debug, Clone, Copy)]
pub(super) enum Look {
    Away,
    ByChild,
    ByHandle,
}

/// What becomes of the guards that are left.
#[derive(Debug, Clone, Copy)]
pub(super) enum End {
    CloseOutermostFirst,
    CloseInnermostFirst,
    /// The thread's end closes the scopes.
    Leak,
}

impl Program {
    pub(super) fn any(length_max: usize) -> impl Strategy<Value = Self> {
        let end =
            prop_oneof![Just(End::CloseOutermostFirst), Just(End::CloseInnermostFirst), Just(End::Leak),];
        (vec(act(NESTING_MAX), 1..=length_max), end).prop_map(|(acts, end)| Self { acts, end })
    }
}

/// Calls and polls within calls and polls.
const NESTING_MAX: u32 = if cfg!(miri) { 1 } else { 2 };

fn act(nesting: u32) -> BoxedStrategy<Act> {
    let look = prop_oneof![3 => Just(Look::Away), 1 => Just(Look::ByChild), 1 => Just(Look::ByHandle)];
    (step(nesting), look).prop_map(|(step, look)| Act { step, look }).boxed()
}

fn step(nesting: u32) -> BoxedStrategy<Step> {
    let Some(inner) = nesting.checked_sub(1) else { return flat_step().boxed() };
    let in_span = (any::<Pick>(), prop::bool::weighted(0.2), vec(act(inner), 0..8))
        .prop_map(|(tracer, panics, acts)| Step::InSpan { tracer, panics, acts });
    let spawn = (work(), vec(vec(act(inner), 0..5), 1..4)).prop_map(|(work, polls)| Step::Spawn(work, polls));
    prop_oneof![20 => flat_step(), 2 => in_span, 2 => spawn].boxed()
}

fn flat_step() -> impl Strategy<Value = Step> {
    let pick = any::<Pick>;
    let manager = prop_oneof![4 => Just(Manager::Own), 1 => pick().prop_map(Manager::Of)];
    prop_oneof![
        10 => (start(), on_close()).prop_map(|(start, on_close)| Step::StartActive(start, on_close)),
        3 => start().prop_map(Step::Start),
        3 => Just(Step::Enter),
        4 => (pick(), manager, on_close())
            .prop_map(|(handle, manager, on_close)| Step::Activate { handle, manager, on_close }),
        10 => pick().prop_map(Step::Close),
        1 => pick().prop_map(Step::Leak),
        3 => pick().prop_map(Step::HoldScope),
        1 => pick().prop_map(Step::HoldActive),
        2 => pick().prop_map(Step::Finish),
        3 => pick().prop_map(Step::DropHandle),
        6 => (target(), change()).prop_map(|(target, change)| Step::Change(target, change)),
        2 => pick().prop_map(Step::Hide),
        1 => pick().prop_map(Step::Clear),
        5 => pick().prop_map(Step::Poll),
        1 => pick().prop_map(Step::DropFuture),
        1 => pick().prop_map(Step::MakeCurrent),
        1 => pick().prop_map(Step::Restore),
    ]
}

fn start() -> impl Strategy<Value = Start> {
    let pick = any::<Pick>;
    let parent = prop_oneof![
        8 => Just(Parent::Active),
        1 => Just(Parent::Ignored),
        1 => pick().prop_map(Parent::ChildOfScope),
        1 => pick().prop_map(Parent::ChildOfHandle),
        1 => pick().prop_map(Parent::FollowsHandle),
    ];
    let priority = prop_oneof![10 => Just(None), 2 => Just(Some(0)), 1 => Just(Some(1))];
    (pick(), parent, priority).prop_map(|(tracer, parent, priority)| Start { tracer, parent, priority })
}

fn on_close() -> impl Strategy<Value = FinishOnClose> {
    prop_oneof![3 => Just(FinishOnClose::Yes), 1 => Just(FinishOnClose::No)]
}

fn target() -> impl Strategy<Value = Target> {
    prop_oneof![
        2 => any::<Pick>().prop_map(Target::Scope),
        2 => any::<Pick>().prop_map(Target::Handle),
        1 => Just(Target::Innermost),
    ]
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        4 => any::<Pick>().prop_map(Change::Tag),
        2 => Just(Change::Log),
        2 => any::<Pick>().prop_map(Change::Baggage),
        1 => any::<Pick>().prop_map(Change::Rename),
        2 => (0..=1_u8).prop_map(Change::Priority),
    ]
}

fn work() -> impl Strategy<Value = Work> {
    prop_oneof![
        3 => any::<Pick>().prop_map(Work::InNewSpan),
        2 => any::<Pick>().prop_map(Work::InSpan),
        2 => Just(Work::InCurrentSpan),
        1 => any::<Pick>().prop_map(Work::WithTracer),
        1 => Just(Work::Plain),
    ]
}

impl fmt::Debug for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Program, ends with {:?}:", self.end)?;
        lines(f, &self.acts, 1)
    }
}

impl fmt::Debug for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        lines(f, std::slice::from_ref(self), 0)
    }
}

fn lines(f: &mut fmt::Formatter<'_>, acts: &[Act], indent: usize) -> fmt::Result {
    let margin = "    ".repeat(indent);
    for Act { step, look } in acts {
        match step {
            Step::InSpan { tracer, panics, acts } => {
                writeln!(f, "{margin}InSpan({tracer}), panics: {panics}, {look:?}")?;
                lines(f, acts, indent + 1)?;
            }
            Step::Spawn(work, polls) => {
                writeln!(f, "{margin}Spawn({work:?}), {look:?}")?;
                for (poll, acts) in polls.iter().enumerate() {
                    writeln!(f, "{margin}  poll {poll}:")?;
                    lines(f, acts, indent + 1)?;
                }
            }
            other => writeln!(f, "{margin}{other:?}, {look:?}")?,
        }
    }
    Ok(())
}

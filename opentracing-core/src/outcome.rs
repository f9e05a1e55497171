//! Which results are failures.

use std::convert::Infallible;
use std::ops::ControlFlow;
use std::task::Poll;

/// What a result says about the work that gave it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict<'a, S: ?Sized, F: ?Sized> {
    /// It succeeded, with this value.
    Success(&'a S),
    /// It failed, for this reason.
    Failure(&'a F),
    /// It is not over, or neither: `Pending`, `None`, `Break`.
    Neither,
}

/// A result that can be a failure. Implement it for your own result types.
///
/// `Err` is a failure; `None` and `Break` are not, since they are how searches and early exits end.
///
/// # Examples
/// ```
/// use opentracing_core::{Outcome, Verdict};
///
/// enum Reply {
///     Body(String),
///     Refused(u16),
/// }
///
/// impl Outcome for Reply {
///     type Success = String;
///     type Failure = u16;
///
///     fn verdict(&self) -> Verdict<'_, String, u16> {
///         match self {
///             Reply::Body(body) => Verdict::Success(body),
///             Reply::Refused(status) => Verdict::Failure(status),
///         }
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say whether it is a failure",
    note = "`err`, `ret` and `try_in_span` take `Result`, `Option`, `Poll`, `ControlFlow` and types that implement `Outcome`"
)]
pub trait Outcome {
    /// What success brings.
    type Success: ?Sized;
    /// Why it failed.
    type Failure: ?Sized;

    /// What this says.
    fn verdict(&self) -> Verdict<'_, Self::Success, Self::Failure>;
}

impl<T, E> Outcome for Result<T, E> {
    type Success = T;
    type Failure = E;

    fn verdict(&self) -> Verdict<'_, T, E> {
        match self {
            Ok(value) => Verdict::Success(value),
            Err(error) => Verdict::Failure(error),
        }
    }
}

impl<T> Outcome for Option<T> {
    type Success = T;
    type Failure = Infallible;

    fn verdict(&self) -> Verdict<'_, T, Infallible> {
        self.as_ref().map_or(Verdict::Neither, Verdict::Success)
    }
}

impl<T: Outcome> Outcome for Poll<T> {
    type Success = T::Success;
    type Failure = T::Failure;

    fn verdict(&self) -> Verdict<'_, T::Success, T::Failure> {
        match self {
            Poll::Ready(outcome) => outcome.verdict(),
            Poll::Pending => Verdict::Neither,
        }
    }
}

impl<B, C> Outcome for ControlFlow<B, C> {
    type Success = C;
    type Failure = Infallible;

    fn verdict(&self) -> Verdict<'_, C, Infallible> {
        match self {
            ControlFlow::Continue(value) => Verdict::Success(value),
            ControlFlow::Break(_) => Verdict::Neither,
        }
    }
}

//! What results say, and what failures offer to be recorded by. See [`super::offered`] for how it is found.

use std::any::type_name;
use std::borrow::Cow;
use std::convert::Infallible;
use std::error::Error;
use std::fmt;
use std::ops::Deref;

use super::sink::{Field, Reason, Sink};
use crate::failure::Failure;
use crate::fields;
use crate::outcome::{Outcome, Verdict};
use crate::tag::{debug, display};

/// Why a result is a failure, if it is one.
pub fn failure<T: Outcome + ?Sized>(result: &T) -> Option<&T::Failure> {
    match result.verdict() {
        Verdict::Failure(failure) => Some(failure),
        _ => None,
    }
}

/// Whether a result is what the condition says.
pub fn holds<T: ?Sized>(result: &T, condition: impl FnOnce(&T) -> bool) -> bool {
    condition(result)
}

/// A result, or a value that cannot fail.
#[derive(Debug)]
pub struct Returned<'a, T: ?Sized>(Value<'a, T>);
pub struct Value<'a, T: ?Sized>(&'a T);

impl<T: ?Sized> fmt::Debug for Value<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Returned(..)")
    }
}

impl<'a, T: ?Sized> Returned<'a, T> {
    pub fn new(result: &'a T) -> Self {
        Self(Value(result))
    }
}

impl<'a, T: Outcome + ?Sized> Returned<'a, T> {
    #[must_use]
    pub fn success(&self) -> Option<&'a T::Success> {
        match self.0.0.verdict() {
            Verdict::Success(value) => Some(value),
            _ => None,
        }
    }

    #[must_use]
    pub fn failure(&self) -> Option<&'a T::Failure> {
        failure(self.0.0)
    }
}

impl<'a, T: ?Sized> Value<'a, T> {
    #[must_use]
    pub fn success(&self) -> Option<&'a T> {
        Some(self.0)
    }

    #[must_use]
    pub fn failure(&self) -> Option<&'a Infallible> {
        None
    }
}

impl<'a, T: ?Sized> Deref for Returned<'a, T> {
    type Target = Value<'a, T>;

    fn deref(&self) -> &Value<'a, T> {
        &self.0
    }
}

/// A failure of unknown talents: an error, a pointer to one, and what can be written.
#[derive(Debug)]
pub struct Failed<'a, E: ?Sized>(Pointer<'a, E>);
#[derive(Debug)]
pub struct Pointer<'a, E: ?Sized>(Both<'a, E>);
#[derive(Debug)]
pub struct Both<'a, E: ?Sized>(Display<'a, E>);
#[derive(Debug)]
pub struct Display<'a, E: ?Sized>(Debug<'a, E>);
#[derive(Debug)]
pub struct Debug<'a, E: ?Sized>(Nothing<'a, E>);
pub struct Nothing<'a, E: ?Sized>(&'a &'a E);

impl<E: ?Sized> fmt::Debug for Nothing<'_, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Failed(..)")
    }
}

impl<'a, E: ?Sized> Failed<'a, E> {
    pub fn new(error: &'a &'a E) -> Self {
        Self(Pointer(Both(Display(Debug(Nothing(error))))))
    }
}

impl<'a, E: Error + ?Sized> Failed<'a, E> {
    #[must_use]
    pub fn reason(&self) -> Reason<'a> {
        Reason(Failure::of_error(self.0.0.0.0.0.0))
    }
}

/// `Box<dyn Error>` is no error itself, and neither are `anyhow::Error` and its like.
impl<'a, E: Deref + fmt::Debug + fmt::Display> Pointer<'a, E>
where
    E::Target: Error,
{
    #[must_use]
    pub fn reason(&self) -> Reason<'a> {
        let error = self.0.0.0.0.0;
        Reason(Failure {
            kind: type_name::<E::Target>(),
            object: Some(error),
            message: Some(error),
            source: (**error).source(),
        })
    }
}

impl<'a, E: fmt::Debug + fmt::Display + ?Sized> Both<'a, E> {
    #[must_use]
    pub fn reason(&self) -> Reason<'a> {
        let error = self.0.0.0.0;
        Reason(Failure { kind: type_name::<E>(), object: Some(error), message: Some(error), source: None })
    }
}

impl<'a, E: fmt::Display + ?Sized> Display<'a, E> {
    #[must_use]
    pub fn reason(&self) -> Reason<'a> {
        Reason(Failure { kind: type_name::<E>(), object: None, message: Some(self.0.0.0), source: None })
    }
}

impl<'a, E: fmt::Debug + ?Sized> Debug<'a, E> {
    #[must_use]
    pub fn reason(&self) -> Reason<'a> {
        Reason(Failure { kind: type_name::<E>(), object: Some(self.0.0), message: None, source: None })
    }
}

impl<'a, E: ?Sized> Nothing<'a, E> {
    #[must_use]
    pub fn reason(&self) -> Reason<'a> {
        Reason(Failure { kind: type_name::<E>(), object: None, message: None, source: None })
    }
}

macro_rules! falls_back {
    ($($from:ident => $to:ident),*) => {$(
        impl<'a, E: ?Sized> Deref for $from<'a, E> {
            type Target = $to<'a, E>;

            fn deref(&self) -> &$to<'a, E> {
                &self.0
            }
        }
    )*};
}
falls_back!(Failed => Pointer, Pointer => Both, Both => Display, Display => Debug, Debug => Nothing);

/// Marks a span as failed, for no stated reason.
#[track_caller]
pub fn failed<S: Sink + ?Sized>(span: &S) {
    span.put(Cow::Borrowed(crate::tags::ERROR.name()), &true);
    span.write(&[(Cow::Borrowed(fields::EVENT), &"error")]);
}

/// Marks a span as failed, with a message by `Display`.
#[track_caller]
pub fn failed_display<S, E>(span: &S, error: &E, name: &'static str, extra: &[Field<'_>])
where
    S: Sink + ?Sized,
    E: fmt::Display + ?Sized,
{
    failed_with(span, type_name::<E>(), (name.into(), &display(error)), extra);
}

/// Marks a span as failed, with a message by `Debug`.
#[track_caller]
pub fn failed_debug<S, E>(span: &S, error: &E, name: &'static str, extra: &[Field<'_>])
where
    S: Sink + ?Sized,
    E: fmt::Debug + ?Sized,
{
    failed_with(span, type_name::<E>(), (name.into(), &debug(error)), extra);
}

#[track_caller]
fn failed_with<S: Sink + ?Sized>(span: &S, kind: &'static str, message: Field<'_>, extra: &[Field<'_>]) {
    let fields: Vec<Field<'_>> = std::iter::once(message).chain(extra.iter().cloned()).collect();
    span.fail(&Reason(Failure { kind, object: None, message: None, source: None }), &fields);
}

//! The one shape in which a failure is recorded: the tag `error`, and a log with the standard fields.

use std::any::Any;
use std::error::Error;
use std::fmt;

use crate::fields::{self, Fields, IntoFields};
use crate::tag::{debug, display};

/// What is known of a failure: whatever it offers.
#[derive(Clone, Copy)]
pub(crate) struct Failure<'a> {
    pub(crate) kind: &'a str,
    pub(crate) object: Option<&'a dyn fmt::Debug>,
    pub(crate) message: Option<&'a dyn fmt::Display>,
    pub(crate) source: Option<&'a (dyn Error + 'static)>,
}

impl fmt::Debug for Failure<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Failure").field("kind", &self.kind).finish_non_exhaustive()
    }
}

impl<'a> Failure<'a> {
    pub(crate) fn of_error<E: Error + ?Sized>(error: &'a &'a E) -> Self {
        Self {
            kind: std::any::type_name::<E>(),
            object: Some(error),
            message: Some(error),
            source: error.source(),
        }
    }

    /// A panic; the message is known where the payload is at hand.
    pub(crate) fn panic(message: Option<&'a &'a str>) -> Self {
        Self { kind: "panic", object: None, message: message.map(|m| m as &dyn fmt::Display), source: None }
    }

    /// With the caller's fields after the standard ones.
    pub(crate) fn with<F: IntoFields>(self, extra: F) -> impl IntoFields {
        fields::writer(move |fields| {
            self.write(fields);
            extra.write(fields);
        })
    }
}

impl IntoFields for Failure<'_> {
    fn write(self, fields: &mut Fields<'_>) {
        fields.add(fields::EVENT, "error");
        fields.add(fields::ERROR_KIND, self.kind);
        fields.add(fields::ERROR_OBJECT, self.object.map(debug));
        fields.add(fields::MESSAGE, self.message.map(display));
        fields.add(fields::STACK, self.source.map(stack));
    }
}

/// The chain of sources, one a line. A chain that leads back to itself ends at the limit.
fn stack(first: &(dyn Error + 'static)) -> String {
    const SOURCES_MAX: usize = 64;
    let chain = std::iter::successors(Some(first), |&error| error.source());
    let lines: Vec<String> = chain.take(SOURCES_MAX).map(|error| format!("caused by: {error}")).collect();
    lines.join("\n")
}

/// The text of a panic's payload, where it is text.
pub(crate) fn panic_message(payload: &(dyn Any + Send)) -> Option<&str> {
    payload
        .downcast_ref::<&'static str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
}

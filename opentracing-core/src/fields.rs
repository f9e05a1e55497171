//! Fields of a log, their standard names, and what can be given for them.
//!
//! # Examples
//! ```
//! use opentracing_core::{MockTracer, fields};
//!
//! let span = MockTracer::new().tracer().start_span("query");
//! span.log(fields![event = "retry", attempt = 2, "db.rows" = 0]);
//! span.log([("event", "found")]);
//! span.log((("event", "done"), ("rows", 17)));
//! span.log(fields::lazy(|| [("dump", "costly to make; made only when recording".repeat(10))]));
//! ```

use std::borrow::Cow;
use std::fmt;

use crate::attributes::Arena;
use crate::limits::Limits;
use crate::tag::{AsTag, TagValue};

/// The name of what happened; what a log without it is shown as.
pub const EVENT: &str = "event";
/// A concise description, for people.
pub const MESSAGE: &str = "message";
/// A stack trace, or the chain of an error's sources.
pub const STACK: &str = "stack";
/// The type of an error.
pub const ERROR_KIND: &str = "error.kind";
/// The error itself.
pub const ERROR_OBJECT: &str = "error.object";

/// The fields of one log, being written.
#[derive(Debug)]
pub struct Fields<'a> {
    arena: &'a mut Arena,
    limits: &'a Limits,
}

impl<'a> Fields<'a> {
    pub(crate) fn new(arena: &'a mut Arena, limits: &'a Limits) -> Self {
        Self { arena, limits }
    }

    /// Adds a field, if the value has something to record.
    pub fn add(&mut self, key: impl Into<Cow<'static, str>>, value: impl AsTag) {
        let mut key = Some(key.into());
        value.visit_tag(&mut |value| {
            if let Some(key) = key.take() {
                self.arena.field(key, value, self.limits);
            }
        });
    }
}

/// What can be given as the fields of a log: [`fields!`](crate::fields!), arrays, vectors and tuples of pairs,
/// and [`lazy`].
///
/// # Examples
/// ```
/// use opentracing_core::MockTracer;
/// use opentracing_core::fields::{Fields, IntoFields};
///
/// struct Retry(u32);
///
/// impl IntoFields for Retry {
///     fn write(self, fields: &mut Fields<'_>) {
///         fields.add("event", "retry");
///         fields.add("attempt", self.0);
///     }
/// }
///
/// let mock = MockTracer::new();
/// mock.tracer().start_span("op").log(Retry(2));
/// assert_eq!(mock.finished_spans()[0].logs[0].to_string(), r#"event="retry" attempt=2"#);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no set of log fields",
    label = "write `fields![key = value, ..]` or `[(\"key\", value), ..]`"
)]
pub trait IntoFields {
    /// Writes the fields; called only when the span is recording.
    fn write(self, fields: &mut Fields<'_>);
}

/// What can be given as one field: a pair of key and value.
pub trait IntoField {
    /// Writes the field.
    fn write(self, fields: &mut Fields<'_>);
}

impl<K: Into<Cow<'static, str>>, V: AsTag> IntoField for (K, V) {
    fn write(self, fields: &mut Fields<'_>) {
        fields.add(self.0, self.1);
    }
}

/// A field on its own: a key and a value. Its `Display` form is `key:value`.
///
/// # Examples
/// ```
/// use opentracing_core::fields::Field;
///
/// assert_eq!(Field::new("retries", 2).to_string(), "retries:2");
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Field<'a> {
    /// The name.
    pub key: Cow<'static, str>,
    /// The value.
    pub value: TagValue<'a>,
}

impl<'a> Field<'a> {
    /// Makes a field.
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::fields::Field;
    ///
    /// assert_eq!(Field::new("event", "retry").value, "retry");
    /// ```
    #[must_use]
    pub fn new(key: impl Into<Cow<'static, str>>, value: impl Into<TagValue<'a>>) -> Self {
        Self { key: key.into(), value: value.into() }
    }
}

impl fmt::Display for Field<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.key, self.value)
    }
}

impl IntoField for Field<'_> {
    fn write(self, fields: &mut Fields<'_>) {
        fields.add(self.key, self.value);
    }
}

impl<F: IntoField, const N: usize> IntoFields for [F; N] {
    fn write(self, fields: &mut Fields<'_>) {
        self.into_iter().for_each(|field| field.write(fields));
    }
}

/// No fields.
impl IntoFields for () {
    fn write(self, _: &mut Fields<'_>) {}
}

impl<F: IntoField> IntoFields for Vec<F> {
    fn write(self, fields: &mut Fields<'_>) {
        self.into_iter().for_each(|field| field.write(fields));
    }
}

impl<F: IntoField + Clone> IntoFields for &[F] {
    fn write(self, fields: &mut Fields<'_>) {
        self.iter().for_each(|field| field.clone().write(fields));
    }
}

macro_rules! tuples {
    ($($name:ident)*) => {
        impl<$($name: IntoField),*> IntoFields for ($($name,)*) {
            #[expect(non_snake_case, reason = "the variables are named after their types")]
            fn write(self, fields: &mut Fields<'_>) {
                let ($($name,)*) = self;
                $($name.write(fields);)*
            }
        }
    };
}
tuples!(A);
tuples!(A B);
tuples!(A B C);
tuples!(A B C D);
tuples!(A B C D E);
tuples!(A B C D E F);
tuples!(A B C D E F G);
tuples!(A B C D E F G H);

/// Fields that are made when the span is recording, at most once; see [`lazy`].
#[derive(Clone, Copy)]
pub struct Lazy<F>(F);

impl<F> fmt::Debug for Lazy<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Lazy(..)")
    }
}

/// Defers making fields until it is known that they are recorded.
///
/// # Examples
/// ```
/// use opentracing_core::{MockTracer, Tracer, fields};
///
/// let mut made = 0;
/// for tracer in [Tracer::noop(), MockTracer::new().tracer()] {
///     tracer.start_span("op").log(fields::lazy(|| {
///         made += 1;
///         [("rows", 3)]
///     }));
/// }
/// assert_eq!(made, 1);
/// ```
pub fn lazy<F, I>(make: F) -> Lazy<F>
where
    F: FnOnce() -> I,
    I: IntoFields,
{
    Lazy(make)
}

impl<F: FnOnce() -> I, I: IntoFields> IntoFields for Lazy<F> {
    fn write(self, fields: &mut Fields<'_>) {
        self.0().write(fields);
    }
}

/// What [`fields!`](crate::fields!) makes.
#[doc(hidden)]
pub struct Writer<F>(F);

impl<F> fmt::Debug for Writer<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fields(..)")
    }
}

#[doc(hidden)]
pub fn writer<F: FnOnce(&mut Fields<'_>)>(write: F) -> Writer<F> {
    Writer(write)
}

impl<F: FnOnce(&mut Fields<'_>)> IntoFields for Writer<F> {
    fn write(self, fields: &mut Fields<'_>) {
        self.0(fields);
    }
}

/// Makes the fields of a log: `key = value` pairs. The values are evaluated when the span is recording, and
/// not at all otherwise.
///
/// # Examples
/// ```
/// use opentracing_core::{MockTracer, fields};
///
/// let span = MockTracer::new().tracer().start_span("op");
/// span.log(fields![event = "cache_miss", cache.size = 12, "key" = "user:42"]);
/// ```
#[macro_export]
macro_rules! fields {
    ($($tokens:tt)*) => {
        $crate::fields::writer(|fields: &mut $crate::fields::Fields<'_>| {
            let _ = &fields;
            $crate::__fields!(fields; $($tokens)*);
        })
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __fields {
    ($fields:ident; $(,)?) => {};
    ($fields:ident; $key:literal = $value:expr $(, $($rest:tt)*)?) => {
        $fields.add($key, $value);
        $($crate::__fields!($fields; $($rest)*);)?
    };
    ($fields:ident; $first:ident $(. $next:ident)* = $value:expr $(, $($rest:tt)*)?) => {
        $fields.add(::core::concat!(::core::stringify!($first) $(, ".", ::core::stringify!($next))*), $value);
        $($crate::__fields!($fields; $($rest)*);)?
    };
}

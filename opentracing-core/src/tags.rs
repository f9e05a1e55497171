//! The standard tags, typed: a wrong value for one does not compile.
//!
//! Names and types are those of OpenTracing's `semantic_conventions.yaml` (version 1.1): 18 tags.
//!
//! # Examples
//! ```
//! use opentracing_core::{MockTracer, tags};
//!
//! let mock = MockTracer::new();
//! mock.tracer()
//!     .span("get")
//!     .tag(tags::SPAN_KIND, tags::SpanKind::Client)
//!     .tag(tags::HTTP_STATUS_CODE, 200)
//!     .start();
//! assert_eq!(mock.finished_spans()[0].tag("http.status_code").unwrap(), 200);
//! ```
//! ```compile_fail
//! # use opentracing_core::{tags, Tracer};
//! Tracer::noop().span("get").tag(tags::HTTP_STATUS_CODE, "OK");
//! ```

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::net::{Ipv4Addr, Ipv6Addr};

use crate::tag::{AsTag, Debugged, Displayed, TagValue};

/// The name of a tag whose values are of type `V`; `V` is [`Text`] for any kind of text.
///
/// # Examples
/// A project's own typed tag:
/// ```
/// use opentracing_core::tags::{TagKey, Text};
///
/// const TENANT: TagKey<Text> = TagKey::new("tenant");
/// const RETRIES: TagKey<u32> = TagKey::new("retries");
///
/// let span = opentracing_core::Tracer::noop().start_span("op");
/// span.set_tag(TENANT, "acme").set_tag(RETRIES, 3);
/// ```
pub struct TagKey<V: ?Sized> {
    name: &'static str,
    values: PhantomData<fn(&V)>,
}

impl<V: ?Sized> TagKey<V> {
    /// Names a tag.
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::{MockTracer, tags::TagKey};
    ///
    /// const ROWS: TagKey<u64> = TagKey::new("db.rows");
    /// let mock = MockTracer::new();
    /// mock.tracer().span("query").tag(ROWS, 3_u64).start();
    /// assert_eq!(mock.finished_spans()[0].tag("db.rows").unwrap(), 3);
    /// ```
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        Self { name, values: PhantomData }
    }

    /// The name, as it is recorded.
    ///
    /// # Examples
    /// ```
    /// assert_eq!(opentracing_core::tags::HTTP_METHOD.name(), "http.method");
    /// ```
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }
}

impl<V: ?Sized> Clone for TagKey<V> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<V: ?Sized> Copy for TagKey<V> {}

impl<V: ?Sized> fmt::Debug for TagKey<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TagKey({})", self.name)
    }
}

impl<V: ?Sized> From<TagKey<V>> for Cow<'static, str> {
    fn from(key: TagKey<V>) -> Self {
        Cow::Borrowed(key.name)
    }
}

/// What can name a tag that is given a `V`: text takes every value, a [`TagKey`] those of its type.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not name a tag that takes a `{V}`",
    label = "takes another type of value"
)]
pub trait Key<V: ?Sized> {
    /// The name.
    fn into_name(self) -> Cow<'static, str>;
}

macro_rules! any_value {
    ($($name:ty),*) => {$(
        impl<V: ?Sized> Key<V> for $name {
            #[inline]
            fn into_name(self) -> Cow<'static, str> {
                self.into()
            }
        }
    )*};
}
any_value!(&'static str, String, Cow<'static, str>);

/// Marks a [`TagKey`] that takes text: `&str`, `String`, and what borrows or may lack one.
#[derive(Debug)]
pub enum Text {}

macro_rules! value_of_type {
    ($($value:ty),*) => {$(
        impl Key<$value> for TagKey<$value> {
            #[inline]
            fn into_name(self) -> Cow<'static, str> {
                Cow::Borrowed(self.name)
            }
        }
        impl Key<&$value> for TagKey<$value> {
            #[inline]
            fn into_name(self) -> Cow<'static, str> {
                Cow::Borrowed(self.name)
            }
        }
        impl Key<Option<$value>> for TagKey<$value> {
            #[inline]
            fn into_name(self) -> Cow<'static, str> {
                Cow::Borrowed(self.name)
            }
        }
    )*};
}
value_of_type!(bool, i8, i16, i32, i64, u8, u16, u32, u64, f32, f64, Ipv4Addr, Ipv6Addr, SpanKind);

macro_rules! value_of_text {
    ($($(#[$doc:meta])* [$($lifetime:lifetime)?] $value:ty),*) => {$(
        impl$(<$lifetime>)? Key<$value> for TagKey<Text> {
            #[inline]
            fn into_name(self) -> Cow<'static, str> {
                Cow::Borrowed(self.name)
            }
        }
    )*};
}
value_of_text!(
    ['a] &'a str, [] String, ['a] &'a String, ['a] Cow<'a, str>, ['a] &'a Cow<'a, str>,
    ['a] Option<&'a str>, [] Option<String>, ['a] &'a Option<String>, ['a] fmt::Arguments<'a>, ['a] TagValue<'a>
);

macro_rules! written_text {
    ($($written:ident),*) => {$(
        impl<T: ?Sized> Key<$written<'_, T>> for TagKey<Text> {
            #[inline]
            fn into_name(self) -> Cow<'static, str> {
                Cow::Borrowed(self.name)
            }
        }
    )*};
}
written_text!(Displayed, Debugged);

/// The side of a call or message a span stands for: the value of [`SPAN_KIND`].
///
/// # Examples
/// ```
/// use opentracing_core::{MockTracer, tags};
///
/// let mock = MockTracer::new();
/// mock.tracer().span("call").tag(tags::SPAN_KIND, tags::SpanKind::Client).start();
/// assert_eq!(mock.finished_spans()[0].tag("span.kind").unwrap(), "client");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SpanKind {
    /// The calling side of an RPC.
    Client,
    /// The called side of an RPC.
    Server,
    /// The sending side of a message.
    Producer,
    /// The receiving side of a message.
    Consumer,
}

impl SpanKind {
    /// The value as it is recorded.
    ///
    /// # Examples
    /// ```
    /// assert_eq!(opentracing_core::tags::SpanKind::Server.as_str(), "server");
    /// ```
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            SpanKind::Client => "client",
            SpanKind::Server => "server",
            SpanKind::Producer => "producer",
            SpanKind::Consumer => "consumer",
        }
    }
}

impl AsTag for SpanKind {
    fn as_tag(&self) -> Option<TagValue<'_>> {
        Some(TagValue::from(self.as_str()))
    }
}

macro_rules! standard {
    ($($(#[$doc:meta])* $constant:ident: $value:ty = $name:literal;)*) => {
        $($(#[$doc])* pub const $constant: TagKey<$value> = TagKey::new($name);)*

        /// The names of all standard tags.
        pub const ALL: &[&str] = &[$($name),*];
    };
}

standard! {
    /// The library or framework that made the span.
    COMPONENT: Text = "component";
    /// The name of the database.
    DB_INSTANCE: Text = "db.instance";
    /// The statement that was sent to the database.
    DB_STATEMENT: Text = "db.statement";
    /// The kind of database: `sql`, or the name of another.
    DB_TYPE: Text = "db.type";
    /// The user at the database.
    DB_USER: Text = "db.user";
    /// Whether the operation failed. It alone decides; logs do not imply it.
    ERROR: bool = "error";
    /// The method of a request.
    HTTP_METHOD: Text = "http.method";
    /// The status code of a response.
    HTTP_STATUS_CODE: u16 = "http.status_code";
    /// The URL of a request.
    HTTP_URL: Text = "http.url";
    /// Where a message is sent to or comes from.
    MESSAGE_BUS_DESTINATION: Text = "message_bus.destination";
    /// The other side's address, in a form fit to connect to.
    PEER_ADDRESS: Text = "peer.address";
    /// The other side's host name.
    PEER_HOSTNAME: Text = "peer.hostname";
    /// The other side's IPv4 address; recorded dotted.
    PEER_IPV4: Ipv4Addr = "peer.ipv4";
    /// The other side's IPv6 address.
    PEER_IPV6: Ipv6Addr = "peer.ipv6";
    /// The other side's port.
    PEER_PORT: u16 = "peer.port";
    /// The other side's service name.
    PEER_SERVICE: Text = "peer.service";
    /// Above zero, asks that the trace be kept; zero, that it be dropped. Stays visible as a tag.
    SAMPLING_PRIORITY: u16 = "sampling.priority";
    /// The side of a call; given when the span is started.
    SPAN_KIND: SpanKind = "span.kind";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_eighteen_names_each_once_in_order() {
        assert_eq!(ALL.len(), 18);
        assert!(ALL.windows(2).all(|pair| pair[0] < pair[1]), "{ALL:?}");
    }
}

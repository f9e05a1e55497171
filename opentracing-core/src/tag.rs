//! Values of tags and log fields, and what can be given for one.

use std::borrow::Cow;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::rc::Rc;
use std::sync::Arc;

use crate::thread;

/// The value of a tag or of a log field.
///
/// Numbers and booleans stay typed until they are exported. Text is borrowed from the caller and copied once,
/// into the span's own memory.
///
/// # Examples
/// ```
/// use opentracing_core::TagValue;
///
/// assert_eq!(TagValue::from("GET"), "GET");
/// assert_eq!(TagValue::I64(200), 200);
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub enum TagValue<'a> {
    /// True or false.
    Bool(bool),
    /// A signed integer.
    I64(i64),
    /// An unsigned integer.
    U64(u64),
    /// A floating-point number; NaN and the infinities are kept.
    F64(f64),
    /// Text.
    Str(Cow<'a, str>),
    /// Bytes that are no text.
    Bytes(Cow<'a, [u8]>),
}

impl TagValue<'_> {
    /// The text of a [`TagValue::Str`].
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::TagValue;
    ///
    /// assert_eq!(TagValue::from("GET").as_str(), Some("GET"));
    /// assert_eq!(TagValue::I64(200).as_str(), None);
    /// ```
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            TagValue::Str(text) => Some(text),
            _ => None,
        }
    }

    /// A copy that borrows nothing.
    ///
    /// # Examples
    /// ```
    /// let owned = opentracing_core::TagValue::from(&*"GET".to_owned()).into_owned();
    /// assert_eq!(owned, "GET");
    /// ```
    #[must_use]
    pub fn into_owned(self) -> TagValue<'static> {
        match self {
            TagValue::Bool(value) => TagValue::Bool(value),
            TagValue::I64(value) => TagValue::I64(value),
            TagValue::U64(value) => TagValue::U64(value),
            TagValue::F64(value) => TagValue::F64(value),
            TagValue::Str(text) => TagValue::Str(Cow::Owned(text.into_owned())),
            TagValue::Bytes(bytes) => TagValue::Bytes(Cow::Owned(bytes.into_owned())),
        }
    }
}

impl fmt::Display for TagValue<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TagValue::Bool(value) => value.fmt(f),
            TagValue::I64(value) => value.fmt(f),
            TagValue::U64(value) => value.fmt(f),
            TagValue::F64(value) => value.fmt(f),
            TagValue::Str(text) => text.fmt(f),
            TagValue::Bytes(bytes) => bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}")),
        }
    }
}

impl fmt::Debug for TagValue<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TagValue::Bool(value) => write!(f, "Bool({value})"),
            TagValue::I64(value) => write!(f, "I64({value})"),
            TagValue::U64(value) => write!(f, "U64({value})"),
            TagValue::F64(value) => write!(f, "F64({value:?})"),
            TagValue::Str(text) => write!(f, "Str({text:?})"),
            TagValue::Bytes(bytes) => write!(f, "Bytes({bytes:?})"),
        }
    }
}

/// Values of one type are compared; integers of either sign compare as numbers.
impl PartialEq for TagValue<'_> {
    fn eq(&self, other: &TagValue<'_>) -> bool {
        use TagValue as V;
        match (self, other) {
            (V::Bool(a), V::Bool(b)) => a == b,
            (V::I64(a), V::I64(b)) => a == b,
            (V::U64(a), V::U64(b)) => a == b,
            (V::I64(a), V::U64(b)) | (V::U64(b), V::I64(a)) => u64::try_from(*a) == Ok(*b),
            (V::F64(a), V::F64(b)) => a == b,
            (V::Str(a), V::Str(b)) => a == b,
            (V::Bytes(a), V::Bytes(b)) => a == b,
            _ => false,
        }
    }
}

/// What can be given as the value of a tag or of a log field.
///
/// Implement it for your types; `None` adds nothing.
///
/// # Examples
/// ```
/// use opentracing_core::{AsTag, TagValue};
///
/// struct UserId(u64);
///
/// impl AsTag for UserId {
///     fn as_tag(&self) -> Option<TagValue<'_>> {
///         Some(TagValue::U64(self.0))
///     }
/// }
///
/// assert_eq!(UserId(7).as_tag().unwrap(), 7);
/// assert_eq!(None::<UserId>.as_tag(), None);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a tag value",
    label = "not a tag value; in a macro write `%x` (Display) or `?x` (Debug)",
    note = "implement `AsTag` for it, or give `opentracing::display(&x)` or `opentracing::debug(&x)`"
)]
pub trait AsTag {
    /// The value to record, if there is one.
    fn as_tag(&self) -> Option<TagValue<'_>>;

    /// Shows the value to `visit`. Text that has to be written is written into memory that is used again.
    #[doc(hidden)]
    #[inline]
    fn visit_tag(&self, visit: &mut dyn FnMut(&TagValue<'_>)) {
        if let Some(value) = self.as_tag() {
            visit(&value);
        }
    }
}

/// Records a value as its `Display` text, which is written only when it is recorded.
///
/// # Examples
/// ```
/// use opentracing_core::{Tracer, display};
///
/// Tracer::noop().start_span("op").set_tag("elapsed", display(&1.5));
/// ```
pub fn display<T: fmt::Display + ?Sized>(value: &T) -> Displayed<'_, T> {
    Displayed(value)
}

/// Records a value as its `Debug` text, which is written only when it is recorded.
///
/// # Examples
/// ```
/// use opentracing_core::{Tracer, debug};
///
/// Tracer::noop().start_span("op").set_tag("range", debug(&(1..3)));
/// ```
pub fn debug<T: fmt::Debug + ?Sized>(value: &T) -> Debugged<'_, T> {
    Debugged(value)
}

/// A value recorded as its `Display` text; made by [`display`].
pub struct Displayed<'a, T: ?Sized>(&'a T);

/// A value recorded as its `Debug` text; made by [`debug`].
pub struct Debugged<'a, T: ?Sized>(&'a T);

impl<T: fmt::Display + ?Sized> AsTag for Displayed<'_, T> {
    fn as_tag(&self) -> Option<TagValue<'_>> {
        Some(TagValue::Str(Cow::Owned(self.0.to_string())))
    }

    fn visit_tag(&self, visit: &mut dyn FnMut(&TagValue<'_>)) {
        thread::written(format_args!("{}", self.0), |text| visit(&TagValue::from(text)));
    }
}

impl<T: fmt::Debug + ?Sized> AsTag for Debugged<'_, T> {
    fn as_tag(&self) -> Option<TagValue<'_>> {
        Some(TagValue::Str(Cow::Owned(format!("{:?}", self.0))))
    }

    fn visit_tag(&self, visit: &mut dyn FnMut(&TagValue<'_>)) {
        thread::written(format_args!("{:?}", self.0), |text| visit(&TagValue::from(text)));
    }
}

impl<T: ?Sized> fmt::Debug for Displayed<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Displayed(..)")
    }
}

impl<T: ?Sized> fmt::Debug for Debugged<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Debugged(..)")
    }
}

macro_rules! as_tag {
    ($($type:ty => |$value:ident| $tag:expr;)*) => {$(
        impl AsTag for $type {
            #[inline]
            fn as_tag(&self) -> Option<TagValue<'_>> {
                let $value = self;
                Some($tag)
            }
        }
        impl<'a> From<$type> for TagValue<'a> {
            #[inline]
            fn from(value: $type) -> Self {
                let $value = &value;
                $tag
            }
        }
        impl PartialEq<$type> for TagValue<'_> {
            fn eq(&self, other: &$type) -> bool {
                TagValue::from(*other).eq(self)
            }
        }
        impl PartialEq<$type> for &TagValue<'_> {
            fn eq(&self, other: &$type) -> bool {
                **self == *other
            }
        }
    )*};
}

as_tag! {
    bool => |value| TagValue::Bool(*value);
    i8 => |value| TagValue::I64(i64::from(*value));
    i16 => |value| TagValue::I64(i64::from(*value));
    i32 => |value| TagValue::I64(i64::from(*value));
    i64 => |value| TagValue::I64(*value);
    u8 => |value| TagValue::U64(u64::from(*value));
    u16 => |value| TagValue::U64(u64::from(*value));
    u32 => |value| TagValue::U64(u64::from(*value));
    u64 => |value| TagValue::U64(*value);
    f32 => |value| TagValue::F64(f64::from(*value));
    f64 => |value| TagValue::F64(*value);
    isize => |value| TagValue::I64(*value as i64);
    usize => |value| TagValue::U64(*value as u64);
}

macro_rules! as_text_tag {
    ($($(#[$doc:meta])* $type:ty => |$value:ident| $text:expr;)*) => {$(
        impl AsTag for $type {
            #[inline]
            fn as_tag(&self) -> Option<TagValue<'_>> {
                let $value = self;
                Some(TagValue::Str($text))
            }
        }
    )*};
}

as_text_tag! {
    str => |text| Cow::Borrowed(text);
    String => |text| Cow::Borrowed(text.as_str());
    char => |character| Cow::Owned(character.to_string());
    Ipv4Addr => |address| Cow::Owned(address.to_string());
    Ipv6Addr => |address| Cow::Owned(address.to_string());
    IpAddr => |address| Cow::Owned(address.to_string());
}

impl AsTag for [u8] {
    fn as_tag(&self) -> Option<TagValue<'_>> {
        Some(TagValue::Bytes(Cow::Borrowed(self)))
    }
}

impl<const N: usize> AsTag for [u8; N] {
    fn as_tag(&self) -> Option<TagValue<'_>> {
        self[..].as_tag()
    }
}

impl AsTag for Vec<u8> {
    fn as_tag(&self) -> Option<TagValue<'_>> {
        self[..].as_tag()
    }
}

impl AsTag for TagValue<'_> {
    fn as_tag(&self) -> Option<TagValue<'_>> {
        Some(self.clone())
    }
}

/// The arguments of `format_args!`: text that is written when it is copied.
impl AsTag for fmt::Arguments<'_> {
    fn as_tag(&self) -> Option<TagValue<'_>> {
        Some(TagValue::Str(self.as_str().map_or_else(|| Cow::Owned(self.to_string()), Cow::Borrowed)))
    }

    fn visit_tag(&self, visit: &mut dyn FnMut(&TagValue<'_>)) {
        display(self).visit_tag(visit);
    }
}

impl<T: AsTag> AsTag for Option<T> {
    fn as_tag(&self) -> Option<TagValue<'_>> {
        self.as_ref()?.as_tag()
    }

    #[inline]
    fn visit_tag(&self, visit: &mut dyn FnMut(&TagValue<'_>)) {
        if let Some(value) = self {
            value.visit_tag(visit);
        }
    }
}

impl<T: ToOwned + AsTag + ?Sized> AsTag for Cow<'_, T> {
    fn as_tag(&self) -> Option<TagValue<'_>> {
        T::as_tag(self)
    }
}

macro_rules! as_tag_through_pointers {
    ($($pointer:ty),*) => {$(
        impl<T: AsTag + ?Sized> AsTag for $pointer {
            #[inline]
            fn as_tag(&self) -> Option<TagValue<'_>> {
                T::as_tag(self)
            }

            #[inline]
            fn visit_tag(&self, visit: &mut dyn FnMut(&TagValue<'_>)) {
                T::visit_tag(self, visit);
            }
        }
    )*};
}
as_tag_through_pointers!(&T, &mut T, Box<T>, Arc<T>, Rc<T>);

impl<'a> From<&'a str> for TagValue<'a> {
    fn from(text: &'a str) -> Self {
        TagValue::Str(Cow::Borrowed(text))
    }
}

impl From<String> for TagValue<'_> {
    fn from(text: String) -> Self {
        TagValue::Str(Cow::Owned(text))
    }
}

impl<'a> From<Cow<'a, str>> for TagValue<'a> {
    fn from(text: Cow<'a, str>) -> Self {
        TagValue::Str(text)
    }
}

impl PartialEq<str> for TagValue<'_> {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == Some(other)
    }
}

impl PartialEq<str> for &TagValue<'_> {
    fn eq(&self, other: &str) -> bool {
        **self == *other
    }
}

impl PartialEq<&str> for TagValue<'_> {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == Some(other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_compare_as_numbers_whatever_their_sign() {
        assert_eq!(TagValue::I64(5), TagValue::U64(5));
        assert_ne!(TagValue::I64(-1), TagValue::U64(u64::MAX));
        assert_ne!(TagValue::Bool(true), TagValue::U64(1));
    }

    #[test]
    fn options_and_pointers_are_seen_through() {
        assert_eq!(Some(&Arc::new(3u8)).as_tag().unwrap(), 3u8);
        assert_eq!(None::<&str>.as_tag(), None);
        assert_eq!(Cow::Borrowed("x").as_tag().unwrap(), "x");
    }

    #[test]
    fn displayed_values_are_text() {
        assert_eq!(display(&7).as_tag().unwrap(), "7");
        let mut seen = None;
        Some(debug(&"x")).visit_tag(&mut |value| seen = Some(value.clone().into_owned()));
        assert_eq!(seen.unwrap(), "\"x\"");
    }
}

//! Carriers of pairs: the traits, and what the standard library has.

use std::collections::{BTreeMap, HashMap};
use std::error::Error;
use std::fmt;
use std::hash::BuildHasher;
use std::ops::ControlFlow;

/// A carrier of pairs that a context can be read from.
///
/// Keys are matched without regard to the case of ASCII letters. Values are bytes, since what came over a
/// network may be no text; a key that occurs several times is visited several times.
///
/// # Examples
/// ```
/// use opentracing_core::TextMapReader;
/// use std::ops::ControlFlow;
///
/// /// The headers of a message broker's client.
/// struct Headers(Vec<(String, Vec<u8>)>);
///
/// impl TextMapReader for Headers {
///     fn try_for_each<'a>(
///         &'a self,
///         visit: &mut dyn FnMut(&'a str, &'a [u8]) -> ControlFlow<()>,
///     ) -> ControlFlow<()> {
///         self.0.iter().try_for_each(|(key, value)| visit(key, value))
///     }
/// }
///
/// let headers = Headers(vec![("Key".to_owned(), b"1".to_vec()), ("key".to_owned(), b"2".to_vec())]);
/// assert_eq!(headers.get("key"), Some(&b"2"[..]));
/// ```
pub trait TextMapReader {
    /// Visits all pairs, in the order they have in the carrier, until `visit` breaks off.
    fn try_for_each<'a>(
        &'a self,
        visit: &mut dyn FnMut(&'a str, &'a [u8]) -> ControlFlow<()>,
    ) -> ControlFlow<()>;

    /// Visits all pairs.
    fn for_each<'a>(&'a self, visit: &mut dyn FnMut(&'a str, &'a [u8])) {
        let _ = self.try_for_each(&mut |key, value| {
            visit(key, value);
            ControlFlow::Continue(())
        });
    }

    /// The value of a key, in any case; the last one, if there are several.
    fn get<'a>(&'a self, key: &str) -> Option<&'a [u8]> {
        let mut found = None;
        self.for_each(&mut |candidate, value| {
            if candidate.eq_ignore_ascii_case(key) {
                found = Some(value);
            }
        });
        found
    }
}

/// A carrier of pairs that a context can be written into.
///
/// # Examples
/// ```
/// use opentracing_core::{Refused, TextMapWriter};
///
/// /// Lines of a mail's head, which takes neither colons in keys nor line breaks in values.
/// #[derive(Default)]
/// struct Head(String);
///
/// impl TextMapWriter for Head {
///     fn set(&mut self, key: &str, value: &str) -> Result<(), Refused> {
///         if key.contains([':', '\r', '\n']) || value.contains(['\r', '\n']) {
///             return Err(Refused);
///         }
///         self.0 += &format!("{key}: {value}\r\n");
///         Ok(())
///     }
/// }
///
/// let mut head = Head::default();
/// assert_eq!(head.set("traceparent", "00-1"), Ok(()));
/// assert_eq!(head.set("baggage", "a\r\nsubject: b"), Err(Refused));
/// assert_eq!(head.0, "traceparent: 00-1\r\n");
/// ```
pub trait TextMapWriter {
    /// Sets a key, in place of every value it has in the carrier, in any case.
    ///
    /// # Errors
    /// When the carrier cannot hold this key or this value; it is then unchanged.
    fn set(&mut self, key: &str, value: &str) -> Result<(), Refused>;

    /// Removes a key in any case, where the carrier can: a codec removes what an earlier injection wrote and
    /// this one has no value for. Does nothing unless implemented.
    fn remove(&mut self, key: &str) {
        let _ = key;
    }
}

/// The carrier cannot hold that key or that value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused;

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the carrier cannot hold that key or that value")
    }
}

impl Error for Refused {}

macro_rules! maps {
    ($([$($generics:tt)*] $map:ty),* $(,)?) => {$(
        impl<$($generics)*> TextMapReader for $map {
            fn try_for_each<'a>(
                &'a self,
                visit: &mut dyn FnMut(&'a str, &'a [u8]) -> ControlFlow<()>,
            ) -> ControlFlow<()> {
                self.iter().try_for_each(|(key, value)| visit(key, value.as_bytes()))
            }
        }

        impl<$($generics)*> TextMapWriter for $map {
            fn set(&mut self, key: &str, value: &str) -> Result<(), Refused> {
                // A forwarded `Traceparent` is another key here, but the same one once it is sent.
                self.retain(|present, _| !present.eq_ignore_ascii_case(key) || present == key);
                self.insert(key.to_owned(), value.to_owned());
                Ok(())
            }

            fn remove(&mut self, key: &str) {
                self.retain(|present, _| !present.eq_ignore_ascii_case(key));
            }
        }
    )*};
}
maps!([S: BuildHasher] HashMap<String, String, S>, [] BTreeMap<String, String>);

impl<K: AsRef<str>, V: AsRef<[u8]>> TextMapReader for [(K, V)] {
    fn try_for_each<'a>(
        &'a self,
        visit: &mut dyn FnMut(&'a str, &'a [u8]) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        self.iter().try_for_each(|(key, value)| visit(key.as_ref(), value.as_ref()))
    }
}

impl<K: AsRef<str>, V: AsRef<[u8]>, const N: usize> TextMapReader for [(K, V); N] {
    fn try_for_each<'a>(
        &'a self,
        visit: &mut dyn FnMut(&'a str, &'a [u8]) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        self[..].try_for_each(visit)
    }
}

impl<K: AsRef<str>, V: AsRef<[u8]>> TextMapReader for Vec<(K, V)> {
    fn try_for_each<'a>(
        &'a self,
        visit: &mut dyn FnMut(&'a str, &'a [u8]) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        self[..].try_for_each(visit)
    }
}

impl<K: AsRef<str> + From<String>, V: From<String>> TextMapWriter for Vec<(K, V)> {
    fn set(&mut self, key: &str, value: &str) -> Result<(), Refused> {
        TextMapWriter::remove(self, key);
        self.push((key.to_owned().into(), value.to_owned().into()));
        Ok(())
    }

    fn remove(&mut self, key: &str) {
        self.retain(|(present, _)| !present.as_ref().eq_ignore_ascii_case(key));
    }
}

impl<R: TextMapReader + ?Sized> TextMapReader for &R {
    fn try_for_each<'a>(
        &'a self,
        visit: &mut dyn FnMut(&'a str, &'a [u8]) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        (**self).try_for_each(visit)
    }
}

impl<R: TextMapReader + ?Sized> TextMapReader for &mut R {
    fn try_for_each<'a>(
        &'a self,
        visit: &mut dyn FnMut(&'a str, &'a [u8]) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        (**self).try_for_each(visit)
    }
}

impl<W: TextMapWriter + ?Sized> TextMapWriter for &mut W {
    fn set(&mut self, key: &str, value: &str) -> Result<(), Refused> {
        (**self).set(key, value)
    }

    fn remove(&mut self, key: &str) {
        (**self).remove(key);
    }
}

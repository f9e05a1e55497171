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

/// Whether two keys are one. Most of a length are the same, and most others differ in length.
#[inline]
fn is_same(present: &str, key: &str) -> bool {
    present.len() == key.len() && (present == key || present.eq_ignore_ascii_case(key))
}

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
                let (mut is_set, mut has_others) = (false, false);
                for (present, old) in self.iter_mut().filter(|(present, _)| is_same(present, key)) {
                    if present == key {
                        old.clear();
                        old.push_str(value);
                        is_set = true;
                    } else {
                        has_others = true;
                    }
                }
                // A forwarded `Traceparent` is another key here, but the same one once it is sent.
                if has_others {
                    self.retain(|present, _| present == key || !is_same(present, key));
                }
                if !is_set {
                    self.insert(key.to_owned(), value.to_owned());
                }
                Ok(())
            }

            fn remove(&mut self, key: &str) {
                if self.keys().any(|present| is_same(present, key)) {
                    self.retain(|present, _| !is_same(present, key));
                }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn map() -> BTreeMap<String, String> {
        [("Trace-Id", "old"), ("trace-id", "older"), ("trace", "other")]
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .into()
    }

    fn pairs(carrier: &dyn TextMapReader) -> Vec<(&str, &[u8])> {
        let mut pairs = Vec::new();
        carrier.for_each(&mut |key, value| pairs.push((key, value)));
        pairs.sort_unstable();
        pairs
    }

    #[test]
    fn setting_replaces_a_key_in_every_case_and_nothing_else() {
        let expected = [("TRACE-ID", &b"new"[..]), ("trace", b"other")];
        let carriers: [&mut dyn ReadAndWrite; 3] = [
            &mut map(),
            &mut map().into_iter().collect::<HashMap<_, _>>(),
            &mut map().into_iter().collect::<Vec<_>>(),
        ];
        for carrier in carriers {
            carrier.set("TRACE-ID", "new").unwrap();
            assert_eq!(pairs(carrier), expected);
            carrier.remove("tRaCe");
            assert_eq!(pairs(carrier), expected[..1]);
        }
    }

    trait ReadAndWrite: TextMapReader + TextMapWriter {}
    impl<C: TextMapReader + TextMapWriter> ReadAndWrite for C {}

    #[test]
    fn the_last_value_of_a_key_in_any_case_is_got() {
        let carrier = [("Key", "1"), ("other", "2"), ("KEY", "3")];
        assert_eq!(TextMapReader::get(&carrier, "key"), Some(&b"3"[..]));
        assert_eq!(TextMapReader::get(&carrier, "ke"), None);
    }

    #[test]
    fn a_visit_that_breaks_off_sees_no_more() {
        let mut seen = 0;
        let carrier = [("a", "1"), ("b", "2"), ("c", "3")];
        let flow = carrier.try_for_each(&mut |key, _| {
            seen += 1;
            if key == "b" { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        assert_eq!((seen, flow), (2, ControlFlow::Break(())));
    }

    #[test]
    fn lists_may_hold_other_types_of_text() {
        let mut carrier: Vec<(Box<str>, Vec<u8>)> = vec![("key".into(), vec![0xff])];
        carrier.set("other", "value").unwrap();
        assert_eq!(pairs(&&mut carrier), [("key", &[0xff][..]), ("other", b"value")]);
    }
}

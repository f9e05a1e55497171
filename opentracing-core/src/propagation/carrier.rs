//! A carrier together with its format, as a tracer's codecs get to see it.

use std::any::Any;
use std::collections::{BTreeMap, HashMap};
use std::fmt;

use super::error::{ExtractError, InjectError};
use super::format;
use super::text_map::{TextMapReader, TextMapWriter};

/// A carrier to write a context into, with its format.
///
/// # Examples
/// A codec that knows one format, and answers to all others as it should:
/// ```
/// use opentracing_core::SpanContext;
/// use opentracing_core::{InjectCarrier, InjectError};
///
/// fn inject(context: &SpanContext, carrier: InjectCarrier<'_>) -> Result<(), InjectError> {
///     let (trace_id, _) = context.ids().ok_or_else(InjectError::invalid_span_context)?;
///     match carrier {
///         InjectCarrier::Binary(buffer) => buffer.extend(trace_id.get().to_be_bytes()),
///         other => return Err(other.refuse()),
///     }
///     Ok(())
/// }
///
/// let nothing = SpanContext::default();
/// assert!(inject(&nothing, InjectCarrier::Binary(&mut Vec::new())).unwrap_err().is_invalid_span_context());
/// ```
#[non_exhaustive]
pub enum InjectCarrier<'a> {
    /// Pairs of any text.
    TextMap(&'a mut dyn TextMapWriter),
    /// Pairs that obey HTTP's rules for header fields.
    HttpHeaders(&'a mut dyn TextMapWriter),
    /// Bytes, to be appended to.
    Binary(&'a mut Vec<u8>),
    /// A format of somebody else, and a carrier that only its codec knows.
    Custom(&'static str, &'a mut dyn Any),
}

/// A carrier to read a context from, with its format.
///
/// # Examples
/// ```
/// use opentracing_core::ExtractCarrier;
///
/// assert_eq!(ExtractCarrier::Binary(b"\0\x01").format_name(), "binary");
/// assert!(ExtractCarrier::Custom("postcard", &1_u8).refuse().is_unsupported_format());
/// ```
#[non_exhaustive]
pub enum ExtractCarrier<'a> {
    /// Pairs of any text.
    TextMap(&'a dyn TextMapReader),
    /// Pairs that obey HTTP's rules for header fields.
    HttpHeaders(&'a dyn TextMapReader),
    /// Bytes; what follows the context is ignored.
    Binary(&'a [u8]),
    /// A format of somebody else, and a carrier that only its codec knows.
    Custom(&'static str, &'a dyn Any),
}

impl<'a> InjectCarrier<'a> {
    /// The name of the format: `text_map`, `http_headers`, `binary`, or the custom one.
    #[must_use]
    pub fn format_name(&self) -> &'static str {
        match self {
            InjectCarrier::TextMap(_) => format::TEXT_MAP,
            InjectCarrier::HttpHeaders(_) => format::HTTP_HEADERS,
            InjectCarrier::Binary(_) => format::BINARY,
            InjectCarrier::Custom(name, _) => name,
        }
    }

    /// The error for a carrier that no codec takes: the format is unknown or, if it is a built-in one by its
    /// name, the carrier does not fit it.
    #[must_use]
    pub fn refuse(&self) -> InjectError {
        match self {
            InjectCarrier::Custom(name, _) if format::is_built_in(name) => {
                InjectError::invalid_carrier(*name)
            }
            _ => InjectError::unsupported_format(self.format_name()),
        }
    }

    /// Makes a carrier of a format that is known by name only. The built-in names reach the built-in formats,
    /// if the carrier is a type of the standard library's (or `http`'s) that fits.
    pub(super) fn named(name: &'static str, carrier: &'a mut dyn Any) -> Self {
        match name {
            format::TEXT_MAP => match text_map_mut(carrier) {
                Ok(carrier) => InjectCarrier::TextMap(carrier),
                Err(carrier) => InjectCarrier::Custom(name, carrier),
            },
            format::HTTP_HEADERS => match text_map_mut(carrier) {
                Ok(carrier) => InjectCarrier::HttpHeaders(carrier),
                Err(carrier) => InjectCarrier::Custom(name, carrier),
            },
            format::BINARY if carrier.is::<Vec<u8>>() => {
                InjectCarrier::Binary(carrier.downcast_mut().expect("the type was just asked for"))
            }
            _ => InjectCarrier::Custom(name, carrier),
        }
    }
}

impl<'a> ExtractCarrier<'a> {
    /// The name of the format: `text_map`, `http_headers`, `binary`, or the custom one.
    #[must_use]
    pub fn format_name(&self) -> &'static str {
        match self {
            ExtractCarrier::TextMap(_) => format::TEXT_MAP,
            ExtractCarrier::HttpHeaders(_) => format::HTTP_HEADERS,
            ExtractCarrier::Binary(_) => format::BINARY,
            ExtractCarrier::Custom(name, _) => name,
        }
    }

    /// The error for a carrier that no codec takes: the format is unknown or, if it is a built-in one by its
    /// name, the carrier does not fit it.
    #[must_use]
    pub fn refuse(&self) -> ExtractError {
        match self {
            ExtractCarrier::Custom(name, _) if format::is_built_in(name) => {
                ExtractError::invalid_carrier(*name)
            }
            _ => ExtractError::unsupported_format(self.format_name()),
        }
    }

    /// As [`InjectCarrier::named`].
    pub(super) fn named(name: &'static str, carrier: &'a dyn Any) -> Self {
        let read = match name {
            format::TEXT_MAP => text_map(carrier).map(ExtractCarrier::TextMap),
            format::HTTP_HEADERS => text_map(carrier).map(ExtractCarrier::HttpHeaders),
            format::BINARY => bytes(carrier).map(ExtractCarrier::Binary),
            _ => None,
        };
        read.unwrap_or(ExtractCarrier::Custom(name, carrier))
    }
}

/// The text carriers that are recognised where the type was erased.
macro_rules! known_text_maps {
    ($($(#[$feature:meta])? $carrier:ty),* $(,)?) => {
        fn text_map_mut(carrier: &mut dyn Any) -> Result<&mut dyn TextMapWriter, &mut dyn Any> {
            $(
                $(#[$feature])?
                if carrier.is::<$carrier>() {
                    return Ok(carrier.downcast_mut::<$carrier>().expect("the type was just asked for"));
                }
            )*
            Err(carrier)
        }

        fn text_map(carrier: &dyn Any) -> Option<&dyn TextMapReader> {
            $(
                $(#[$feature])?
                if let Some(known) = carrier.downcast_ref::<$carrier>() {
                    return Some(known);
                }
            )*
            None
        }
    };
}
known_text_maps!(
    HashMap<String, String>,
    BTreeMap<String, String>,
    Vec<(String, String)>,
    #[cfg(feature = "http")]
    ::http::HeaderMap,
);

fn bytes(carrier: &dyn Any) -> Option<&[u8]> {
    let vec = carrier.downcast_ref::<Vec<u8>>().map(Vec::as_slice);
    vec.or_else(|| carrier.downcast_ref::<&'static [u8]>().copied())
}

impl fmt::Debug for InjectCarrier<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("InjectCarrier").field(&self.format_name()).finish()
    }
}

impl fmt::Debug for ExtractCarrier<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ExtractCarrier").field(&self.format_name()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn built_in_names_reach_the_carriers_that_fit() {
        let map: &mut dyn Any = &mut HashMap::<String, String>::new();
        assert!(matches!(InjectCarrier::named("text_map", map), InjectCarrier::TextMap(_)));
        assert!(matches!(InjectCarrier::named("http_headers", map), InjectCarrier::HttpHeaders(_)));
        assert!(matches!(InjectCarrier::named("binary", &mut Vec::<u8>::new()), InjectCarrier::Binary(_)));
        assert!(matches!(InjectCarrier::named("other", map), InjectCarrier::Custom("other", _)));
        let list: &dyn Any = &Vec::<(String, String)>::new();
        assert!(matches!(ExtractCarrier::named("text_map", list), ExtractCarrier::TextMap(_)));
        assert!(matches!(
            ExtractCarrier::named("binary", &b"bytes".as_slice()),
            ExtractCarrier::Binary(b"bytes")
        ));
        assert!(matches!(ExtractCarrier::named("other", list), ExtractCarrier::Custom("other", _)));
    }

    #[test]
    fn a_built_in_name_with_another_carrier_is_refused_as_invalid() {
        for name in ["text_map", "http_headers", "binary"] {
            assert!(InjectCarrier::named(name, &mut 0_u8).refuse().is_invalid_carrier());
            assert!(ExtractCarrier::named(name, &0_u8).refuse().is_invalid_carrier());
        }
        assert!(InjectCarrier::named("mine", &mut 0_u8).refuse().is_unsupported_format());
        assert!(ExtractCarrier::named("mine", &0_u8).refuse().is_unsupported_format());
        assert!(ExtractCarrier::Binary(b"").refuse().is_unsupported_format());
    }
}

//! The formats that OpenTracing names, and those that only a tracer's own codecs know.

use std::any::Any;
use std::fmt;

use super::carrier::{ExtractCarrier, InjectCarrier};
use super::infer::{InferExtract, InferInject};
use super::text_map::{TextMapReader, TextMapWriter};

pub(super) const TEXT_MAP: &str = "text_map";
pub(super) const HTTP_HEADERS: &str = "http_headers";
pub(super) const BINARY: &str = "binary";

pub(super) fn is_built_in(name: &str) -> bool {
    matches!(name, TEXT_MAP | HTTP_HEADERS | BINARY)
}

/// Pairs of any text, for instance the attributes of a message.
///
/// The text of a baggage item goes into such a carrier as it is. For what ends up in an HTTP header, use
/// [`HttpHeaders`], which encodes it.
///
/// # Examples
/// ```
/// use opentracing_core::{MockTracer, format};
/// use std::collections::BTreeMap;
///
/// let tracer = MockTracer::new().tracer();
/// let span = tracer.start_span("send");
/// let mut message = BTreeMap::new();
/// tracer.inject(&span, format::TextMap, &mut message)?;
/// assert_eq!(message["ot-tracer-sampled"], "true");
/// # Ok::<(), opentracing_core::InjectError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct TextMap;

/// Pairs that obey HTTP's rules for header fields: values are percent-encoded, keys match in any case.
///
/// # Examples
/// ```
/// use opentracing_core::{MockTracer, format};
/// use std::collections::HashMap;
///
/// let tracer = MockTracer::new().tracer();
/// let span = tracer.start_span("send");
/// span.set_baggage_item("user", "a b");
/// let mut headers = HashMap::new();
/// tracer.inject(&span, format::HttpHeaders, &mut headers)?;
/// assert_eq!(headers["ot-baggage-user"], "a%20b");
/// # Ok::<(), opentracing_core::InjectError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct HttpHeaders;

/// Bytes: injecting appends to a `Vec<u8>`, extracting reads from the start of a slice and ignores what follows.
///
/// # Examples
/// ```
/// use opentracing_core::{MockTracer, format};
///
/// let tracer = MockTracer::new().tracer();
/// let span = tracer.start_span("send");
/// let mut frame = Vec::new();
/// tracer.inject(&span, format::Binary, &mut frame)?;
/// assert_eq!(tracer.extract(format::Binary, &frame)?, Some(span.context()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Binary;

/// A format by its name: one that a codec was registered for, with whatever carrier that codec takes.
///
/// The names of the built-in formats (`text_map`, `http_headers`, `binary`) reach those; a carrier that does
/// not fit them is then an error at run time.
///
/// # Examples
/// ```
/// use opentracing_core::{Tracer, format};
///
/// let error = Tracer::noop().extract(format::Custom("postcard"), &0_u8).unwrap_err();
/// assert!(error.is_unsupported_format());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Custom(pub &'static str);

/// The format that the type of the carrier suggests; what `inject!` and `extract!` use when none is named.
///
/// # Examples
/// ```
/// use opentracing_core::{MockTracer, format};
///
/// let tracer = MockTracer::new().tracer();
/// assert_eq!(tracer.extract(format::Inferred, &[0_u8; 0])?, None);
/// # Ok::<(), opentracing_core::ExtractError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Inferred;

/// A format in which a context can be written into a `C`.
#[diagnostic::on_unimplemented(
    message = "no context can be injected into `{C}` with the format `{Self}`",
    note = "text formats write to a `TextMapWriter`, such as `HashMap<String, String>`; `Binary` appends to a `Vec<u8>`"
)]
pub trait InjectFormat<C: ?Sized> {
    /// Puts format and carrier together, for the tracer's codecs.
    fn inject_into<'c>(self, carrier: &'c mut C) -> InjectCarrier<'c>;
}

/// A format in which a context can be read from a `C`.
#[diagnostic::on_unimplemented(
    message = "no context can be extracted from `{C}` with the format `{Self}`",
    note = "text formats read a `TextMapReader`, such as `HashMap<String, String>`; `Binary` reads bytes"
)]
pub trait ExtractFormat<C: ?Sized> {
    /// Puts format and carrier together, for the tracer's codecs.
    fn extract_from<'c>(self, carrier: &'c C) -> ExtractCarrier<'c>;
}

macro_rules! text_formats {
    ($($format:ident),*) => {$(
        impl<C: TextMapWriter> InjectFormat<C> for $format {
            fn inject_into<'c>(self, carrier: &'c mut C) -> InjectCarrier<'c> {
                InjectCarrier::$format(carrier)
            }
        }

        impl<C: TextMapReader> ExtractFormat<C> for $format {
            fn extract_from<'c>(self, carrier: &'c C) -> ExtractCarrier<'c> {
                ExtractCarrier::$format(carrier)
            }
        }

        impl<'d> InjectFormat<dyn TextMapWriter + 'd> for $format {
            fn inject_into<'c>(self, carrier: &'c mut (dyn TextMapWriter + 'd)) -> InjectCarrier<'c> {
                InjectCarrier::$format(carrier)
            }
        }

        impl<'d> ExtractFormat<dyn TextMapReader + 'd> for $format {
            fn extract_from<'c>(self, carrier: &'c (dyn TextMapReader + 'd)) -> ExtractCarrier<'c> {
                ExtractCarrier::$format(carrier)
            }
        }
    )*};
}
text_formats!(TextMap, HttpHeaders);

impl InjectFormat<Vec<u8>> for Binary {
    fn inject_into(self, carrier: &mut Vec<u8>) -> InjectCarrier<'_> {
        InjectCarrier::Binary(carrier)
    }
}

impl<C: AsRef<[u8]> + ?Sized> ExtractFormat<C> for Binary {
    fn extract_from<'c>(self, carrier: &'c C) -> ExtractCarrier<'c> {
        ExtractCarrier::Binary(carrier.as_ref())
    }
}

impl<C: Any> InjectFormat<C> for Custom {
    fn inject_into<'c>(self, carrier: &'c mut C) -> InjectCarrier<'c> {
        InjectCarrier::named(self.0, carrier)
    }
}

impl<C: Any> ExtractFormat<C> for Custom {
    fn extract_from<'c>(self, carrier: &'c C) -> ExtractCarrier<'c> {
        ExtractCarrier::named(self.0, carrier)
    }
}

impl<C: InferInject + ?Sized> InjectFormat<C> for Inferred {
    fn inject_into<'c>(self, carrier: &'c mut C) -> InjectCarrier<'c> {
        carrier.infer_inject()
    }
}

impl<C: InferExtract + ?Sized> ExtractFormat<C> for Inferred {
    fn extract_from<'c>(self, carrier: &'c C) -> ExtractCarrier<'c> {
        carrier.infer_extract()
    }
}

macro_rules! named {
    ($($format:ident = $name:expr),*) => {$(
        impl fmt::Display for $format {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad($name)
            }
        }
    )*};
}
named!(TextMap = TEXT_MAP, HttpHeaders = HTTP_HEADERS, Binary = BINARY);

impl fmt::Display for Custom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0)
    }
}

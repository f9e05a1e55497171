//! Which format a carrier means when none is named.

use std::collections::{BTreeMap, HashMap};
use std::hash::BuildHasher;

use super::carrier::{ExtractCarrier, InjectCarrier};

/// A carrier that says by its type in which format a context is written into it: `http::HeaderMap` means HTTP
/// headers, maps and lists of pairs mean a text map, a `Vec<u8>` means binary.
///
/// # Examples
/// ```
/// use opentracing_core::InferInject;
///
/// assert_eq!(Vec::<u8>::new().infer_inject().format_name(), "binary");
/// assert_eq!(Vec::<(String, String)>::new().infer_inject().format_name(), "text_map");
/// ```
#[diagnostic::on_unimplemented(
    message = "the format of the carrier `{Self}` is not known",
    label = "name one, as in `format: text_map => &mut carrier`"
)]
pub trait InferInject {
    /// Puts the carrier together with its format.
    fn infer_inject(&mut self) -> InjectCarrier<'_>;
}

/// A carrier that says by its type in which format a context is read from it; as [`InferInject`].
///
/// # Examples
/// ```
/// use opentracing_core::InferExtract;
///
/// assert_eq!(b"".infer_extract().format_name(), "binary");
/// assert_eq!([("key", "value")].infer_extract().format_name(), "text_map");
/// ```
#[diagnostic::on_unimplemented(
    message = "the format of the carrier `{Self}` is not known",
    label = "name one, as in `format: text_map => &carrier`"
)]
pub trait InferExtract {
    /// Puts the carrier together with its format.
    fn infer_extract(&self) -> ExtractCarrier<'_>;
}

macro_rules! text_maps {
    ($([$($generics:tt)*] $carrier:ty),* $(,)?) => {$(
        impl<$($generics)*> InferExtract for $carrier {
            fn infer_extract(&self) -> ExtractCarrier<'_> {
                ExtractCarrier::TextMap(self)
            }
        }
    )*};
}
text_maps!(
    [S: BuildHasher] HashMap<String, String, S>,
    [] BTreeMap<String, String>,
    [K: AsRef<str>, V: AsRef<[u8]>] Vec<(K, V)>,
    [K: AsRef<str>, V: AsRef<[u8]>, const N: usize] [(K, V); N],
    [K: AsRef<str>, V: AsRef<[u8]>] &[(K, V)],
);

impl<S: BuildHasher> InferInject for HashMap<String, String, S> {
    fn infer_inject(&mut self) -> InjectCarrier<'_> {
        InjectCarrier::TextMap(self)
    }
}

impl InferInject for BTreeMap<String, String> {
    fn infer_inject(&mut self) -> InjectCarrier<'_> {
        InjectCarrier::TextMap(self)
    }
}

impl<K: AsRef<str> + From<String>, V: From<String>> InferInject for Vec<(K, V)> {
    fn infer_inject(&mut self) -> InjectCarrier<'_> {
        InjectCarrier::TextMap(self)
    }
}

impl InferInject for Vec<u8> {
    fn infer_inject(&mut self) -> InjectCarrier<'_> {
        InjectCarrier::Binary(self)
    }
}

impl InferExtract for Vec<u8> {
    fn infer_extract(&self) -> ExtractCarrier<'_> {
        ExtractCarrier::Binary(self)
    }
}

impl InferExtract for [u8] {
    fn infer_extract(&self) -> ExtractCarrier<'_> {
        ExtractCarrier::Binary(self)
    }
}

impl<const N: usize> InferExtract for [u8; N] {
    fn infer_extract(&self) -> ExtractCarrier<'_> {
        ExtractCarrier::Binary(self)
    }
}

impl<C: InferInject + ?Sized> InferInject for &mut C {
    fn infer_inject(&mut self) -> InjectCarrier<'_> {
        (**self).infer_inject()
    }
}

impl<C: InferExtract + ?Sized> InferExtract for &C {
    fn infer_extract(&self) -> ExtractCarrier<'_> {
        (**self).infer_extract()
    }
}

impl<C: InferExtract + ?Sized> InferExtract for &mut C {
    fn infer_extract(&self) -> ExtractCarrier<'_> {
        (**self).infer_extract()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_means_what_it_refers_to() {
        let (mut map, mut bytes) = (HashMap::<String, String>::new(), Vec::<u8>::new());
        assert_eq!((&mut &mut map).infer_inject().format_name(), "text_map");
        assert_eq!((&mut &mut bytes).infer_inject().format_name(), "binary");
        assert_eq!((&&map).infer_extract().format_name(), "text_map");
        assert_eq!((&&mut bytes).infer_extract().format_name(), "binary");
        assert_eq!(bytes[..].infer_extract().format_name(), "binary");
        assert_eq!((&[("a", b"b")][..]).infer_extract().format_name(), "text_map");
    }

    #[cfg(feature = "http")]
    #[test]
    fn headers_mean_http() {
        let mut headers = http::HeaderMap::new();
        assert_eq!(headers.infer_inject().format_name(), "http_headers");
        assert_eq!(headers.infer_extract().format_name(), "http_headers");
    }
}

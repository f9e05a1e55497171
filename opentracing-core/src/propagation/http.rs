//! The headers of the `http` crate.

use std::ops::ControlFlow;

use http::header::{HeaderMap, HeaderName, HeaderValue};

use super::carrier::{ExtractCarrier, InjectCarrier};
use super::infer::{InferExtract, InferInject};
use super::text_map::{Refused, TextMapReader, TextMapWriter};

impl TextMapReader for HeaderMap {
    fn try_for_each<'a>(
        &'a self,
        visit: &mut dyn FnMut(&'a str, &'a [u8]) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        self.iter().try_for_each(|(name, value)| visit(name.as_str(), value.as_bytes()))
    }
}

impl TextMapWriter for HeaderMap {
    fn set(&mut self, key: &str, value: &str) -> Result<(), Refused> {
        let name = HeaderName::from_bytes(key.as_bytes()).map_err(|_| Refused)?;
        let value = HeaderValue::from_bytes(value.as_bytes()).map_err(|_| Refused)?;
        // A map has a largest size, and `insert` panics beyond it.
        self.try_insert(name, value).map(drop).map_err(|_| Refused)
    }

    fn remove(&mut self, key: &str) {
        HeaderMap::remove(self, key);
    }
}

impl InferInject for HeaderMap {
    fn infer_inject(&mut self) -> InjectCarrier<'_> {
        InjectCarrier::HttpHeaders(self)
    }
}

impl InferExtract for HeaderMap {
    fn infer_extract(&self) -> ExtractCarrier<'_> {
        ExtractCarrier::HttpHeaders(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_header_is_refused_and_the_map_unchanged() {
        let mut headers = HeaderMap::new();
        for (key, value) in [("a b", "1"), ("", "1"), ("ü", "1"), ("key", "a\r\nevil: 1"), ("key", "\0")] {
            assert_eq!(headers.set(key, value), Err(Refused), "{key:?}: {value:?}");
        }
        assert!(headers.is_empty());
    }

    #[test]
    fn setting_replaces_all_values_and_removing_takes_them_all() {
        let mut headers = HeaderMap::new();
        headers.append("key", HeaderValue::from_static("1"));
        headers.append("key", HeaderValue::from_static("2"));
        headers.set("Key", "3").unwrap();
        assert_eq!(headers.get_all("key").iter().collect::<Vec<_>>(), ["3"]);
        TextMapWriter::remove(&mut headers, "KEY");
        assert!(headers.is_empty());
    }

    #[test]
    fn every_value_is_read_as_bytes() {
        let mut headers = HeaderMap::new();
        headers.append("key", HeaderValue::from_static("1"));
        headers.append("key", HeaderValue::from_bytes(b"\xff").unwrap());
        let mut values = Vec::new();
        TextMapReader::for_each(&headers, &mut |_, value| values.push(value));
        assert_eq!(values, [&b"1"[..], b"\xff"]);
    }
}

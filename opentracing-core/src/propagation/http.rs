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

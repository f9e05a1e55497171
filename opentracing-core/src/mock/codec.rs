//! The mock's wire formats, and those that a test registers.

mod binary;
mod text;

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use self::text::Text;
use crate::context::SpanContext;
use crate::propagation::{Codec, ExtractCarrier, ExtractError, InjectCarrier, InjectError};

/// Codecs by the name of their format. One under a built-in name takes the place of the mock's own.
#[derive(Debug, Default)]
pub(super) struct Registry {
    codecs: RwLock<HashMap<String, Arc<dyn Codec>>>,
}

impl Registry {
    pub(super) fn register(&self, name: String, codec: Arc<dyn Codec>) {
        let replaced = self.codecs.write().unwrap_or_else(PoisonError::into_inner).insert(name, codec);
        // What a codec does when it is dropped happens here, where the lock is free.
        drop(replaced);
    }

    fn codec(&self, name: &str) -> Option<Arc<dyn Codec>> {
        self.codecs.read().unwrap_or_else(PoisonError::into_inner).get(name).map(Arc::clone)
    }

    pub(super) fn inject(
        &self,
        context: &SpanContext,
        carrier: InjectCarrier<'_>,
    ) -> Result<(), InjectError> {
        match self.codec(carrier.format_name()) {
            Some(codec) => codec.inject(context, carrier),
            None => inject(context, carrier),
        }
    }

    pub(super) fn extract(&self, carrier: ExtractCarrier<'_>) -> Result<Option<SpanContext>, ExtractError> {
        match self.codec(carrier.format_name()) {
            Some(codec) => codec.extract(carrier),
            None => extract(&carrier),
        }
    }
}

/// Writes a context into a carrier of a built-in format.
fn inject(context: &SpanContext, carrier: InjectCarrier<'_>) -> Result<(), InjectError> {
    let says_nothing = context.ids().is_none() && context.baggage().next().is_none();
    let format = carrier.format_name();
    let written = match carrier {
        InjectCarrier::Custom(..) => return Err(carrier.refuse()),
        _ if says_nothing => return Err(InjectError::invalid_span_context()),
        InjectCarrier::TextMap(carrier) => text::inject(context, carrier, Text::Plain),
        InjectCarrier::HttpHeaders(carrier) => text::inject(context, carrier, Text::Http),
        InjectCarrier::Binary(buffer) => {
            binary::inject(context, buffer);
            Ok(())
        }
    };
    written.map_err(|refused| InjectError::invalid_carrier(format).with_source(refused))
}

/// Reads a context from a carrier of a built-in format.
fn extract(carrier: &ExtractCarrier<'_>) -> Result<Option<SpanContext>, ExtractError> {
    match carrier {
        ExtractCarrier::TextMap(carrier) => text::extract(*carrier, Text::Plain),
        ExtractCarrier::HttpHeaders(carrier) => text::extract(*carrier, Text::Http),
        ExtractCarrier::Binary(bytes) => binary::extract(bytes),
        ExtractCarrier::Custom(..) => Err(carrier.refuse()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::SpanContextBuilder;
    use crate::id::{SpanId, TraceId};
    use std::collections::BTreeMap;

    const TRACE_ID: &str = "ot-tracer-traceid";
    const SPAN_ID: &str = "ot-tracer-spanid";
    const SAMPLED: &str = "ot-tracer-sampled";

    fn context() -> SpanContext {
        builder().baggage_item("Plus", "a b+c").baggage_item("y:z", "ü").build()
    }

    fn builder() -> SpanContextBuilder {
        SpanContext::builder().ids(TraceId::new(0xab).unwrap(), SpanId::new(1).unwrap()).sampled(true)
    }

    fn http(pairs: &[(&str, &str)]) -> Result<Option<SpanContext>, ExtractError> {
        extract(&ExtractCarrier::HttpHeaders(&pairs))
    }

    #[test]
    fn headers_have_the_names_of_pythons_mock_and_encoded_values() {
        let mut headers = BTreeMap::new();
        inject(&context(), InjectCarrier::HttpHeaders(&mut headers)).unwrap();
        let expected = [
            ("ot-baggage-plus", "a%20b%2Bc"),
            (SAMPLED, "true"),
            (SPAN_ID, "0000000000000001"),
            (TRACE_ID, "000000000000000000000000000000ab"),
        ];
        assert!(
            headers.iter().map(|(key, value)| (key.as_str(), value.as_str())).eq(expected),
            "{headers:?}"
        );
    }

    #[test]
    fn a_text_map_takes_any_text_as_it_is() {
        let mut map = BTreeMap::new();
        inject(&context(), InjectCarrier::TextMap(&mut map)).unwrap();
        assert_eq!(map["ot-baggage-plus"], "a b+c");
        let extracted = extract(&ExtractCarrier::TextMap(&map)).unwrap().unwrap();
        assert_eq!(extracted, context());
        assert_eq!(extracted.baggage().collect::<Vec<_>>(), [("plus", "a b+c"), ("y:z", "ü")]);
        assert!(extracted.is_remote());
    }

    #[test]
    fn of_two_baggage_keys_that_differ_in_case_the_last_in_order_is_written() {
        let mut map = BTreeMap::new();
        let context = builder().baggage_item("k", "lower").baggage_item("K", "upper").build();
        inject(&context, InjectCarrier::TextMap(&mut map)).unwrap();
        assert_eq!(map["ot-baggage-k"], "lower");
    }

    #[test]
    fn values_that_do_not_decode_are_kept_raw_and_a_plus_is_a_plus() {
        for (sent, read) in
            [("a+b", "a+b"), ("a%3Ab", "a:b"), ("100%", "100%"), ("%41%zz", "%41%zz"), ("%ff", "%ff")]
        {
            let context = http(&[("Ot-Baggage-K", sent)]).unwrap().unwrap();
            assert_eq!(context.baggage_item("k"), Some(read));
        }
    }

    #[test]
    fn keys_match_in_any_case_and_the_last_one_wins() {
        let context = http(&[
            ("Ot-Tracer-TraceId", "1"),
            ("OT-TRACER-SPANID", "2"),
            ("ot-tracer-traceid", "Ff"),
            ("ot-tracer-sampled", "0"),
        ]);
        let context = context.unwrap().unwrap();
        assert_eq!(context.ids(), TraceId::new(255).zip(SpanId::new(2)));
        assert_eq!(context.sampling_decision(), Some(false));
    }

    #[test]
    fn carriers_without_a_context_give_none() {
        assert!(http(&[]).unwrap().is_none());
        assert!(http(&[("foobag", "1"), ("ot-baggage", "1"), ("ot-baggage-", "1")]).unwrap().is_none());
        assert!(extract(&ExtractCarrier::Binary(&[])).unwrap().is_none());
    }

    #[test]
    fn half_a_context_and_bad_digits_are_corrupted_and_the_key_is_named() {
        let cases: [(&[(&str, &str)], &str); 7] = [
            (&[(TRACE_ID, "1")], SPAN_ID),
            (&[(TRACE_ID, "1"), ("OT-Tracer-TraceId", "2")], SPAN_ID),
            (&[(SPAN_ID, "1")], TRACE_ID),
            (&[(TRACE_ID, "+1"), (SPAN_ID, "1")], TRACE_ID),
            (&[(TRACE_ID, "1"), (SPAN_ID, "0")], SPAN_ID),
            (&[(TRACE_ID, "1"), (SPAN_ID, "12345678901234567")], SPAN_ID),
            (&[(TRACE_ID, "1"), (SPAN_ID, "1"), (SAMPLED, "maybe")], SAMPLED),
        ];
        for (pairs, key) in cases {
            let error = http(pairs).unwrap_err();
            assert!(error.is_corrupted());
            assert!(error.to_string().starts_with(key), "{error}");
        }
    }

    #[test]
    fn a_context_with_baggage_only_travels_and_an_empty_one_is_refused() {
        let baggage = SpanContext::builder().baggage_item("k", "v").build();
        let mut map = BTreeMap::new();
        inject(&baggage, InjectCarrier::TextMap(&mut map)).unwrap();
        assert_eq!(map.len(), 1);
        let extracted = extract(&ExtractCarrier::TextMap(&map)).unwrap().unwrap();
        assert_eq!((extracted.ids(), extracted.baggage_item("k")), (None, Some("v")));

        let mut untouched = Vec::new();
        let error = inject(&SpanContext::default(), InjectCarrier::Binary(&mut untouched)).unwrap_err();
        assert!(error.is_invalid_span_context() && untouched.is_empty());
    }

    #[test]
    fn binary_is_appended_and_what_follows_it_is_ignored() {
        for context in [context(), SpanContext::builder().baggage_item("k", "").build()] {
            let mut buffer = b"before".to_vec();
            inject(&context, InjectCarrier::Binary(&mut buffer)).unwrap();
            buffer.extend_from_slice(b"after");
            let extracted = extract(&ExtractCarrier::Binary(&buffer[6..])).unwrap().unwrap();
            assert_eq!(extracted, context);
            assert!(extracted.baggage().eq(context.baggage()));
        }
    }

    #[test]
    fn every_truncated_binary_context_is_corrupted() {
        let mut buffer = Vec::new();
        inject(&context(), InjectCarrier::Binary(&mut buffer)).unwrap();
        for length in 1..buffer.len() {
            assert!(
                extract(&ExtractCarrier::Binary(&buffer[..length])).unwrap_err().is_corrupted(),
                "{length}"
            );
        }
        assert!(extract(&ExtractCarrier::Binary(b"AG90AQEB")).unwrap_err().is_corrupted());
    }

    #[test]
    fn a_length_beyond_the_buffer_is_corrupted() {
        let mut buffer = Vec::new();
        inject(&builder().build(), InjectCarrier::Binary(&mut buffer)).unwrap();
        let count = buffer.len() - 8;
        buffer[count..].fill(0xff);
        buffer.extend_from_slice(&[0xff; 16]);
        assert!(extract(&ExtractCarrier::Binary(&buffer)).unwrap_err().is_corrupted());
    }
}

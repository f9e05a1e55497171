//! Formats, carriers and log fields.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use crate::conformance::capability::Capability::{
    Baggage, BinaryPropagation, Identity, Inspection, TextPropagation,
};
use crate::conformance::case::{Case, baggage};
use crate::conformance::row::Row;
use crate::conformance::subject::{TextCarrier, TextFormat};
use crate::fields;
use crate::fields::Field;
use crate::propagation::{Refused, TextMapReader, TextMapWriter, format};
use crate::tag::TagValue;

pub(super) const ROWS: &[Row] = &[
    Row::new("CA1", "BuiltinFormat toString", format_names),
    Row::new("CA2", "TextMapExtractAdapter, TextMapInjectAdapter", text_map_adapters),
    Row::new("CA3", "BinaryAdapters", binary_adapters).needing(&[Identity, BinaryPropagation]).stating(7),
    Row::new("CA4", "TextMapCarrierInject, -Extract", among_unrelated).needing(&[Identity, TextPropagation]),
    Row::new("CA5", "HTTPHeaderInject, -Extract", canonical_headers).needing(&[Identity, TextPropagation]),
    Row::new("CA6", "second inject", second_inject).needing(&[Identity, Baggage, TextPropagation]),
    Row::new("LF1", "TestFieldString", field_text),
    Row::new("LF2", "NoopDoesNotMarshal", nothing_is_no_field).needing(&[Inspection]),
    Row::new("LF3", "InterleavedKVToFields", field_types).needing(&[Inspection]),
];

fn format_names(_: &Case<'_>) {
    let names = [format::TextMap.to_string(), format::HttpHeaders.to_string(), format::Binary.to_string()];
    assert_eq!(names, ["text_map", "http_headers", "binary"]);
    assert_eq!(format::Custom("mine").to_string(), "mine");
}

fn text_map_adapters(_: &Case<'_>) {
    let mut read = Vec::new();
    [("key", "value")].for_each(&mut |key, value| read.push((key.to_owned(), value.to_vec())));
    assert_eq!(read, [("key".to_owned(), b"value".to_vec())]);
    let mut wider: Vec<(String, Vec<u8>)> = vec![("other".to_owned(), vec![0xff])];
    wider.set("key", "value").expect("a list holds anything");
    assert_eq!(wider, [("other".to_owned(), vec![0xff]), ("key".to_owned(), b"value".to_vec())]);
}

fn binary_adapters(case: &Case<'_>) {
    let context = case.span("op").context();
    let alone = case.injected_binary(&context);
    let mut buffer = vec![1, 2, 3];
    case.inject_binary(&context, &mut buffer).expect("a built-in format");
    assert_eq!(buffer[..3], [1, 2, 3], "what was there stays");
    assert_eq!(buffer[3..], alone, "an injection is appended");
    let extracted = case.extract_binary(&buffer[3..]).expect("not garbled");
    assert_eq!(extracted, Some(context));
    for length in 1..alone.len() {
        let extracted = case.extract_binary(&alone[..length]);
        assert!(!matches!(extracted, Ok(Some(_))), "{length} bytes of {} are no context", alone.len());
    }
}

fn among_unrelated(case: &Case<'_>) {
    let context = case.span("op").context();
    let unrelated = [("NotOT", "blah"), ("opname", "AlsoNotOT")].map(|(k, v)| (k.to_owned(), v.to_owned()));
    for format in TextFormat::BOTH {
        let alone = case.injected(format, &context);
        let mut carrier = TextCarrier::from(unrelated.clone());
        case.inject_text(format, &context, &mut carrier).expect("a built-in format");
        assert_eq!(carrier[..2], unrelated, "entries of others stay");
        assert_eq!(carrier[2..], alone, "each key is written once");
        assert_eq!(case.extracted(format, &carrier), context);
    }
}

/// A map that writes its keys as Go's headers do: `Like-This`.
#[derive(Default)]
struct Canonical(BTreeMap<String, String>);

impl TextMapReader for Canonical {
    fn try_for_each<'a>(
        &'a self,
        visit: &mut dyn FnMut(&'a str, &'a [u8]) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        self.0.iter().try_for_each(|(key, value)| visit(key, value.as_bytes()))
    }
}

impl TextMapWriter for Canonical {
    fn set(&mut self, key: &str, value: &str) -> Result<(), Refused> {
        let mut after_dash = true;
        let case = |c: char| {
            let canonical = if after_dash { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() };
            after_dash = c == '-';
            canonical
        };
        self.0.insert(key.chars().map(case).collect(), value.to_owned());
        Ok(())
    }
}

fn canonical_headers(case: &Case<'_>) {
    let span = case.span("op");
    let mut headers = Canonical::default();
    headers.set("NotOT", "blah").expect("this map refuses nothing");
    case.tracer().inject(&span, format::HttpHeaders, &mut headers).expect("a built-in format");
    assert_eq!(headers.0["Notot"], "blah");
    assert!(headers.0.len() > 1, "nothing was injected");
    let extracted = case.tracer().extract(format::HttpHeaders, &headers).expect("not garbled");
    assert_eq!(extracted, Some(span.context()));
}

fn second_inject(case: &Case<'_>) {
    let (first, second) = (case.span("first"), case.span("second"));
    first.set_baggage_item("b1", "left over");
    let mut carrier = case.injected(TextFormat::TextMap, &first.context());
    case.inject_text(TextFormat::TextMap, &second.context(), &mut carrier).expect("a built-in format");
    let extracted = case.extracted(TextFormat::TextMap, &carrier);
    assert_eq!(extracted.ids(), second.context().ids(), "the second injection replaces the first");
    // The first's baggage may stay: not every carrier can remove a key, and nobody knows whose it is.
    assert!(baggage(&extracted).iter().all(|item| *item == ("b1", "left over")));
}

fn field_text(_: &Case<'_>) {
    assert_eq!(Field::new("key", "value").to_string(), "key:value");
    assert_eq!(Field::new("key", true).to_string(), "key:true");
    assert_eq!(Field::new("key", 5).to_string(), "key:5");
    assert_eq!(Field::new(fields::ERROR_OBJECT, "err msg").to_string(), "error.object:err msg");
    assert_eq!(Field::new(fields::EVENT, "test").to_string(), "event:test");
    assert_eq!(Field::new(fields::MESSAGE, "test2").to_string(), "message:test2");
}

fn nothing_is_no_field(case: &Case<'_>) {
    let span = case.span("op");
    span.log(fields![absent = None::<&str>, present = Some("x"), error.object = None::<String>]);
    case.finish(&span);
    assert_eq!(case.one("op").logs[0].fields, [("present".to_owned(), "x".into())]);
}

fn field_types(case: &Case<'_>) {
    let span = case.span("op");
    span.log(fields![
        bool = true,
        i8 = i8::MIN,
        i16 = i16::MIN,
        i32 = i32::MIN,
        i64 = i64::MIN,
        u8 = u8::MAX,
        u16 = u16::MAX,
        u32 = u32::MAX,
        u64 = u64::MAX,
        f32 = 0.5_f32,
        f64 = f64::MAX,
        nan = f64::NAN,
        char = 'x',
        text = "text",
        string = String::from("string"),
        bytes = [1_u8, 2],
    ]);
    case.finish(&span);
    let log = case.one("op").logs.remove(0);
    let field = |key: &str| log.field(key).expect("the field was given").clone();
    assert_eq!(field("bool"), true);
    let signed = [i64::from(i8::MIN), i64::from(i16::MIN), i64::from(i32::MIN), i64::MIN];
    assert_eq!(["i8", "i16", "i32", "i64"].map(field), signed.map(TagValue::I64));
    let unsigned = [u64::from(u8::MAX), u64::from(u16::MAX), u64::from(u32::MAX), u64::MAX];
    assert_eq!(["u8", "u16", "u32", "u64"].map(field), unsigned.map(TagValue::U64));
    assert_eq!(["f32", "f64"].map(field), [0.5, f64::MAX].map(TagValue::F64));
    assert!(matches!(field("nan"), TagValue::F64(value) if value.is_nan()), "NaN is kept");
    assert_eq!(["char", "text", "string"].map(|key| field(key).to_string()), ["x", "text", "string"]);
    assert!(matches!(field("bytes"), TagValue::Bytes(bytes) if *bytes == [1, 2]));
}

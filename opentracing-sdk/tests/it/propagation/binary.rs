//! The binary form of Jaeger's clients.

use opentracing_core::{ExtractCarrier, InjectCarrier, SpanContext};

use super::{Extracted, baggage, context, decoding_errors, fields, items_dropped, jaeger, w3c};

/// Trace 463ac35c9f6413ad48485a3953bb6124, span 2, parent 1, flags 1, {foo: bar}; verified with Python's client.
const VECTOR: &str =
    "463ac35c9f6413ad48485a3953bb612400000000000000020000000000000001010000000100000003666f6f00000003626172";

/// Where the number of items is, and where the length of the first key.
const COUNT: usize = 33;
const KEY_LENGTH: usize = 37;

fn vector() -> Vec<u8> {
    let digits: Vec<_> =
        VECTOR.chars().map(|digit| u8::try_from(digit.to_digit(16).unwrap()).unwrap()).collect();
    digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

fn read(bytes: &[u8]) -> Extracted {
    jaeger().extract(ExtractCarrier::Binary(bytes))
}

fn written(context: &SpanContext) -> Vec<u8> {
    let mut buffer = Vec::new();
    jaeger().inject(context, InjectCarrier::Binary(&mut buffer)).unwrap();
    buffer
}

fn with_number(at: usize, number: i32) -> Vec<u8> {
    let mut bytes = vector();
    bytes[at..at + 4].copy_from_slice(&number.to_be_bytes());
    bytes
}

#[test]
fn the_vector_of_pythons_client_is_read_and_written() {
    let context = read(&vector()).unwrap().unwrap();
    assert_eq!(fields(&context), (0x463a_c35c_9f64_13ad_4848_5a39_53bb_6124, 2, 1, 1));
    assert_eq!(baggage(&context), [("foo", "bar")]);
    assert!(context.is_remote());
    assert_eq!(written(&context), vector());
}

#[test]
fn it_is_there_whichever_headers_are_used() {
    let mut buffer = Vec::new();
    w3c().inject(&context(1, 2).build(), InjectCarrier::Binary(&mut buffer)).unwrap();
    assert_eq!(buffer.len(), KEY_LENGTH);
}

#[test]
fn writing_appends_and_reading_leaves_what_follows_alone() {
    let mut buffer = b"before".to_vec();
    let context = context(1, 2).flags(0xff).baggage_item("Key", "a\r\nb").build();
    jaeger().inject(&context, InjectCarrier::Binary(&mut buffer)).unwrap();
    assert!(buffer.starts_with(b"before"));
    buffer.extend_from_slice(b"after");
    let read = read(&buffer[6..]).unwrap().unwrap();
    assert_eq!((fields(&read), baggage(&read)), ((1, 2, 0, 0xff), vec![("Key", "a\r\nb")]));
}

#[test]
fn nothing_is_no_context_and_zero_ids_are_none() {
    assert_eq!(read(&[]).unwrap(), None);
    assert_eq!(read(&[0; KEY_LENGTH]).unwrap(), None);
    for ids in [0..16, 16..24] {
        let mut bytes = vector();
        bytes[ids].fill(0);
        let context = read(&bytes).unwrap().unwrap();
        assert_eq!(
            (context.ids(), context.sampling_decision(), baggage(&context)),
            (None, None, vec![("foo", "bar")])
        );
    }
}

#[test]
fn baggage_without_a_span_travels() {
    let context = SpanContext::builder().baggage_item("k", "v").build();
    assert_eq!(read(&written(&context)).unwrap().unwrap(), context);
}

#[test]
fn what_is_truncated_is_corrupted_and_counted() {
    let (propagators, bytes) = (jaeger(), vector());
    for length in 1..bytes.len() {
        let error = propagators.extract(ExtractCarrier::Binary(&bytes[..length])).unwrap_err();
        assert!(error.is_corrupted(), "{length}");
    }
    assert_eq!(decoding_errors(&propagators), bytes.len() as u64 - 1);
}

#[test]
fn text_is_corrupted() {
    let base64 = b"RjrDXJ9kE61ISFo5U7thJAAAAAAAAAACAAAAAAAAAAEBAAAAAQAAAANmb28AAAADYmFy";
    for junk in [&base64[..], b"\x01\x02\x03", b"uber-trace-id", &[0xff; 100]] {
        assert!(read(junk).unwrap_err().is_corrupted());
    }
}

#[test]
fn lengths_that_lie_are_corrupted_and_cost_nothing() {
    for length in [-1, i32::MIN, 4, 1000, i32::MAX] {
        assert!(read(&with_number(KEY_LENGTH, length)).unwrap_err().is_corrupted(), "key of {length}");
        assert!(read(&with_number(KEY_LENGTH + 7, length)).unwrap_err().is_corrupted(), "value of {length}");
    }
    for count in [-1, i32::MIN, 2, 180, 181, i32::MAX] {
        assert!(read(&with_number(COUNT, count)).unwrap_err().is_corrupted(), "{count} items");
    }
}

/// A context with these items, written by hand.
fn items<'a>(items: impl IntoIterator<Item = (&'a [u8], &'a [u8])>) -> Vec<u8> {
    let (mut bytes, mut count) = (vector(), 0_i32);
    bytes.truncate(KEY_LENGTH);
    for text in items.into_iter().flat_map(|(key, value)| [key, value]) {
        count += 1;
        bytes.extend_from_slice(&i32::try_from(text.len()).unwrap().to_be_bytes());
        bytes.extend_from_slice(text);
    }
    bytes[COUNT..KEY_LENGTH].copy_from_slice(&(count / 2).to_be_bytes());
    bytes
}

#[test]
fn the_limits_of_the_format_are_part_of_it() {
    let text = vec![b'x'; 4096];
    assert!(read(&items([(&text[1..], &b"v"[..])])).is_ok());
    assert!(read(&items([(&text[..], &b"v"[..])])).unwrap_err().is_corrupted());
    assert!(read(&items((0..180).map(|_| (&b"k"[..], &b"v"[..])))).is_ok());
    assert!(read(&items((0..181).map(|_| (&b"k"[..], &b"v"[..])))).unwrap_err().is_corrupted());
}

#[test]
fn the_limits_of_the_tracer_come_on_top_and_the_ids_stay() {
    let propagators = jaeger();
    let keys: Vec<_> = (0..180).map(|key| format!("{key:03}")).collect();
    let bytes = items(keys.iter().map(|key| (key.as_bytes(), &b"v"[..])));
    let context = propagators.extract(ExtractCarrier::Binary(&bytes)).unwrap().unwrap();
    assert_eq!((context.baggage().count(), items_dropped(&propagators)), (64, 116));
    assert!(context.ids().is_some());
}

#[test]
fn a_value_that_ends_inside_a_character_is_cut_and_other_bytes_are_corrupted() {
    let cut = read(&items([(&b"k"[..], &"aü".as_bytes()[..2])])).unwrap().unwrap();
    assert_eq!(cut.baggage_item("k"), Some("a"));
    assert!(read(&items([(&b"k"[..], &b"a\xffb"[..])])).unwrap_err().is_corrupted());
    assert!(read(&items([(&b"\xff"[..], &b"v"[..])])).unwrap_err().is_corrupted());
}

#[test]
fn an_item_beyond_the_limits_is_not_written() {
    let propagators = jaeger();
    let long = "v".repeat(4096);
    let context = context(1, 1).baggage_item("long", long).baggage_item("short", "v").build();
    let mut buffer = Vec::new();
    propagators.inject(&context, InjectCarrier::Binary(&mut buffer)).unwrap();
    assert_eq!(baggage(&read(&buffer).unwrap().unwrap()), [("short", "v")]);
    assert_eq!(items_dropped(&propagators), 1);
}

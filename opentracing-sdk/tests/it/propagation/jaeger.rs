//! `uber-trace-id` and `jaeger-debug-id`. The vectors are those of the Go, Python and Java clients' own tests.

use opentracing_core::{SpanContext, SpanId, TraceId};
use opentracing_sdk::propagation::JaegerHeaders;

use super::{context, decoding_errors, fields, from_http, from_text_map, jaeger, to_http};

fn read(value: &str) -> SpanContext {
    from_http(&jaeger(), &[("uber-trace-id", value)]).unwrap().unwrap()
}

fn written(context: &SpanContext) -> String {
    to_http(&jaeger(), context).remove("uber-trace-id").unwrap()
}

#[test]
fn a_header_is_read_and_written_again_as_it_was() {
    for same in [
        "f6c385a2c57ed8d7:00b04a90b7723bdc:76c385a2c57ed8d7:1",
        "00000000000000020000000000000001:0000000000000003:0000000000000004:5",
        "023f352eaefd8b887a06732f5312e2de:0000000000000001:0:0",
        "ffffffffffffffffffffffffffffffff:ffffffffffffffff:ffffffffffffffff:81",
    ] {
        assert_eq!(written(&read(same)), same);
    }
}

#[test]
fn short_ids_and_either_case_are_read() {
    let vectors = [
        ("10000000000000001:1:1:1", (1 << 64 | 1, 1, 1, 1)),
        ("ff:dd:cc:4", (255, 221, 204, 4)),
        ("100000000000000ff:dd:cc:4", (1 << 64 | 255, 221, 204, 4)),
        ("100:7f:0:1", (256, 127, 0, 1)),
        ("ffffffffffffffffffffffffffffffff:7f:100:0", (u128::MAX, 127, 256, 0)),
        ("FF:Ff:0:1", (255, 255, 0, 1)),
        ("1:1:0000000000000000:1", (1, 1, 0, 1)),
        ("1:a2fb4a1d1a96d3:0:1", (1, 0xa2_fb4a_1d1a_96d3, 0, 1)),
    ];
    for (value, expected) in vectors {
        assert_eq!(fields(&read(value)), expected, "{value}");
    }
}

#[test]
fn flags_are_hex_and_all_bits_are_kept() {
    assert_eq!(fields(&read("1:1:1:10")).3, 16);
    assert_eq!(fields(&read("1:1:1:ff")).3, 255);
    assert_eq!(fields(&read("1:1:1:0b")).3, 11);
    let debug = read("1:1:1:3");
    assert!(debug.is_sampled() && debug.is_debug() && debug.is_remote());
    let unsampled = read("1:1:1:8");
    assert_eq!(unsampled.sampling_decision(), Some(false));
    assert!(written(&unsampled).ends_with(":8"));
}

#[test]
fn ids_are_written_padded_and_no_parent_as_one_zero() {
    let ids = TraceId::new((255 << 64) | 255).unwrap();
    let context = SpanContext::builder().ids(ids, SpanId::new(1).unwrap()).flags(0).parent_id(SpanId::new(1));
    assert_eq!(
        written(&context.build()),
        "00000000000000ff00000000000000ff:0000000000000001:0000000000000001:0"
    );
    assert_eq!(written(&super::context(0x2a, 1).build()), "000000000000002a:0000000000000001:0:1");
}

#[test]
fn garbled_contexts_are_corrupted_counted_and_named() {
    let long_trace_id = format!("{}:1:1:1", "1".repeat(33));
    let long_span_id = format!("1:{}:1:1", "1".repeat(17));
    let long_parent_id = format!("1:1:{}:1", "1".repeat(17));
    let long_flags = format!("1:1:1:{}", "0".repeat(17));
    let garbled = [
        "",
        "abcd",
        "x:1:1:1",
        "1:x:1:1",
        "1:1:x:1",
        "1:1:1:x",
        "1:1:1",
        "1:1:1:1:1",
        "1:1::1",
        ":1:1:1",
        "1:1:1:",
        "-1:1:0:1",
        "+1:1:0:1",
        "1:1:-1:1",
        "1:1:1:-1",
        "1:1:1:+1",
        "1:1:1:100",
        " 1:1:1:1",
        "1:1:1:1 ",
        "0x1:1:1:1",
        "01234_67890123456789012345678901:1:1:1",
        ":ff:ff:ff",
        "x.x.x.x",
        "1:1:1:1\r\n",
        "é:1:1:1",
        &long_trace_id,
        &long_span_id,
        &long_parent_id,
        &long_flags,
    ];
    let propagators = jaeger();
    for (count, value) in (1..).zip(garbled) {
        for extracted in [
            from_http(&jaeger(), &[("Uber-Trace-Id", value)]),
            from_text_map(&propagators, &[("uber-trace-id", value)]),
        ] {
            let error = extracted.unwrap_err();
            assert!(error.is_corrupted());
            assert!(error.to_string().starts_with("uber-trace-id=\""), "{error}");
            assert!(!error.to_string().contains(['\r', '\n']));
        }
        assert_eq!(decoding_errors(&propagators), count, "{value:?}");
    }
}

#[test]
fn a_zero_id_means_no_ids() {
    for value in ["0:1:1:1", "1:0:1:1", "00000000000000000000000000000000:0:0:3"] {
        let propagators = jaeger();
        assert_eq!(from_http(&propagators, &[("uber-trace-id", value)]).unwrap(), None, "{value}");
        let others = [("uber-trace-id", value), ("uberctx-k", "v"), ("jaeger-debug-id", "d")];
        let others = from_http(&propagators, &others).unwrap().unwrap();
        assert_eq!((others.ids(), others.baggage_item("k"), others.debug_id()), (None, Some("v"), Some("d")));
        assert_eq!(others.sampling_decision(), None);
        assert_eq!(decoding_errors(&propagators), 0);
    }
}

#[test]
fn http_values_are_percent_decoded_and_never_encoded() {
    let context = read("2a%3A1%3a0%3A1");
    assert_eq!(fields(&context), (0x2a, 1, 0, 1));
    assert_eq!(written(&context), "000000000000002a:0000000000000001:0:1");
    assert_eq!(fields(&read("%31%3A%32%3A%33%3A%34")), (1, 2, 3, 4));
    for garbled in ["1%3A1%3A1%3A1%", "1%zz1:1:1", "1%3A1%3A1%3A%ff", &"%30".repeat(1000)] {
        assert!(from_http(&jaeger(), &[("uber-trace-id", garbled)]).unwrap_err().is_corrupted(), "{garbled}");
    }
    assert!(from_text_map(&jaeger(), &[("uber-trace-id", "2a%3A1%3A0%3A1")]).unwrap_err().is_corrupted());
}

#[test]
fn the_last_of_several_headers_wins() {
    let headers = [("uber-trace-id", "1:1:1:1"), ("Uber-Trace-ID", "2:2:2:0")];
    assert_eq!(fields(&from_http(&jaeger(), &headers).unwrap().unwrap()), (2, 2, 2, 0));
}

#[test]
fn carriers_without_a_context_give_none() {
    for headers in
        [&[][..], &[("host", "a"), ("x-uber-trace-id", "1:1:1:1"), ("uberctx", "1"), ("uberctx-", "1")]]
    {
        assert_eq!(from_http(&jaeger(), headers).unwrap(), None);
        assert_eq!(from_text_map(&jaeger(), headers).unwrap(), None);
    }
}

#[test]
fn a_debug_id_counts_only_without_a_trace_and_decides_nothing_itself() {
    let alone = from_http(&jaeger(), &[("Jaeger-Debug-Id", "a+b%21")]).unwrap().unwrap();
    assert_eq!((alone.ids(), alone.debug_id(), alone.sampling_decision()), (None, Some("a b!"), None));
    let plain = from_text_map(&jaeger(), &[("jaeger-debug-id", "a+b%21")]).unwrap().unwrap();
    assert_eq!(plain.debug_id(), Some("a+b%21"));
    let headers = [("jaeger-debug-id", "a"), ("uber-trace-id", "1:1:0:0")];
    let traced = from_http(&jaeger(), &headers).unwrap().unwrap();
    assert_eq!((traced.debug_id(), traced.is_debug()), (None, false));
}

#[test]
fn a_debug_id_that_is_too_long_is_dropped_and_counted() {
    let propagators = jaeger();
    let (fits, too_long) = ("d".repeat(4096), "d".repeat(4097));
    assert!(from_http(&propagators, &[("jaeger-debug-id", &fits)]).unwrap().is_some());
    assert_eq!(propagators.stats().debug_ids_dropped, 0);
    assert_eq!(from_http(&propagators, &[("jaeger-debug-id", &too_long)]).unwrap(), None);
    assert_eq!(propagators.stats().debug_ids_dropped, 1);
}

#[test]
fn the_names_of_all_headers_can_be_set() {
    let names = JaegerHeaders {
        trace_id: "X-Trace".to_owned(),
        baggage_prefix: "X-Bag-".to_owned(),
        baggage: "X-Baggage".to_owned(),
        debug_id: "X-Debug".to_owned(),
    };
    let propagators = jaeger().with_jaeger_headers(names);
    let headers = to_http(&propagators, &context(1, 2).baggage_item("k", "v").build());
    assert_eq!(headers.into_keys().collect::<Vec<_>>(), ["X-Bag-k", "X-Trace"]);
    let read = from_http(&propagators, &[("x-baggage", "a=1"), ("x-bag-b", "2"), ("x-debug", "3")])
        .unwrap()
        .unwrap();
    assert_eq!((super::baggage(&read), read.debug_id()), (vec![("a", "1"), ("b", "2")], Some("3")));
    assert_eq!(from_http(&propagators, &[("uber-trace-id", "1:1:1:1")]).unwrap(), None);
}

//! `traceparent`: the cases of W3C's conformance suite, and those other libraries got wrong.

use super::{context, decoding_errors, fields, from_http, from_text_map, to_http, w3c};

const TRACE_ID: u128 = 0x1234_5678_9012_3456_7890_1234_5678_9012;
const SPAN_ID: u64 = 0x1234_5678_9012_3456;
const VALID: &str = "00-12345678901234567890123456789012-1234567890123456-01";

#[test]
fn a_header_is_read_and_written() {
    let context = from_http(&w3c(), &[("traceparent", VALID)]).unwrap().unwrap();
    assert_eq!(fields(&context), (TRACE_ID, SPAN_ID, 0, 1));
    assert!(context.is_remote());
    assert_eq!(to_http(&w3c(), &context)["traceparent"], VALID);
}

#[test]
fn an_unsampled_context_stays_unsampled() {
    let zero_high = "00-00000000000000000000000000000001-0000000000000002-00";
    let context = from_http(&w3c(), &[("traceparent", zero_high)]).unwrap().unwrap();
    assert_eq!((fields(&context), context.sampling_decision()), ((1, 2, 0, 0), Some(false)));
    assert_eq!(to_http(&w3c(), &context)["traceparent"], zero_high);
}

#[test]
fn a_low_half_of_a_trace_id_may_be_zero_or_one() {
    let context = context(0xc281_c279_76c8_5681_0000_0000_0000_0001, 2).sampled(false).build();
    let header = "00-c281c27976c856810000000000000001-0000000000000002-00";
    assert_eq!(to_http(&w3c(), &context)["traceparent"], header);
    let low_zero = [("traceparent", "00-c281c27976c856810000000000000000-0000000000000002-00")];
    assert!(from_http(&w3c(), &low_zero).unwrap().is_some());
}

#[test]
fn bytes_of_flags_are_not_copied_between_formats() {
    for (flags, bits) in [("02", 0), ("03", 1), ("ff", 1), ("fe", 0)] {
        let header = format!("{}{flags}", &VALID[..53]);
        let context = from_http(&w3c(), &[("traceparent", &header)]).unwrap().unwrap();
        assert_eq!((context.flags().bits(), context.is_debug()), (bits, false), "{flags}");
    }
    let debug = context(1, 1).flags(0b1011).build();
    assert!(to_http(&w3c(), &debug)["traceparent"].ends_with("-01"));
}

#[test]
fn the_name_matches_in_any_case_but_is_no_other_name() {
    for name in ["TraceParent", "TrAcEpArEnT", "TRACEPARENT"] {
        assert!(from_http(&w3c(), &[(name, VALID)]).unwrap().is_some());
        assert!(from_text_map(&w3c(), &[(name, VALID)]).unwrap().is_some());
    }
    for name in ["trace-parent", "trace.parent", "traceparent2", "x-traceparent"] {
        assert_eq!(from_http(&w3c(), &[(name, VALID)]).unwrap(), None);
    }
}

#[test]
fn later_versions_are_read_as_far_as_they_are_known() {
    let later = "cc-12345678901234567890123456789012-1234567890123456-01";
    for rest in ["", "-", "-what-the-future-will-be-like", "-1.2.3"] {
        let context = from_http(&w3c(), &[("traceparent", &format!("{later}{rest}"))]).unwrap().unwrap();
        assert_eq!(fields(&context), (TRACE_ID, SPAN_ID, 0, 1), "{rest:?}");
    }
    for garbled in
        [format!("{later}.what-the-future-will-not-be-like"), format!("{later}1"), later[..54].to_owned()]
    {
        assert_eq!(from_http(&w3c(), &[("traceparent", &garbled)]).unwrap(), None, "{garbled}");
    }
}

#[test]
fn what_is_not_exact_is_ignored_and_counted() {
    let garbled = [
        "",
        " ",
        "00",
        "00-1-2-01",
        "00-+bf92f3577b34da6a3ce929d0e0e4736-+0f067aa0ba902b7-01",
        "00-12345678901234567890123456789012-1234567890123456-01-",
        "00-12345678901234567890123456789012-1234567890123456-01-what-the-future-will-be-like",
        "00-12345678901234567890123456789012-1234567890123456-01.",
        "ff-12345678901234567890123456789012-1234567890123456-01",
        "FF-12345678901234567890123456789012-1234567890123456-01",
        ".0-12345678901234567890123456789012-1234567890123456-01",
        "0.-12345678901234567890123456789012-1234567890123456-01",
        "000-12345678901234567890123456789012-1234567890123456-01",
        "0-12345678901234567890123456789012-1234567890123456-01",
        "00-00000000000000000000000000000000-1234567890123456-01",
        "00-.2345678901234567890123456789012-1234567890123456-01",
        "00-1234567890123456789012345678901.-1234567890123456-01",
        "00-ABCDEF78901234567890123456789012-1234567890123456-01",
        "00-123456789012345678901234567890123-1234567890123456-01",
        "00-1234567890123456789012345678901-1234567890123456-01",
        "00-12345678901234567890123456789012-0000000000000000-01",
        "00-12345678901234567890123456789012-.234567890123456-01",
        "00-12345678901234567890123456789012-123456789012345A-01",
        "00-12345678901234567890123456789012-12345678901234567-01",
        "00-12345678901234567890123456789012-123456789012345-01",
        "00-12345678901234567890123456789012-1234567890123456-.0",
        "00-12345678901234567890123456789012-1234567890123456-0.",
        "00-12345678901234567890123456789012-1234567890123456-0G",
        "00-12345678901234567890123456789012-1234567890123456-001",
        "00-12345678901234567890123456789012-1234567890123456-1",
        "00_12345678901234567890123456789012-1234567890123456-01",
        "00-12345678901234567890123456789012_1234567890123456-01",
        "00-12345678901234567890123456789012-1234567890123456_01",
        "00-1234567890123456789012345678901ü-1234567890123456-01",
    ];
    let propagators = w3c();
    for (count, value) in (1..).zip(garbled) {
        let headers = [("traceparent", value), ("tracestate", "foo=1")];
        assert_eq!(from_http(&propagators, &headers).unwrap(), None, "{value}");
        assert_eq!(decoding_errors(&propagators), count);
    }
}

#[test]
fn blanks_and_tabs_around_the_value_are_allowed() {
    for (before, after) in [(" ", ""), ("\t", ""), ("", " "), ("", "\t"), ("\t ", " \t")] {
        let padded = format!("{before}{VALID}{after}");
        assert!(from_http(&w3c(), &[("traceparent", &padded)]).unwrap().is_some(), "{padded:?}");
    }
    assert_eq!(from_http(&w3c(), &[("traceparent", &format!("{VALID}\n"))]).unwrap(), None);
}

#[test]
fn two_headers_make_both_void_even_if_they_agree() {
    let other = "00-12345678901234567890123456789011-1234567890123456-01";
    for second in [VALID, other, ""] {
        let headers = [("traceparent", VALID), ("TraceParent", second), ("tracestate", "foo=1")];
        assert_eq!(from_http(&w3c(), &headers).unwrap(), None);
    }
}

#[test]
fn a_garbled_context_leaves_the_baggage() {
    let headers = [("traceparent", "00-1-2-01"), ("baggage", "k=v")];
    let context = from_http(&w3c(), &headers).unwrap().unwrap();
    assert_eq!((context.ids(), context.baggage_item("k")), (None, Some("v")));
}

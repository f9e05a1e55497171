//! The rules about carriers: 5, 6 and 7. None knows the keys of a wire format: each looks at what an
//! injection wrote, and changes that.

use crate::conformance::capability::Capability::{
    Baggage, BinaryPropagation, Identity, Inspection, Mock, TextPropagation,
};
use crate::conformance::case::{Case, assert_root, baggage};
use crate::conformance::row::Row;
use crate::conformance::start::Start;
use crate::conformance::subject::{TextCarrier, TextFormat};
use crate::context::SpanContext;

pub(super) const ROWS: &[Row] = &[
    Row::new("R5", "a carrier without a context holds none", absent).needing(&[TextPropagation]).stating(5),
    Row::new("R5b", "a garbled context is corrupted", corrupted)
        .needing(&[Identity, TextPropagation])
        .stating(5),
    Row::new("R5c", "baggage alone is a context without ids", only_baggage)
        .needing(&[Identity, Baggage, TextPropagation])
        .stating(5),
    Row::new("R5d", "a carrier is unchanged when the call fails", unchanged)
        .needing(&[TextPropagation])
        .stating(5),
    Row::new("R5e", "empty bytes hold no context, cut ones a garbled one", bytes)
        .needing(&[Identity, BinaryPropagation])
        .stating(5),
    Row::new("R6", "keys match in any case", any_case)
        .needing(&[Identity, Baggage, TextPropagation])
        .stating(6),
    Row::new("R6b", "text formats lower-case the keys of baggage", lower_case)
        .needing(&[Identity, Baggage, TextPropagation])
        .stating(6),
    Row::new("R6c", "HTTP values are encoded, and kept raw where they do not decode", encoding)
        .needing(&[Identity, Baggage, TextPropagation])
        .stating(6),
    Row::new("R7", "binary appends, and tolerates what follows", appended)
        .needing(&[Identity, BinaryPropagation])
        .stating(7),
];

fn pair(key: &str, value: &str) -> (String, String) {
    (key.to_owned(), value.to_owned())
}

fn absent(case: &Case<'_>) {
    let unrelated = vec![pair("content-type", "text/plain"), pair("foobag", "1"), pair("x-request-id", "7")];
    for format in TextFormat::BOTH {
        for carrier in [TextCarrier::new(), unrelated.clone()] {
            let extracted = case.extract_text(format, &carrier);
            assert!(matches!(extracted, Ok(None)), "{format:?} of {carrier:?} gave {extracted:?}");
        }
    }
}

fn corrupted(case: &Case<'_>) {
    for format in TextFormat::BOTH {
        for carrier in case.corrupted_carriers(format) {
            let error = case.extract_text(format, &carrier).expect_err("the carrier is garbled");
            assert!(error.is_corrupted(), "{format:?} of {carrier:?} is corrupted, not: {error}");
        }
    }
}

fn only_baggage(case: &Case<'_>) {
    for format in TextFormat::BOTH {
        let span = case.span("op");
        let ids = case.injected(format, &span.context());
        span.set_baggage_item("user", "42");
        let mut carrier = case.injected(format, &span.context());
        carrier.retain(|(key, _)| !ids.iter().any(|(other, _)| other == key));
        let extracted = case.extracted(format, &carrier);
        assert_eq!((extracted.ids(), baggage(&extracted)), (None, vec![("user", "42")]));
        let child = case.start(Start::new("child").child_of(&extracted));
        assert_root(&child.context());
        assert_eq!(child.baggage_item("user").as_deref(), Some("42"));
        case.finish(&child);
        if case.has(Inspection) {
            let recorded = case.finished().pop().expect("the child has finished");
            assert_eq!(recorded.references, [], "a context without ids is nothing to refer to");
        }
    }
}

fn unchanged(case: &Case<'_>) {
    let before = vec![pair("kept", "as it is")];
    for format in TextFormat::BOTH {
        let mut carrier = before.clone();
        let error = case.inject_text(format, &SpanContext::default(), &mut carrier);
        assert!(error.expect_err("there is nothing to write").is_invalid_span_context());
        assert_eq!(carrier, before);
    }
}

fn bytes(case: &Case<'_>) {
    assert!(matches!(case.extract_binary(&[]), Ok(None)), "empty bytes hold no context");
    let carrier = case.injected_binary(&case.span("op").context());
    let cut = case.extract_binary(&carrier[..carrier.len() - 1]);
    assert!(cut.expect_err("the last byte is missing").is_corrupted());
}

fn any_case(case: &Case<'_>) {
    let span = case.span("op");
    span.set_baggage_item("user", "42");
    let context = span.context();
    let alternating = |key: &str| -> String {
        let upper = |(index, c): (usize, char)| if index % 2 == 0 { c.to_ascii_uppercase() } else { c };
        key.chars().enumerate().map(upper).collect()
    };
    for format in TextFormat::BOTH {
        let carrier = case.injected(format, &context);
        for change in [str::to_ascii_uppercase, alternating] {
            let changed = carrier.iter().map(|(key, value)| (change(key), value.clone())).collect();
            let extracted = case.extract_text(format, &changed).expect("not garbled");
            let extracted = extracted.expect("the keys were found in another case");
            assert_eq!((&extracted, baggage(&extracted)), (&context, vec![("user", "42")]));
        }
    }
}

fn lower_case(case: &Case<'_>) {
    let span = case.span("op");
    span.set_baggage_item("Kiff-loves", "Amy");
    for format in TextFormat::BOTH {
        let extracted = case.extracted(format, &case.injected(format, &span.context()));
        assert_eq!(baggage(&extracted), [("kiff-loves", "Amy")]);
    }
}

fn encoding(case: &Case<'_>) {
    let span = case.span("op");
    span.set_baggage_item("mixed", "y:z, a+b\r\nset-cookie: ä%").set_baggage_item("raw", "mark");
    span.set_baggage_item("bad key\r\n", "value");
    let mut carrier = case.injected(TextFormat::HttpHeaders, &span.context());
    for (key, value) in &carrier {
        assert!(!key.is_empty() && key.bytes().all(|byte| byte.is_ascii_graphic()), "{key:?} is no header");
        assert!(value.bytes().all(|byte| byte.is_ascii_graphic()), "{key} has the value {value:?}");
    }
    let extracted = case.extracted(TextFormat::HttpHeaders, &carrier);
    assert_eq!(extracted.baggage_item("mixed"), Some("y:z, a+b\r\nset-cookie: ä%"));
    carrier.iter_mut().for_each(|(_, value)| *value = value.replace("mark", "100%zz"));
    let extracted = case.extracted(TextFormat::HttpHeaders, &carrier);
    assert_eq!(extracted.baggage_item("raw"), Some("100%zz"));
    if case.has(Mock) {
        // Some wire formats of others read a plus as a space.
        carrier.iter_mut().for_each(|(_, value)| *value = value.replace("100%zz", "a+b"));
        let extracted = case.extracted(TextFormat::HttpHeaders, &carrier);
        assert_eq!(extracted.baggage_item("raw"), Some("a+b"));
    }
}

fn appended(case: &Case<'_>) {
    let context = case.span("op").context();
    let mut buffer = b"before".to_vec();
    case.inject_binary(&context, &mut buffer).expect("a built-in format");
    assert_eq!(buffer[..6], *b"before", "what was there stays");
    buffer.extend_from_slice(b"after");
    let extracted = case.extract_binary(&buffer[6..]).expect("what follows is none of its business");
    assert_eq!(extracted, Some(context));
}

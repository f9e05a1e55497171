//! Spans over OTLP arrive as OpenTelemetry's mapping says, and every way in which a server can fail has its outcome.

use std::time::{Duration, Instant};

use opentracing_core::{Reference, ReferenceKind, SpanContext, SpanId, TagValue, TraceId, fields};
use opentracing_sdk::{Config, Process, ReportError, Reporter, reporter, wire};

use crate::collector::{Behaviour, Collector};
use crate::protobuf::Message;
use crate::server::{Reply, Server, refusing_url};
use crate::spans::{Spans, TRACE, span, time};

/// The only `ResourceSpans` of the request.
fn encoded(spans: &Spans) -> Message {
    let mut body = Vec::new();
    wire::otlp::encode(&spans.batch(), &mut body);
    Message::read(&body).message(1)
}

/// The spans of the request.
fn encoded_spans(spans: &Spans) -> Vec<Message> {
    encoded(spans).message(2).all(2)
}

/// The only span of the request.
fn encoded_span(spans: &Spans) -> Message {
    encoded(spans).message(2).message(2)
}

/// A `KeyValue`, as text: the name of the member that is set, and its value.
fn pair(pair: &Message) -> (String, String) {
    let value = pair.message(2);
    let shown = match value.numbers()[..] {
        [1] => format!("string {:?}", value.text(1)),
        [2] => format!("bool {}", value.varint(2).unwrap()),
        [3] => format!("int {}", value.varint(3).unwrap() as i64),
        [4] => format!("double {}", f64::from_bits(value.fixed64(4))),
        [7] => format!("bytes {:?}", value.bytes(7)),
        ref other => panic!("members {other:?} of one value"),
    };
    (pair.text(1), shown)
}

fn pairs(message: &Message, number: u64) -> Vec<(String, String)> {
    message.all(number).iter().map(pair).collect()
}

fn expected(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn a_request_has_the_bytes_of_the_specification() {
    // Put together by hand from the field numbers of opentelemetry/proto/trace/v1/trace.proto.
    let span = [
        &b"\x0a\x10\x00\x00\x00\x00\x00\x00\x00\x00\x48\x48\x5a\x39\x53\xbb\x61\x24"[..], // trace_id
        b"\x12\x08\x00\x00\x00\x00\x00\x00\x00\x2a",                                      // span_id
        b"\x39\x00\x00\x2a\x36\xfe\x9c\x97\x17", // start_time_unix_nano
        b"\x41\xe8\x03\x2a\x36\xfe\x9c\x97\x17", // end_time_unix_nano
        b"\x85\x01\x01\x01\x00\x00",             // flags: sampled
        b"\x30\x01",                             // kind: internal
        b"\x2a\x03get",                          // name
        b"\x4a\x0a\x0a\x04text\x12\x02\x0a\x00", // attributes: an empty text
    ]
    .concat();
    // Lengths of less than 128 bytes are one byte.
    let field = |key: u8, content: &[u8]| [&[key, u8::try_from(content.len()).unwrap()], content].concat();
    let version = field(0x12, env!("CARGO_PKG_VERSION").as_bytes());
    let scope = [&b"\x0a\x0eopentracing-rs"[..], &version].concat();
    let scope_spans = [field(0x0a, &scope), field(0x12, &span)].concat();
    let resource = b"\x0a\x18\x0a\x16\x0a\x0cservice.name\x12\x06\x0a\x04shop";
    let resource_spans = [&resource[..], &field(0x12, &scope_spans)].concat();
    let request = field(0x0a, &resource_spans);

    let made = span_of_64_bits();
    let spans = Spans::of("shop").add_with(made, "get", |span| _ = span.set_tag("text", ""));
    let mut body = Vec::new();
    wire::otlp::encode(&spans.batch(), &mut body);
    assert_eq!(body, request);
}

fn span_of_64_bits() -> crate::spans::Made {
    span(42, 0, 0, 1).trace(0x4848_5a39_53bb_6124)
}

#[test]
fn a_batch_is_appended_to_what_is_there() {
    let spans = Spans::of("shop").add(span(1, 0, 0, 1), "get");
    let (mut alone, mut behind) = (Vec::new(), b"before".to_vec());
    let batch = spans.batch();
    wire::otlp::encode(&batch, &mut alone);
    wire::otlp::encode(&batch, &mut behind);
    assert_eq!(behind, [b"before", &alone[..]].concat());
}

#[test]
fn the_resource_names_the_service_once_and_has_the_tags_of_the_process() {
    let process = Process::new("größe").tag("version", "1.2").tag("replica", 3).tag("service.name", "other");
    let resource = encoded(&Spans::by(process).add(span(1, 0, 0, 1), "get")).message(1);
    assert_eq!(
        pairs(&resource, 1),
        expected(&[
            ("service.name", "string \"größe\""),
            ("version", "string \"1.2\""),
            ("replica", "int 3")
        ])
    );
}

#[test]
fn spans_carry_ids_times_and_the_scope_our_name() {
    let spans = Spans::of("shop").add(span(2, 1, 10, 35), "größe 東京").add(span(1, 0, 0, 50), "");
    let scope = encoded(&spans).message(2).message(1);
    assert_eq!(
        (scope.text(1).as_str(), scope.text(2).as_str()),
        ("opentracing-rs", env!("CARGO_PKG_VERSION"))
    );

    let [child, root] = &encoded_spans(&spans)[..] else { panic!("two spans") };
    assert_eq!(child.bytes(1), TRACE.to_be_bytes());
    assert_eq!(child.bytes(2), 2u64.to_be_bytes());
    assert_eq!(child.bytes(4), 1u64.to_be_bytes());
    assert_eq!(child.text(5), "größe 東京");
    assert_eq!(child.fixed64(7), 1_700_000_000_000_010_000);
    assert_eq!(child.fixed64(8), 1_700_000_000_000_035_000);
    assert!(!root.numbers().contains(&4), "a root has no parent");
    assert_eq!(root.text(5), "");
}

#[test]
fn values_of_every_type_arrive_empty_ones_too() {
    let spans = Spans::of("shop").add_with(span(1, 0, 0, 1), "get", |span| {
        span.set_tag("bool", true)
            .set_tag("bool.false", false)
            .set_tag("i64", -42)
            .set_tag("i64.min", i64::MIN)
            .set_tag("zero", 0)
            .set_tag("u64", u64::from(u32::MAX))
            .set_tag("u64.limit", i64::MAX as u64)
            .set_tag("u64.above", i64::MAX as u64 + 1)
            .set_tag("f64", 1.5)
            .set_tag("f64.zero", 0.0)
            .set_tag("f64.nan", f64::NAN)
            .set_tag("text", "東京\n\0")
            .set_tag("text.empty", "")
            .set_tag("bytes", TagValue::Bytes(vec![0, 255].into()))
            .set_tag("bytes.empty", TagValue::Bytes(vec![].into()));
    });
    assert_eq!(
        pairs(&encoded_span(&spans), 9),
        expected(&[
            ("bool", "bool 1"),
            ("bool.false", "bool 0"),
            ("i64", "int -42"),
            ("i64.min", "int -9223372036854775808"),
            ("zero", "int 0"),
            ("u64", "int 4294967295"),
            ("u64.limit", "int 9223372036854775807"),
            ("u64.above", "string \"9223372036854775808\""),
            ("f64", "double 1.5"),
            ("f64.zero", "double 0"),
            ("f64.nan", "double NaN"),
            ("text", "string \"東京\\n\\0\""),
            ("text.empty", "string \"\""),
            ("bytes", "bytes [0, 255]"),
            ("bytes.empty", "bytes []"),
        ])
    );
}

#[test]
fn a_value_longer_than_128_bytes_arrives_whole() {
    let long = "x".repeat(4_096);
    let spans =
        Spans::of("shop").add_with(span(1, 0, 0, 1), "get", |span| _ = span.set_tag("long", long.as_str()));
    assert_eq!(pairs(&encoded_span(&spans), 9), expected(&[("long", &format!("string {long:?}"))]));
}

#[test]
fn span_kind_becomes_the_kind() {
    let kinds = [("internal", 1), ("server", 2), ("client", 3), ("producer", 4), ("consumer", 5)];
    for (name, number) in kinds {
        let spans =
            Spans::of("shop").add_with(span(1, 0, 0, 1), "get", |span| _ = span.set_tag("span.kind", name));
        let span = encoded_span(&spans);
        assert_eq!((span.varint(6), pairs(&span, 9)), (Some(number), Vec::new()), "{name}");
    }
    let spans =
        Spans::of("shop").add_with(span(1, 0, 0, 1), "get", |span| _ = span.set_tag("span.kind", "odd"));
    let span = encoded_span(&spans);
    assert_eq!((span.varint(6), pairs(&span, 9)), (Some(1), expected(&[("span.kind", "string \"odd\"")])));
}

#[test]
fn a_boolean_error_becomes_the_status_and_nothing_else_does() {
    let encoded = |error: TagValue<'static>| {
        encoded_span(
            &Spans::of("shop").add_with(span(1, 0, 0, 1), "get", |span| _ = span.set_tag("error", error)),
        )
    };
    for (failed, code) in [(true, 2), (false, 1)] {
        let span = encoded(failed.into());
        assert_eq!((span.message(15).varint(3), pairs(&span, 9)), (Some(code), Vec::new()));
    }
    let span = encoded("true".into());
    assert!(!span.numbers().contains(&15));
    assert_eq!(pairs(&span, 9), expected(&[("error", "string \"true\"")]));
}

#[test]
fn the_last_value_of_a_tag_is_exported_once() {
    let spans = Spans::of("shop").add_with(span(1, 0, 0, 1), "get", |span| {
        span.set_tag("error", true).set_tag("k", 1).set_tag("k", 2).set_tag("error", false);
    });
    let span = encoded_span(&spans);
    assert_eq!(span.message(15).varint(3), Some(1));
    assert_eq!(pairs(&span, 9), expected(&[("k", "int 2")]));
}

#[test]
fn logs_become_events_named_by_their_field_event() {
    let spans = Spans::of("shop").add_with(span(1, 0, 0, 100), "get", |span| {
        span.log_at(time(5), fields![event = "retry", attempt = 2])
            .log_at(time(6), fields![message = "no name"])
            .log_at(time(7), fields![event = 7, event = "second"]);
    });
    let [retry, unnamed, number] = &encoded_span(&spans).all(11)[..] else { panic!("three events") };
    assert_eq!((retry.fixed64(1), retry.text(2).as_str()), (1_700_000_000_000_005_000, "retry"));
    assert_eq!(pairs(retry, 3), expected(&[("attempt", "int 2")]));
    assert_eq!(unnamed.text(2), "log");
    assert_eq!(pairs(unnamed, 3), expected(&[("message", "string \"no name\"")]));
    // A number is named by its text, and stays what it is.
    assert_eq!(number.text(2), "7");
    assert_eq!(pairs(number, 3), expected(&[("event", "int 7"), ("event", "string \"second\"")]));
}

#[test]
fn every_reference_becomes_a_link_that_says_what_it_means() {
    let context = |id: u64| SpanContext::builder().ids(TraceId::new(7).unwrap(), SpanId::new(id).unwrap());
    let references = [
        Reference::new(ReferenceKind::ChildOf, context(1).sampled(true).remote().trace_state("a=b").build()),
        Reference::new(ReferenceKind::FollowsFrom, context(2).sampled(false).build()),
        Reference::new(ReferenceKind::Custom("batch_of".into()), context(3).sampled(true).build()),
        Reference::new(ReferenceKind::ChildOf, SpanContext::builder().baggage_item("k", "v").build()),
    ];
    let spans = Spans::of("shop").add(span(9, 1, 0, 1).references(references), "get");
    let links = encoded_span(&spans).all(13);
    let seen: Vec<_> = links
        .iter()
        .map(|link| {
            assert_eq!(link.bytes(1), 7u128.to_be_bytes());
            let id = u64::from_be_bytes(link.bytes(2).try_into().unwrap());
            (id, pairs(link, 4)[0].1.clone(), link.fixed32(6))
        })
        .collect();
    let text = |kind: &str| format!("string {kind:?}");
    assert_eq!(
        seen,
        [(1, text("child_of"), 0x301), (2, text("follows_from"), 0x100), (3, text("batch_of"), 0x101)]
    );
    assert_eq!(links[0].text(3), "a=b");
    assert_eq!(pairs(&links[0], 4)[0].0, "opentracing.ref_type");
}

#[test]
fn a_parent_alone_is_a_link_too() {
    let spans = Spans::of("shop").add(span(2, 1, 0, 1), "get");
    let link = encoded_span(&spans).message(13);
    assert_eq!((link.bytes(1), link.bytes(2)), (TRACE.to_be_bytes().to_vec(), 1u64.to_be_bytes().to_vec()));
    assert_eq!(pairs(&link, 4), expected(&[("opentracing.ref_type", "string \"child_of\"")]));
}

#[test]
fn flags_say_sampled_and_where_the_parent_is() {
    let flags = |made| encoded_span(&Spans::of("shop").add(made, "get")).fixed32(16);
    assert_eq!(flags(span(1, 0, 0, 1)), 0x101);
    assert_eq!(flags(span(2, 1, 0, 1)), 0x101);
    assert_eq!(flags(span(2, 1, 0, 1).served()), 0x301);
}

#[test]
fn what_limits_kept_out_is_counted() {
    let spans = Spans::of("shop").add_with(span(1, 0, 0, 1), "get", |span| {
        for number in 0..130 {
            span.set_tag(format!("k{number}"), number);
        }
    });
    assert_eq!(encoded_span(&spans).varint(10), Some(2));
    let spans = Spans::of("shop").add(span(1, 0, 0, 1), "get");
    assert_eq!(encoded_span(&spans).varint(10), None);
}

/// Reports one span to a server that gives this reply.
fn reported(reply: Reply) -> Result<(), ReportError> {
    let server = Server::replying([reply]);
    let result = reporter::otlp(server.url()).report(&one_span().batch());
    server.requests();
    result
}

fn one_span() -> Spans {
    Spans::of("shop").add(span(1, 0, 0, 1), "get")
}

#[test]
fn a_healthy_server_gets_the_spans() {
    let server = Server::replying([Reply::ok(), Reply::status("204 No Content", "", b"")]);
    let mut otlp = reporter::otlp(server.url()).header("X-Team", "shop");
    let spans = one_span();
    otlp.report(&spans.batch()).unwrap();
    otlp.report(&spans.batch()).unwrap();

    let requests = server.requests();
    let connections: Vec<_> = requests.iter().map(|request| request.connection).collect();
    assert_eq!(connections, [0, 0], "the connection is used again");
    let request = &requests[0];
    assert_eq!(request.line, "POST /v1/traces HTTP/1.1");
    assert_eq!(request.header("content-type"), Some("application/x-protobuf"));
    assert_eq!(request.header("x-team"), Some("shop"));
    assert_eq!(request.header("user-agent"), Some(concat!("opentracing-rs/", env!("CARGO_PKG_VERSION"))));
    let span = Message::read(&request.body).message(1).message(2).message(2);
    assert_eq!(span.text(5), "get");
}

#[test]
fn credentials_of_the_url_are_sent_and_never_shown() {
    let server = Server::replying([Reply::status("400 Bad Request", "", b"no")]);
    let url = server.url().replace("//", "//user:s3cr3t@") + "/api?key=s3cr3t";
    let mut otlp = reporter::otlp(url).header("x-key", "s3cr3t");
    let error = otlp.report(&one_span().batch()).unwrap_err();

    let request = &server.requests()[0];
    assert_eq!(request.line, "POST /api?key=s3cr3t HTTP/1.1");
    assert_eq!(request.header("authorization"), Some("Basic dXNlcjpzM2NyM3Q="));
    assert_eq!(request.header("x-key"), Some("s3cr3t"));
    for shown in [error.to_string(), format!("{error:?}"), format!("{otlp:?}")] {
        assert!(!shown.contains("s3cr3t"), "{shown}");
    }
}

#[test]
fn spans_that_a_server_refused_are_counted() {
    // partial_success { rejected_spans: 1, error_message: "too old" }
    let body = b"\x0a\x0b\x08\x01\x12\x07too old";
    let error = reported(Reply::status("200 OK", "", body)).unwrap_err();
    assert_eq!(error.rejected(), Some(1));
    assert!(error.to_string().ends_with("/v1/traces: status 200, \"too old\""), "{error}");

    // More than were sent cannot be refused; a warning refuses none.
    let error = reported(Reply::status("200 OK", "", b"\x0a\x03\x08\xff\x7f")).unwrap_err();
    assert_eq!(error.rejected(), Some(1));
    reported(Reply::status("200 OK", "", b"\x0a\x06\x12\x04slow")).unwrap();
}

#[test]
fn a_busy_server_is_asked_again_when_it_says() {
    for status in
        ["429 Too Many Requests", "502 Bad Gateway", "503 Service Unavailable", "504 Gateway Timeout"]
    {
        let error = reported(Reply::status(status, "Retry-After: 7\r\n", b"later")).unwrap_err();
        assert!(error.is_retry(), "{status}");
        assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
        assert!(error.to_string().ends_with(&format!("status {}, \"later\"", &status[..3])), "{error}");
    }
    let date = "Retry-After: Wed, 21 Oct 2015 07:28:00 GMT\r\n";
    let error = reported(Reply::status("503 Service Unavailable", date, b"")).unwrap_err();
    assert!(error.is_retry());
    assert_eq!(error.retry_after(), None);
}

#[test]
fn what_a_server_will_never_take_is_dropped_with_its_reason() {
    for status in ["400 Bad Request", "401 Unauthorized", "404 Not Found", "500 Internal Server Error"] {
        let error = reported(Reply::status(status, "", b"<p>no\x1b[31m</p>\n")).unwrap_err();
        assert!(!error.is_retry() && !error.is_too_large(), "{status}");
        let quoted = format!("status {}, \"<p>no\\u{{1b}}[31m</p>\"", &status[..3]);
        assert!(error.to_string().ends_with(&quoted), "{error}");
    }
    // google.rpc.Status { code: 3, message: "bad span" }
    let headers = "Content-Type: application/x-protobuf\r\n";
    let error = reported(Reply::status("400 Bad Request", headers, b"\x08\x03\x12\x08bad span")).unwrap_err();
    assert!(error.to_string().ends_with("status 400, \"bad span\""), "{error}");
}

#[test]
fn an_endless_reason_is_cut() {
    let error = reported(Reply::status("400 Bad Request", "", &vec![b'x'; 1 << 20])).unwrap_err();
    assert!(error.to_string().ends_with("xxx\"…"), "{error}");
    assert!(error.to_string().len() < 300);
}

#[test]
fn a_batch_that_a_server_finds_too_large_is_to_be_split() {
    let error = reported(Reply::status("413 Content Too Large", "", b"")).unwrap_err();
    assert!(error.is_too_large());
}

#[test]
fn a_batch_too_large_for_a_request_is_not_sent() {
    let spans = (1..=9).fold(Spans::of("shop"), |spans, id| {
        spans.add_with(span(id, 0, 0, 1), "get", |span| {
            for number in 0..128 {
                span.set_tag(format!("k{number}"), "x".repeat(4_096));
            }
        })
    });
    let error = reporter::otlp(refusing_url()).report(&spans.batch()).unwrap_err();
    assert!(error.is_too_large(), "{error}");
}

#[test]
fn spans_too_many_for_one_request_arrive_in_several() {
    let collector = Collector::new(Behaviour::Accept);
    let guard = Config::new("shop").reporter(reporter::otlp(collector.url())).build().unwrap();
    for _ in 0..9 {
        let span = guard.tracer().start_span("get");
        for number in 0..128 {
            span.set_tag(format!("k{number}"), "x".repeat(4_096));
        }
    }
    let report = guard.close(Duration::from_secs(60));
    assert_eq!((report.exported, report.dropped.total()), (9, 0), "{report}");
    assert_eq!(collector.spans(), 9);
}

#[test]
fn redirects_are_not_followed() {
    let elsewhere = refusing_url();
    let headers = format!("Location: {elsewhere}\r\n");
    let error = reported(Reply::status("307 Temporary Redirect", &headers, b"")).unwrap_err();
    assert!(!error.is_retry());
    assert!(error.to_string().ends_with("status 307, \"redirects are not followed\""), "{error}");
}

#[test]
fn a_server_that_cannot_be_reached_is_tried_again() {
    let url = refusing_url();
    let error = reporter::otlp(&url).report(&one_span().batch()).unwrap_err();
    assert!(error.is_retry());
    assert_eq!(error.to_string(), format!("{url}/v1/traces: connection refused"));
}

#[test]
fn a_server_that_hangs_up_is_tried_again() {
    for reply in [Reply::Close, Reply::Last(Vec::new()), Reply::Last(b"HTTP/1.1 200 O".to_vec())] {
        let error = reported(reply).unwrap_err();
        assert!(error.is_retry(), "{error}");
    }
}

#[test]
fn a_server_that_never_answers_costs_the_time_out() {
    let server = Server::replying([Reply::Silence]);
    let mut otlp = reporter::otlp(server.url()).timeout(Duration::from_millis(500));
    let error = otlp.report(&one_span().batch()).unwrap_err();
    assert!(error.is_retry());
    assert!(error.to_string().ends_with("no answer within 500.0ms"), "{error}");
    drop(otlp);
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn an_answer_that_is_not_http_is_told_apart() {
    let error = reported(Reply::Last(b"\0\0\x12\x04\0\0garbage\r\n\r\n".to_vec())).unwrap_err();
    assert!(error.to_string().contains("not HTTP/1.1"), "{error}");
}

#[test]
fn a_request_has_no_more_time_than_the_batch() {
    let spans = one_span();
    let past = spans.batch().with_deadline(Some(Instant::now()));
    let error = reporter::otlp(refusing_url()).report(&past).unwrap_err();
    assert!(error.is_retry());
    assert!(error.to_string().ends_with("no time is left to send anything"), "{error}");

    let server = Server::replying([Reply::Silence]);
    let mut otlp = reporter::otlp(server.url()).timeout(Duration::from_secs(3_600));
    let soon = spans.batch().with_deadline(Some(Instant::now() + Duration::from_millis(500)));
    assert!(otlp.report(&soon).unwrap_err().to_string().contains("no answer within"));
}

#[test]
fn what_is_wrong_with_the_configuration_is_found_before_anything_is_sent() {
    let check = |otlp: reporter::OtlpReporter| otlp.check().unwrap_err().to_string();
    assert_eq!(
        check(reporter::otlp("collector:4318")),
        "reporter::otlp=collector:4318: a URL begins with http:// or https://"
    );
    let good = || reporter::otlp("http://localhost:4318");
    assert!(
        check(good().header("a b", "v")).starts_with("OtlpReporter::header=a b: not the name of a header")
    );
    assert!(!check(good().header("x", "s3cr3t\n")).contains("s3cr3t"));
    assert!(check(good().timeout(Duration::ZERO)).starts_with("OtlpReporter::timeout: "));
    good().check().unwrap();
}

//! The standard tags.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::conformance::capability::Capability::Inspection;
use crate::conformance::case::Case;
use crate::conformance::row::Row;
use crate::fields;
use crate::scope::Scope;
use crate::span::Span;
use crate::tag::TagValue;
use crate::tags::{self, SpanKind, TagKey, Text};

pub(super) const ROWS: &[Row] = &[
    Row::new("TG1", "PeerTags", peer_tags).needing(&[Inspection]),
    Row::new("TG2", "HTTPTags, DBTags, MiscTags, MessageBus", kinds_of_tags).needing(&[Inspection]),
    Row::new("TG3", "StringTag, IntTag, BooleanTag, AbstractTag", typed_keys).needing(&[Inspection]),
    Row::new("TG4", "semantic_conventions.yaml", names_and_types),
];

/// What a span is recorded with, after `set` was called.
#[track_caller]
fn assert_tags(case: &Case<'_>, set: fn(&Span), expected: &[(&str, TagValue<'static>)]) {
    let before = case.finished().len();
    let span = case.span("tagged");
    set(&span);
    case.finish(&span);
    let finished = case.finished();
    let tags: Vec<_> =
        finished[before].tags.iter().map(|(key, value)| (key.as_str(), value.clone())).collect();
    assert_eq!(tags, expected);
}

fn peer_tags(case: &Case<'_>) {
    let set = |span: &Span| {
        span.set_tag(tags::PEER_SERVICE, "my-service")
            .set_tag(tags::PEER_ADDRESS, "my-hostname:8080")
            .set_tag(tags::PEER_HOSTNAME, "my-hostname")
            .set_tag(tags::PEER_IPV4, Ipv4Addr::LOCALHOST)
            .set_tag(tags::PEER_IPV6, Ipv6Addr::UNSPECIFIED)
            .set_tag(tags::PEER_PORT, 8080);
    };
    let expected = [
        ("peer.service", "my-service".into()),
        ("peer.address", "my-hostname:8080".into()),
        ("peer.hostname", "my-hostname".into()),
        ("peer.ipv4", "127.0.0.1".into()),
        ("peer.ipv6", "::".into()),
        ("peer.port", 8080.into()),
    ];
    assert_tags(case, set, &expected);
}

fn kinds_of_tags(case: &Case<'_>) {
    let http = |span: &Span| {
        span.set_tag(tags::HTTP_URL, "test.biz/uri?protocol=false")
            .set_tag(tags::HTTP_METHOD, "GET")
            .set_tag(tags::HTTP_STATUS_CODE, 301);
    };
    let url = "test.biz/uri?protocol=false";
    let expected =
        [("http.url", url.into()), ("http.method", "GET".into()), ("http.status_code", 301.into())];
    assert_tags(case, http, &expected);

    let database = |span: &Span| {
        span.set_tag(tags::DB_INSTANCE, "127.0.0.1:3306/customers")
            .set_tag(tags::DB_STATEMENT, "SELECT * FROM user_table")
            .set_tag(tags::DB_TYPE, "sql")
            .set_tag(tags::DB_USER, "customer_user");
    };
    let expected = [
        ("db.instance", "127.0.0.1:3306/customers".into()),
        ("db.statement", "SELECT * FROM user_table".into()),
        ("db.type", "sql".into()),
        ("db.user", "customer_user".into()),
    ];
    assert_tags(case, database, &expected);

    let others = |span: &Span| {
        span.set_tag(tags::COMPONENT, "my-awesome-library")
            .set_tag(tags::SAMPLING_PRIORITY, 1)
            .set_tag(tags::ERROR, true);
    };
    let expected =
        [("component", "my-awesome-library".into()), ("sampling.priority", 1.into()), ("error", true.into())];
    assert_tags(case, others, &expected);

    let producer = |span: &Span| {
        span.set_tag(tags::SPAN_KIND, SpanKind::Producer).set_tag(tags::MESSAGE_BUS_DESTINATION, "topic");
    };
    let expected = [("span.kind", "producer".into()), ("message_bus.destination", "topic".into())];
    assert_tags(case, producer, &expected);

    let consumer = |span: &Span| _ = span.set_tag(tags::SPAN_KIND, SpanKind::Consumer);
    assert_tags(case, consumer, &[("span.kind", "consumer".into())]);
}

fn typed_keys(case: &Case<'_>) {
    const TEXT: TagKey<Text> = TagKey::new("expected.text");
    const NUMBER: TagKey<i64> = TagKey::new("expected.number");
    const FLAG: TagKey<bool> = TagKey::new("expected.flag");
    assert_eq!(
        [TEXT.name(), NUMBER.name(), FLAG.name()],
        ["expected.text", "expected.number", "expected.flag"]
    );
    let scope: Scope = case.scope("typed");
    scope.set_tag(TEXT, "expected").set_tag(NUMBER, 7).set_tag(FLAG, false);
    case.close(scope);
    let span = case.one("typed");
    assert!(matches!(span.tag(TEXT.name()), Some(TagValue::Str(text)) if text == "expected"));
    assert!(matches!(span.tag(NUMBER.name()), Some(TagValue::I64(7))));
    assert!(matches!(span.tag(FLAG.name()), Some(TagValue::Bool(false))));
}

/// The names and types of `semantic_conventions.yaml`; that they have these types is seen when compiling.
fn names_and_types(_: &Case<'_>) {
    let texts: [TagKey<Text>; 11] = [
        tags::COMPONENT,
        tags::DB_INSTANCE,
        tags::DB_STATEMENT,
        tags::DB_TYPE,
        tags::DB_USER,
        tags::HTTP_METHOD,
        tags::HTTP_URL,
        tags::MESSAGE_BUS_DESTINATION,
        tags::PEER_ADDRESS,
        tags::PEER_HOSTNAME,
        tags::PEER_SERVICE,
    ];
    let numbers: [TagKey<u16>; 3] = [tags::HTTP_STATUS_CODE, tags::PEER_PORT, tags::SAMPLING_PRIORITY];
    let error: TagKey<bool> = tags::ERROR;
    let kind: TagKey<SpanKind> = tags::SPAN_KIND;
    let addresses: (TagKey<Ipv4Addr>, TagKey<Ipv6Addr>) = (tags::PEER_IPV4, tags::PEER_IPV6);
    let mut names: Vec<_> = texts.iter().map(TagKey::name).chain(numbers.iter().map(TagKey::name)).collect();
    names.extend([error.name(), kind.name(), addresses.0.name(), addresses.1.name()]);
    names.sort_unstable();
    let yaml = [
        "component",
        "db.instance",
        "db.statement",
        "db.type",
        "db.user",
        "error",
        "http.method",
        "http.status_code",
        "http.url",
        "message_bus.destination",
        "peer.address",
        "peer.hostname",
        "peer.ipv4",
        "peer.ipv6",
        "peer.port",
        "peer.service",
        "sampling.priority",
        "span.kind",
    ];
    assert_eq!(names, yaml);
    let fields = [fields::EVENT, fields::MESSAGE, fields::STACK, fields::ERROR_KIND, fields::ERROR_OBJECT];
    assert_eq!(fields, ["event", "message", "stack", "error.kind", "error.object"]);
}

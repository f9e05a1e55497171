//! The test bed's scenarios with threads. Where upstream sleeps, these wait for each other.

use std::cell::RefCell;
use std::sync::{Arc, mpsc};
use std::thread;

use crate::conformance::capability::Capability::{Identity, Inspection, Scopes, TextPropagation};
use crate::conformance::case::{Case, assert_root, is_child, same_trace};
use crate::conformance::row::Row;
use crate::conformance::start::Start;
use crate::conformance::subject::{TextCarrier, TextFormat};
use crate::context::SpanContext;
use crate::reference::ReferenceKind;
use crate::scope::FinishOnClose::{No, Yes};
use crate::scope::Scope;
use crate::span::Span;
use crate::tags::{self, SpanKind};

pub(super) const ROWS: &[Row] = &[
    Row::new("TB2", "client_server", client_server).needing(&[Identity, Inspection, Scopes, TextPropagation]),
    Row::new("TB3", "common_request_handler: two_callbacks", two_callbacks).needing(&[Identity, Inspection]),
    Row::new("TB4", "common_request_handler: parent_not_picked", parent_not_picked)
        .needing(&[Identity, Inspection]),
    Row::new("TB6", "listener_per_request", listener_per_request).needing(&[Inspection]),
    Row::new("TB7", "nested_callbacks", nested_callbacks).needing(&[Inspection]),
    Row::new("TB11", "actor: tell", actor_tell).needing(&[Identity, Inspection]),
    Row::new("TB12", "stateless handler", stateless_handler).needing(&[Identity, Inspection, Scopes]),
];

fn kind(start: Start<'static>, kind: SpanKind) -> Start<'static> {
    start.tag(tags::SPAN_KIND.name(), kind.as_str())
}

/// How many finished spans are of a kind.
fn count_kind(case: &Case<'_>, kind: SpanKind) -> usize {
    let key = tags::SPAN_KIND.name();
    case.finished().iter().filter(|span| span.tag(key).is_some_and(|value| *value == kind.as_str())).count()
}

fn client_server(case: &Case<'_>) {
    let (queue, requests) = mpsc::channel::<TextCarrier>();
    thread::scope(|threads| {
        threads.spawn(move || {
            let request = requests.recv().expect("the client sends");
            let sender = case.extracted(TextFormat::TextMap, &request);
            let receive = kind(Start::new("receive").child_of(&sender), SpanKind::Server);
            case.close(case.start_active(receive, Yes));
        });
        let scope = case.start_active(kind(Start::new("send"), SpanKind::Client), Yes);
        queue.send(case.injected(TextFormat::TextMap, &scope.context())).expect("the server listens");
        case.close(scope);
    });
    assert_eq!((count_kind(case, SpanKind::Client), count_kind(case, SpanKind::Server)), (1, 1));
    assert_eq!(case.finished().len(), 2);
    let (send, receive) = (case.one("send"), case.one("receive"));
    assert!(same_trace(&send.context, &receive.context), "the server goes on with the client's trace");
    assert_eq!(receive.parent_id, send.context.span_id());
    case.assert_nothing_active();
}

/// A client whose handlers for what comes before and after a request run on threads of their own.
fn request(case: &Case<'_>, message: &str, ignore_active: bool) -> String {
    let (started, spans) = mpsc::channel::<Span>();
    thread::scope(|threads| {
        threads.spawn(move || {
            let start = kind(Start::new("send"), SpanKind::Client);
            let start = if ignore_active { start.ignore_active_span() } else { start };
            started.send(case.start(start)).expect("the second handler waits");
        });
        threads.spawn(move || case.finish(&spans.recv().expect("the first handler starts a span")));
    });
    format!("{message}::response")
}

fn two_callbacks(case: &Case<'_>) {
    thread::scope(|threads| {
        let requests =
            ["message1", "message2"].map(|message| threads.spawn(|| request(case, message, false)));
        let responses = requests.map(|request| request.join().expect("a request does not panic"));
        assert_eq!(responses, ["message1::response", "message2::response"]);
    });
    assert_eq!((case.count("send"), count_kind(case, SpanKind::Client)), (2, 2));
    let spans = case.finished();
    spans.iter().for_each(|span| assert_root(&span.context));
    assert!(!same_trace(&spans[0].context, &spans[1].context), "two requests are two traces");
}

fn parent_not_picked(case: &Case<'_>) {
    let parent = case.scope("parent");
    // On this thread, where the parent is active.
    case.finish(&case.start(kind(Start::new("send"), SpanKind::Client).ignore_active_span()));
    assert_eq!(request(case, "message", true), "message::response");
    let context = parent.context();
    case.close(parent);
    assert_eq!(case.count("send"), 2);
    assert!(
        !case.finished().iter().any(|span| is_child(&span.context, &context)),
        "the active span was ignored"
    );
}

fn listener_per_request(case: &Case<'_>) {
    let span = case.start(kind(Start::new("send"), SpanKind::Client));
    let (respond, responses) = mpsc::channel();
    thread::scope(|threads| {
        let listener = threads.spawn(move || {
            let response: String = responses.recv().expect("there is a response");
            case.finish(&span);
            response
        });
        respond.send("message::response".to_owned()).expect("the listener waits");
        assert_eq!(listener.join().expect("the listener does not panic"), "message::response");
    });
    assert_eq!((case.count("send"), count_kind(case, SpanKind::Client)), (1, 1));
}

fn nested_callbacks(case: &Case<'_>) {
    let span = Arc::new(case.span("one"));
    callback(case, &span, 1);
    let span = case.one("one");
    let keys = ["key1", "key2", "key3"];
    assert_eq!(
        span.tags,
        [(keys[0], "1"), (keys[1], "2"), (keys[2], "3")].map(|(k, v)| (k.to_owned(), v.into()))
    );
}

/// Sets one tag, and leaves the rest to the next thread; the last finishes the span.
fn callback(case: &Case<'_>, span: &Arc<Span>, number: usize) {
    let scope = case.activate(Arc::clone(span), No);
    scope.set_tag(format!("key{number}"), number.to_string());
    if number == 3 {
        case.finish(span);
    } else {
        thread::scope(|threads| {
            let next = threads.spawn(|| callback(case, span, number + 1));
            next.join().expect("a callback does not panic");
        });
    }
    case.close(scope);
}

fn actor_tell(case: &Case<'_>) {
    let parent = case.start_active(kind(Start::new("actorTell"), SpanKind::Producer), Yes);
    let context = parent.context();
    let (started, starts) = mpsc::channel();
    thread::scope(|threads| {
        let release: [mpsc::Sender<()>; 2] = [(), ()].map(|()| {
            let (release, released) = mpsc::channel();
            let (started, context) = (started.clone(), context.clone());
            threads.spawn(move || receive(case, &context, &started, &released));
            release
        });
        case.close(parent);
        starts.iter().take(2).for_each(drop);
        assert_eq!(case.names(), ["actorTell"], "the children have only started");
        drop(release);
    });
    assert_eq!(case.finished().len(), 3);
    assert_eq!(count_kind(case, SpanKind::Consumer), 2);
    for span in case.finished().iter().filter(|span| span.operation_name == "receive") {
        assert!(same_trace(&span.context, &context), "what follows is in the same trace");
        let [reference] = &span.references[..] else { panic!("one reference") };
        assert_eq!((&reference.kind, &reference.context), (&ReferenceKind::FollowsFrom, &context));
    }
    case.assert_nothing_active();
}

fn receive(case: &Case<'_>, sender: &SpanContext, started: &mpsc::Sender<()>, released: &mpsc::Receiver<()>) {
    let scope = case.start_active(kind(Start::new("receive").follows_from(sender), SpanKind::Consumer), Yes);
    let _ = started.send(());
    // Ends when the sender is dropped.
    let _ = released.recv();
    case.close(scope);
}

fn stateless_handler(case: &Case<'_>) {
    thread_local!(static SCOPE: RefCell<Option<Scope>> = const { RefCell::new(None) });
    let before = || {
        let span = Arc::new(case.start(kind(Start::new("send"), SpanKind::Client)));
        SCOPE.set(Some(case.activate(span, No)));
    };
    let after = || {
        // Finished while it is still active.
        case.finish(&case.active().expect("the first handler activated a span"));
        case.close(SCOPE.take().expect("the first handler left its scope"));
    };
    for _ in 0..3 {
        before();
        after();
        case.assert_nothing_active();
    }
    assert_eq!(case.count("send"), 3);
    case.finished().iter().for_each(|span| assert_root(&span.context));
}

//! `span!`, `active_span!`, `log!`, `set_tags!`, `set_baggage!`, `fail!`.

use std::time::SystemTime;

use opentracing::{MockTracer, active_span, fail, log, set_baggage, set_tags, span, tags, traced};

use crate::support::{block_on, log as fields, paths, record, tags as text};

fn inside() {
    drop(active_span!("inside"));
}

#[test]
fn span_starts_a_span_that_is_not_active() {
    let ((), spans) = record(|| {
        let route = "/users";
        let n = 3;
        let span = span!("GET {route}", n, ?route, "q.r" = %n, {tags::HTTP_METHOD} = "GET");
        inside();
        span.finish();
        span!("{{braces}}").finish();
        drop(span!("dropped"));
    });
    assert_eq!(paths(&spans), ["inside", "GET /users", "{braces}", "dropped"]);
    assert_eq!(text(&spans[1]), ["n=3", "route=\"/users\"", "q.r=3", "http.method=GET"]);
}

#[test]
fn settings_come_first_after_commas_or_a_semicolon() {
    let other = MockTracer::new();
    let tracer = other.tracer();
    let parent = tracer.start_span("parent");
    let when = SystemTime::UNIX_EPOCH;
    let cause = Some(parent.context());
    span!(tracer: tracer, child_of: &parent, follows_from: cause, kind: client, start: when; "a", k = 1)
        .finish();
    span!(tracer: &tracer, child_of: &parent, component: "db", "b").finish();
    drop(active_span!(tracer: tracer; root: true; "c"));
    let spans = other.finished_spans();
    assert_eq!(text(&spans[0]), ["span.kind=client", "k=1"]);
    assert_eq!(spans[0].start_time, when);
    assert_eq!(spans[0].references.len(), 2);
    assert_eq!(text(&spans[1]), ["component=db"]);
    assert_eq!((spans[1].parent_id, spans[2].parent_id), (parent.context().span_id(), None));
}

#[test]
fn active_span_guards_a_scope_or_goes_around_a_block() {
    let (value, spans) = record(|| {
        let scope = active_span!("scope", n = 1);
        inside();
        scope.set_tag("more", true);
        drop(scope);
        active_span!("block", n = 2 => {
            inside();
            7
        })
    });
    assert_eq!(value, 7);
    assert_eq!(paths(&spans), ["scope/inside", "scope", "block/inside", "block"]);
    assert_eq!(text(&spans[1]), ["n=1", "more=true"]);
    assert_eq!(text(&spans[3]), ["n=2"]);
}

#[test]
fn a_block_may_be_left_in_every_way() {
    fn leave(n: u8) -> Result<u8, String> {
        let mut loops = 0;
        loop {
            loops += 1;
            active_span!("outer" => {
                active_span!("inner" => {
                    match n {
                        0 => return Ok(0),
                        1 => Err("one".to_owned())?,
                        2 if loops < 3 => continue,
                        _ => break,
                    }
                })
            })
        }
        Ok(loops)
    }
    let (results, spans) = record(|| [leave(0), leave(1), leave(2), leave(3)]);
    assert_eq!(results, [Ok(0), Err("one".to_owned()), Ok(3), Ok(1)]);
    assert_eq!(spans.len(), 12);
}

#[test]
fn active_span_goes_around_futures_and_closures() {
    let ((), spans) = record(|| {
        let n = 1;
        let future = active_span!("future", n => async move {
            inside();
            n + 1
        });
        assert_eq!(block_on(future), 2);
        let mut calls = 0;
        let mut closure = active_span!("closure", n = x => |x: u8| {
            calls += 1;
            inside();
            x + calls
        });
        assert_eq!((closure(1), closure(2)), (2, 4));
        let short = active_span!("short" => move |x: u8| x + n);
        assert_eq!(short(1), 2);
        let text = "abc".to_owned();
        let asynchronous = active_span!("async closure", n = x => async |x: usize| -> Result<usize, String> {
            inside();
            if x == 0 {
                return Err("zero".into());
            }
            Ok(text.len() + x)
        });
        assert_eq!(block_on(asynchronous(1)), Ok(4));
        assert!(block_on(asynchronous(0)).is_err());
    });
    let names = [
        "future/inside",
        "future",
        "closure/inside",
        "closure",
        "closure/inside",
        "closure",
        "short",
        "async closure/inside",
        "async closure",
        "async closure/inside",
        "async closure",
    ];
    assert_eq!(paths(&spans), names);
    assert_eq!(text(&spans[5]), ["n=2"]);
}

#[test]
fn a_future_in_active_span_begins_where_it_is_made() {
    let ((), spans) = record(|| {
        let future = {
            let _caller = active_span!("caller");
            active_span!("future" => async { inside() })
        };
        let _poller = active_span!("poller");
        block_on(future);
    });
    assert_eq!(paths(&spans), ["caller", "caller/future/inside", "caller/future", "poller"]);
}

#[test]
fn log_adds_fields_and_a_message_to_the_active_span() {
    let ((), spans) = record(|| {
        let other = span!("other");
        let _active = active_span!("active");
        let (n, user) = (2, "me");
        log!(event = "retry", attempt = n, ?user, "attempt {n} of {user:?}");
        log!("{{plain}}");
        log!("first", n);
        log!(span: other, event = "there");
    });
    let (other, active) = (&spans[1], &spans[0]);
    assert_eq!(fields(active, 0), ["event=retry", "attempt=2", "user=\"me\"", "message=attempt 2 of \"me\""]);
    assert_eq!(fields(active, 1), ["message={plain}"]);
    assert_eq!(fields(active, 2), ["message=first", "n=2"]);
    assert_eq!(fields(other, 0), ["event=there"]);
}

#[test]
fn set_tags_and_set_baggage_change_the_active_span() {
    let ((), spans) = record(|| {
        let span = std::sync::Arc::new(span!("span"));
        let scope = active_span!("scope");
        let n = 1;
        set_tags!(n, "k" = %n, {tags::PEER_SERVICE} = "db");
        set_tags!(span: span, on = true);
        set_tags!(span: &scope, on = false);
        set_baggage!("user" = 42, tenant = "t", kind = ?Some(1));
        set_baggage!(span: span, "user" = 43);
        assert_eq!(scope.baggage_item("user").as_deref(), Some("42"));
        assert_eq!(scope.baggage_item("kind").as_deref(), Some("Some(1)"));
        assert_eq!(span.baggage_item("user").as_deref(), Some("43"));
    });
    assert_eq!(text(&spans[0]), ["n=1", "k=1", "peer.service=db", "on=false"]);
    assert_eq!(text(&spans[1]), ["on=true"]);
}

#[test]
fn fail_marks_the_active_span_as_failed() {
    struct Mute;
    let ((), spans) = record(|| {
        let _a = active_span!("a");
        let error = "x".parse::<u8>().unwrap_err();
        fail!(error, attempt = 2);
        fail!(&error);
        fail!("text");
        fail!(%error);
        fail!(?error);
        fail!(Mute);
        let _still_here = error;
    });
    let kind = "error.kind=core::num::error::ParseIntError";
    let object = "error.object=ParseIntError { kind: InvalidDigit }";
    let message = "message=invalid digit found in string";
    assert_eq!(text(&spans[0]), ["error=true"]);
    assert_eq!(fields(&spans[0], 0), ["event=error", kind, object, message, "attempt=2"]);
    assert_eq!(fields(&spans[0], 1)[2..], [object, message]);
    assert_eq!(fields(&spans[0], 2)[2..], ["error.object=\"text\"", "message=text"]);
    assert_eq!(fields(&spans[0], 3), ["event=error", kind, message]);
    assert_eq!(fields(&spans[0], 4)[2..], ["message=ParseIntError { kind: InvalidDigit }"]);
    assert_eq!(fields(&spans[0], 5).len(), 2);
}

#[test]
fn without_an_active_span_nothing_happens() {
    log!("message", n = 1);
    set_tags!(n = 1);
    set_baggage!(n = 1);
    fail!("error");
    let span = span!("span");
    log!(span: span, "message");
    assert!(!span.is_recording());
}

#[test]
fn recording_on_the_active_span_makes_no_handle_of_it() {
    #[traced]
    fn work() {
        log!(event = "a");
        set_tags!(b = 1);
    }
    let ((), spans) = record(work);
    assert_eq!(text(&spans[0]), ["b=1"]);
    assert_eq!(fields(&spans[0], 0), ["event=a"]);
}

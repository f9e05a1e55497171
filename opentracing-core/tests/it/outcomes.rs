//! What is recorded of failures.

use std::error::Error;
use std::fmt;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};

use opentracing_core::{Outcome, Verdict, fields};

use crate::support::Kept;

#[derive(Debug)]
struct Layered(&'static str, Option<Box<Layered>>);

impl fmt::Display for Layered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl Error for Layered {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.1.as_deref().map(|source| source as _)
    }
}

/// The fields of the only log of the only span.
fn fields_of(kept: &Kept) -> Vec<(String, String)> {
    let spans = kept.spans();
    let [span] = &spans[..] else { panic!("{} spans", spans.len()) };
    let [log] = &span.logs[..] else { panic!("{} logs", span.logs.len()) };
    log.fields.iter().map(|(key, value)| (key.clone(), value.to_string())).collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn an_error_is_a_tag_and_one_log_with_the_standard_fields_in_order() {
    let kept = Kept::new();
    let error = Layered("outer", Some(Box::new(Layered("middle", Some(Box::new(Layered("root", None)))))));
    kept.tracer().start_span("op").log_error_with(&error, fields![attempt = 2]);
    let debug = format!("{error:?}");
    let expected = [
        ("event", "error"),
        ("error.kind", std::any::type_name::<Layered>()),
        ("error.object", &debug),
        ("message", "outer"),
        ("stack", "caused by: middle\ncaused by: root"),
        ("attempt", "2"),
    ];
    assert_eq!(fields_of(&kept), pairs(&expected));
    assert_eq!(kept.spans()[0].tag("error").unwrap(), true);
}

#[test]
fn an_error_without_a_source_has_no_stack() {
    let kept = Kept::new();
    let error: Box<dyn Error> = Box::new(Layered("alone", None));
    kept.tracer().span("op").start_active().log_error(&*error);
    let keys: Vec<_> = fields_of(&kept).into_iter().map(|(key, _)| key).collect();
    assert_eq!(keys, ["event", "error.kind", "error.object", "message"]);
}

#[test]
fn an_err_that_is_returned_marks_the_span_and_goes_on() {
    let kept = Kept::new();
    let result = kept.tracer().try_in_span("op", |_| "x".parse::<u8>());
    assert!(result.is_err());
    assert_eq!(fields_of(&kept)[3], ("message".to_owned(), "invalid digit found in string".to_owned()));
    assert_eq!(kept.spans()[0].to_string(), "op error=true");
}

#[test]
fn in_span_looks_at_no_result() {
    let kept = Kept::new();
    let result: Result<(), fmt::Error> = kept.tracer().in_span("op", |_| Err(fmt::Error));
    assert!(result.is_err());
    assert_eq!(kept.spans()[0].to_string(), "op");
}

#[test]
fn an_absent_value_and_an_early_exit_are_no_failures() {
    let kept = Kept::new();
    let tracer = kept.tracer();
    assert_eq!(tracer.try_in_span("none", |_| None::<u8>), None);
    assert_eq!(tracer.try_in_span("some", |_| Some(1)), Some(1));
    assert!(tracer.try_in_span("break", |_| ControlFlow::<u8, u8>::Break(1)).is_break());
    assert!(kept.spans().iter().all(|span| span.tags.is_empty() && span.logs.is_empty()));
}

#[test]
fn a_type_of_ones_own_says_itself_whether_it_failed() {
    struct Status(u16);
    impl Outcome for Status {
        type Success = u16;
        type Failure = u16;

        fn verdict(&self) -> Verdict<'_, u16, u16> {
            if self.0 < 500 { Verdict::Success(&self.0) } else { Verdict::Failure(&self.0) }
        }
    }
    let kept = Kept::new();
    let tracer = kept.tracer();
    assert_eq!(tracer.try_in_span("fine", |_| Status(404)).0, 404);
    assert_eq!(tracer.try_in_span("failed", |_| Status(503)).0, 503);
    assert_eq!(kept.spans()[0].to_string(), "fine");
    assert_eq!(kept.spans()[1].to_string(), "failed error=true");
    assert_eq!(kept.spans()[1].logs[0].field("message").unwrap(), "503");
}

#[test]
fn a_panic_is_recorded_with_its_message_where_that_is_text() {
    let works: [fn(); 3] = [|| panic!("literal"), || panic!("formatted {}", 7), || panic_any(7)];
    let messages = [Some("literal"), Some("formatted 7"), None];
    for (work, message) in works.into_iter().zip(messages) {
        let kept = Kept::new();
        let tracer = kept.tracer();
        catch_unwind(AssertUnwindSafe(|| tracer.in_span("op", |_| work()))).unwrap_err();
        let mut expected = vec![("event", "error"), ("error.kind", "panic")];
        expected.extend(message.map(|message| ("message", message)));
        assert_eq!(fields_of(&kept), pairs(&expected));
        assert_eq!(kept.spans()[0].to_string(), "op error=true");
    }
}

#[test]
fn a_panic_that_is_caught_inside_does_not_mark_the_span_outside() {
    let kept = Kept::new();
    let tracer = kept.tracer();
    tracer.in_span("outer", |_| {
        catch_unwind(AssertUnwindSafe(|| tracer.in_span("inner", |_| panic!("on purpose"))))
            .map(drop)
            .unwrap_err();
    });
    assert_eq!(kept.spans()[0].to_string(), "inner error=true");
    assert_eq!(kept.spans()[1].to_string(), "outer");
}

//! `err` and `ret`: what is recorded of results.

use std::fmt;
use std::ops::ControlFlow;

use opentracing::{Outcome, Verdict, traced};

use crate::support::{block_on, log, record, tags};

struct Mute;

#[derive(Debug)]
struct Debugged;

struct Displayed;

impl fmt::Display for Displayed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("displayed")
    }
}

#[derive(Debug)]
struct Chained(std::num::ParseIntError);

impl fmt::Display for Chained {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("chained")
    }
}

impl std::error::Error for Chained {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

fn invalid() -> std::num::ParseIntError {
    "x".parse::<u8>().expect_err("not a number")
}

#[traced(err, ret)]
fn gives<T, E>(result: Result<T, E>) -> Result<T, E> {
    let value = result?;
    Ok(value)
}

macro_rules! failing {
    ($($name:ident: $error:ty = $value:expr;)*) => {$(
        #[traced(err, ret)]
        fn $name() -> Result<u8, $error> {
            Err($value)?
        }
    )*};
}
failing! {
    mute: Mute = Mute;
    debugged: Debugged = Debugged;
    displayed: Displayed = Displayed;
    string: String = "both".to_owned();
    chained: Chained = Chained(invalid());
    boxed: Box<dyn std::error::Error> = Box::<dyn std::error::Error>::from(Chained(invalid()));
}

#[test]
fn of_an_error_is_recorded_what_it_offers() {
    fn fields(call: impl FnOnce()) -> Vec<String> {
        let ((), spans) = record(call);
        assert_eq!(tags(&spans[0]), ["error=true"]);
        log(&spans[0], 0).into_iter().filter(|field| !field.starts_with("error.kind=")).collect()
    }
    assert_eq!(fields(|| drop(mute())), ["event=error"]);
    assert_eq!(fields(|| drop(debugged())), ["event=error", "error.object=Debugged"]);
    assert_eq!(fields(|| drop(displayed())), ["event=error", "message=displayed"]);
    assert_eq!(fields(|| drop(string())), ["event=error", "error.object=\"both\"", "message=both"]);
    let chain = [
        "event=error",
        "error.object=Chained(ParseIntError { kind: InvalidDigit })",
        "message=chained",
        "stack=caused by: invalid digit found in string",
    ];
    assert_eq!(fields(|| drop(chained())), chain);
    assert_eq!(fields(|| drop(boxed())), chain);
    assert_eq!(fields(|| drop(gives::<u8, _>(Err(Mute)))), ["event=error"], "a bound is asked of nobody");
}

#[test]
fn the_kind_of_an_error_is_its_type() {
    let (_, spans) = record(chained);
    assert_eq!(log(&spans[0], 0)[1], "error.kind=it::results::Chained");
}

#[traced(err(%))]
fn by_display() -> Result<(), String> {
    Err("text".to_owned())
}

#[traced(err(?, name = "reason"))]
async fn renamed() -> Result<(), String> {
    Err("text".to_owned())
}

#[traced(err(name = "reason"))]
fn renamed_only() -> Result<(), String> {
    Err("text".to_owned())
}

#[test]
fn the_message_is_written_as_asked() {
    let ((), spans) = record(|| {
        by_display().unwrap_err();
        block_on(renamed()).unwrap_err();
        renamed_only().unwrap_err();
    });
    let kind = "error.kind=alloc::string::String";
    assert_eq!(log(&spans[0], 0), ["event=error", kind, "message=text"]);
    assert_eq!(log(&spans[1], 0), ["event=error", kind, "reason=\"text\""]);
    assert_eq!(log(&spans[2], 0), ["event=error", kind, "error.object=\"text\"", "reason=text"]);
}

fn is_server_error(status: &u16) -> bool {
    *status >= 500
}

#[traced(err(if = Option::is_none))]
fn found(value: Option<u8>) -> Option<u8> {
    value
}

#[traced(err(if = is_server_error), ret)]
fn status(status: u16) -> u16 {
    status
}

#[traced(err(if = |result| matches!(result, Err(code) if *code > 10)))]
fn tolerant(code: u8) -> Result<(), u8> {
    Err(code)
}

#[test]
fn a_condition_says_what_a_failure_is() {
    let ((), spans) = record(|| {
        found(None);
        found(Some(1));
        status(200);
        status(503);
        tolerant(1).unwrap_err();
        tolerant(11).unwrap_err();
    });
    assert_eq!(tags(&spans[0]), ["error=true"]);
    assert_eq!(log(&spans[0], 0), ["event=error"]);
    assert!(spans[1].tags.is_empty());
    assert_eq!(tags(&spans[2]), ["return=200"]);
    assert_eq!(tags(&spans[3]), ["error=true", "return=503"]);
    assert!(spans[4].tags.is_empty());
    assert_eq!(log(&spans[5], 0), ["event=error", "error.kind=u8", "error.object=11", "message=11"]);
}

enum Reply {
    Body(String),
    Refused(u16),
}

impl Outcome for Reply {
    type Success = String;
    type Failure = u16;

    fn verdict(&self) -> Verdict<'_, String, u16> {
        match self {
            Reply::Body(body) => Verdict::Success(body),
            Reply::Refused(status) => Verdict::Failure(status),
        }
    }
}

#[traced(err, ret)]
fn reply(ok: bool) -> Reply {
    if ok {
        return Reply::Body("hello".to_owned());
    }
    Reply::Refused(404)
}

#[test]
fn a_type_of_the_users_can_be_an_outcome() {
    let (_, spans) = record(|| (reply(true), reply(false)));
    assert_eq!(tags(&spans[0]), ["return=hello"]);
    assert_eq!(tags(&spans[1]), ["error=true"]);
}

#[traced(ret)]
fn value(n: u8) -> (u8, Option<u8>) {
    (n, None)
}

#[traced(ret(?))]
fn signed(n: u8) -> Option<u8> {
    Some(n)
}

#[traced(ret(name = "n"))]
fn named(n: u8) -> Result<u8, String> {
    Ok(n)
}

#[traced(ret(tags(len = ret.len(), first = ret.first().copied())))]
fn derived(n: u8) -> Result<Vec<u8>, String> {
    if n == 0 {
        return Err("zero".to_owned());
    }
    Ok(vec![n; 3])
}

#[traced(ret(?, name = "value", tags(half = *ret / 2)))]
async fn both(n: u8) -> u8 {
    n
}

#[traced(ret)]
fn mute_value() -> Mute {
    Mute
}

#[traced(err, ret)]
fn unit() -> Result<(), String> {
    Ok(())
}

#[traced(ret)]
fn going_on(stop: bool) -> ControlFlow<u8, u8> {
    if stop {
        return ControlFlow::Break(1);
    }
    ControlFlow::Continue(2)
}

#[test]
fn of_a_success_is_recorded_what_was_asked() {
    let ((), spans) = record(|| {
        value(1);
        signed(2);
        named(3).unwrap();
        derived(4).unwrap();
        derived(0).unwrap_err();
        block_on(both(6));
        mute_value();
        _ = going_on(true);
        _ = going_on(false);
        unit().unwrap();
    });
    let tags: Vec<_> = spans.iter().map(tags).collect();
    assert_eq!(tags[0], ["return=(1, None)"]);
    assert_eq!(tags[1], ["return=2"]);
    assert_eq!(tags[2], ["n=3"]);
    assert_eq!(tags[3], ["len=3", "first=4"]);
    assert!(tags[4].is_empty(), "a failure is no success, and nobody asked for it");
    assert_eq!(tags[5], ["value=6", "half=3"]);
    assert!(tags[6].is_empty() && tags[7].is_empty());
    assert_eq!(tags[8], ["return=2"]);
    assert!(tags[9].is_empty(), "`()` says nothing");
}

#[track_caller]
fn caller() -> u32 {
    std::panic::Location::caller().line()
}

#[track_caller]
#[traced(err, ret)]
fn tracked(how: u8) -> Result<u32, String> {
    let early = match how {
        0 => return Ok(caller()),
        1 => Err("error"),
        _ => Ok(caller()),
    };
    let in_closure = || -> Result<u8, String> {
        let nothing: Option<u8> = None;
        nothing.ok_or("inner")?;
        Ok(1)
    };
    assert_eq!(in_closure(), Err("inner".to_owned()), "exits of closures are their own");
    for n in 0.. {
        if n == 3 {
            break;
        }
    }
    let line = early?;
    if how == 3 {
        return Err(format!("{line}"));
    }
    Ok(line)
}

#[test]
fn track_caller_still_sees_the_caller() {
    let ((), spans) = record(|| {
        let here = line!() + 1;
        assert_eq!(tracked(0), Ok(here));
        assert_eq!(tracked(1), Err("error".to_owned()));
        let here = line!() + 1;
        assert_eq!(tracked(2), Ok(here));
        assert!(tracked(3).is_err());
    });
    let errors: Vec<_> = spans.iter().map(|span| span.tag("error").is_some()).collect();
    assert_eq!(errors, [false, true, false, true]);
}

#[track_caller]
#[traced(err)]
fn panics(n: Option<u8>) -> Result<u8, String> {
    if n == Some(0) {
        return Err("zero".to_owned());
    }
    Ok(n.expect("some"))
}

#[test]
fn a_panic_in_a_tracked_function_is_the_callers() {
    use std::sync::Mutex;
    static LINE: Mutex<u32> = Mutex::new(0);
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|info| {
        if let Some(location) = info.location().filter(|location| location.file().ends_with("results.rs")) {
            *LINE.lock().unwrap() = location.line();
        }
    }));
    let here = line!() + 1;
    let result = std::panic::catch_unwind(|| panics(None));
    std::panic::set_hook(hook);
    assert!(result.is_err());
    assert_eq!(*LINE.lock().unwrap(), here);
}

#[test]
fn a_panic_is_marked() {
    #[traced]
    fn boom() {
        panic!("boom");
    }
    let (_, spans) = record(|| std::panic::catch_unwind(boom).is_err());
    assert_eq!(tags(&spans[0]), ["error=true"]);
    assert_eq!(log(&spans[0], 0)[..2], ["event=error", "error.kind=panic"]);
}

//! Tags, references and the other options of `#[traced]`.

use std::time::{Duration, SystemTime};

use opentracing::{MockTracer, ReferenceKind, Span, SpanContext, Tracer, span, tags, traced};

use crate::support::{block_on, paths, record, tags as text};

struct User {
    id: u64,
}

#[traced(tags(user.id, k = n + 1, "http.method" = m, ?opts, %n, {tags::HTTP_STATUS_CODE} = 200, nothing = None::<u8>))]
fn called(user: &User, n: u8, m: &str, opts: Option<u8>) {}

#[traced(tags = {user.id, k = n + 1, "http.method" = m, ?opts, %n, {tags::HTTP_STATUS_CODE} = 200, nothing = None::<u8>,})]
fn in_braces(user: &User, n: u8, m: &str, opts: Option<u8>) {}

#[traced(tags = [user.id, k = n + 1, "http.method" = m, ?opts, %n, {tags::HTTP_STATUS_CODE} = 200, nothing = None::<u8>])]
fn in_brackets(user: &User, n: u8, m: &str, opts: Option<u8>) {}

#[test]
fn the_three_forms_of_tags_mean_the_same() {
    let ((), spans) = record(|| {
        called(&User { id: 7 }, 1, "GET", Some(2));
        in_braces(&User { id: 7 }, 1, "GET", Some(2));
        in_brackets(&User { id: 7 }, 1, "GET", Some(2));
    });
    for span in &spans {
        assert_eq!(
            text(span),
            ["user.id=7", "k=2", "http.method=GET", "opts=Some(2)", "n=1", "http.status_code=200"]
        );
    }
    assert_eq!(*spans[0].tag("k").unwrap(), 2_u8, "numbers stay numbers");
    assert_eq!(spans.len(), 3);
}

#[derive(Debug)]
struct Opaque;

struct Mute;

#[traced(args, skip(password))]
#[expect(
    unused_variables,
    clippy::needless_pass_by_value,
    reason = "the arguments are there for the attribute"
)]
fn all(shown: u8, written: Opaque, mute: &Mute, password: &str) {}

#[traced(args(a, ?b, %c), tags(a = "tag"))]
#[expect(
    unused_variables,
    clippy::needless_pass_by_value,
    reason = "the arguments are there for the attribute"
)]
fn some(a: u8, b: Opaque, c: &str, d: Mute) {}

#[traced]
#[expect(unused_variables, reason = "the attribute leaves it out")]
fn none(secret: &str) {}

#[test]
fn arguments_are_recorded_only_when_named() {
    let ((), spans) = record(|| {
        all(1, Opaque, &Mute, "secret");
        some(1, Opaque, "c", Mute);
        none("secret");
    });
    assert_eq!(text(&spans[0]), ["shown=1", "written=Opaque"], "what offers nothing is left out");
    assert_eq!(text(&spans[1]), ["a=tag", "b=Opaque", "c=c"], "a tag wins over an argument of its name");
    assert!(spans[2].tags.is_empty());
}

#[traced(tags(text))]
fn moves(text: String) -> String {
    text
}

#[test]
fn a_tag_leaves_the_variable_to_the_body() {
    let (text, spans) = record(|| moves("x".to_owned()));
    assert_eq!(text, *spans[0].tag("text").unwrap().as_str().unwrap());
}

#[traced(kind = server, component = "http")]
fn server() {}

#[test]
fn kind_and_component_are_standard_tags() {
    let ((), spans) = record(server);
    assert_eq!(text(&spans[0]), ["span.kind=server", "component=http"]);
}

#[traced(child_of = parent)]
fn child(parent: &Span) {}

#[traced(child_of = context, follows_from = causes)]
#[expect(clippy::needless_pass_by_value, reason = "the attribute refers to what it is given")]
fn child_of_context(context: Option<SpanContext>, causes: &[SpanContext]) {}

#[traced(child_of = failed)]
#[expect(clippy::needless_pass_by_value, reason = "the attribute refers to what it is given")]
fn child_of_nothing(failed: Result<SpanContext, String>) {}

#[traced(root)]
fn root() {}

#[test]
fn references_replace_the_active_span() {
    let ((), spans) = record(|| {
        let _active = opentracing::active_span!("active");
        let (one, two) = (span!("one"), span!("two"));
        child(&one);
        child_of_context(Some(one.context()), &[two.context()]);
        child_of_nothing(Err(String::new()));
        root();
    });
    let named = |name: &str| spans.iter().find(|span| span.operation_name == name).unwrap();
    let id = |name: &str| named(name).context.span_id();
    assert_eq!(named("child").parent_id, id("one"));
    assert_eq!(named("child_of_context").parent_id, id("one"));
    let kinds: Vec<_> =
        named("child_of_context").references.iter().map(|reference| reference.kind.clone()).collect();
    assert_eq!(kinds, [ReferenceKind::ChildOf, ReferenceKind::FollowsFrom]);
    assert_eq!(named("child_of_nothing").parent_id, id("active"), "an error stands for no reference");
    assert_eq!(named("root").parent_id, None);
}

#[traced(start_time = earlier)]
fn started(earlier: SystemTime) {}

#[test]
fn a_span_can_have_started_earlier() {
    let earlier = SystemTime::now() - Duration::from_secs(60);
    let ((), spans) = record(|| started(earlier));
    assert_eq!(spans[0].start_time, earlier);
}

#[traced(tracer = tracer)]
fn elsewhere(tracer: &Tracer) {
    here();
}

#[traced]
fn here() {}

#[test]
fn a_tracer_can_be_given_and_is_that_of_the_spans_inside() {
    let other = MockTracer::new();
    let ((), spans) = record(|| elsewhere(&other.tracer()));
    assert!(spans.is_empty());
    assert_eq!(paths(&other.finished_spans()), ["elsewhere/here", "elsewhere"]);
}

const OFF: bool = false;

#[traced(enabled = OFF, tags(a))]
fn off_by_constant(a: u8) -> u8 {
    a
}

#[traced(enabled = cfg(any()))]
async fn off_by_cfg() -> u8 {
    2
}

#[traced(enabled = cfg(all()))]
fn on() -> u8 {
    3
}

#[test]
fn a_function_can_be_switched_off() {
    let (sum, spans) = record(|| off_by_constant(1) + block_on(off_by_cfg()) + on());
    assert_eq!(sum, 6);
    assert_eq!(paths(&spans), ["on"]);
}

#[traced(inactive)]
fn by_hand(n: u8) -> u8 {
    span.set_tag("n", n);
    here();
    n
}

#[traced(inactive, err, tags(n))]
fn by_hand_and_failing(n: u8) -> Result<u8, String> {
    assert!(span.is_recording());
    Err("no".to_owned())
}

#[traced(no_finish, tags(n))]
fn unfinished(n: u8) -> std::sync::Arc<Span> {
    here();
    span
}

#[test]
fn an_inactive_span_is_handed_to_the_body_and_finished_at_the_return() {
    let (_, spans) = record(|| (by_hand(1), by_hand_and_failing(2).is_err()));
    assert_eq!(paths(&spans), ["here", "by_hand", "by_hand_and_failing"], "nothing is its child");
    assert_eq!(text(&spans[1]), ["n=1"]);
    assert_eq!(text(&spans[2]), ["n=2", "error=true"]);
}

#[test]
fn an_unfinished_span_is_active_and_the_body_finishes_it() {
    let mock = MockTracer::new();
    let _current = mock.tracer().make_current();
    let span = unfinished(1);
    assert_eq!(mock.finished_spans().len(), 1, "the child");
    span.set_tag("later", true);
    span.finish();
    let spans = mock.finished_spans();
    assert_eq!(paths(&spans), ["unfinished/here", "unfinished"]);
    assert_eq!(text(&spans[1]), ["n=1", "later=true"]);
}

#[traced(err, ret)]
fn descend(n: u32) -> Result<u32, String> {
    if n == 0 {
        return Ok(0);
    }
    Ok(descend(n - 1)? + 1)
}

#[test]
fn a_recursion_may_be_deep() {
    const CALLS: u32 = 10_000;
    const STACK_BYTES: usize = 32 << 20;
    let thread = std::thread::Builder::new().stack_size(STACK_BYTES);
    let thread = thread.spawn(|| record(|| descend(CALLS))).unwrap();
    let (depth, spans) = thread.join().unwrap();
    assert_eq!(depth, Ok(CALLS));
    assert_eq!(spans.len(), CALLS as usize + 1);
}

#[tokio::main(flavor = "current_thread")]
#[traced]
async fn blocked() -> u8 {
    on()
}

#[traced]
#[tokio::main(flavor = "current_thread")]
async fn entered() -> u8 {
    on()
}

#[test]
fn other_attributes_may_come_before_and_after() {
    let (sum, spans) = record(|| blocked() + entered());
    assert_eq!(sum, 6);
    assert_eq!(paths(&spans), ["blocked/on", "blocked", "entered/on", "entered"]);
}

#[test]
fn without_a_tracer_the_body_still_has_its_span() {
    assert_eq!(by_hand(5), 5);
    assert!(!unfinished(1).is_recording());
}

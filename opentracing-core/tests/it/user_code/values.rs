//! Values, keys, fields, iterators, errors and references that trace while they are read or dropped.

use std::any::type_name;
use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::iter;
use std::ops::ControlFlow;
use std::rc::Rc;
use std::sync::Arc;
use std::time::SystemTime;

use opentracing_core::fields::{Fields, IntoField, IntoFields};
use opentracing_core::{
    AsReference, AsTag, FinishOptions, MockTracer, Refused, SpanContext, TagValue, TextMapReader,
    TextMapWriter, debug, display, fields, format,
};

use super::World;

/// Traces whenever it is read.
#[derive(Clone, Copy)]
struct Busy<'a>(&'a World);

impl<'a> Busy<'a> {
    fn text(self) -> &'static str {
        self.0.work();
        "text"
    }

    fn dropped(self) -> Dropped<'a> {
        Dropped(self.0)
    }
}

impl fmt::Display for Busy<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

impl fmt::Debug for Busy<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

impl Error for Busy<'_> {}

impl AsTag for Busy<'_> {
    fn as_tag(&self) -> Option<TagValue<'_>> {
        Some(self.text().into())
    }
}

impl From<Busy<'_>> for Cow<'static, str> {
    fn from(busy: Busy<'_>) -> Self {
        Cow::Borrowed(busy.text())
    }
}

impl From<Busy<'_>> for String {
    fn from(busy: Busy<'_>) -> Self {
        busy.text().to_owned()
    }
}

impl IntoField for Busy<'_> {
    fn write(self, fields: &mut Fields<'_>) {
        fields.add("first", 1);
        self.0.work();
        fields.add("second", self);
    }
}

impl IntoFields for Busy<'_> {
    fn write(self, fields: &mut Fields<'_>) {
        IntoField::write(self, fields);
    }
}

impl AsReference for Busy<'_> {
    fn visit(&self, visit: &mut dyn FnMut(&SpanContext)) {
        let other = self.0.tracer.active_span();
        self.0.work();
        visit(&SpanContext::default());
        other.visit(visit);
        self.0.work();
    }
}

/// Traces when it is dropped.
struct Dropped<'a>(&'a World);

impl Drop for Dropped<'_> {
    fn drop(&mut self) {
        self.0.work();
    }
}

impl AsTag for Dropped<'_> {
    fn as_tag(&self) -> Option<TagValue<'_>> {
        Some("kept".into())
    }
}

/// Makes a test of a call on a span, which is once a scope's own, once one that others have a handle on, and once
/// none of a scope.
macro_rules! during {
    ($name:ident, |$span:ident, $busy:ident| $call:expr => $recorded:expr) => {
        #[test]
        fn $name() {
            for world in World::each() {
                let $busy = Busy(&world);
                let $span = world.tracer.span("op").start_active();
                $call;
                $span.close();
                world.check($recorded);
            }
            for world in World::each() {
                let $busy = Busy(&world);
                let scope = world.tracer.span("op").start_active();
                let $span = scope.span();
                $call;
                scope.close();
                world.check($recorded);
            }
            for world in World::each() {
                let $busy = Busy(&world);
                let $span = Arc::new(world.tracer.start_span("op"));
                $call;
                $span.finish();
                world.check($recorded);
            }
        }
    };
}

during!(a_displayed_tag_traces, |span, busy| span.set_tag("k", display(&busy)) => r#"op k="text""#);
during!(a_debugged_tag_traces, |span, busy| span.set_tag("k", debug(&busy)) => r#"op k="text""#);
during!(a_tag_of_the_users_type_traces, |span, busy| span.set_tag("k", busy) => r#"op k="text""#);
during!(formatted_text_traces, |span, busy| span.set_tag("k", format_args!("{busy}!")) => r#"op k="text!""#);
during!(a_new_name_traces, |span, busy| span.set_operation_name(busy) => "text");
during!(a_baggage_item_traces, |span, busy| {
    span.set_baggage_item(busy, busy);
    assert_eq!(span.baggage_item("text").as_deref(), Some("text"));
} => "op");
during!(an_iterator_of_tags_traces, |span, busy| {
    span.set_tags([1, 2].into_iter().map(|value| (busy, value + busy.text().len())));
} => "op text=6");
during!(a_log_traces, |span, busy| span.log(busy) => r#"op | first=1 second="text""#);
during!(a_field_traces, |span, busy| span.log([busy, busy]) =>
    r#"op | first=1 second="text" first=1 second="text""#);
during!(the_values_of_fields_trace, |span, busy| {
    span.log(fields![a = display(&busy), b = debug(&busy), c = busy]).log_event(busy);
} => r#"op | a="text" b="text" c="text" | event="text""#);
during!(a_log_of_another_moment_traces, |span, busy| span.log_at(SystemTime::UNIX_EPOCH, busy) =>
    r#"op | first=1 second="text""#);
during!(lazy_fields_trace, |span, busy| {
    span.log(fields::lazy(|| {
        span.set_tag("during", true).log_event("nested");
        busy
    }));
} => r#"op during=true | event="nested" | first=1 second="text""#);
during!(an_error_traces, |span, busy| {
    span.log_error(&Chain(busy));
    span.log_error_with(&fmt::Error, busy);
} => format!(
    "op error=true | {} {} | {} {}",
    format_args!(r#"event="error" error.kind={:?} error.object="text" message="text""#, type_name::<Chain<'_>>()),
    r#"stack="caused by: text""#,
    r#"event="error" error.kind="core::fmt::Error" error.object="Error""#,
    r#"message="an error occurred when formatting an argument" first=1 second="text""#,
));
during!(a_value_that_is_dropped_traces, |span, busy| {
    span.set_tag("k", busy.dropped()).log([("field", busy.dropped())]);
    span.set_tags(iter::once(("iterated", busy.dropped())));
} => r#"op k="kept" iterated="kept" | field="kept""#);
during!(a_value_that_tags_its_own_span_traces, |span, busy| {
    let tags_itself = fields::lazy(|| {
        span.set_tag("k", display(&busy)).set_baggage_item("k", "v");
        let context = span.context();
        [("baggage", context.baggage_item("k").unwrap().to_owned())]
    });
    span.log(tags_itself);
} => r#"op k="text" | baggage="v""#);

/// An error with another behind it.
struct Chain<'a>(Busy<'a>);

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl Error for Chain<'_> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.0.work();
        Some(&Cause)
    }
}

#[derive(Debug)]
struct Cause;

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text")
    }
}

impl Error for Cause {}

#[test]
fn what_is_given_to_a_builder_traces() {
    for world in World::each() {
        let busy = Busy(&world);
        let parent = world.tracer.span("op").start_active();
        let builder =
            world.tracer.span(busy).tag("a", display(&busy)).tag("b", busy).tag("c", busy.dropped());
        let builder = builder.tags(iter::once_with(|| (busy, busy))).follows_from(busy);
        let scope = builder.start_active();
        assert_eq!(scope.context().parent_id(), parent.context().span_id());
        scope.set_operation_name("op");
        scope.close();
        let spans = (world.spans)();
        let built = spans.iter().find(|span| span.tag("a").is_some()).unwrap();
        assert_eq!(built.to_string(), r#"op a="text" b="text" c="kept" text="text""#);
        assert_eq!(built.references.len(), 1);
        drop(parent);
        super::assert_balanced(&world.tracer, 0);
    }
}

#[test]
fn the_outcome_of_a_call_traces() {
    for world in World::each() {
        let busy = Busy(&world);
        let failed = world.tracer.try_in_span("op", |_| Err::<(), _>(busy));
        assert!(failed.is_err());
        let kind = type_name::<Busy<'_>>();
        let log = format!(r#"event="error" error.kind={kind:?} error.object="text" message="text""#);
        world.check(format!("op error=true | {log}"));
    }
    for world in World::each() {
        // The value is dropped by the caller, after the call.
        drop(world.tracer.in_span("op", |_| Busy(&world).dropped()));
        world.check("op");
    }
}

#[test]
fn carriers_trace() {
    struct Carrier<'a>(Busy<'a>, Vec<(String, String)>);
    impl TextMapWriter for Carrier<'_> {
        fn set(&mut self, key: &str, value: &str) -> Result<(), Refused> {
            self.0.0.work();
            self.1.push((key.to_owned(), value.to_owned()));
            Ok(())
        }
    }
    impl TextMapReader for Carrier<'_> {
        fn try_for_each<'a>(
            &'a self,
            visit: &mut dyn FnMut(&'a str, &'a [u8]) -> ControlFlow<()>,
        ) -> ControlFlow<()> {
            self.1.iter().try_for_each(|(key, value)| {
                self.0.0.work();
                visit(key, value.as_bytes())
            })
        }
    }
    let mock = MockTracer::new();
    let world = World::of(mock.tracer(), move || mock.finished_spans());
    let mut carrier = Carrier(Busy(&world), Vec::new());
    let scope = world.tracer.span("op").start_active();
    scope.set_baggage_item("k", "v");
    world.tracer.inject(&scope, format::TextMap, &mut carrier).unwrap();
    let context = world.tracer.extract(format::TextMap, &carrier).unwrap().unwrap();
    assert_eq!(context.ids(), scope.context().ids());
    scope.close();
    world.check("op");
}

#[test]
fn a_value_that_finishes_the_span_it_is_set_on_comes_too_late() {
    for world in World::each() {
        let scope = world.tracer.span("op").start_active();
        scope.log(fields::lazy(|| {
            scope.span().finish();
            world.work();
            [("late", true)]
        }));
        assert_eq!(world.tracer.report().misused, 1);
        scope.close();
        world.check("op");
    }
}

#[test]
fn a_value_that_clears_the_scope_it_is_set_on_comes_too_late() {
    for world in World::each() {
        let scope = world.tracer.span("op").start_active();
        let leaf = world.tracer.span("op").start_active();
        leaf.set_tag("k", Busy(&world));
        leaf.log(fields::lazy(|| {
            world.tracer.scope_manager().clear_current_thread();
            world.work();
            [("late", true)]
        }));
        assert!(world.tracer.active_span().is_none());
        drop((scope, leaf));
        let spans = (world.spans)();
        let ops: Vec<_> = spans.iter().filter(|span| span.operation_name == "op").map(super::whole).collect();
        assert_eq!(ops, [r#"op k="text""#, "op"]);
        super::assert_balanced(&world.tracer, 0);
    }
}

#[test]
fn logs_that_wait_for_the_finish_trace() {
    struct Waits(Rc<World>);
    impl IntoFields for Waits {
        fn write(self, fields: &mut Fields<'_>) {
            self.0.work();
            fields.add("k", 1);
        }
    }
    for world in World::each().map(Rc::new) {
        let span = world.tracer.start_span("op");
        let late = Waits(Rc::clone(&world));
        span.finish_with(FinishOptions::new().log(SystemTime::UNIX_EPOCH, late));
        world.check("op | k=1");
    }
}

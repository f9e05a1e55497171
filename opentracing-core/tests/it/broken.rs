//! Subjects that break one rule each. The suite has to fail them at a row that states that rule.

use std::borrow::Cow;
use std::mem;
use std::sync::Arc;
use std::time::SystemTime;

use opentracing_core::conformance::{
    Capabilities, Start, Subject, Task, TestError, TextCarrier, TextFormat, run,
};
use opentracing_core::{
    ExtractError, InjectError, MockSpan, MockTracer, Scope, Span, SpanContext, TagValue, Tracer, format,
    register_global_tracer_if_absent, set_global_tracer, tags,
};

type Extracted = Result<Option<SpanContext>, ExtractError>;

/// Makes a test of a mock of which some operations are replaced.
macro_rules! broken {
    ($rule:literal, $name:ident { $($operation:item)* }) => {
        #[test]
        fn $name() {
            struct Broken(MockTracer);

            impl Subject for Broken {
                fn tracer(&self) -> Tracer {
                    self.0.tracer()
                }

                fn finished(&self) -> Vec<MockSpan> {
                    self.0.finished_spans()
                }

                fn on_finish(&self, hook: Box<dyn Fn() + Send + Sync>) {
                    self.0.on_finish(move |_| hook());
                }

                fn mock(&self) -> Option<&MockTracer> {
                    Some(&self.0)
                }

                $($operation)*
            }

            let outcome = run(|| Broken(MockTracer::new()), Capabilities::mock());
            let noticed = outcome.failed().any(|failure| failure.row.rule == Some($rule));
            assert!(noticed, "no row for rule {} failed: {outcome}", $rule);
            let mostly = outcome.passed().count() > outcome.failed().count();
            assert!(mostly, "more than a rule is broken: {outcome}");
        }
    };
}

broken!(1, a_scope_that_is_closed_before_its_inner_ones_and_finishes_at_once {
    fn close(&self, scope: Scope) {
        let span = scope.span();
        if !self.active().is_some_and(|active| Arc::ptr_eq(&active, &span)) {
            span.finish();
        }
        scope.close();
    }
});

broken!(2, a_span_that_finishes_while_it_is_active {
    fn close(&self, scope: Scope) {
        scope.span().finish();
        scope.close();
    }
});

broken!(3, a_second_finish_that_is_recorded {
    fn finish(&self, span: &Span) {
        let recorded = self.finished().into_iter().find(|recorded| recorded.context == span.context());
        if let Some(recorded) = recorded {
            self.tracer().span(recorded.operation_name).ignore_active_span().start().finish();
        }
        span.finish();
    }
});

broken!(4, a_parent_that_is_the_last_reference {
    fn start(&self, mut start: Start<'_>) -> Span {
        start.references.reverse();
        start.builder(&self.tracer()).start()
    }
});

broken!(5, an_empty_carrier_that_is_an_error {
    fn extract_text(&self, format: TextFormat, carrier: &TextCarrier) -> Extracted {
        match extract(&self.tracer(), format, carrier) {
            Ok(None) => Err(ExtractError::corrupted("carrier", "", "there is nothing in it")),
            other => other,
        }
    }
});

broken!(6, keys_that_match_in_one_case_only {
    fn extract_text(&self, format: TextFormat, carrier: &TextCarrier) -> Extracted {
        let lower = |(key, _): &&(String, String)| !key.contains(|c: char| c.is_ascii_uppercase());
        extract(&self.tracer(), format, &carrier.iter().filter(lower).cloned().collect())
    }
});

broken!(7, bytes_that_must_end_with_the_context {
    fn extract_binary(&self, carrier: &[u8]) -> Extracted {
        let extracted = self.tracer().extract(format::Binary, carrier)?;
        let mut again = Vec::new();
        if let Some(context) = &extracted {
            self.inject_binary(context, &mut again).expect("what was read can be written");
        }
        if again.len() < carrier.len() {
            return Err(ExtractError::corrupted("binary", carrier, "there is something behind it"));
        }
        Ok(extracted)
    }
});

broken!(8, a_success_that_is_tagged_as_no_error {
    fn try_in_span(
        &self,
        name: &'static str,
        work: &mut dyn FnMut(&Scope) -> Result<(), TestError>,
    ) -> Result<(), TestError> {
        self.tracer().try_in_span(name, |scope| {
            let result = work(scope);
            scope.set_tag("error", result.is_err());
            result
        })
    }
});

broken!(9, a_task_that_inherits_nothing {
    fn in_current_span<'a>(&self, task: Task<'a>) -> Task<'a> {
        task
    }
});

broken!(10, a_start_time_that_is_read_in_the_builder {
    fn start(&self, start: Start<'_>) -> Span {
        let time = start.start_time.unwrap_or_else(SystemTime::now);
        start.start_time(time).builder(&self.tracer()).start()
    }
});

broken!(11, a_registration_that_always_claims_to_have_happened {
    fn register_if_absent(&self, tracer: Tracer) -> bool {
        register_global_tracer_if_absent(tracer);
        true
    }
});

broken!(12, a_lazy_value_that_is_made_for_nobody {
    fn log_lazily(&self, span: &Span, make: &mut dyn FnMut() -> TagValue<'static>) {
        span.log([(Cow::Borrowed("lazy"), make())]);
    }
});

broken!(13, a_decision_that_does_not_travel {
    fn inject_text(
        &self,
        format: TextFormat,
        context: &SpanContext,
        carrier: &mut TextCarrier,
    ) -> Result<(), InjectError> {
        let mut sampled = SpanContext::builder().sampled(true);
        if let Some((trace_id, span_id)) = context.ids() {
            sampled = sampled.ids(trace_id, span_id);
        }
        for (key, value) in context.baggage() {
            sampled = sampled.baggage_item(key, value);
        }
        match format {
            TextFormat::TextMap => self.tracer().inject(sampled.build(), format::TextMap, carrier),
            TextFormat::HttpHeaders => self.tracer().inject(sampled.build(), format::HttpHeaders, carrier),
        }
    }
});

broken!(1, a_scope_that_is_closed_before_its_inner_ones_and_never_finishes {
    fn close(&self, scope: Scope) {
        if self.active().is_some_and(|active| Arc::ptr_eq(&active, &scope.span())) {
            scope.close();
        } else {
            mem::forget(scope);
        }
    }
});

broken!(4, a_span_that_records_one_reference_only {
    fn start(&self, mut start: Start<'_>) -> Span {
        start.references.retain(|(_, context)| context.as_ref().and_then(SpanContext::ids).is_some());
        start.references.truncate(1);
        start.builder(&self.tracer()).start()
    }
});

broken!(5, a_garbled_context_that_counts_as_none {
    fn extract_text(&self, format: TextFormat, carrier: &TextCarrier) -> Extracted {
        Ok(extract(&self.tracer(), format, carrier).unwrap_or(None))
    }
});

broken!(5, baggage_that_needs_ids_to_be_read {
    fn extract_text(&self, format: TextFormat, carrier: &TextCarrier) -> Extracted {
        let extracted = extract(&self.tracer(), format, carrier)?;
        Ok(extracted.filter(|context| context.ids().is_some()))
    }
});

broken!(6, header_values_that_are_written_as_they_are {
    fn inject_text(
        &self,
        _: TextFormat,
        context: &SpanContext,
        carrier: &mut TextCarrier,
    ) -> Result<(), InjectError> {
        self.tracer().inject(context, format::TextMap, carrier)
    }
});

broken!(7, bytes_that_are_replaced {
    fn inject_binary(&self, context: &SpanContext, carrier: &mut Vec<u8>) -> Result<(), InjectError> {
        carrier.clear();
        self.tracer().inject(context, format::Binary, carrier)
    }
});

broken!(8, a_failure_that_nobody_looks_at {
    fn try_in_span(
        &self,
        name: &'static str,
        work: &mut dyn FnMut(&Scope) -> Result<(), TestError>,
    ) -> Result<(), TestError> {
        self.tracer().in_span(name, work)
    }
});

broken!(9, a_task_that_is_not_inside_its_span {
    fn in_span<'a>(&self, span: Arc<Span>, task: Task<'a>) -> Task<'a> {
        Box::pin(async move {
            task.await;
            drop(span);
        })
    }
});

broken!(10, an_epoch_that_means_no_time {
    fn start(&self, mut start: Start<'_>) -> Span {
        start.start_time = start.start_time.filter(|time| *time != SystemTime::UNIX_EPOCH);
        start.builder(&self.tracer()).start()
    }
});

broken!(11, a_registration_that_replaces {
    fn register_if_absent(&self, tracer: Tracer) -> bool {
        set_global_tracer(tracer);
        true
    }
});

broken!(12, a_lazy_value_that_is_made_twice {
    fn log_lazily(&self, span: &Span, make: &mut dyn FnMut() -> TagValue<'static>) {
        if span.is_recording() {
            make();
            span.log([("lazy", make())]);
        }
    }
});

broken!(13, a_priority_that_nobody_looks_at {
    fn start(&self, mut start: Start<'_>) -> Span {
        start.tags.retain(|(key, _)| *key != tags::SAMPLING_PRIORITY.name());
        start.builder(&self.tracer()).start()
    }
});

/// What a subject does unless it is broken.
fn extract(tracer: &Tracer, format: TextFormat, carrier: &TextCarrier) -> Extracted {
    match format {
        TextFormat::TextMap => tracer.extract(format::TextMap, carrier),
        TextFormat::HttpHeaders => tracer.extract(format::HttpHeaders, carrier),
    }
}

//! Which traces are kept, and what their roots say about it.

use opentracing_core::{MockSpan, Tracer, format, tags};
use opentracing_sdk::{Sampler, reporter as reporters, sampler};

use crate::fakes::{LONG, config};

/// What is reported of the spans that a function makes.
fn reported(sampler: impl Sampler, make: impl FnOnce(&Tracer)) -> Vec<MockSpan> {
    let memory = reporters::memory();
    let guard = config(memory.clone()).sampler(sampler).build().unwrap();
    make(&guard.tracer());
    guard.close(LONG);
    memory.take()
}

fn lines(spans: &[MockSpan]) -> Vec<String> {
    spans.iter().map(ToString::to_string).collect()
}

#[test]
fn the_root_of_a_trace_says_which_sampler_kept_it_and_no_other_span_does() {
    let family = |tracer: &Tracer| {
        let root = tracer.start_span("root");
        root.child("child").start().finish();
        root.finish();
    };
    let spans = reported(sampler::constant(true), family);
    assert_eq!(lines(&spans), ["child", r#"root sampler.type="const" sampler.param=true"#]);
    let spans = reported(sampler::parent_based(sampler::probabilistic(1.0)), family);
    assert_eq!(lines(&spans), ["child", r#"root sampler.type="probabilistic" sampler.param=1"#]);
    assert_eq!(lines(&reported(sampler::trace_id_ratio(1.0), family)), ["child", "root"]);
    assert_eq!(lines(&reported(sampler::constant(false), family)), [""; 0]);
}

#[test]
fn what_the_parent_decided_stands() {
    let headers = |sampled: &str| [("uber-trace-id".to_owned(), format!("1:2:0:{sampled}"))].to_vec();
    for (sampler, sampled, expected) in [(true, "0", 0), (false, "1", 1), (false, "3", 1)] {
        let spans = reported(sampler::constant(sampler), |tracer| {
            let parent = tracer.extract(format::HttpHeaders, &headers(sampled));
            let span = tracer.span("serve").child_of(parent).start();
            assert_eq!(span.context().is_debug(), sampled == "3");
        });
        assert_eq!(spans.len(), expected, "{sampled}");
        assert!(spans.iter().all(|span| span.tags.is_empty()), "the decision was not made here");
    }
}

#[test]
fn sampling_priority_is_obeyed_without_asking() {
    let kept = reported(sampler::constant(false), |tracer| {
        let span = tracer.span("kept").tag(tags::SAMPLING_PRIORITY, 1).start();
        assert!(span.context().is_debug());
    });
    assert_eq!(lines(&kept), ["kept sampling.priority=1"]);
    let dropped = reported(sampler::constant(true), |tracer| {
        tracer.span("dropped").tag(tags::SAMPLING_PRIORITY, 0).start().finish();
    });
    assert_eq!(lines(&dropped), [""; 0]);
}

#[test]
fn a_debug_id_keeps_the_trace_and_names_it() {
    let headers = |id: &str| vec![("jaeger-debug-id".to_owned(), id.to_owned())];
    let spans = reported(sampler::constant(false), |tracer| {
        let parent = tracer.extract(format::HttpHeaders, &headers("find-me"));
        let span = tracer.span("serve").child_of(&parent).start();
        assert_eq!(span.context().flags().bits(), 3);
        span.finish();
        tracer.span("silenced").child_of(&parent).tag(tags::SAMPLING_PRIORITY, 0).start().finish();
    });
    assert_eq!(lines(&spans), [r#"serve jaeger-debug-id="find-me""#]);
}

#[test]
fn shares_out_of_range_are_errors_when_the_tracer_is_built() {
    for (setting, sampler) in [
        ("sampler::probabilistic=1.5", Box::new(sampler::probabilistic(1.5)) as Box<dyn Sampler>),
        ("sampler::probabilistic=-0.1", Box::new(sampler::parent_based(sampler::probabilistic(-0.1)))),
        ("sampler::trace_id_ratio=NaN", Box::new(sampler::trace_id_ratio(f64::NAN))),
        ("sampler::trace_id_ratio=inf", Box::new(sampler::trace_id_ratio(f64::INFINITY))),
    ] {
        let error = config(reporters::counting()).sampler(sampler).build().unwrap_err();
        assert_eq!(error.to_string(), format!("{setting}: a probability is between 0 and 1"));
    }
}

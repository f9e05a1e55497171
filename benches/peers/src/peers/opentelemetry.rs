//! opentelemetry and its SDK: the batch processor, with an exporter that counts.

use std::collections::HashMap;
use std::hint::black_box;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use http::{HeaderMap, HeaderName, HeaderValue};
use opentelemetry::global::{self, BoxedTracer};
use opentelemetry::propagation::{Extractor, Injector};
use opentelemetry::trace::{FutureExt, Span, TraceContextExt, Tracer, mark_span_as_active};
use opentelemetry::{Context, ContextGuard, KeyValue};
use opentelemetry_http::{HeaderExtractor, HeaderInjector};
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{
    BatchConfigBuilder, BatchSpanProcessor, Sampler, SdkTracerProvider, SpanData, SpanExporter,
};

use crate::peers::shape::{
    Pauses, TRACEPARENT, TRACEPARENT_VALUE, below, nested, poll_to_end, spawned, text, trees, units,
};
use crate::peers::{Fate, Library, Repetition};
use crate::scenario::{Setup, Work};

/// Sixteen times the default, with which it loses spans as soon as it is in a hurry.
const QUEUE_SPANS_MAX: usize = 32_768;

/// The SDK behind the global tracer, if there is any.
pub struct Sdk {
    provider: Option<SdkTracerProvider>,
    exported: Arc<AtomicU64>,
}

impl Sdk {
    /// `None` for what the SDK does not have.
    pub fn install(setup: Setup) -> Option<Self> {
        let exported = Arc::new(AtomicU64::new(0));
        let sampler = match setup {
            Setup::Sampled => Sampler::AlwaysOn,
            Setup::Unsampled => Sampler::AlwaysOff,
            Setup::Disabled => return Some(Self { provider: None, exported }),
            Setup::BothHeaders => return None,
        };
        let config = BatchConfigBuilder::default().with_max_queue_size(QUEUE_SPANS_MAX).build();
        let processor =
            BatchSpanProcessor::builder(Counting(exported.clone())).with_batch_config(config).build();
        let provider =
            SdkTracerProvider::builder().with_sampler(sampler).with_span_processor(processor).build();
        global::set_tracer_provider(provider.clone());
        global::set_text_map_propagator(TraceContextPropagator::new());
        Some(Self { provider: Some(provider), exported })
    }

    pub fn provider(&self) -> Option<&SdkTracerProvider> {
        self.provider.as_ref()
    }

    pub fn flush(&self) -> Fate {
        if let Some(provider) = &self.provider {
            provider.force_flush().expect("an exporter that counts does not fail");
        }
        Fate { exported: Some(self.exported.load(Ordering::Relaxed)), ..Fate::default() }
    }
}

#[derive(Debug)]
struct Counting(Arc<AtomicU64>);

impl SpanExporter for Counting {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let count = batch.iter().map(black_box).count();
        self.0.fetch_add(count as u64, Ordering::Relaxed);
        Ok(())
    }
}

pub fn install(setup: Setup) -> Option<Box<dyn Library>> {
    Some(Box::new(Otel(Sdk::install(setup)?)))
}

struct Otel(Sdk);

impl Library for Otel {
    fn work(&self, work: Work) -> Option<Repetition> {
        let tracer = Rc::new(global::tracer("bench"));
        let root = {
            let tracer = tracer.clone();
            move || mark_span_as_active(tracer.start_with_context("root", &Context::new()))
        };
        Some(match work {
            Work::Trees(shape) => trees(shape, root, move |_| active(&tracer)),
            Work::Nested => nested(root, move |_| active(&tracer)),
            Work::Handles => {
                let starter = tracer.clone();
                let root =
                    move || Context::new().with_span(starter.start_with_context("root", &Context::new()));
                below(root, move |root, _| tracer.start_with_context("child", root).end())
            }
            Work::Tags2 => below(root, move |_, n| drop(with_tags(&tracer, tags2(n)))),
            Work::Tags8 => below(root, move |_, n| drop(with_tags(&tracer, tags8(n)))),
            Work::Log => below(root, move |_, n| {
                tracer.in_span("child", |child| {
                    let fields =
                        vec![KeyValue::new("event", "retry"), KeyValue::new("attempt", i64::from(n))];
                    child.span().add_event("retry", fields);
                });
            }),
            Work::Bare => units(move |_| drop(active(&tracer))),
            Work::BareTags8 => units(move |n| drop(with_tags(&tracer, tags8(n)))),
            Work::Futures { pauses } => below(root, move |_, _| {
                let context = Context::current_with_span(tracer.start("child"));
                poll_to_end(Pauses(pauses).with_context(context));
            }),
            Work::Spawn => spawned(root, move |_| {
                Pauses(0).with_context(Context::current_with_span(tracer.start("task")))
            }),
            Work::Attribute => return None,
            Work::InjectMap => below(root, |_, _| {
                let mut map = HashMap::<String, String>::new();
                inject(&Context::current(), &mut map);
                black_box(map);
            }),
            Work::InjectHeaders => below(root, |_, _| {
                let mut headers = HeaderMap::new();
                inject(&Context::current(), &mut HeaderInjector(&mut headers));
                black_box(headers);
            }),
            Work::ExtractMap | Work::ExtractHeaders => extraction(work)?,
        })
    }

    fn flush(&self) -> Fate {
        self.0.flush()
    }
}

#[inline]
fn active(tracer: &BoxedTracer) -> ContextGuard {
    mark_span_as_active(tracer.start("child"))
}

#[inline]
fn with_tags<const N: usize>(tracer: &BoxedTracer, tags: [KeyValue; N]) -> ContextGuard {
    mark_span_as_active(tracer.span_builder("child").with_attributes(tags).start(tracer))
}

#[inline]
fn tags2(n: u32) -> [KeyValue; 2] {
    [KeyValue::new("user", text().to_owned()), KeyValue::new("n", i64::from(n))]
}

#[inline]
fn tags8(n: u32) -> [KeyValue; 8] {
    let n = i64::from(n);
    [
        KeyValue::new("component", "db"),
        KeyValue::new("kind", "client"),
        KeyValue::new("user", text().to_owned()),
        KeyValue::new("host", text().to_owned()),
        KeyValue::new("rows", n),
        KeyValue::new("bytes", n),
        KeyValue::new("attempt", n),
        KeyValue::new("shard", n),
    ]
}

pub fn inject(context: &Context, carrier: &mut dyn Injector) {
    global::get_text_map_propagator(|propagator| propagator.inject_context(context, carrier));
}

fn extract(carrier: &dyn Extractor) -> Context {
    global::get_text_map_propagator(|propagator| propagator.extract(carrier))
}

/// Reading a context does not depend on who makes the spans.
pub fn extraction(work: Work) -> Option<Repetition> {
    match work {
        Work::ExtractMap => {
            let map = HashMap::from([(TRACEPARENT.to_owned(), TRACEPARENT_VALUE.to_owned())]);
            Some(units(move |_| drop(black_box(extract(&map)))))
        }
        Work::ExtractHeaders => {
            let value = HeaderValue::from_static(TRACEPARENT_VALUE);
            let headers = HeaderMap::from_iter([(HeaderName::from_static(TRACEPARENT), value)]);
            Some(units(move |_| drop(black_box(extract(&HeaderExtractor(&headers))))))
        }
        _ => None,
    }
}

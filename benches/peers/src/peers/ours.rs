//! This project: a real `Config` with a reporter that counts, through the macros, as an application uses it.

use std::collections::HashMap;
use std::hint::black_box;
use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue};
use opentracing::reporter::{self, CountingReporter};
use opentracing::{
    Config, Propagation, Traced, TracerGuard, active_span, extract, inject, log, sampler, span, traced,
};

use crate::peers::shape::{
    Pauses, TRACEPARENT, TRACEPARENT_VALUE, below, nested, poll_to_end, spawned, text, trees, units,
};
use crate::peers::{Fate, Library, Repetition};
use crate::scenario::{Setup, Work};

/// Delivering takes some milliseconds; what is not delivered by then is shown as not kept.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(30);

struct Ours {
    counting: CountingReporter,
    guard: Option<TracerGuard>,
}

pub fn install(setup: Setup) -> Option<Box<dyn Library>> {
    let counting = reporter::counting();
    let config = Config::new("bench").reporter(counting.clone());
    let config = match setup {
        Setup::Sampled => Some(config.propagation([Propagation::W3c])),
        Setup::Unsampled => Some(config.sampler(sampler::constant(false))),
        Setup::BothHeaders => Some(config),
        Setup::Disabled => None,
    };
    let guard = config.map(|config| config.init().expect("a valid configuration"));
    Some(Box::new(Ours { counting, guard }))
}

impl Library for Ours {
    fn work(&self, work: Work) -> Option<Repetition> {
        let root = || active_span!("root");
        Some(match work {
            Work::Trees(shape) => trees(shape, root, |_| active_span!("child")),
            Work::Nested => nested(root, |_| active_span!("child")),
            Work::Handles => {
                let tracer = opentracing::tracer();
                below(|| span!("root"), move |root, _| tracer.span("child").child_of(root).start().finish())
            }
            Work::Tags2 => below(root, |_, n| drop(active_span!("child", user = text(), n))),
            Work::Tags8 => below(root, |_, n| tags8(n)),
            Work::Log => below(root, |_, n| {
                let _child = active_span!("child");
                log!(event = "retry", attempt = n);
            }),
            Work::Bare => units(|_| drop(active_span!("child"))),
            Work::BareTags8 => units(tags8),
            Work::Futures { pauses } => below(root, move |_, _| poll_to_end(attributed_future(pauses))),
            Work::Spawn => spawned(root, |_| Pauses(0).in_span(span!("task"))),
            Work::Attribute => below(root, |_, _| attributed()),
            Work::InjectMap => below(root, |_, _| {
                let mut map = HashMap::<String, String>::new();
                inject!(map).expect("there is a context");
                black_box(map);
            }),
            Work::ExtractMap => {
                let map = HashMap::from([(TRACEPARENT.to_owned(), TRACEPARENT_VALUE.to_owned())]);
                units(move |_| drop(black_box(extract!(map).expect("a valid header"))))
            }
            Work::InjectHeaders => below(root, |_, _| {
                let mut headers = HeaderMap::new();
                inject!(headers).expect("there is a context");
                black_box(headers);
            }),
            Work::ExtractHeaders => {
                let value = HeaderValue::from_static(TRACEPARENT_VALUE);
                let headers = HeaderMap::from_iter([(HeaderName::from_static(TRACEPARENT), value)]);
                units(move |_| drop(black_box(extract!(headers).expect("a valid header"))))
            }
        })
    }

    fn flush(&self) -> Fate {
        let Some(guard) = &self.guard else { return Fate::default() };
        let report = guard.flush(FLUSH_TIMEOUT);
        Fate {
            exported: Some(self.counting.spans()),
            started: Some(report.started - report.unsampled),
            dropped: Some(report.dropped.total()),
        }
    }
}

#[inline]
fn tags8(n: u32) {
    drop(active_span!(
        "child",
        component = "db",
        kind = "client",
        user = text(),
        host = text(),
        rows = n,
        bytes = n,
        attempt = n,
        shard = n,
    ));
}

#[traced]
#[inline(never)]
fn attributed() {}

#[traced]
async fn attributed_future(pauses: u32) {
    Pauses(pauses).await;
}

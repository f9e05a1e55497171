//! tracing, with tracing-opentelemetry on top of opentelemetry's SDK.

use std::collections::HashMap;
use std::hint::black_box;

use http::HeaderMap;
use opentelemetry::trace::TracerProvider;
use opentelemetry_http::HeaderInjector;
use tracing::{Instrument, info, info_span};
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::layer::SubscriberExt;

use crate::peers::opentelemetry::{Sdk, extraction, inject};
use crate::peers::shape::{Pauses, below, nested, poll_to_end, spawned, text, trees, units};
use crate::peers::{Fate, Library, Repetition};
use crate::scenario::{Setup, Work};

struct Tracing(Sdk);

pub fn install(setup: Setup) -> Option<Box<dyn Library>> {
    let sdk = Sdk::install(setup)?;
    if let Some(provider) = sdk.provider() {
        let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("bench"));
        let subscriber = tracing_subscriber::registry().with(layer);
        tracing::subscriber::set_global_default(subscriber).expect("it is set once a process");
    }
    Some(Box::new(Tracing(sdk)))
}

impl Library for Tracing {
    fn work(&self, work: Work) -> Option<Repetition> {
        let root = || info_span!(parent: None, "root").entered();
        Some(match work {
            Work::Trees(shape) => trees(shape, root, |_| info_span!("child").entered()),
            Work::Nested => nested(root, |_| info_span!("child").entered()),
            Work::Handles => {
                let root = || info_span!(parent: None, "root");
                below(root, |root, _| drop(info_span!(parent: root, "child")))
            }
            Work::Tags2 => below(root, |_, n| drop(info_span!("child", user = text(), n).entered())),
            Work::Tags8 => below(root, |_, n| tags8(n)),
            Work::Log => below(root, |_, n| {
                let _child = info_span!("child").entered();
                info!(attempt = n, "retry");
            }),
            Work::Bare => units(|_| drop(info_span!("child").entered())),
            Work::BareTags8 => units(tags8),
            Work::Futures { pauses } => below(root, move |_, _| poll_to_end(attributed_future(pauses))),
            Work::Spawn => spawned(root, |_| Pauses(0).instrument(info_span!("task"))),
            Work::Attribute => below(root, |_, _| attributed()),
            Work::InjectMap => below(root, |_, _| {
                let mut map = HashMap::<String, String>::new();
                inject(&tracing::Span::current().context(), &mut map);
                black_box(map);
            }),
            Work::InjectHeaders => below(root, |_, _| {
                let mut headers = HeaderMap::new();
                inject(&tracing::Span::current().context(), &mut HeaderInjector(&mut headers));
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
fn tags8(n: u32) {
    let span = info_span!(
        "child",
        component = "db",
        kind = "client",
        user = text(),
        host = text(),
        rows = n,
        bytes = n,
        attempt = n,
        shard = n,
    );
    drop(span.entered());
}

#[tracing::instrument(skip_all)]
#[inline(never)]
fn attributed() {}

#[tracing::instrument(skip_all)]
async fn attributed_future(pauses: u32) {
    Pauses(pauses).await;
}

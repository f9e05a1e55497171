//! fastrace, with a reporter that counts.

use std::borrow::Cow;
use std::collections::HashMap;
use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use fastrace::collector::{Config, Reporter, SpanRecord};
use fastrace::future::FutureExt;
use fastrace::local::{LocalParentGuard, LocalSpan};
use fastrace::prelude::SpanContext;
use fastrace::{Event, Span};
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::peers::shape::{
    Pauses, TRACEPARENT, TRACEPARENT_VALUE, below, nested, poll_to_end, spawned, text, trees, units,
};
use crate::peers::{Fate, Library, Repetition};
use crate::scenario::{Setup, Work};

struct Fastrace {
    exported: Arc<AtomicU64>,
    /// Here the one who makes a root says whether it is sampled.
    sampled: bool,
}

pub fn install(setup: Setup) -> Option<Box<dyn Library>> {
    let exported = Arc::new(AtomicU64::new(0));
    match setup {
        Setup::BothHeaders => return None,
        Setup::Disabled => {}
        Setup::Sampled | Setup::Unsampled => {
            fastrace::set_reporter(Counting(exported.clone()), Config::default());
        }
    }
    Some(Box::new(Fastrace { exported, sampled: setup != Setup::Unsampled }))
}

struct Counting(Arc<AtomicU64>);

impl Reporter for Counting {
    fn report(&mut self, spans: Vec<SpanRecord>) {
        let count = spans.iter().map(black_box).count();
        self.0.fetch_add(count as u64, Ordering::Relaxed);
    }
}

/// A root that is the parent of what follows on its thread.
type Root = (LocalParentGuard, Span);

impl Library for Fastrace {
    fn work(&self, work: Work) -> Option<Repetition> {
        let sampled = self.sampled;
        let detached = move || Span::root("root", SpanContext::random().sampled(sampled));
        let root = move || -> Root {
            let root = detached();
            (root.set_local_parent(), root)
        };
        Some(match work {
            // A root alone is nobody's parent.
            Work::Trees(shape) if shape.children == 0 => trees(shape, detached, |_| ()),
            Work::Trees(shape) => trees(shape, root, |_| child()),
            Work::Nested => chain(root),
            Work::Handles => below(detached, |root, _| drop(Span::enter_with_parent("child", root))),
            Work::Tags2 => below(root, |_, n| drop(child().with_properties(|| tags2(n)))),
            Work::Tags8 => below(root, |_, n| drop(child().with_properties(|| tags8(n)))),
            Work::Log => below(root, |_, n| {
                let _child = child();
                let fields = || [("event", Cow::Borrowed("retry")), ("attempt", n.to_string().into())];
                LocalSpan::add_event(Event::new("retry").with_properties(fields));
            }),
            Work::Bare => units(|_| drop(child())),
            Work::BareTags8 => units(|n| drop(child().with_properties(|| tags8(n)))),
            Work::Futures { pauses } => below(root, move |_, _| poll_to_end(attributed_future(pauses))),
            Work::Spawn => spawned(root, |_| Pauses(0).in_span(Span::enter_with_local_parent("task"))),
            Work::Attribute => below(root, |_, _| attributed()),
            Work::InjectMap => below(root, |_, _| {
                black_box(HashMap::from([(TRACEPARENT.to_owned(), traceparent())]));
            }),
            Work::ExtractMap => {
                let map = HashMap::from([(TRACEPARENT.to_owned(), TRACEPARENT_VALUE.to_owned())]);
                units(move |_| {
                    let value = map.get(TRACEPARENT).expect("it is there");
                    black_box(SpanContext::decode_w3c_traceparent(value).expect("a valid header"));
                })
            }
            Work::InjectHeaders => below(root, |_, _| {
                let mut headers = HeaderMap::new();
                let value = HeaderValue::try_from(traceparent()).expect("a valid header");
                headers.insert(HeaderName::from_static(TRACEPARENT), value);
                black_box(headers);
            }),
            Work::ExtractHeaders => {
                let value = HeaderValue::from_static(TRACEPARENT_VALUE);
                let headers = HeaderMap::from_iter([(HeaderName::from_static(TRACEPARENT), value)]);
                units(move |_| {
                    let value = headers.get(TRACEPARENT).and_then(|value| value.to_str().ok());
                    black_box(value.and_then(SpanContext::decode_w3c_traceparent).expect("a valid header"));
                })
            }
        })
    }

    fn flush(&self) -> Fate {
        fastrace::flush();
        Fate { exported: Some(self.exported.load(Ordering::Relaxed)), ..Fate::default() }
    }
}

#[inline]
fn child() -> LocalSpan {
    LocalSpan::enter_with_local_parent("child")
}

fn chain(root: impl Fn() -> Root + 'static) -> Repetition {
    /// The root and its children are of different types here.
    #[expect(dead_code, reason = "spans are kept for what they do when they are dropped")]
    enum Link {
        Root(Root),
        Child(LocalSpan),
    }
    nested(move || Link::Root(root()), |_| Link::Child(child()))
}

#[inline]
fn tags2(n: u32) -> [(&'static str, String); 2] {
    [("user", text().to_owned()), ("n", n.to_string())]
}

#[inline]
fn tags8(n: u32) -> [(&'static str, Cow<'static, str>); 8] {
    [
        ("component", "db".into()),
        ("kind", "client".into()),
        ("user", text().to_owned().into()),
        ("host", text().to_owned().into()),
        ("rows", n.to_string().into()),
        ("bytes", n.to_string().into()),
        ("attempt", n.to_string().into()),
        ("shard", n.to_string().into()),
    ]
}

fn traceparent() -> String {
    SpanContext::current_local_parent().expect("there is a context").encode_w3c_traceparent()
}

#[fastrace::trace]
#[inline(never)]
fn attributed() {}

#[fastrace::trace]
async fn attributed_future(pauses: u32) {
    Pauses(pauses).await;
}

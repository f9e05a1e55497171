//! rustracing, with ids as cheap as they can be and a thread that counts what comes out of its channel.

use std::cell::Cell;
use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Mutex, PoisonError};
use std::thread;

use rustracing::Tracer;
use rustracing::sampler::{AllSampler, BoxSampler, NullSampler};
use rustracing::span::{CandidateSpan, Span, SpanHandle, SpanReceiver, StartSpanOptions};
use rustracing::tag::Tag;

use crate::peers::shape::{Pauses, below, nested, poll_to_end, spawned, text, trees, units};
use crate::peers::{Fate, Library, Repetition};
use crate::scenario::{Setup, Work};

/// What its users bring themselves.
#[derive(Clone, Copy)]
struct Ids {
    trace: u64,
    span: u64,
}

impl From<CandidateSpan<'_, Ids>> for Ids {
    fn from(candidate: CandidateSpan<'_, Ids>) -> Self {
        let span = next_id();
        let trace = candidate.references().first().map_or(span, |reference| reference.span().trace);
        Ids { trace, span }
    }
}

fn next_id() -> u64 {
    thread_local!(static LAST: Cell<u64> = const { Cell::new(0) });
    LAST.with(|last| {
        last.set(last.get().wrapping_add(0x9e37_79b9_7f4a_7c15));
        last.get()
    })
}

struct Rustracing {
    tracer: Tracer<BoxSampler<Ids>, Ids>,
    /// Its one span goes through the channel behind all others.
    marker: Tracer<AllSampler, Ids>,
    marked: Mutex<Receiver<()>>,
    exported: Arc<AtomicU64>,
    disabled: bool,
}

/// The name of spans that ask whether the channel has been emptied.
const MARKER: &str = "marker";

pub fn install(setup: Setup) -> Option<Box<dyn Library>> {
    let sampler: BoxSampler<Ids> = match setup {
        Setup::Sampled | Setup::Disabled => Box::new(AllSampler),
        Setup::Unsampled => Box::new(NullSampler),
        Setup::BothHeaders => return None,
    };
    // Unbounded, as its constructor makes it.
    let (tracer, finished) = Tracer::new(sampler);
    let exported = Arc::new(AtomicU64::new(0));
    let marked = Mutex::new(collect(finished, exported.clone()));
    let marker = tracer.clone_with_sampler(AllSampler);
    Some(Box::new(Rustracing { tracer, marker, marked, exported, disabled: setup == Setup::Disabled }))
}

/// Counts on a thread, and tells when a marker came by.
fn collect(finished: SpanReceiver<Ids>, exported: Arc<AtomicU64>) -> Receiver<()> {
    let (mark, marked) = mpsc::channel();
    thread::spawn(move || {
        for span in finished {
            if span.operation_name() == MARKER {
                // Whoever asked may have given up.
                let _ = mark.send(());
            } else {
                black_box(span.context().state().span);
                exported.fetch_add(1, Ordering::Relaxed);
            }
        }
    });
    marked
}

impl Library for Rustracing {
    fn work(&self, work: Work) -> Option<Repetition> {
        let tracer = self.tracer.clone();
        let disabled = self.disabled;
        let root = move || if disabled { Span::inactive() } else { tracer.span("root").start() };
        Some(match work {
            Work::Trees(shape) => trees(shape, root, child),
            Work::Nested => nested(root, child),
            Work::Handles => below(
                move || -> (SpanHandle<Ids>, Span<Ids>) {
                    let root = root();
                    (root.handle(), root)
                },
                |(handle, _), _| drop(handle.child("child", |options| options.start())),
            ),
            Work::Tags2 => {
                below(root, |root, n| drop(root.child("child", |options| tags2(options, n).start())))
            }
            Work::Tags8 => {
                below(root, |root, n| drop(root.child("child", |options| tags8(options, n).start())))
            }
            Work::Log => below(root, |root, n| {
                child(root).log(|log| {
                    log.field(("event", "retry")).field(("attempt", n.to_string()));
                });
            }),
            Work::Bare => {
                let root = root();
                units(move |_| drop(child(&root)))
            }
            Work::BareTags8 => {
                let root = root();
                units(move |n| drop(root.child("child", |options| tags8(options, n).start())))
            }
            Work::Futures { pauses } => below(root, move |root, _| poll_to_end(in_span(child(root), pauses))),
            Work::Spawn => spawned(root, |root| in_span(child(root), 0)),
            // It has neither attributes nor formats for contexts.
            _ => return None,
        })
    }

    fn flush(&self) -> Fate {
        drop(self.marker.span(MARKER).start());
        let marked = self.marked.lock().unwrap_or_else(PoisonError::into_inner);
        marked.recv().expect("the thread that counts goes on as long as there is a tracer");
        Fate { exported: Some(self.exported.load(Ordering::Relaxed)), ..Fate::default() }
    }
}

#[inline]
fn child(parent: &Span<Ids>) -> Span<Ids> {
    parent.child("child", |options| options.start())
}

/// Nothing is active here: the future keeps its span.
async fn in_span(span: Span<Ids>, pauses: u32) {
    Pauses(pauses).await;
    drop(span);
}

type Options<'a> = StartSpanOptions<'a, AllSampler, Ids>;

#[inline]
fn tags2(options: Options<'_>, n: u32) -> Options<'_> {
    options.tag(Tag::new("user", text().to_owned())).tag(Tag::new("n", i64::from(n)))
}

#[inline]
fn tags8(options: Options<'_>, n: u32) -> Options<'_> {
    let n = i64::from(n);
    options
        .tag(Tag::new("component", "db"))
        .tag(Tag::new("kind", "client"))
        .tag(Tag::new("user", text().to_owned()))
        .tag(Tag::new("host", text().to_owned()))
        .tag(Tag::new("rows", n))
        .tag(Tag::new("bytes", n))
        .tag(Tag::new("attempt", n))
        .tag(Tag::new("shard", n))
}

//! What is measured, written as a user of each library would.

use std::hint::black_box;
use std::time::Instant;

use fastrace::collector as fast;
use fastrace::local::LocalSpan;
use opentracing::{Config, TracerGuard, reporter, sampler, traced};

pub const PEERS: &[&str] = &["opentracing", "fastrace"];
pub const SCENARIOS: &[&str] = &["child", "tags2", "attribute", "unsampled", "disabled", "disabled_tags8"];

/// Spans, or call sites, of one repetition.
pub const UNITS: u64 = 100;

/// Repeats a scenario until the figure stands; the least of many short samples.
pub fn nanos_per_unit(peer: &str, scenario: &str) -> f64 {
    let mut subject = Subject::new(peer, scenario);
    (0..200).map(|_| sample(&mut subject)).fold(f64::MAX, f64::min)
}

fn sample(subject: &mut Subject) -> f64 {
    const REPETITIONS: u64 = 20;
    let began = Instant::now();
    (0..REPETITIONS).for_each(|_| subject.run());
    began.elapsed().as_nanos() as f64 / (REPETITIONS * UNITS) as f64
}

pub fn repeat(peer: &str, scenario: &str, times: u64) {
    let mut subject = Subject::new(peer, scenario);
    (0..times).for_each(|_| subject.run());
}

/// What callgrind counts.
#[inline(never)]
pub fn measured(run: fn()) {
    run();
}

/// One library, set up for one scenario.
struct Subject {
    run: fn(),
    _tracer: Option<TracerGuard>,
}

impl Subject {
    fn new(peer: &str, scenario: &str) -> Self {
        match peer {
            "opentracing" => Self { run: ours(scenario), _tracer: install(scenario) },
            "fastrace" => {
                if !scenario.starts_with("disabled") {
                    fastrace::set_reporter(NullReporter, fast::Config::default());
                }
                Self { run: fastrace_run(scenario), _tracer: None }
            }
            _ => panic!("no such peer: {peer}"),
        }
    }

    fn run(&mut self) {
        measured(self.run);
    }
}

fn install(scenario: &str) -> Option<TracerGuard> {
    let kept = scenario != "unsampled";
    (!scenario.starts_with("disabled")).then(|| {
        Config::new("bench")
            .sampler(sampler::constant(kept))
            .reporter(reporter::counting())
            .init()
            .expect("a valid configuration")
    })
}

fn ours(scenario: &str) -> fn() {
    match scenario {
        "child" | "unsampled" => || {
            let _root = opentracing::active_span!("root");
            (0..UNITS).for_each(|_| drop(opentracing::active_span!("child")));
        },
        "tags2" => || {
            let _root = opentracing::active_span!("root");
            for n in 0..UNITS {
                drop(opentracing::active_span!("child", user = black_box("somebody"), n));
            }
        },
        "attribute" => || {
            let _root = opentracing::active_span!("root");
            (0..UNITS).for_each(|_| attributed());
        },
        "disabled" => || (0..UNITS).for_each(|_| drop(opentracing::active_span!("child"))),
        "disabled_tags8" => || {
            for n in 0..UNITS {
                let s = black_box("somebody");
                drop(opentracing::active_span!(
                    "child", a = "x", b = "y", c = s, d = s, e = n, f = n, g = n, h = n
                ));
            }
        },
        _ => panic!("no such scenario: {scenario}"),
    }
}

#[traced]
#[inline(never)]
fn attributed() {}

fn fastrace_run(scenario: &str) -> fn() {
    match scenario {
        "child" => || {
            let _root = fast_root(true);
            (0..UNITS).for_each(|_| drop(LocalSpan::enter_with_local_parent("child")));
        },
        "unsampled" => || {
            let _root = fast_root(false);
            (0..UNITS).for_each(|_| drop(LocalSpan::enter_with_local_parent("child")));
        },
        "tags2" => || {
            let _root = fast_root(true);
            for n in 0..UNITS {
                let user = black_box("somebody");
                let properties = || [("user", user.to_string()), ("n", n.to_string())];
                drop(LocalSpan::enter_with_local_parent("child").with_properties(properties));
            }
        },
        "attribute" => || {
            let _root = fast_root(true);
            (0..UNITS).for_each(|_| fast_attributed());
        },
        "disabled" => || (0..UNITS).for_each(|_| drop(LocalSpan::enter_with_local_parent("child"))),
        "disabled_tags8" => || {
            for n in 0..UNITS {
                let s = black_box("somebody");
                let properties = || {
                    let (s, n) = (s.to_string(), n.to_string());
                    [
                        ("a", "x".to_string()),
                        ("b", "y".to_string()),
                        ("c", s.clone()),
                        ("d", s),
                        ("e", n.clone()),
                        ("f", n.clone()),
                        ("g", n.clone()),
                        ("h", n),
                    ]
                };
                drop(LocalSpan::enter_with_local_parent("child").with_properties(properties));
            }
        },
        _ => panic!("no such scenario: {scenario}"),
    }
}

#[fastrace::trace(short_name = true)]
#[inline(never)]
fn fast_attributed() {}

fn fast_root(sampled: bool) -> (fastrace::local::LocalParentGuard, fastrace::Span) {
    let context = fast::SpanContext::random().sampled(sampled);
    let root = fastrace::Span::root("root", context);
    (root.set_local_parent(), root)
}

struct NullReporter;

impl fast::Reporter for NullReporter {
    fn report(&mut self, spans: Vec<fast::SpanRecord>) {
        black_box(spans);
    }
}

//! What becomes of tracers and spans when the process forks: what was open belongs to the parent, and the child
//! begins anew.
//!
//! A binary of its own, because a fork copies whatever else its process does.
#![cfg(unix)]
#![expect(unsafe_code, reason = "only the C library forks")]
#![expect(clippy::unwrap_used, reason = "in a test a panic is the report")]
#![expect(clippy::mem_forget, reason = "a leaked guard is one of the cases")]

use std::collections::HashSet;
use std::fmt::Write as _;
use std::future::{Future, pending};
use std::io::{Read, Write as _};
use std::mem;
use std::os::unix::net::UnixStream;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::task::{Context, Waker};
use std::thread;

use opentracing_core::{
    Decision, FinishOnClose, MockTracer, Recorder, Scope, Span, SpanRecord, StartInfo, Traced, Tracer, tags,
};

/// Keeps the names of what is recorded.
#[derive(Debug, Clone, Default)]
struct Names(Arc<Mutex<Vec<String>>>);

impl Recorder for Names {
    fn sample(&self, start: &StartInfo<'_>) -> Decision {
        Decision::sampled(start.sampling_priority != Some(0))
    }

    fn record(&self, span: &SpanRecord<'_>) {
        lock(&self.0).push(span.operation_name().to_owned());
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A tracer, and what it has recorded in this process.
struct Side {
    tracer: Tracer,
    names: Box<dyn Fn() -> Vec<String>>,
}

impl Side {
    /// One whose tracer takes the short ways, and one whose tracer observes.
    fn each() -> [Self; 2] {
        let (names, mock) = (Names::default(), MockTracer::new());
        let (tracer, mocks) = (Tracer::new(names.clone()), mock.tracer());
        let finished = move || mock.finished_spans().into_iter().map(|span| span.operation_name).collect();
        [
            Self { tracer, names: Box::new(move || lock(&names.0).clone()) },
            Self { tracer: mocks, names: Box::new(finished) },
        ]
    }

    /// What is recorded meanwhile, and what is counted in all: started, unsampled, open, and misused.
    fn watch(&self, work: impl FnOnce()) -> (Vec<String>, [u64; 4]) {
        let before = (self.names)().len();
        work();
        let report = self.tracer.report();
        let counts = [report.started, report.unsampled, report.open, report.misused];
        ((self.names)().split_off(before), counts)
    }
}

enum Process {
    Parent { child: libc::pid_t, answer: UnixStream },
    Child { answer: UnixStream },
}

/// One test at a time, so that a child finds no lock that the thread of another test held.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    lock(&ALONE)
}

fn fork() -> Process {
    let (answer, to_parent) = UnixStream::pair().unwrap();
    // SAFETY: the child runs what may run in the copy of one thread: this crate, memory and plain system calls.
    match unsafe { libc::fork() } {
        -1 => panic!("{}", std::io::Error::last_os_error()),
        0 => {
            // SAFETY: it ends this process alone, should it wait for something that only the parent has.
            unsafe { libc::alarm(60) };
            Process::Child { answer: to_parent }
        }
        child => Process::Parent { child, answer },
    }
}

impl Process {
    /// Lets the child do its work and end, and the parent wait for what it says.
    fn in_child(self, work: impl FnOnce() -> String) -> String {
        match self {
            Process::Child { mut answer } => {
                let text = catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| "it panicked".to_owned());
                let is_sent = answer.write_all(text.as_bytes()).is_ok();
                // SAFETY: it ends this process, without the destructors that belong to the parent.
                unsafe { libc::_exit(i32::from(!is_sent)) }
            }
            Process::Parent { child, mut answer } => {
                let (mut text, mut status) = (String::new(), 0);
                answer.read_to_string(&mut text).unwrap();
                // SAFETY: the status is a local.
                let waited = unsafe { libc::waitpid(child, &mut status, 0) };
                assert_eq!((waited, status), (child, 0), "the child did not end by itself; it said {text:?}");
                text
            }
        }
    }
}

/// Everything a thread may have open.
struct Open {
    scopes: Vec<Scope>,
    spans: Vec<Arc<Span>>,
}

const OPEN_SPANS: u64 = 9;

impl Open {
    fn new(tracer: &Tracer) -> Self {
        let own = tracer.span("own").tag("text", "x".repeat(100)).start_active();
        let kept = tracer.start_active_span("kept", FinishOnClose::No);
        let shared = tracer.span("shared").start_active();
        let handle = shared.span();
        let deferred = tracer.span("deferred").start_active();
        let leaked = tracer.span("leaked").start_active();
        deferred.close();
        mem::forget(leaked);
        let parked = tracer.in_span("ended", |_| tracer.span("parked").start_active());
        let bare = Arc::new(tracer.start_span("bare"));
        let innermost = tracer.span("innermost").start_active();
        let unsampled = tracer.span("unsampled").tag(tags::SAMPLING_PRIORITY, 0).start_active();
        Self { scopes: vec![own, kept, shared, parked, innermost, unsampled], spans: vec![handle, bare] }
    }

    /// Uses all of it, and ends it.
    fn end(self, tracer: &Tracer) {
        self.scopes.iter().for_each(|scope| _ = scope.set_tag("k", "v".repeat(10)).log_event("x"));
        self.spans.iter().for_each(|span| _ = span.set_tag("k", 1).set_baggage_item("k", "v"));
        self.spans.iter().for_each(|span| span.finish());
        // The outermost first: each waits for the last.
        drop(self.scopes);
        tracer.scope_manager().clear_current_thread();
    }
}

#[test]
fn ids_of_parent_and_child_never_coincide() {
    fn ids(tracer: &Tracer, ids: &mut Vec<String>) {
        for _ in 0..2000 {
            let scope = tracer.span("op").ignore_active_span().start_active();
            let child = tracer.span("child").start_active();
            let context = scope.context();
            ids.extend([context.trace_id().unwrap().to_string(), context.span_id().unwrap().to_string()]);
            ids.push(child.context().span_id().unwrap().to_string());
        }
    }
    let _alone = alone();
    let tracer = Tracer::new(Names::default());
    let mut all = Vec::new();
    // So that the sequence of this thread is in use.
    ids(&tracer, &mut all);
    let children = [(); 2].map(|()| {
        fork().in_child(|| {
            let mut own = Vec::new();
            ids(&tracer, &mut own);
            let grandchild = fork().in_child(|| {
                let mut own = Vec::new();
                ids(&tracer, &mut own);
                own.join("\n")
            });
            let thread = thread::spawn({
                let tracer = tracer.clone();
                move || {
                    let mut own = Vec::new();
                    ids(&tracer, &mut own);
                    own
                }
            });
            own.extend(thread.join().unwrap());
            format!("{}\n{grandchild}", own.join("\n"))
        })
    });
    ids(&tracer, &mut all);
    children.iter().for_each(|child| all.extend(child.lines().map(str::to_owned)));
    let count = all.len();
    assert_eq!(count, 3 * 2000 * (2 + 2 * 3));
    assert_eq!(all.into_iter().collect::<HashSet<_>>().len(), count);
}

#[test]
fn what_was_open_is_recorded_by_the_parent_and_not_by_the_child() {
    let _alone = alone();
    for side in Side::each() {
        let open = Open::new(&side.tracer);
        let mut open = Some(open);
        let said = fork().in_child(|| {
            let (recorded, counts) = side.watch(|| open.take().unwrap().end(&side.tracer));
            format!("{recorded:?} {:?}", &counts[..3])
        });
        assert_eq!(said, "[] [0, 0, 0]");
        let (recorded, counts) = side.watch(|| open.take().unwrap().end(&side.tracer));
        // One has ended before; whether an unsampled span is recorded is the recorder's choice.
        let unsampled = counts[1];
        assert_eq!(recorded.len() as u64 + unsampled, OPEN_SPANS);
        assert_eq!(counts[..3], [OPEN_SPANS + 1, unsampled, 0]);
    }
}

#[test]
fn what_was_open_is_a_context_in_the_child_and_parent_of_its_spans() {
    let _alone = alone();
    for side in Side::each() {
        let outer = side.tracer.span("outer").start_active();
        outer.set_baggage_item("k", "v");
        let bare = side.tracer.start_span("bare");
        let inner = side.tracer.span("inner").start_active();
        let mut open = Some((inner, bare));
        let said = fork().in_child(|| {
            let (inner, bare) = open.take().unwrap();
            let mut said = String::new();
            let (recorded, counts) = side.watch(|| {
                let contexts = [outer.context(), inner.context(), bare.context()];
                let recording = [outer.is_recording(), inner.is_recording(), bare.is_recording()];
                let active = side.tracer.span("active").start_active();
                let below = side.tracer.span("below").start_active();
                let explicit = side.tracer.span("explicit").child_of(&bare).start();
                let of_scope = side.tracer.span("of scope").child_of(&outer).start();
                let parents = [
                    active.context().parent_id() == contexts[1].span_id(),
                    below.context().parent_id() == active.context().span_id(),
                    explicit.context().parent_id() == contexts[2].span_id(),
                    of_scope.context().parent_id() == contexts[0].span_id(),
                    of_scope.context().trace_id() == contexts[0].trace_id(),
                    active.baggage_item("k").as_deref() == Some("v"),
                ];
                below.set_tag("n", 1);
                drop((below, active, explicit, of_scope));
                let _ = write!(said, "recording {recording:?}, parents {parents:?}, ");
                // Those of the parent come too late, or too early, and do no harm.
                drop(inner);
                drop(bare);
            });
            let _ = write!(said, "recorded {recorded:?} {:?}", &counts[..3]);
            said
        });
        let recording = "recording [false, false, false], parents [true, true, true, true, true, true]";
        let recorded = r#"recorded ["below", "active", "explicit", "of scope"] [4, 0, 0]"#;
        assert_eq!(said, format!("{recording}, {recorded}"));
        let (recorded, counts) = side.watch(|| drop((open.take(), outer)));
        assert_eq!(recorded, ["inner", "bare", "outer"]);
        assert_eq!(counts, [3, 0, 0, 0]);
    }
}

#[test]
fn the_childs_counters_start_at_zero_whatever_the_parents_threads_did() {
    let _alone = alone();
    for side in Side::each() {
        side.tracer.start_span("finished").finish();
        let late = side.tracer.start_span("misused");
        late.finish();
        late.finish();
        let ended = side.tracer.clone();
        thread::spawn(move || ended.start_span("of an ended thread").finish()).join().unwrap();
        let (tracer, (ready, is_ready), (stop, stopped)) =
            (side.tracer.clone(), mpsc::channel(), mpsc::channel::<()>());
        let other = thread::spawn(move || {
            tracer.start_span("of another thread").finish();
            let _open = tracer.span("open in another thread").start_active();
            ready.send(()).unwrap();
            assert!(stopped.recv().is_err());
        });
        is_ready.recv().unwrap();
        let said = fork().in_child(|| {
            let (_, first) = side.watch(|| ());
            let tracer = side.tracer.clone();
            let (recorded, then) = side.watch(|| {
                side.tracer.in_span("own", |_| ());
                thread::spawn(move || tracer.in_span("own thread", |_| ())).join().unwrap();
            });
            format!("{first:?} {recorded:?} {then:?}")
        });
        assert_eq!(said, r#"[0, 0, 0, 0] ["own", "own thread"] [2, 0, 0, 0]"#);
        drop(stop);
        other.join().unwrap();
        let (_, counts) = side.watch(|| ());
        assert_eq!(counts, [5, 0, 0, 1]);
    }
}

#[test]
fn a_child_may_return_from_the_call_and_the_poll_in_which_it_was_forked() {
    let _alone = alone();
    for side in Side::each() {
        let mut process = None;
        let (recorded, counts) = side.watch(|| {
            let mut task = Box::pin(pending::<()>().in_span(side.tracer.start_span("task")));
            let polled = task.as_mut().poll(&mut Context::from_waker(Waker::noop()));
            assert!(polled.is_pending());
            let forks = async { side.tracer.in_span("forks", |_| process = Some(fork())) };
            let mut forks = Box::pin(forks.in_span(side.tracer.start_span("forking task")));
            assert!(forks.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready());
            drop(task);
        });
        let outcome = format!("{recorded:?} {counts:?}");
        let said = process.unwrap().in_child(|| {
            let (recorded, counts) = side.watch(|| side.tracer.in_span("own", |_| ()));
            format!("{outcome}, then {recorded:?} {counts:?}")
        });
        assert_eq!(outcome, r#"["forks", "forking task", "task"] [3, 0, 0, 0]"#);
        assert_eq!(said, r#"[] [0, 0, 0, 0], then ["own"] [1, 0, 0, 0]"#);
    }
}

#[test]
fn children_of_an_activated_handle_have_ids_of_their_own_in_each_process() {
    let _alone = alone();
    for side in Side::each() {
        let request = Arc::new(side.tracer.start_span("request"));
        let _scope = request.activate();
        side.tracer.span("warm").start_active().close();
        let ids = || {
            let active = side.tracer.span("active").start_active().context().span_id();
            format!("{active:?} {:?}", side.tracer.start_span("bare").context().span_id())
        };
        let of_child = fork().in_child(ids);
        let of_parent = ids();
        assert!(of_child.split(' ').all(|id| !of_parent.contains(id)), "{of_child}, {of_parent}");
    }
}

//! The smallest executor that can interleave tasks: one thread, in turns, in a known order.

use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Waker};

use super::subject::Task;

/// Polls tasks in turns until all have ended.
pub(super) fn run_all(tasks: Vec<Task<'_>>) {
    // No task waits for anything but another one, so each turn brings at least one of them on.
    const TURNS_MAX: usize = 10_000;
    let mut tasks = tasks;
    for _ in 0..TURNS_MAX {
        tasks.retain_mut(|task| poll(task).is_pending());
        if tasks.is_empty() {
            return;
        }
    }
    panic!("{} tasks wait for what does not come", tasks.len());
}

/// Runs one task to its end.
pub(super) fn run(task: Task<'_>) {
    run_all(vec![task]);
}

/// Polls a task once.
pub(super) fn poll(task: &mut Task<'_>) -> Poll<()> {
    task.as_mut().poll(&mut Context::from_waker(Waker::noop()))
}

/// Lets the other tasks have a turn.
pub(super) async fn take_turns() {
    let mut is_first = true;
    poll_fn(|_| if std::mem::take(&mut is_first) { Poll::Pending } else { Poll::Ready(()) }).await;
}

/// Something that a task waits for and another brings about.
#[derive(Default)]
pub(super) struct Flag(AtomicBool);

impl Flag {
    pub(super) fn set(&self) {
        self.0.store(true, Ordering::Release);
    }

    pub(super) async fn wait(&self) {
        poll_fn(|_| if self.0.load(Ordering::Acquire) { Poll::Ready(()) } else { Poll::Pending }).await;
    }
}

//! Spans whose work is done elsewhere: on other threads, and in tasks.
//!
//! ```sh
//! cargo run --example threads_and_tasks
//! ```
//!
//! The active span is a matter of one thread. Nothing follows work to another thread or into a task by itself, so
//! that nothing follows it by accident; it takes one line to send a span along.

use std::error::Error;
use std::thread;

use opentracing::{Config, FinishOnClose, Traced, log, span, traced, tracer};

fn main() -> Result<(), Box<dyn Error>> {
    let _tracer = Config::new("crawler").init()?;
    index(&["index.html", "news.html"]);
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    runtime.block_on(crawl());
    Ok(())
}

/// Threads: a span is made where the work is handed out, as a child of the span that is active there, and becomes
/// active where the work is done.
#[traced]
fn index(pages: &[&'static str]) {
    let workers: Vec<_> = pages
        .iter()
        .map(|&page| {
            let span = span!("index page", page);
            thread::spawn(move || {
                // Finished when the scope closes, at the end of the thread.
                let _scope = tracer().scope_manager().activate(span, FinishOnClose::Yes);
                words(page)
            })
        })
        .collect();
    workers.into_iter().for_each(|worker| worker.join().expect("no worker panics"));
}

#[traced]
fn words(page: &str) {
    log!(event = "counted", words = page.split('.').count());
}

/// Tasks: a future with a span has it active whenever it is polled, on whichever thread that is, and leaves it when
/// it waits.
#[traced]
async fn crawl() {
    // These work for `crawl`: their spans are children of its span.
    let first = tokio::spawn(fetch("a.example").in_current_span());
    let second = tokio::spawn(fetch("b.example").in_current_span());
    // This has a span of its own choice.
    let third = tokio::spawn(async { fetch("c.example").await }.in_span(span!("retry later")));
    // And this was sent nothing along, so it begins a trace.
    let alone = tokio::spawn(fetch("d.example"));
    for task in [first, second, third, alone] {
        task.await.expect("no task panics");
    }
}

#[traced(args)]
async fn fetch(host: &str) {
    log!(event = "connected");
    // The other tasks run now, each with its own span, and then this one goes on with its own.
    tokio::task::yield_now().await;
    log!(event = "fetched");
}

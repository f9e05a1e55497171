//! What several reporters, failures and warnings look like from outside.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use opentracing_sdk::{Batch, Config, ReportError, reporter as reporters};

use crate::fakes::{LONG, boom, config, reporter, trace_on_threads};

/// A page that tests read what was written on.
#[derive(Debug, Clone, Default)]
struct Page(Arc<Mutex<Vec<u8>>>);

impl Page {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Page {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn each_reporter_counts_its_own_successes_and_losses() {
    let counting = reporters::counting();
    let fussy = reporter(|batch: &Batch<'_>| match batch.len() {
        1 => Ok(()),
        _ => Err(ReportError::too_large("one at a time")),
    });
    let refusing = reporter(|_: &Batch<'_>| Err(ReportError::drop("no")));
    let guard = config(refusing).reporter(fussy).reporter(counting.clone()).build().unwrap();
    trace_on_threads(&guard.tracer(), 1, 100);
    let report = guard.close(LONG);
    assert_eq!((report.exported, report.dropped.total()), (100, 0), "one reporter took each span");

    let [refusing, fussy, counted] = guard.reporters()[..] else { panic!("three reporters") };
    assert_eq!((refusing.exported, refusing.dropped.failed), (0, 100));
    assert_eq!((fussy.exported, fussy.dropped.total()), (100, 0));
    assert_eq!((counted.exported, counting.spans()), (100, 100));
    assert!(counted.name.contains("CountingReporter"));
}

#[test]
fn the_first_failure_is_one_line_and_the_next_ones_wait() {
    let page = Page::default();
    let refusing = reporter(|_: &Batch<'_>| Err(ReportError::drop("the backend says\nno")));
    let guard = config(refusing).warnings(page.clone()).build().unwrap();
    for _ in 0..3 {
        guard.tracer().start_span("lost").finish();
        guard.flush(LONG);
    }
    assert_eq!(page.text(), "opentracing: lost 1 span: the backend says\\nno\n");
    assert_eq!(guard.report().dropped.failed, 3);
}

#[test]
fn a_warning_that_cannot_be_written_is_no_failure_of_the_program() {
    struct Broken;

    impl Write for Broken {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::Error::from(io::ErrorKind::BrokenPipe))
        }

        fn flush(&mut self) -> io::Result<()> {
            boom()
        }
    }

    let refusing = reporter(|_: &Batch<'_>| Err(ReportError::drop("no")));
    let guard = config(refusing).warnings(Broken).build().unwrap();
    guard.tracer().start_span("lost").finish();
    guard.flush(LONG);
    guard.tracer().start_span("lost").finish();
    let report = guard.close(LONG);
    assert_eq!(report.dropped.total(), 2);
}

#[test]
fn with_nothing_but_a_log_beside_it_a_failing_reporter_has_exported_nothing() {
    let refusing = reporter(|_: &Batch<'_>| Err(ReportError::drop("no")));
    let guard = config(refusing).log_spans(true).build().unwrap();
    guard.tracer().start_span("lost").finish();
    let report = guard.close(LONG);
    assert_eq!((report.exported, report.dropped.failed), (0, 1));
    assert_eq!(guard.reporters()[1].exported, 1);
}

#[test]
fn the_log_has_a_line_for_each_span() {
    let page = Page::default();
    let guard = Config::new("svc").reporter(reporters::LogReporter::to(page.clone())).build().unwrap();
    guard.tracer().start_span("get").finish();
    drop(guard);
    let text = page.text();
    assert!(text.starts_with("Reporting span ") && text.ends_with(":0:1 svc.get\n"), "{text}");
}

#[test]
fn the_process_is_told_to_reporters_with_its_tags() {
    let told = Arc::new(Mutex::new(None));
    let seen = Arc::clone(&told);
    let asking = reporter(move |batch: &Batch<'_>| {
        *seen.lock().unwrap() = Some(batch.process().clone());
        Ok(())
    });
    let guard = Config::new("shop").tag("replica", 3).tag("replica", 4).reporter(asking).build().unwrap();
    guard.tracer().start_span("get").finish();
    drop(guard);
    let process = told.lock().unwrap().take().unwrap();
    let tags: Vec<_> = process.tags().map(|(key, value)| format!("{key}={value}")).collect();
    assert_eq!(process.service_name(), "shop");
    assert_eq!(tags, [concat!("jaeger.version=Rust-", env!("CARGO_PKG_VERSION")), "replica=4"]);
}

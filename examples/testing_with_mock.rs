//! Tests of what code records, with the tracer that keeps everything.
//!
//! ```sh
//! cargo test --example testing_with_mock
//! cargo run --example testing_with_mock
//! ```

use std::num::ParseIntError;

use opentracing::{MockTracer, log, traced};

/// The code under test: nothing in it knows of tests.
#[traced(args(attempts), err)]
fn download(attempts: u32) -> Result<u32, ParseIntError> {
    for attempt in 2..=attempts {
        log!(event = "retry", attempt);
    }
    parse("4x")
}

#[traced(args, err)]
fn parse(text: &str) -> Result<u32, ParseIntError> {
    text.parse()
}

/// The mock writes all that it has as an indented list, which is also good to look at when a test fails.
fn main() {
    let mock = MockTracer::new();
    let _current = mock.tracer().make_current();
    let _failed = download(2);
    print!("{}", mock.tree());
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made current, a mock gets what the macros record on this thread. Tests on other threads have their own.
    #[test]
    fn a_failure_marks_the_spans_it_passes_through() {
        let mock = MockTracer::new();
        let _current = mock.tracer().make_current();

        download(1).unwrap_err();

        let spans = mock.finished_spans();
        assert!(spans.iter().all(|span| *span.tag("error").unwrap() == true), "{}", mock.tree());
    }

    /// Spans come in the order in which they finished: inner ones first.
    #[test]
    fn parsing_is_a_part_of_the_download() {
        let mock = MockTracer::new();
        let _current = mock.tracer().make_current();

        download(1).unwrap_err();

        let [parse, download] = &mock.finished_spans()[..] else { panic!("{}", mock.tree()) };
        assert_eq!((&*parse.operation_name, &*download.operation_name), ("parse", "download"));
        assert_eq!(parse.parent_id, download.context.span_id());
        assert_eq!(parse.tag("text").unwrap(), "4x");
    }

    #[test]
    fn each_retry_is_logged() {
        let mock = MockTracer::new();
        let _current = mock.tracer().make_current();

        download(3).unwrap_err();

        let spans = mock.finished_spans();
        let attempts: Vec<_> = spans[1].logs.iter().filter_map(|log| log.field("attempt")).collect();
        assert_eq!(attempts, [2, 3]);
    }

    /// What has no effect is a mistake, such as a tag on a span that has finished. The mock remembers it.
    #[test]
    fn the_mock_remembers_mistakes() {
        let mock = MockTracer::new();
        let span = mock.tracer().start_span("late");
        span.finish();
        span.set_tag("size", 4);
        assert_eq!(mock.errors()[0].operation, "set_tag");
    }
}

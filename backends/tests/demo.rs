//! The demo sends its traces to Jaeger when it is asked to, as its users start it.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::process::Command;
use std::time::SystemTime;

use crate::jaeger::{self, Stored};

#[test]
fn hotrod_sends_one_trace_of_four_services_for_each_request() {
    let since = SystemTime::now();
    let printed = hotrod(&["--requests", "2", "--otlp", &jaeger::otlp()]);
    let spans = spans_of_summary(&printed);

    let mut traces = HashMap::<_, Vec<_>>::new();
    let stored = jaeger::newest_traces("frontend", 2, since, spans);
    stored.iter().for_each(|span| traces.entry(span.text("traceId")).or_default().push(span));

    assert_eq!(traces.len(), 2);
    traces.values().for_each(|spans| is_one_request(spans));
    // The trace that is drawn is one of them.
    let drawn = printed.lines().find_map(|line| line.strip_prefix("trace ")?.split(' ').next());
    let drawn = drawn.unwrap_or_else(|| panic!("no trace is drawn: {printed}"));
    assert!(traces.keys().any(|id| id.starts_with(drawn)), "{drawn} is none of {:?}", traces.keys());
}

fn is_one_request(spans: &[&Stored]) {
    let services: BTreeSet<_> = spans.iter().map(|span| span.service()).collect();
    assert_eq!(services, BTreeSet::from(["customer", "driver", "frontend", "route"]));

    let ids: HashSet<_> = spans.iter().map(|span| span.text("spanId")).collect();
    assert_eq!(ids.len(), spans.len());
    let is_root = |span: &&Stored| span.text("parentSpanId").is_empty();
    let (roots, below): (Vec<&Stored>, Vec<_>) = spans.iter().copied().partition(is_root);
    assert_eq!(roots.len(), 1, "{roots:#?}");
    assert_eq!((roots[0].service(), roots[0].text("name")), ("frontend", "HTTP GET /dispatch"));
    for span in below {
        assert!(ids.contains(span.text("parentSpanId")), "the parent of {span:#?} is missing");
    }
}

/// What the demo prints, which it does before it ends well.
fn hotrod(args: &[&str]) -> String {
    let cargo = ["run", "--quiet", "--locked", "--example", "hotrod", "--"];
    let mut command = Command::new(env!("CARGO"));
    let output = command.current_dir(env!("CARGO_MANIFEST_DIR")).args(cargo).args(args).output().unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{printed}{}", String::from_utf8_lossy(&output.stderr));
    printed
}

/// The number before the word `spans` in the last line, which also says that none was dropped.
fn spans_of_summary(printed: &str) -> usize {
    let line = printed.lines().last().unwrap_or_default();
    assert!(line.ends_with("dropped 0"), "{printed}");
    let words: Vec<_> = line.split(' ').collect();
    let number = words.iter().position(|word| *word == "spans,").and_then(|at| words[at - 1].parse().ok());
    number.unwrap_or_else(|| panic!("{line:?} says no number of spans"))
}

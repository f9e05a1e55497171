//! Tables as Markdown, a row for each kind, with the ratio to fastrace where that was measured, too.

use crate::counts::Counts;
use crate::load::Load;
use crate::producer::Kind;
use crate::run::Runs;
use crate::sink::Received;

pub fn print_times(all: &[Runs]) {
    let least = |runs: &Runs| runs.best().map_or(f64::NAN, |run| runs.nanos_per_span(run));
    let ratio = ratios(all, |runs| runs.kind, least);
    let columns =
        ["CPU ns/span", "median", "bytes/span", "spans/message", "kept", "at worst", "peak RSS MB", "ratio"];
    header(&columns);
    for runs in all {
        let Some(best) = runs.best() else { continue };
        let Received { spans, messages, bytes } = best.received;
        let cells = [
            format!("{:.0}", least(runs)),
            format!("{:.0}", runs.nanos_per_span_median().unwrap_or(f64::NAN)),
            format!("{:.0}", bytes as f64 / spans as f64),
            format!("{:.0}", spans as f64 / messages as f64),
            percent(runs.kept(best)),
            percent(runs.kept_at_worst()),
            format!("{:.1}", runs.peak_kib() as f64 * 1024.0 / 1e6),
            ratio(least(runs)),
        ];
        row(runs.kind, &cells);
    }
    let rounds = all.first().map_or(0, |runs| runs.full.len());
    println!(
        "\n{} spans a run, {rounds} interleaved rounds: the cheapest, but for the median, the",
        Load::FULL.spans()
    );
    println!("worst share kept, and the highest peak. CPU is that of the spans which came to the sink.");
}

pub fn print_counts(all: &[Counts]) {
    let ratio = ratios(all, |counts| counts.kind, |counts| counts.instructions);
    header(&["instructions", "allocations", "kept", "ratio"]);
    for counts in all {
        let cells = [
            format!("{:.0}", counts.instructions),
            format!("{:.1}", counts.allocations),
            percent(counts.kept),
            ratio(counts.instructions),
        ];
        row(counts.kind, &cells);
    }
    println!("\n{} spans a run; instructions of all threads, without the kernel's", Load::COUNTED.spans());
}

fn header(columns: &[&str]) {
    println!("| a span | {} |", columns.join(" | "));
    println!("|---|{}", "---:|".repeat(columns.len()));
}

fn row(kind: &Kind, cells: &[String]) {
    println!("| {} | {} |", kind.title, cells.join(" | "));
}

/// A figure as a share of fastrace's.
fn ratios<T>(all: &[T], kind: fn(&T) -> &'static Kind, figure: impl Fn(&T) -> f64) -> impl Fn(f64) -> String {
    let fastrace = all.iter().find(|measured| kind(measured).name == "fastrace").map(figure);
    move |value| fastrace.map_or("–".to_owned(), |fastrace| format!("{:.2}", value / fastrace))
}

/// Never rounded up to all of it.
fn percent(share: f64) -> String {
    if share == 1.0 {
        return "100 %".to_owned();
    }
    format!("{:.2} %", (share * 10_000.0).floor() / 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_single_lost_span_is_seen() {
        assert_eq!(percent(1.0), "100 %");
        assert_eq!(percent(299_999.0 / 300_000.0), "99.99 %");
        assert_eq!(percent(0.5), "50.00 %");
    }
}

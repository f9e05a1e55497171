//! The report, as Markdown.

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;
use std::time::Duration;

use crate::measure::burst::Burst;
use crate::measure::compile::{self, Compile, Profile};
use crate::measure::cpu::Cpu;
use crate::measure::instructions::Instructions;
use crate::measure::threads::Threads;
use crate::measure::time::Time;
use crate::measure::{Figures, Results, Selection};
use crate::peers::{OURS, RIVAL};
use crate::process;

const ABSENT: &str = "–";

pub fn print(selection: &Selection, results: &Results) {
    println!("{}\n", conditions());
    if let Some(time) = &results.time {
        times(selection, time);
    }
    if let Some(cpu) = &results.cpu {
        cpus(selection, cpu);
    }
    if results.time.is_some() || results.cpu.is_some() {
        kept(selection, results);
    }
    if let Some(instructions) = &results.instructions {
        counts(selection, instructions);
    }
    if let Some(allocations) = &results.allocations {
        println!("### Heap allocations per unit: producing thread / whole process\n");
        table(selection, false, |peer, scenario| {
            let found = allocations.of(peer, scenario)?;
            Some(Cell::text(format!("{:.2} / {:.2}", found.producer, found.all)))
        });
    }
    if let Some(bursts) = &results.burst {
        burst(selection, bursts);
    }
    if let Some(all) = &results.threads {
        threads(selection, all);
    }
    if let Some(figures) = &results.compile {
        compile(figures);
    }
    for note in &results.notes {
        println!("{note}\n");
    }
}

/// Date, machine, compiler and command: what a reader needs to judge the figures.
fn conditions() -> String {
    let first_line = |command: &mut Command| {
        let printed = process::run(command, Duration::from_secs(10)).ok()?;
        printed.lines().next().map(str::to_owned)
    };
    let date = first_line(Command::new("date").args(["-u", "+%Y-%m-%d %H:%M UTC"]));
    let rustc = first_line(Command::new("rustc").arg("--version"));
    let machine = fs::read_to_string("/proc/cpuinfo").ok().and_then(|text| machine(&text));
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let separator = if arguments.is_empty() { "" } else { " -- " };
    let command = format!("`cargo run --release{separator}{}`", arguments.join(" "));
    let unknown = || "unknown".to_owned();
    [date.unwrap_or_else(unknown), machine.unwrap_or_else(unknown), rustc.unwrap_or_else(unknown), command]
        .join(" · ")
}

fn machine(cpuinfo: &str) -> Option<String> {
    let field = |name: &'static str| cpuinfo.lines().filter(move |line| line.starts_with(name));
    let (_, model) = field("model name").next()?.split_once(": ")?;
    let (_, mhz) = field("cpu MHz").next()?.split_once(": ")?;
    Some(format!("{} × {model}, {mhz} MHz", field("processor").count()))
}

fn times(selection: &Selection, time: &Figures<Time>) {
    println!("### Nanoseconds per unit on the producing thread: minimum\n");
    table(selection, true, |peer, scenario| time.of(peer, scenario).map(Time::min).map(Cell::number));
    println!("### The same: median / 90th percentile\n");
    table(selection, true, |peer, scenario| {
        let time = time.of(peer, scenario)?;
        let (median, p90) = (time.median(), time.p90());
        Some(Cell { text: format!("{} / {}", three(median), three(p90)), value: median })
    });
}

fn cpus(selection: &Selection, cpu: &Figures<Cpu>) {
    println!(
        "### Nanoseconds of processor time per unit, all threads, with collecting and flushing: minimum\n"
    );
    table(selection, true, |peer, scenario| cpu.of(peer, scenario).map(|cpu| Cell::number(cpu.nanos)));
}

/// The scenario in which a peer kept least, for each measure that looks at it.
fn kept(selection: &Selection, results: &Results) {
    println!("### Share of spans kept: the least of all scenarios\n");
    println!("| in the runs for | {} |", selection.names().join(" | "));
    println!("|---|{}", "---:|".repeat(selection.peers.len()));
    if let Some(time) = &results.time {
        least_kept(selection, "nanoseconds", |peer, scenario| time.of(peer, scenario)?.kept.share());
    }
    if let Some(cpu) = &results.cpu {
        least_kept(selection, "processor time", |peer, scenario| cpu.of(peer, scenario)?.kept.share());
    }
    println!();
}

fn least_kept(selection: &Selection, runs: &str, share: impl Fn(&str, &str) -> Option<f64>) {
    let cell = |peer: &&str| {
        let shares = selection
            .scenarios
            .iter()
            .filter_map(|scenario| Some((share(peer, scenario.name)?, scenario.name)));
        let least = shares.min_by(|(a, _), (b, _)| a.total_cmp(b));
        least.map_or(ABSENT.to_owned(), |(share, scenario)| match share {
            1.0 => percent(share),
            _ => format!("{} ({scenario})", percent(share)),
        })
    };
    println!("| {runs} | {} |", selection.names().iter().map(cell).collect::<Vec<_>>().join(" | "));
}

fn counts(selection: &Selection, instructions: &Figures<Instructions>) {
    println!("### Instructions per unit: producing thread / all threads\n");
    table(selection, true, |peer, scenario| {
        let found = instructions.of(peer, scenario)?;
        let text = format!("{:.0} / {:.0}", found.producer, found.all);
        Some(Cell { text, value: found.producer })
    });
}

fn burst(selection: &Selection, bursts: &BTreeMap<&str, Burst>) {
    println!("### A burst of 1,000,000 spans in traces of 101, then a flush: the worst of several runs\n");
    println!(
        "| | peak MB | of it before | ms, the best | kept | counted as dropped | lost uncounted | counts add up |"
    );
    println!("|---|---:|---:|---:|---:|---:|---:|---|");
    for (peer, burst) in selection.figures(bursts) {
        let dropped = burst.dropped.map_or(ABSENT.to_owned(), |dropped| dropped.to_string());
        let exact = match burst.exact {
            Some(true) => "exactly",
            Some(false) => "**no**",
            None => ABSENT,
        };
        println!(
            "| {peer} | {:.1} | {:.1} | {:.0} | {} | {dropped} | {} | {exact} |",
            burst.peak_mb(),
            burst.base_mb(),
            burst.millis,
            percent(burst.kept),
            burst.uncounted,
        );
    }
    println!();
}

fn threads(selection: &Selection, all: &BTreeMap<&str, Threads>) {
    println!("### Two threads at once against one: ns of a thread's processor time per span, `tree100`\n");
    println!("| | one thread | two threads | ratio |");
    println!("|---|---:|---:|---:|");
    for (peer, threads) in selection.figures(all) {
        println!("| {peer} | {} | {} | {:.2} |", three(threads.one), three(threads.two), threads.ratio());
    }
    println!();
}

fn compile(figures: &Compile) {
    let functions = compile::FUNCTIONS;
    println!("### Compile time of a crate of {functions} functions, incremental off: minimum\n");
    println!("| attribute | dev, s | release, s | dev, ms per function | release, ms per function |");
    println!("|---|---:|---:|---:|---:|");
    for variant in compile::VARIANTS {
        let text = |value: Option<f64>| value.map_or(ABSENT.to_owned(), |value| format!("{value:.2}"));
        let seconds = Profile::ALL.map(|profile| text(figures.seconds(variant.name, profile)));
        let millis = Profile::ALL.map(|profile| text(figures.millis_per_function(variant.name, profile)));
        let attribute = if variant.attribute.is_empty() { "none" } else { variant.attribute };
        println!("| `{attribute}` | {} | {} |", seconds.join(" | "), millis.join(" | "));
    }
    println!();
}

/// What stands in a table, and what of it is compared.
struct Cell {
    text: String,
    value: f64,
}

impl Cell {
    fn number(value: f64) -> Self {
        Self { text: three(value), value }
    }

    fn text(text: String) -> Self {
        Self { text, value: f64::NAN }
    }
}

/// A row a scenario and a column a peer; scenarios that nobody offers are left out.
fn table(selection: &Selection, with_ratio: bool, cell: impl Fn(&str, &str) -> Option<Cell>) {
    let peers = selection.names();
    let with_ratio = with_ratio && peers.contains(&OURS) && peers.contains(&RIVAL);
    let ratio_heading = if with_ratio { " ratio |" } else { "" };
    println!("| scenario | {} |{ratio_heading}", peers.join(" | "));
    println!("|---|{}", "---:|".repeat(peers.len() + usize::from(with_ratio)));
    for scenario in &selection.scenarios {
        let cells: Vec<Option<Cell>> = peers.iter().map(|peer| cell(peer, scenario.name)).collect();
        if cells.iter().all(Option::is_none) {
            continue;
        }
        let value = |name: &str| {
            let at = peers.iter().position(|peer| *peer == name)?;
            cells[at].as_ref().map(|cell| cell.value)
        };
        let ratio = match (value(OURS), value(RIVAL)) {
            _ if !with_ratio => String::new(),
            (Some(ours), Some(theirs)) => format!(" {:.2} |", ours / theirs),
            _ => format!(" {ABSENT} |"),
        };
        let texts: Vec<&str> =
            cells.iter().map(|cell| cell.as_ref().map_or(ABSENT, |cell| &cell.text)).collect();
        println!("| {} | {} |{ratio}", scenario.name, texts.join(" | "));
    }
    println!();
}

/// Three digits that matter, or all before the point.
pub fn three(value: f64) -> String {
    match value.abs() {
        magnitude if magnitude >= 99.95 => format!("{value:.0}"),
        magnitude if magnitude >= 9.995 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

pub fn percent(share: f64) -> String {
    let percent = 100.0 * share;
    // 99.9996 % is not all of them.
    if share < 1.0 && percent > 99.9 { format!("{percent:.4} %") } else { format!("{percent:.1} %") }
}

#[cfg(test)]
mod tests {
    use super::{machine, percent, three};

    #[test]
    fn figures_have_three_digits_and_no_fewer_than_there_are_before_the_point() {
        assert_eq!(
            [0.3, 9.994, 9.996, 99.94, 99.96, 1234.5].map(three),
            ["0.30", "9.99", "10.0", "99.9", "100", "1234"]
        );
    }

    #[test]
    fn all_is_written_as_100_percent_and_nearly_all_is_not() {
        assert_eq!([1.0, 0.999_999, 0.75].map(percent), ["100.0 %", "99.9999 %", "75.0 %"]);
    }

    #[test]
    fn a_machine_is_its_processors() {
        let cpuinfo =
            "processor\t: 0\nmodel name\t: Fast\ncpu MHz\t\t: 2500.1\n\nprocessor\t: 1\nmodel name\t: Fast\n";
        assert_eq!(machine(cpuinfo).as_deref(), Some("2 × Fast, 2500.1 MHz"));
        assert_eq!(machine("CPU implementer\t: 0x41\n"), None);
    }
}

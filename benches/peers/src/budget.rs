//! The budget: at most so much, mostly as a ratio to fastrace in the same run.

use crate::measure::Results;
use crate::measure::compile::{self, Profile};
use crate::peers::{NONE, OURS, RIVAL};
use crate::report::three;

/// What is allowed.
#[derive(Clone, Copy)]
enum Budget {
    /// Of what fastrace costs in the same run.
    Ratio(f64),
    /// Whatever fastrace costs.
    AtMost(f64),
    /// As little as fastrace, or as nothing at all would cost, times this for noise.
    AsGood(f64),
}

use Budget::{AsGood, AtMost, Ratio};

impl Budget {
    fn text(self) -> String {
        match self {
            Ratio(most) => format!("× {most}"),
            AtMost(most) => three(most),
            AsGood(_) => "as good".to_owned(),
        }
    }

    /// `None` if something was not measured.
    fn is_met(self, ours: Option<f64>, theirs: Option<f64>) -> Option<bool> {
        Some(match self {
            Ratio(most) => ours? <= most * theirs?,
            AtMost(most) => ours? <= most,
            AsGood(noise) => ours? <= noise * theirs?.max(1.0),
        })
    }
}

const CHILD: Budget = Ratio(0.5);
const CHILD_INSTRUCTIONS: Budget = AtMost(110.0);
const CHILD_CPU: Budget = Ratio(0.4);
const ROOT_AND_CHILD: Budget = Ratio(0.25);
const ROOT: Budget = Ratio(0.35);
const TAGS: Budget = Ratio(0.3);
const LOG: Budget = Ratio(0.35);
/// None, but that a buffer may grow once in a long while.
const NO_ALLOCATIONS: Budget = AtMost(0.01);
/// One for each string that is not `'static`.
const TAGS_2_ALLOCATIONS: Budget = AtMost(1.0);
const TAGS_8_ALLOCATIONS: Budget = AtMost(2.0);
const HANDLE: Budget = Ratio(0.6);
const EXTRA_POLL: Budget = Ratio(0.15);
const SPAWN: Budget = Ratio(0.5);
const ATTRIBUTE: Budget = Ratio(0.5);
const UNSAMPLED: Budget = Ratio(0.3);
const UNSAMPLED_ROOT: Budget = Ratio(0.5);
const DISABLED: Budget = Ratio(0.15);
const INJECT: Budget = Ratio(0.35);
const EXTRACT: Budget = Ratio(0.5);
/// For the whole process.
const BURST_MB: Budget = AtMost(32.0);
const UNCOUNTED: Budget = AtMost(0.0);
/// How much two cores disturb each other is a matter of the machine, hence a tenth.
const TWO_THREADS: Budget = AsGood(1.1);
const COMPILE: Budget = Ratio(1.0);

struct Row {
    name: &'static str,
    figure: fn(&Results, &str) -> Option<f64>,
    budget: Budget,
}

impl Row {
    const fn new(name: &'static str, figure: fn(&Results, &str) -> Option<f64>, budget: Budget) -> Self {
        Self { name, figure, budget }
    }

    fn is_measured(&self, results: &Results) -> bool {
        (self.figure)(results, OURS).is_some()
    }
}

const ROWS: &[Row] = &[
    Row::new("child on the same thread: ns", |r, p| r.nanos(p, "tree100"), CHILD),
    Row::new(
        "child on the same thread: instructions",
        |r, p| r.instructions(p, "tree100"),
        CHILD_INSTRUCTIONS,
    ),
    Row::new(
        "child on the same thread, all CPU with the collector: ns",
        |r, p| r.cpu(p, "tree100"),
        CHILD_CPU,
    ),
    Row::new("root with one child, per span: ns", |r, p| r.nanos(p, "tree1"), ROOT_AND_CHILD),
    Row::new("root alone: ns", |r, p| r.nanos(p, "root"), ROOT),
    Row::new("child with 2 tags: ns", |r, p| r.nanos(p, "tags2"), TAGS),
    Row::new("child with 2 tags: allocations", |r, p| r.allocations(p, "tags2"), TAGS_2_ALLOCATIONS),
    Row::new("child with 8 tags: ns", |r, p| r.nanos(p, "tags8"), TAGS),
    Row::new("child with 8 tags: allocations", |r, p| r.allocations(p, "tags8"), TAGS_8_ALLOCATIONS),
    Row::new("child with a log of 2 fields: ns", |r, p| r.nanos(p, "log"), LOG),
    Row::new("child with a log: allocations", |r, p| r.allocations(p, "log"), NO_ALLOCATIONS),
    Row::new("child made from a handle: ns", |r, p| r.nanos(p, "handle100"), HANDLE),
    Row::new("instrumented future, each extra poll: ns", extra_poll, EXTRA_POLL),
    Row::new("spawned task, above the bare spawn: ns", spawn, SPAWN),
    Row::new("attribute on an empty function: ns", |r, p| r.nanos(p, "attr"), ATTRIBUTE),
    Row::new("unsampled child: ns", |r, p| r.nanos(p, "unsampled"), UNSAMPLED),
    Row::new("unsampled root: ns", |r, p| r.nanos(p, "unsampled_root"), UNSAMPLED_ROOT),
    Row::new("call site with no tracer: ns", |r, p| r.nanos(p, "disabled"), DISABLED),
    Row::new("call site with no tracer, 8 tags: ns", |r, p| r.nanos(p, "disabled_tags8"), DISABLED),
    Row::new("inject into a map: ns", |r, p| r.nanos(p, "inject_map"), INJECT),
    Row::new("extract from a map: ns", |r, p| r.nanos(p, "extract_map"), EXTRACT),
    Row::new("burst of 1,000,000 spans: peak MB", |r, p| Some(r.burst(p)?.peak_mb()), BURST_MB),
    Row::new("burst of 1,000,000 spans: lost uncounted", |r, p| Some(r.burst(p)?.uncounted), UNCOUNTED),
    Row::new("two threads against one", |r, p| r.threads(p), TWO_THREADS),
    Row::new("attribute with tags, dev build, per function: ms", compile_millis, COMPILE),
];

/// What nine polls more cost, above what the same futures cost without a span.
fn extra_poll(results: &Results, peer: &str) -> Option<f64> {
    let nine = |peer| Some(results.nanos(peer, "async10")? - results.nanos(peer, "async1")?);
    Some((nine(peer)? - nine(NONE)?) / 9.0)
}

fn spawn(results: &Results, peer: &str) -> Option<f64> {
    Some(results.nanos(peer, "spawn")? - results.nanos(NONE, "spawn")?)
}

/// With tags here, without them there.
fn compile_millis(results: &Results, peer: &str) -> Option<f64> {
    let variant = if peer == OURS { compile::OURS_WITH_TAGS } else { compile::RIVAL };
    results.compile.as_ref()?.millis_per_function(variant, Profile::Dev)
}

pub fn print(results: &Results) {
    let (measured, missing): (Vec<_>, Vec<_>) = ROWS.iter().partition(|row| row.is_measured(results));
    println!("### Budget\n");
    if !measured.is_empty() {
        println!("| row | {OURS} | {RIVAL} | ratio | budget | |");
        println!("|---|---:|---:|---:|---:|---|");
        measured.iter().for_each(|row| print_row(row, results));
        println!();
    }
    if !missing.is_empty() {
        println!("{} of {} rows were not measured.\n", missing.len(), ROWS.len());
    }
}

fn print_row(row: &Row, results: &Results) {
    let (ours, theirs) = ((row.figure)(results, OURS), (row.figure)(results, RIVAL));
    let ratio = ours.zip(theirs).map(|(ours, theirs)| ours / theirs);
    let text = |value: Option<f64>| value.map_or("–".to_owned(), three);
    let ratio =
        ratio.filter(|ratio| ratio.is_finite()).map_or("–".to_owned(), |ratio| format!("{ratio:.2}"));
    let verdict = match row.budget.is_met(ours, theirs) {
        Some(true) => "met",
        Some(false) => "**missed**",
        None => "nothing to compare with",
    };
    let budget = row.budget.text();
    println!("| {} | {} | {} | {ratio} | {budget} | {verdict} |", row.name, text(ours), text(theirs));
}

#[cfg(test)]
mod tests {
    use super::{AsGood, AtMost, Ratio};

    #[test]
    fn a_ratio_needs_both_figures_and_a_limit_only_ours() {
        assert_eq!(Ratio(0.5).is_met(Some(5.0), Some(10.0)), Some(true));
        assert_eq!(Ratio(0.5).is_met(Some(5.1), Some(10.0)), Some(false));
        assert_eq!(Ratio(0.5).is_met(Some(5.0), None), None);
        assert_eq!(AtMost(0.0).is_met(Some(0.0), None), Some(true));
        assert_eq!(AtMost(0.0).is_met(Some(1.0), None), Some(false));
    }

    #[test]
    fn as_good_means_as_good_as_fastrace_or_as_no_cost_at_all() {
        assert_eq!(AsGood(1.1).is_met(Some(1.05), Some(0.8)), Some(true));
        assert_eq!(AsGood(1.1).is_met(Some(1.3), Some(1.2)), Some(true));
        assert_eq!(AsGood(1.1).is_met(Some(1.3), Some(0.8)), Some(false));
    }
}

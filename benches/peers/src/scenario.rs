//! What is measured, whoever does it.

/// Children below the root, and call sites where nobody traces, of one repetition.
pub const CHILDREN: u32 = 100;

/// One row of the tables.
#[derive(Debug, PartialEq, Eq)]
pub struct Scenario {
    pub name: &'static str,
    pub work: Work,
    pub setup: Setup,
    /// How many units one repetition has.
    pub units: u32,
    /// How many spans one repetition makes that should be exported.
    pub spans: u32,
}

/// How a library is set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Setup {
    /// Everything is sampled; contexts travel in W3C's headers.
    Sampled,
    /// No trace is kept.
    Unsampled,
    /// No tracer is installed.
    Disabled,
    /// As sampled, with the headers that this project writes by default: Jaeger's and W3C's.
    BothHeaders,
}

/// What one repetition does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// A number of traces of a root and its children, which follow each other. Without children: roots alone.
    Trees(Trees),
    /// A root, and below it a chain of [`CHILDREN`] spans, each the child of the one before.
    Nested,
    /// A root, and children that are made from a `Send` handle on it, and are not active.
    Handles,
    /// A root, and children with a dynamic string and an integer.
    Tags2,
    /// A root, and children with two static strings, two dynamic strings and four integers.
    Tags8,
    /// A root, and children with one event that has a static string and an integer.
    Log,
    /// Call sites with no root around them.
    Bare,
    /// Call sites with eight tags, as in [`Work::Tags8`], with no root around them.
    BareTags8,
    /// A root, and children around a future that is pending this often before it is ready.
    Futures { pauses: u32 },
    /// A root, and children around futures that are spawned on a runtime of one thread and awaited.
    Spawn,
    /// A root, and calls of an attributed function that does nothing.
    Attribute,
    /// A root whose context is written into new maps of strings.
    InjectMap,
    /// Contexts read from a map of strings, with no root around them.
    ExtractMap,
    /// A root whose context is written into new maps of HTTP headers.
    InjectHeaders,
    /// Contexts read from HTTP headers, with no root around them.
    ExtractHeaders,
}

/// How many traces, and how many children the root of each has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trees {
    pub traces: u32,
    pub children: u32,
}

/// Roots alone, [`CHILDREN`] of them.
const ROOTS: Work = Work::Trees(Trees { traces: CHILDREN, children: 0 });
const TREE_100: Work = Work::Trees(Trees { traces: 1, children: CHILDREN });

pub const SCENARIOS: &[Scenario] = &[
    roots("root", Setup::Sampled),
    tree("tree1", 1),
    tree("tree10", 10),
    tree("tree100", 100),
    tree("tree1000", 1000),
    Scenario { units: CHILDREN + 1, ..children("nested100", Work::Nested) },
    children("handle100", Work::Handles),
    children("tags2", Work::Tags2),
    children("tags8", Work::Tags8),
    children("log", Work::Log),
    Scenario { setup: Setup::Unsampled, spans: 0, ..children("unsampled", TREE_100) },
    Scenario { spans: 0, ..roots("unsampled_root", Setup::Unsampled) },
    bare("disabled", Work::Bare, Setup::Disabled),
    bare("disabled_tags8", Work::BareTags8, Setup::Disabled),
    children("async0", Work::Futures { pauses: 0 }),
    children("async1", Work::Futures { pauses: 1 }),
    children("async10", Work::Futures { pauses: 10 }),
    children("spawn", Work::Spawn),
    children("attr", Work::Attribute),
    inject("inject_map", Work::InjectMap, Setup::Sampled),
    bare("extract_map", Work::ExtractMap, Setup::Sampled),
    inject("inject_hdr", Work::InjectHeaders, Setup::Sampled),
    bare("extract_hdr", Work::ExtractHeaders, Setup::Sampled),
    inject("inject_map_both", Work::InjectMap, Setup::BothHeaders),
    bare("extract_map_both", Work::ExtractMap, Setup::BothHeaders),
];

pub fn scenario(name: &str) -> Option<&'static Scenario> {
    SCENARIOS.iter().find(|scenario| scenario.name == name)
}

const fn roots(name: &'static str, setup: Setup) -> Scenario {
    Scenario { name, work: ROOTS, setup, units: CHILDREN, spans: CHILDREN }
}

/// A unit is a span, the root among them.
const fn tree(name: &'static str, children: u32) -> Scenario {
    // Small traces several times, so that a repetition is never so short that calling it shows.
    let traces = CHILDREN.div_ceil(children);
    let spans = traces * (children + 1);
    Scenario {
        name,
        work: Work::Trees(Trees { traces, children }),
        setup: Setup::Sampled,
        units: spans,
        spans,
    }
}

/// A unit is a child.
const fn children(name: &'static str, work: Work) -> Scenario {
    Scenario { name, work, setup: Setup::Sampled, units: CHILDREN, spans: CHILDREN + 1 }
}

/// A unit is a call, and the only span is the root.
const fn inject(name: &'static str, work: Work, setup: Setup) -> Scenario {
    Scenario { name, work, setup, units: CHILDREN, spans: 1 }
}

/// A unit is a call, and there is no span.
const fn bare(name: &'static str, work: Work, setup: Setup) -> Scenario {
    Scenario { name, work, setup, units: CHILDREN, spans: 0 }
}

#[cfg(test)]
mod tests {
    use super::{SCENARIOS, Setup, scenario};

    #[test]
    fn each_scenario_has_a_name_of_its_own() {
        assert!(SCENARIOS.iter().all(|row| scenario(row.name) == Some(row)));
    }

    #[test]
    fn spans_are_only_expected_where_they_are_sampled() {
        let unsampled =
            SCENARIOS.iter().filter(|row| matches!(row.setup, Setup::Unsampled | Setup::Disabled));
        assert!(unsampled.clone().count() == 4 && unsampled.clone().all(|row| row.spans == 0));
    }

    #[test]
    fn small_trees_are_repeated_and_large_ones_are_not() {
        let tree = |name: &str| scenario(name).map(|row| (row.units, row.spans));
        assert_eq!(tree("tree1"), Some((200, 200)));
        assert_eq!(tree("tree1000"), Some((1001, 1001)));
    }
}

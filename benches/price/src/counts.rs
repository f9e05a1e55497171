//! Instructions and allocations, counted by valgrind. They do not depend on what else the machine does, and carry over
//! to other machines better than time; what the kernel does is not among them.

use std::process::Command;

use crate::load::Load;
use crate::producer::Kind;
use crate::run::{output, producing, this_program, without_settings};
use crate::sink::Sink;

/// What one kind takes for a span that has come to the sink, on all threads.
pub struct Counts {
    pub kind: &'static Kind,
    pub instructions: f64,
    pub allocations: f64,
    /// The share that came to the sink.
    pub kept: f64,
}

pub fn count(kinds: &[&'static Kind]) -> Vec<Counts> {
    kinds.iter().map(|kind| of(kind)).collect()
}

fn of(kind: &'static Kind) -> Counts {
    eprintln!("{}", kind.name);
    let per_span = |tool| {
        let (full, spans) = run(tool, kind, Load::COUNTED);
        let (idle, _) = run(tool, kind, Load::COUNTED.idle());
        ((full - idle) / spans, spans)
    };
    let (instructions, spans) = per_span(CALLGRIND);
    let (allocations, _) = per_span(DHAT);
    Counts { kind, instructions, allocations, kept: spans / Load::COUNTED.spans() as f64 }
}

/// A tool of valgrind, and how to read its count.
#[derive(Clone, Copy)]
struct Tool {
    arguments: &'static [&'static str],
    /// What stands before the number.
    before: &'static str,
    /// What the rest of that line says after it.
    after: &'static str,
}

const CALLGRIND: Tool = Tool {
    // What happened before is not to be counted; `producer::run` says why.
    arguments: &["--tool=callgrind", "--callgrind-out-file=/dev/null", "--zero-before=*producer::run*"],
    before: "Collected : ",
    after: "",
};

const DHAT: Tool =
    Tool { arguments: &["--tool=dhat", "--dhat-out-file=/dev/null"], before: " bytes in ", after: " blocks" };

/// The tool's count, and the spans that came to the sink.
fn run(tool: Tool, kind: &Kind, load: Load) -> (f64, f64) {
    let sink = Sink::start(kind.protocol);
    let mut valgrind = without_settings(Command::new("valgrind"));
    valgrind.arg("--fair-sched=yes").args(tool.arguments).arg(this_program().get_program());
    let said = output(valgrind.args(producing(kind, &sink, load)));
    let count = tool.read(&String::from_utf8_lossy(&said.stderr)).expect("valgrind counts");
    (count, sink.finish().spans as f64)
}

impl Tool {
    /// The first number that it prints; for dhat that is the total.
    fn read(&self, text: &str) -> Option<f64> {
        let number =
            text.lines().find_map(|line| line.split_once(self.before))?.1.strip_suffix(self.after)?;
        number.trim().replace(',', "").parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_counts_of_valgrind_are_read() {
        assert_eq!(CALLGRIND.read("==7== \n==7== Collected : 123456\n"), Some(123_456.0));
        let dhat = "==7== Total:     1,024 bytes in 1,234 blocks\n==7== At t-gmax: 8 bytes in 1 blocks\n";
        assert_eq!(DHAT.read(dhat), Some(1234.0));
        assert_eq!(DHAT.read("==7== no such tool"), None);
    }
}

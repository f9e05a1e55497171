//! What a process has taken of the machine: it says so itself, at its end.

use std::fmt;
use std::fs;
use std::str::FromStr;
use std::time::Duration;

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike as _;

/// CPU time and memory of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usage {
    /// In user and system mode, of all threads, those that have ended among them.
    pub cpu: Duration,
    /// The most memory that was resident at a time.
    pub peak_kib: u64,
}

impl Usage {
    pub fn of_this_process() -> Self {
        let usage = getrusage(UsageWho::RUSAGE_SELF).expect("a process may ask for its own usage");
        let micros = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
        Self { cpu: Duration::from_micros(micros.unsigned_abs()), peak_kib: peak_kib() }
    }

    /// The CPU time without what it was before; memory that was taken before is taken still.
    pub fn since(self, before: Self) -> Self {
        Self { cpu: self.cpu.saturating_sub(before.cpu), ..self }
    }
}

/// Read here and not with `getrusage`, whose figure begins with the memory of the process that started this one.
fn peak_kib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("Linux tells a process about itself");
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB"));
    peak.and_then(|kib| kib.parse().ok()).expect("a process has a peak")
}

/// As the process that is measured prints it.
impl fmt::Display for Usage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.cpu.as_micros(), self.peak_kib)
    }
}

impl FromStr for Usage {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parsed = text.trim().split_once(' ').and_then(|(micros, kib)| {
            Some(Self { cpu: Duration::from_micros(micros.parse().ok()?), peak_kib: kib.parse().ok()? })
        });
        parsed.ok_or_else(|| format!("not what a process says of itself: {text:?}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_process_prints_is_what_is_read() {
        let usage = Usage::of_this_process();
        assert!(usage.peak_kib > 0);
        assert_eq!(usage.to_string().parse(), Ok(usage));
    }
}

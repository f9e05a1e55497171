//! How many spans are made, and when: small bursts, with sleep between them.

use std::fmt;
use std::str::FromStr;
use std::thread;
use std::time::{Duration, Instant};

/// Spans of a trace: a root and its children.
pub const SPANS_PER_TRACE: u32 = 10;

/// Bursts of traces at fixed times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Load {
    bursts: u32,
    /// Traces of one burst; none in the run that is taken off.
    traces: u32,
    /// From one burst to the next.
    interval: Duration,
}

impl Load {
    /// 300,000 spans in 3 s: as much as a busy service makes, and as little as exporters of one thread keep up with.
    pub const FULL: Self = Self { bursts: 3_000, traces: 10, interval: Duration::from_millis(1) };

    /// 8,000 spans in 5 s: slowly enough for valgrind, which makes a program some fifty times slower and runs one of
    /// its threads at a time.
    pub const COUNTED: Self = Self { bursts: 160, traces: 5, interval: Duration::from_millis(30) };

    /// The same in time, without a span.
    pub fn idle(self) -> Self {
        Self { traces: 0, ..self }
    }

    /// The spans that are made.
    pub fn spans(self) -> u64 {
        u64::from(self.bursts) * u64::from(self.traces) * u64::from(SPANS_PER_TRACE)
    }

    /// Calls `trace` once for each trace. A burst that comes late does not put off those that follow.
    pub fn run(self, mut trace: impl FnMut()) {
        let began = Instant::now();
        for burst in 0..self.bursts {
            (0..self.traces).for_each(|_| trace());
            let next = began + self.interval * (burst + 1);
            thread::sleep(next.saturating_duration_since(Instant::now()));
        }
    }
}

/// As an argument of the process that is measured.
impl fmt::Display for Load {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}@{}", self.bursts, self.traces, self.interval.as_micros())
    }
}

impl FromStr for Load {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split_once('x').and_then(|(bursts, rest)| Some((bursts, rest.split_once('@')?)));
        let parsed = parts.and_then(|(bursts, (traces, micros))| {
            let interval = Duration::from_micros(micros.parse().ok()?);
            Some(Self { bursts: bursts.parse().ok()?, traces: traces.parse().ok()?, interval })
        });
        parsed.ok_or_else(|| format!("not a load: {text:?}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_load_reaches_the_other_process_as_it_is() {
        for load in [Load::FULL, Load::COUNTED.idle()] {
            assert_eq!(load.to_string().parse(), Ok(load));
        }
        assert!("3000x10".parse::<Load>().is_err());
    }

    #[test]
    fn all_traces_are_made_and_none_when_idle() {
        let load = Load { bursts: 3, traces: 2, interval: Duration::ZERO };
        let traces = |load: Load| {
            let mut traces = 0;
            load.run(|| traces += 1);
            traces
        };
        assert_eq!((traces(load), load.spans()), (6, 60));
        assert_eq!((traces(load.idle()), load.idle().spans()), (0, 0));
    }
}

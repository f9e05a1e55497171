//! Figures of many samples, and what is read from them.

use std::fmt;
use std::str::FromStr;

/// What one process, or several that measured the same, found.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Samples {
    /// Nanoseconds of a span on the thread that makes it.
    pub nanos: Vec<f64>,
    /// Nanoseconds from one span to the next, whichever thread makes it; only where several threads do.
    pub wall_nanos: Vec<f64>,
    /// Spans that were made.
    pub made: u64,
    /// Spans that came to the reporter.
    pub kept: u64,
}

impl Samples {
    pub fn extend(&mut self, other: Self) {
        self.nanos.extend(other.nanos);
        self.wall_nanos.extend(other.wall_nanos);
        self.made += other.made;
        self.kept += other.kept;
    }
}

/// The least figure: what the work takes where nothing disturbs it.
pub fn minimum(nanos: &[f64]) -> f64 {
    nanos.iter().copied().fold(f64::INFINITY, f64::min)
}

/// The figure in the middle: what it usually takes on this machine.
pub fn median(nanos: &[f64]) -> f64 {
    let mut sorted = nanos.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}

/// As a process prints them: two counts, and the figures of both lists, each on a line.
impl fmt::Display for Samples {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = |nanos: &[f64]| nanos.iter().map(f64::to_string).collect::<Vec<_>>().join(" ");
        writeln!(f, "{} {}\n{}\n{}", self.made, self.kept, line(&self.nanos), line(&self.wall_nanos))
    }
}

impl FromStr for Samples {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers = |line: Option<&str>| -> Option<Vec<f64>> {
            line?.split_whitespace().map(|number| number.parse().ok()).collect()
        };
        let mut lines = text.lines();
        let counts = lines.next().and_then(|line| line.split_once(' '));
        let parsed = counts.and_then(|(made, kept)| {
            let (nanos, wall_nanos) = (numbers(lines.next())?, numbers(lines.next())?);
            Some(Self { nanos, wall_nanos, made: made.parse().ok()?, kept: kept.parse().ok()? })
        });
        parsed.ok_or_else(|| format!("not samples: {text:?}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_process_prints_is_what_is_read() {
        let samples = Samples { nanos: vec![1.5, 2.0], wall_nanos: Vec::new(), made: 3, kept: 2 };
        assert_eq!(samples.to_string().parse(), Ok(samples));
        assert!("1\n".parse::<Samples>().is_err());
    }

    #[test]
    fn the_median_is_the_figure_in_the_middle() {
        assert_eq!(median(&[9.0, 1.0, 2.0]), 2.0);
        assert_eq!(minimum(&[9.0, 1.0, 2.0]), 1.0);
    }
}

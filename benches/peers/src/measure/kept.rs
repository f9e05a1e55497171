//! How many of the spans that were made got to the reporter.

use crate::measure::Subject;
use crate::process::Reading;

/// Spans of all rounds of a measure.
#[derive(Debug, Default, Clone, Copy)]
pub struct Kept {
    made: f64,
    exported: f64,
}

impl Kept {
    /// The share; `None` where no span should be exported.
    pub fn share(self) -> Option<f64> {
        (self.made > 0.0).then(|| self.exported / self.made)
    }

    pub fn add(&mut self, found: &Reading) {
        self.made += found.number("made").unwrap_or_default();
        self.exported += found.number("exported").unwrap_or_default();
    }
}

impl Reading {
    /// The spans that this process has made, and those that have come out after a flush.
    pub fn with_kept(self, subject: &Subject) -> Self {
        let Some(exported) = subject.library.flush().exported else { return self };
        self.with("made", [subject.spans_made()]).with("exported", [exported as f64])
    }
}

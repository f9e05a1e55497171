//! One test of the suite.

use std::fmt;

use super::capability::{Capabilities, Capability};
use super::case::Case;

/// One test of the suite.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct Row {
    /// Its id: `A` and `GA`, `JA`, `ST`, `SC`, `NT`, `ET`, `GT`, `MT`, `CA`, `TG`, `LF`, `CX`, `TB` number
    /// the tests of OpenTracing's libraries, `R` the rules.
    pub id: &'static str,
    /// The name of the test upstream, or what it states.
    pub name: &'static str,
    /// The rule that it states, of thirteen.
    pub rule: Option<u8>,
    needs: &'static [Capability],
    needs_one_of: &'static [Capability],
    check: fn(&Case<'_>),
}

impl Row {
    pub(super) const fn new(id: &'static str, name: &'static str, check: fn(&Case<'_>)) -> Self {
        Self { id, name, rule: None, needs: &[], needs_one_of: &[], check }
    }

    pub(super) const fn stating(self, rule: u8) -> Self {
        Self { rule: Some(rule), ..self }
    }

    pub(super) const fn needing(self, needs: &'static [Capability]) -> Self {
        Self { needs, ..self }
    }

    pub(super) const fn needing_one_of(self, needs_one_of: &'static [Capability]) -> Self {
        Self { needs_one_of, ..self }
    }

    /// What a tracer must be capable of for this row to apply.
    #[must_use]
    pub fn needs(&self) -> &'static [Capability] {
        self.needs
    }

    pub(super) fn is_applicable(&self, capabilities: Capabilities) -> bool {
        let has = |&need: &Capability| capabilities.has(need);
        self.needs.iter().all(has) && (self.needs_one_of.is_empty() || self.needs_one_of.iter().any(has))
    }

    /// Panics if the subject fails the row.
    pub(super) fn check(&self, case: &Case<'_>) {
        (self.check)(case);
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.id, self.name)?;
        self.rule.map_or(Ok(()), |rule| write!(f, " (rule {rule})"))
    }
}

impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Row({self})")
    }
}

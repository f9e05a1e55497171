//! Environment variables, and what their values mean.

use std::ffi::OsString;
use std::fmt;
use std::time::Duration;

use crate::config::ConfigError;

/// Where variables come from.
pub(crate) struct Variables<'a> {
    lookup: &'a dyn Fn(&str) -> Option<OsString>,
}

/// The value of a variable that is set, and not to nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Value {
    pub(crate) variable: &'static str,
    pub(crate) text: String,
}

impl<'a> Variables<'a> {
    pub(crate) fn new(lookup: &'a dyn Fn(&str) -> Option<OsString>) -> Self {
        Self { lookup }
    }

    /// A variable; one without a value counts as unset.
    pub(crate) fn get(&self, variable: &'static str) -> Result<Option<Value>, ConfigError> {
        match (self.lookup)(variable).map(OsString::into_string) {
            None => Ok(None),
            Some(Ok(text)) if text.trim().is_empty() => Ok(None),
            Some(Ok(text)) => Ok(Some(Value { variable, text: text.trim().to_owned() })),
            // The value is not quoted: it may be a secret, and it is no text.
            Some(Err(_)) => Err(ConfigError::new(variable, "the value is not Unicode text")),
        }
    }

    /// The meaning of a variable.
    pub(crate) fn read<T>(
        &self,
        variable: &'static str,
        meaning: impl FnOnce(&Value) -> Result<T, ConfigError>,
    ) -> Result<Option<T>, ConfigError> {
        self.get(variable)?.as_ref().map(meaning).transpose()
    }

    /// The meaning of the first of several variables that is set. The values of the others are checked, too: what
    /// is set and wrong is never passed over.
    pub(crate) fn first<T>(
        &self,
        variables: &[&'static str],
        meaning: impl Fn(&Value) -> Result<T, ConfigError>,
    ) -> Result<Option<T>, ConfigError> {
        let mut first = None;
        for variable in variables {
            let value = self.read(variable, &meaning)?;
            first = first.or(value);
        }
        Ok(first)
    }

    /// The value of any variable, as `${NAME}` in the value of another asks for it.
    pub(crate) fn expand(&self, name: &str) -> Option<String> {
        (self.lookup)(name)?.into_string().ok()
    }
}

impl fmt::Debug for Variables<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Variables").finish_non_exhaustive()
    }
}

impl Value {
    pub(crate) fn invalid(&self, reason: &'static str) -> ConfigError {
        ConfigError::new(self.variable, reason).with_value(&self.text)
    }

    pub(crate) fn unsupported(&self, reason: &'static str) -> ConfigError {
        ConfigError::unsupported(self.variable, reason).with_value(&self.text)
    }

    /// What Go's `ParseBool` takes, in any case.
    pub(crate) fn boolean(&self) -> Result<bool, ConfigError> {
        match self.text.to_ascii_lowercase().as_str() {
            "1" | "t" | "true" => Ok(true),
            "0" | "f" | "false" => Ok(false),
            _ => Err(self.invalid("it takes true or false")),
        }
    }

    pub(crate) fn number(&self) -> Result<f64, ConfigError> {
        self.text.parse().map_err(|error| self.invalid("it takes a number").with_source(error))
    }

    pub(crate) fn count(&self) -> Result<usize, ConfigError> {
        self.text.parse().map_err(|error| self.invalid("it takes a number, zero or more").with_source(error))
    }

    /// Milliseconds, or a duration as Go writes it.
    pub(crate) fn duration(&self) -> Result<Duration, ConfigError> {
        let millis = self.text.parse().ok().map(Duration::from_millis);
        let duration = millis.or_else(|| go_duration(&self.text));
        duration.ok_or_else(|| self.invalid("it takes milliseconds, or a duration such as 500ms or 1m30s"))
    }

    /// The parts of a list, without those that are empty.
    pub(crate) fn list(&self) -> impl Iterator<Item = &str> {
        self.text.split(',').map(str::trim).filter(|part| !part.is_empty())
    }
}

/// Numbers with units, one after the other: `1m30s`, `1.5h`. A sign is not taken: no setting is negative.
fn go_duration(text: &str) -> Option<Duration> {
    let mut rest = text;
    let mut sum = Duration::ZERO;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, tail) = rest.split_at(digits);
        let unit_end = tail.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(unit_end);
        let seconds = match unit {
            "ns" => 1e-9,
            "us" | "µs" | "μs" => 1e-6,
            "ms" => 1e-3,
            "s" => 1.0,
            "m" => 60.0,
            "h" => 3600.0,
            _ => return None,
        };
        let part = Duration::try_from_secs_f64(number.parse::<f64>().ok()? * seconds).ok()?;
        sum = sum.checked_add(part)?;
        rest = tail;
    }
    (!text.is_empty()).then_some(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Value {
        Value { variable: "X", text: text.to_owned() }
    }

    #[test]
    fn durations_are_milliseconds_or_as_go_writes_them() {
        for (text, millis) in
            [("500", 500), ("500ms", 500), ("1s", 1000), ("1m30s", 90_000), ("1.5h", 5_400_000)]
        {
            assert_eq!(value(text).duration().unwrap(), Duration::from_millis(millis), "{text}");
        }
        assert_eq!(value("1500us").duration().unwrap(), Duration::from_micros(1500));
        for text in ["s", "-1", "-1s", "1x", "1 s", "1s2", "1e3", ".s", "1..2s", "99999999999999999999h"] {
            assert!(value(text).duration().is_err(), "{text}");
        }
    }

    #[test]
    fn booleans_are_those_of_go_in_any_case() {
        for (text, expected) in
            [("1", true), ("t", true), ("TRUE", true), ("0", false), ("F", false), ("False", false)]
        {
            assert_eq!(value(text).boolean().unwrap(), expected, "{text}");
        }
        assert_eq!(value("yes").boolean().unwrap_err().to_string(), "X=yes: it takes true or false");
    }

    #[test]
    fn an_empty_value_counts_as_unset_and_a_wrong_one_is_met_behind_a_right_one() {
        let lookup = |name: &str| match name {
            "EMPTY" => Some(OsString::from(" ")),
            "RIGHT" => Some(OsString::from("1")),
            "WRONG" => Some(OsString::from("x")),
            _ => None,
        };
        let variables = Variables::new(&lookup);
        assert_eq!(variables.get("EMPTY").unwrap(), None);
        assert_eq!(variables.first(&["EMPTY", "RIGHT"], Value::count).unwrap(), Some(1));
        assert_eq!(variables.first(&["RIGHT", "WRONG"], Value::count).unwrap_err().setting(), "WRONG");
    }
}

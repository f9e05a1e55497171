//! Why a tracer could not be built.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;

/// Why a tracer could not be built: the setting, its value, and what is wrong with it.
///
/// # Examples
/// ```
/// use opentracing_sdk::{Config, sampler};
///
/// let error = Config::new("shop").sampler(sampler::probabilistic(1.5)).build().unwrap_err();
/// assert_eq!(error.to_string(), "sampler::probabilistic=1.5: a probability is between 0 and 1");
/// assert_eq!(error.setting(), "sampler::probabilistic");
/// ```
#[derive(Debug)]
pub struct ConfigError {
    setting: Cow<'static, str>,
    /// Absent where there is no value, and where it may be a secret.
    value: Option<String>,
    kind: Kind,
    source: Option<Box<dyn Error + Send + Sync>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    Invalid(Cow<'static, str>),
    Unsupported(Cow<'static, str>),
    AlreadyInstalled,
}

/// Values are quoted in errors up to this many characters.
const QUOTED_CHARS_MAX: usize = 128;

impl ConfigError {
    /// A setting that cannot be used: its name (that of a variable, or of a function) and what is wrong,
    /// in lower case and without a full stop.
    ///
    /// # Examples
    /// ```
    /// use opentracing_sdk::ConfigError;
    ///
    /// let error = ConfigError::new("sampler::lucky", "luck is between 0 and 7").with_value("9");
    /// assert_eq!(error.to_string(), "sampler::lucky=9: luck is between 0 and 7");
    /// ```
    #[must_use]
    pub fn new(setting: impl Into<Cow<'static, str>>, reason: impl Into<Cow<'static, str>>) -> Self {
        Self::of_kind(setting, Kind::Invalid(reason.into()))
    }

    pub(crate) fn unsupported(
        setting: impl Into<Cow<'static, str>>,
        reason: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self::of_kind(setting, Kind::Unsupported(reason.into()))
    }

    pub(crate) fn already_installed() -> Self {
        Self::of_kind("Config::init", Kind::AlreadyInstalled)
    }

    fn of_kind(setting: impl Into<Cow<'static, str>>, kind: Kind) -> Self {
        Self { setting: setting.into(), value: None, kind, source: None }
    }

    /// Adds the value, which is shown; leave a secret out.
    ///
    /// # Examples
    /// ```
    /// use opentracing_sdk::ConfigError;
    ///
    /// let error = ConfigError::new("SHOP_SIZE", "a size is a number").with_value("large");
    /// assert_eq!(error.to_string(), "SHOP_SIZE=large: a size is a number");
    /// ```
    #[must_use]
    pub fn with_value(mut self, value: impl Into<String>) -> Self {
        self.value = Some(value.into());
        self
    }

    /// Adds the error behind this one.
    ///
    /// # Examples
    /// ```
    /// use opentracing_sdk::ConfigError;
    /// use std::error::Error;
    ///
    /// let source = "large".parse::<u32>().unwrap_err();
    /// let error = ConfigError::new("SHOP_SIZE", "a size is a number").with_source(source);
    /// assert_eq!(error.source().unwrap().to_string(), "invalid digit found in string");
    /// ```
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// The same error, said of the variable that the setting came from.
    #[cfg(feature = "otlp")]
    pub(crate) fn of_variable(mut self, variable: &'static str) -> Self {
        self.setting = variable.into();
        self
    }

    /// The variable, or the function, whose value is wrong.
    ///
    /// # Examples
    /// ```
    /// use opentracing_sdk::Config;
    ///
    /// let config = Config::from_variables(|name| (name == "OTEL_PROPAGATORS").then(|| "pigeon".into()));
    /// let error = config.service_name("shop").build().unwrap_err();
    /// assert_eq!(error.setting(), "OTEL_PROPAGATORS");
    /// ```
    #[must_use]
    pub fn setting(&self) -> &str {
        &self.setting
    }

    /// Whether the setting means something that is not supported, at least by this build.
    ///
    /// # Examples
    /// ```
    /// use opentracing_sdk::Config;
    ///
    /// let config = Config::from_variables(|name| (name == "JAEGER_AGENT_HOST").then(|| "localhost".into()));
    /// let error = config.service_name("shop").build().unwrap_err();
    /// assert!(error.is_unsupported());
    /// ```
    #[must_use]
    pub fn is_unsupported(&self) -> bool {
        matches!(self.kind, Kind::Unsupported(_))
    }

    /// Whether a tracer was installed already: its guard has to be dropped first.
    ///
    /// # Examples
    /// ```
    /// use opentracing_sdk::{Config, reporter};
    ///
    /// let config = || Config::new("shop").reporter(reporter::counting());
    /// let guard = config().init()?;
    /// assert!(config().init().unwrap_err().is_already_installed());
    /// drop(guard);
    /// assert!(config().init().is_ok());
    /// # Ok::<(), opentracing_sdk::ConfigError>(())
    /// ```
    #[must_use]
    pub fn is_already_installed(&self) -> bool {
        self.kind == Kind::AlreadyInstalled
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.setting)?;
        if let Some(value) = &self.value {
            let shown: String = value.chars().take(QUOTED_CHARS_MAX).collect();
            let more = if shown.len() < value.len() { "…" } else { "" };
            write!(f, "={}{more}", shown.escape_debug())?;
        }
        match &self.kind {
            Kind::Invalid(reason) | Kind::Unsupported(reason) => write!(f, ": {reason}"),
            Kind::AlreadyInstalled => {
                f.write_str(": a tracer is installed already; it stays until its guard is dropped")
            }
        }
    }
}

impl Error for ConfigError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_quoted_on_one_line_and_cut() {
        let error = ConfigError::new("X", "no").with_value("a\nb");
        assert_eq!(error.to_string(), "X=a\\nb: no");
        let long = ConfigError::new("X", "no").with_value("é".repeat(1000)).to_string();
        assert_eq!(long.chars().count(), "X=…: no".chars().count() + QUOTED_CHARS_MAX);
    }

    #[test]
    fn what_callers_branch_on_is_a_predicate() {
        assert!(ConfigError::unsupported("X", "later").is_unsupported());
        assert!(ConfigError::already_installed().is_already_installed());
        assert!(!ConfigError::new("X", "no").is_unsupported());
    }
}

//! Which traces are kept.

mod constant;
mod parent_based;
mod probabilistic;
mod trace_id_ratio;

use std::fmt;

use opentracing_core::{Decision, StartInfo};

use crate::config::ConfigError;

pub use constant::{ConstantSampler, constant};
pub use parent_based::{ParentBasedSampler, parent_based};
pub use probabilistic::{ProbabilisticSampler, probabilistic};
pub use trace_id_ratio::{TraceIdRatioSampler, trace_id_ratio};

/// Decides whether a trace is kept.
///
/// It is asked when a trace begins, on the thread that begins it, and where the parent, in another process, has
/// left the decision open; a decision that the parent made stands. A tag `sampling.priority` and a debug id are
/// obeyed without asking.
///
/// # Examples
/// A sampler that keeps nothing but checkouts:
/// ```
/// use opentracing_core::{Decision, StartInfo};
/// use opentracing_sdk::{Config, Sampler, reporter};
///
/// #[derive(Debug)]
/// struct Checkouts;
///
/// impl Sampler for Checkouts {
///     fn sample(&self, start: &StartInfo<'_>) -> Decision {
///         Decision::sampled(start.operation_name == "checkout").tag("sampler.type", "checkouts")
///     }
/// }
///
/// let memory = reporter::memory();
/// let guard = Config::new("shop").sampler(Checkouts).reporter(memory.clone()).build()?;
/// guard.tracer().start_span("browse").finish();
/// guard.tracer().start_span("checkout").finish();
/// guard.close(std::time::Duration::from_secs(5));
/// assert_eq!(memory.spans()[0].to_string(), r#"checkout sampler.type="checkouts""#);
/// # Ok::<(), opentracing_sdk::ConfigError>(())
/// ```
pub trait Sampler: Send + Sync + fmt::Debug + 'static {
    /// Decides about a trace. It runs on the application's thread and must neither block nor panic.
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::{Decision, StartInfo};
    /// use opentracing_sdk::{Config, Sampler, reporter, sampler};
    ///
    /// #[derive(Debug)]
    /// struct ButHealth<S>(S);
    ///
    /// impl<S: Sampler> Sampler for ButHealth<S> {
    ///     fn sample(&self, start: &StartInfo<'_>) -> Decision {
    ///         if start.operation_name == "health" { Decision::drop() } else { self.0.sample(start) }
    ///     }
    /// }
    ///
    /// let config = Config::new("shop").sampler(ButHealth(sampler::constant(true)));
    /// let guard = config.reporter(reporter::counting()).build()?;
    /// assert!(guard.tracer().start_span("order").is_recording());
    /// assert!(!guard.tracer().start_span("health").is_recording());
    /// # Ok::<(), opentracing_sdk::ConfigError>(())
    /// ```
    fn sample(&self, start: &StartInfo<'_>) -> Decision;

    /// Says whether this sampler is configured such that it can work; asked once, when the tracer is built.
    ///
    /// # Errors
    /// When it cannot, for instance since a probability is not between 0 and 1.
    ///
    /// # Examples
    /// ```
    /// use opentracing_sdk::{Sampler, sampler};
    ///
    /// assert!(sampler::probabilistic(0.1).check().is_ok());
    /// assert!(sampler::probabilistic(1.5).check().is_err());
    /// ```
    fn check(&self) -> Result<(), ConfigError> {
        Ok(())
    }
}

impl<S: Sampler + ?Sized> Sampler for Box<S> {
    fn sample(&self, start: &StartInfo<'_>) -> Decision {
        S::sample(self, start)
    }

    fn check(&self) -> Result<(), ConfigError> {
        S::check(self)
    }
}

/// The tag on a sampled root that names the sampler, and the one that holds its parameter: Jaeger's names.
const SAMPLER_TYPE: &str = "sampler.type";
const SAMPLER_PARAM: &str = "sampler.param";

fn check_probability(setting: &'static str, probability: f64) -> Result<(), ConfigError> {
    // NaN is in no range.
    if (0.0..=1.0).contains(&probability) {
        return Ok(());
    }
    Err(ConfigError::new(setting, "a probability is between 0 and 1").with_value(probability.to_string()))
}

//! Follows the parent, and asks another sampler where there is none.

use opentracing_core::{Decision, StartInfo};

use crate::config::ConfigError;
use crate::sampler::Sampler;

/// Follows what the parent decided, and asks another sampler where no parent did.
///
/// A tracer asks its sampler in no other case, so with [`Config::sampler`](crate::Config::sampler) every sampler is
/// parent-based, whether it says so or not. This spells it out, and is of use in samplers made of others.
///
/// # Examples
/// ```
/// use opentracing_sdk::{Config, reporter, sampler};
///
/// let sampler = sampler::parent_based(sampler::probabilistic(0.1));
/// let guard = Config::new("shop").sampler(sampler).reporter(reporter::counting()).build()?;
/// # Ok::<(), opentracing_sdk::ConfigError>(())
/// ```
#[must_use]
pub fn parent_based<S: Sampler>(root: S) -> ParentBasedSampler<S> {
    ParentBasedSampler { root }
}

/// Follows the parent, and asks another sampler where there is none; made by [`parent_based`].
///
/// # Examples
/// ```
/// use opentracing_sdk::Sampler;
/// use opentracing_sdk::sampler::{ParentBasedSampler, ProbabilisticSampler, parent_based, probabilistic};
///
/// // What is wrong with the sampler of roots is wrong with the whole.
/// let sampler: ParentBasedSampler<ProbabilisticSampler> = parent_based(probabilistic(1.5));
/// assert_eq!(sampler.check().unwrap_err().setting(), "sampler::probabilistic");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParentBasedSampler<S> {
    root: S,
}

impl<S: Sampler> Sampler for ParentBasedSampler<S> {
    fn sample(&self, start: &StartInfo<'_>) -> Decision {
        match start.parent_decision() {
            Some(sampled) => Decision::sampled(sampled),
            None => self.root.sample(start),
        }
    }

    fn check(&self) -> Result<(), ConfigError> {
        self.root.check()
    }
}

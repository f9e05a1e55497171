//! Keeps all traces, or none.

use opentracing_core::{Decision, StartInfo};

use crate::sampler::{SAMPLER_PARAM, SAMPLER_TYPE, Sampler};

/// Keeps all traces, or none.
///
/// # Examples
/// ```
/// use opentracing_sdk::{Config, reporter, sampler};
///
/// let nothing = Config::new("shop").sampler(sampler::constant(false)).reporter(reporter::counting()).build()?;
/// assert!(!nothing.tracer().start_span("get").is_recording());
/// # Ok::<(), opentracing_sdk::ConfigError>(())
/// ```
#[must_use]
pub fn constant(keep: bool) -> ConstantSampler {
    ConstantSampler { keep }
}

/// Keeps all traces, or none; made by [`constant`].
///
/// # Examples
/// ```
/// use opentracing_sdk::sampler::{ConstantSampler, constant};
///
/// let sampler: ConstantSampler = constant(true);
/// assert_ne!(sampler, constant(false));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConstantSampler {
    keep: bool,
}

impl Sampler for ConstantSampler {
    fn sample(&self, _: &StartInfo<'_>) -> Decision {
        if self.keep {
            Decision::record().tag(SAMPLER_TYPE, "const").tag(SAMPLER_PARAM, true)
        } else {
            Decision::drop()
        }
    }
}

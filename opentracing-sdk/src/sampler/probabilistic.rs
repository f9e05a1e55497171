//! Keeps a share of the traces, as Jaeger's clients choose them.

use opentracing_core::{Decision, StartInfo, TraceId};

use crate::config::ConfigError;
use crate::sampler::{SAMPLER_PARAM, SAMPLER_TYPE, Sampler, check_probability};

/// Keeps this share of the traces, between 0 and 1, with the formula of Jaeger's Go client: services that use it
/// with the same share choose the same traces.
///
/// # Examples
/// ```
/// use opentracing_sdk::{Config, reporter, sampler};
///
/// let config = Config::new("shop").sampler(sampler::probabilistic(0.01)).reporter(reporter::counting());
/// assert!(config.build().is_ok());
/// let config = Config::new("shop").sampler(sampler::probabilistic(1.5)).reporter(reporter::counting());
/// assert!(config.build().is_err());
/// ```
#[must_use]
pub fn probabilistic(share: f64) -> ProbabilisticSampler {
    ProbabilisticSampler { share, boundary: boundary(share) }
}

/// Keeps a share of the traces; made by [`probabilistic`].
///
/// # Examples
/// ```
/// use opentracing_sdk::Sampler;
/// use opentracing_sdk::sampler::{ProbabilisticSampler, probabilistic};
///
/// let sampler: ProbabilisticSampler = probabilistic(0.01);
/// assert!(sampler.check().is_ok());
/// assert!(probabilistic(f64::NAN).check().is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ProbabilisticSampler {
    share: f64,
    boundary: u64,
}

/// The lower 64 bits of a trace id without their highest are uniform in 0..=MASK.
const MASK: u64 = 0x7fff_ffff_ffff_ffff;

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "this rounding is the formula; shares out of range are refused by `check`"
)]
fn boundary(share: f64) -> u64 {
    (MASK as f64 * share) as u64
}

impl ProbabilisticSampler {
    pub(super) fn keeps(&self, trace_id: TraceId) -> bool {
        self.boundary >= trace_id.low() & MASK
    }
}

impl Sampler for ProbabilisticSampler {
    fn sample(&self, start: &StartInfo<'_>) -> Decision {
        if self.keeps(start.trace_id) {
            Decision::record().tag(SAMPLER_TYPE, "probabilistic").tag(SAMPLER_PARAM, self.share)
        } else {
            Decision::drop()
        }
    }

    fn check(&self) -> Result<(), ConfigError> {
        check_probability("sampler::probabilistic", self.share)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The boundaries of the Go client's formula, `uint64(float64(1<<63-1) * rate)`, as Go computes them, and ids
    /// on either side: the top bit is masked off, the comparison includes the boundary.
    #[test]
    fn the_same_traces_are_kept_as_in_the_go_client() {
        for (share, boundary) in [
            (0.0, 0),
            (1.0, 0x8000_0000_0000_0000),
            (0.5, 0x4000_0000_0000_0000),
            (0.25, 0x2000_0000_0000_0000),
            (0.01, 0x0147_ae14_7ae1_47b0),
            (0.001, 0x0020_c49b_a5e3_53f8),
        ] {
            let sampler = probabilistic(share);
            assert_eq!(sampler.boundary, boundary, "{share}");
            let keeps = |low: u64| sampler.keeps(TraceId::new(1 << 64 | u128::from(low)).unwrap());
            assert!(keeps(boundary & MASK), "{share}");
            assert!(keeps(0) && keeps(1 << 63), "{share}");
            let above = boundary + 1;
            assert_eq!(keeps(above), boundary > MASK, "{share}");
            assert_eq!(keeps(above | 1 << 63), boundary > MASK, "{share}");
        }
    }

    #[test]
    fn the_share_that_is_kept_is_the_share_that_was_asked_for() {
        let sampler = probabilistic(0.25);
        let kept = (0..1u128 << 10).filter(|id| sampler.keeps(TraceId::new((id << 53) | 1).unwrap())).count();
        assert_eq!(kept, 256);
    }
}

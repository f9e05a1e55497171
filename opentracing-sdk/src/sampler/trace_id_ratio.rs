//! Keeps a share of the traces, as OpenTelemetry's SDKs choose them.

use opentracing_core::{Decision, StartInfo, TraceId};

use crate::config::ConfigError;
use crate::sampler::{Sampler, check_probability};

/// Keeps this share of the traces, between 0 and 1, with the formula of OpenTelemetry's Rust SDK, for services that
/// share traces with it. With the same share, [`probabilistic`](crate::sampler::probabilistic) chooses others.
///
/// # Examples
/// ```
/// use opentracing_sdk::{Config, reporter, sampler};
///
/// let config = Config::new("shop").sampler(sampler::trace_id_ratio(0.01)).reporter(reporter::counting());
/// assert!(config.build().is_ok());
/// ```
#[must_use]
pub fn trace_id_ratio(share: f64) -> TraceIdRatioSampler {
    TraceIdRatioSampler { share, bound: bound(share) }
}

/// Keeps a share of the traces; made by [`trace_id_ratio`].
///
/// # Examples
/// ```
/// use opentracing_sdk::Sampler;
/// use opentracing_sdk::sampler::{TraceIdRatioSampler, trace_id_ratio};
///
/// let sampler: TraceIdRatioSampler = trace_id_ratio(0.01);
/// assert!(sampler.check().is_ok());
/// assert!(trace_id_ratio(-0.5).check().is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TraceIdRatioSampler {
    share: f64,
    bound: u64,
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "this rounding is the formula; shares out of range are refused by `check`"
)]
fn bound(share: f64) -> u64 {
    (share.max(0.0) * (1u64 << 63) as f64) as u64
}

impl TraceIdRatioSampler {
    fn keeps(&self, trace_id: TraceId) -> bool {
        trace_id.low() >> 1 < self.bound
    }
}

impl Sampler for TraceIdRatioSampler {
    fn sample(&self, start: &StartInfo<'_>) -> Decision {
        Decision::sampled(self.keeps(start.trace_id))
    }

    fn check(&self) -> Result<(), ConfigError> {
        check_probability("sampler::trace_id_ratio", self.share)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ids on either side of `ratio * 2^63`, compared with the low 64 bits shifted right by one, exclusively.
    #[test]
    fn the_same_traces_are_kept_as_in_the_opentelemetry_sdk() {
        for (share, last_kept) in [
            (1.0, Some(u64::MAX)),
            (0.5, Some(0x7fff_ffff_ffff_ffff)),
            (0.25, Some(0x3fff_ffff_ffff_ffff)),
            (0.01, Some(0x028f_5c28_f5c2_8f5f)),
            (0.0, None),
        ] {
            let sampler = trace_id_ratio(share);
            let keeps = |low: u64| sampler.keeps(TraceId::new(1 << 64 | u128::from(low)).unwrap());
            match last_kept {
                None => assert!(!keeps(0) && !keeps(1)),
                Some(last) => {
                    assert!(keeps(last) && keeps(0), "{share}");
                    assert!(last == u64::MAX || !keeps(last + 1), "{share}");
                }
            }
        }
    }

    #[test]
    fn jaeger_and_opentelemetry_choose_different_halves() {
        let (jaeger, otel) = (crate::sampler::probabilistic(0.5), trace_id_ratio(0.5));
        let eighths = (0..8u64).map(|top| TraceId::new(u128::from(top << 61 | 1)).unwrap());
        let chosen: Vec<_> = eighths.map(|id| (jaeger.keeps(id), otel.keeps(id))).collect();
        let (by_jaeger, by_otel): (Vec<_>, Vec<_>) = chosen.into_iter().unzip();
        assert_eq!(by_jaeger, [true, true, false, false, true, true, false, false]);
        assert_eq!(by_otel, [true, true, true, true, false, false, false, false]);
    }
}

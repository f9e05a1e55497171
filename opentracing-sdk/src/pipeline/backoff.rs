//! How long to wait before a batch is tried again.

use std::hash::{BuildHasher as _, RandomState};
use std::time::Duration;

/// Tries of one batch beyond the first.
pub(crate) const RETRIES_MAX: u32 = 3;

const FIRST_WAIT: Duration = Duration::from_millis(200);
/// A backend that comes back is noticed within this time.
const WAIT_MAX: Duration = Duration::from_secs(1);
/// What a backend may ask for with `Retry-After`.
const ASKED_WAIT_MAX: Duration = Duration::from_secs(30);

/// The wait after the failure number `failures`, counted from zero. `chance` is between 0 and 1, so that many
/// processes do not come back together.
pub(crate) fn wait(failures: u32, asked: Option<Duration>, chance: f64) -> Duration {
    let growing = FIRST_WAIT.saturating_mul(1 << failures.min(16)).min(WAIT_MAX);
    let spread = growing.mul_f64(0.75 + 0.25 * chance);
    asked.map_or(spread, |asked| asked.min(ASKED_WAIT_MAX).max(spread))
}

/// A number between 0 and 1 that differs from call to call.
pub(crate) fn chance() -> f64 {
    // Every `RandomState` hashes with keys of its own.
    let hash = u32::try_from(RandomState::new().hash_one(0u8) >> 32).unwrap_or_default();
    f64::from(hash) / f64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_second_and_spread_downwards() {
        let longest = [0, 1, 2, 3, 40].map(|failures| wait(failures, None, 1.0).as_millis());
        assert_eq!(longest, [200, 400, 800, 1000, 1000]);
        assert_eq!(wait(0, None, 0.0), Duration::from_millis(150));
    }

    #[test]
    fn what_the_backend_asks_for_is_kept_within_bounds() {
        let asked = |secs| wait(0, Some(Duration::from_secs(secs)), 0.0);
        assert_eq!(asked(2), Duration::from_secs(2));
        assert_eq!(asked(3600), ASKED_WAIT_MAX);
        assert_eq!(asked(0), Duration::from_millis(150));
    }

    #[test]
    fn chance_is_within_its_bounds() {
        assert!((0..100).map(|_| chance()).all(|chance| (0.0..=1.0).contains(&chance)));
    }
}

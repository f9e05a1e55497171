//! Time as spans take it: cheap to read when a span starts and ends, turned into the time of day later, by
//! whoever exports.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use once_cell::sync::OnceCell;

/// A moment in the life of a span.
///
/// It is either read from the process's monotonic clock, so that durations are never negative when the system
/// clock is set, or given as a time of day by the user. [`WallClock`] turns both into the time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timestamp(u64);

/// Set: nanoseconds since the Unix epoch, given by the user. Clear: nanoseconds since this process's anchor.
const EXPLICIT: u64 = 1 << 63;

/// The start of this process's monotonic time: the moment of the first reading.
fn anchor() -> Instant {
    static ANCHOR: OnceCell<Instant> = OnceCell::new();
    *ANCHOR.get_or_init(Instant::now)
}

impl Timestamp {
    /// Reads the clock.
    #[must_use]
    pub fn now() -> Self {
        Self(nanos(anchor().elapsed()))
    }

    /// Takes a time of day as it is; one before 1970 counts as 1970, one after 2262 as 2262.
    #[must_use]
    pub fn from_system_time(time: SystemTime) -> Self {
        Self(nanos(time.duration_since(UNIX_EPOCH).unwrap_or_default()) | EXPLICIT)
    }

    pub(crate) fn or_now(time: Option<SystemTime>) -> Self {
        time.map_or_else(Self::now, Self::from_system_time)
    }
}

/// Nanoseconds without the bit that marks explicit times: enough for 292 years.
fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).map_or(EXPLICIT - 1, |nanos| nanos.min(EXPLICIT - 1))
}

/// Turns timestamps into times of day, as the system clock stands when this is made.
///
/// # Examples
/// ```
/// use opentracing_core::{Timestamp, WallClock};
/// use std::time::SystemTime;
///
/// let then = Timestamp::now();
/// let time = WallClock::read().system_time(then);
/// assert!(SystemTime::now().duration_since(time).unwrap().as_secs() < 60);
/// ```
#[derive(Debug, Clone, Copy)]
pub struct WallClock {
    /// Nanoseconds since the Unix epoch at this process's anchor.
    anchor_unix_nanos: u64,
}

impl WallClock {
    /// Reads both clocks once; read again from time to time, so that a clock that was set is followed.
    #[must_use]
    pub fn read() -> Self {
        let elapsed = nanos(anchor().elapsed());
        let unix = nanos(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default());
        Self { anchor_unix_nanos: unix.saturating_sub(elapsed) }
    }

    /// Nanoseconds since the Unix epoch.
    #[must_use]
    pub fn unix_nanos(&self, time: Timestamp) -> u64 {
        match time.0 & EXPLICIT {
            0 => self.anchor_unix_nanos.saturating_add(time.0),
            _ => time.0 & !EXPLICIT,
        }
    }

    /// The time of day.
    #[must_use]
    pub fn system_time(&self, time: Timestamp) -> SystemTime {
        UNIX_EPOCH + Duration::from_nanos(self.unix_nanos(time))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_explicit_time_is_kept_the_epoch_included() {
        let clock = WallClock::read();
        for time in [UNIX_EPOCH, UNIX_EPOCH + Duration::new(1_700_000_000, 42)] {
            assert_eq!(clock.system_time(Timestamp::from_system_time(time)), time);
        }
    }

    #[test]
    fn times_out_of_range_are_bounded() {
        let clock = WallClock::read();
        let before = Timestamp::from_system_time(UNIX_EPOCH - Duration::from_secs(1));
        assert_eq!(clock.unix_nanos(before), 0);
    }

    #[test]
    fn a_reading_is_the_time_of_day() {
        let before = SystemTime::now();
        let time = WallClock::read().system_time(Timestamp::now());
        let off = time.duration_since(before).unwrap_or_else(|e| e.duration());
        assert!(off < Duration::from_secs(10), "{off:?}");
    }
}

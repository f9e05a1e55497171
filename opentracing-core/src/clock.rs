//! Time as spans take it: cheap to read when a span starts and ends, turned into the time of day later, by
//! whoever exports.

use std::num::NonZeroU64;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::ticks::{self, Scale};

/// A moment in the life of a span.
///
/// It is either read from the process's monotonic clock, so that durations are never negative when the system
/// clock is set, or given as a time of day by the user. [`WallClock`] turns both into the time of day.
///
/// # Examples
/// ```
/// use opentracing_core::{Timestamp, WallClock};
///
/// let (start, finish) = (Timestamp::now(), Timestamp::now());
/// let clock = WallClock::read();
/// assert!(clock.system_time(start) <= clock.system_time(finish));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timestamp(NonZeroU64);

/// Set in ticks of this process's monotonic clock, which lose their lowest bit for it; clear in times the user gave,
/// which are nanoseconds since the Unix epoch, plus one, in the bits above. So neither is ever zero.
const TICKS: u64 = 1;

/// The last time of day that fits, in nanoseconds since the Unix epoch: in 2262.
const UNIX_NANOS_MAX: u64 = (u64::MAX >> 1) - 1;

impl Timestamp {
    /// Before all time: that of a span that has not begun to record.
    pub(crate) const UNSET: Self = Self(NonZeroU64::MIN);

    /// Reads the clock.
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::{Timestamp, WallClock};
    ///
    /// let now = Timestamp::now();
    /// assert!(WallClock::read().unix_nanos(now) > 0);
    /// ```
    #[must_use]
    #[inline]
    pub fn now() -> Self {
        Self::of(ticks::now() | TICKS)
    }

    /// As `now`, where [`ticks::are_counted`].
    #[inline(always)]
    pub(crate) fn counted() -> Self {
        Self::of(ticks::counted() | TICKS)
    }

    /// Takes a time of day as it is; one before 1970 counts as 1970, one after 2262 as 2262.
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::{Timestamp, WallClock};
    /// use std::time::{Duration, UNIX_EPOCH};
    ///
    /// let time = UNIX_EPOCH + Duration::from_nanos(42);
    /// assert_eq!(WallClock::read().unix_nanos(Timestamp::from_system_time(time)), 42);
    /// ```
    #[must_use]
    pub fn from_system_time(time: SystemTime) -> Self {
        Self::of((unix_nanos(time) + 1) << 1)
    }

    #[inline]
    fn of(bits: u64) -> Self {
        Self(NonZeroU64::new(bits).expect("a tick has its lowest bit set, and one was added to a time"))
    }

    /// Whether the user gave it.
    #[inline]
    pub(crate) fn is_explicit(self) -> bool {
        self.0.get() & TICKS == 0
    }

    #[inline]
    pub(crate) fn or_now(time: Option<SystemTime>) -> Self {
        time.map_or_else(Self::now, Self::from_system_time)
    }
}

/// Nanoseconds since the Unix epoch, as far as a [`Timestamp`] can hold them.
fn unix_nanos(time: SystemTime) -> u64 {
    let nanos = time.duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
    u64::try_from(nanos).map_or(UNIX_NANOS_MAX, |nanos| nanos.min(UNIX_NANOS_MAX))
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
    scale: Scale,
    /// Both clocks at the moment of the reading.
    ticks: u64,
    unix_nanos: u64,
}

impl WallClock {
    /// Reads both clocks; read again from time to time, so that a clock that was set is followed.
    ///
    /// The first reading in a process may take a millisecond, for the rate of the monotonic clock.
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::{Timestamp, WallClock};
    ///
    /// let clock = WallClock::read();
    /// assert!(clock.unix_nanos(Timestamp::now()) > 0);
    /// ```
    #[must_use]
    pub fn read() -> Self {
        let (scale, ticks) = Scale::read();
        Self { scale, ticks, unix_nanos: unix_nanos(SystemTime::now()) }
    }

    /// Nanoseconds since the Unix epoch.
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::{Timestamp, WallClock};
    /// use std::time::{Duration, UNIX_EPOCH};
    ///
    /// let time = Timestamp::from_system_time(UNIX_EPOCH + Duration::from_millis(1));
    /// assert_eq!(WallClock::read().unix_nanos(time), 1_000_000);
    /// ```
    #[must_use]
    #[inline]
    pub fn unix_nanos(&self, time: Timestamp) -> u64 {
        let bits = time.0.get();
        if time.is_explicit() {
            return (bits >> 1) - 1;
        }
        // Either side of the reading: a record may have been made after its batch was begun.
        match self.ticks.checked_sub(bits) {
            Some(before) => self.unix_nanos.saturating_sub(self.scale.nanos(before)),
            None => self.unix_nanos.saturating_add(self.scale.nanos(bits - self.ticks)),
        }
    }

    /// The time of day.
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::{Timestamp, WallClock};
    /// use std::time::UNIX_EPOCH;
    ///
    /// let epoch = Timestamp::from_system_time(UNIX_EPOCH);
    /// assert_eq!(WallClock::read().system_time(epoch), UNIX_EPOCH);
    /// ```
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

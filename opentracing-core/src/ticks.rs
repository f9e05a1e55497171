//! The process's monotonic clock, as cheap to read as the machine allows.
//!
//! Where the kernel itself keeps time by the processor's time-stamp counter, so do we: reading it costs a third
//! of what the system's clock does, and it runs at one rate in step on all cores. How long a tick is comes out
//! when ticks are converted, from two readings of both clocks; nothing waits for that when a tracer is made.
//! Elsewhere a tick is a nanosecond of [`Instant`].

use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{Duration, Instant};

use once_cell::sync::OnceCell;

/// Where ticks come from; decided once.
static SOURCE: AtomicU8 = AtomicU8::new(UNDECIDED);
const UNDECIDED: u8 = 0;
const COUNTER: u8 = 1;
const SYSTEM: u8 = 2;

/// Both clocks, read at one moment.
#[derive(Debug, Clone, Copy)]
struct Reading {
    ticks: u64,
    instant: Instant,
}

/// The first reading of this process.
static FIRST: OnceCell<Reading> = OnceCell::new();

/// Whether ticks are those of the processor's counter: then reading them is an instruction, and not a call.
#[inline(always)]
pub(crate) fn are_counted() -> bool {
    SOURCE.load(Ordering::Relaxed) == COUNTER
}

/// The counter's ticks; only where [`are_counted`] said so.
#[inline(always)]
pub(crate) fn counted() -> u64 {
    counter::read()
}

/// Ticks since some moment before the first reading.
#[inline]
pub(crate) fn now() -> u64 {
    if are_counted() { counted() } else { now_otherwise() }
}

#[cold]
fn now_otherwise() -> u64 {
    if SOURCE.load(Ordering::Relaxed) == SYSTEM { since_first() } else { decide() }
}

/// Decides about the source, once; called when a tracer is made, so that no span has to wait for it.
#[cold]
pub(crate) fn decide() -> u64 {
    // What the system says may change, and ticks of two kinds must not meet.
    if SOURCE.load(Ordering::Relaxed) != UNDECIDED {
        return now();
    }
    let source = if counter::is_sound() { COUNTER } else { SYSTEM };
    let ticks = if source == COUNTER { counter::read() } else { 0 };
    FIRST.get_or_init(|| Reading { ticks, instant: Instant::now() });
    let _ = SOURCE.compare_exchange(UNDECIDED, source, Ordering::Relaxed, Ordering::Relaxed);
    now()
}

fn first() -> Reading {
    *FIRST.get_or_init(|| Reading { ticks: 0, instant: Instant::now() })
}

fn since_first() -> u64 {
    nanos(first().instant.elapsed())
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// Turns ticks into nanoseconds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scale {
    /// Nanoseconds of one tick, as a fixed-point number with 32 bits after the point.
    nanos_per_tick: u64,
}

/// The readings that give the rate lie this far apart at least: then an error of 50 ns in each, which is a
/// pessimistic one, makes one of 0.01 %, which is 0.1 ms a second for what has not been converted yet.
const BASELINE_MIN: Duration = Duration::from_millis(1);

impl Scale {
    /// The length of a tick, as precise as the time since the first reading allows, and the ticks of now.
    /// Waits, at most once in the life of a process, until that time is a millisecond.
    pub(crate) fn read() -> (Self, u64) {
        if SOURCE.load(Ordering::Relaxed) == UNDECIDED {
            decide();
        }
        if SOURCE.load(Ordering::Relaxed) == SYSTEM {
            return (Self { nanos_per_tick: 1 << 32 }, since_first());
        }
        let first = first();
        loop {
            let ticks = counter::read();
            let elapsed = first.instant.elapsed();
            if elapsed >= BASELINE_MIN && ticks > first.ticks {
                let rate = (elapsed.as_nanos() << 32) / u128::from(ticks - first.ticks);
                return (Self { nanos_per_tick: u64::try_from(rate).unwrap_or(u64::MAX) }, ticks);
            }
            std::thread::yield_now();
        }
    }

    #[inline]
    pub(crate) fn nanos(self, ticks: u64) -> u64 {
        let nanos = (u128::from(ticks) * u128::from(self.nanos_per_tick)) >> 32;
        u64::try_from(nanos).unwrap_or(u64::MAX)
    }
}

#[cfg(all(target_arch = "x86_64", target_os = "linux", not(miri)))]
mod counter {
    #![expect(unsafe_code, reason = "the instruction is an unsafe intrinsic")]

    /// Whether the kernel trusts the counter: then it is constant in rate, and in step between cores.
    pub(super) fn is_sound() -> bool {
        const CLOCK_SOURCE: &str = "/sys/devices/system/clocksource/clocksource0/current_clocksource";
        std::fs::read(CLOCK_SOURCE).is_ok_and(|name| name.trim_ascii() == b"tsc")
    }

    #[inline]
    pub(super) fn read() -> u64 {
        // SAFETY: every x86-64 processor has the instruction, and Linux lets programs use it.
        unsafe { std::arch::x86_64::_rdtsc() }
    }
}

#[cfg(not(all(target_arch = "x86_64", target_os = "linux", not(miri))))]
mod counter {
    pub(super) fn is_sound() -> bool {
        false
    }

    pub(super) fn read() -> u64 {
        unreachable!("it is not sound")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_never_run_backwards_on_a_thread() {
        let ticks: Vec<u64> = (0..1000).map(|_| now()).collect();
        assert!(ticks.windows(2).all(|pair| pair[0] <= pair[1]));
    }

    #[test]
    fn a_span_of_ticks_is_as_long_as_the_system_says() {
        let (began, ticks) = (Instant::now(), now());
        while began.elapsed() < Duration::from_millis(20) {}
        let (elapsed, ticks) = (began.elapsed(), now() - ticks);
        let measured = Duration::from_nanos(Scale::read().0.nanos(ticks));
        // Generous: the thread may be interrupted between the readings.
        assert!(measured.abs_diff(elapsed) < elapsed / 2, "{measured:?} for {elapsed:?}");
    }
}

//! Identifiers of traces and spans, and the sequence each thread takes them from.

use std::cell::Cell;
use std::fmt;
use std::num::{NonZeroU64, NonZeroU128};
use std::str::FromStr;

use rand::TryRng as _;

use crate::fork;

/// Names one trace: 128 bits, never zero.
///
/// # Examples
/// ```
/// use opentracing_core::TraceId;
///
/// let id: TraceId = "463ac35c9f6413ad48485a3953bb6124".parse()?;
/// assert_eq!(id.to_string(), "463ac35c9f6413ad48485a3953bb6124");
/// assert_eq!(id.low(), 0x4848_5a39_53bb_6124);
/// # Ok::<(), opentracing_core::ParseIdError>(())
/// ```
// Packed to the alignment of 64 bits: contexts and slots of the scope stack are a tenth smaller for it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(Rust, packed(8))]
pub struct TraceId(NonZeroU128);

/// Names one span within its trace: 64 bits, never zero.
///
/// # Examples
/// ```
/// use opentracing_core::SpanId;
///
/// assert_eq!(SpanId::new(42).unwrap().to_string(), "000000000000002a");
/// assert_eq!(SpanId::new(0), None);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SpanId(NonZeroU64);

impl TraceId {
    /// Makes an id of a number; zero means "absent" on every wire, so it is not an id.
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::TraceId;
    ///
    /// assert_eq!(TraceId::new(42).unwrap().get(), 42);
    /// assert_eq!(TraceId::new(0), None);
    /// ```
    #[must_use]
    pub const fn new(id: u128) -> Option<Self> {
        match NonZeroU128::new(id) {
            Some(id) => Some(Self(id)),
            None => None,
        }
    }

    /// The id as a number.
    ///
    /// # Examples
    /// ```
    /// assert_eq!(opentracing_core::TraceId::new(42).unwrap().get(), 42);
    /// ```
    #[must_use]
    pub const fn get(self) -> u128 {
        self.0.get()
    }

    /// The upper 64 bits; zero for the ids of systems that use 64.
    ///
    /// # Examples
    /// ```
    /// assert_eq!(opentracing_core::TraceId::new(3 << 64 | 7).unwrap().high(), 3);
    /// ```
    #[must_use]
    pub const fn high(self) -> u64 {
        (self.0.get() >> 64) as u64
    }

    /// The lower 64 bits, which Jaeger's probabilistic sampler looks at.
    ///
    /// # Examples
    /// ```
    /// assert_eq!(opentracing_core::TraceId::new(3 << 64 | 7).unwrap().low(), 7);
    /// ```
    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "the lower half is what is asked for")]
    pub const fn low(self) -> u64 {
        self.0.get() as u64
    }

    /// Reads 1 to 32 hex digits of either case, and nothing else.
    ///
    /// `from_str_radix` would take a sign, too. The strict form is [`FromStr`].
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::TraceId;
    ///
    /// assert_eq!(TraceId::from_hex(b"Ff"), TraceId::new(255));
    /// assert_eq!(TraceId::from_hex(b"+1"), None);
    /// ```
    #[must_use]
    pub fn from_hex(digits: &[u8]) -> Option<Self> {
        if digits.len() > 32 { None } else { hex(digits).and_then(Self::new) }
    }
}

impl SpanId {
    /// Makes an id of a number; zero means "absent" on every wire, so it is not an id.
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::SpanId;
    ///
    /// assert_eq!(SpanId::new(42).unwrap().get(), 42);
    /// assert_eq!(SpanId::new(0), None);
    /// ```
    #[must_use]
    pub const fn new(id: u64) -> Option<Self> {
        match NonZeroU64::new(id) {
            Some(id) => Some(Self(id)),
            None => None,
        }
    }

    /// The id as a number.
    ///
    /// # Examples
    /// ```
    /// assert_eq!(opentracing_core::SpanId::new(42).unwrap().get(), 42);
    /// ```
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0.get()
    }

    /// Reads 1 to 16 hex digits of either case, and nothing else.
    ///
    /// `from_str_radix` would take a sign, too. The strict form is [`FromStr`].
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::SpanId;
    ///
    /// assert_eq!(SpanId::from_hex(b"2A"), SpanId::new(42));
    /// assert_eq!(SpanId::from_hex(b"-1"), None);
    /// ```
    #[must_use]
    pub fn from_hex(digits: &[u8]) -> Option<Self> {
        if digits.len() > 16 { None } else { hex(digits).and_then(|id| Self::new(u64::try_from(id).ok()?)) }
    }
}

/// The value of at most 32 hex digits.
fn hex(digits: &[u8]) -> Option<u128> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0u128, |value, &digit| {
        let digit = char::from(digit).to_digit(16)?;
        Some(value << 4 | u128::from(digit))
    })
}

/// What was given is not an id: not the exact number of lower-case hex digits, or all zeros.
///
/// # Examples
/// ```
/// let error = "2a".parse::<opentracing_core::SpanId>().unwrap_err();
/// assert_eq!(error.to_string(), r#""2a" is not an id: it takes 16 lower-case hex digits, not all zero"#);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseIdError {
    digits: usize,
    text: String,
}

impl fmt::Display for ParseIdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:?} is not an id: it takes {} lower-case hex digits, not all zero",
            self.text, self.digits
        )
    }
}

impl std::error::Error for ParseIdError {}

/// Bad input is quoted in errors up to this many characters.
const QUOTED_CHARS_MAX: usize = 64;

fn strict(text: &str, digits: usize) -> Result<u128, ParseIdError> {
    let lower = |byte: &u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    Some(text.as_bytes())
        .filter(|bytes| bytes.len() == digits && bytes.iter().all(lower))
        .and_then(hex)
        .filter(|&id| id != 0)
        .ok_or_else(|| ParseIdError { digits, text: text.chars().take(QUOTED_CHARS_MAX).collect() })
}

impl FromStr for TraceId {
    type Err = ParseIdError;

    fn from_str(text: &str) -> Result<Self, ParseIdError> {
        strict(text, 32).map(|id| Self(NonZeroU128::new(id).expect("zero was refused")))
    }
}

impl FromStr for SpanId {
    type Err = ParseIdError;

    fn from_str(text: &str) -> Result<Self, ParseIdError> {
        let id = u64::try_from(strict(text, 16)?).expect("16 hex digits are 64 bits");
        Ok(Self(NonZeroU64::new(id).expect("zero was refused")))
    }
}

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.get())
    }
}

impl fmt::Display for SpanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl fmt::Debug for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TraceId({self})")
    }
}

impl fmt::Debug for SpanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SpanId({self})")
    }
}

/// The ids of one thread: a Weyl sequence, started at a place the operating system chose, so that none comes twice
/// and those of two threads hardly ever meet.
#[derive(Debug)]
pub(crate) struct IdSequence {
    state: Cell<u64>,
    /// The generation of the process for which `state` was seeded; a forked child must not go on from it.
    generation: Cell<u64>,
}

/// The golden ratio's fraction, as SplitMix64 uses it: odd, so that the sequence visits every state.
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

impl IdSequence {
    /// A sequence that seeds itself when the first id is taken.
    pub(crate) const fn unseeded() -> Self {
        Self { state: Cell::new(0), generation: Cell::new(fork::NO_GENERATION) }
    }

    /// Seeds the sequence, if that was not done in this process.
    #[inline]
    pub(crate) fn prepare(&self) {
        if self.generation.get() != fork::generation() {
            self.seed();
        }
    }

    pub(crate) fn span_id(&self) -> SpanId {
        self.prepare();
        self.next()
    }

    /// The next id of a sequence that has been prepared.
    #[inline(always)]
    pub(crate) fn next(&self) -> SpanId {
        // Zero is no id: the one state in 2^64 is left out.
        const AFTER_ZERO: NonZeroU64 = NonZeroU64::new(STEP).expect("it is odd");
        let id = NonZeroU64::new(self.state.get().wrapping_add(STEP)).unwrap_or(AFTER_ZERO);
        self.state.set(id.get());
        SpanId(id)
    }

    /// Trace ids are mixed: samplers look at their bits.
    pub(crate) fn trace_id(&self, bits: TraceIdBits) -> TraceId {
        let high = match bits {
            TraceIdBits::B64 => 0,
            TraceIdBits::B128 => u128::from(mix(self.span_id().get())),
        };
        // The mixer is a bijection that maps zero to zero, and no other to it.
        let low = NonZeroU64::new(mix(self.span_id().get())).unwrap_or(NonZeroU64::MIN);
        TraceId(NonZeroU128::from(low) | (high << 64))
    }

    #[cold]
    fn seed(&self) {
        self.state.set(seed());
        self.generation.set(fork::generation());
    }
}

/// How long new trace ids are; Jaeger's clients can be told to use 64 bits.
///
/// # Examples
/// ```
/// use opentracing_core::{Settings, TraceIdBits};
///
/// assert_eq!(Settings::default().trace_id_bits, TraceIdBits::B128);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum TraceIdBits {
    /// 64 bits, the upper half zero.
    B64,
    /// 128 bits, as W3C and OpenTelemetry use.
    #[default]
    B128,
}

/// The finaliser of SplitMix64 (Steele, Lea, Flood, 2014): a bijection of 64 bits.
#[inline]
fn mix(state: u64) -> u64 {
    let state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    state ^ (state >> 31)
}

/// Ids for what never had any: the data of no-op spans, which nobody sees.
pub(crate) const NO_TRACE_ID: TraceId = TraceId(NonZeroU128::MIN);
pub(crate) const NO_SPAN_ID: SpanId = SpanId(NonZeroU64::MIN);

/// Chance from the operating system. `rand`'s thread-local generator may be gone in a destructor, and would
/// go on with the same numbers in a forked child.
#[cold]
fn seed() -> u64 {
    rand::rngs::SysRng.try_next_u64().unwrap_or_else(|_| hashed_seed())
}

/// Where the system has no chance to give: the standard library's hash keys, and the time.
fn hashed_seed() -> u64 {
    use std::hash::{BuildHasher as _, RandomState};
    RandomState::new().hash_one((std::time::SystemTime::now(), std::process::id()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_takes_digits_of_either_case_and_nothing_else() {
        assert_eq!(SpanId::from_hex(b"Ff"), SpanId::new(255));
        assert_eq!(TraceId::from_hex(&[b'f'; 32]), TraceId::new(u128::MAX));
        for bad in ["", "+1", "-1", " 1", "1 ", "0x1", "g", "0", "0000", "12345678901234567"] {
            assert_eq!(SpanId::from_hex(bad.as_bytes()), None, "{bad:?}");
        }
        assert_eq!(TraceId::from_hex(&[b'1'; 33]), None);
    }

    #[test]
    fn parsing_is_strict_and_errors_quote_the_input() {
        assert_eq!("000000000000002a".parse(), Ok(SpanId::new(42).unwrap()));
        for bad in ["2a", "000000000000002A", "0000000000000000", "+00000000000002a", "00000000000000002a"] {
            let error = bad.parse::<SpanId>().unwrap_err();
            assert!(error.to_string().contains(bad), "{error}");
        }
    }

    #[test]
    fn ids_of_a_sequence_differ_and_two_sequences_start_apart() {
        let (a, b) = (IdSequence::unseeded(), IdSequence::unseeded());
        let mut ids: Vec<_> = (0..1000).flat_map(|_| [a.span_id(), b.span_id()]).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), 2000);
    }

    #[test]
    fn trace_ids_of_64_bits_have_a_zero_upper_half() {
        let ids = IdSequence::unseeded();
        assert_eq!(ids.trace_id(TraceIdBits::B64).high(), 0);
        assert_ne!(ids.trace_id(TraceIdBits::B128).high(), 0);
    }
}

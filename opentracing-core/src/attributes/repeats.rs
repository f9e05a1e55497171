//! Whether a span's tags have a key twice: hardly any do, and those that do not need no search.

use super::{Attributes, Entry, Name};

/// A set of keys that may say yes wrongly, never no.
pub(super) enum Repeats {
    None,
    Any,
    /// Keys with these hashes.
    Some(Box<Bits>),
}

type Bits = [u64; WORDS];

/// With 128 tags, which is what a span has at most by default, one key in eight is searched for in vain.
const WORDS: usize = 16;

/// As many tags are compared each with each: fewer than a hash takes instructions.
const COMPARED_MAX: usize = 8;

impl Repeats {
    #[inline]
    pub(super) fn of(attributes: &Attributes<'_>) -> Self {
        match attributes.entries() {
            [] | [_] => Self::None,
            // Without logs, which hardly any span has, it is the entries that are compared.
            [one, other] if !one.is_log() => {
                if is_same(one, other, attributes.text()) {
                    Self::Any
                } else {
                    Self::None
                }
            }
            entries if entries.len() <= COMPARED_MAX => Self::compared(attributes),
            _ => Self::hashed(attributes),
        }
    }

    fn compared(attributes: &Attributes<'_>) -> Self {
        let mut tags = attributes.tag_entries();
        while let Some(tag) = tags.next() {
            if tags.clone().any(|other| is_same(tag, other, attributes.text())) {
                return Self::Any;
            }
        }
        Self::None
    }

    #[inline(never)]
    fn hashed(attributes: &Attributes<'_>) -> Self {
        let (mut seen, mut repeated) = ([0; WORDS], [0; WORDS]);
        for tag in attributes.tag_entries() {
            let (word, bit) = place(tag.key(attributes.text()));
            repeated[word] |= seen[word] & bit;
            seen[word] |= bit;
        }
        if repeated == [0; WORDS] { Self::None } else { Self::Some(Box::new(repeated)) }
    }

    #[inline]
    pub(super) fn may_have(&self, key: &str) -> bool {
        match self {
            Self::None => false,
            Self::Any => true,
            Self::Some(bits) => {
                let (word, bit) = place(key);
                bits[word] & bit != 0
            }
        }
    }
}

/// Whether two tags have one key. Nearly all are literals, and most of them differ in length.
#[inline]
fn is_same(one: &Entry, other: &Entry, text: &str) -> bool {
    match (one.key, other.key) {
        (Name::Static(one), Name::Static(other)) => one == other,
        _ => one.key(text) == other.key(text),
    }
}

/// Eight bytes of the beginning, eight of the end and the length tell the keys of one span apart.
fn place(key: &str) -> (usize, u64) {
    let bytes = key.as_bytes();
    let ends = match (bytes.first_chunk(), bytes.last_chunk()) {
        (Some(first), Some(last)) => u64::from_le_bytes(*first) ^ u64::from_le_bytes(*last).rotate_left(29),
        _ => bytes.iter().fold(0, |all, &byte| all << 8 | u64::from(byte)),
    };
    let hash = (ends ^ bytes.len() as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let index = usize::from(hash.to_be_bytes()[0]) << 8 | usize::from(hash.to_be_bytes()[1]);
    let index = index % (WORDS * 64);
    (index / 64, 1 << (index % 64))
}

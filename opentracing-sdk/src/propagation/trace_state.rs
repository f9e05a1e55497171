//! W3C's `tracestate`, which is checked and passed on.

use super::trace_parent::trim;

pub(super) const NAME: &str = "tracestate";

/// W3C's limit: a list that is longer is dropped as a whole.
const MEMBERS_MAX: usize = 32;
const KEY_BYTES_MAX: usize = 256;
const VALUE_BYTES_MAX: usize = 256;

/// The lists of all `tracestate` headers, joined in order.
#[derive(Debug, Default)]
pub(super) struct TraceState {
    // Invariant: `members` valid members, so that its size is bounded; empty once one was not.
    joined: String,
    members: usize,
    is_invalid: bool,
}

impl TraceState {
    /// Adds the list of one header. One unacceptable member makes the whole void.
    pub(super) fn add(&mut self, line: &[u8]) {
        for member in line.split(|&byte| byte == b',').map(trim).filter(|member| !member.is_empty()) {
            self.members += 1;
            match valid(member).filter(|_| self.members <= MEMBERS_MAX && !self.is_invalid) {
                Some(member) => {
                    self.joined.extend((!self.joined.is_empty()).then_some(','));
                    self.joined.push_str(member);
                }
                None => {
                    *self = Self { is_invalid: true, ..Self::default() };
                    return;
                }
            }
        }
    }

    /// The list, if there is one and all of it is valid.
    pub(super) fn finish(self) -> Option<String> {
        Some(self.joined).filter(|joined| !joined.is_empty())
    }
}

fn valid(member: &[u8]) -> Option<&str> {
    let equals = member.iter().position(|&byte| byte == b'=')?;
    let (key, value) = (&member[..equals], &member[equals + 1..]);
    let is_start = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let is_key = |byte: &u8| is_start(byte) || b"_-*/@".contains(byte);
    let is_value = |byte: &u8| matches!(byte, b' '..=b'~') && !b",=".contains(byte);

    let key_is_valid =
        key.len() <= KEY_BYTES_MAX && key.first().is_some_and(is_start) && key.iter().all(is_key);
    let value_is_valid = (1..=VALUE_BYTES_MAX).contains(&value.len()) && value.iter().all(is_value);
    if key_is_valid && value_is_valid { std::str::from_utf8(member).ok() } else { None }
}

/// Whether a list may be written: it may have been put into a context by hand, and must not reach another header.
pub(super) fn is_writable(list: &str) -> bool {
    list.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

//! Percent-coding, as baggage needs it.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode, utf8_percent_encode};

/// What has a meaning nowhere in HTTP or in URLs. All of Jaeger's clients decode the rest alike, if a space is
/// `%20` and a plus `%2B`.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// How text was encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    /// Not at all.
    Plain,
    /// With percent signs; a plus is a plus.
    Percent,
    /// As forms are: with percent signs, and a plus for a space.
    Form,
}

/// Encodes every byte but those that are safe everywhere.
pub(super) fn encode(text: &str) -> Cow<'_, str> {
    utf8_percent_encode(text, UNRESERVED).into()
}

/// Decodes a text; what cannot be decoded is kept whole, as it came.
pub(super) fn decode_or_keep(bytes: &[u8], coding: Coding) -> String {
    decode(bytes, coding).unwrap_or_else(|| String::from_utf8_lossy(bytes).into_owned())
}

/// Decodes a text, if it is well-formed and UTF-8.
pub(super) fn decode(bytes: &[u8], coding: Coding) -> Option<String> {
    let decoded = match coding {
        Coding::Plain => Cow::Borrowed(bytes),
        Coding::Percent | Coding::Form if !is_well_formed(bytes) => return None,
        Coding::Form if bytes.contains(&b'+') => {
            let spaced: Vec<u8> = bytes.iter().map(|&byte| if byte == b'+' { b' ' } else { byte }).collect();
            percent_decode(&spaced).collect::<Vec<u8>>().into()
        }
        Coding::Percent | Coding::Form => percent_decode(bytes).into(),
    };
    String::from_utf8(decoded.into_owned()).ok()
}

/// Whether two digits follow every percent sign. The decoder would pass a malformed escape through and decode
/// the others, which gives a mixture that nobody sent.
pub(super) fn is_well_formed(bytes: &[u8]) -> bool {
    bytes
        .split(|&byte| byte == b'%')
        .skip(1)
        .all(|after| matches!(after, [a, b, ..] if a.is_ascii_hexdigit() && b.is_ascii_hexdigit()))
}

/// Whether HTTP allows the text as (part of) the name of a header, and W3C as a key of baggage.
pub(super) fn is_token(text: &[u8]) -> bool {
    let is_allowed = |byte: &u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte);
    !text.is_empty() && text.iter().all(is_allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_safe_everywhere_is_left_as_it_is() {
        assert_eq!(encode("aZ09-._~"), "aZ09-._~");
        assert_eq!(encode("a b/c+ü:,;=%\r\n"), "a%20b%2Fc%2B%C3%BC%3A%2C%3B%3D%25%0D%0A");
    }

    #[test]
    fn a_plus_is_a_space_in_forms_only() {
        assert_eq!(decode(b"a%20b+c%2B", Coding::Form).unwrap(), "a b c+");
        assert_eq!(decode(b"a%20b+c%2B", Coding::Percent).unwrap(), "a b+c+");
        assert_eq!(decode(b"a%20b+c", Coding::Plain).unwrap(), "a%20b+c");
    }

    #[test]
    fn what_cannot_be_decoded_is_kept_whole() {
        for kept in ["100%", "%4", "%41%zz", "a+%", "%ff", "+%C3"] {
            assert_eq!(decode_or_keep(kept.as_bytes(), Coding::Form), kept);
            assert_eq!(decode_or_keep(kept.as_bytes(), Coding::Percent), kept);
        }
        assert_eq!(decode_or_keep(b"a\xff", Coding::Form), "a\u{fffd}");
    }
}

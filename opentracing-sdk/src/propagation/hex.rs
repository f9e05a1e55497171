//! Hex numbers, read strictly and written without the machinery of formatting.

/// Reads 1 to 16 hex digits of either case, and nothing else.
pub(super) fn u64(digits: &[u8]) -> Option<u64> {
    match <[u8; 16]>::try_from(digits) {
        Ok(digits) => sixteen::<EITHER_CASE>(digits),
        Err(_) if digits.is_empty() || digits.len() > 16 => None,
        Err(_) => digits.iter().try_fold(0, |value, &byte| {
            let digit = char::from(byte).to_digit(16)?;
            Some((value << 4) | u64::from(digit))
        }),
    }
}

/// Reads 1 to 32 hex digits of either case, and nothing else.
pub(super) fn u128(digits: &[u8]) -> Option<u128> {
    match digits.len().checked_sub(16) {
        None | Some(0) => u64(digits).map(u128::from),
        Some(high) => {
            let (high, low) = digits.split_at(high);
            Some((u128::from(u64(high)?) << 64) | u128::from(u64(low)?))
        }
    }
}

/// Reads 16 hex digits in lower case.
pub(super) fn u64_lower(digits: [u8; 16]) -> Option<u64> {
    sixteen::<LOWER_CASE>(digits)
}

/// Reads two hex digits in lower case.
pub(super) fn u8_lower(digits: [u8; 2]) -> Option<u8> {
    let [high, low] = digits.map(|byte| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    });
    Some((high? << 4) | low?)
}

const EITHER_CASE: bool = true;
const LOWER_CASE: bool = false;

#[inline(always)]
fn sixteen<const CASE: bool>(digits: [u8; 16]) -> Option<u64> {
    let (high, low) = digits.split_first_chunk::<8>()?;
    let low = low.first_chunk::<8>()?;
    Some((eight::<CASE>(*high)? << 32) | eight::<CASE>(*low)?)
}

/// Reads eight digits at once, each in its byte of a word: one by one, each would wait for the one before it.
#[inline(always)]
fn eight<const CASE: bool>(digits: [u8; 8]) -> Option<u64> {
    const EACH: u64 = 0x0101_0101_0101_0101;
    let text = u64::from_be_bytes(digits);
    // The letters, and only they among the digits, have bit 6; their low four bits count from one.
    let is_letter = (text >> 6) & EACH;
    let values = (text & (0xf * EACH)) + 9 * is_letter;
    // Written again, in lower case, they have to give the same text.
    let is_ten_or_more = ((values + 6 * EACH) >> 4) & EACH;
    let again = values + u64::from(b'0') * EACH + u64::from(b'a' - b'9' - 1) * is_ten_or_more;
    let expected = if CASE == EITHER_CASE { text | (is_letter << 5) } else { text };
    if again != expected || values & (0xf0 * EACH) != 0 {
        return None;
    }
    let pairs = (values | (values >> 4)) & 0x00ff_00ff_00ff_00ff;
    let quads = (pairs | (pairs >> 8)) & 0x0000_ffff_0000_ffff;
    Some((quads | (quads >> 16)) & 0xffff_ffff)
}

const LOWER: &[u8; 16] = b"0123456789abcdef";

/// The two digits of each byte.
const PAIRS: [[u8; 2]; 256] = {
    let mut pairs = [[0; 2]; 256];
    let mut byte = 0;
    while byte < 256 {
        pairs[byte] = [LOWER[byte >> 4], LOWER[byte & 0xf]];
        byte += 1;
    }
    pairs
};

/// The 16 digits of a number.
pub(super) fn digits(value: u64) -> [u8; 16] {
    let mut digits = [0; 16];
    for (pair, byte) in digits.chunks_exact_mut(2).zip(value.to_be_bytes()) {
        pair.copy_from_slice(&PAIRS[usize::from(byte)]);
    }
    digits
}

/// A short text of ASCII, put together on the stack.
pub(super) struct Line<const N: usize> {
    bytes: [u8; N],
    length: usize,
}

impl<const N: usize> Line<N> {
    pub(super) fn new() -> Self {
        Self { bytes: [0; N], length: 0 }
    }

    pub(super) fn push(&mut self, text: &[u8]) {
        debug_assert!(text.is_ascii());
        self.bytes[self.length..self.length + text.len()].copy_from_slice(text);
        self.length += text.len();
    }

    /// Writes one or two digits.
    pub(super) fn push_u8(&mut self, value: u8) {
        let digits = &PAIRS[usize::from(value)];
        self.push(if value > 0xf { digits } else { &digits[1..] });
    }

    pub(super) fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[..self.length]).expect("only ASCII is pushed")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_of_either_case_are_read_and_nothing_else() {
        assert_eq!(u64(b"fF"), Some(255));
        assert_eq!(u64(b"0000000000000000"), Some(0));
        assert_eq!(u128(b"10000000000000001"), Some(1 << 64 | 1));
        assert_eq!(u128(&[b'f'; 32]), Some(u128::MAX));
        for bad in ["", "+1", "-1", " 1", "1 ", "0x1", "g", "1_0", "\u{e9}", "12345678901234567"] {
            assert_eq!(u64(bad.as_bytes()), None, "{bad:?}");
        }
        assert_eq!(u128(&[b'1'; 33]), None);
        assert_eq!(u128(b"+0000000000000001"), None);
        assert_eq!(u128(b"1+000000000000001"), None);
    }

    /// Every byte, in every place among digits.
    fn texts() -> impl Iterator<Item = [u8; 16]> {
        (0..=u8::MAX).flat_map(|byte| (0..16).map(move |place| (byte, place))).map(|(byte, place)| {
            let mut text = *b"0123456789abcdef";
            text[place] = byte;
            text
        })
    }

    #[test]
    fn what_is_a_digit_is_what_the_standard_library_says() {
        for text in texts() {
            let digits = text.iter().map(|&byte| char::from(byte).to_digit(16).map(u64::from));
            let expected = digits.reduce(|value, digit| Some(value? << 4 | digit?)).unwrap();
            assert_eq!(u64(&text), expected, "{}", text.escape_ascii());
            let is_lower = !text.iter().any(u8::is_ascii_uppercase);
            assert_eq!(u64_lower(text), expected.filter(|_| is_lower), "{}", text.escape_ascii());
        }
    }

    #[test]
    fn two_digits_are_a_byte() {
        for byte in 0..=u8::MAX {
            assert_eq!(u8_lower(PAIRS[usize::from(byte)]), Some(byte));
        }
        for bad in [b"0A", b"F0", b"+1", b" 1", b"0g", b"\xff0"] {
            assert_eq!(u8_lower(*bad), None);
        }
    }

    #[test]
    fn numbers_are_written_in_lower_case_and_padded_where_asked() {
        let mut line = Line::<32>::new();
        line.push(&digits(0x00b0_4a90_b772_3bdc));
        line.push(b":");
        line.push_u8(0x0b);
        line.push_u8(0xcd);
        assert_eq!(line.as_str(), "00b04a90b7723bdc:bcd");
    }
}

//! Hex numbers, read strictly and written without the machinery of formatting.

/// Reads 1 to 16 hex digits of either case, and nothing else.
pub(super) fn u64(digits: &[u8]) -> Option<u64> {
    match <[u8; 16]>::try_from(digits) {
        Ok(digits) => sixteen(digits),
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

/// Reads 64 digits in lower case. None waits for another, so that compilers take sixteen at once.
#[inline]
pub(super) fn lower(digits: [u8; 64]) -> Option<[u64; 4]> {
    let (mut values, mut is_wrong) = ([0_u8; 64], 0_u8);
    for (value, digit) in values.iter_mut().zip(digits) {
        let (number, letter) = (digit.wrapping_sub(b'0'), digit.wrapping_sub(b'a'));
        is_wrong |= u8::from(number > 9) & u8::from(letter > 5);
        *value = if number > 9 { letter.wrapping_add(10) } else { number };
    }
    let mut words = [0; 4];
    for (word, values) in words.iter_mut().zip(values.chunks_exact(16)) {
        let (high, low) = (values.first_chunk()?, values.last_chunk()?);
        *word = (packed(u64::from_be_bytes(*high)) << 32) | packed(u64::from_be_bytes(*low));
    }
    (is_wrong == 0).then_some(words)
}

#[inline(always)]
fn sixteen(digits: [u8; 16]) -> Option<u64> {
    let (high, low) = digits.split_first_chunk::<8>()?;
    let low = low.first_chunk::<8>()?;
    Some((eight(*high)? << 32) | eight(*low)?)
}

/// Reads eight digits at once, each in its byte of a word: one by one, each would wait for the one before it.
#[inline(always)]
fn eight(digits: [u8; 8]) -> Option<u64> {
    let text = u64::from_be_bytes(digits);
    // The letters, and only they among the digits, have bit 6; their low four bits count from one.
    let is_letter = (text >> 6) & EACH;
    let values = (text & (0xf * EACH)) + 9 * is_letter;
    // Written again, in lower case, they have to give the same text.
    let again = text_of(values);
    if again != text | (is_letter << 5) || values & (0xf0 * EACH) != 0 {
        return None;
    }
    Some(packed(values))
}

/// The number that eight digits are, each of which has a byte of a word.
#[inline(always)]
fn packed(digits: u64) -> u64 {
    let pairs = (digits | (digits >> 4)) & 0x00ff_00ff_00ff_00ff;
    let quads = (pairs | (pairs >> 8)) & 0x0000_ffff_0000_ffff;
    (quads | (quads >> 16)) & 0xffff_ffff
}

/// The 16 digits of a number.
#[inline]
pub(super) fn digits(value: u64) -> [u8; 16] {
    let (high, low) = (value >> 32, value & 0xffff_ffff);
    let mut digits = [0; 16];
    digits[..8].copy_from_slice(&eight_digits(high));
    digits[8..].copy_from_slice(&eight_digits(low));
    digits
}

/// The digits of a number below 2³², all at once: each gets its byte of a word.
#[inline(always)]
fn eight_digits(value: u64) -> [u8; 8] {
    let quads = (value | (value << 16)) & 0x0000_ffff_0000_ffff;
    let pairs = (quads | (quads << 8)) & 0x00ff_00ff_00ff_00ff;
    text_of((pairs | (pairs << 4)) & (0xf * EACH)).to_be_bytes()
}

/// One, in each byte of a word.
const EACH: u64 = 0x0101_0101_0101_0101;

/// From digits to lower-case text, each in its byte of a word.
#[inline(always)]
const fn text_of(values: u64) -> u64 {
    let is_ten_or_more = ((values + 6 * EACH) >> 4) & EACH;
    values + b'0' as u64 * EACH + (b'a' - b'9' - 1) as u64 * is_ten_or_more
}

/// The two digits of a byte.
fn pair(byte: u8) -> [u8; 2] {
    let [.., high, low] = eight_digits(u64::from(byte));
    [high, low]
}

/// A short text of ASCII, put together on the stack: aligned, and checked as a whole, which is what
/// [`str::from_utf8`] is quickest at.
#[repr(align(16))]
pub(super) struct Line<const N: usize> {
    bytes: [u8; N],
    length: usize,
}

impl<const N: usize> Line<N> {
    #[inline]
    pub(super) fn new() -> Self {
        const { assert!(N % 16 == 0, "there would be bytes that have to be checked one by one") };
        Self { bytes: [0; N], length: 0 }
    }

    #[inline]
    pub(super) fn push(&mut self, text: &[u8]) {
        debug_assert!(text.is_ascii());
        self.bytes[self.length..self.length + text.len()].copy_from_slice(text);
        self.length += text.len();
    }

    /// Writes one or two digits.
    pub(super) fn push_u8(&mut self, value: u8) {
        let digits = pair(value);
        self.push(if value > 0xf { &digits } else { &digits[1..] });
    }

    #[inline]
    pub(super) fn as_str(&self) -> &str {
        &std::str::from_utf8(&self.bytes).expect("only ASCII is pushed")[..self.length]
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
            let mut digits = [b'0'; 64];
            digits[16..32].copy_from_slice(&text);
            let words = expected.filter(|_| is_lower).map(|value| [0, value, 0, 0]);
            assert_eq!(lower(digits), words, "{}", text.escape_ascii());
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

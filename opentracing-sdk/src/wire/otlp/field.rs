//! Fields of protobuf messages, written one after the other. Most have less than 128 bytes, and a number below 16: what
//! they are made of is then a single byte each, and for the rest there is `prost`.

use opentracing_core::{SpanId, TagValue, TraceId};
use prost::encoding::{WireType, encode_varint, encoded_len_varint};

/// The byte that begins a field with a number below 16.
pub(super) const fn key(number: u8, wire_type: WireType) -> u8 {
    debug_assert!(number < 16);
    number << 3 | wire_type as u8
}

/// The bytes that begin a field with a number from 16 to 31.
pub(super) const fn long_key(number: u8, wire_type: WireType) -> [u8; 2] {
    debug_assert!(16 <= number && number < 32);
    [number << 3 | wire_type as u8 | 0x80, number >> 4]
}

/// A length or number that takes one byte.
#[inline]
fn small(value: usize) -> Option<u8> {
    u8::try_from(value).ok().filter(|value| *value < 0x80)
}

fn varint(value: u64, out: &mut Vec<u8>) {
    match u8::try_from(value) {
        Ok(byte @ 0..0x80) => out.push(byte),
        _ => encode_varint(value, out),
    }
}

fn length(number: u8, len: usize, out: &mut Vec<u8>) {
    out.push(key(number, WireType::LengthDelimited));
    varint(len as u64, out);
}

#[inline]
pub(super) fn text(number: u8, value: &str, out: &mut Vec<u8>) {
    bytes(number, value.as_bytes(), out);
}

#[inline]
fn bytes(number: u8, value: &[u8], out: &mut Vec<u8>) {
    match small(value.len()) {
        Some(len) => out.extend_from_slice(&[key(number, WireType::LengthDelimited), len]),
        None => length(number, value.len(), out),
    }
    out.extend_from_slice(value);
}

pub(super) fn number(number: u8, value: u64, out: &mut Vec<u8>) {
    out.push(key(number, WireType::Varint));
    varint(value, out);
}

#[inline]
pub(super) fn fixed64(number: u8, value: u64) -> [u8; 9] {
    let mut field = [key(number, WireType::SixtyFourBit); 9];
    field[1..].copy_from_slice(&value.to_le_bytes());
    field
}

#[inline]
pub(super) fn fixed32(number: u8, value: u32) -> [u8; 5] {
    let mut field = [key(number, WireType::ThirtyTwoBit); 5];
    field[1..].copy_from_slice(&value.to_le_bytes());
    field
}

/// The id of a span, as a field of bytes.
#[inline]
pub(super) fn id(number: u8, id: SpanId) -> [u8; 10] {
    let mut field = [8; 10];
    field[0] = key(number, WireType::LengthDelimited);
    field[2..].copy_from_slice(&id.get().to_be_bytes());
    field
}

/// The first two fields of spans and of links.
#[inline]
pub(super) fn ids(trace_id: TraceId, span_id: SpanId) -> [u8; 28] {
    let mut fields = [0; 28];
    fields[..2].copy_from_slice(&[key(1, WireType::LengthDelimited), 16]);
    fields[2..18].copy_from_slice(&trace_id.get().to_be_bytes());
    fields[18..].copy_from_slice(&id(2, span_id));
    fields
}

/// Writes a `KeyValue`. Its `AnyValue` is a oneof: the member that is set is written even if it is empty, false or zero.
#[inline(always)]
pub(super) fn attribute(number: u8, name: &str, value: &TagValue<'_>, out: &mut Vec<u8>) {
    match value {
        TagValue::Str(value) => delimited_attribute(number, name, 1, value.as_bytes(), out),
        TagValue::Bytes(value) => delimited_attribute(number, name, 7, value, out),
        TagValue::Bool(value) => number_attribute(number, name, 2, u64::from(*value), out),
        // Protobuf has negative numbers in two's complement of 64 bits.
        TagValue::I64(value) => number_attribute(number, name, 3, *value as u64, out),
        // OTLP has no unsigned integers: what does not fit is written out.
        TagValue::U64(value) if i64::try_from(*value).is_ok() => {
            number_attribute(number, name, 3, *value, out)
        }
        TagValue::F64(value) => {
            short_attribute(number, name, fixed64(4, value.to_bits()), &[], out);
        }
        other => delimited_attribute(number, name, 1, other.to_string().as_bytes(), out),
    }
}

#[inline(never)]
fn delimited_attribute(number: u8, name: &str, member: u8, value: &[u8], out: &mut Vec<u8>) {
    let member_key = key(member, WireType::LengthDelimited);
    match small(value.len()) {
        Some(len) => short_attribute(number, name, [member_key, len], value, out),
        None => {
            attribute_head(number, name, delimited_len(value.len()), out);
            bytes(member, value, out);
        }
    }
}

#[inline(never)]
fn number_attribute(number: u8, name: &str, member: u8, value: u64, out: &mut Vec<u8>) {
    let member = key(member, WireType::Varint);
    match value {
        0..0x80 => short_attribute(number, name, [member, low_byte(value)], &[], out),
        0x80..0x4000 => {
            let [low, high] = two_bytes(value);
            short_attribute(number, name, [member, low, high], &[], out);
        }
        _ => {
            attribute_head(number, name, 1 + encoded_len_varint(value), out);
            out.push(member);
            encode_varint(value, out);
        }
    }
}

/// An attribute whose value begins with these bytes, and which is probably short.
#[inline(always)]
fn short_attribute<const N: usize>(number: u8, name: &str, start: [u8; N], rest: &[u8], out: &mut Vec<u8>) {
    let value_len = N + rest.len();
    match small(4 + name.len() + value_len) {
        Some(len) => {
            let (number, name_key) =
                (key(number, WireType::LengthDelimited), key(1, WireType::LengthDelimited));
            out.extend_from_slice(&[number, len, name_key, low_byte(name.len() as u64)]);
            out.extend_from_slice(name.as_bytes());
            out.extend_from_slice(&[key(2, WireType::LengthDelimited), low_byte(value_len as u64)]);
        }
        None => attribute_head(number, name, value_len, out),
    }
    out.extend_from_slice(&start);
    out.extend_from_slice(rest);
}

/// A `KeyValue` up to its value, which has this many bytes.
fn attribute_head(number: u8, name: &str, value_len: usize, out: &mut Vec<u8>) {
    length(number, delimited_len(name.len()) + delimited_len(value_len), out);
    text(1, name, out);
    length(2, value_len, out);
}

/// Bytes of a field with this much content.
#[inline]
fn delimited_len(len: usize) -> usize {
    1 + len + if len < 0x80 { 1 } else { encoded_len_varint(len as u64) }
}

/// Writes a message whose length is known only afterwards. As many bytes are left for the length as it will probably
/// take; where it takes more or less, the message is moved.
#[inline]
pub(super) fn nested(number: u8, expected: usize, out: &mut Vec<u8>, message: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len() + 1;
    let body = start + expected;
    out.extend_from_slice(&[key(number, WireType::LengthDelimited), 0, 0, 0]);
    out.truncate(body);
    message(out);
    let len = out.len() - body;
    match (expected, small(len), len) {
        (1, Some(len), _) => out[start] = len,
        (2, None, ..0x4000) => out[start..body].copy_from_slice(&two_bytes(len as u64)),
        _ => set_length(start, body, len, out),
    }
}

/// The varint of a number from 2⁷ to 2¹⁴.
#[inline]
fn two_bytes(value: u64) -> [u8; 2] {
    [low_byte(value) | 0x80, low_byte(value >> 7)]
}

#[inline]
fn low_byte(value: u64) -> u8 {
    value.to_le_bytes()[0]
}

#[cold]
fn set_length(start: usize, body: usize, len: usize, out: &mut Vec<u8>) {
    let taken = encoded_len_varint(len as u64);
    if start + taken != body {
        make_room(start, body, start + taken, out);
    }
    encode_varint(len as u64, &mut &mut out[start..start + taken]);
}

/// Moves what begins at `from` to `to`, both of which come after `start`.
fn make_room(start: usize, from: usize, to: usize, out: &mut Vec<u8>) {
    debug_assert!(start < from && start < to);
    let len = out.len() - from;
    out.resize(out.len().max(to + len), 0);
    out.copy_within(from..from + len, to);
    out.truncate(to + len);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A message of one field, as `nested` writes it and as it has to be.
    fn check(expected: usize) {
        for len in [0, 1, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152] {
            let (mut moved, mut flat) = (b"before".to_vec(), b"before".to_vec());
            let content = vec![7; len];
            nested(3, expected, &mut moved, |out| out.extend_from_slice(&content));
            bytes(3, &content, &mut flat);
            assert!(moved == flat, "{len} bytes, whose length was expected to take {expected}");
        }
    }

    #[test]
    fn a_message_has_the_length_it_turned_out_to_have() {
        (1..=3).for_each(check);
    }

    #[test]
    fn numbers_are_written_as_prost_writes_them() {
        for value in [0, 1, 127, 128, 255, 256, u64::MAX] {
            let (mut ours, mut theirs) = (Vec::new(), Vec::new());
            varint(value, &mut ours);
            encode_varint(value, &mut theirs);
            assert_eq!(ours, theirs);
        }
    }
}

//! Fields of protobuf messages, written one after the other. Most have less than 128 bytes, and a number below 16: what
//! they are made of is then a single byte each, and for the rest there is `prost`.

use opentracing_core::{SpanId, TagValue};
use prost::encoding::{WireType, encode_key, encode_varint, encoded_len_varint};

/// The byte that begins a field with a number below 16.
const fn key(number: u8, wire_type: WireType) -> u8 {
    debug_assert!(number < 16);
    number << 3 | wire_type as u8
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

pub(super) fn text(number: u8, value: &str, out: &mut Vec<u8>) {
    bytes(number, value.as_bytes(), out);
}

fn bytes(number: u8, value: &[u8], out: &mut Vec<u8>) {
    length(number, value.len(), out);
    out.extend_from_slice(value);
}

pub(super) fn number(number: u8, value: u64, out: &mut Vec<u8>) {
    out.push(key(number, WireType::Varint));
    varint(value, out);
}

pub(super) fn fixed64(number: u8, value: u64, out: &mut Vec<u8>) {
    out.extend_from_slice(&fixed64_field(number, value));
}

fn fixed64_field(number: u8, value: u64) -> [u8; 9] {
    let mut field = [key(number, WireType::SixtyFourBit); 9];
    field[1..].copy_from_slice(&value.to_le_bytes());
    field
}

pub(super) fn fixed32(number: u32, value: u32, out: &mut Vec<u8>) {
    encode_key(number, WireType::ThirtyTwoBit, out);
    out.extend_from_slice(&value.to_le_bytes());
}

/// The id of a span, as a field of bytes.
pub(super) fn id(number: u8, id: SpanId) -> [u8; 10] {
    let mut field = [8; 10];
    field[0] = key(number, WireType::LengthDelimited);
    field[2..].copy_from_slice(&id.get().to_be_bytes());
    field
}

/// Writes a `KeyValue`. Its `AnyValue` is a oneof: the member that is set is written even if it is empty, false or zero.
pub(super) fn attribute(number: u8, name: &str, value: &TagValue<'_>, out: &mut Vec<u8>) {
    match value {
        TagValue::Str(value) => delimited_attribute(number, name, 1, value.as_bytes(), out),
        TagValue::Bytes(value) => delimited_attribute(number, name, 7, value, out),
        TagValue::Bool(value) => {
            number_attribute(number, name, 2, u64::from(*value), out);
        }
        // Protobuf has negative numbers in two's complement of 64 bits.
        TagValue::I64(value) => number_attribute(number, name, 3, *value as u64, out),
        // OTLP has no unsigned integers: what does not fit is written out.
        TagValue::U64(value) if i64::try_from(*value).is_ok() => {
            number_attribute(number, name, 3, *value, out)
        }
        TagValue::F64(value) => {
            let member = fixed64_field(4, value.to_bits());
            attribute_head(number, name, member.len(), out);
            out.extend_from_slice(&member);
        }
        other => delimited_attribute(number, name, 1, other.to_string().as_bytes(), out),
    }
}

fn delimited_attribute(number: u8, name: &str, member: u8, value: &[u8], out: &mut Vec<u8>) {
    attribute_head(number, name, delimited_len(value.len()), out);
    bytes(member, value, out);
}

fn number_attribute(outer: u8, name: &str, member: u8, value: u64, out: &mut Vec<u8>) {
    attribute_head(outer, name, 1 + encoded_len_varint(value), out);
    number(member, value, out);
}

/// A `KeyValue` up to its value, which has this many bytes.
fn attribute_head(number: u8, name: &str, value_len: usize, out: &mut Vec<u8>) {
    length(number, delimited_len(name.len()) + delimited_len(value_len), out);
    text(1, name, out);
    length(2, value_len, out);
}

/// Bytes of a field with this much content.
fn delimited_len(len: usize) -> usize {
    1 + encoded_len_varint(len as u64) + len
}

/// Writes a message whose length is known only afterwards. As many bytes are left for the length as it will probably
/// take; where it takes more or less, the message is moved.
pub(super) fn nested<const EXPECTED: usize>(
    number: u8,
    out: &mut Vec<u8>,
    message: impl FnOnce(&mut Vec<u8>),
) {
    out.push(key(number, WireType::LengthDelimited));
    let start = out.len();
    out.extend_from_slice(&[0; EXPECTED]);
    let body = start + EXPECTED;
    message(out);
    let len = out.len() - body;
    let taken = encoded_len_varint(len as u64);
    if taken != EXPECTED {
        make_room(start, body, start + taken, out);
    }
    encode_varint(len as u64, &mut &mut out[start..start + taken]);
}

/// Moves what begins at `from` to `to`, both of which come after `start`.
#[cold]
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
    fn check<const EXPECTED: usize>() {
        for len in [0, 1, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152] {
            let (mut moved, mut flat) = (b"before".to_vec(), b"before".to_vec());
            let content = vec![7; len];
            nested::<EXPECTED>(3, &mut moved, |out| out.extend_from_slice(&content));
            bytes(3, &content, &mut flat);
            assert!(moved == flat, "{len} bytes, whose length was expected to take {EXPECTED}");
        }
    }

    #[test]
    fn a_message_has_the_length_it_turned_out_to_have() {
        check::<1>();
        check::<2>();
        check::<3>();
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

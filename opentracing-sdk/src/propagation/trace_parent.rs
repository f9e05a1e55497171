//! W3C's `traceparent`.

use opentracing_core::{SpanId, TraceId};

use super::found::Ids;
use super::hex::{self, Line};

pub(super) const NAME: &str = "traceparent";

/// `00-{trace id}-{span id}-{flags}`.
const LENGTH: usize = 55;

/// Bit 1 says *random* (not *debug*, as Jaeger's does), so bytes of flags are never copied between the formats.
const SAMPLED: u8 = 1;

pub(super) fn write(trace_id: TraceId, span_id: SpanId, is_sampled: bool) -> Line<64> {
    let mut line = Line::new();
    line.push(b"00-");
    line.push(&hex::digits(trace_id.high()));
    line.push(&hex::digits(trace_id.low()));
    line.push(b"-");
    line.push(&hex::digits(span_id.get()));
    line.push(if is_sampled { b"-01" } else { b"-00" });
    line
}

/// Strict: lower case and exact lengths, for version 00 of the whole. Of a later version the same fields are
/// read, and what follows them is left alone.
pub(super) fn read(value: &[u8]) -> Option<Ids> {
    // One of this length is whole as it is, or invalid: blanks around it would take the place of digits.
    let value = if value.len() == LENGTH { value } else { trim(value) };
    let (fields, rest) = value.split_first_chunk::<LENGTH>()?;
    if [fields[2], fields[35], fields[52]] != [b'-'; 3] {
        return None;
    }
    let mut digits = [b'0'; 64];
    digits[..32].copy_from_slice(&fields[3..35]);
    digits[32..48].copy_from_slice(&fields[36..52]);
    digits[48..50].copy_from_slice(&fields[..2]);
    digits[50..52].copy_from_slice(&fields[53..]);
    let [high, low, span_id, others] = hex::lower(digits)?;
    let [version, flags, ..] = others.to_be_bytes();
    match (version, rest) {
        (0, []) | (1..=0xfe, [] | [b'-', ..]) => Some(Ids {
            trace_id: TraceId::new((u128::from(high) << 64) | u128::from(low))?,
            span_id: SpanId::new(span_id)?,
            parent_id: None,
            flags: flags & SAMPLED,
        }),
        _ => None,
    }
}

/// Without the blanks and tabs that HTTP allows around a value.
pub(super) fn trim(value: &[u8]) -> &[u8] {
    let is_kept = |&byte: &u8| byte != b' ' && byte != b'\t';
    let start = value.iter().position(is_kept).unwrap_or(value.len());
    let end = value.iter().rposition(is_kept).map_or(start, |last| last + 1);
    &value[start..end]
}

//! The mock's contexts as bytes.

use crate::context::{SpanContext, SpanContextBuilder};
use crate::id::{SpanId, TraceId};
use crate::propagation::ExtractError;

/// Starts a context, so that bytes of another origin (base64 of one, say) are told apart.
const MAGIC: &[u8; 4] = b"\0ot\x01";
/// The byte after the magic is this, if the flags are a decision.
const DECIDED: u8 = 1;

/// The magic, whether decided, the flags, the ids (zeros for none), the number of baggage items, and for each
/// its key and its value with their lengths before them; numbers are big-endian.
pub(super) fn inject(context: &SpanContext, buffer: &mut Vec<u8>) {
    buffer.extend_from_slice(MAGIC);
    buffer.push(u8::from(context.sampling_decision().is_some()));
    buffer.push(context.flags().bits());
    buffer.extend_from_slice(&context.trace_id().map_or(0, TraceId::get).to_be_bytes());
    buffer.extend_from_slice(&context.span_id().map_or(0, SpanId::get).to_be_bytes());
    put_length(buffer, context.baggage().count());
    for text in context.baggage().flat_map(|(key, value)| [key, value]) {
        put_length(buffer, text.len());
        buffer.extend_from_slice(text.as_bytes());
    }
}

fn put_length(buffer: &mut Vec<u8>, length: usize) {
    buffer.extend_from_slice(&(length as u64).to_be_bytes());
}

pub(super) fn extract(bytes: &[u8]) -> Result<Option<SpanContext>, ExtractError> {
    if bytes.is_empty() {
        return Ok(None);
    }
    let corrupted = || ExtractError::corrupted("binary", bytes, "it is not a whole context of the mock's");
    let context = read(bytes).ok_or_else(corrupted)?;
    Ok(Some(context.build()).filter(|context| !context.is_empty()))
}

fn read(mut bytes: &[u8]) -> Option<SpanContextBuilder> {
    let bytes = &mut bytes;
    let (magic, [decided, flags]) = (take::<4>(bytes)?, take::<2>(bytes)?);
    let (trace_id, span_id) = (u128::from_be_bytes(take(bytes)?), u64::from_be_bytes(take(bytes)?));
    if magic != *MAGIC || decided > DECIDED {
        return None;
    }
    let mut builder = SpanContext::builder().remote();
    if decided == DECIDED {
        builder = builder.flags(flags);
    }
    builder = match (TraceId::new(trace_id), SpanId::new(span_id)) {
        (Some(trace_id), Some(span_id)) => builder.ids(trace_id, span_id),
        (None, None) => builder,
        _ => return None,
    };
    for _ in 0..u64::from_be_bytes(take(bytes)?) {
        builder = builder.baggage_item(take_text(bytes)?, take_text(bytes)?);
    }
    Some(builder)
}

fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(*taken)
}

/// Borrowed: a length that claims more than there is costs nothing.
fn take_text<'a>(bytes: &mut &'a [u8]) -> Option<&'a str> {
    let length = usize::try_from(u64::from_be_bytes(take(bytes)?)).ok()?;
    let (taken, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    std::str::from_utf8(taken).ok()
}

//! The binary form of Jaeger's clients.
//!
//! Big-endian: `trace id u128 | span id u64 | parent id u64 | flags u8 | items i32`, then for each item of baggage
//! its key and its value, each with its length as an i32 before it.

use std::str;

use opentracing_core::{ExtractError, Limits, SpanContext, SpanId, TraceId};

use super::baggage::{Baggage, Budget};
use super::found::{Found, Ids};
use super::stats::PropagationStats;

/// The limits of the format, as Jaeger's clients have them.
const ITEMS_MAX: usize = 180;
const ITEM_BYTES_MAX: usize = 4096;

/// Appends a context.
pub(super) fn inject(context: &SpanContext, buffer: &mut Vec<u8>, limits: &Limits) -> PropagationStats {
    buffer.extend_from_slice(&context.trace_id().map_or(0, TraceId::get).to_be_bytes());
    buffer.extend_from_slice(&context.span_id().map_or(0, SpanId::get).to_be_bytes());
    buffer.extend_from_slice(&context.parent_id().map_or(0, SpanId::get).to_be_bytes());
    buffer.push(context.flags().bits());

    let count_at = buffer.len();
    let mut count = 0_i32;
    buffer.extend_from_slice(&count.to_be_bytes());
    let mut budget = Budget::new(limits);
    for (key, value) in context.baggage() {
        let bytes = key.len().saturating_add(value.len());
        if bytes > ITEM_BYTES_MAX || usize::try_from(count).is_ok_and(|count| count >= ITEMS_MAX) {
            budget.drop_item();
        } else if budget.charge(bytes) {
            count += 1;
            put(buffer, key);
            put(buffer, value);
        }
    }
    buffer[count_at..count_at + 4].copy_from_slice(&count.to_be_bytes());
    PropagationStats { baggage_items_dropped: budget.dropped(), ..PropagationStats::default() }
}

fn put(buffer: &mut Vec<u8>, text: &str) {
    let length = i32::try_from(text.len()).expect("an item has at most 4,096 bytes");
    buffer.extend_from_slice(&length.to_be_bytes());
    buffer.extend_from_slice(text.as_bytes());
}

/// Reads the context at the start of `bytes`; what follows it is left alone.
pub(super) fn extract(bytes: &[u8], limits: &Limits, found: &mut Found<'_>) {
    if bytes.is_empty() {
        return;
    }
    let mut baggage = Baggage::new(limits);
    match read(&mut Input(bytes), &mut baggage) {
        Ok(ids) => {
            ids.into_iter().for_each(|ids| found.add_ids(ids, None));
            found.add_baggage(&mut baggage);
        }
        Err(reason) => found.add_error(ExtractError::corrupted("binary", bytes, reason)),
    }
}

fn read(input: &mut Input<'_>, baggage: &mut Baggage) -> Result<Option<Ids>, &'static str> {
    let trace_id = u128::from_be_bytes(input.take()?);
    let span_id = u64::from_be_bytes(input.take()?);
    let parent_id = SpanId::new(u64::from_be_bytes(input.take()?));
    let [flags] = input.take()?;
    let count = input.number()?;
    if count > ITEMS_MAX {
        return Err("it has more than 180 items of baggage");
    }
    for _ in 0..count {
        read_item(input, baggage)?;
    }
    let ids = TraceId::new(trace_id).zip(SpanId::new(span_id));
    Ok(ids.map(|(trace_id, span_id)| Ids { trace_id, span_id, parent_id, flags }))
}

fn read_item(input: &mut Input<'_>, baggage: &mut Baggage) -> Result<(), &'static str> {
    let key = input.text()?;
    let value = input.text()?;
    if key.len() + value.len() > ITEM_BYTES_MAX {
        return Err("an item of baggage has more than 4096 bytes");
    }
    let key = str::from_utf8(key).map_err(|_| "a key of baggage is not UTF-8")?;
    let value = whole_characters(value).ok_or("a value of baggage is not UTF-8")?;
    if baggage.budget.charge(key.len() + value.len()) {
        baggage.items.push((key.to_owned(), value.to_owned()));
    }
    Ok(())
}

/// Java's client writes the length in UTF-16 units, so that a value may end inside a character.
fn whole_characters(bytes: &[u8]) -> Option<&str> {
    match str::from_utf8(bytes) {
        Ok(text) => Some(text),
        Err(error) if error.error_len().is_none() => str::from_utf8(&bytes[..error.valid_up_to()]).ok(),
        Err(_) => None,
    }
}

/// Bytes to be read from the start. Nothing is allocated for what a length claims.
struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], &'static str> {
        let (taken, rest) = self.0.split_first_chunk().ok_or("it ends within the context")?;
        self.0 = rest;
        Ok(*taken)
    }

    fn number(&mut self) -> Result<usize, &'static str> {
        usize::try_from(i32::from_be_bytes(self.take()?)).map_err(|_| "a length is negative")
    }

    fn text(&mut self) -> Result<&'a [u8], &'static str> {
        let length = self.number()?;
        let (taken, rest) = self.0.split_at_checked(length).ok_or("it ends within the context")?;
        self.0 = rest;
        Ok(taken)
    }
}

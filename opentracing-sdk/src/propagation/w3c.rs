//! The headers of W3C: `traceparent`, `tracestate` and `baggage`.

use opentracing_core::{Limits, SpanContext};

use super::baggage::{Baggage, Budget};
use super::found::Found;
use super::is_name;
use super::outgoing::Outgoing;
use super::percent::{self, Coding};
use super::trace_parent::{self, trim};
use super::trace_state::{self, TraceState};

const BAGGAGE: &str = "baggage";

/// Writes a context; the ids first, and nothing if they are refused.
pub(super) fn inject(context: &SpanContext, out: &mut Outgoing<'_>) {
    if let Some((trace_id, span_id)) = context.ids() {
        let line = trace_parent::write(trace_id, span_id, context.is_sampled());
        if !out.set_ids(trace_parent::NAME, line.as_str()) {
            return;
        }
        inject_trace_state(context, out);
    }
    if context.baggage().next().is_some() {
        let list = write_baggage(context, out);
        if !list.is_empty() {
            out.set(BAGGAGE, &list);
        }
    }
}

fn inject_trace_state(context: &SpanContext, out: &mut Outgoing<'_>) {
    match context.trace_state() {
        Some(list) if trace_state::is_writable(list) => out.set(trace_state::NAME, list),
        unwritable => {
            out.stats.entries_refused += u64::from(unwritable.is_some());
            // That of an earlier injection would belong to another span.
            out.remove(trace_state::NAME);
        }
    }
}

fn write_baggage(context: &SpanContext, out: &mut Outgoing<'_>) -> String {
    let mut budget = Budget::new(out.limits);
    let mut list = String::new();
    for (key, value) in context.baggage() {
        let value = percent::encode(value);
        let comma = usize::from(!list.is_empty());
        if !percent::is_token(key.as_bytes()) {
            budget.drop_item();
        } else if budget.charge(comma + key.len() + 1 + value.len()) {
            list.extend((comma > 0).then_some(','));
            list.extend([key, "=", &value]);
        }
    }
    out.stats.baggage_items_dropped += budget.dropped();
    list
}

/// What one carrier holds of W3C's headers.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    trace_parent: Option<&'a [u8]>,
    trace_parents: usize,
    trace_state: TraceState,
    baggage: Baggage,
}

impl<'a> Reader<'a> {
    pub(super) fn new(limits: &Limits) -> Self {
        let baggage = Baggage::new(limits);
        Self { trace_parent: None, trace_parents: 0, trace_state: TraceState::default(), baggage }
    }

    #[inline]
    pub(super) fn visit(&mut self, key: &'a str, value: &'a [u8]) {
        if is_name(key, trace_parent::NAME) {
            self.trace_parents += 1;
            self.trace_parent = Some(value);
        } else if is_name(key, trace_state::NAME) {
            self.trace_state.add(value);
        } else if is_name(key, BAGGAGE) {
            self.read_baggage(value);
        }
    }

    /// A context that is garbled means a new trace, not an error: so W3C wants it.
    pub(super) fn finish(&mut self, found: &mut Found<'_>) {
        if let Some(value) = self.trace_parent {
            let list = std::mem::take(&mut self.trace_state).finish();
            // Where another header has named the span, all that can still be of use is the list of vendors.
            if list.is_some() || !found.has_ids() {
                let sole = Some(value).filter(|_| self.trace_parents == 1);
                match sole.and_then(trace_parent::read) {
                    Some(ids) => found.add_ids(ids, list),
                    None => found.stats.span_context_decoding_errors += 1,
                }
            }
        }
        found.add_baggage(&mut self.baggage);
    }

    /// `key=value;property, key=value`. Baggage of OpenTracing has no place for properties.
    fn read_baggage(&mut self, line: &[u8]) {
        for (index, member) in line.split(|&byte| byte == b',').enumerate() {
            let comma = usize::from(index > 0);
            let is_read = !trim(member).is_empty() && self.baggage.budget.charge(comma + member.len());
            if !is_read {
                continue;
            }
            match read_member(member) {
                Some((key, value)) => self.baggage.insert_folded(key, value),
                None => self.baggage.budget.drop_item(),
            }
        }
    }
}

fn read_member(member: &[u8]) -> Option<(String, String)> {
    let pair = member.split(|&byte| byte == b';').next()?;
    let equals = pair.iter().position(|&byte| byte == b'=')?;
    let (key, value) = (trim(&pair[..equals]), trim(&pair[equals + 1..]));
    let key = std::str::from_utf8(key).ok().filter(|_| percent::is_token(key))?;
    Some((key.to_owned(), percent::decode_or_keep(value, Coding::Percent)))
}

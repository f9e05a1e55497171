//! The headers of Jaeger's clients: `uber-trace-id`, `uberctx-*`, `jaeger-baggage`, `jaeger-debug-id`.

use opentracing_core::{ExtractError, Limits, SpanContext, SpanId, TraceId};

use super::baggage::{Baggage, Budget};
use super::found::{Found, Ids};
use super::hex::{self, Line};
use super::outgoing::Outgoing;
use super::percent::{self, Coding};
use super::{Text, is_name};

/// The names of Jaeger's headers, which can be configured. They match in any case.
///
/// # Examples
/// ```
/// use opentracing_sdk::propagation::{JaegerHeaders, Propagation, Propagators};
/// # use opentracing_core::{ExtractCarrier, TraceId};
///
/// let names = JaegerHeaders { trace_id: "x-shop-trace".into(), ..JaegerHeaders::default() };
/// let propagators = Propagators::new([Propagation::Jaeger]).with_jaeger_headers(names);
/// # let headers = [("X-Shop-Trace", "2a:1:0:1")];
/// # let context = propagators.extract(ExtractCarrier::HttpHeaders(&headers)).unwrap().unwrap();
/// # assert_eq!(context.trace_id(), TraceId::new(0x2a));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JaegerHeaders {
    /// Names the span; `uber-trace-id`.
    pub trace_id: String,
    /// Comes before the key of a baggage item; `uberctx-`.
    pub baggage_prefix: String,
    /// Baggage given by hand, without a span; `jaeger-baggage`. Only read.
    pub baggage: String,
    /// Asks for the next trace to be kept, and tagged with the value; `jaeger-debug-id`. Only read.
    pub debug_id: String,
}

impl Default for JaegerHeaders {
    fn default() -> Self {
        Self {
            trace_id: "uber-trace-id".to_owned(),
            baggage_prefix: "uberctx-".to_owned(),
            baggage: "jaeger-baggage".to_owned(),
            debug_id: "jaeger-debug-id".to_owned(),
        }
    }
}

/// The longest ids (32 and twice 16 digits), as many digits of flags, three colons.
const TRACE_BYTES_MAX: usize = 32 + 3 * 16 + 3;

/// A debug id becomes a tag, and is no longer than the value of a tag.
const DEBUG_ID_BYTES_MAX: usize = 4096;

/// Writes a context; the ids first, and nothing if they are refused.
pub(super) fn inject(context: &SpanContext, headers: &JaegerHeaders, out: &mut Outgoing<'_>) {
    if let Some((trace_id, span_id)) = context.ids() {
        let line = write_ids(trace_id, span_id, context.parent_id(), context.flags().bits());
        if !out.set_ids(&headers.trace_id, line.as_str()) {
            return;
        }
    }
    if context.baggage().next().is_some() {
        inject_baggage(context, &headers.baggage_prefix, out);
    }
}

fn inject_baggage(context: &SpanContext, prefix: &str, out: &mut Outgoing<'_>) {
    let mut budget = Budget::new(out.limits);
    let mut name = prefix.to_owned();
    for (key, value) in context.baggage() {
        let (value, is_legal) = match out.text {
            // A map of any text may well be written to a socket as headers, by somebody who trusts it.
            Text::Plain => (value.into(), !key.is_empty() && !breaks_lines(key) && !breaks_lines(value)),
            Text::Http => (percent::encode(value), percent::is_token(key.as_bytes())),
        };
        if !is_legal {
            budget.drop_item();
        } else if budget.charge(key.len() + value.len()) {
            name.truncate(prefix.len());
            name.push_str(key);
            out.set(&name, &value);
        }
    }
    out.stats.baggage_items_dropped += budget.dropped();
}

fn breaks_lines(text: &str) -> bool {
    text.bytes().any(|byte| matches!(byte, b'\r' | b'\n' | b'\0'))
}

fn write_ids(trace_id: TraceId, span_id: SpanId, parent_id: Option<SpanId>, flags: u8) -> Line<96> {
    let mut line = Line::new();
    if trace_id.high() != 0 {
        line.push(&hex::digits(trace_id.high()));
    }
    line.push(&hex::digits(trace_id.low()));
    line.push(b":");
    line.push(&hex::digits(span_id.get()));
    line.push(b":");
    match parent_id {
        Some(parent_id) => line.push(&hex::digits(parent_id.get())),
        None => line.push(b"0"),
    }
    line.push(b":");
    line.push_u8(flags);
    line
}

/// What one carrier holds of Jaeger's headers.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    headers: &'a JaegerHeaders,
    text: Text,
    trace_id: Option<&'a [u8]>,
    debug_id: Option<&'a [u8]>,
    baggage: Baggage,
}

impl<'a> Reader<'a> {
    pub(super) fn new(headers: &'a JaegerHeaders, text: Text, limits: &Limits) -> Self {
        Self { headers, text, trace_id: None, debug_id: None, baggage: Baggage::new(limits) }
    }

    #[inline]
    pub(super) fn visit(&mut self, key: &'a str, value: &'a [u8]) {
        if is_name(key, &self.headers.trace_id) {
            self.trace_id = Some(value);
        } else if is_name(key, &self.headers.debug_id) {
            self.debug_id = Some(value);
        } else if is_name(key, &self.headers.baggage) {
            self.read_baggage(value);
        } else if let Some(key) = strip_prefix(key, &self.headers.baggage_prefix) {
            self.visit_item(key, value);
        }
    }

    #[cold]
    fn visit_item(&mut self, key: &str, value: &[u8]) {
        if !key.is_empty() && self.baggage.budget.charge(key.len() + value.len()) {
            self.baggage.insert_folded(key.to_owned(), percent::decode_or_keep(value, self.coding()));
        }
    }

    pub(super) fn finish(&mut self, found: &mut Found<'_>) {
        if let Some(value) = self.trace_id {
            match read_header(value, self.text) {
                Ok(ids) => ids.into_iter().for_each(|ids| found.add_ids(ids, None)),
                Err(reason) => {
                    found.add_error(ExtractError::corrupted(&self.headers.trace_id, value, reason))
                }
            }
        }
        match self.debug_id {
            Some(value) if value.len() > DEBUG_ID_BYTES_MAX => found.stats.debug_ids_dropped += 1,
            Some(value) if !value.is_empty() => {
                found.add_debug_id(percent::decode_or_keep(value, self.coding()));
            }
            _ => {}
        }
        found.add_baggage(&mut self.baggage);
    }

    /// Go and Java send a plus for a space, Python and Node encode a plus: so one rule is right for all.
    fn coding(&self) -> Coding {
        match self.text {
            Text::Plain => Coding::Plain,
            Text::Http => Coding::Form,
        }
    }

    /// `k1=v1, k2 = v2`, encoded as a whole, so that an encoded comma separates, too. Member by member, since a
    /// copy of the whole could have any size.
    fn read_baggage(&mut self, line: &[u8]) {
        if !percent::is_well_formed(line) {
            self.baggage.budget.drop_item();
            return;
        }
        let mut rest = Some(line);
        while let Some(line) = rest {
            let comma = (0..line.len()).find_map(|at| comma_at(&line[at..]).map(|width| (at, at + width)));
            let (end, next) = comma.unwrap_or((line.len(), line.len()));
            rest = comma.map(|_| &line[next..]);
            if end == 0 || !self.baggage.budget.charge(next) {
                continue;
            }
            match percent::decode(&line[..end], Coding::Form).as_deref().and_then(read_pair) {
                Some((key, value)) => self.baggage.insert_folded(key.to_owned(), value.to_owned()),
                None => self.baggage.budget.drop_item(),
            }
        }
    }
}

/// How many bytes the comma has that a text starts with.
fn comma_at(text: &[u8]) -> Option<usize> {
    match text {
        [b',', ..] => Some(1),
        [b'%', b'2', b'C' | b'c', ..] => Some(3),
        _ => None,
    }
}

/// As Go's client: the pair and its key are trimmed, what follows the only `=` is not.
fn read_pair(pair: &str) -> Option<(&str, &str)> {
    let (key, value) = pair.trim().split_once('=')?;
    let key = key.trim();
    (!key.is_empty() && !value.contains('=')).then_some((key, value))
}

/// What follows a prefix in any case. Most keys are told apart by their first byte.
#[inline]
fn strip_prefix<'a>(key: &'a str, prefix: &str) -> Option<&'a str> {
    if let (Some(one), Some(other)) = (key.as_bytes().first(), prefix.as_bytes().first()) {
        if !one.eq_ignore_ascii_case(other) {
            return None;
        }
    }
    let (start, rest) = key.split_at_checked(prefix.len())?;
    start.eq_ignore_ascii_case(prefix).then_some(rest)
}

/// Reads a header's value; `None` where its ids are zero, which is how Jaeger's clients say *none*.
fn read_header(value: &[u8], text: Text) -> Result<Option<Ids>, &'static str> {
    match read_ids(value) {
        // Hardly any sender encodes it, so that is tried second. Each byte may have become three.
        Err(_) if text == Text::Http && value.len() <= 3 * TRACE_BYTES_MAX => {
            let decoded = percent::decode(value, Coding::Percent).ok_or("it has a malformed escape")?;
            read_ids(decoded.as_bytes())
        }
        read => read,
    }
}

fn read_ids(value: &[u8]) -> Result<Option<Ids>, &'static str> {
    if let Some(ids) = read_padded(value) {
        return Ok(Some(ids));
    }
    const FIELDS: &str = "a context has four fields, separated by colons";
    let (trace_id, rest) = split_colon(value).ok_or(FIELDS)?;
    let (span_id, rest) = split_colon(rest).ok_or(FIELDS)?;
    let (parent_id, flags) = split_colon(rest).ok_or(FIELDS)?;
    if flags.contains(&b':') {
        return Err(FIELDS);
    }
    let trace_id = hex::u128(trace_id).ok_or("a trace id has 1 to 32 hex digits")?;
    let span_id = hex::u64(span_id).ok_or("a span id has 1 to 16 hex digits")?;
    let parent_id = hex::u64(parent_id).ok_or("a parent id has 1 to 16 hex digits")?;
    let flags = hex::u64(flags).and_then(|flags| u8::try_from(flags).ok());
    let flags = flags.ok_or("flags are a hex number of at most ff")?;
    let parent_id = SpanId::new(parent_id);
    let ids = TraceId::new(trace_id).zip(SpanId::new(span_id));
    Ok(ids.map(|(trace_id, span_id)| Ids { trace_id, span_id, parent_id, flags }))
}

/// Reads what most clients write, by its places: ids of full length, or no parent.
fn read_padded(value: &[u8]) -> Option<Ids> {
    let (high, rest) = match value.get(32) {
        Some(b':') => value.split_at_checked(16)?,
        _ => (&b"0"[..], value),
    };
    let (low, rest) = rest.split_first_chunk::<16>()?;
    let ([b':', span_id @ ..], rest) = rest.split_first_chunk::<17>()? else { return None };
    let (parent_id, flags) = match rest {
        [b':', b'0', b':', flags @ ..] => (0, flags),
        _ => {
            let ([b':', parent_id @ ..], rest) = rest.split_first_chunk::<17>()? else { return None };
            (hex::u64(parent_id)?, rest.strip_prefix(b":")?)
        }
    };
    if flags.len() > 2 {
        return None;
    }
    let trace_id = (u128::from(hex::u64(high)?) << 64) | u128::from(hex::u64(low)?);
    Some(Ids {
        trace_id: TraceId::new(trace_id)?,
        span_id: SpanId::new(hex::u64(span_id)?)?,
        parent_id: SpanId::new(parent_id),
        flags: u8::try_from(hex::u64(flags)?).ok()?,
    })
}

fn split_colon(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let colon = text.iter().position(|&byte| byte == b':')?;
    Some((&text[..colon], &text[colon + 1..]))
}

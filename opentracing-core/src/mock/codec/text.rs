//! The mock's contexts as pairs of text, under the names that Python's mock tracer gave them.

use std::borrow::Cow;
use std::mem;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode, utf8_percent_encode};

use crate::context::SpanContext;
use crate::id::{SpanId, TraceId};
use crate::propagation::{ExtractError, Refused, TextMapReader, TextMapWriter};

const TRACE_ID: &str = "ot-tracer-traceid";
const SPAN_ID: &str = "ot-tracer-spanid";
const SAMPLED: &str = "ot-tracer-sampled";
const BAGGAGE_PREFIX: &str = "ot-baggage-";

/// How text is written.
#[derive(Clone, Copy)]
pub(super) enum Text {
    /// As it is.
    Plain,
    /// So that it fits a header.
    Http,
}

/// What has a meaning nowhere in HTTP or in URLs.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

impl Text {
    fn key_fits(self, key: &str) -> bool {
        let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
        match self {
            Text::Plain => true,
            Text::Http => !key.is_empty() && key.bytes().all(token),
        }
    }

    fn encode(self, value: &str) -> Cow<'_, str> {
        match self {
            Text::Plain => value.into(),
            Text::Http => utf8_percent_encode(value, UNRESERVED).into(),
        }
    }

    /// What cannot be decoded is kept as it came. A plus stays a plus.
    fn decode(self, value: &[u8]) -> String {
        let decoded = match self {
            Text::Http if escapes_are_whole(value) => percent_decode(value).decode_utf8().ok(),
            _ => None,
        };
        decoded.unwrap_or_else(|| String::from_utf8_lossy(value)).into_owned()
    }
}

/// The decoder passes a malformed escape through and decodes the others, which would give a mixture.
fn escapes_are_whole(value: &[u8]) -> bool {
    value
        .split(|&byte| byte == b'%')
        .skip(1)
        .all(|after| after.len() >= 2 && after[0].is_ascii_hexdigit() && after[1].is_ascii_hexdigit())
}

pub(super) fn inject(
    context: &SpanContext,
    carrier: &mut dyn TextMapWriter,
    text: Text,
) -> Result<(), Refused> {
    if let Some((trace_id, span_id)) = context.ids() {
        carrier.set(TRACE_ID, &trace_id.to_string())?;
        carrier.set(SPAN_ID, &span_id.to_string()).inspect_err(|_| carrier.remove(TRACE_ID))?;
    }
    match context.sampling_decision() {
        // Without it, the reader decides: no reason to fail.
        Some(sampled) => _ = carrier.set(SAMPLED, if sampled { "true" } else { "false" }),
        None => carrier.remove(SAMPLED),
    }
    // In the order of the keys, so that of two that differ in case the same one is always the last.
    for (key, value) in context.baggage().filter(|(key, _)| text.key_fits(key)) {
        let _ = carrier.set(&format!("{BAGGAGE_PREFIX}{}", key.to_ascii_lowercase()), &text.encode(value));
    }
    Ok(())
}

pub(super) fn extract(carrier: &dyn TextMapReader, text: Text) -> Result<Option<SpanContext>, ExtractError> {
    let (mut trace_id, mut span_id, mut sampled) = (None, None, None);
    let mut builder = SpanContext::builder().remote();
    carrier.for_each(&mut |key, value| match key.to_ascii_lowercase().as_str() {
        TRACE_ID => trace_id = Some(value),
        SPAN_ID => span_id = Some(value),
        SAMPLED => sampled = Some(value),
        key => {
            if let Some(key) = key.strip_prefix(BAGGAGE_PREFIX).filter(|key| !key.is_empty()) {
                builder = mem::take(&mut builder).baggage_item(key, text.decode(value));
            }
        }
    });
    if trace_id.is_some() || span_id.is_some() {
        builder = builder.ids(
            read_id(TRACE_ID, trace_id, TraceId::from_hex)?,
            read_id(SPAN_ID, span_id, SpanId::from_hex)?,
        );
    }
    builder = match sampled {
        None => builder,
        Some(b"true" | b"1") => builder.sampled(true),
        Some(b"false" | b"0") => builder.sampled(false),
        Some(value) => return Err(ExtractError::corrupted(SAMPLED, value, "it is true or false")),
    };
    Ok(Some(builder.build()).filter(|context| !context.is_empty()))
}

fn read_id<T>(
    key: &str,
    value: Option<&[u8]>,
    from_hex: impl Fn(&[u8]) -> Option<T>,
) -> Result<T, ExtractError> {
    let value =
        value.ok_or_else(|| ExtractError::corrupted(key, "", "it is missing, and the other id is there"))?;
    from_hex(value).ok_or_else(|| ExtractError::corrupted(key, value, "an id is hex digits, not all zero"))
}

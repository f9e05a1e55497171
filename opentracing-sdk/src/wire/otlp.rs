//! OTLP, as protobuf: OpenTelemetry's format, which Jaeger, the OpenTelemetry Collector and most vendors take.

mod answer;
mod field;

use std::borrow::Cow;

use opentracing_core::{
    Attributes, Log, Reference, ReferenceKind, References, SpanContext, SpanHead, SpanId, SpanRecord,
    TagValue, WallClock, tags as names,
};
use prost::encoding::WireType;

use crate::batch::Batch;
use crate::process::Process;
use field::{attribute, fixed64, nested, number, text};

pub(crate) use answer::{partial_success, status_message};

/// Appends a batch as one `ExportTraceServiceRequest`, written straight from the spans.
///
/// What OpenTracing records is mapped as OpenTelemetry's own bridges do it: `span.kind` becomes the kind (without it,
/// a span is internal), `error` the status, a log an event that its field `event` names, and each reference a link
/// with the attribute `opentracing.ref_type`. Baggage is not exported.
///
/// # Examples
/// ```
/// use opentracing_sdk::{BatchBuffer, Process, wire};
///
/// let (buffer, process) = (BatchBuffer::new(), Process::new("shop"));
/// let mut body = Vec::new();
/// wire::otlp::encode(&buffer.as_batch(&process), &mut body);
/// assert!(body.windows(12).any(|bytes| bytes == b"service.name"));
/// ```
pub fn encode(batch: &Batch<'_>, out: &mut Vec<u8>) {
    // ExportTraceServiceRequest.resource_spans, and in it ResourceSpans.resource and .scope_spans.
    nested(1, BATCH, out, |out| {
        nested(1, SMALL, out, |out| resource(batch.process(), out));
        nested(2, BATCH, out, |out| {
            nested(1, SMALL, out, |out| {
                text(1, "opentracing-rs", out);
                text(2, env!("CARGO_PKG_VERSION"), out);
            });
            let clock = batch.clock();
            for record in batch.spans() {
                nested(2, expected(&record), out, |out| span(&record, clock, out));
            }
        });
    });
}

/// How many bytes the lengths of messages probably take: up to 127 bytes, 16 KiB, 2 MiB.
const SMALL: usize = 1;
const MEDIUM: usize = 2;
const BATCH: usize = 3;

/// As many for a span: a root with hardly a tag is small.
#[inline]
fn expected(record: &SpanRecord<'_>) -> usize {
    let is_small = record.head().parent_id.is_none() && record.attributes().entries().len() < 2;
    if is_small { SMALL } else { MEDIUM }
}

/// The attribute that names the service.
const SERVICE_NAME: &str = "service.name";

fn resource(process: &Process, out: &mut Vec<u8>) {
    attribute(1, SERVICE_NAME, &process.service_name().into(), out);
    for (key, value) in process.tags().filter(|(key, _)| *key != SERVICE_NAME) {
        attribute(1, key, value, out);
    }
}

#[inline]
fn span(record: &SpanRecord<'_>, clock: WallClock, out: &mut Vec<u8>) {
    let head = record.head();
    out.extend_from_slice(&fixed(head, clock));
    let kind_at = out.len() - 1;
    match (record.stored_references(), head.parent_id) {
        (References::Parent, None) => {}
        // Nearly all spans: what a context would say stands in the head.
        (References::Parent, Some(parent_id)) => out.extend_from_slice(&parent(head, parent_id)),
        (References::Listed(references), parent_id) => listed(references, parent_id, out),
    }
    text(5, record.operation_name(), out);
    let attributes = record.attributes();
    if !attributes.entries().is_empty() {
        tags(attributes, kind_at, out);
        for log in attributes.logs() {
            nested(11, SMALL, out, |out| event(&log, clock, out));
        }
    }
    if attributes.dropped() > 0 {
        number(10, u64::from(attributes.dropped()), out);
    }
}

/// The tags, some of which have a field of their own: the kind, which has been written and is changed, and the status.
#[inline]
fn tags(attributes: Attributes<'_>, kind_at: usize, out: &mut Vec<u8>) {
    for (key, value) in attributes.tags() {
        match &value {
            TagValue::Str(name) if key == SPAN_KIND && kind_number(name).is_some() => {
                out[kind_at] = kind_number(name).unwrap_or(KIND_INTERNAL);
            }
            TagValue::Bool(failed) if key == ERROR => status(*failed, out),
            _ => attribute(9, key, &value, out),
        }
    }
}

/// What every span has, but for its name: ids, times, flags, and last its kind, which a tag may change.
#[inline]
fn fixed(head: &SpanHead, clock: WallClock) -> [u8; 54] {
    let remote_parent = head.is_local_root && head.parent_id.is_some();
    let mut fields = [0; 54];
    fields[..28].copy_from_slice(&field::ids(head.trace_id, head.span_id));
    fields[28..37].copy_from_slice(&fixed64(7, clock.unix_nanos(head.start)));
    fields[37..46].copy_from_slice(&fixed64(8, clock.unix_nanos(head.finish)));
    fields[46..48].copy_from_slice(&field::long_key(16, WireType::ThirtyTwoBit));
    fields[48..52].copy_from_slice(&flags(head.flags.is_sampled(), remote_parent).to_le_bytes());
    fields[52..].copy_from_slice(&[field::key(6, WireType::Varint), KIND_INTERNAL]);
    fields
}

/// What most spans have: the id of their parent, and a link to it.
#[inline]
fn parent(head: &SpanHead, parent_id: SpanId) -> [u8; 81] {
    let mut fields = [0; 81];
    fields[..10].copy_from_slice(&field::id(4, parent_id));
    fields[10..12].copy_from_slice(&[field::key(13, WireType::LengthDelimited), 69]);
    fields[12..40].copy_from_slice(&field::ids(head.trace_id, parent_id));
    fields[40..76].copy_from_slice(CHILD_OF);
    fields[76..].copy_from_slice(&field::fixed32(6, flags(head.flags.is_sampled(), head.is_local_root)));
    fields
}

/// The attribute of a link that says what the reference means, and as it is for nearly all.
const REF_TYPE: &str = "opentracing.ref_type";
const CHILD_OF: &[u8; 36] = b"\x22\x22\x0a\x14opentracing.ref_type\x12\x0a\x0a\x08child_of";

const SPAN_KIND: &str = names::SPAN_KIND.name();
const ERROR: &str = names::ERROR.name();

#[cold]
fn status(failed: bool, out: &mut Vec<u8>) {
    let code = if failed { STATUS_ERROR } else { STATUS_OK };
    nested(15, SMALL, out, |out| number(3, code, out));
}

/// Numbers of `SpanKind` and of `StatusCode`.
const KIND_INTERNAL: u8 = 1;
const STATUS_OK: u64 = 1;
const STATUS_ERROR: u64 = 2;

fn kind_number(name: &str) -> Option<u8> {
    match name {
        "internal" => Some(KIND_INTERNAL),
        "server" => Some(2),
        "client" => Some(3),
        "producer" => Some(4),
        "consumer" => Some(5),
        _ => None,
    }
}

/// What spans and links say of the context they refer to, beside whether it is sampled: whether it is known to be of
/// another process, and whether it is.
const HAS_IS_REMOTE: u32 = 0x100;
const IS_REMOTE: u32 = 0x200;

fn flags(sampled: bool, remote: bool) -> u32 {
    u32::from(sampled) | HAS_IS_REMOTE | if remote { IS_REMOTE } else { 0 }
}

fn event(log: &Log<'_>, clock: WallClock, out: &mut Vec<u8>) {
    out.extend_from_slice(&fixed64(1, clock.unix_nanos(log.time())));
    // The first field `event` is the name; where it is text, that says all of it.
    let (mut name, mut is_named) = (Cow::Borrowed("log"), false);
    for (key, value) in log.fields() {
        if key == "event" && !is_named {
            is_named = true;
            if let TagValue::Str(value) = value {
                name = value;
                continue;
            }
            name = value.to_string().into();
        }
        attribute(3, key, &value, out);
    }
    text(2, &name, out);
}

fn listed(references: &[Reference], parent_id: Option<SpanId>, out: &mut Vec<u8>) {
    out.extend(parent_id.iter().flat_map(|parent_id| field::id(4, *parent_id)));
    references.iter().for_each(|reference| link(&reference.kind, &reference.context, out));
}

fn link(kind: &ReferenceKind, context: &SpanContext, out: &mut Vec<u8>) {
    // What has no ids cannot be linked to.
    let Some((trace_id, span_id)) = context.ids() else { return };
    nested(13, SMALL, out, |out| {
        out.extend_from_slice(&field::ids(trace_id, span_id));
        if let Some(trace_state) = context.trace_state() {
            text(3, trace_state, out);
        }
        attribute(4, REF_TYPE, &kind.as_str().into(), out);
        out.extend_from_slice(&field::fixed32(6, flags(context.is_sampled(), context.is_remote())));
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_out_in_advance_is_what_would_be_written() {
        let mut link = Vec::new();
        attribute(4, REF_TYPE, &ReferenceKind::ChildOf.as_str().into(), &mut link);
        assert_eq!(link, CHILD_OF);
    }
}

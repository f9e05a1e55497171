//! OTLP, as protobuf: OpenTelemetry's format, which Jaeger, the OpenTelemetry Collector and most vendors take.

mod answer;
mod field;

use std::borrow::Cow;

use opentracing_core::{
    Log, ReferenceKind, References, SpanContext, SpanHead, SpanId, SpanRecord, TagValue, TraceId, WallClock,
    tags,
};

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
    nested::<BATCH>(1, out, |out| {
        nested::<SMALL>(1, out, |out| resource(batch.process(), out));
        nested::<BATCH>(2, out, |out| {
            nested::<SMALL>(1, out, |out| {
                text(1, "opentracing-rs", out);
                text(2, env!("CARGO_PKG_VERSION"), out);
            });
            let clock = batch.clock();
            for record in batch.spans() {
                nested::<SPAN>(2, out, |out| span(&record, clock, out));
            }
        });
    });
}

/// How many bytes the lengths of messages probably take: up to 127 bytes, 16 KiB, 2 MiB.
const SMALL: usize = 1;
const SPAN: usize = 2;
const BATCH: usize = 3;

/// The attribute that names the service.
const SERVICE_NAME: &str = "service.name";

fn resource(process: &Process, out: &mut Vec<u8>) {
    attribute(1, SERVICE_NAME, &process.service_name().into(), out);
    for (key, value) in process.tags().filter(|(key, _)| *key != SERVICE_NAME) {
        attribute(1, key, value, out);
    }
}

fn span(record: &SpanRecord<'_>, clock: WallClock, out: &mut Vec<u8>) {
    let head = record.head();
    ids(head.trace_id, head.span_id, out);
    if let Some(parent_id) = head.parent_id {
        out.extend_from_slice(&field::id(4, parent_id));
    }
    text(5, record.operation_name(), out);
    fixed64(7, clock.unix_nanos(head.start), out);
    fixed64(8, clock.unix_nanos(head.finish), out);
    attributes(record, out);
    for log in record.logs() {
        nested::<SMALL>(11, out, |out| event(&log, clock, out));
    }
    links(record, out);
    let remote_parent = head.is_local_root && head.parent_id.is_some();
    field::fixed32(16, flags(head.flags.is_sampled(), remote_parent), out);
}

/// The first two fields of spans and of links.
fn ids(trace_id: TraceId, span_id: SpanId, out: &mut Vec<u8>) {
    let mut fields = [0; 28];
    fields[..2].copy_from_slice(&[0x0a, 16]);
    fields[2..18].copy_from_slice(&trace_id.get().to_be_bytes());
    fields[18..].copy_from_slice(&field::id(2, span_id));
    out.extend_from_slice(&fields);
}

/// The tags, and those fields of a span that come from tags.
fn attributes(record: &SpanRecord<'_>, out: &mut Vec<u8>) {
    let (mut kind, mut status) = (KIND_INTERNAL, None);
    for (key, value) in record.tags() {
        match &value {
            TagValue::Str(name) if key == tags::SPAN_KIND.name() && kind_number(name).is_some() => {
                kind = kind_number(name).unwrap_or(KIND_INTERNAL);
            }
            TagValue::Bool(failed) if key == tags::ERROR.name() => {
                status = Some(if *failed { STATUS_ERROR } else { STATUS_OK });
            }
            _ => attribute(9, key, &value, out),
        }
    }
    number(6, kind, out);
    if record.attributes().dropped() > 0 {
        number(10, u64::from(record.attributes().dropped()), out);
    }
    if let Some(status) = status {
        nested::<SMALL>(15, out, |out| number(3, status, out));
    }
}

/// Numbers of `SpanKind` and of `StatusCode`.
const KIND_INTERNAL: u64 = 1;
const STATUS_OK: u64 = 1;
const STATUS_ERROR: u64 = 2;

fn kind_number(name: &str) -> Option<u64> {
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
    fixed64(1, clock.unix_nanos(log.time()), out);
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

fn links(record: &SpanRecord<'_>, out: &mut Vec<u8>) {
    match record.stored_references() {
        References::Listed(references) => {
            references.iter().for_each(|reference| link(&reference.kind, &reference.context, out));
        }
        // Nearly all spans: what a context would say stands in the head.
        References::Parent => parent_link(record.head(), out),
    }
}

fn link(kind: &ReferenceKind, context: &SpanContext, out: &mut Vec<u8>) {
    // What has no ids cannot be linked to.
    let Some((trace_id, span_id)) = context.ids() else { return };
    nested::<SMALL>(13, out, |out| {
        ids(trace_id, span_id, out);
        if let Some(trace_state) = context.trace_state() {
            text(3, trace_state, out);
        }
        attribute(4, REF_TYPE, &kind.as_str().into(), out);
        field::fixed32(6, flags(context.is_sampled(), context.is_remote()), out);
    });
}

const REF_TYPE: &str = "opentracing.ref_type";

fn parent_link(head: &SpanHead, out: &mut Vec<u8>) {
    let Some(parent_id) = head.parent_id else { return };
    nested::<SMALL>(13, out, |out| {
        ids(head.trace_id, parent_id, out);
        attribute(4, REF_TYPE, &ReferenceKind::ChildOf.as_str().into(), out);
        field::fixed32(6, flags(head.flags.is_sampled(), head.is_local_root), out);
    });
}

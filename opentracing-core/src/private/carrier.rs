//! `inject!` and `extract!`.

use std::sync::atomic::{AtomicU64, Ordering};

use super::sink::{Sink, active};
use crate::context::SpanContext;
use crate::propagation::{ExtractCarrier, ExtractError, InjectCarrier, InjectError};
use crate::scope::current_header;
use crate::tracer::Tracer;

/// How often `inject!` found no active span.
static WITHOUT_SPAN: AtomicU64 = AtomicU64::new(0);

/// How often `inject!` had nothing to inject, since no span was active.
#[must_use]
pub fn injects_without_span() -> u64 {
    WITHOUT_SPAN.load(Ordering::Relaxed)
}

/// Writes the context of a span, else of the active one, into a carrier.
///
/// # Errors
/// As [`Tracer::inject`].
pub fn inject<S: Sink>(
    tracer: Option<&Tracer>,
    span: Option<S>,
    carrier: InjectCarrier<'_>,
) -> Result<(), InjectError> {
    let origin = match span {
        Some(span) => Some(span.origin()),
        None => active().map(|span| span.origin()),
    };
    let Some((its_own, context)) = origin else {
        WITHOUT_SPAN.fetch_add(1, Ordering::Relaxed);
        return Ok(());
    };
    match tracer.unwrap_or(&its_own).header().recorder() {
        Some(recorder) => recorder.inject(&context, carrier),
        None if matches!(carrier, InjectCarrier::Custom(..)) => Err(carrier.refuse()),
        None => Ok(()),
    }
}

/// Reads a context from a carrier.
///
/// # Errors
/// As [`Tracer::extract`].
pub fn extract(
    tracer: Option<&Tracer>,
    carrier: ExtractCarrier<'_>,
) -> Result<Option<SpanContext>, ExtractError> {
    let header = match tracer {
        Some(tracer) => Some(tracer.header()),
        None => current_header(),
    };
    match header.and_then(|header| header.recorder()) {
        Some(recorder) => recorder.extract(carrier),
        None if matches!(carrier, ExtractCarrier::Custom(..)) => Err(carrier.refuse()),
        None => Ok(None),
    }
}

//! What writes and reads contexts in a format that no tracer knows by itself.

use std::fmt;

use super::carrier::{ExtractCarrier, InjectCarrier};
use super::error::{ExtractError, InjectError};
use crate::context::SpanContext;

/// Writes contexts into carriers and reads them, in one format: what is registered with a tracer by name and
/// reached through [`format::Custom`](super::format::Custom).
///
/// # Examples
/// A codec for the frames of a protocol of our own, which have a field for the trace:
/// ```
/// use opentracing_core::{
///     Codec, ExtractCarrier, ExtractError, InjectCarrier, InjectError, MockTracer, SpanContext, SpanId, TraceId, format,
/// };
///
/// #[derive(Default)]
/// struct Frame {
///     trace: Option<(u128, u64)>,
/// }
///
/// #[derive(Debug)]
/// struct FrameCodec;
///
/// impl Codec for FrameCodec {
///     fn inject(&self, context: &SpanContext, carrier: InjectCarrier<'_>) -> Result<(), InjectError> {
///         let InjectCarrier::Custom(name, carrier) = carrier else { return Err(carrier.refuse()) };
///         let frame = carrier.downcast_mut::<Frame>().ok_or_else(|| InjectError::invalid_carrier(name))?;
///         let (trace_id, span_id) = context.ids().ok_or_else(InjectError::invalid_span_context)?;
///         frame.trace = Some((trace_id.get(), span_id.get()));
///         Ok(())
///     }
///
///     fn extract(&self, carrier: ExtractCarrier<'_>) -> Result<Option<SpanContext>, ExtractError> {
///         let ExtractCarrier::Custom(name, carrier) = carrier else { return Err(carrier.refuse()) };
///         let frame = carrier.downcast_ref::<Frame>().ok_or_else(|| ExtractError::invalid_carrier(name))?;
///         let Some((trace_id, span_id)) = frame.trace else { return Ok(None) };
///         let ids = TraceId::new(trace_id).zip(SpanId::new(span_id));
///         let (trace_id, span_id) = ids.ok_or_else(|| ExtractError::corrupted("trace", "0", "an id is not zero"))?;
///         Ok(Some(SpanContext::builder().ids(trace_id, span_id).sampled(true).remote().build()))
///     }
/// }
///
/// let mock = MockTracer::new();
/// mock.register_codec("frame", FrameCodec);
/// let span = mock.tracer().start_span("send");
/// let mut frame = Frame::default();
/// mock.tracer().inject(&span, format::Custom("frame"), &mut frame)?;
/// assert_eq!(mock.tracer().extract(format::Custom("frame"), &frame)?, Some(span.context()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Codec: Send + Sync + fmt::Debug {
    /// Writes a context into a carrier, which is unchanged when the call fails.
    ///
    /// # Errors
    /// When the carrier is none that this codec knows, or the context says nothing that could be written.
    fn inject(&self, context: &SpanContext, carrier: InjectCarrier<'_>) -> Result<(), InjectError>;

    /// Reads a context from a carrier; `None` where it holds none.
    ///
    /// # Errors
    /// When the carrier is none that this codec knows, or holds a garbled context.
    fn extract(&self, carrier: ExtractCarrier<'_>) -> Result<Option<SpanContext>, ExtractError>;
}

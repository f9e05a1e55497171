//! What instrumented code needs of OpenTracing: tracers, spans, scopes, carriers, the global tracer, and a mock.
//!
//! Applications depend on the crate `opentracing-rs`, which re-exports this one with the macros and the SDK.
//! Depend on this crate alone to write a tracer: implement [`Recorder`].
//!
//! # Examples
//! ```
//! use opentracing_core::{MockTracer, fields};
//!
//! let mock = MockTracer::new();
//! let tracer = mock.tracer();
//!
//! tracer.in_span("checkout", |checkout| {
//!     checkout.set_tag("items", 3);
//!     tracer.in_span("pay", |pay| {
//!         pay.log(fields![event = "card accepted"]);
//!     });
//! });
//!
//! let spans = mock.finished_spans();
//! assert_eq!(spans[0].operation_name, "pay");
//! assert_eq!(spans[0].parent_id, spans[1].context.span_id());
//! ```
#![warn(clippy::print_stdout, clippy::print_stderr)]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[doc(hidden)]
#[path = "private/mod.rs"]
pub mod __private;
mod atomic_ref;
mod attributes;
mod builder;
mod clock;
#[cfg(feature = "conformance")]
pub mod conformance;
mod context;
mod decision;
mod failure;
pub mod fields;
mod fork;
mod future;
mod global;
mod id;
mod limits;
mod mock;
mod outcome;
mod propagation;
mod recorder;
mod reference;
mod report;
mod scope;
mod span;
mod tag;
pub mod tags;
mod thread;
mod ticks;
mod tracer;

pub use attributes::{Attributes, Entry, Log};
pub use builder::SpanBuilder;
pub use clock::{Timestamp, WallClock};
pub use context::{Flags, SpanContext, SpanContextBuilder};
// For the SDK, whose threads and queues belong to one process.
#[doc(hidden)]
pub use fork::generation as __generation;
pub use future::{SpanStream, Traced, TracedFuture, TracedStream, WithTracer};
pub use global::{
    is_global_tracer_registered, register_global_tracer_if_absent, register_global_tracer_if_absent_with,
    set_global_tracer, tracer, unset_global_tracer,
};
pub use id::{ParseIdError, SpanId, TraceId, TraceIdBits};
pub use limits::Limits;
pub use mock::{MockError, MockLog, MockSpan, MockTracer};
pub use outcome::{Outcome, Verdict};
pub use propagation::{
    Codec, ExtractCarrier, ExtractError, ExtractFormat, InferExtract, InferInject, InjectCarrier,
    InjectError, InjectFormat, Refused, TextMapReader, TextMapWriter, format,
};
pub use recorder::{
    Decision, Event, Misuse, OperationName, Recorder, References, Settings, SpanHead, SpanRecord, StartInfo,
};
pub use reference::{AsReference, Reference, ReferenceKind};
pub use report::{Dropped, Report};
pub use scope::{FinishOnClose, Scope, ScopeManager, WithoutActive};
pub use span::{FinishOptions, Span};
pub use tag::{AsTag, Debugged, Displayed, TagValue, debug, display};
pub use tracer::{CurrentTracer, Tracer};

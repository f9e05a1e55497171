//! A suite of tests that every tracer should pass, for tracer authors.
//!
//! It holds the tests of OpenTracing's own libraries (Python's harness and test bed, Java's, Go's and
//! JavaScript's), and for each rule of this one a row that fails where the rule is broken. Implement
//! [`Subject`] for what makes your tracer, say what it is capable of, and [`run`] the suite in a test.
//!
//! # Examples
//! ```
//! use opentracing_core::MockTracer;
//! use opentracing_core::conformance::{Capabilities, run};
//!
//! let outcome = run(MockTracer::new, Capabilities::mock());
//! outcome.assert_passed();
//! ```
//! A tracer of your own, whose finished spans a test can look at:
//! ```
//! use opentracing_core::conformance::{Capabilities, Capability, Subject, run};
//! use opentracing_core::{Decision, MockSpan, Recorder, SpanRecord, StartInfo, Tracer, WallClock};
//! use std::sync::{Arc, Mutex};
//!
//! #[derive(Debug, Clone, Default)]
//! struct Kept(Arc<Mutex<Vec<MockSpan>>>);
//!
//! impl Recorder for Kept {
//!     fn sample(&self, start: &StartInfo<'_>) -> Decision {
//!         let asked = start.sampling_priority.map(|priority| priority > 0);
//!         Decision::sampled(asked.or(start.parent_decision()).unwrap_or(true))
//!     }
//!
//!     fn record(&self, span: &SpanRecord<'_>) {
//!         self.0.lock().unwrap().push(MockSpan::from_record(span, &WallClock::read()));
//!     }
//! }
//!
//! struct Mine(Tracer, Kept);
//!
//! impl Subject for Mine {
//!     fn tracer(&self) -> Tracer {
//!         self.0.clone()
//!     }
//!
//!     fn finished(&self) -> Vec<MockSpan> {
//!         self.1.0.lock().unwrap().clone()
//!     }
//! }
//!
//! let make = || {
//!     let kept = Kept::default();
//!     Mine(Tracer::new(kept.clone()), kept)
//! };
//! let unable = [Capability::TextPropagation, Capability::BinaryPropagation, Capability::FinishHooks];
//! run(make, Capabilities::tracer().without(unable)).assert_passed();
//! ```
//! Without a factory there is nothing to run:
//! ```compile_fail
//! use opentracing_core::conformance::{Capabilities, run};
//! run(Capabilities::tracer());
//! ```

mod capability;
mod case;
mod executor;
mod row;
mod rows;
mod run;
mod start;
mod subject;

pub use capability::{Capabilities, Capability};
pub use row::Row;
pub use rows::rows;
pub use run::{Failure, Outcome, run};
pub use start::Start;
pub use subject::{Subject, Task, TestError, TextCarrier, TextFormat};

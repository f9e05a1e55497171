//! What an application installs to trace: configuration, samplers, the way of finished spans from the threads of the
//! application to a backend, reporters, and the codecs of propagation.
//!
//! Applications depend on the crate `opentracing-rs`, which re-exports this one.
//!
//! # Examples
//! ```
//! use opentracing_sdk::{Config, reporter};
//!
//! let counting = reporter::counting();
//! let guard = Config::new("shop").reporter(counting.clone()).build()?;
//! guard.tracer().in_span("checkout", |span| {
//!     span.set_tag("items", 3);
//! });
//!
//! let report = guard.close(std::time::Duration::from_secs(5));
//! assert_eq!((report.exported, report.dropped.total()), (1, 0));
//! assert_eq!(counting.spans(), 1);
//! # Ok::<(), opentracing_sdk::ConfigError>(())
//! ```
//!
//! # Features
//! - `console` (default): the waterfall on a terminal.
//! - `otlp` (default): OTLP over HTTP.
//! - `tls`: `https` endpoints, with rustls.
#![warn(clippy::print_stdout, clippy::print_stderr)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod batch;
pub mod config;
mod per_process;
#[cfg(feature = "console")]
pub mod picture;
mod pipeline;
mod process;
pub mod propagation;
mod recorder;
pub mod reporter;
pub mod sampler;
mod sink;
mod transport;
pub mod wire;

pub use batch::{Batch, BatchBuffer};
pub use config::{Config, ConfigError, TracerGuard};
pub use pipeline::ReporterReport;
pub use process::Process;
pub use propagation::Propagation;
pub use reporter::{ReportError, Reporter};
pub use sampler::Sampler;

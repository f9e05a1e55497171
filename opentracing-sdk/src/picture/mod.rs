//! Pictures of traces: the model behind the console's waterfall, and what draws it as text and as SVG.
//!
//! [`reporter::console`](crate::reporter::console) prints each trace of one tracer as it ends. To draw traces when
//! and where you like, those of several tracers in one picture among them, collect them in a [`Gallery`].
//!
//! # Examples
//! ```
//! use opentracing_sdk::picture::{Gallery, Style};
//! use opentracing_sdk::Config;
//! use std::time::Duration;
//!
//! let gallery = Gallery::new();
//! let guard = Config::new("shop").reporter(gallery.clone()).build()?;
//! guard.tracer().in_span("order", |scope| {
//!     scope.set_tag("items", 3);
//! });
//! guard.tracer().flush(Duration::from_secs(5));
//!
//! let trace = gallery.slowest().expect("a trace was made");
//! let text = trace.to_text(&Style::plain());
//! assert!(text.contains("order") && text.contains("items=3"));
//! let svg = trace.to_svg(960); // fit for `std::fs::write("order.svg", svg)`
//! assert!(svg.starts_with("<svg"));
//! # Ok::<(), opentracing_sdk::ConfigError>(())
//! ```

mod bar;
mod columns;
mod escape;
mod gallery;
mod limits;
mod pen;
mod style;
mod svg;
mod text;
mod time;
mod trace;
mod traces;
mod tree;

pub use gallery::Gallery;
pub use limits::Limits;
pub use style::{Colors, Glyphs, Style};
pub use trace::{Span, Trace};

pub(crate) use style::columns_of_stderr;
pub(crate) use trace::Part;
pub(crate) use traces::Traces;

#[cfg(test)]
pub(crate) mod sample;

//! The macros of `opentracing-rs`, which re-exports them: depend on that crate.
//!
//! | macro | what it does |
//! |---|---|
//! | [`macro@traced`] | traces a function, or all functions of an impl block or a trait |
//! | [`span!`] | starts a span |
//! | [`active_span!`] | starts a span and makes it active, for a scope, a block, a future or a closure |
//! | [`log!`], [`set_tags!`], [`set_baggage!`], [`fail!`] | record on the active span, or on a given one |
//! | [`inject!`], [`extract!`] | carry a context to another process, and from one |
//! | [`func_name!`], [`func_path!`] | the name of the function around |
//!
//! # Examples
//! ```
//! use opentracing::{active_span, log, traced};
//!
//! #[traced(tags(guests), err)]
//! async fn cook(guests: u32) -> Result<(), String> {
//!     active_span!("shop" => { log!(event = "bought", item = "rice") });
//!     active_span!("boil", minutes = 20 => async { log!("water for {guests}") }).await;
//!     Ok(())
//! }
//! # drop(cook(2));
//! ```
//!
//! # Features
//! `traced`, on by default: without it `#[traced(..)]` leaves functions as they are (those that use the `span` of
//! `inactive` and `no_finish` have one that does nothing).

mod args;
mod block;
mod calls;
mod capture;
mod errors;
mod expand;
mod fallback;
mod function;
mod model;
mod pairs;
mod record;
#[cfg(test)]
mod snapshots;
mod start;
mod suggest;
mod tokens;
mod traced;
#[cfg(any(test, not(feature = "traced")))]
mod untouched;

use proc_macro::TokenStream;
#[cfg(feature = "traced")]
use traced::attribute;
#[cfg(not(feature = "traced"))]
use untouched::attribute;

#[doc = include_str!("../docs/traced.md")]
#[doc = include_str!("../tests/expand/plain.expanded")]
#[doc = include_str!("../docs/traced_results.md")]
#[doc = include_str!("../tests/expand/results.expanded")]
#[doc = include_str!("../docs/traced_async.md")]
#[doc = include_str!("../tests/expand/asynchronous.expanded")]
#[doc = include_str!("../docs/traced_rules.md")]
#[proc_macro_attribute]
pub fn traced(told: TokenStream, item: TokenStream) -> TokenStream {
    attribute(&told.into(), item.into()).into()
}

/// Starts a span; it is not active, and it finishes when it is dropped, or before by `finish`.
///
/// Settings come first, if there are any: `tracer:`, `child_of:`, `follows_from:`, `root:`, `kind:`,
/// `component:`, `start:` and `crate:`, each followed by a comma or a semicolon. Then the name: a literal, in
/// which `{x}` stands for a variable, or an expression. Then tags, as in [`macro@traced`], evaluated only if the
/// span is recording.
///
/// # Examples
/// ```
/// use opentracing::{span, tags};
/// # let mock = opentracing::MockTracer::new();
/// # let _current = mock.tracer().make_current();
///
/// let (route, attempt) = ("/users", 2);
/// let request = span!("GET {route}", attempt, {tags::HTTP_STATUS_CODE} = 200);
/// let query = span!(child_of: &request, kind: client; "query", rows = 3);
/// query.finish();
/// request.finish();
///
/// let spans = mock.finished_spans();
/// assert_eq!(spans[0].parent_id, spans[1].context.span_id());
/// assert_eq!(spans[1].operation_name, "GET /users");
/// assert_eq!(*spans[1].tag("attempt").unwrap(), 2);
/// ```
#[proc_macro]
pub fn span(tokens: TokenStream) -> TokenStream {
    calls::span(tokens.into()).into()
}

/// Starts a span and makes it active: until a scope ends, or around a block, a future or a closure.
///
/// Settings, name and tags are those of [`span!`].
///
/// | form | gives |
/// |---|---|
/// | `active_span!("op", k = v)` | a scope, which keeps the span active until it is dropped: bind it to a name |
/// | `active_span!("op", k = v => { .. })` | the block's value; `return`, `?`, `break` and `continue` leave it as ever |
/// | `active_span!("op", k = v => async { .. })` | a future, whose span begins here and is active whenever it is polled |
/// | `active_span!("op", k = v => \|x\| ..)` | the closure, with a span for each call; the tags may use its arguments |
/// | `active_span!("op", k = v => async \|x\| ..)` | the same, for async closures; a span begins at the first poll of a call |
///
/// A scope must not be kept across an `.await`: use the form with `async`. To have that checked, name the type in
/// `clippy.toml`:
/// ```toml
/// await-holding-invalid-types = ["opentracing_core::Scope"]
/// ```
/// `active_span!(..);` alone is warned of, since the span ends at once; `let _ = active_span!(..);` is the same,
/// and only `clippy::let_underscore_must_use` says so.
///
/// # Examples
/// ```
/// use opentracing::{active_span, span};
/// # let mock = opentracing::MockTracer::new();
/// # let _current = mock.tracer().make_current();
///
/// let _request = active_span!("request");
/// let sum = active_span!("add", a = 1, b = 2 => { 1 + 2 });
/// let later = active_span!("wait" => async { sum + 1 });
/// let double = active_span!("double", n => |n: u32| 2 * n);
/// assert_eq!(double(sum), 6);
/// # drop(later);
/// # drop(_request);
/// # let names: Vec<_> = mock.finished_spans().into_iter().map(|span| span.operation_name).collect();
/// # assert_eq!(names, ["add", "double", "wait", "request"]);
/// ```
#[proc_macro]
pub fn active_span(tokens: TokenStream) -> TokenStream {
    calls::active_span(tokens.into()).into()
}

/// Adds a log to the active span, or to the one given as `span:`; fields as the tags of [`macro@traced`], and a
/// message, in which `{x}` stands for a variable.
///
/// Nothing is evaluated unless the span is recording.
///
/// # Examples
/// ```
/// use opentracing::{active_span, log, span};
/// # let mock = opentracing::MockTracer::new();
/// # let _current = mock.tracer().make_current();
///
/// let other = span!("other");
/// let request = active_span!("request");
/// let attempt = 2;
/// log!(event = "retry", attempt, "attempt {attempt} failed");
/// log!(span: other, "seen from another span");
/// # drop(request);
/// # let log = &mock.finished_spans()[0].logs[0];
/// # assert_eq!(*log.field("message").unwrap(), "attempt 2 failed");
/// ```
#[proc_macro]
pub fn log(tokens: TokenStream) -> TokenStream {
    calls::log(tokens.into()).into()
}

/// Sets tags on the active span, or on the one given as `span:`; in the form of the tags of [`macro@traced`].
///
/// # Examples
/// ```
/// use opentracing::{set_tags, tags, traced};
/// # let mock = opentracing::MockTracer::new();
/// # let _current = mock.tracer().make_current();
///
/// #[traced]
/// fn serve(path: &str) {
///     let user = Some("me");
///     set_tags!(user, path.len = path.len(), ?path, {tags::HTTP_STATUS_CODE} = 200);
/// }
/// serve("/");
/// assert_eq!(*mock.finished_spans()[0].tag("user").unwrap(), "me");
/// ```
#[proc_macro]
pub fn set_tags(tokens: TokenStream) -> TokenStream {
    calls::set_tags(tokens.into()).into()
}

/// Sets baggage items, which travel with the trace, on the active span, or on the one given as `span:`.
///
/// A value is written by `Display`, with `?` by `Debug`.
///
/// # Examples
/// ```
/// use opentracing::{active_span, set_baggage};
/// # let mock = opentracing::MockTracer::new();
/// # let _current = mock.tracer().make_current();
///
/// let request = active_span!("request");
/// set_baggage!("tenant" = "acme", user.id = 42);
/// assert_eq!(request.baggage_item("user.id").as_deref(), Some("42"));
/// ```
#[proc_macro]
pub fn set_baggage(tokens: TokenStream) -> TokenStream {
    calls::set_baggage(tokens.into()).into()
}

/// Marks the active span, or the one given as `span:`, as failed: the tag `error`, and a log that says what the
/// error offers, with further fields if there are any.
///
/// The error can be of any type, and stays yours. With `%` or `?` before it, it is written by `Display` or `Debug`.
///
/// # Examples
/// ```
/// use opentracing::{active_span, fail};
/// # let mock = opentracing::MockTracer::new();
/// # let _current = mock.tracer().make_current();
///
/// let request = active_span!("request");
/// if let Err(error) = "x".parse::<u8>() {
///     fail!(error, input = "x");
/// }
/// # drop(request);
/// assert_eq!(*mock.finished_spans()[0].tag("error").unwrap(), true);
/// ```
#[proc_macro]
pub fn fail(tokens: TokenStream) -> TokenStream {
    calls::fail(tokens.into()).into()
}

/// Writes the context of the active span into a carrier: `Result<(), InjectError>`.
///
/// The type of the carrier says the format: `http::HeaderMap` means HTTP headers, maps and lists of pairs a text
/// map, bytes binary. `format:` names another, `span:` another span, and `tracer:` another tracer than the span's.
/// Without an active span nothing is written, and that is no error.
///
/// # Examples
/// ```
/// use opentracing::{active_span, inject, span};
/// use std::collections::HashMap;
/// # let mock = opentracing::MockTracer::new();
/// # let _current = mock.tracer().make_current();
///
/// let request = active_span!("request");
/// let mut headers = HashMap::new();
/// inject!(headers)?;
/// assert!(!headers.is_empty());
///
/// let other = span!("other");
/// inject!(span: other, format: http_headers => &mut headers)?;
/// # Ok::<(), opentracing::InjectError>(())
/// ```
#[proc_macro]
pub fn inject(tokens: TokenStream) -> TokenStream {
    calls::inject(tokens.into()).into()
}

/// Reads a context from a carrier: `Result<Option<SpanContext>, ExtractError>`. No context is `Ok(None)`, a garbled
/// one an error, which counts as no parent where a reference is asked for.
///
/// The format is found as by [`inject!`]; `format:` names another, `tracer:` the tracer whose codecs read.
///
/// # Examples
/// ```
/// use opentracing::{extract, traced};
/// use std::collections::HashMap;
///
/// #[traced(kind = server, child_of = extract!(headers))]
/// fn serve(headers: &HashMap<String, String>) {}
///
/// serve(&HashMap::new());
/// assert_eq!(extract!(format: binary => &[0_u8; 0])?, None);
/// # Ok::<(), opentracing::ExtractError>(())
/// ```
#[proc_macro]
pub fn extract(tokens: TokenStream) -> TokenStream {
    calls::extract(tokens.into()).into()
}

/// The name of the function around: `&'static str`.
///
/// # Examples
/// ```
/// fn work() -> &'static str {
///     opentracing::func_name!()
/// }
/// assert_eq!(work(), "work");
/// ```
#[proc_macro]
pub fn func_name(tokens: TokenStream) -> TokenStream {
    calls::func_name(tokens.into()).into()
}

/// The path of the function around, with its modules: `&'static str`.
///
/// It is not a constant: a stable compiler knows the path at run time only.
///
/// # Examples
/// ```
/// mod shop {
///     pub fn sell() -> &'static str {
///         opentracing::func_path!()
///     }
/// }
/// assert!(shop::sell().ends_with("::shop::sell"));
/// ```
#[proc_macro]
pub fn func_path(tokens: TokenStream) -> TokenStream {
    calls::func_path(tokens.into()).into()
}

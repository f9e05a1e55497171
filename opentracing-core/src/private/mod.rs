//! The contract between the expansions of `opentracing-macros` and this library. Public because expansions live
//! in other crates; it changes with the macros, in any release.

mod adapter;
mod begin;
mod block;
mod carrier;
mod exits;
mod handle;
mod names;
mod offered;
mod per_poll;
mod result;
mod returned;
mod sink;
mod stream;

pub use std::future::Future;
pub use std::ops::ControlFlow;
pub use std::option::Option::{None, Some};
pub use std::{cfg, concat, format, format_args, module_path};

pub use crate::__site as site;
pub use crate::format::{Binary, HttpHeaders, TextMap};
pub use crate::tag::{debug, display};
pub use crate::{ExtractFormat, InferExtract, InferInject, InjectFormat};
pub use adapter::{future, future_then, held, held_then};
pub use begin::{Begin, Named, Site, begin, begin_with, enter, no_scope, no_span, share, start};
pub use block::{Instrumented, traced, traced_then};
pub use carrier::{extract, inject, injects_without_span};
pub use exits::{FromResidual, Try, never, once, typed};
pub use handle::{AtReturn, Handle, no_handle};
pub use names::{func_name, func_path, method_name, name};
pub use offered::Offered;
pub use per_poll::{FirstPoll, per_poll, per_poll_then};
pub use result::{Failed, Returned, failed, failed_debug, failed_display, failure, holds};
pub use returned::Kind;
pub use sink::{
    Active, NO_SPAN, Sink, active, active_recording, baggage, field, log, recording, tag, tag_debug,
    tag_display,
};
pub use stream::{stream, stream_then};

//! How a context gets into a carrier and out of it again: formats, carriers, errors.
//!
//! A *format* says what the carrier looks like to the wire ([`format::HttpHeaders`] has to obey HTTP's rules,
//! [`format::TextMap`] takes any text, [`format::Binary`] is a byte buffer); a *codec* of the tracer says which
//! entries are written into it. A carrier may hold other entries, which are left alone.

mod carrier;
mod codec;
mod error;
pub mod format;
#[cfg(feature = "http")]
mod http;
mod infer;
mod text_map;

pub use carrier::{ExtractCarrier, InjectCarrier};
pub use codec::Codec;
pub use error::{ExtractError, InjectError};
pub use format::{ExtractFormat, InjectFormat};
pub use infer::{InferExtract, InferInject};
pub use text_map::{Refused, TextMapReader, TextMapWriter};

//! The macros that are called: `span!`, `log!` and the others.

mod active;
mod carrier;
mod message;
mod names;
mod record;
mod settings;
mod span;

use proc_macro2::TokenStream;
use syn::parse::{ParseStream, Parser};

use crate::errors::Errors;
use crate::tokens::hygienic;

pub(crate) use active::active_span;
pub(crate) use carrier::{extract, inject};
pub(crate) use names::{func_name, func_path};
pub(crate) use record::{fail, log, set_baggage, set_tags};
pub(crate) use span::span;

/// Reads a call and expands it; in place of a wrong one stand its errors.
fn call(
    tokens: TokenStream,
    read: impl FnOnce(ParseStream<'_>, &mut Errors) -> syn::Result<TokenStream>,
) -> TokenStream {
    let mut errors = Errors::default();
    let expanded = (|input: ParseStream<'_>| read(input, &mut errors)).parse2(tokens);
    match errors.keep(expanded) {
        Some(expanded) if errors.is_empty() => expanded,
        _ => {
            let errors = errors.tokens();
            hygienic!({ #errors })
        }
    }
}

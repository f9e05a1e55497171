//! The function, with its span: small wrappers around tokens, composed.

mod exits;
mod wrap;

use proc_macro2::{Delimiter, Group, TokenStream};
use quote::quote;
use syn::Lifetime;

use crate::function::Function;
use crate::model::{Mode, Model, Shape};
use crate::record;
use crate::start::Into;
use crate::tokens::hygienic;
use wrap::Parts;

/// Puts the span into the function. `told` is what the attribute was given.
pub(crate) fn function(model: &Model, function: &Function, told: &TokenStream) -> TokenStream {
    let Parts { signature, statements } = match (model.shape, &model.mode) {
        (Shape::Guard, Mode::Active) => guard(model, function),
        (Shape::Async | Shape::Eager | Shape::PerPoll, _) => wrap::asynchronous(model, function, told),
        _ => wrap::value(model, function),
    };
    let Function { attrs, before, written, body, .. } = function;
    let signature = signature.as_ref().unwrap_or(written);
    let inner = &body.inner_attributes;
    // With the user's own braces the function is theirs from first to last, and lints see it so.
    let block = braced(quote!(#inner #statements), function);
    quote!(#(#attrs)* #before #signature #block)
}

/// A guard, the tags, and the body as it was written.
fn guard(model: &Model, function: &Function) -> Parts {
    let scope = hygienic!(__ot_scope);
    let start = model.start.tokens(Into::Scope);
    let tags = record::tags(&model.start.runtime, &scope, &model.tags);
    let block = block(function);
    Parts { signature: None, statements: hygienic!(let __ot_scope = #start; #tags #block) }
}

/// The user's block, with a label: a bare block in this place would be told that its braces are unnecessary. The
/// label has the place of the braces, so that lints see the user's block in it.
fn block(function: &Function) -> TokenStream {
    let block = &function.body.block;
    let label = Lifetime::new("'_traced", block.span());
    quote!(#label: #block)
}

/// Tokens in the place of the user's braces.
fn braced(tokens: TokenStream, function: &Function) -> Group {
    let mut group = Group::new(Delimiter::Brace, tokens);
    group.set_span(function.body.block.span());
    group
}

//! Functions whose value is looked at, and asynchronous ones.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{ReturnType, Signature, Token, Type};

use super::{block, braced, exits};
use crate::function::{Function, Moved, Returns, Uses, erased, moved_into_block};
use crate::model::{Mode, Model, Shape};
use crate::record;
use crate::start::Into;
use crate::tokens::hygienic;

/// What becomes of a function.
pub(super) struct Parts {
    /// `None` where it stays as it was written.
    pub(super) signature: Option<TokenStream>,
    /// What stands between its braces.
    pub(super) statements: TokenStream,
}

/// A guard, the body as an expression, and what is done with its value.
pub(super) fn value(model: &Model, function: &Function) -> Parts {
    let p = &model.start.runtime;
    let begin = begin(model);
    let looked_at =
        !model.results.is_empty() || matches!(model.shape, Shape::Probe | Shape::Future | Shape::Stream);
    if !looked_at {
        let block = block(function);
        return Parts { signature: None, statements: hygienic!(#begin #block) };
    }
    let value = body_value(model, function);
    let hook = (!model.results.is_empty()).then(|| model.results.hook(p));
    // The body may never come to its end, about which the user is told at the end, if at all.
    let quiet = hygienic!(#[allow(unreachable_code)]);
    let end = match (model.shape, hook) {
        (Shape::Probe, None) => hygienic!(#p::Kind::of(&__ot_value).finish(__ot_scope, __ot_value)),
        (Shape::Probe, Some(hook)) => {
            hygienic!(#p::Kind::of(&__ot_value).finish_then(__ot_scope, __ot_value, #hook))
        }
        (Shape::Future, None) => hygienic!(#p::future(__ot_scope, __ot_value)),
        (Shape::Future, Some(hook)) => hygienic!(#p::future_then(__ot_scope, __ot_value, #hook)),
        (Shape::Stream, None) => hygienic!(#p::stream(__ot_scope, __ot_value)),
        (Shape::Stream, Some(hook)) => hygienic!(#p::stream_then(__ot_scope, __ot_value, #hook)),
        _ => {
            let record = model.results.tokens(p, &hygienic!(__ot_scope), &hygienic!(&__ot_value));
            return Parts { signature: None, statements: hygienic!(#begin #value #quiet #record __ot_value) };
        }
    };
    let statements = hygienic!(#begin #value #quiet let __ot_value = #end; __ot_value);
    Parts { signature: None, statements }
}

/// Starts the span; what is called `__ot_scope` ends it when it is dropped.
fn begin(model: &Model) -> TokenStream {
    let p = &model.start.runtime;
    let tags = record::tags(p, &hygienic!(__ot_scope), &model.tags);
    match &model.mode {
        Mode::Active => {
            let start = model.start.tokens(Into::Scope);
            hygienic!(let __ot_scope = #start; #tags)
        }
        Mode::Inactive(span) => {
            let start = model.start.tokens(Into::Handle);
            hygienic!(let __ot_scope = #start.finished_at_return(); #tags let #span = __ot_scope.span();)
        }
        Mode::NoFinish(span) => {
            let start = model.start.tokens(Into::Handle);
            hygienic! {
                let __ot_handle = #start;
                let #span = __ot_handle.span();
                let __ot_scope = __ot_handle.activate();
                #tags
            }
        }
    }
}

/// A `let` of `__ot_value`, to which every exit of the body leads.
///
/// A body with a single exit is the value as it is. Any other becomes a closure that is called at once; it is
/// not `move`, so that borrows and the order of drops stay as they are. A closure would hide the caller from
/// `#[track_caller]`, so there the exits themselves are rewritten.
fn body_value(model: &Model, function: &Function) -> TokenStream {
    let p = &model.start.runtime;
    let ty = function.returns().ty().map(erased);
    let has_type = ty.as_ref().map(|ty| hygienic!(: #ty));
    if !exits::may_leave_early(&function.body.block.stream()) {
        let block = block(function);
        return hygienic!(let __ot_value #has_type = #block;);
    }
    let track_caller = function.has_attribute("track_caller");
    if let Some(block) = track_caller.then(|| exits::rewritten(p, function)).flatten() {
        return hygienic!(let __ot_value #has_type = #block;);
    }
    let (output, block) = (ty.map(|ty| hygienic!(-> #ty)), &function.body.block);
    hygienic!(let __ot_value = #p::once(|| #output #block);)
}

/// An adapter around an inner block that owns the arguments; the span starts at the first poll, or with `eager`
/// at the call.
pub(super) fn asynchronous(model: &Model, function: &Function, told: &TokenStream) -> Parts {
    let body = function.body.block.stream();
    let Moved { sig, statements: moved } = moved_into_block(&function.sig, &Uses { body: &body, told });
    let (typed, block) = (typed(model, function), block(function));
    let braces = braced(quote!(#moved #typed #block), function);
    // As if the user had written it, so that lints look into it.
    let work = quote_spanned!(function.body.block.span()=> async move #braces);
    let future = match &model.mode {
        _ if model.shape == Shape::PerPoll => per_poll(model, &work),
        Mode::Active => adapter(model, &handle(model), &work),
        Mode::Inactive(span) | Mode::NoFinish(span) => {
            let handle = handle(model);
            let adapter = adapter(model, &hygienic!(__ot_handle), &work);
            hygienic!(let __ot_handle = #handle; let #span = __ot_handle.span(); #adapter)
        }
    };
    if model.shape == Shape::Eager {
        let sig = eager(model, sig.unwrap_or_else(|| function.sig.clone()));
        return Parts { signature: Some(sig.into_token_stream()), statements: future };
    }
    Parts { signature: sig.map(ToTokens::into_token_stream), statements: hygienic!(#future.await) }
}

fn adapter(model: &Model, handle: &TokenStream, work: &TokenStream) -> TokenStream {
    let p = &model.start.runtime;
    let hook = (!model.results.is_empty()).then(|| model.results.hook(p));
    match (&model.mode, hook) {
        (Mode::Inactive(_), None) => hygienic!(#p::held(#handle, #work)),
        (Mode::Inactive(_), Some(hook)) => hygienic!(#p::held_then(#handle, #work, #hook)),
        (_, None) => hygienic!(#p::traced(#handle, #work)),
        (_, Some(hook)) => hygienic!(#p::traced_then(#handle, #work, #hook)),
    }
}

/// A handle on the new span, tags set. The span is active while they are evaluated.
fn handle(model: &Model) -> TokenStream {
    let start = model.start.tokens(Into::Handle);
    if model.tags.is_empty() {
        return start;
    }
    let tags = record::statements(&model.start.runtime, &hygienic!(__ot_handle), &model.tags);
    let active = match model.mode {
        Mode::Inactive(_) => TokenStream::new(),
        _ => hygienic!(let __ot_active = __ot_handle.activate();),
    };
    hygienic!({ let __ot_handle = #start; if __ot_handle.is_recording() { #active #tags } __ot_handle })
}

fn per_poll(model: &Model, work: &TokenStream) -> TokenStream {
    let p = &model.start.runtime;
    let start = model.start.tokens(Into::Handle);
    let hook = (!model.results.is_empty()).then(|| model.results.hook(p));
    let tags = record::statements(p, &hygienic!(__ot_first), &model.tags);
    let first = if model.tags.is_empty() {
        hygienic!(#p::FirstPoll::new(#start))
    } else {
        hygienic! {{
            let __ot_first = #p::FirstPoll::new(#start);
            if __ot_first.is_recording() { let __ot_active = __ot_first.activate(); #tags }
            __ot_first
        }}
    };
    match hook {
        None => hygienic!(#p::per_poll(#first, || #start, #work)),
        Some(hook) => hygienic!(#p::per_poll_then(#first, || #start, #work, #hook)),
    }
}

/// Tells the inner block the type it is to give, which an `async` block cannot be told otherwise.
fn typed(model: &Model, function: &Function) -> TokenStream {
    let p = &model.start.runtime;
    let ty = match function.returns() {
        Returns::Never => return TokenStream::new(),
        Returns::Nothing => hygienic!(()),
        returns => returns.ty().map(erased).into_token_stream(),
    };
    hygienic!(if false { return #p::never::<#ty>(); })
}

/// The signature of a plain function that returns the future.
fn eager(model: &Model, mut sig: Signature) -> Signature {
    let p = &model.start.runtime;
    sig.asyncness = None;
    let output = match &sig.output {
        ReturnType::Default => hygienic!(()),
        ReturnType::Type(_, ty) => ty.to_token_stream(),
    };
    // The tokens are of this crate's edition, so that every lifetime is captured, as by an `async fn`.
    let here = Span::mixed_site().located_at(sig.ident.span());
    let opaque = Type::Verbatim(quote_spanned!(here=> impl #p::Future<Output = #output>));
    sig.output = ReturnType::Type(Token![->](Span::mixed_site()), Box::new(opaque));
    sig
}

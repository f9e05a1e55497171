//! `active_span!`: a guard, or a span around a block, a future or a closure.

use proc_macro2::{Delimiter, Group, TokenStream};
use quote::{ToTokens, quote};
use syn::parse::ParseStream;
use syn::{Expr, ExprClosure, Pat, ReturnType, Token};

use super::call;
use super::span::Head;
use crate::errors::Errors;
use crate::record;
use crate::start::Into;
use crate::tokens::{Written, find_await, hygienic};

/// Expands `active_span!`.
pub(crate) fn active_span(tokens: TokenStream) -> TokenStream {
    call(tokens, |input, errors| {
        let head = Head::parse(input, "active_span", errors)?;
        for tag in &head.tags {
            if let Some(span) = find_await(&tag.value.tokens) {
                errors.at(span, "tags of an active span are evaluated without waiting; await before");
            }
        }
        if input.is_empty() {
            return Ok(head.guard());
        }
        let arrow: Token![=>] = input.parse()?;
        if input.is_empty() {
            errors.at(arrow.spans[0], "expected a block, an `async` block or a closure after `=>`");
            return Ok(TokenStream::new());
        }
        head.around(input, errors)
    })
}

impl Head {
    /// The scope itself.
    fn guard(&self) -> TokenStream {
        let begin = self.begin();
        hygienic!({ #begin __ot_scope })
    }

    /// Statements that open the scope.
    fn begin(&self) -> TokenStream {
        let start = self.start.tokens(Into::Scope);
        let tags = record::tags(&self.start.runtime, &hygienic!(__ot_scope), &self.tags);
        hygienic!(let __ot_scope = #start; #tags)
    }

    /// A handle on the span, for an adapter; the span is active while its tags are evaluated.
    fn handle(&self) -> TokenStream {
        let start = self.start.tokens(Into::Handle);
        if self.tags.is_empty() {
            return start;
        }
        let tags = record::statements(&self.start.runtime, &hygienic!(__ot_handle), &self.tags);
        hygienic! {{
            let __ot_handle = #start;
            if __ot_handle.is_recording() { let __ot_active = __ot_handle.activate(); #tags }
            __ot_handle
        }}
    }

    fn around(&self, input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<TokenStream> {
        let p = &self.start.runtime;
        let expression = input.fork().parse::<Expr>()?;
        let written = Written::parse(input)?.tokens;
        let _trailing: Option<Token![,]> = input.parse()?;
        if !input.is_empty() {
            errors.push(input.error("expected nothing after the body"));
            let _rest: TokenStream = input.parse()?;
        }
        Ok(match expression {
            Expr::Async(_) => {
                let handle = self.handle();
                hygienic!(#p::traced(#handle, #written))
            }
            Expr::Closure(closure) if closure.asyncness.is_some() => self.async_closure(&closure),
            Expr::Closure(closure) => self.closure(&closure),
            body => block(&self.begin(), &body, &written),
        })
    }

    /// The closure, with a span for each call.
    fn closure(&self, closure: &ExprClosure) -> TokenStream {
        let body = block(&self.begin(), &closure.body, &closure.body.to_token_stream());
        let head = closure_head(closure);
        quote!(#head #body)
    }

    /// The closure, with a span for each call, active whenever its future is polled.
    ///
    /// The inner block borrows what the closure has captured, so that it can be called again; the arguments
    /// move into it, so that they are dropped inside the span.
    fn async_closure(&self, closure: &ExprClosure) -> TokenStream {
        let p = &self.start.runtime;
        let (handle, head) = (self.handle(), closure_head(closure));
        let arguments = closure.inputs.iter().filter_map(|input| match input {
            Pat::Ident(name) if name.mutability.is_none() && name.by_ref.is_none() => Some(&name.ident),
            _ => None,
        });
        let typed = match &closure.output {
            ReturnType::Default => None,
            ReturnType::Type(_, ty) => Some(hygienic!(if false { return #p::never::<#ty>(); })),
        };
        let begin = hygienic!(#(let #arguments = #arguments;)* #typed);
        let body = block(&begin, &closure.body, &closure.body.to_token_stream());
        hygienic!(#head { #p::traced(#handle, async #body).await })
    }
}

/// Everything of a closure but its body.
fn closure_head(closure: &ExprClosure) -> TokenStream {
    let ExprClosure { attrs, lifetimes, asyncness, capture, inputs, output, .. } = closure;
    hygienic!(#(#attrs)* #lifetimes #asyncness #capture |#inputs| #output)
}

/// Statements, then the user's body. A block is not put into another one, whose braces a lint would call
/// unnecessary, and which `break` and `continue` could not leave if it had a label.
fn block(begin: &TokenStream, body: &Expr, written: &TokenStream) -> TokenStream {
    let is_plain = matches!(body, Expr::Block(block) if block.label.is_none() && block.attrs.is_empty());
    match syn::parse2::<Group>(written.clone()) {
        Ok(user) if is_plain => {
            let statements = user.stream();
            let mut block = Group::new(Delimiter::Brace, quote!(#begin #statements));
            block.set_span(user.span());
            block.into_token_stream()
        }
        _ => hygienic!({ #begin #written }),
    }
}

//! `span!`.

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::LitStr;
use syn::parse::ParseStream;

use super::call;
use super::message::Text;
use super::settings::{OF_SPANS, Settings};
use crate::args::tag::{Tag, comma, tags};
use crate::errors::Errors;
use crate::record;
use crate::start::{Into, Name, Start};
use crate::tokens::{Written, expected, hygienic};

/// Expands `span!`.
pub(crate) fn span(tokens: TokenStream) -> TokenStream {
    call(tokens, |input, errors| {
        let head = Head::parse(input, "span", errors)?;
        if !input.is_empty() {
            errors.push(input.error("`span!` has no body; `active_span!` does"));
            let _rest: TokenStream = input.parse()?;
        }
        let start = head.start.tokens(Into::Span);
        if head.tags.is_empty() {
            return Ok(start);
        }
        let tags = record::tags(&head.start.runtime, &hygienic!(__ot_span), &head.tags);
        Ok(hygienic!({ let __ot_span = #start; #tags __ot_span }))
    })
}

/// Settings, name and tags of a span.
pub(super) struct Head {
    pub(super) start: Start,
    pub(super) tags: Vec<Tag>,
}

impl Head {
    /// Reads up to `=>`, or to the end.
    pub(super) fn parse(input: ParseStream<'_>, macro_name: &str, errors: &mut Errors) -> syn::Result<Self> {
        let settings = Settings::parse(input, macro_name, OF_SPANS, errors);
        let runtime = settings.runtime();
        if input.is_empty() || input.peek(syn::Token![=>]) {
            return Err(expected(input, format!("a span needs a name: `{macro_name}!(\"name\")`")));
        }
        let name = name(input, &runtime)?;
        comma(input, errors);
        let (priority, tags) = tags(input, errors).into_iter().partition(Tag::is_sampling_priority);
        let start = Start {
            runtime,
            name,
            tracer: settings.tracer,
            links: settings.links,
            root: settings.root.map(|root| root.tokens),
            kind: settings.kind,
            component: settings.component,
            start_time: settings.start,
            priority,
            enabled: None,
        };
        Ok(Self { start, tags })
    }
}

/// A literal, which may have arguments in it, or an expression.
fn name(input: ParseStream<'_>, p: &crate::start::Runtime) -> syn::Result<Name> {
    if input.peek(LitStr) && !input.peek2(syn::Token![.]) {
        let literal: LitStr = input.parse()?;
        if literal.value().is_empty() {
            return Err(syn::Error::new(literal.span(), "an operation needs a name"));
        }
        return Ok(match Text::of(literal)? {
            Text::Plain(literal) => Name::Fixed(literal.into_token_stream()),
            Text::Format(literal) => {
                let site = LitStr::new(&literal.value(), Span::mixed_site().located_at(literal.span()));
                Name::Lazy(site.into_token_stream(), hygienic!(#p::format!(#literal)))
            }
        });
    }
    let name = Written::parse(input)?.tokens;
    Ok(Name::Lazy(hygienic!("span"), name))
}

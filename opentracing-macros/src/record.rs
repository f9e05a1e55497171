//! Statements that record tags, failures and returned values on a span.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;

use crate::args::tag::{Sign, Tag};
use crate::args::{ErrOption, RetOption};
use crate::start::Runtime;
use crate::tokens::{Written, hygienic, placed};

/// Sets tags, where the span is recording; nothing where there are none.
pub(crate) fn tags(p: &Runtime, span: &TokenStream, tags: &[Tag]) -> TokenStream {
    if tags.is_empty() {
        return TokenStream::new();
    }
    let statements = statements(p, span, tags);
    hygienic!(if #span.is_recording() { #statements })
}

/// Sets tags, whether the span is recording or not.
pub(crate) fn statements(p: &Runtime, span: &TokenStream, tags: &[Tag]) -> TokenStream {
    let statement = |tag: &Tag| {
        let (key, cfgs) = (&tag.key, &tag.cfgs);
        if tag.lenient && tag.sign.is_none() {
            let value = tag.value.borrowed();
            return hygienic!(#(#cfgs)* #p::Offered::new(#value).tag(&#span, #key););
        }
        let (value, set) = (tag.value.borrowed(), setter(tag.sign));
        hygienic!(#(#cfgs)* #p::#set(&#span, #key, #value);)
    };
    tags.iter().map(statement).collect()
}

/// The function that sets a tag with a sign.
fn setter(sign: Option<Sign>) -> TokenStream {
    match sign {
        None => hygienic!(tag),
        Some(Sign::Display) => hygienic!(tag_display),
        Some(Sign::Debug) => hygienic!(tag_debug),
    }
}

/// What is recorded of a result.
#[derive(Default)]
pub(crate) struct Results {
    pub(crate) err: Option<ErrOption>,
    /// Whether a type that cannot fail is an error.
    pub(crate) strict: bool,
    pub(crate) ret: Option<RetOption>,
}

impl Results {
    pub(crate) fn is_empty(&self) -> bool {
        self.err.is_none() && self.ret.is_none()
    }

    /// Statements that look at `result`, a reference, and record on `span`.
    pub(crate) fn tokens(&self, p: &Runtime, span: &TokenStream, result: &TokenStream) -> TokenStream {
        let err = self.err.as_ref().map(|err| failure(p, err, self.strict, span, result));
        let ret = self.ret.as_ref().map(|ret| success(p, ret, span, result));
        hygienic!(if #span.is_recording() { #err #ret })
    }

    /// A closure that does so, for adapters to call.
    pub(crate) fn hook(&self, p: &Runtime) -> TokenStream {
        let (span, result) = (hygienic!(__ot_span), hygienic!(__ot_result));
        let statements = self.tokens(p, &span, &result);
        hygienic!(|__ot_span, __ot_result| { #statements })
    }
}

/// Marks the span as failed, if the result says so. An error about its type points at `err`.
fn failure(
    p: &Runtime,
    err: &ErrOption,
    strict: bool,
    span: &TokenStream,
    result: &TokenStream,
) -> TokenStream {
    let here = Span::mixed_site().located_at(err.at);
    let (p, result) = (&p.at(err.at), &placed(result, err.at));
    let reason = if strict && err.condition.is_none() {
        quote_spanned!(here=> #p::failure(#result))
    } else {
        quote_spanned!(here=> #p::Returned::new(#result).failure())
    };
    let name = err.name.as_ref().map_or_else(|| hygienic!("message"), |name| name.tokens.clone());
    let record = match (err.sign, &err.name) {
        (None, None) => quote_spanned!(here=> #p::Failed::new(&__ot_error).reason().record(&#span)),
        (None, Some(_)) => {
            quote_spanned!(here=> #p::Failed::new(&__ot_error).reason().record_as(&#span, #name))
        }
        (Some(Sign::Display), _) => quote_spanned!(here=> #p::failed_display(&#span, __ot_error, #name, &[])),
        (Some(Sign::Debug), _) => quote_spanned!(here=> #p::failed_debug(&#span, __ot_error, #name, &[])),
    };
    match &err.condition {
        None => quote_spanned! {here=>
            if let #p::Some(__ot_error) = #reason {
                #record;
            }
        },
        Some(Written { tokens: condition, .. }) => quote_spanned! {here=>
            if #p::holds(#result, #condition) {
                match #reason {
                    #p::Some(__ot_error) => #record,
                    #p::None => #p::failed(&#span),
                }
            }
        },
    }
}

/// Records the value of a success.
fn success(p: &Runtime, ret: &RetOption, span: &TokenStream, result: &TokenStream) -> TokenStream {
    let here = ret.at.as_ref().map_or_else(Span::mixed_site, |at| Span::mixed_site().located_at(at.span()));
    let key = ret.name.as_ref().map_or_else(|| hygienic!("return"), |name| name.tokens.clone());
    // `ret(tags(..))` alone records what it says, and not the value besides.
    let only_tags = ret.tags.is_some() && ret.sign.is_none() && ret.name.is_none();
    let value = (!only_tags).then(|| match ret.sign {
        None => hygienic!(#p::Offered::new(__ot_value).tag(&#span, #key);),
        sign => {
            let set = setter(sign);
            quote_spanned!(here=> #p::#set(&#span, #key, __ot_value);)
        }
    });
    let tags = ret.tags.as_ref().zip(ret.at.as_ref()).map(|(tags, ret)| {
        let statements = statements(p, span, tags);
        hygienic!(let #ret = __ot_value; #statements)
    });
    hygienic! {
        if let #p::Some(__ot_value) = #p::Returned::new(#result).success() {
            #value
            #tags
        }
    }
}

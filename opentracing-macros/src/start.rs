//! How a span starts: the same for the attribute, `span!` and `active_span!`.

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::Ident;

use crate::args::tag::Tag;
use crate::args::{Condition, Link};
use crate::tokens::{Written, hygienic, placed};

/// The path of the module that expansions go through.
#[derive(Clone)]
pub(crate) struct Runtime(TokenStream);

impl Runtime {
    /// Under the path given with `crate = ..`, else under the facade.
    pub(crate) fn new(path: Option<&syn::Path>) -> Self {
        match path {
            Some(path) => Self(hygienic!(#path::__private)),
            None => Self(hygienic!(::opentracing::__private)),
        }
    }
}

impl Runtime {
    /// The same path, for errors to point elsewhere.
    pub(crate) fn at(&self, place: Span) -> Self {
        Self(placed(&self.0, place))
    }
}

impl ToTokens for Runtime {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.0.to_tokens(tokens);
    }
}

/// What is known of a span before it starts.
pub(crate) struct Start {
    pub(crate) runtime: Runtime,
    pub(crate) name: Name,
    pub(crate) tracer: Option<Written>,
    pub(crate) links: Vec<Link>,
    /// A bool.
    pub(crate) root: Option<TokenStream>,
    pub(crate) kind: Option<Ident>,
    pub(crate) component: Option<Written>,
    pub(crate) start_time: Option<Written>,
    pub(crate) priority: Vec<Tag>,
    pub(crate) enabled: Option<Condition>,
}

/// The operation name.
pub(crate) enum Name {
    /// A constant expression that depends on no type parameter.
    Fixed(TokenStream),
    /// An expression that costs nothing; the first is what the call site is called.
    Known(TokenStream, TokenStream),
    /// An expression that is evaluated when it is needed: at once for a local root, else when recording.
    Lazy(TokenStream, TokenStream),
}

/// What is made of the span.
#[derive(Clone, Copy)]
pub(crate) enum Into {
    /// A guard that keeps it active.
    Scope,
    /// A span of one's own.
    Span,
    /// A handle that may be shared, or nothing.
    Handle,
}

impl Into {
    fn verb(self) -> TokenStream {
        match self {
            Into::Scope => hygienic!(enter),
            Into::Span => hygienic!(start),
            Into::Handle => hygienic!(share),
        }
    }

    fn nothing(self) -> TokenStream {
        match self {
            Into::Scope => hygienic!(no_scope),
            Into::Span => hygienic!(no_span),
            Into::Handle => hygienic!(no_handle),
        }
    }
}

impl Start {
    /// An expression that starts the span, where somebody traces.
    pub(crate) fn tokens(&self, into: Into) -> TokenStream {
        let (p, verb, nothing) = (&self.runtime, into.verb(), into.nothing());
        let (Name::Fixed(site) | Name::Known(site, _) | Name::Lazy(site, _)) = &self.name;
        let site = hygienic!(#p::site!(#site));
        let settings = self.settings();
        let started = if settings.is_empty() && self.tracer.is_none() {
            hygienic!(#p::#verb(#site))
        } else {
            let begin = match &self.tracer {
                Some(tracer) => {
                    let tracer = tracer.borrowed();
                    hygienic!(#p::begin_with(#tracer, #site))
                }
                None => hygienic!(#p::begin(#site)),
            };
            hygienic! {
                match #begin {
                    #p::Some(__ot_begin) => __ot_begin #settings.#verb(),
                    #p::None => #p::#nothing(),
                }
            }
        };
        match &self.enabled {
            None => started,
            Some(Condition::Cfg(predicate)) => {
                hygienic!(if #p::cfg!(#predicate) { #started } else { #p::#nothing() })
            }
            Some(Condition::Const(written)) => {
                let condition = &written.tokens;
                hygienic!(if #condition { #started } else { #p::#nothing() })
            }
        }
    }

    /// What is said to the builder, as method calls.
    fn settings(&self) -> TokenStream {
        let p = &self.runtime;
        let mut calls = TokenStream::new();
        for Link { at, value } in &self.links {
            let value = value.borrowed();
            let method = Ident::new(&at.to_string(), Span::mixed_site());
            calls.extend(hygienic!(.#method(#value)));
        }
        if let Some(root) = &self.root {
            calls.extend(hygienic!(.root(#root)));
        }
        if let Some(kind) = &self.kind {
            let kind = kind.to_string();
            calls.extend(hygienic!(.tag("span.kind", #kind)));
        }
        if let Some(component) = &self.component {
            let component = component.borrowed();
            calls.extend(hygienic!(.tag("component", #component)));
        }
        for tag in &self.priority {
            let (key, value) = (&tag.key, tag_value(p, tag));
            calls.extend(hygienic!(.tag(#key, #value)));
        }
        if let Some(start_time) = &self.start_time {
            let time = &start_time.tokens;
            calls.extend(hygienic!(.start_time(#time)));
        }
        match &self.name {
            Name::Fixed(_) => {}
            Name::Known(_, name) => calls.extend(hygienic!(.name(#name))),
            Name::Lazy(_, name) => calls.extend(hygienic!(.named(|| #p::name(#name)))),
        }
        calls
    }
}

/// A reference to the value of a tag, by its sign.
pub(crate) fn tag_value(p: &Runtime, tag: &Tag) -> TokenStream {
    use crate::args::tag::Sign;
    let value = tag.value.borrowed();
    match tag.sign {
        None => value,
        Some(Sign::Display) => hygienic!(&#p::display(#value)),
        Some(Sign::Debug) => hygienic!(&#p::debug(#value)),
    }
}

//! The arguments of `#[traced(..)]`: tokens in, [`Args`] out, with every error that the tokens alone can show.

mod options;
pub(crate) mod tag;
mod values;

use proc_macro2::{Span, TokenStream};
use syn::parse::{ParseStream, Parser};
use syn::{Ident, LitStr, Path};

use crate::errors::Errors;
use crate::tokens::Written;
use tag::{Sign, Tag};
pub(crate) use values::kind;

/// What `#[traced(..)]` was told. Each option keeps the token that gave it, for errors to point at.
#[derive(Default, Clone)]
pub(crate) struct Args {
    pub(crate) name: Option<SpanName>,
    pub(crate) naming: Option<Given<Naming>>,
    pub(crate) tags: Option<Given<Vec<Tag>>>,
    pub(crate) args: Option<Given<Capture>>,
    /// `skip(x)`: arguments that a bare `args` leaves out.
    pub(crate) left_out: Option<Given<Vec<Ident>>>,
    pub(crate) err: Option<Given<ErrOption>>,
    pub(crate) ret: Option<Given<RetOption>>,
    pub(crate) links: Vec<Link>,
    pub(crate) root: Option<Given<()>>,
    pub(crate) kind: Option<Given<Ident>>,
    pub(crate) component: Option<Given<Written>>,
    pub(crate) start_time: Option<Given<Written>>,
    pub(crate) tracer: Option<Given<Written>>,
    pub(crate) eager: Option<Given<()>>,
    pub(crate) per_poll: Option<Given<()>>,
    /// `false` refuses to wrap.
    pub(crate) future: Option<Given<bool>>,
    pub(crate) stream: Option<Given<bool>>,
    pub(crate) inactive: Option<Given<()>>,
    pub(crate) no_finish: Option<Given<()>>,
    /// Bare `skip`: a method that is not traced.
    pub(crate) skip: Option<Given<()>>,
    pub(crate) path: Option<Given<Path>>,
    pub(crate) enabled: Option<Given<Condition>>,
}

/// An option that was given: the token that names it, and what it was set to.
#[derive(Clone)]
pub(crate) struct Given<T> {
    pub(crate) at: Ident,
    pub(crate) value: T,
}

/// The operation name.
#[derive(Clone)]
pub(crate) enum SpanName {
    Literal(LitStr),
    /// A path in capitals: known before the span starts, whoever asks.
    Const(Written),
    /// Anything else: evaluated when it is needed.
    Computed(Written),
}

impl SpanName {
    pub(crate) fn span(&self) -> Span {
        match self {
            SpanName::Literal(literal) => literal.span(),
            SpanName::Const(written) | SpanName::Computed(written) => written.span(),
        }
    }
}

/// How a name is made where none is given.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Naming {
    Fn,
    Type,
    Path,
}

/// Which arguments become tags.
#[derive(Clone)]
pub(crate) enum Capture {
    All,
    Named(Vec<(Option<Sign>, Ident)>),
}

/// `err(..)`.
#[derive(Clone)]
pub(crate) struct ErrOption {
    pub(crate) at: Span,
    pub(crate) sign: Option<Sign>,
    pub(crate) name: Option<Written>,
    pub(crate) condition: Option<Written>,
}

/// `ret(..)`.
#[derive(Clone, Default)]
pub(crate) struct RetOption {
    pub(crate) sign: Option<Sign>,
    pub(crate) name: Option<Written>,
    pub(crate) tags: Option<Vec<Tag>>,
    /// The `ret` that the tags may see.
    pub(crate) at: Option<Ident>,
}

/// A reference to another span.
#[derive(Clone)]
pub(crate) struct Link {
    pub(crate) at: Ident,
    pub(crate) value: Written,
}

/// When the function is traced at all.
#[derive(Clone)]
pub(crate) enum Condition {
    Cfg(TokenStream),
    Const(Written),
}

impl Args {
    /// Reads the arguments; after an error, goes on with the next option.
    pub(crate) fn parse(tokens: TokenStream, errors: &mut Errors) -> Self {
        let mut args = Self::default();
        let read = |input: ParseStream<'_>| {
            options::options(input, &mut args, errors);
            Ok(())
        };
        let read = read.parse2(tokens);
        errors.keep(read);
        args
    }

    /// What a method is told, where its block was told `defaults`.
    pub(crate) fn or(mut self, defaults: &Self) -> Self {
        fn inherit<T: Clone>(own: &mut Option<T>, default: &Option<T>) {
            if own.is_none() {
                own.clone_from(default);
            }
        }
        if self.name.is_none() {
            inherit(&mut self.naming, &defaults.naming);
        }
        if let (Some(own), Some(default)) = (&mut self.tags, &defaults.tags) {
            own.value.splice(0..0, default.value.iter().cloned());
        }
        inherit(&mut self.tags, &defaults.tags);
        inherit(&mut self.args, &defaults.args);
        inherit(&mut self.left_out, &defaults.left_out);
        inherit(&mut self.root, &defaults.root);
        inherit(&mut self.kind, &defaults.kind);
        inherit(&mut self.component, &defaults.component);
        inherit(&mut self.start_time, &defaults.start_time);
        inherit(&mut self.tracer, &defaults.tracer);
        inherit(&mut self.path, &defaults.path);
        inherit(&mut self.enabled, &defaults.enabled);
        if self.links.is_empty() {
            self.links.clone_from(&defaults.links);
        }
        self
    }
}

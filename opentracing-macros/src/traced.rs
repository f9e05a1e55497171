//! `#[traced]`: on a function, on an impl block, on a trait.

use proc_macro2::TokenStream;
use syn::parse::{Parse, ParseStream, Parser};

use crate::args::Args;
use crate::block;
use crate::errors::Errors;
use crate::fallback::with_errors;
use crate::function::{Ahead, Declared, Function};
use crate::model::{Model, Owner};
use crate::tokens::first_span;

/// Expands the attribute.
#[cfg(any(test, feature = "traced"))]
pub(crate) fn attribute(told: &TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let args = Args::parse(told.clone(), &mut errors);
    expand(&args, told, item, errors)
}

/// Expands the attribute, with what was read of its arguments.
pub(crate) fn expand(args: &Args, told: &TokenStream, item: TokenStream, mut errors: Errors) -> TokenStream {
    let ahead = |input: ParseStream<'_>| {
        let ahead = Ahead::of(input);
        TokenStream::parse(input).map(|_| ahead)
    };
    let ahead = errors.keep(ahead.parse2(item.clone()));
    let expanded = ahead.and_then(|ahead| match ahead {
        Ahead::Function => declared(args, told, item.clone(), &mut errors),
        Ahead::Block => block::expand(args, told, item.clone(), &mut errors),
        Ahead::Other => {
            errors.at(first_span(&item), "`#[traced]` goes on a function, an impl block or a trait");
            None
        }
    });
    match expanded {
        Some(expanded) if errors.is_empty() => expanded,
        _ => with_errors(item, &errors),
    }
}

/// Expands a lone function.
fn declared(args: &Args, told: &TokenStream, item: TokenStream, errors: &mut Errors) -> Option<TokenStream> {
    const NO_BODY: &str = "a function without a body has nothing to trace; put `#[traced]` on the trait, or on the methods of its impl";
    match errors.keep(syn::parse2::<Declared>(item))? {
        Declared::Function(found) => function(args, told, &found, None, errors),
        Declared::Declaration { semicolon } => {
            errors.at(semicolon.span, NO_BODY);
            None
        }
    }
}

/// Expands one function, or a method of a block. `None` where something is wrong.
pub(crate) fn function(
    args: &Args,
    told: &TokenStream,
    function: &Function,
    owner: Option<&Owner<'_>>,
    errors: &mut Errors,
) -> Option<TokenStream> {
    let model = Model::new(args, function, owner, errors);
    errors.is_empty().then(|| crate::expand::function(&model, function, told))
}

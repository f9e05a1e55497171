//! `#[traced]`: on a function, on an impl block, on a trait.

use proc_macro2::TokenStream;
use syn::parse::{Parse, ParseStream, Parser};

use crate::args::Args;
use crate::block;
use crate::errors::Errors;
use crate::expand;
use crate::fallback::with_errors;
use crate::function::{Ahead, Declared, Function};
use crate::model::{Model, Owner};
use crate::tokens::first_span;

/// Expands the attribute.
pub(crate) fn attribute(told: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let args = Args::parse(told.clone(), &mut errors);
    let ahead = |input: ParseStream<'_>| {
        let ahead = Ahead::of(input);
        TokenStream::parse(input).map(|_| ahead)
    };
    let expanded = match errors.keep(ahead.parse2(item.clone())) {
        Some(Ahead::Function) => match errors.keep(syn::parse2::<Declared>(item.clone())) {
            Some(Declared::Function(found)) => function(&args, &told, &found, None, &mut errors),
            Some(Declared::Declaration { semicolon }) => {
                errors.at(
                    semicolon.span,
                    "a function without a body has nothing to trace; put `#[traced]` on the trait, or on the methods of its impl",
                );
                None
            }
            None => None,
        },
        Some(Ahead::Block) => block::expand(&args, &told, item.clone(), &mut errors),
        Some(Ahead::Other) => {
            errors.at(first_span(&item), "`#[traced]` goes on a function, an impl block or a trait");
            None
        }
        None => None,
    };
    match expanded {
        Some(expanded) if errors.is_empty() => expanded,
        _ => with_errors(item, &errors),
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
    errors.is_empty().then(|| expand::function(&model, function, told))
}

//! `#[traced]` on an impl block or a trait: its functions one by one, everything else as it was written.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, ImplItem, ItemImpl, ItemTrait, Meta, TraitItem, Type};

use crate::args::{Args, Capture, Given};
use crate::errors::Errors;
use crate::function::{Ahead, Declared, Function};
use crate::model::Owner;
use crate::tokens::between;
use crate::traced;

/// Expands every function of the block. `None` where something is wrong.
pub(crate) fn expand(
    args: &Args,
    told: &TokenStream,
    item: TokenStream,
    errors: &mut Errors,
) -> Option<TokenStream> {
    check(args, errors);
    let mut tokens: Vec<TokenTree> = item.into_iter().collect();
    let body = match tokens.pop() {
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => group,
        last => {
            let span = last.map_or_else(proc_macro2::Span::call_site, |token| token.span());
            errors.at(span, "expected the braces of the block");
            return None;
        }
    };
    let head: TokenStream = tokens.into_iter().collect();
    let (kind, name) = errors.keep(owner(&head))?;
    let owner = Owner { name: &name, args };
    let items = |input: ParseStream<'_>| {
        let mut items = input
            .call(Attribute::parse_inner)?
            .iter()
            .map(ToTokens::to_token_stream)
            .collect::<TokenStream>();
        while !input.is_empty() {
            items.extend(item_tokens(input, kind, &owner, told, errors)?);
        }
        Ok(items)
    };
    let items = items.parse2(body.stream());
    let items = errors.keep(items)?;
    let mut block = Group::new(Delimiter::Brace, items);
    block.set_span(body.span());
    let mut expanded = head;
    expanded.extend([TokenTree::Group(block)]);
    Some(expanded)
}

/// Options that say something about one function only.
fn check(args: &Args, errors: &mut Errors) {
    let mut refuse = |at: Option<proc_macro2::Span>, option: &str| {
        if let Some(span) = at {
            errors.at(span, format!("{option} is for one function; write it on the method: `#[traced(..)]`"));
        }
    };
    refuse(args.name.as_ref().map(|name| name.span()), "a name");
    refuse(args.skip.as_ref().map(|given| given.at.span()), "`skip`");
    refuse(args.future.as_ref().map(|given| given.at.span()), "`future`");
    refuse(args.stream.as_ref().map(|given| given.at.span()), "`stream`");
    refuse(args.inactive.as_ref().map(|given| given.at.span()), "`inactive`");
    refuse(args.no_finish.as_ref().map(|given| given.at.span()), "`no_finish`");
    refuse(args.left_out.as_ref().map(|given| given.at.span()), "`skip(..)`");
    if let Some(Given { at, value: Capture::Named(_) }) = &args.args {
        refuse(Some(at.span()), "`args(..)` with names");
    }
}

#[derive(Clone, Copy)]
enum Kind {
    Impl,
    Trait,
}

/// Whether this is an impl or a trait, and what its functions are named after.
fn owner(head: &TokenStream) -> syn::Result<(Kind, String)> {
    let mut empty = head.clone();
    empty.extend([TokenTree::Group(Group::new(Delimiter::Brace, TokenStream::new()))]);
    match syn::parse2::<ItemImpl>(empty.clone()) {
        Ok(item) => Ok((Kind::Impl, type_name(&item.self_ty))),
        Err(not_impl) => match syn::parse2::<ItemTrait>(empty) {
            Ok(item) => Ok((Kind::Trait, item.ident.to_string())),
            Err(not_trait) => {
                let is_trait = head
                    .clone()
                    .into_iter()
                    .any(|token| matches!(token, TokenTree::Ident(ident) if ident == "trait"));
                Err(if is_trait { not_trait } else { not_impl })
            }
        },
    }
}

/// A type without module and generics.
fn type_name(ty: &Type) -> String {
    use syn::TypeParamBound;
    use syn::ext::IdentExt;
    match ty {
        Type::Path(path) => {
            path.path.segments.last().map(|last| last.ident.unraw().to_string()).unwrap_or_default()
        }
        Type::Reference(reference) => type_name(&reference.elem),
        Type::Group(inner) => type_name(&inner.elem),
        Type::Paren(inner) => type_name(&inner.elem),
        Type::TraitObject(object) => match object.bounds.first() {
            Some(TypeParamBound::Trait(bound)) => {
                bound.path.segments.last().map(|last| last.ident.to_string())
            }
            _ => None,
        }
        .unwrap_or_default(),
        other => other.to_token_stream().to_string().replace(' ', ""),
    }
}

/// Reads one item of the block, and expands it if it is a function.
fn item_tokens(
    input: ParseStream<'_>,
    kind: Kind,
    owner: &Owner<'_>,
    told: &TokenStream,
    errors: &mut Errors,
) -> syn::Result<TokenStream> {
    let begin = input.cursor();
    if !matches!(Ahead::of(input), Ahead::Function) {
        match kind {
            Kind::Impl => drop(input.parse::<ImplItem>()?),
            Kind::Trait => drop(input.parse::<TraitItem>()?),
        }
        return Ok(between(begin, input.cursor()));
    }
    let declared: Declared = input.parse()?;
    let written = between(begin, input.cursor());
    let Declared::Function(mut function) = declared else { return Ok(written) };
    Ok(method(&mut function, owner, told, errors).unwrap_or(written))
}

/// Expands a method by its own `#[traced(..)]` and that of the block. `None` leaves it as it was written.
fn method(
    function: &mut Function,
    owner: &Owner<'_>,
    told: &TokenStream,
    errors: &mut Errors,
) -> Option<TokenStream> {
    let own = function.attrs.iter().position(is_traced);
    let Some(index) = own else {
        // What cannot be traced is passed over, unless it asks for it.
        let plain = function.sig.constness.is_some() || function.refused().is_some();
        return if plain {
            None
        } else {
            traced::function(&Args::default(), told, function, Some(owner), errors)
        };
    };
    let attribute = function.attrs.remove(index);
    let told = match &attribute.meta {
        Meta::List(list) => list.tokens.clone(),
        _ => TokenStream::new(),
    };
    let args = Args::parse(told.clone(), errors);
    if args.skip.is_some() {
        let Function { attrs, before, written, body, .. } = function;
        let body = &body.whole;
        return Some(quote!(#(#attrs)* #before #written #body));
    }
    traced::function(&args, &told, function, Some(owner), errors)
}

fn is_traced(attribute: &Attribute) -> bool {
    attribute.path().segments.last().is_some_and(|last| last.ident == "traced")
}

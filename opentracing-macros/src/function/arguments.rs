//! The arguments of a function: the names they bind, and how they get into the block of an `async fn`.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident};
use syn::{
    Attribute, FnArg, GenericArgument, Ident, Pat, PatIdent, PatType, Path, PathArguments, Receiver,
    ReceiverKind, Signature, Token, Type,
};

use crate::function::Function;
use crate::tokens::{hygienic, mentions};

/// A name that a parameter binds.
pub(crate) struct Binding {
    pub(crate) ident: Ident,
    /// `#[cfg]`s of its parameter.
    pub(crate) cfgs: Vec<Attribute>,
}

impl Function {
    /// The names that the parameters bind, without `self`.
    pub(crate) fn bindings(&self) -> Vec<Binding> {
        let mut bindings = Vec::new();
        for input in &self.sig.inputs {
            let FnArg::Typed(typed) = input else { continue };
            let mut pat = (*typed.pat).clone();
            each_name(&mut pat, &mut |name| {
                bindings.push(Binding { ident: name.ident.clone(), cfgs: cfgs(&typed.attrs) });
            });
        }
        bindings
    }
}

fn cfgs(attrs: &[Attribute]) -> Vec<Attribute> {
    attrs.iter().filter(|attribute| attribute.path().is_ident("cfg")).cloned().collect()
}

fn is_lint(path: &Path) -> bool {
    ["allow", "expect", "warn", "deny", "forbid"].iter().any(|lint| path.is_ident(lint))
}

/// Visits every name that a pattern binds.
fn each_name(pat: &mut Pat, visit: &mut dyn FnMut(&mut PatIdent)) {
    match pat {
        Pat::Ident(name) => {
            if name.subpat.is_some() || !is_constant(name) {
                visit(name);
            }
            if let Some((_, inner)) = &mut name.subpat {
                each_name(inner, visit);
            }
        }
        Pat::Or(or) => or.cases.first_mut().into_iter().for_each(|case| each_name(case, visit)),
        Pat::Paren(paren) => each_name(&mut paren.pat, visit),
        Pat::Reference(reference) => each_name(&mut reference.pat, visit),
        Pat::Slice(slice) => slice.elems.iter_mut().for_each(|element| each_name(element, visit)),
        Pat::Struct(fields) => fields.fields.iter_mut().for_each(|field| each_name(&mut field.pat, visit)),
        Pat::Tuple(tuple) => tuple.elems.iter_mut().for_each(|element| each_name(element, visit)),
        Pat::TupleStruct(tuple) => tuple.elems.iter_mut().for_each(|element| each_name(element, visit)),
        Pat::Type(typed) => each_name(&mut typed.pat, visit),
        _ => {}
    }
}

/// Looks like a unit struct or a constant, which binds nothing.
fn is_constant(name: &PatIdent) -> bool {
    let first = name.ident.to_string().chars().next();
    name.by_ref.is_none() && name.mutability.is_none() && first.is_some_and(char::is_uppercase)
}

/// How the arguments of an `async fn` come to live in its inner block, so that they are dropped inside the
/// span: the signature, changed where it must be, and statements for the top of the block.
pub(crate) struct Moved {
    /// `None` where the signature stays as it was written.
    pub(crate) sig: Option<Signature>,
    pub(crate) statements: TokenStream,
}

/// Where the names of arguments may occur.
pub(crate) struct Uses<'a> {
    /// In the body, which moves into the block.
    pub(crate) body: &'a TokenStream,
    /// In the arguments of the attribute, which are evaluated before.
    pub(crate) told: &'a TokenStream,
}

/// One name that the block is to own.
struct Owned {
    cfgs: Vec<Attribute>,
    lints: Vec<Attribute>,
    /// What it is called outside of the block.
    outside: TokenStream,
    way: Way,
    /// The parameter is not as it was written any more.
    touched: bool,
}

enum Way {
    /// Named once; a block drops what it captured in the order of naming.
    Captured,
    /// Captured, under a name that is as unused as it was.
    Unused(Ident),
    /// Bound again: a local of the block, dropped before what it captured.
    Bound(Option<Token![mut]>, Ident),
}

/// Makes the block of an `async fn` the owner of the arguments.
///
/// What is captured is stored in the block's future instead of the function's; what is bound again is stored
/// once more. So only these are bound again: what is `mut`, since its type may have to hold references to
/// locals of the body, and what must be dropped before such a one.
pub(crate) fn moved_into_block(sig: &Signature, uses: &Uses<'_>) -> Moved {
    let mut changed = sig.clone();
    let mut all = Vec::new();
    for (index, input) in changed.inputs.iter_mut().enumerate() {
        match input {
            FnArg::Receiver(receiver) if !is_reference(receiver) => {
                let outside = receiver.self_token.to_token_stream();
                all.push(Owned {
                    cfgs: Vec::new(),
                    lints: Vec::new(),
                    outside,
                    way: Way::Captured,
                    touched: false,
                });
            }
            FnArg::Receiver(_) => {}
            FnArg::Typed(typed) => {
                let generated = format_ident!("__ot_arg{index}", span = Span::mixed_site());
                all.extend(parameter(typed, &generated, uses));
            }
        }
    }
    let touched = all.iter().any(|owned| owned.touched);
    in_order_of_drop(&mut all);
    Moved { sig: touched.then_some(changed), statements: statements(&all) }
}

/// Finds the way of each name of a parameter, and takes out of the parameter what goes that way.
fn parameter(typed: &mut PatType, generated: &Ident, uses: &Uses<'_>) -> Vec<Owned> {
    let cfgs = cfgs(&typed.attrs);
    let owned = |lints, outside, way, touched| Owned { cfgs: cfgs.clone(), lints, outside, way, touched };
    let droppable = !drops_nothing(&typed.ty);
    match &mut *typed.pat {
        Pat::Wild(_) if droppable => {
            *typed.pat = Pat::Ident(plain(generated.clone()));
            vec![owned(Vec::new(), generated.to_token_stream(), Way::Captured, true)]
        }
        Pat::Ident(name) if name.subpat.is_none() && name.by_ref.is_none() => {
            let ident = name.ident.clone();
            let text = ident.to_string();
            let (used, told) = (mentions(uses.body, &text), mentions(uses.told, &text));
            if let Some(mutability) = name.mutability.take() {
                let lints = take_lints(&mut typed.attrs);
                return vec![owned(
                    lints,
                    ident.to_token_stream(),
                    Way::Bound(Some(mutability), ident),
                    true,
                )];
            }
            if !droppable {
                return Vec::new();
            }
            if text.starts_with('_') && !told {
                // To name it would be a use of a name that says it has none.
                *typed.pat = Pat::Ident(plain(generated.clone()));
                let way = if used { Way::Bound(None, ident) } else { Way::Captured };
                return vec![owned(Vec::new(), generated.to_token_stream(), way, true)];
            }
            let lints = if used { Vec::new() } else { take_lints(&mut typed.attrs) };
            let way = if used { Way::Captured } else { Way::Unused(ident.clone()) };
            let touched = !lints.is_empty();
            vec![owned(lints, ident.to_token_stream(), way, touched)]
        }
        pat => {
            let mut all = Vec::new();
            each_name(pat, &mut |name| {
                let ident = name.ident.clone();
                let outside = ident.to_token_stream();
                if let Some(mutability) = name.mutability.take_if(|_| name.by_ref.is_none()) {
                    all.push(owned(Vec::new(), outside, Way::Bound(Some(mutability), ident), true));
                } else if droppable && name.by_ref.is_none() && mentions(uses.body, &ident.to_string()) {
                    all.push(owned(Vec::new(), outside, Way::Captured, false));
                }
            });
            all
        }
    }
}

/// Arguments are dropped last first. Locals are dropped before what is captured, so behind the first that is
/// bound again all others are, too.
fn in_order_of_drop(all: &mut [Owned]) {
    let first = all.iter().position(|owned| matches!(owned.way, Way::Bound(..))).unwrap_or(all.len());
    for owned in &mut all[first..] {
        owned.way = match std::mem::replace(&mut owned.way, Way::Captured) {
            Way::Captured => match syn::parse2::<Ident>(owned.outside.clone()) {
                Ok(ident) => Way::Bound(None, ident),
                Err(_) => Way::Captured,
            },
            Way::Unused(ident) => Way::Bound(None, ident),
            bound @ Way::Bound(..) => bound,
        };
    }
}

fn statements(all: &[Owned]) -> TokenStream {
    let (bound, captured): (Vec<_>, Vec<_>) =
        all.iter().partition(|owned| matches!(owned.way, Way::Bound(..)));
    let statement = |Owned { cfgs, lints, outside, way, .. }: &Owned| match way {
        Way::Captured => hygienic!(#(#cfgs)* let _ = &#outside;),
        Way::Unused(ident) => hygienic!(#(#cfgs)* #(#lints)* let #ident = &#outside;),
        Way::Bound(mutability, ident) => hygienic!(#(#cfgs)* #(#lints)* let #mutability #ident = #outside;),
    };
    captured.into_iter().rev().chain(bound).map(statement).collect()
}

fn plain(ident: Ident) -> PatIdent {
    PatIdent { attrs: Vec::new(), by_ref: None, mutability: None, ident, subpat: None }
}

fn take_lints(attrs: &mut Vec<Attribute>) -> Vec<Attribute> {
    let (lints, rest) = std::mem::take(attrs).into_iter().partition(|attribute| is_lint(attribute.path()));
    *attrs = rest;
    lints
}

fn is_reference(receiver: &Receiver) -> bool {
    match &receiver.kind {
        ReceiverKind::Reference(..) => true,
        ReceiverKind::Typed(_, ty) => drops_nothing(ty),
        _ => false,
    }
}

/// Whether values of the type have nothing to drop, for certain.
fn drops_nothing(ty: &Type) -> bool {
    const SCALARS: [&str; 17] = [
        "bool", "char", "u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64", "i128",
        "isize", "f32", "f64", "Duration",
    ];
    match ty {
        Type::Reference(_) | Type::Ptr(_) | Type::Never(_) | Type::FnPtr(_) => true,
        Type::Array(array) => drops_nothing(&array.elem),
        Type::Tuple(tuple) => tuple.elems.iter().all(drops_nothing),
        Type::Paren(inner) => drops_nothing(&inner.elem),
        Type::Group(inner) => drops_nothing(&inner.elem),
        Type::Path(path) => path.path.segments.last().is_some_and(|last| match &last.arguments {
            PathArguments::None => SCALARS.iter().any(|scalar| last.ident == scalar),
            PathArguments::AngleBracketed(arguments) if last.ident == "Pin" => {
                matches!(arguments.args.first(), Some(GenericArgument::Type(Type::Reference(_))))
            }
            _ => false,
        }),
        _ => false,
    }
}

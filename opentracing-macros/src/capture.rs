//! The tags of a span: captured arguments, and those that are given.

use proc_macro2::Span;
use syn::Ident;
use syn::ext::IdentExt;

use crate::args::tag::{Sign, Tag};
use crate::args::{Args, Capture};
use crate::errors::Errors;
use crate::function::{Binding, Function};
use crate::suggest::hint;
use crate::tokens::find_await;

/// Captured arguments, then tags, so that a tag wins over an argument of its name.
pub(crate) fn tags(args: &Args, function: &Function, errors: &mut Errors) -> Vec<Tag> {
    const WAITS: &str =
        "tags are evaluated without waiting; await in the body, and set the tag there with `set_tags!`";
    let mut tags = captured(args, function, errors);
    tags.extend(args.tags.iter().flat_map(|tags| tags.value.iter().cloned()));
    for tag in &tags {
        if let Some(span) = find_await(&tag.value.tokens) {
            errors.at(span, WAITS);
        }
    }
    tags
}

fn captured(args: &Args, function: &Function, errors: &mut Errors) -> Vec<Tag> {
    let arguments = Arguments { bindings: function.bindings(), has_receiver: function.has_receiver() };
    let left_out = args.left_out.as_ref().map(|given| given.value.as_slice()).unwrap_or_default();
    for ident in left_out.iter().filter(|ident| arguments.find(ident).is_none()) {
        errors.push(arguments.unknown(ident));
    }
    let capture = args.args.as_ref().map(|given| &given.value);
    if let Some(skip) = &args.left_out {
        const LEAVES_OUT: &str = "`skip(..)` leaves arguments out of an `args` alone";
        match capture {
            Some(Capture::All) => {}
            Some(Capture::Named(_)) => {
                errors.at(skip.at.span(), format!("{LEAVES_OUT}; this `args` names what it takes"));
            }
            None => {
                errors.at(skip.at.span(), format!("{LEAVES_OUT}; without one no argument is recorded"));
            }
        }
    }
    match capture {
        Some(Capture::All) => arguments.all_but(left_out),
        Some(Capture::Named(named)) => {
            named.iter().filter_map(|(sign, ident)| errors.keep(arguments.named(ident, *sign))).collect()
        }
        None => Vec::new(),
    }
}

/// What can be captured.
struct Arguments {
    bindings: Vec<Binding>,
    has_receiver: bool,
}

impl Arguments {
    fn find(&self, ident: &Ident) -> Option<&Binding> {
        self.bindings.iter().find(|binding| same(&binding.ident, ident))
    }

    /// All names but those that say that they have no use, by what their types offer.
    fn all_but(&self, left_out: &[Ident]) -> Vec<Tag> {
        let taken = self.bindings.iter().filter(|binding| {
            let has_use = !binding.ident.to_string().starts_with('_');
            has_use && !left_out.iter().any(|ident| same(&binding.ident, ident))
        });
        let offered = |binding: &Binding| {
            let tag = Tag::variable(&binding.ident, None, binding.cfgs.clone());
            Tag { lenient: true, ..tag }
        };
        taken.map(offered).collect()
    }

    fn named(&self, ident: &Ident, sign: Option<Sign>) -> syn::Result<Tag> {
        match self.find(ident) {
            Some(binding) => Ok(Tag::variable(&as_use(&binding.ident, ident), sign, binding.cfgs.clone())),
            None if ident == "self" && self.has_receiver => Ok(Tag::variable(ident, sign, Vec::new())),
            None => Err(self.unknown(ident)),
        }
    }

    fn unknown(&self, ident: &Ident) -> syn::Error {
        let names: Vec<_> = self.bindings.iter().map(|binding| binding.ident.unraw().to_string()).collect();
        let hint = hint(&ident.unraw().to_string(), names.iter().map(String::as_str));
        syn::Error::new(ident.span(), format!("this function has no argument `{ident}`{hint}"))
    }
}

fn same(a: &Ident, b: &Ident) -> bool {
    a.unraw() == b.unraw()
}

/// The parameter, used where the attribute names it. A name that begins with `_` is used as from the macro's own
/// call, so that no lint takes it for a use of the user's.
fn as_use(parameter: &Ident, named: &Ident) -> Ident {
    let mut ident = parameter.clone();
    let underscored = ident.to_string().starts_with('_');
    let hygiene = if underscored { Span::call_site() } else { ident.span() };
    ident.set_span(hygiene.located_at(named.span()));
    ident
}

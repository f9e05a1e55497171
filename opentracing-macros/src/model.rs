//! What the attribute means for this function: its arguments and its signature put together, and every rule that
//! needs both.

use proc_macro2::Span;
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::{Ident, LitStr};

use crate::args::tag::Tag;
use crate::args::{Args, Given, Naming, SpanName};
use crate::errors::Errors;
use crate::function::{Function, Returns};
use crate::record::Results;
use crate::start::{Name, Runtime, Start};
use crate::tokens::hygienic;
use crate::{capture, pairs};

/// What to expand a function to.
pub(crate) struct Model {
    pub(crate) start: Start,
    pub(crate) tags: Vec<Tag>,
    pub(crate) results: Results,
    pub(crate) shape: Shape,
    pub(crate) mode: Mode,
}

/// How the span and the work are put together.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// A guard before the body.
    Guard,
    /// A guard before the body, whose value is looked at.
    Value,
    /// As `Value`; what is returned may be a future or a stream in a box.
    Probe,
    /// As `Value`; what is returned is wrapped.
    Future,
    Stream,
    /// An adapter around the body of an `async fn`.
    Async,
    /// As `Async`, made at the call.
    Eager,
    /// A span for each poll.
    PerPoll,
}

/// Whether the span is active, and what the body gets of it.
#[derive(Clone)]
pub(crate) enum Mode {
    Active,
    /// Not active; the body has it as the variable of this name.
    Inactive(Ident),
    /// Active; the body finishes it through the variable of this name.
    NoFinish(Ident),
}

/// The block a method stands in.
pub(crate) struct Owner<'a> {
    /// The name of the type, or of the trait.
    pub(crate) name: &'a str,
    /// What the attribute of the block was told.
    pub(crate) args: &'a Args,
}

impl Model {
    /// Applies every rule; finds all errors, not only the first.
    pub(crate) fn new(
        args: &Args,
        function: &Function,
        owner: Option<&Owner<'_>>,
        errors: &mut Errors,
    ) -> Self {
        if let Some(refused) = function.refused() {
            errors.push(refused);
        }
        let args = &options(args, function, owner);
        pairs::check(args, function, errors);
        let returns = function.returns();
        let shape = shape(args, function, returns);
        let (priority, tags) =
            capture::tags(args, function, errors).into_iter().partition(Tag::is_sampling_priority);
        let start = Start {
            runtime: Runtime::new(args.path.as_ref().map(|path| &path.value)),
            name: name(args, function, owner, errors),
            tracer: value(&args.tracer),
            links: args.links.clone(),
            root: args.root.as_ref().map(|_| hygienic!(true)),
            kind: value(&args.kind),
            component: value(&args.component),
            start_time: value(&args.start_time),
            priority,
            enabled: value(&args.enabled),
        };
        let results = results(args, returns, owner, errors);
        let shape = match shape {
            Shape::Guard if !results.is_empty() => Shape::Value,
            shape => shape,
        };
        Self { start, tags, results, shape, mode: mode(args) }
    }
}

fn value<T: Clone>(given: &Option<Given<T>>) -> Option<T> {
    given.as_ref().map(|given| given.value.clone())
}

/// The method's own options, with those of its block that fit it.
fn options(args: &Args, function: &Function, owner: Option<&Owner<'_>>) -> Args {
    let Some(owner) = owner else { return args.clone() };
    let mut args = args.clone().or(owner.args);
    if function.is_async() {
        args.eager = args.eager.or_else(|| owner.args.eager.clone());
        args.per_poll = args.per_poll.or_else(|| owner.args.per_poll.clone());
    }
    args
}

fn mode(args: &Args) -> Mode {
    // The name is the user's to see: it has the hygiene of the option's own token.
    match (&args.inactive, &args.no_finish) {
        (Some(given), _) => Mode::Inactive(Ident::new("span", given.at.span())),
        (None, Some(given)) => Mode::NoFinish(Ident::new("span", given.at.span())),
        (None, None) => Mode::Active,
    }
}

fn shape(args: &Args, function: &Function, returns: Returns<'_>) -> Shape {
    if function.is_async() {
        return match (&args.eager, &args.per_poll) {
            (Some(_), _) => Shape::Eager,
            (None, Some(_)) => Shape::PerPoll,
            (None, None) => Shape::Async,
        };
    }
    let says = |given: &Option<Given<bool>>| given.as_ref().map(|given| given.value);
    match (says(&args.future), says(&args.stream), returns) {
        (Some(true), _, _) => Shape::Future,
        (_, Some(true), _) => Shape::Stream,
        _ if args.inactive.is_some() => Shape::Guard,
        (None, _, Returns::Future(_)) => Shape::Future,
        (_, None, Returns::Stream(_)) => Shape::Stream,
        (None, None, Returns::Unknown(_)) => Shape::Probe,
        _ => Shape::Guard,
    }
}

/// What the span is called.
fn name(args: &Args, function: &Function, owner: Option<&Owner<'_>>, errors: &mut Errors) -> Name {
    let ident = function.sig.ident.unraw().to_string();
    let qualified = owner.map_or_else(|| ident.clone(), |owner| format!("{}::{ident}", owner.name));
    let literal = |text: &str| LitStr::new(text, Span::mixed_site().located_at(function.sig.ident.span()));
    let short = literal(&ident);
    match &args.name {
        Some(SpanName::Literal(literal)) => return Name::Fixed(literal.to_token_stream()),
        Some(SpanName::Const(path)) => return Name::Known(short.into_token_stream(), path.tokens.clone()),
        Some(SpanName::Computed(name)) => return Name::Lazy(short.into_token_stream(), name.tokens.clone()),
        None => {}
    }
    let p = Runtime::new(args.path.as_ref().map(|path| &path.value));
    match &args.naming {
        Some(Given { value: Naming::Fn, .. }) => Name::Fixed(short.into_token_stream()),
        Some(Given { value: Naming::Path, .. }) => {
            let qualified = literal(&qualified);
            Name::Fixed(hygienic!(#p::concat!(#p::module_path!(), "::", #qualified)))
        }
        Some(Given { value: Naming::Type, at }) if owner.is_none() => {
            if !function.has_receiver() {
                errors.at(at.span(), "`naming = type` needs a receiver to find the type; on the impl block it works for every function");
            }
            Name::Lazy(short.to_token_stream(), hygienic!(#p::method_name::<Self>(#short)))
        }
        _ => Name::Fixed(literal(&qualified).into_token_stream()),
    }
}

/// What is recorded of the result; on a block, only where there is one.
fn results(args: &Args, returns: Returns<'_>, owner: Option<&Owner<'_>>, errors: &mut Errors) -> Results {
    let none = returns.ty().is_none();
    let mut refuse = |at: &Ident| {
        let nothing = if matches!(returns, Returns::Never) { "never returns" } else { "returns nothing" };
        errors.at(at.span(), format!("`{at}` has nothing to record: the function {nothing}"));
    };
    if let (Some(err), true) = (&args.err, none) {
        refuse(&err.at);
    }
    if let (Some(ret), true) = (&args.ret, none) {
        refuse(&ret.at);
    }
    let inherited = owner.filter(|_| !none).map(|owner| owner.args);
    let fallible = inherited.filter(|_| returns.may_fail());
    let err = value(&args.err).or_else(|| fallible.and_then(|args| value(&args.err)));
    let ret = value(&args.ret).or_else(|| inherited.and_then(|args| value(&args.ret)));
    Results { err: err.filter(|_| !none), strict: args.err.is_some(), ret: ret.filter(|_| !none) }
}

//! What the attribute means for this function: its arguments and its signature put together, and every rule that
//! needs both.

use proc_macro2::Span;
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::{Ident, LitStr};

use crate::args::tag::Tag;
use crate::args::{Args, Capture, Given, Naming, SpanName};
use crate::errors::Errors;
use crate::function::{Function, Returns};
use crate::record::Results;
use crate::start::{Name, Runtime, Start};
use crate::suggest::hint;
use crate::tokens::{find_await, hygienic};

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
        check_pairs(args, function, errors);
        let returns = function.returns();
        let shape = shape(args, function, returns);
        let (priority, tags) = tags(args, function, errors).into_iter().partition(Tag::is_sampling_priority);
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

/// Options that exclude each other, or need another kind of function.
fn check_pairs(args: &Args, function: &Function, errors: &mut Errors) {
    fn at<T>(given: &Option<Given<T>>) -> Option<Span> {
        given.as_ref().map(|given| given.at.span())
    }
    let mut refuse = |span: Option<Span>, when: bool, message: &str| {
        if let (Some(span), true) = (span, when) {
            errors.at(span, message);
        }
    };
    let is_async = function.is_async();
    let wraps = |given: &Option<Given<bool>>| given.as_ref().is_some_and(|given| given.value);
    refuse(at(&args.naming), args.name.is_some(), "`naming` says how to make a name, but a name is given");
    refuse(
        at(&args.eager),
        !is_async,
        "`eager` is for an `async fn`: this function's body runs at the call anyway",
    );
    refuse(at(&args.per_poll), !is_async, "`per_poll` is for an `async fn`: this function is not polled");
    refuse(at(&args.per_poll), args.eager.is_some(), "`per_poll` and `eager` exclude each other");
    refuse(at(&args.future), is_async, "an `async fn` needs no `future`: what it returns is always wrapped");
    refuse(
        at(&args.stream),
        is_async,
        "`stream` is for a function that returns a stream, which an `async fn` does not",
    );
    refuse(
        at(&args.stream),
        wraps(&args.stream) && wraps(&args.future),
        "`future` and `stream` exclude each other",
    );
    refuse(at(&args.no_finish), args.inactive.is_some(), "`inactive` and `no_finish` exclude each other");
    let inactive = args.inactive.is_some();
    refuse(
        at(&args.future),
        inactive && wraps(&args.future),
        "`inactive` finishes the span at the return, so nothing is wrapped",
    );
    refuse(
        at(&args.stream),
        inactive && wraps(&args.stream),
        "`inactive` finishes the span at the return, so nothing is wrapped",
    );
    if args.per_poll.is_some() {
        const EACH: &str = "`per_poll` starts a span at every poll, when the arguments are gone: not with";
        refuse(at(&args.inactive), true, &format!("{EACH} `inactive`"));
        refuse(at(&args.no_finish), true, &format!("{EACH} `no_finish`"));
        refuse(at(&args.start_time), true, &format!("{EACH} `start_time`"));
        refuse(at(&args.tracer), true, &format!("{EACH} `tracer`"));
        refuse(args.links.first().map(|link| link.at.span()), true, &format!("{EACH} references"));
        let computed =
            args.name.as_ref().filter(|name| matches!(name, SpanName::Computed(_))).map(SpanName::span);
        refuse(computed, true, &format!("{EACH} a computed name"));
    }
    refuse(
        at(&args.skip),
        true,
        "`skip` is for a method inside of a `#[traced]` impl or trait; to leave out arguments, write `skip(a, b)`",
    );
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

/// Captured arguments, then tags, so that a tag wins over an argument of its name.
fn tags(args: &Args, function: &Function, errors: &mut Errors) -> Vec<Tag> {
    let mut tags = captured(args, function, errors);
    tags.extend(args.tags.iter().flat_map(|tags| tags.value.iter().cloned()));
    for tag in &tags {
        if let Some(span) = find_await(&tag.value.tokens) {
            errors.at(span, "tags are evaluated without waiting; await in the body, and set the tag there with `set_tags!`");
        }
    }
    tags
}

fn captured(args: &Args, function: &Function, errors: &mut Errors) -> Vec<Tag> {
    let bindings = function.bindings();
    let names = || bindings.iter().map(|binding| binding.ident.unraw().to_string()).collect::<Vec<_>>();
    let mut unknown = |ident: &Ident| {
        let hint = hint(&ident.unraw().to_string(), names().iter().map(String::as_str));
        errors.at(ident.span(), format!("this function has no argument `{ident}`{hint}"));
    };
    let left_out = args.left_out.as_ref().map(|given| given.value.as_slice()).unwrap_or_default();
    for ident in left_out {
        if !bindings.iter().any(|binding| same(&binding.ident, ident)) {
            unknown(ident);
        }
    }
    match args.args.as_ref().map(|given| &given.value) {
        Some(Capture::Named(named)) => {
            if let Some(skip) = &args.left_out {
                errors.at(
                    skip.at.span(),
                    "`skip(..)` leaves arguments out of a bare `args`; this `args` names what it takes",
                );
            }
            let mut tags = Vec::new();
            for (sign, ident) in named {
                match bindings.iter().find(|binding| same(&binding.ident, ident)) {
                    Some(binding) => {
                        tags.push(Tag::variable(&as_use(&binding.ident, ident), *sign, binding.cfgs.clone()));
                    }
                    None if ident == "self" && function.has_receiver() => {
                        tags.push(Tag::variable(ident, *sign, Vec::new()));
                    }
                    None => {
                        let hint = hint(&ident.unraw().to_string(), names().iter().map(String::as_str));
                        errors.at(ident.span(), format!("this function has no argument `{ident}`{hint}"));
                    }
                }
            }
            tags
        }
        Some(Capture::All) => {
            let taken = bindings.iter().filter(|binding| {
                let named = !binding.ident.to_string().starts_with('_');
                named && !left_out.iter().any(|ident| same(&binding.ident, ident))
            });
            let offered = |tag: Tag| Tag { lenient: true, ..tag };
            taken.map(|binding| offered(Tag::variable(&binding.ident, None, binding.cfgs.clone()))).collect()
        }
        None => {
            if let Some(skip) = &args.left_out {
                errors.at(skip.at.span(), "`skip(..)` leaves arguments out of a bare `args`, which is not given: nothing is recorded unless named");
            }
            Vec::new()
        }
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
    let inherited = owner.filter(|_| !none);
    let strict = args.err.is_some();
    Results {
        err: value(&args.err)
            .or_else(|| inherited.and_then(|owner| value(&owner.args.err)))
            .filter(|_| !none),
        strict,
        ret: value(&args.ret)
            .or_else(|| inherited.and_then(|owner| value(&owner.args.ret)))
            .filter(|_| !none),
    }
}

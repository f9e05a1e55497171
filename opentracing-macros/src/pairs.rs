//! Which options go together, and with which functions.

use proc_macro2::Span;

use crate::args::{Args, Given, SpanName};
use crate::errors::Errors;
use crate::function::Function;

/// Refuses options that exclude each other, and those that need another kind of function.
pub(crate) fn check(args: &Args, function: &Function, errors: &mut Errors) {
    check_asynchronous(args, function, errors);
    check_modes(args, errors);
    if args.per_poll.is_some() {
        check_per_poll(args, errors);
    }
    if let (Some(naming), Some(_)) = (at(&args.naming), &args.name) {
        errors.at(naming, "`naming` says how to make a name, but a name is given");
    }
    if let Some(skip) = at(&args.skip) {
        const HINT: &str = "to leave out arguments, write `skip(a, b)`";
        errors.at(skip, format!("`skip` is for a method inside of a `#[traced]` impl or trait; {HINT}"));
    }
}

fn at<T>(given: &Option<Given<T>>) -> Option<Span> {
    given.as_ref().map(|given| given.at.span())
}

/// Where an option that wraps is given, and is not `= false`.
fn wraps(given: &Option<Given<bool>>) -> Option<Span> {
    given.as_ref().filter(|given| given.value).map(|given| given.at.span())
}

fn check_asynchronous(args: &Args, function: &Function, errors: &mut Errors) {
    let mut refuse =
        |span: Option<Span>, message: &str| span.into_iter().for_each(|span| errors.at(span, message));
    if function.is_async() {
        refuse(at(&args.future), "an `async fn` needs no `future`: what it returns is always wrapped");
        refuse(
            at(&args.stream),
            "`stream` is for a function that returns a stream, which an `async fn` does not",
        );
    } else {
        refuse(at(&args.eager), "`eager` is for an `async fn`: this function's body runs at the call anyway");
        refuse(at(&args.per_poll), "`per_poll` is for an `async fn`: this function is not polled");
    }
    if args.eager.is_some() {
        refuse(at(&args.per_poll), "`per_poll` and `eager` exclude each other");
    }
    if wraps(&args.future).is_some() {
        refuse(wraps(&args.stream), "`future` and `stream` exclude each other");
    }
}

fn check_modes(args: &Args, errors: &mut Errors) {
    const WRAPS_NOTHING: &str = "`inactive` finishes the span at the return, so nothing is wrapped";
    let mut refuse =
        |span: Option<Span>, message: &str| span.into_iter().for_each(|span| errors.at(span, message));
    if args.inactive.is_some() {
        refuse(at(&args.no_finish), "`inactive` and `no_finish` exclude each other");
        refuse(wraps(&args.future), WRAPS_NOTHING);
        refuse(wraps(&args.stream), WRAPS_NOTHING);
    }
}

fn check_per_poll(args: &Args, errors: &mut Errors) {
    let mut refuse = |span: Option<Span>, what: &str| {
        const WHY: &str = "`per_poll` starts a span at every poll, when the arguments are gone";
        span.into_iter().for_each(|span| errors.at(span, format!("{WHY}: not with {what}")));
    };
    let computed = args.name.as_ref().filter(|name| matches!(name, SpanName::Computed(_)));
    refuse(at(&args.inactive), "`inactive`");
    refuse(at(&args.no_finish), "`no_finish`");
    refuse(at(&args.start_time), "`start_time`");
    refuse(at(&args.tracer), "`tracer`");
    refuse(args.links.first().map(|link| link.at.span()), "references");
    refuse(computed.map(SpanName::span), "a computed name");
}

//! The options of `#[traced(..)]`: which there are, and how each is told.

use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Error, Ident, LitStr, Token, token};

use super::tag::comma;
use super::values::{
    capture, condition, equals, err, kind, name, names, naming, ret, tag_list, value, yes_or_no,
};
use super::{Args, Given, Link, SpanName};
use crate::errors::Errors;
use crate::suggest::hint;
use crate::tokens::skip_to_comma;

/// Every option.
const OPTIONS: [&str; 22] = [
    "name",
    "naming",
    "tags",
    "args",
    "skip",
    "err",
    "ret",
    "child_of",
    "follows_from",
    "root",
    "kind",
    "component",
    "start_time",
    "tracer",
    "eager",
    "per_poll",
    "future",
    "stream",
    "inactive",
    "no_finish",
    "crate",
    "enabled",
];

/// What people write out of habit, and what to write here.
const FOREIGN: [(&str, &str); 13] = [
    ("fields", "tags are given as `tags(key = value)`"),
    ("properties", "tags are given as `tags(key = value)`"),
    ("skip_all", "arguments are recorded only where `args` or `tags` name them, so there is nothing to skip"),
    ("parent", "the parent is given as `child_of = ..`; `root` ignores the active span"),
    ("level", "spans have no level"),
    ("target", "spans have no target; `component = \"..\"` names a part of the program"),
    ("short_name", "spans are named after the function alone unless `naming = path` is given"),
    ("enter_on_poll", "write `per_poll`"),
    ("error", "write `err`"),
    ("operation_name", "write `name = ..`, or the name alone"),
    ("component_name", "write `component = ..`"),
    ("ignore_active_span", "write `root`"),
    ("finish_on_close", "write `no_finish` where the body is to finish the span"),
];

/// Reads the options to the end of the input; after an error, goes on with the next one.
pub(super) fn options(input: ParseStream<'_>, args: &mut Args, errors: &mut Errors) {
    while !input.is_empty() {
        if let Err(error) = option(input, args, errors) {
            errors.push(error);
            skip_to_comma(input);
        }
        comma(input, errors);
    }
}

fn option(input: ParseStream<'_>, args: &mut Args, errors: &mut Errors) -> syn::Result<()> {
    if input.peek(LitStr) {
        return set_name(args, SpanName::Literal(input.parse()?));
    }
    if !input.peek(Ident::peek_any) {
        return Err(
            input.error("expected a name or an option, as in `#[traced(\"load\", err, tags(key = value))]`")
        );
    }
    let at = &input.call(Ident::parse_any)?;
    match at.to_string().as_str() {
        "name" => set_name(args, name(at, input)?),
        "naming" => set(&mut args.naming, at, naming(at, input)?),
        "tags" => set(&mut args.tags, at, tag_list(at, input, errors)?),
        "args" => set(&mut args.args, at, capture(input, errors)?),
        "skip" if input.peek(token::Paren) => set(&mut args.left_out, at, names(input, errors)?),
        "skip" => flag(&mut args.skip, at, input),
        "err" => set(&mut args.err, at, err(at, input, errors)?),
        "ret" => set(&mut args.ret, at, ret(at, input, errors)?),
        "child_of" | "follows_from" => {
            args.links.push(Link { at: at.clone(), value: value(at, input)? });
            Ok(())
        }
        "root" => flag(&mut args.root, at, input),
        "kind" => {
            equals(at, input)?;
            set(&mut args.kind, at, kind(input)?)
        }
        "component" => set(&mut args.component, at, value(at, input)?),
        "start_time" => set(&mut args.start_time, at, value(at, input)?),
        "tracer" => set(&mut args.tracer, at, value(at, input)?),
        "eager" => flag(&mut args.eager, at, input),
        "per_poll" => flag(&mut args.per_poll, at, input),
        "future" => set(&mut args.future, at, yes_or_no(at, input)?),
        "stream" => set(&mut args.stream, at, yes_or_no(at, input)?),
        "inactive" => flag(&mut args.inactive, at, input),
        "no_finish" => flag(&mut args.no_finish, at, input),
        "crate" => {
            equals(at, input)?;
            set(&mut args.path, at, input.call(syn::Path::parse_mod_style)?)
        }
        "enabled" => set(&mut args.enabled, at, condition(at, input)?),
        _ => Err(unknown(at)),
    }
}

fn unknown(at: &Ident) -> Error {
    let word = at.to_string();
    let known = FOREIGN.iter().find(|(foreign, _)| *foreign == word);
    let advice = known.map_or_else(|| hint(&word, OPTIONS), |(_, advice)| format!("; {advice}"));
    Error::new(at.span(), format!("`{word}` is no option of `#[traced]`{advice}"))
}

/// Notes an option; the second time it is an error, at the second token.
fn set<T>(slot: &mut Option<Given<T>>, at: &Ident, value: T) -> syn::Result<()> {
    if slot.is_some() {
        return Err(Error::new(at.span(), format!("`{at}` is given twice")));
    }
    *slot = Some(Given { at: at.clone(), value });
    Ok(())
}

fn set_name(args: &mut Args, name: SpanName) -> syn::Result<()> {
    if args.name.is_some() {
        return Err(Error::new(name.span(), "the name is given twice"));
    }
    if matches!(&name, SpanName::Literal(literal) if literal.value().is_empty()) {
        return Err(Error::new(name.span(), "an operation needs a name"));
    }
    args.name = Some(name);
    Ok(())
}

fn flag(slot: &mut Option<Given<()>>, at: &Ident, input: ParseStream<'_>) -> syn::Result<()> {
    if !input.is_empty() && !input.peek(Token![,]) {
        return Err(input.error(format!("`{at}` takes no value")));
    }
    set(slot, at, ())
}

//! The values that options take.

use proc_macro2::{Span, TokenStream};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{Error, Expr, ExprLit, Ident, Lit, Token, braced, bracketed, parenthesized, token};

use super::tag::{Sign, Tag, comma, tags};
use super::{Capture, Condition, ErrOption, Naming, RetOption, SpanName};
use crate::errors::Errors;
use crate::suggest::hint;
use crate::tokens::{Written, skip_to_comma};

/// Passes over the `=` of `option = value`.
pub(super) fn equals(at: &Ident, input: ParseStream<'_>) -> syn::Result<()> {
    if !input.peek(Token![=]) || input.peek(Token![==]) {
        let span = if at_end(input) { at.span() } else { input.span() };
        return Err(Error::new(span, format!("write `{at} = ..`")));
    }
    let equals: Token![=] = input.parse()?;
    if at_end(input) {
        return Err(Error::new(equals.span, format!("`{at}` needs a value")));
    }
    Ok(())
}

fn at_end(input: ParseStream<'_>) -> bool {
    input.is_empty() || input.peek(Token![,])
}

/// `option = expression`.
pub(super) fn value(at: &Ident, input: ParseStream<'_>) -> syn::Result<Written> {
    equals(at, input)?;
    Written::parse(input)
}

/// `name = expression`.
pub(super) fn name(at: &Ident, input: ParseStream<'_>) -> syn::Result<SpanName> {
    equals(at, input)?;
    let expression = input.fork().parse::<Expr>()?;
    let written = Written::parse(input)?;
    Ok(match expression {
        Expr::Lit(ExprLit { lit: Lit::Str(literal), .. }) => SpanName::Literal(literal),
        Expr::Path(path) if path.path.segments.last().is_some_and(|last| is_screaming(&last.ident)) => {
            SpanName::Const(written)
        }
        _ => SpanName::Computed(written),
    })
}

/// Written as constants are.
fn is_screaming(ident: &Ident) -> bool {
    let name = ident.to_string();
    name.chars().any(char::is_uppercase) && !name.chars().any(char::is_lowercase)
}

/// `naming = fn | type | path`.
pub(super) fn naming(at: &Ident, input: ParseStream<'_>) -> syn::Result<Naming> {
    const NAMINGS: &str = "expected `naming = fn`, `naming = type` or `naming = path`";
    equals(at, input)?;
    let word = input.call(Ident::parse_any).map_err(|error| Error::new(error.span(), NAMINGS))?;
    match word.to_string().as_str() {
        "fn" => Ok(Naming::Fn),
        "type" => Ok(Naming::Type),
        "path" => Ok(Naming::Path),
        _ => Err(Error::new(word.span(), NAMINGS)),
    }
}

/// The side of a call or message.
pub(crate) fn kind(input: ParseStream<'_>) -> syn::Result<Ident> {
    const KINDS: [&str; 4] = ["server", "client", "producer", "consumer"];
    let expected = || format!("expected `{}`", KINDS.join("`, `"));
    let word = input.call(Ident::parse_any).map_err(|error| Error::new(error.span(), expected()))?;
    if KINDS.iter().any(|kind| word == kind) {
        return Ok(word);
    }
    Err(Error::new(word.span(), format!("{}{}", expected(), hint(&word.to_string(), KINDS))))
}

/// `tags(..)`, `tags = { .. }`, `tags = [ .. ]`.
pub(super) fn tag_list(at: &Ident, input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<Vec<Tag>> {
    const FORMS: &str = "write `tags(key = value)`, `tags = { key = value }` or `tags = [ key = value ]`";
    let refused = |span: Span| Err(Error::new(span, FORMS));
    let content;
    if input.peek(token::Paren) {
        parenthesized!(content in input);
    } else if input.peek(Token![=]) && !input.peek(Token![==]) {
        let equals: Token![=] = input.parse()?;
        if input.peek(token::Brace) {
            braced!(content in input);
        } else if input.peek(token::Bracket) {
            bracketed!(content in input);
        } else {
            return refused(if at_end(input) { equals.span } else { input.span() });
        }
    } else {
        return refused(if at_end(input) { at.span() } else { input.span() });
    }
    Ok(tags(&content, errors))
}

/// `args`, `args(a, ?b, %c)`.
pub(super) fn capture(input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<Capture> {
    if !input.peek(token::Paren) {
        return alone(input, "args(a, ?b, %c)").map(|()| Capture::All);
    }
    let content;
    parenthesized!(content in input);
    let mut named = Vec::new();
    while !content.is_empty() {
        let sign = Sign::parse(&content);
        if content.peek(Ident::peek_any) {
            named.push((sign, content.call(Ident::parse_any)?));
        } else {
            errors
                .push(content.error("expected the name of an argument: `a`, `%a` (Display) or `?a` (Debug)"));
            skip_to_comma(&content);
        }
        comma(&content, errors);
    }
    Ok(Capture::Named(named))
}

/// `skip(a, b)`.
pub(super) fn names(input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<Vec<Ident>> {
    let content;
    parenthesized!(content in input);
    let mut names = Vec::new();
    while !content.is_empty() {
        if content.peek(Ident::peek_any) {
            names.push(content.call(Ident::parse_any)?);
        } else {
            errors.push(content.error("expected the name of an argument"));
            skip_to_comma(&content);
        }
        comma(&content, errors);
    }
    Ok(names)
}

/// Nothing more of this option may follow; `form` is the longer form it has.
fn alone(input: ParseStream<'_>, form: &str) -> syn::Result<()> {
    if at_end(input) { Ok(()) } else { Err(input.error(format!("expected `,`, or the form `{form}`"))) }
}

/// `err`, `err(% or ?, name = "..", if = path)`.
pub(super) fn err(at: &Ident, input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<ErrOption> {
    let mut option = ErrOption { at: at.span(), sign: None, name: None, condition: None };
    if !input.peek(token::Paren) {
        return alone(input, "err(%, name = \"..\", if = path)").map(|()| option);
    }
    let content;
    parenthesized!(content in input);
    parts(&content, errors, |part, input, _| match part {
        Part::Sign(sign, at) => once(&mut option.sign, sign, at),
        Part::Word(at) if at == "name" => once(&mut option.name, value(at, input)?, at.span()),
        Part::Word(at) if at == "if" => once(&mut option.condition, value(at, input)?, at.span()),
        Part::Word(at) => Err(unknown_part(at, "err", ["name", "if"])),
    });
    Ok(option)
}

/// `ret`, `ret(% or ?, name = "..")`, `ret(tags(status = ret.status()))`.
pub(super) fn ret(at: &Ident, input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<RetOption> {
    let mut option = RetOption { at: Some(at.clone()), ..RetOption::default() };
    if !input.peek(token::Paren) {
        return alone(input, "ret(%, name = \"..\", tags(..))").map(|()| option);
    }
    let content;
    parenthesized!(content in input);
    parts(&content, errors, |part, input, errors| match part {
        Part::Sign(sign, at) => once(&mut option.sign, sign, at),
        Part::Word(at) if at == "name" => once(&mut option.name, value(at, input)?, at.span()),
        Part::Word(at) if at == "tags" => once(&mut option.tags, tag_list(at, input, errors)?, at.span()),
        Part::Word(at) => Err(unknown_part(at, "ret", ["name", "tags"])),
    });
    Ok(option)
}

/// One of the parts of `err(..)` or `ret(..)`.
enum Part<'a> {
    Sign(Sign, Span),
    Word(&'a Ident),
}

fn parts(
    input: ParseStream<'_>,
    errors: &mut Errors,
    mut read: impl FnMut(Part<'_>, ParseStream<'_>, &mut Errors) -> syn::Result<()>,
) {
    while !input.is_empty() {
        let at = input.span();
        let result = match Sign::parse(input) {
            Some(sign) => read(Part::Sign(sign, at), input, errors),
            None => match input.call(Ident::parse_any) {
                Ok(word) => read(Part::Word(&word), input, errors),
                Err(_) => Err(input.error("expected `%`, `?` or `name = ..`")),
            },
        };
        if let Err(error) = result {
            errors.push(error);
            skip_to_comma(input);
        }
        comma(input, errors);
    }
}

fn once<T>(slot: &mut Option<T>, value: T, at: Span) -> syn::Result<()> {
    if slot.is_some() {
        return Err(Error::new(at, "this is given twice"));
    }
    *slot = Some(value);
    Ok(())
}

fn unknown_part(at: &Ident, option: &str, known: [&'static str; 2]) -> Error {
    let hint = hint(&at.to_string(), known);
    Error::new(
        at.span(),
        format!("`{option}` takes `%`, `?`, `{}` and `{}`, not `{at}`{hint}", known[0], known[1]),
    )
}

/// `future`, `future = false`.
pub(super) fn yes_or_no(at: &Ident, input: ParseStream<'_>) -> syn::Result<bool> {
    if at_end(input) {
        return Ok(true);
    }
    equals(at, input)?;
    let refused = |error: Error| Error::new(error.span(), format!("write `{at}` or `{at} = false`"));
    input.parse::<syn::LitBool>().map(|value| value.value).map_err(refused)
}

/// `enabled = cfg(feature = "x")`, `enabled = CONST`.
pub(super) fn condition(at: &Ident, input: ParseStream<'_>) -> syn::Result<Condition> {
    equals(at, input)?;
    let ahead = input.fork();
    if ahead.parse::<Ident>().is_ok_and(|word| word == "cfg") && ahead.peek(token::Paren) {
        let _cfg: Ident = input.parse()?;
        let content;
        parenthesized!(content in input);
        return TokenStream::parse(&content).map(Condition::Cfg);
    }
    Written::parse(input).map(Condition::Const)
}

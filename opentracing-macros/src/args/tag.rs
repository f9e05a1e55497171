//! The grammar of tags, one for all macros:
//!
//! ```text
//! tag   := key [ "=" [sign] expr ]  |  sign path
//! key   := ident ("." ident)*  |  "string literal"  |  { const_expr }
//! sign  := "%" (Display) | "?" (Debug)
//! ```

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::punctuated::Punctuated;
use syn::{Attribute, Error, Ident, LitStr, Token, braced, token};

use crate::errors::Errors;
use crate::tokens::{Written, between, skip_to_comma};

/// A key and the expression of its value.
#[derive(Clone)]
pub(crate) struct Tag {
    pub(crate) key: Key,
    pub(crate) sign: Option<Sign>,
    pub(crate) value: Written,
    /// `#[cfg]`s of the parameter that is captured.
    pub(crate) cfgs: Vec<Attribute>,
    /// Records what the value's type offers, instead of asking for a tag value.
    pub(crate) lenient: bool,
}

/// How a tag is named.
#[derive(Clone)]
pub(crate) enum Key {
    Literal(LitStr),
    Const(TokenStream),
}

impl ToTokens for Key {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Key::Literal(literal) => literal.to_tokens(tokens),
            Key::Const(path) => path.to_tokens(tokens),
        }
    }
}

/// By which trait a value is written as text.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sign {
    Display,
    Debug,
}

impl Sign {
    pub(crate) fn parse(input: ParseStream<'_>) -> Option<Self> {
        if input.parse::<Option<Token![%]>>().ok().flatten().is_some() {
            return Some(Sign::Display);
        }
        input.parse::<Option<Token![?]>>().ok().flatten().map(|_| Sign::Debug)
    }

    /// As it is written.
    pub(crate) fn mark(self) -> char {
        match self {
            Sign::Display => '%',
            Sign::Debug => '?',
        }
    }
}

const TAG_FORMS: &str = "expected a tag: `key = value`, `\"key\" = value`, `{CONST} = value`, or a variable: `x`, `%x` (Display), `?x` (Debug)";

impl Tag {
    /// A variable, under its own name.
    pub(crate) fn variable(ident: &Ident, sign: Option<Sign>, cfgs: Vec<Attribute>) -> Self {
        let key = LitStr::new(&ident.unraw().to_string(), Span::mixed_site().located_at(ident.span()));
        let value = Written::new(ident.to_token_stream());
        Self { key: Key::Literal(key), sign, value, cfgs, lenient: false }
    }

    /// Reads one tag.
    pub(crate) fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if let Some(sign) = Sign::parse(input) {
            return Path::parse(input)?.shorthand(Some(sign), input);
        }
        if input.peek(LitStr) {
            let key: LitStr = input.parse()?;
            return Self::with_value(Key::Literal(key), input);
        }
        if input.peek(token::Brace) {
            let content;
            let brace = braced!(content in input);
            let key: TokenStream = content.parse()?;
            if key.is_empty() {
                return Err(Error::new(
                    brace.span.join(),
                    "expected a constant in the braces: `{CONST} = value`",
                ));
            }
            return Self::with_value(Key::Const(key), input);
        }
        if !input.peek(Ident::peek_any) {
            return Err(input.error(TAG_FORMS));
        }
        let path = Path::parse(input)?;
        if input.peek(Token![=]) && !input.peek(Token![=>]) {
            return Self::with_value(Key::Literal(path.key()), input);
        }
        path.shorthand(None, input)
    }

    fn with_value(key: Key, input: ParseStream<'_>) -> syn::Result<Self> {
        if input.peek(Token![==]) {
            return Err(input.error("expected one `=` between key and value"));
        }
        if input.peek(Token![:]) {
            return Err(input.error("expected `=` between key and value"));
        }
        if !input.peek(Token![=]) || input.peek(Token![=>]) {
            return Err(input.error("this key needs a value: write `key = value`"));
        }
        let equals: Token![=] = input.parse()?;
        let sign = Sign::parse(input);
        if input.is_empty() || input.peek(Token![,]) {
            return Err(Error::new(equals.span, "expected a value after `=`"));
        }
        Ok(Self { key, sign, value: Written::parse(input)?, cfgs: Vec::new(), lenient: false })
    }

    /// Whether this is the tag that the sampler acts on.
    pub(crate) fn is_sampling_priority(&self) -> bool {
        match &self.key {
            Key::Literal(literal) => literal.value() == "sampling.priority",
            Key::Const(path) => {
                path.clone().into_iter().last().is_some_and(|last| last.to_string() == "SAMPLING_PRIORITY")
            }
        }
    }
}

/// A name, or fields of it: `user.id`.
struct Path {
    idents: Punctuated<Ident, Token![.]>,
    tokens: TokenStream,
}

impl Path {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let begin = input.cursor();
        let mut idents = Punctuated::new();
        if !input.peek(Ident::peek_any) {
            return Err(
                input.error("expected the name of a variable; anything longer needs a key: `key = %value`")
            );
        }
        idents.push_value(input.call(Ident::parse_any)?);
        while input.peek(Token![.]) && !input.peek(Token![..]) {
            idents.push_punct(input.parse()?);
            if !input.peek(Ident::peek_any) {
                return Err(
                    input.error("expected a name after the dot; anything else needs a key: `key = value`")
                );
            }
            idents.push_value(input.call(Ident::parse_any)?);
        }
        Ok(Self { idents, tokens: between(begin, input.cursor()) })
    }

    fn key(&self) -> LitStr {
        let names: Vec<_> = self.idents.iter().map(|ident| ident.unraw().to_string()).collect();
        LitStr::new(&names.join("."), Span::mixed_site().located_at(self.span()))
    }

    fn span(&self) -> Span {
        self.idents.first().map_or_else(Span::call_site, Ident::span)
    }

    /// The variable of this name; what follows must be the next tag.
    fn shorthand(self, sign: Option<Sign>, input: ParseStream<'_>) -> syn::Result<Tag> {
        let mark = sign.map(|sign| sign.mark().to_string()).unwrap_or_default();
        if input.peek(Token![::]) {
            return Err(input.error("a constant as a key goes in braces: `{path::CONST} = value`"));
        }
        if input.peek(Token![:]) {
            return Err(input.error("expected `=` between key and value"));
        }
        if !input.is_empty() && !input.peek(Token![,]) && !input.peek(Token![=>]) && !input.peek(Token![;]) {
            let message =
                format!("expected `,`; anything longer than a name needs a key: `key = {mark}value`");
            return Err(input.error(message));
        }
        let keyword =
            |ident: &&Ident| *ident != "self" && syn::parse_str::<Ident>(&ident.to_string()).is_err();
        if let Some(ident) = self.idents.iter().find(keyword) {
            let message = format!("`{ident}` is a keyword, so no variable; write `{ident} = {mark}value`");
            return Err(Error::new(ident.span(), message));
        }
        Ok(Tag {
            key: Key::Literal(self.key()),
            sign,
            value: Written::new(self.tokens),
            cfgs: Vec::new(),
            lenient: false,
        })
    }
}

/// Reads tags separated by commas, up to `=>` or the end of the input; after an error, goes on with the next one.
pub(crate) fn tags(input: ParseStream<'_>, errors: &mut Errors) -> Vec<Tag> {
    let mut tags = Vec::new();
    while !input.is_empty() && !input.peek(Token![=>]) {
        match Tag::parse(input) {
            Ok(tag) => tags.push(tag),
            Err(error) => {
                errors.push(error);
                skip_to_comma(input);
            }
        }
        comma(input, errors);
    }
    tags
}

/// Passes over the comma between two of a list; anything else is an error.
pub(crate) fn comma(input: ParseStream<'_>, errors: &mut Errors) {
    if input.is_empty()
        || input.peek(Token![=>])
        || input.parse::<Option<Token![,]>>().ok().flatten().is_some()
    {
        return;
    }
    errors.push(input.error("expected `,`"));
    skip_to_comma(input);
    let _comma = input.parse::<Option<Token![,]>>();
}

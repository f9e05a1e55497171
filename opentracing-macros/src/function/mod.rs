//! The function under the attribute: its signature parsed, its body left as it was written.

mod arguments;
mod output;

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Error, LitStr, Signature, Token, Visibility};

use crate::tokens::between;
pub(crate) use arguments::{Binding, Moved, Uses, moved_into_block};
pub(crate) use output::{Returns, erased};

/// A function with a body.
pub(crate) struct Function {
    pub(crate) attrs: Vec<Attribute>,
    /// Visibility and modifiers, as they were written.
    pub(crate) before: TokenStream,
    pub(crate) sig: Signature,
    /// The signature as it was written.
    pub(crate) written: TokenStream,
    pub(crate) body: Body,
}

/// The body of a function.
pub(crate) struct Body {
    /// `#![..]` at its top: they belong to the function, its parameters included.
    pub(crate) inner_attributes: TokenStream,
    /// The rest, between the user's own braces.
    pub(crate) block: Group,
    /// All of it, as it was written.
    pub(crate) whole: Group,
}

/// What an attribute on a function may find.
pub(crate) enum Declared {
    Function(Box<Function>),
    /// A signature that ends in `;`.
    Declaration {
        semicolon: Token![;],
    },
}

impl Parse for Declared {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attrs = input.call(Attribute::parse_outer)?;
        let begin = input.cursor();
        let _visibility: Visibility = input.parse()?;
        skip_default(input)?;
        let before = between(begin, input.cursor());

        let begin = input.cursor();
        let sig: Signature = input.parse()?;
        let written = between(begin, input.cursor());
        if input.peek(Token![;]) {
            return Ok(Declared::Declaration { semicolon: input.parse()? });
        }
        let body = Body::new(block(input)?);
        Ok(Declared::Function(Box::new(Function { attrs, before, sig, written, body })))
    }
}

/// What kind of item begins here.
pub(crate) enum Ahead {
    Function,
    /// An impl block or a trait.
    Block,
    Other,
}

impl Ahead {
    /// Looks past attributes, visibility and qualifiers; reads nothing.
    pub(crate) fn of(input: ParseStream<'_>) -> Self {
        let ahead = input.fork();
        if ahead.call(Attribute::parse_outer).is_err() || ahead.parse::<Visibility>().is_err() {
            return Ahead::Other;
        }
        loop {
            if ahead.peek(Token![fn]) {
                return Ahead::Function;
            }
            if ahead.peek(Token![impl]) || ahead.peek(Token![trait]) {
                return Ahead::Block;
            }
            let is_qualifier = ahead.peek(Token![unsafe])
                || ahead.peek(Token![async])
                || ahead.peek(Token![const])
                || ahead.peek(Token![extern])
                || ahead.peek(Token![default])
                || ahead.peek(Token![auto])
                || ahead.peek(LitStr);
            if !is_qualifier || ahead.parse::<TokenTree>().is_err() {
                return Ahead::Other;
            }
        }
    }
}

/// Passes over the `default` of a specialized method.
fn skip_default(input: ParseStream<'_>) -> syn::Result<()> {
    if input.peek(Token![default]) {
        let _default: Token![default] = input.parse()?;
    }
    Ok(())
}

/// A block, which `macro_rules!` may have put between invisible delimiters.
fn block(input: ParseStream<'_>) -> syn::Result<Group> {
    input.step(|cursor| match cursor.token_tree() {
        Some((TokenTree::Group(group), rest)) => match visible(group) {
            Some(block) if block.delimiter() == Delimiter::Brace => Ok((block, rest)),
            _ => Err(cursor.error("expected the function's body")),
        },
        _ => Err(cursor.error("expected the function's body")),
    })
}

fn visible(group: Group) -> Option<Group> {
    if group.delimiter() != Delimiter::None {
        return Some(group);
    }
    match group.stream().into_iter().next()? {
        TokenTree::Group(inner) => visible(inner),
        _ => None,
    }
}

impl Body {
    fn new(block: Group) -> Self {
        let tokens: Vec<TokenTree> = block.stream().into_iter().collect();
        let is_inner_attribute = |tokens: &[TokenTree]| {
            matches!(
                tokens,
                [TokenTree::Punct(hash), TokenTree::Punct(bang), TokenTree::Group(group), ..]
                    if hash.as_char() == '#' && bang.as_char() == '!' && group.delimiter() == Delimiter::Bracket
            )
        };
        let mut end = 0;
        while is_inner_attribute(&tokens[end..]) {
            end += 3;
        }
        if end == 0 {
            return Self { inner_attributes: TokenStream::new(), whole: block.clone(), block };
        }
        let mut rest = Group::new(Delimiter::Brace, tokens[end..].iter().cloned().collect());
        rest.set_span(block.span());
        Self { inner_attributes: tokens[..end].iter().cloned().collect(), block: rest, whole: block }
    }
}

impl Function {
    pub(crate) fn is_async(&self) -> bool {
        self.sig.asyncness.is_some()
    }

    /// Whether an attribute of this name stands on the function, under `cfg_attr` too.
    pub(crate) fn has_attribute(&self, name: &str) -> bool {
        self.attrs.iter().any(|attribute| {
            attribute.path().segments.last().is_some_and(|last| last.ident == name)
                || attribute.path().is_ident("cfg_attr")
                    && attribute
                        .meta
                        .require_list()
                        .is_ok_and(|list| crate::tokens::mentions(&list.tokens, name))
        })
    }

    /// Whether the function has a receiver: `self` in some form.
    pub(crate) fn has_receiver(&self) -> bool {
        self.sig.receiver().is_some()
    }

    pub(crate) fn returns(&self) -> Returns<'_> {
        Returns::of(&self.sig)
    }

    /// Refuses what has no body of Rust to trace, or none at run time.
    pub(crate) fn refused(&self) -> Option<Error> {
        if let Some(constness) = self.sig.constness {
            let message =
                "a `const fn` cannot be traced: it may run in the compiler, where nothing is measured";
            return Some(Error::new(constness.span, message));
        }
        let naked = |attribute: &&Attribute| {
            attribute.path().is_ident("naked")
                || attribute.meta.require_list().is_ok_and(|list| {
                    attribute.path().is_ident("unsafe") && crate::tokens::mentions(&list.tokens, "naked")
                })
        };
        let naked = self.attrs.iter().find(naked)?;
        Some(Error::new_spanned(naked, "a naked function is assembly and cannot be traced"))
    }
}

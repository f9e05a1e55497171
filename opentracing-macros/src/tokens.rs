//! Small helpers on tokens.

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::Expr;
use syn::buffer::Cursor;
use syn::parse::ParseStream;

/// As `quote!`, with spans that resolve local names where the macro is defined: nothing of the user's can be
/// captured by them, and they capture nothing of the user's.
macro_rules! hygienic {
    ($($tokens:tt)*) => {
        ::quote::quote_spanned!(::proc_macro2::Span::mixed_site()=> $($tokens)*)
    };
}
pub(crate) use hygienic;

/// An expression of the user: its tokens as they were written.
#[derive(Clone)]
pub(crate) struct Written {
    pub(crate) tokens: TokenStream,
    /// Binds less tightly than `&`: needs parentheses to be borrowed.
    loose: bool,
}

impl Written {
    /// Reads an expression and keeps its tokens.
    pub(crate) fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let begin = input.cursor();
        let expression: Expr = input.parse()?;
        let loose = matches!(
            expression,
            Expr::Assign(_)
                | Expr::Binary(_)
                | Expr::Cast(_)
                | Expr::Closure(_)
                | Expr::Range(_)
                | Expr::Break(_)
                | Expr::Return(_)
                | Expr::Yield(_)
        );
        Ok(Self { tokens: between(begin, input.cursor()), loose })
    }

    pub(crate) fn new(tokens: TokenStream) -> Self {
        Self { tokens, loose: false }
    }

    pub(crate) fn span(&self) -> Span {
        first_span(&self.tokens)
    }

    /// `&` the expression. An error about its type points at the expression.
    pub(crate) fn borrowed(&self) -> TokenStream {
        let tokens = &self.tokens;
        let here = Span::mixed_site().located_at(self.span());
        if self.loose {
            quote::quote_spanned!(here=> &(#tokens))
        } else {
            quote::quote_spanned!(here=> &#tokens)
        }
    }
}

/// The same tokens at another place, for errors to point at.
pub(crate) fn placed(tokens: &TokenStream, at: Span) -> TokenStream {
    let place = |mut token: TokenTree| {
        token.set_span(token.span().located_at(at));
        token
    };
    tokens.clone().into_iter().map(place).collect()
}

/// The tokens from one place to another of the same buffer.
pub(crate) fn between(begin: Cursor<'_>, end: Cursor<'_>) -> TokenStream {
    let mut tokens = TokenStream::new();
    let mut cursor = begin;
    while cursor != end {
        let Some((token, next)) = cursor.token_tree() else { break };
        tokens.extend([token]);
        cursor = next;
    }
    tokens
}

/// Where tokens begin.
pub(crate) fn first_span(tokens: &TokenStream) -> Span {
    tokens.clone().into_iter().next().map_or_else(Span::call_site, |token| token.span())
}

/// Whether a name occurs among tokens, however deep: as an identifier that is no field or method, or in a
/// string literal, since a format string can capture it.
pub(crate) fn mentions(tokens: &TokenStream, name: &str) -> bool {
    let mut after_dot = false;
    for token in tokens.clone() {
        let found = match &token {
            TokenTree::Group(group) => mentions(&group.stream(), name),
            TokenTree::Ident(ident) => !after_dot && *ident == name,
            TokenTree::Literal(literal) => {
                let literal = literal.to_string();
                literal.contains('"') && literal.contains(name.trim_start_matches("r#"))
            }
            TokenTree::Punct(_) => false,
        };
        if found {
            return true;
        }
        // `..name` is a range or a rest, not a field.
        let dot = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == '.');
        after_dot = dot && !after_dot;
    }
    false
}

/// The first `.await` among tokens, however deep.
pub(crate) fn find_await(tokens: &TokenStream) -> Option<Span> {
    tokens.clone().into_iter().find_map(|token| match token {
        TokenTree::Group(group) => find_await(&group.stream()),
        TokenTree::Ident(ident) if ident == "await" => Some(ident.span()),
        _ => None,
    })
}

/// An error at the next token, or for the whole call where there is none.
pub(crate) fn expected(input: ParseStream<'_>, message: impl std::fmt::Display) -> syn::Error {
    let span = if input.is_empty() { Span::call_site() } else { input.span() };
    syn::Error::new(span, message)
}

/// Passes over what could not be read, up to the next comma of this level.
pub(crate) fn skip_to_comma(input: ParseStream<'_>) {
    while !input.is_empty() && !input.peek(syn::Token![,]) && !input.peek(syn::Token![=>]) {
        if input.parse::<TokenTree>().is_err() {
            return;
        }
    }
}

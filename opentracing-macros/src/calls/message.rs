//! Text with arguments in it: names of spans and messages of logs.

use syn::{Error, LitStr};

/// What a literal says.
pub(super) enum Text {
    /// Itself, once its braces are no longer doubled.
    Plain(LitStr),
    /// A format string.
    Format(LitStr),
}

impl Text {
    /// Finds the arguments in a literal. They have to be named in it: what follows the literal are fields.
    pub(super) fn of(literal: LitStr) -> syn::Result<Self> {
        let text = literal.value();
        let mut plain = String::with_capacity(text.len());
        let mut is_format = false;
        let mut rest = text.chars().peekable();
        while let Some(letter) = rest.next() {
            if letter == '}' {
                // A lone one is `format_args!`'s to refuse.
                is_format |= rest.next_if_eq(&'}').is_none();
            } else if letter == '{' && rest.next_if_eq(&'{').is_none() {
                is_format = true;
                if rest.peek().is_none_or(|next| matches!(next, '}' | ':') || next.is_ascii_digit()) {
                    let message = "name the argument in the braces: `{x}`, `{x:?}`";
                    return Err(Error::new(literal.span(), message));
                }
            }
            plain.push(letter);
        }
        if is_format {
            return Ok(Text::Format(literal));
        }
        Ok(Text::Plain(LitStr::new(&plain, literal.span())))
    }
}

//! `#[traced]` switched off by the feature: the item as it was written.

use proc_macro2::{Span, TokenStream};
use syn::Ident;

use crate::args::{Args, Condition, Given};
use crate::errors::Errors;
use crate::fallback::with_errors;
use crate::tokens::{Written, hygienic};
use crate::traced;

/// Leaves the item alone; errors in the arguments are still told.
pub(crate) fn attribute(told: &TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let mut args = Args::parse(told.clone(), &mut errors);
    if args.inactive.is_none() && args.no_finish.is_none() {
        return with_errors(item, &errors);
    }
    // The body uses a span, so it gets one that does nothing.
    let never = Condition::Const(Written::new(hygienic!(false)));
    args.enabled = Some(Given { at: Ident::new("enabled", Span::mixed_site()), value: never });
    traced::expand(&args, told, item, errors)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expanded(told: &str, item: &str) -> String {
        attribute(&told.parse().unwrap(), item.parse().unwrap()).to_string()
    }

    #[test]
    fn an_item_comes_back_as_it_was_written() {
        let function: TokenStream =
            "#[doc = \"x\"] async fn f(mut a: u8, _: String) -> u8 { a += 1; a }".parse().unwrap();
        assert_eq!(expanded("err, ret, args, eager", &function.to_string()), function.to_string());
        let block: TokenStream = "impl S { #[traced(skip)] fn f(&self) {} }".parse().unwrap();
        assert_eq!(expanded("", &block.to_string()), block.to_string());
    }

    #[test]
    fn errors_are_still_told() {
        assert!(expanded("errr", "fn f() {}").contains("did you mean `err`?"));
    }

    #[test]
    fn a_body_that_uses_the_span_still_has_one() {
        let expanded = expanded("inactive", "fn f() { span . finish () ; }");
        assert!(expanded.contains("if false") && expanded.contains("let span ="), "{expanded}");
    }
}

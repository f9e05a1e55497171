//! `func_name!` and `func_path!`.

use proc_macro2::TokenStream;
use quote::format_ident;

use super::call;
use super::settings::Settings;
use crate::tokens::hygienic;

/// Expands `func_name!`.
pub(crate) fn func_name(tokens: TokenStream) -> TokenStream {
    expand(tokens, "func_name")
}

/// Expands `func_path!`.
pub(crate) fn func_path(tokens: TokenStream) -> TokenStream {
    expand(tokens, "func_path")
}

fn expand(tokens: TokenStream, name: &str) -> TokenStream {
    call(tokens, |input, errors| {
        let settings = Settings::parse(input, name, &["crate"], errors);
        if !input.is_empty() {
            return Err(input.error(format!("`{name}!` takes no arguments")));
        }
        let (p, function) = (settings.runtime(), format_ident!("{name}"));
        Ok(hygienic!({ fn __ot_here() {} #p::#function(&__ot_here) }))
    })
}

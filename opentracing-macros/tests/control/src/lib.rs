//! Attributes that take the place of `#[traced(..)]` where a traced function is compared with the function as it
//! was written.

use proc_macro::TokenStream;

/// The item as it was written.
#[proc_macro_attribute]
pub fn untraced(_told: TokenStream, item: TokenStream) -> TokenStream {
    item
}

/// `#[traced]` without its options.
#[proc_macro_attribute]
pub fn bare(_told: TokenStream, item: TokenStream) -> TokenStream {
    let mut tokens: TokenStream = "#[::opentracing::traced]".parse().unwrap_or_default();
    tokens.extend(item);
    tokens
}

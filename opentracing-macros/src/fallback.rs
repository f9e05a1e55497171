//! What is emitted when something is wrong: the item as it was written, and the errors beside it, so that an
//! editor keeps its completions and the compiler its other messages.

use proc_macro2::TokenStream;

use crate::errors::Errors;

/// The item, and the errors.
pub(crate) fn with_errors(item: TokenStream, errors: &Errors) -> TokenStream {
    let mut tokens = item;
    tokens.extend(errors.tokens());
    tokens
}

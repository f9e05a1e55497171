//! The macros.
mod args;
mod block;
mod calls;
mod errors;
mod expand;
mod fallback;
mod function;
mod model;
mod record;
#[cfg(test)]
mod snapshots;
mod start;
mod suggest;
mod tokens;
mod traced;

use proc_macro::TokenStream;

/// x
#[proc_macro_attribute]
pub fn traced(told: TokenStream, item: TokenStream) -> TokenStream {
    traced::attribute(told.into(), item.into()).into()
}
macro_rules! calls {
    ($($name:ident)*) => {$(
        /// x
        #[proc_macro]
        pub fn $name(tokens: TokenStream) -> TokenStream {
            calls::$name(tokens.into()).into()
        }
    )*};
}
calls!(span active_span log set_tags set_baggage fail inject extract func_name func_path);

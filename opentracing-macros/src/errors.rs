//! The errors of one macro call, collected so that all are seen at once.

use proc_macro2::{Span, TokenStream};
use syn::Error;

#[derive(Default)]
pub(crate) struct Errors {
    errors: Vec<Error>,
}

impl Errors {
    /// Notes what is wrong, and where.
    pub(crate) fn at(&mut self, span: Span, message: impl std::fmt::Display) {
        self.errors.push(Error::new(span, message));
    }

    pub(crate) fn push(&mut self, error: Error) {
        self.errors.push(error);
    }

    /// Keeps an error; gives what there is otherwise.
    pub(crate) fn keep<T>(&mut self, result: syn::Result<T>) -> Option<T> {
        result.map_err(|error| self.push(error)).ok()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.errors.is_empty()
    }

    /// One `compile_error!` for each.
    pub(crate) fn tokens(&self) -> TokenStream {
        self.errors.iter().map(Error::to_compile_error).collect()
    }
}

//! The exits of a body: whether there are any, and the body of a `#[track_caller]` function as an expression, in
//! which every exit becomes a `break` out of a labelled block, so that no closure comes between the caller and
//! what panics.

use proc_macro2::{Spacing, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::visit_mut::{VisitMut, visit_expr_mut};
use syn::{Block, Expr, Item, Lifetime, Macro, parse_quote_spanned};

use crate::function::Function;
use crate::start::Runtime;
use crate::tokens::hygienic;

/// Macros of the standard library, which hide no exit of the function they are called in.
const WITHOUT_EXIT: [&str; 28] = [
    "assert",
    "assert_eq",
    "assert_ne",
    "column",
    "concat",
    "dbg",
    "debug_assert",
    "debug_assert_eq",
    "debug_assert_ne",
    "env",
    "eprint",
    "eprintln",
    "file",
    "format",
    "format_args",
    "include_str",
    "line",
    "matches",
    "module_path",
    "panic",
    "print",
    "println",
    "stringify",
    "todo",
    "unimplemented",
    "unreachable",
    "vec",
    "write",
];

/// Whether a body may have exits beside its end: a `return` or a `?`, or a macro that may hide them.
pub(super) fn may_leave_early(body: &TokenStream) -> bool {
    let mut tokens = body.clone().into_iter().peekable();
    while let Some(token) = tokens.next() {
        let leaves = match &token {
            TokenTree::Group(group) => may_leave_early(&group.stream()),
            TokenTree::Punct(punct) => punct.as_char() == '?',
            TokenTree::Ident(ident) if ident == "return" => true,
            TokenTree::Ident(ident) => {
                let called = |next: &TokenTree| matches!(next, TokenTree::Punct(punct) if punct.as_char() == '!' && punct.spacing() == Spacing::Alone);
                tokens.peek().is_some_and(called) && !WITHOUT_EXIT.iter().any(|name| ident == name)
            }
            TokenTree::Literal(_) => false,
        };
        if leaves {
            return true;
        }
    }
    false
}

/// The body as a labelled block, its exits rewritten; `None` if it cannot be read.
pub(super) fn rewritten(p: &Runtime, function: &Function) -> Option<TokenStream> {
    let mut body = syn::parse2::<Block>(function.body.block.to_token_stream()).ok()?;
    let mut exits = Exits { runtime: p, label: Lifetime::new("'_traced", Span::mixed_site()) };
    exits.visit_block_mut(&mut body);
    let label = &exits.label;
    Some(hygienic!(#label: #body))
}

struct Exits<'a> {
    runtime: &'a Runtime,
    label: Lifetime,
}

impl VisitMut for Exits<'_> {
    fn visit_expr_mut(&mut self, expression: &mut Expr) {
        match expression {
            // Their exits are their own.
            Expr::Async(_) | Expr::Closure(_) | Expr::Const(_) => return,
            _ => visit_expr_mut(self, expression),
        }
        let (p, label) = (self.runtime, &self.label);
        let here = Span::mixed_site();
        match expression {
            Expr::Return(exit) => {
                let value = &exit.expr;
                let here = here.located_at(exit.return_token.span);
                *expression = parse_quote_spanned!(here=> break #label #value);
            }
            Expr::Try(exit) => {
                let value = &exit.expr;
                let here = here.located_at(exit.question_token.span);
                *expression = parse_quote_spanned! {here=>
                    match #p::Try::branch(#value) {
                        #p::ControlFlow::Continue(__ot_value) => __ot_value,
                        #p::ControlFlow::Break(__ot_residual) => break #label #p::FromResidual::from_residual(__ot_residual),
                    }
                };
            }
            _ => {}
        }
    }

    // What is hidden in them cannot be seen, or is not this function's.
    fn visit_macro_mut(&mut self, _: &mut Macro) {}
    fn visit_item_mut(&mut self, _: &mut Item) {}
}

//! The settings before the name or the fields: `tracer: t, child_of: &parent; ..`.

use proc_macro2::TokenTree;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Error, Ident, Token};

use crate::args::{Link, kind};
use crate::errors::Errors;
use crate::start::Runtime;
use crate::suggest::hint;
use crate::tokens::Written;

/// What a macro was set to.
#[derive(Default)]
pub(super) struct Settings {
    pub(super) tracer: Option<Written>,
    pub(super) span: Option<Written>,
    pub(super) links: Vec<Link>,
    pub(super) kind: Option<Ident>,
    pub(super) component: Option<Written>,
    pub(super) root: Option<Written>,
    pub(super) start: Option<Written>,
    pub(super) format: Option<Written>,
    path: Option<syn::Path>,
}

/// The settings of macros that start a span.
pub(super) const OF_SPANS: &[&str] =
    &["tracer", "child_of", "follows_from", "root", "kind", "component", "start", "crate"];
/// The settings of macros that record on one.
pub(super) const OF_RECORDS: &[&str] = &["span", "crate"];

impl Settings {
    /// Reads the settings, as many as there are; `known` are those the macro has.
    pub(super) fn parse(
        input: ParseStream<'_>,
        macro_name: &str,
        known: &[&str],
        errors: &mut Errors,
    ) -> Self {
        let mut settings = Self::default();
        while input.peek(Ident::peek_any) && input.peek2(Token![:]) && !input.peek2(Token![::]) {
            if let Err(error) = settings.read(input, macro_name, known) {
                errors.push(error);
                skip_setting(input);
            }
            if input.peek(Token![=>]) {
                break;
            }
            let semicolon = input.parse::<Option<Token![;]>>().ok().flatten();
            if semicolon.is_none() && !input.is_empty() && input.parse::<Token![,]>().is_err() {
                errors.push(input.error("expected `,` or `;` after a setting"));
                skip_setting(input);
            }
        }
        settings
    }

    fn read(&mut self, input: ParseStream<'_>, macro_name: &str, known: &[&str]) -> syn::Result<()> {
        let at = input.call(Ident::parse_any)?;
        let _colon: Token![:] = input.parse()?;
        // What the attribute calls so.
        let word = match at.to_string().as_str() {
            "start_time" => "start".to_owned(),
            word => word.to_owned(),
        };
        if !known.contains(&word.as_str()) {
            let hint = match word.as_str() {
                "parent" if known.contains(&"child_of") => "; write `child_of: ..`".to_owned(),
                _ => hint(&word, known.iter().copied()),
            };
            let message =
                format!("`{word}` is no setting of `{macro_name}!`{hint}; a field is written `{word} = ..`");
            return Err(Error::new(at.span(), message));
        }
        let slot = match word.as_str() {
            "child_of" | "follows_from" => {
                self.links.push(Link { at, value: Written::parse(input)? });
                return Ok(());
            }
            "kind" => return once(&mut self.kind, kind(input)?, &at),
            "crate" => return once(&mut self.path, input.call(syn::Path::parse_mod_style)?, &at),
            "tracer" => &mut self.tracer,
            "span" => &mut self.span,
            "root" => &mut self.root,
            "component" => &mut self.component,
            "start" => &mut self.start,
            _ => &mut self.format,
        };
        once(slot, Written::parse(input)?, &at)
    }

    /// The module that the expansion goes through.
    pub(super) fn runtime(&self) -> Runtime {
        Runtime::new(self.path.as_ref())
    }
}

fn once<T>(slot: &mut Option<T>, value: T, at: &Ident) -> syn::Result<()> {
    if slot.is_some() {
        return Err(Error::new(at.span(), format!("`{at}` is given twice")));
    }
    *slot = Some(value);
    Ok(())
}

/// Passes over what could not be read, up to the end of the setting.
fn skip_setting(input: ParseStream<'_>) {
    while !input.is_empty() && !input.peek(Token![,]) && !input.peek(Token![;]) && !input.peek(Token![=>]) {
        if input.parse::<TokenTree>().is_err() {
            return;
        }
    }
}

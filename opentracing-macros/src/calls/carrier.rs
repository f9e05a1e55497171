//! `inject!` and `extract!`.

use proc_macro2::{Span, TokenStream};
use syn::parse::ParseStream;
use syn::{Error, Token};

use super::call;
use super::settings::Settings;
use crate::errors::Errors;
use crate::start::Runtime;
use crate::tokens::{Written, hygienic};

/// Expands `inject!`.
pub(crate) fn inject(tokens: TokenStream) -> TokenStream {
    call(tokens, |input, errors| {
        let parts = Parts::parse(input, "inject", &["tracer", "span", "format", "crate"], errors)?;
        let Parts { p, settings, carrier } = &parts;
        let tracer = parts.tracer();
        let span = match &settings.span {
            Some(span) => {
                let span = span.borrowed();
                hygienic!(#p::Some(#span))
            }
            None => hygienic!(#p::NO_SPAN),
        };
        let carrier = match &settings.format {
            Some(format) => {
                let (format, carrier) = (known_format(p, format), &carrier.tokens);
                hygienic!(#p::InjectFormat::inject_into(#format, #carrier))
            }
            None => {
                let carrier = receiver(carrier);
                hygienic!(#carrier.infer_inject())
            }
        };
        // The whole call is in the block, so that what is temporary in the carrier's expression lives long enough.
        Ok(hygienic!({ use #p::InferInject as _; #p::inject(#tracer, #span, #carrier) }))
    })
}

/// Expands `extract!`.
pub(crate) fn extract(tokens: TokenStream) -> TokenStream {
    call(tokens, |input, errors| {
        let parts = Parts::parse(input, "extract", &["tracer", "format", "crate"], errors)?;
        let Parts { p, settings, carrier } = &parts;
        let tracer = parts.tracer();
        let carrier = match &settings.format {
            Some(format) => {
                let (format, carrier) = (known_format(p, format), &carrier.tokens);
                hygienic!(#p::ExtractFormat::extract_from(#format, #carrier))
            }
            None => {
                let carrier = receiver(carrier);
                hygienic!(#carrier.infer_extract())
            }
        };
        Ok(hygienic!({ use #p::InferExtract as _; #p::extract(#tracer, #carrier) }))
    })
}

struct Parts {
    p: Runtime,
    settings: Settings,
    carrier: Written,
}

impl Parts {
    fn parse(
        input: ParseStream<'_>,
        macro_name: &str,
        known: &[&str],
        errors: &mut Errors,
    ) -> syn::Result<Self> {
        let settings = Settings::parse(input, macro_name, known, errors);
        let _arrow: Option<Token![=>]> = input.parse()?;
        if input.is_empty() {
            let message = format!("expected the carrier: `{macro_name}!(headers)`");
            return Err(Error::new(Span::call_site(), message));
        }
        let carrier = Written::parse(input)?;
        let _trailing: Option<Token![,]> = input.parse()?;
        if !input.is_empty() {
            errors.push(input.error("expected nothing after the carrier; settings come first"));
            let _rest: TokenStream = input.parse()?;
        }
        Ok(Self { p: settings.runtime(), settings, carrier })
    }

    fn tracer(&self) -> TokenStream {
        let p = &self.p;
        match &self.settings.tracer {
            Some(tracer) => {
                let tracer = tracer.borrowed();
                hygienic!(#p::Some(#tracer))
            }
            None => hygienic!(#p::None),
        }
    }
}

/// The formats by the names that OpenTracing gives them; anything else is an expression.
fn known_format(p: &Runtime, format: &Written) -> TokenStream {
    match format.tokens.to_string().as_str() {
        "text_map" => hygienic!(#p::TextMap),
        "http_headers" => hygienic!(#p::HttpHeaders),
        "binary" => hygienic!(#p::Binary),
        _ => format.tokens.clone(),
    }
}

/// The carrier as what a method is called on: owned or borrowed, both are found.
fn receiver(carrier: &Written) -> TokenStream {
    let tokens = &carrier.tokens;
    hygienic!((#tokens))
}

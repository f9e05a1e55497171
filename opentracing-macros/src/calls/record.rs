//! `log!`, `set_tags!`, `set_baggage!` and `fail!`.

use proc_macro2::TokenStream;
use syn::parse::ParseStream;
use syn::{LitStr, Token};

use super::call;
use super::message::Text;
use super::settings::{OF_RECORDS, Settings};
use crate::args::tag::{Sign, Tag, comma, tags};
use crate::errors::Errors;
use crate::record::statements;
use crate::start::{Runtime, tag_value};
use crate::tokens::{Written, expected, hygienic, skip_to_comma};

/// Expands `log!`.
pub(crate) fn log(tokens: TokenStream) -> TokenStream {
    call(tokens, |input, errors| {
        let settings = Settings::parse(input, "log", OF_RECORDS, errors);
        let p = settings.runtime();
        let fields = fields(&p, input, errors)?;
        if fields.is_empty() && errors.is_empty() {
            let message = "a log needs a field or a message: `log!(event = \"retry\", \"message\")`";
            return Err(expected(input, message));
        }
        let record = hygienic!(#p::log(__ot_span, &[#(#fields),*]););
        Ok(on_span(&p, &settings, When::Recording, &record))
    })
}

/// On which spans statements run.
#[derive(Clone, Copy)]
enum When {
    Recording,
    Always,
}

/// Runs statements on the span that is meant, as `__ot_span`.
fn on_span(p: &Runtime, settings: &Settings, when: When, statements: &TokenStream) -> TokenStream {
    let span = match (&settings.span, when) {
        (Some(span), When::Recording) => {
            let span = span.borrowed();
            hygienic!(#p::recording(#span))
        }
        (Some(span), When::Always) => {
            let span = span.borrowed();
            hygienic!(#p::Some(#span))
        }
        (None, When::Recording) => hygienic!(&#p::active_recording()),
        (None, When::Always) => hygienic!(&#p::active()),
    };
    hygienic!(if let #p::Some(__ot_span) = #span { #statements })
}

/// Fields, and a message among them.
fn fields(p: &Runtime, input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<Vec<TokenStream>> {
    let mut fields = Vec::new();
    let mut has_message = false;
    while !input.is_empty() {
        if input.peek(LitStr) && !input.peek2(Token![=]) {
            let literal: LitStr = input.parse()?;
            if has_message {
                errors.at(literal.span(), "the message is given twice");
            }
            has_message = true;
            match Text::of(literal) {
                Ok(Text::Plain(literal)) => fields.push(hygienic!(#p::field("message", &#literal))),
                Ok(Text::Format(literal)) => {
                    fields.push(hygienic!(#p::field("message", &#p::format_args!(#literal))));
                }
                Err(error) => errors.push(error),
            }
        } else {
            match Tag::parse(input) {
                Ok(tag) => fields.push(field(p, &tag)),
                Err(error) => {
                    errors.push(error);
                    skip_to_comma(input);
                }
            }
        }
        comma(input, errors);
    }
    Ok(fields)
}

fn field(p: &Runtime, tag: &Tag) -> TokenStream {
    let (key, value) = (&tag.key, tag_value(p, tag));
    hygienic!(#p::field(#key, &#value))
}

/// Expands `set_tags!`.
pub(crate) fn set_tags(tokens: TokenStream) -> TokenStream {
    call(tokens, |input, errors| {
        let settings = Settings::parse(input, "set_tags", OF_RECORDS, errors);
        let p = settings.runtime();
        let tags = tags(input, errors);
        if tags.is_empty() && errors.is_empty() {
            return Err(expected(input, "expected a tag: `set_tags!(key = value)`"));
        }
        // A priority may start the recording, so it is set whether the span records or not.
        let (priority, tags): (Vec<_>, Vec<_>) = tags.into_iter().partition(Tag::is_sampling_priority);
        let set = |when: When, tags: &[Tag]| {
            let set = statements(&p, &hygienic!(__ot_span), tags);
            (!tags.is_empty()).then(|| on_span(&p, &settings, when, &set))
        };
        let (priority, tags) = (set(When::Always, &priority), set(When::Recording, &tags));
        Ok(hygienic!({ #priority #tags }))
    })
}

/// Expands `set_baggage!`.
pub(crate) fn set_baggage(tokens: TokenStream) -> TokenStream {
    call(tokens, |input, errors| {
        let settings = Settings::parse(input, "set_baggage", OF_RECORDS, errors);
        let p = settings.runtime();
        let items = tags(input, errors);
        if items.is_empty() && errors.is_empty() {
            return Err(expected(input, "expected an item: `set_baggage!(\"key\" = value)`"));
        }
        let set = items.iter().map(|item| {
            let (key, value) = (&item.key, item.value.borrowed());
            match item.sign {
                Some(Sign::Debug) => {
                    hygienic!(#p::baggage(__ot_span, #key, &#p::format_args!("{:?}", #value));)
                }
                _ => hygienic!(#p::baggage(__ot_span, #key, #value);),
            }
        });
        let set = set.collect();
        Ok(on_span(&p, &settings, When::Always, &set))
    })
}

/// Expands `fail!`.
pub(crate) fn fail(tokens: TokenStream) -> TokenStream {
    call(tokens, |input, errors| {
        let settings = Settings::parse(input, "fail", OF_RECORDS, errors);
        let p = settings.runtime();
        if input.is_empty() {
            return Err(expected(input, "expected the error: `fail!(error)`"));
        }
        let sign = Sign::parse(input);
        let error = Written::parse(input)?.borrowed();
        comma(input, errors);
        let extra = fields(&p, input, errors)?;
        let extra = hygienic!(&[#(#extra),*]);
        let record = match sign {
            None => hygienic!(#p::Failed::new(&#error).reason().record_with(__ot_span, #extra);),
            Some(Sign::Display) => hygienic!(#p::failed_display(__ot_span, #error, "message", #extra);),
            Some(Sign::Debug) => hygienic!(#p::failed_debug(__ot_span, #error, "message", #extra);),
        };
        Ok(on_span(&p, &settings, When::Recording, &record))
    })
}

//! The tags of the process that the environment names.

use opentracing_core::TagValue;
use percent_encoding::percent_decode_str;

use crate::config::ConfigError;
use crate::config::variables::{Value, Variables};

type Tags = Vec<(String, TagValue<'static>)>;

const SERVICE_NAME: &str = "service.name";

/// The service's name, as far as it stands among the tags, and the tags: OpenTelemetry's last, since the last
/// value of a key wins.
pub(crate) fn read(variables: &Variables<'_>) -> Result<(Option<String>, Tags), ConfigError> {
    let mut tags =
        variables.get("JAEGER_TAGS")?.map_or_else(Vec::new, |value| jaeger_tags(&value, variables));
    let mut name = None;
    for (key, value) in variables.read("OTEL_RESOURCE_ATTRIBUTES", resource_attributes)?.unwrap_or_default() {
        if key == SERVICE_NAME {
            name = Some(value);
        } else {
            tags.push((key, value.into()));
        }
    }
    Ok((name, tags))
}

/// `a=b, c=${VARIABLE}, d=${VARIABLE:default}`; what is no pair, or has no value, is skipped with a warning.
fn jaeger_tags(value: &Value, variables: &Variables<'_>) -> Tags {
    let pairs = value.list().filter_map(|pair| {
        let tag = pair.split_once('=').and_then(|(key, text)| {
            let (key, text) = (key.trim(), expand(text.trim(), variables)?);
            (!key.is_empty()).then(|| (key.to_owned(), text.into()))
        });
        if tag.is_none() {
            log::warn!(
                "JAEGER_TAGS: {pair:?} is skipped: it is not key=value, or names a variable that is not set"
            );
        }
        tag
    });
    pairs.collect()
}

fn expand(text: &str, variables: &Variables<'_>) -> Option<String> {
    let Some(inner) = text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')) else {
        return Some(text.to_owned());
    };
    let (name, default) = match inner.split_once(':') {
        Some((name, default)) => (name, Some(default)),
        None => (inner, None),
    };
    variables.expand(name).or_else(|| default.map(str::to_owned))
}

/// `a=b,c=d`, percent-coded; one pair that is none voids the variable in OpenTelemetry, and is an error here.
fn resource_attributes(value: &Value) -> Result<Vec<(String, String)>, ConfigError> {
    let decoded =
        |text: &str| percent_decode_str(text.trim()).decode_utf8().ok().map(|text| text.into_owned());
    let pair = |pair: &str| {
        let (key, text) = pair.split_once('=')?;
        let (key, text) = (decoded(key)?, decoded(text)?);
        (!key.is_empty()).then_some((key, text))
    };
    let pairs: Option<Vec<_>> = value.list().map(pair).collect();
    pairs.ok_or_else(|| value.invalid("it takes a list of key=value, percent-coded"))
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::*;

    #[test]
    fn jaeger_tags_expand_variables_and_skip_what_is_no_pair() {
        let lookup = |name: &str| match name {
            "JAEGER_TAGS" => Some(OsString::from(
                "a = 1 =2,, b=${REGION}, c=${ABSENT:x:y}, d=${ABSENT}, no pair, =v, e=${REGION, f=",
            )),
            "REGION" => Some(OsString::from("eu")),
            _ => None,
        };
        let (name, tags) = read(&Variables::new(&lookup)).unwrap();
        assert_eq!(name, None);
        let tags: Vec<_> = tags.iter().map(|(key, value)| format!("{key}={value}")).collect();
        assert_eq!(tags, ["a=1 =2", "b=eu", "c=x:y", "e=${REGION", "f="]);
    }

    #[test]
    fn resource_attributes_are_decoded_and_may_name_the_service() {
        let lookup = |name: &str| {
            (name == "OTEL_RESOURCE_ATTRIBUTES")
                .then(|| OsString::from("service.name=my%20shop, k%3D = v%2C1"))
        };
        let (name, tags) = read(&Variables::new(&lookup)).unwrap();
        assert_eq!(name.as_deref(), Some("my shop"));
        assert_eq!(tags, [("k=".to_owned(), TagValue::from("v,1"))]);
    }

    #[test]
    fn resource_attributes_that_are_no_pairs_are_an_error() {
        for text in ["a", "=b", "a=%ff"] {
            let lookup = |name: &str| (name == "OTEL_RESOURCE_ATTRIBUTES").then(|| OsString::from(text));
            let error = read(&Variables::new(&lookup)).unwrap_err();
            assert_eq!(error.setting(), "OTEL_RESOURCE_ATTRIBUTES", "{text}");
        }
    }
}

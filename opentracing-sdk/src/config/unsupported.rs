//! Variables that mean something to other tracers and nothing here yet: set, they are an error, so that no one
//! believes in a setting that does nothing.

use crate::config::ConfigError;
use crate::config::variables::Variables;

const JAEGER_REPORTERS: &str = "the Jaeger reporters are not there yet; \
     Jaeger takes OTLP, too: set OTEL_EXPORTER_OTLP_ENDPOINT=http://host:4318";
const ZIPKIN_REPORTER: &str = "the Zipkin reporter is not there yet";
const REMOTE_SAMPLING: &str = "remote sampling is not there yet";
const CERTIFICATES: &str = "certificates of one's own are not supported yet";
const QUEUE_IN_SPANS: &str = "the queue is bounded in bytes, see `Config::queue_bytes`; \
     a bound in spans is not supported yet";

/// Whether the value may be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shown {
    Yes,
    /// It is a password, or may hold one.
    No,
}
use Shown::{No, Yes};

const UNSUPPORTED: &[(&str, Shown, &str)] = &[
    ("JAEGER_AGENT_HOST", Yes, JAEGER_REPORTERS),
    ("JAEGER_AGENT_PORT", Yes, JAEGER_REPORTERS),
    ("JAEGER_ENDPOINT", Yes, JAEGER_REPORTERS),
    ("JAEGER_USER", No, JAEGER_REPORTERS),
    ("JAEGER_PASSWORD", No, JAEGER_REPORTERS),
    ("JAEGER_AUTH_TOKEN", No, JAEGER_REPORTERS),
    ("JAEGER_SENDER_FACTORY", Yes, JAEGER_REPORTERS),
    ("JAEGER_REPORTER_ATTEMPT_RECONNECTING_DISABLED", Yes, JAEGER_REPORTERS),
    ("JAEGER_REPORTER_ATTEMPT_RECONNECT_INTERVAL", Yes, JAEGER_REPORTERS),
    ("JAEGER_REPORTER_MAX_QUEUE_SIZE", Yes, QUEUE_IN_SPANS),
    ("JAEGER_SAMPLING_ENDPOINT", Yes, REMOTE_SAMPLING),
    ("JAEGER_SAMPLER_MANAGER_HOST_PORT", Yes, REMOTE_SAMPLING),
    ("JAEGER_SAMPLER_MAX_OPERATIONS", Yes, REMOTE_SAMPLING),
    ("JAEGER_SAMPLER_REFRESH_INTERVAL", Yes, REMOTE_SAMPLING),
    ("JAEGER_RPC_METRICS", Yes, "metrics are not there yet"),
    ("OTEL_BSP_MAX_QUEUE_SIZE", Yes, QUEUE_IN_SPANS),
    ("OTEL_BSP_EXPORT_TIMEOUT", Yes, "it is not supported yet; OTEL_EXPORTER_OTLP_TIMEOUT is"),
    ("OTEL_LINK_ATTRIBUTE_COUNT_LIMIT", Yes, "references have no attributes"),
    ("OTEL_EXPORTER_OTLP_CERTIFICATE", Yes, CERTIFICATES),
    ("OTEL_EXPORTER_OTLP_CLIENT_KEY", Yes, CERTIFICATES),
    ("OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE", Yes, CERTIFICATES),
    ("OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE", Yes, CERTIFICATES),
    ("OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY", Yes, CERTIFICATES),
    ("OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE", Yes, CERTIFICATES),
    ("OTEL_EXPORTER_ZIPKIN_ENDPOINT", Yes, ZIPKIN_REPORTER),
    ("OTEL_EXPORTER_ZIPKIN_TIMEOUT", Yes, ZIPKIN_REPORTER),
];

/// Fails for the first of these variables that is set.
pub(crate) fn refuse(variables: &Variables<'_>) -> Result<(), ConfigError> {
    for &(variable, shown, reason) in UNSUPPORTED {
        if let Some(value) = variables.get(variable)? {
            let error = ConfigError::unsupported(variable, reason);
            return Err(match shown {
                Yes => error.with_value(without_credentials(&value.text)),
                No => error,
            });
        }
    }
    Ok(())
}

/// A URL, or what should have been one, without what may be secret: all before the last `@`, since a password that
/// was not percent-coded may hold a `/` and a `?`, and the query.
pub(crate) fn without_credentials(url: &str) -> String {
    let scheme = url.split_once("://").map(|(scheme, _)| scheme.len() + "://".len());
    let scheme = scheme.filter(|&end| !url[..end - "://".len()].contains(':')).unwrap_or(0);
    let shown = match url.rfind('@') {
        Some(at) => format!("{}…{}", &url[..scheme.min(at)], &url[at..]),
        None => url.to_owned(),
    };
    match shown.split_once('?') {
        Some((before, _)) => format!("{before}?…"),
        None => shown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_taken_out_of_urls() {
        assert_eq!(without_credentials("http://u:p@host:1/x"), "http://…@host:1/x");
        assert_eq!(without_credentials("http://a@b@host"), "http://…@host");
        assert_eq!(without_credentials("http://u:p/a?s@host"), "http://…@host");
        assert_eq!(without_credentials("u:p://s@host"), "…@host");
        assert_eq!(without_credentials("u:p@host"), "…@host");
        assert_eq!(without_credentials("http://host/x?key=s"), "http://host/x?…");
        assert_eq!(without_credentials("localhost:6831"), "localhost:6831");
    }
}

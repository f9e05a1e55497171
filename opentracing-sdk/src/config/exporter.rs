//! Where spans go when the program does not say: as the environment says, else to the console.

use std::fmt;
use std::time::Duration;

use percent_encoding::percent_decode_str;

use crate::config::ConfigError;
use crate::config::unsupported::without_credentials;
use crate::config::variables::{Value, Variables};
use crate::pipeline::Output;
use crate::reporter;

/// The exporter that the environment chose.
#[derive(Debug)]
pub(crate) enum Exporter {
    Otlp(OtlpSettings),
    Console,
    None,
}

/// What the environment says about OTLP.
pub(crate) struct OtlpSettings {
    endpoint: Endpoint,
    /// The variable that they came from, and the headers.
    headers: Option<(&'static str, Vec<(String, String)>)>,
    timeout: Option<Duration>,
}

struct Endpoint {
    variable: &'static str,
    value: String,
    /// Whether the value is the URL of traces, or that to which the path of traces is added.
    is_of_traces: bool,
}

/// Where collectors listen, by OpenTelemetry's convention.
const DEFAULT_ENDPOINT: &str = "http://localhost:4318";
const TRACES_PATH: &str = "/v1/traces";

pub(crate) fn read(variables: &Variables<'_>) -> Result<Option<Exporter>, ConfigError> {
    // Checked whichever exporter is chosen: what is set and wrong is never passed over.
    let otlp = otlp_settings(variables)?;
    let Some(value) = variables.get("OTEL_TRACES_EXPORTER")? else {
        // Who names a collector wants spans to go there.
        return Ok(otlp.map(Exporter::Otlp));
    };
    match value.text.as_str() {
        "otlp" => Ok(Some(Exporter::Otlp(otlp.unwrap_or_else(OtlpSettings::local)))),
        "console" => Ok(Some(Exporter::Console)),
        "none" => Ok(Some(Exporter::None)),
        "zipkin" | "jaeger" => Err(value.unsupported("this exporter is not there yet")),
        text if text.contains(',') => Err(value.unsupported("one exporter is chosen; add others in code")),
        _ => Err(value.invalid("it takes otlp, console or none")),
    }
}

/// What is said about a collector; `None` where nothing is.
fn otlp_settings(variables: &Variables<'_>) -> Result<Option<OtlpSettings>, ConfigError> {
    // Those of the signal come before those of all signals, and take their place.
    let named = |value: &Value| headers(value).map(|headers| (value.variable, headers));
    let headers = ["OTEL_EXPORTER_OTLP_TRACES_HEADERS", "OTEL_EXPORTER_OTLP_HEADERS"];
    let headers = variables.first(&headers, named)?;
    let timeouts = ["OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "OTEL_EXPORTER_OTLP_TIMEOUT"];
    let timeout = variables.first(&timeouts, timeout)?;
    variables.first(&["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"], protocol)?;
    variables
        .first(&["OTEL_EXPORTER_OTLP_TRACES_COMPRESSION", "OTEL_EXPORTER_OTLP_COMPRESSION"], compression)?;
    let of_signal = variables.get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")?;
    let of_all = variables.get("OTEL_EXPORTER_OTLP_ENDPOINT")?;
    let endpoint = match (of_signal, of_all) {
        (Some(value), _) => Endpoint { variable: value.variable, value: value.text, is_of_traces: true },
        (None, Some(value)) => Endpoint { variable: value.variable, value: value.text, is_of_traces: false },
        (None, None) if headers.is_none() && timeout.is_none() => return Ok(None),
        (None, None) => Endpoint::local(),
    };
    Ok(Some(OtlpSettings { endpoint, headers, timeout }))
}

fn timeout(value: &Value) -> Result<Duration, ConfigError> {
    let timeout = value.duration()?;
    if timeout.is_zero() { Err(value.invalid("a time-out is longer than nothing")) } else { Ok(timeout) }
}

fn protocol(value: &Value) -> Result<(), ConfigError> {
    match value.text.as_str() {
        "http/protobuf" => Ok(()),
        "grpc" | "http/json" => {
            Err(value.unsupported("http/protobuf is what there is; its usual port is 4318"))
        }
        _ => Err(value.invalid("it takes http/protobuf")),
    }
}

fn compression(value: &Value) -> Result<(), ConfigError> {
    match value.text.as_str() {
        "none" => Ok(()),
        "gzip" => Err(value.unsupported("compression is not there yet")),
        _ => Err(value.invalid("it takes none")),
    }
}

/// `name=value,name=value`, the values percent-coded. Neither may be shown.
fn headers(value: &Value) -> Result<Vec<(String, String)>, ConfigError> {
    let header = |pair: &str| {
        let (name, text) = pair.split_once('=')?;
        let text = percent_decode_str(text.trim()).decode_utf8().ok()?;
        let name = name.trim();
        (!name.is_empty()).then(|| (name.to_owned(), text.into_owned()))
    };
    let headers: Option<_> = value.list().map(header).collect();
    headers.ok_or_else(|| ConfigError::new(value.variable, "it takes a list of name=value, percent-coded"))
}

impl Endpoint {
    fn local() -> Self {
        Self { variable: "OTEL_EXPORTER_OTLP_ENDPOINT", value: DEFAULT_ENDPOINT.into(), is_of_traces: false }
    }

    fn url(&self) -> String {
        if self.is_of_traces {
            return self.value.clone();
        }
        format!("{}{TRACES_PATH}", self.value.trim_end_matches('/'))
    }
}

impl OtlpSettings {
    fn local() -> Self {
        Self { endpoint: Endpoint::local(), headers: None, timeout: None }
    }

    /// Where spans go, without credentials.
    fn shown(&self) -> String {
        without_credentials(&self.endpoint.url())
    }
}

/// Without credentials and the values of headers.
impl fmt::Debug for OtlpSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> =
            self.headers.iter().flat_map(|(_, headers)| headers).map(|(name, _)| name).collect();
        f.debug_struct("OtlpSettings")
            .field("url", &self.shown())
            .field("headers", &names)
            .field("timeout", &self.timeout)
            .finish()
    }
}

/// Makes the reporter for what was chosen; the console where nothing was.
pub(crate) fn output(exporter: Option<Exporter>) -> Result<Output, ConfigError> {
    match exporter {
        Some(Exporter::Otlp(settings)) => {
            log::debug!("tracing to {}", settings.shown());
            otlp(settings)
        }
        Some(Exporter::Console) => {
            log::debug!("tracing to the console, as OTEL_TRACES_EXPORTER says");
            console()
        }
        // Other services may keep the trace, so it is sampled and counted here, too.
        Some(Exporter::None) => {
            log::debug!("tracing to nowhere, as OTEL_TRACES_EXPORTER says");
            Ok(Output::new(reporter::counting()))
        }
        None => {
            log::debug!("tracing to the console: no exporter was chosen");
            console()
        }
    }
}

#[cfg(feature = "otlp")]
fn otlp(settings: OtlpSettings) -> Result<Output, ConfigError> {
    use crate::reporter::Reporter as _;

    let OtlpSettings { endpoint, headers, timeout } = settings;
    let otlp = reporter::otlp(endpoint.url());
    let otlp = if endpoint.is_of_traces { otlp.exactly() } else { otlp };
    // First without headers, so that what is wrong has the name of its variable.
    otlp.check().map_err(|error| {
        error.of_variable(endpoint.variable).with_value(without_credentials(&endpoint.value))
    })?;
    let (variable, headers) = headers.unwrap_or_default();
    let otlp = headers.into_iter().fold(otlp, |otlp, (name, value)| otlp.header(name, value));
    otlp.check().map_err(|error| error.of_variable(variable))?;
    Ok(Output::new(match timeout {
        Some(timeout) => otlp.timeout(timeout),
        None => otlp,
    }))
}

#[cfg(not(feature = "otlp"))]
fn otlp(settings: OtlpSettings) -> Result<Output, ConfigError> {
    let OtlpSettings { endpoint: Endpoint { variable, value, .. }, .. } = settings;
    let error = ConfigError::unsupported(variable, "it needs the feature `otlp` of opentracing-rs");
    Err(error.with_value(without_credentials(&value)))
}

#[cfg(feature = "console")]
#[expect(clippy::unnecessary_wraps, reason = "without the feature there is an error")]
fn console() -> Result<Output, ConfigError> {
    Ok(Output::new(reporter::console()))
}

#[cfg(not(feature = "console"))]
fn console() -> Result<Output, ConfigError> {
    let reason = "there is none: add one, or enable the feature `console` of opentracing-rs";
    Err(ConfigError::unsupported("Config::reporter", reason))
}

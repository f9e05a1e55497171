//! How a tracer is set up.

mod build;
mod environment;
mod error;
mod exporter;
mod guard;
mod tags;
mod unsupported;
mod variables;

use std::borrow::Cow;
use std::ffi::OsString;
use std::fmt;
use std::io::Write;
use std::time::Duration;

use opentracing_core::{Codec, Limits, TagValue, TraceIdBits};

use crate::config::environment::Environment;
use crate::config::variables::Variables;
use crate::pipeline::Output;
use crate::propagation::{JaegerHeaders, Propagation, Propagators};
use crate::reporter::Reporter;
use crate::sampler::Sampler;

pub use error::ConfigError;
pub use guard::TracerGuard;
#[cfg(feature = "otlp")]
pub(crate) use unsupported::without_credentials;

/// Sets up a tracer: what it is called, what it keeps, where its spans go.
///
/// What is not set has a default that shows traces at once: everything is sampled, contexts travel in Jaeger's and in
/// W3C's headers, and traces are drawn on the terminal.
///
/// # Examples
/// ```
/// use opentracing_sdk::{Config, reporter, sampler};
///
/// let guard = Config::new("shop")
///     .sampler(sampler::probabilistic(0.1))
///     .reporter(reporter::memory())
///     .tag("version", "1.2")
///     .build()?;
/// guard.tracer().start_span("checkout").finish();
/// # Ok::<(), opentracing_sdk::ConfigError>(())
/// ```
#[must_use = "nothing is set up until `build` or `init` is called"]
pub struct Config {
    service_name: Option<String>,
    disabled: Option<bool>,
    sampler: Option<Box<dyn Sampler>>,
    outputs: Vec<Output>,
    log_spans: Option<bool>,
    propagation: Option<Vec<Propagation>>,
    /// With codecs and the names of headers.
    propagators: Propagators,
    tags: Vec<(Cow<'static, str>, TagValue<'static>)>,
    limits: Option<Limits>,
    trace_id_bits: Option<TraceIdBits>,
    queue_bytes: Option<usize>,
    batch_spans_max: Option<usize>,
    flush_interval: Option<Duration>,
    warnings: Option<Box<dyn Write + Send>>,
    environment: Result<Environment, ConfigError>,
}

impl Config {
    /// A tracer for the service of this name; the environment is not asked.
    pub fn new(service_name: impl Into<String>) -> Self {
        Self { service_name: Some(service_name.into()), ..Self::of(Ok(Environment::default())) }
    }

    /// A tracer as the environment says. Variables of OpenTelemetry (`OTEL_*`) win over those of Jaeger's clients
    /// (`JAEGER_*`), and what is set in code wins over both. A variable without a value counts as unset.
    ///
    /// This never fails: [`build`](Self::build) says which variable has a value that is wrong, or means something that
    /// is not supported yet.
    ///
    /// | Variables | Meaning |
    /// |---|---|
    /// | `OTEL_SERVICE_NAME`, `JAEGER_SERVICE_NAME` | the service; one of them, or [`service_name`](Self::service_name), has to be there |
    /// | `OTEL_SDK_DISABLED`, `JAEGER_DISABLED` | `true`: no tracing, and nothing else is looked at |
    /// | `OTEL_TRACES_EXPORTER` | `otlp`, `console`, `none`; unset: OTLP if one of its variables is set, else the console |
    /// | `OTEL_EXPORTER_OTLP_ENDPOINT`, `…_HEADERS`, `…_TIMEOUT` | the collector, to whose URL `/v1/traces` is added; `name=value,…`; milliseconds |
    /// | `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`, `…_HEADERS`, `…_TIMEOUT` | the same for traces alone; the URL is used as it is |
    /// | `OTEL_EXPORTER_OTLP_PROTOCOL`, `…_COMPRESSION`, and with `TRACES_` | `http/protobuf`, `none` |
    /// | `OTEL_TRACES_SAMPLER`, `OTEL_TRACES_SAMPLER_ARG` | `always_on`, `always_off`, `traceidratio`, and with `parentbased_`, which makes no difference: a parent's decision stands |
    /// | `JAEGER_SAMPLER_TYPE`, `JAEGER_SAMPLER_PARAM` | `const` with 0 or 1, `probabilistic` with a share |
    /// | `OTEL_PROPAGATORS`, `JAEGER_PROPAGATION` | `tracecontext`, `baggage`, `jaeger`, `none`; `jaeger`, `w3c` |
    /// | `OTEL_RESOURCE_ATTRIBUTES`, `JAEGER_TAGS` | tags of the process |
    /// | `JAEGER_TRACEID_128BIT` | `false`: ids of 64 bits |
    /// | `JAEGER_REPORTER_LOG_SPANS` | `true`: a line on stderr for every span |
    /// | `OTEL_BSP_SCHEDULE_DELAY`, `JAEGER_REPORTER_FLUSH_INTERVAL` | [`flush_interval`](Self::flush_interval): milliseconds, or as in `1m30s` |
    /// | `OTEL_BSP_MAX_EXPORT_BATCH_SIZE` | [`batch_spans_max`](Self::batch_spans_max) |
    /// | `OTEL_[SPAN_]ATTRIBUTE_COUNT_LIMIT`, `OTEL_[SPAN_]ATTRIBUTE_VALUE_LENGTH_LIMIT`, `OTEL_SPAN_EVENT_COUNT_LIMIT`, `OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT`, `OTEL_SPAN_LINK_COUNT_LIMIT` | [`limits`](Self::limits) on tags, bytes of a value, logs, fields of a log, references |
    ///
    /// # Examples
    /// ```
    /// use opentracing_sdk::Config;
    ///
    /// let guard = Config::from_env().service_name("shop").build()?;
    /// # Ok::<(), opentracing_sdk::ConfigError>(())
    /// ```
    pub fn from_env() -> Self {
        Self::from_variables(|name| std::env::var_os(name))
    }

    /// As [`from_env`](Self::from_env), with variables from elsewhere, for instance in a test.
    ///
    /// # Examples
    /// ```
    /// use opentracing_sdk::Config;
    ///
    /// let config = Config::from_variables(|name| match name {
    ///     "JAEGER_SERVICE_NAME" => Some("shop".into()),
    ///     "JAEGER_SAMPLER_TYPE" => Some("probabilistic".into()),
    ///     "JAEGER_SAMPLER_PARAM" => Some("1.5".into()),
    ///     _ => None,
    /// });
    /// let error = config.build().unwrap_err();
    /// assert_eq!(error.to_string(), "JAEGER_SAMPLER_PARAM=1.5: a probability is between 0 and 1");
    /// ```
    pub fn from_variables(lookup: impl Fn(&str) -> Option<OsString>) -> Self {
        Self::of(Environment::read(&Variables::new(&lookup)))
    }

    fn of(environment: Result<Environment, ConfigError>) -> Self {
        Self {
            service_name: None,
            disabled: None,
            sampler: None,
            outputs: Vec::new(),
            log_spans: None,
            propagation: None,
            propagators: Propagators::default(),
            tags: Vec::new(),
            limits: None,
            trace_id_bits: None,
            queue_bytes: None,
            batch_spans_max: None,
            flush_interval: None,
            warnings: None,
            environment,
        }
    }

    /// Names the service.
    pub fn service_name(mut self, service_name: impl Into<String>) -> Self {
        self.service_name = Some(service_name.into());
        self
    }

    /// Turns tracing off: the tracer does nothing, and costs nothing.
    pub fn disabled(mut self, disabled: bool) -> Self {
        self.disabled = Some(disabled);
        self
    }

    /// Sets which traces are kept, instead of all. A decision that came with a context from another process stands.
    pub fn sampler(mut self, sampler: impl Sampler) -> Self {
        self.sampler = Some(Box::new(sampler));
        self
    }

    /// Sets where spans go. With several, each gets every span, one after the other on one thread: a reporter that is
    /// slow holds up the others.
    pub fn reporter(mut self, reporter: impl Reporter) -> Self {
        self.outputs.push(Output::new(reporter));
        self
    }

    /// Writes a line to stderr for every span, beside what the reporters do.
    pub fn log_spans(mut self, log_spans: bool) -> Self {
        self.log_spans = Some(log_spans);
        self
    }

    /// Sets the headers that contexts travel in: all are written, and read in this order until one has a context.
    pub fn propagation(mut self, propagation: impl IntoIterator<Item = Propagation>) -> Self {
        self.propagation = Some(propagation.into_iter().collect());
        self
    }

    /// Sets the names of Jaeger's headers.
    pub fn jaeger_headers(mut self, names: JaegerHeaders) -> Self {
        self.propagators = self.propagators.with_jaeger_headers(names);
        self
    }

    /// Adds a codec for [`format::Custom`](opentracing_core::format::Custom) with that name.
    pub fn codec(mut self, name: impl Into<String>, codec: impl Codec + 'static) -> Self {
        self.propagators = self.propagators.with_codec(name, codec);
        self
    }

    /// Adds a tag of the process, which holds for all its spans.
    pub fn tag(mut self, key: impl Into<Cow<'static, str>>, value: impl Into<TagValue<'static>>) -> Self {
        self.tags.push((key.into(), value.into()));
        self
    }

    /// Limits what one span keeps.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = Some(limits);
        self
    }

    /// Sets how long new trace ids are; 128 bits unless set.
    pub fn trace_id_bits(mut self, bits: TraceIdBits) -> Self {
        self.trace_id_bits = Some(bits);
        self
    }

    /// Gives the spans of this tracer so many bytes to wait in, for itself alone. All tracers that are not given a
    /// figure share 24 MiB, which hold some 300,000 spans. What does not fit is dropped and counted.
    pub fn queue_bytes(mut self, queue_bytes: usize) -> Self {
        self.queue_bytes = Some(queue_bytes);
        self
    }

    /// Reports a batch as soon as it has so many spans; 2,000 unless set, which is about what a request is worth.
    pub fn batch_spans_max(mut self, batch_spans_max: usize) -> Self {
        self.batch_spans_max = Some(batch_spans_max);
        self
    }

    /// Reports what there is after this time, full batch or not; a second unless set.
    pub fn flush_interval(mut self, flush_interval: Duration) -> Self {
        self.flush_interval = Some(flush_interval);
        self
    }

    /// Sets where the warning goes that spans could not be reported: at once, and then at most one line a minute;
    /// stderr unless set.
    pub fn warnings(mut self, out: impl Write + Send + 'static) -> Self {
        self.warnings = Some(Box::new(out));
        self
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("service_name", &self.service_name)
            .field("sampler", &self.sampler)
            .field("reporters", &self.outputs)
            .field("propagation", &self.propagation)
            .field("tags", &self.tags)
            .field("limits", &self.limits)
            .field("environment", &self.environment)
            .finish_non_exhaustive()
    }
}

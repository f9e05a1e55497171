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
use crate::sink::Sink;

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
    warnings: Option<Sink>,
    environment: Result<Environment, ConfigError>,
}

impl Config {
    /// A tracer for the service of this name; the environment is not asked.
    ///
    /// # Examples
    /// ```
    /// use opentracing_sdk::{Config, reporter};
    ///
    /// let guard = Config::new("shop").reporter(reporter::counting()).build()?;
    /// assert!(!guard.tracer().is_noop());
    /// assert!(Config::new(" ").build().is_err());
    /// # Ok::<(), opentracing_sdk::ConfigError>(())
    /// ```
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
    ///
    /// # Examples
    /// ```
    /// use opentracing_sdk::{Config, reporter};
    ///
    /// let unnamed = || Config::from_variables(|_| None).reporter(reporter::counting());
    /// assert_eq!(unnamed().build().unwrap_err().setting(), "Config::service_name");
    /// assert!(unnamed().service_name("shop").build().is_ok());
    /// ```
    pub fn service_name(mut self, service_name: impl Into<String>) -> Self {
        self.service_name = Some(service_name.into());
        self
    }

    /// Turns tracing off: the tracer does nothing, and costs nothing.
    ///
    /// # Examples
    /// ```
    /// use opentracing_sdk::Config;
    ///
    /// let guard = Config::new("shop").disabled(true).build()?;
    /// assert!(guard.tracer().is_noop());
    /// # Ok::<(), opentracing_sdk::ConfigError>(())
    /// ```
    pub fn disabled(mut self, disabled: bool) -> Self {
        self.disabled = Some(disabled);
        self
    }

    /// Sets which traces are kept, instead of all. A decision that came with a context from another process stands.
    ///
    /// # Examples
    /// ```
    /// use opentracing_sdk::{Config, reporter, sampler};
    ///
    /// let config = Config::new("shop").sampler(sampler::constant(false));
    /// let guard = config.reporter(reporter::counting()).build()?;
    /// assert!(!guard.tracer().start_span("browse").is_recording());
    /// # Ok::<(), opentracing_sdk::ConfigError>(())
    /// ```
    pub fn sampler(mut self, sampler: impl Sampler) -> Self {
        self.sampler = Some(Box::new(sampler));
        self
    }

    /// Sets where spans go. With several, each gets every span, one after the other on one thread: a reporter that is
    /// slow holds up the others.
    ///
    /// # Examples
    /// ```
    /// use opentracing_sdk::{Config, reporter};
    ///
    /// let (memory, counting) = (reporter::memory(), reporter::counting());
    /// let guard = Config::new("shop").reporter(memory.clone()).reporter(counting.clone()).build()?;
    /// guard.tracer().start_span("checkout").finish();
    /// guard.close(std::time::Duration::from_secs(5));
    /// assert_eq!((memory.spans().len(), counting.spans()), (1, 1));
    /// # Ok::<(), opentracing_sdk::ConfigError>(())
    /// ```
    pub fn reporter(mut self, reporter: impl Reporter) -> Self {
        self.outputs.push(Output::new(reporter));
        self
    }

    /// Writes a line to stderr for every span, beside what the reporters do.
    ///
    /// # Examples
    /// ```
    /// use opentracing_sdk::{Config, reporter};
    ///
    /// let guard = Config::new("shop").reporter(reporter::counting()).log_spans(true).build()?;
    /// let names: Vec<_> = guard.reporters().into_iter().map(|reporter| reporter.name).collect();
    /// assert!(names[1].contains("LogReporter"));
    /// # Ok::<(), opentracing_sdk::ConfigError>(())
    /// ```
    pub fn log_spans(mut self, log_spans: bool) -> Self {
        self.log_spans = Some(log_spans);
        self
    }

    /// Sets the headers that contexts travel in: all are written, and read in this order until one has a context.
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::format;
    /// use opentracing_sdk::{Config, Propagation, reporter};
    /// use std::collections::HashMap;
    ///
    /// let config = Config::new("shop").propagation([Propagation::W3c]);
    /// let tracer = config.reporter(reporter::counting()).build()?.tracer();
    /// let mut headers = HashMap::<String, String>::new();
    /// tracer.inject(&tracer.start_span("order"), format::HttpHeaders, &mut headers)?;
    /// assert!(headers.contains_key("traceparent") && !headers.contains_key("uber-trace-id"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn propagation(mut self, propagation: impl IntoIterator<Item = Propagation>) -> Self {
        self.propagation = Some(propagation.into_iter().collect());
        self
    }

    /// Sets the names of Jaeger's headers.
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::format;
    /// use opentracing_sdk::propagation::JaegerHeaders;
    /// use opentracing_sdk::{Config, reporter};
    /// use std::collections::HashMap;
    ///
    /// let names = JaegerHeaders { trace_id: "x-shop-trace".into(), ..JaegerHeaders::default() };
    /// let tracer = Config::new("shop").jaeger_headers(names).reporter(reporter::counting()).build()?.tracer();
    /// let mut headers = HashMap::<String, String>::new();
    /// tracer.inject(&tracer.start_span("order"), format::HttpHeaders, &mut headers)?;
    /// assert!(headers.contains_key("x-shop-trace") && !headers.contains_key("uber-trace-id"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn jaeger_headers(mut self, names: JaegerHeaders) -> Self {
        self.propagators = self.propagators.with_jaeger_headers(names);
        self
    }

    /// Adds a codec for [`format::Custom`](opentracing_core::format::Custom) with that name.
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::{Codec, ExtractCarrier, ExtractError, InjectCarrier, InjectError, SpanContext, format};
    /// use opentracing_sdk::{Config, reporter};
    ///
    /// /// For messages that carry no context.
    /// #[derive(Debug)]
    /// struct Bare;
    ///
    /// impl Codec for Bare {
    ///     fn inject(&self, _: &SpanContext, _: InjectCarrier<'_>) -> Result<(), InjectError> {
    ///         Ok(())
    ///     }
    ///
    ///     fn extract(&self, _: ExtractCarrier<'_>) -> Result<Option<SpanContext>, ExtractError> {
    ///         Ok(None)
    ///     }
    /// }
    ///
    /// let tracer = Config::new("shop").codec("bare", Bare).reporter(reporter::counting()).build()?.tracer();
    /// assert_eq!(tracer.extract(format::Custom("bare"), &7_u8)?, None);
    /// assert!(tracer.extract(format::Custom("other"), &7_u8).unwrap_err().is_unsupported_format());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn codec(mut self, name: impl Into<String>, codec: impl Codec + 'static) -> Self {
        self.propagators = self.propagators.with_codec(name, codec);
        self
    }

    /// Adds a tag of the process, which holds for all its spans.
    ///
    /// # Examples
    /// ```
    /// use opentracing_sdk::{Batch, Config, ReportError, Reporter};
    ///
    /// #[derive(Debug)]
    /// struct NeedsVersion;
    ///
    /// impl Reporter for NeedsVersion {
    ///     fn report(&mut self, batch: &Batch<'_>) -> Result<(), ReportError> {
    ///         let tagged = batch.process().tags().any(|(key, value)| key == "version" && *value == "1.2");
    ///         if tagged { Ok(()) } else { Err(ReportError::drop("the process has no version")) }
    ///     }
    /// }
    ///
    /// let guard = Config::new("shop").tag("version", "1.2").reporter(NeedsVersion).build()?;
    /// guard.tracer().start_span("checkout").finish();
    /// assert_eq!(guard.close(std::time::Duration::from_secs(5)).exported, 1);
    /// # Ok::<(), opentracing_sdk::ConfigError>(())
    /// ```
    pub fn tag(mut self, key: impl Into<Cow<'static, str>>, value: impl Into<TagValue<'static>>) -> Self {
        self.tags.push((key.into(), value.into()));
        self
    }

    /// Limits what one span keeps.
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::Limits;
    /// use opentracing_sdk::{Config, reporter};
    ///
    /// let memory = reporter::memory();
    /// let limits = Limits { tags_max: 1, ..Limits::default() };
    /// let guard = Config::new("shop").limits(limits).reporter(memory.clone()).build()?;
    /// guard.tracer().span("get").tag("item", 7).tag("colour", "red").start();
    /// guard.close(std::time::Duration::from_secs(5));
    /// assert_eq!(memory.spans()[0].tags.len(), 1);
    /// # Ok::<(), opentracing_sdk::ConfigError>(())
    /// ```
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = Some(limits);
        self
    }

    /// Sets how long new trace ids are; 128 bits unless set.
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::TraceIdBits;
    /// use opentracing_sdk::{Config, reporter};
    ///
    /// let guard = Config::new("shop").trace_id_bits(TraceIdBits::B64).reporter(reporter::counting()).build()?;
    /// let trace_id = guard.tracer().start_span("get").context().trace_id().unwrap();
    /// assert!(trace_id.get() <= u128::from(u64::MAX));
    /// # Ok::<(), opentracing_sdk::ConfigError>(())
    /// ```
    pub fn trace_id_bits(mut self, bits: TraceIdBits) -> Self {
        self.trace_id_bits = Some(bits);
        self
    }

    /// Gives the spans of this tracer so many bytes to wait in, for itself alone. All tracers that are not given a
    /// figure share 24 MiB, which hold some 300,000 spans. What does not fit is dropped and counted.
    ///
    /// # Examples
    /// ```
    /// use opentracing_sdk::{Config, reporter};
    ///
    /// let config = |bytes| Config::new("shop").queue_bytes(bytes).reporter(reporter::counting());
    /// assert!(config(4 << 20).build().is_ok());
    /// assert_eq!(config(100).build().unwrap_err().setting(), "Config::queue_bytes");
    /// ```
    pub fn queue_bytes(mut self, queue_bytes: usize) -> Self {
        self.queue_bytes = Some(queue_bytes);
        self
    }

    /// Reports a batch as soon as it has so many spans; 2,000 unless set, which is about what a request is worth.
    ///
    /// # Examples
    /// ```
    /// use opentracing_sdk::{Config, reporter};
    ///
    /// let counting = reporter::counting();
    /// let guard = Config::new("shop").batch_spans_max(1).reporter(counting.clone()).build()?;
    /// guard.tracer().start_span("a").finish();
    /// guard.tracer().start_span("b").finish();
    /// guard.close(std::time::Duration::from_secs(5));
    /// assert_eq!((counting.spans(), counting.batches()), (2, 2));
    /// # Ok::<(), opentracing_sdk::ConfigError>(())
    /// ```
    pub fn batch_spans_max(mut self, batch_spans_max: usize) -> Self {
        self.batch_spans_max = Some(batch_spans_max);
        self
    }

    /// Reports what there is after this time, full batch or not; a second unless set.
    ///
    /// # Examples
    /// ```
    /// use opentracing_sdk::{Config, reporter};
    /// use std::time::Duration;
    ///
    /// let config = |interval| Config::new("shop").flush_interval(interval).reporter(reporter::counting());
    /// assert!(config(Duration::from_millis(200)).build().is_ok());
    /// assert_eq!(config(Duration::ZERO).build().unwrap_err().setting(), "Config::flush_interval");
    /// ```
    pub fn flush_interval(mut self, flush_interval: Duration) -> Self {
        self.flush_interval = Some(flush_interval);
        self
    }

    /// Sets where the warning goes that spans could not be reported: at once, and then at most one line a minute;
    /// stderr unless set.
    ///
    /// # Examples
    /// ```
    /// use opentracing_sdk::{Config, reporter};
    ///
    /// let full = reporter::memory().spans_max(0);
    /// let guard = Config::new("shop").warnings(std::io::sink()).reporter(full).build()?;
    /// guard.tracer().start_span("checkout").finish();
    /// // Nobody is told, but it is counted.
    /// assert_eq!(guard.close(std::time::Duration::from_secs(5)).dropped.failed, 1);
    /// # Ok::<(), opentracing_sdk::ConfigError>(())
    /// ```
    pub fn warnings(mut self, out: impl Write + Send + 'static) -> Self {
        self.warnings = Some(Sink::new(out));
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

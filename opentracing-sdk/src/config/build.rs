//! From settings to a tracer: code wins over the environment, the environment over the defaults.

use std::sync::Arc;
use std::time::Duration;

use opentracing_core::Settings;

use crate::config::environment::Environment;
use crate::config::guard::{Installed, TracerGuard};
use crate::config::{Config, ConfigError, exporter};
use crate::pipeline::{BatchLimits, Budget, Delivery, Output, Parts, Pipeline, QUEUE_BYTES_MIN, Warnings};
use crate::process::Process;
use crate::propagation::Propagation;
use crate::recorder::SdkRecorder;
use crate::reporter;
use crate::sink::Sink;

/// Spans of a batch: beyond some 2,000 a request gets no cheaper for each of them.
const BATCH_SPANS_MAX: usize = 2000;
/// Bytes of a batch, a quarter of what collectors take in one request.
const BATCH_BYTES_MAX: usize = 1 << 20;
const FLUSH_INTERVAL: Duration = Duration::from_secs(1);

impl Config {
    /// Sets up the tracer, for the guard's owner alone.
    ///
    /// # Errors
    /// When a setting cannot be used, in code or in the environment.
    ///
    /// # Examples
    /// ```
    /// use opentracing_sdk::{Config, reporter};
    ///
    /// let guard = Config::new("shop").reporter(reporter::counting()).build()?;
    /// let tracer = guard.tracer();
    /// tracer.start_span("checkout").finish();
    /// # Ok::<(), opentracing_sdk::ConfigError>(())
    /// ```
    // Inline, so that what a recorder does for each span is compiled as a part of the program, not of a library: the
    // compiler then reaches thread-local state without a call, which is a third of it.
    #[inline]
    pub fn build(self) -> Result<TracerGuard, ConfigError> {
        Ok(match self.recorder()? {
            Some(recorder) => TracerGuard::new(recorder),
            None => TracerGuard::disabled(),
        })
    }

    /// `None` where tracing is off.
    fn recorder(self) -> Result<Option<SdkRecorder>, ConfigError> {
        if self.disabled == Some(true) {
            return Ok(None);
        }
        let Self { environment, .. } = self;
        let environment = environment?;
        let this = Self { environment: Ok(Environment::default()), ..self };
        if this.disabled.or(environment.disabled).unwrap_or_default() {
            return Ok(None);
        }
        this.recorder_with(environment).map(Some)
    }

    /// Sets up the tracer and makes it the global one, until the guard is dropped.
    ///
    /// # Errors
    /// When a setting cannot be used, and when another guard made by this function lives.
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::tracer;
    /// use opentracing_sdk::{Config, reporter};
    ///
    /// let counting = reporter::counting();
    /// let guard = Config::new("shop").reporter(counting.clone()).init()?;
    /// tracer().start_span("checkout").finish();
    /// drop(guard);
    /// assert_eq!(counting.spans(), 1);
    /// # Ok::<(), opentracing_sdk::ConfigError>(())
    /// ```
    #[inline]
    pub fn init(self) -> Result<TracerGuard, ConfigError> {
        let installed = Installed::claim()?;
        Ok(self.build()?.install(installed))
    }

    /// The same as [`init`](Self::init), under the name it has in Jaeger's clients.
    ///
    /// # Errors
    /// As `init`.
    ///
    /// # Examples
    /// ```
    /// use opentracing_sdk::{Config, reporter};
    ///
    /// let guard = Config::new("shop").reporter(reporter::counting()).initialize_tracer()?;
    /// assert!(!opentracing_core::tracer().is_noop());
    /// drop(guard);
    /// assert!(opentracing_core::tracer().is_noop());
    /// # Ok::<(), opentracing_sdk::ConfigError>(())
    /// ```
    #[inline]
    pub fn initialize_tracer(self) -> Result<TracerGuard, ConfigError> {
        self.init()
    }

    fn recorder_with(self, environment: Environment) -> Result<SdkRecorder, ConfigError> {
        let process = self.process(&environment)?;
        let limits = self.limits.or(environment.limits).unwrap_or_default();
        let batches = BatchLimits {
            spans_max: self.batch_spans_max.or(environment.batch_spans_max).unwrap_or(BATCH_SPANS_MAX),
            bytes_max: BATCH_BYTES_MAX,
            interval: self.flush_interval.or(environment.flush_interval).unwrap_or(FLUSH_INTERVAL),
        };
        check_batches(batches)?;
        let budget = budget(self.queue_bytes)?;
        let trace_id_bits = self.trace_id_bits.or(environment.trace_id_bits).unwrap_or_default();
        let propagation = self.propagation.or(environment.propagation);
        let propagation = propagation.unwrap_or_else(|| vec![Propagation::Jaeger, Propagation::W3c]);
        let sampler = self.sampler.or(environment.sampler);
        sampler.as_ref().map_or(Ok(()), |sampler| sampler.check())?;

        let mut outputs = self.outputs;
        for output in &outputs {
            output.reporter().check()?;
        }
        if outputs.is_empty() {
            outputs.push(exporter::output(environment.exporter)?);
        }
        if self.log_spans.or(environment.log_spans).unwrap_or_default() {
            outputs.push(Output::beside(reporter::log()));
        }
        let warnings = Warnings::to(self.warnings.unwrap_or_else(|| Sink::new(std::io::stderr())));
        let parts = Parts { process, delivery: Delivery::new(outputs, warnings), limits: batches };
        let pipeline = Pipeline::new(budget, parts);
        let mut settings = Settings::default();
        (settings.limits, settings.trace_id_bits) = (limits, trace_id_bits);
        let propagators = Arc::new(self.propagators.with_propagations(propagation).with_limits(limits));
        Ok(SdkRecorder { pipeline, sampler, propagators, settings })
    }

    fn process(&self, environment: &Environment) -> Result<Process, ConfigError> {
        let name = self.service_name.as_ref().or(environment.service_name.as_ref());
        let name = name.filter(|name| !name.trim().is_empty()).ok_or_else(|| {
            let reason =
                "the service has no name: set OTEL_SERVICE_NAME or JAEGER_SERVICE_NAME, or name it in code";
            ConfigError::new("Config::service_name", reason)
        })?;
        let process = Process::new(name).tag("jaeger.version", concat!("Rust-", env!("CARGO_PKG_VERSION")));
        let from_environment = environment.tags.iter().cloned().map(|(key, value)| (key.into(), value));
        let tags = from_environment.chain(self.tags.iter().cloned());
        Ok(tags.fold(process, |process, (key, value)| process.tag(key, value)))
    }
}

fn check_batches(BatchLimits { spans_max, interval, .. }: BatchLimits) -> Result<(), ConfigError> {
    if spans_max == 0 {
        return Err(
            ConfigError::new("Config::batch_spans_max", "a batch holds at least one span").with_value("0")
        );
    }
    if interval.is_zero() {
        let reason = "an interval is longer than nothing";
        return Err(ConfigError::new("Config::flush_interval", reason).with_value("0"));
    }
    Ok(())
}

fn budget(queue_bytes: Option<usize>) -> Result<Budget, ConfigError> {
    match queue_bytes {
        None => Ok(Budget::of_process()),
        Some(bytes) if bytes >= QUEUE_BYTES_MIN => Ok(Budget::new(bytes)),
        Some(bytes) => {
            let reason = format!("the queue takes at least {QUEUE_BYTES_MIN} bytes");
            Err(ConfigError::new("Config::queue_bytes", reason).with_value(bytes.to_string()))
        }
    }
}

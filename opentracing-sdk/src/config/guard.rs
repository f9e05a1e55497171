//! What keeps a tracer going.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use opentracing_core::{Report, Tracer, set_global_tracer, unset_global_tracer};

use crate::config::ConfigError;
use crate::pipeline::{Pipeline, ReporterReport};
use crate::propagation::{PropagationStats, Propagators};
use crate::recorder::SdkRecorder;

/// Keeps a tracer going. When this is dropped, the tracer is no longer the global one, if it was; what has finished is
/// delivered, for which there are five seconds; what finishes later is dropped and counted.
///
/// Keep it in `main` until the end: `let _guard = Config::new(..).init()?`, not `let _ =`, which drops it at once.
///
/// # Examples
/// ```
/// use opentracing_sdk::{Config, reporter};
/// use std::time::Duration;
///
/// let guard = Config::new("shop").reporter(reporter::memory()).build()?;
/// guard.tracer().start_span("checkout").finish();
///
/// let report = guard.close(Duration::from_secs(5));
/// assert_eq!((report.started, report.exported), (1, 1));
/// # Ok::<(), opentracing_sdk::ConfigError>(())
/// ```
#[derive(Debug)]
#[must_use = "the tracer is closed when this is dropped"]
pub struct TracerGuard {
    tracer: Tracer,
    /// `None` where tracing is off.
    parts: Option<(Pipeline, Arc<Propagators>)>,
    installed: Option<Installed>,
}

/// What dropping the guard may take: OpenTelemetry's default for shutting down.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(5);

impl TracerGuard {
    #[inline]
    pub(crate) fn new(recorder: SdkRecorder) -> Self {
        let parts = Some((recorder.pipeline.clone(), Arc::clone(&recorder.propagators)));
        Self { tracer: Tracer::new(recorder), parts, installed: None }
    }

    pub(crate) fn disabled() -> Self {
        Self { tracer: Tracer::noop(), parts: None, installed: None }
    }

    pub(crate) fn install(mut self, installed: Installed) -> Self {
        set_global_tracer(&self.tracer);
        self.installed = Some(installed);
        self
    }

    /// The tracer.
    ///
    /// # Examples
    /// ```
    /// use opentracing_sdk::{Config, reporter};
    ///
    /// let guard = Config::new("shop").reporter(reporter::counting()).build()?;
    /// let tracer = guard.tracer();
    /// assert_eq!(tracer.in_span("sum", |_| 1 + 2), 3);
    /// assert_eq!(guard.report().started, 1);
    /// # Ok::<(), opentracing_sdk::ConfigError>(())
    /// ```
    #[must_use]
    pub fn tracer(&self) -> Tracer {
        self.tracer.clone()
    }

    /// Delivers every span that finished before the call, from all threads, as far as the time allows. What is not
    /// delivered by then is still queued.
    ///
    /// # Examples
    /// ```
    /// use opentracing_sdk::{Config, reporter};
    ///
    /// let memory = reporter::memory();
    /// let guard = Config::new("shop").reporter(memory.clone()).build()?;
    /// guard.tracer().start_span("checkout").finish();
    /// let report = guard.flush(std::time::Duration::from_secs(5));
    /// assert_eq!((report.exported, report.queued), (1, 0));
    /// assert_eq!(memory.spans()[0].operation_name, "checkout");
    /// # Ok::<(), opentracing_sdk::ConfigError>(())
    /// ```
    #[expect(clippy::must_use_candidate, reason = "it is called for what it does")]
    pub fn flush(&self, timeout: Duration) -> Report {
        self.tracer.flush(timeout)
    }

    /// Delivers what has finished, as far as the time allows, and lets go of the reporters, also of one that does not
    /// return. What could not be delivered, and what finishes later, counts as dropped. Closing again is harmless.
    ///
    /// # Examples
    /// ```
    /// use opentracing_sdk::{Config, reporter};
    ///
    /// let guard = Config::new("shop").reporter(reporter::counting()).build()?;
    /// let late = guard.tracer().start_span("late");
    /// guard.tracer().start_span("checkout").finish();
    /// assert_eq!(guard.close(std::time::Duration::from_secs(5)).exported, 1);
    /// late.finish();
    /// assert_eq!(guard.report().dropped.closed, 1);
    /// # Ok::<(), opentracing_sdk::ConfigError>(())
    /// ```
    #[expect(clippy::must_use_candidate, reason = "it is called for what it does")]
    pub fn close(&self, timeout: Duration) -> Report {
        self.tracer.close(timeout)
    }

    /// What has become of the spans so far.
    ///
    /// # Examples
    /// ```
    /// use opentracing_sdk::{Config, reporter, sampler};
    ///
    /// let config = Config::new("shop").sampler(sampler::constant(false));
    /// let guard = config.reporter(reporter::counting()).build()?;
    /// guard.tracer().start_span("browse").finish();
    /// let open = guard.tracer().start_span("checkout");
    /// let report = guard.report();
    /// assert_eq!((report.started, report.unsampled, report.open), (2, 1, 1));
    /// # Ok::<(), opentracing_sdk::ConfigError>(())
    /// ```
    #[must_use]
    pub fn report(&self) -> Report {
        self.tracer.report()
    }

    /// What each reporter has taken and lost, in the order in which they were given.
    ///
    /// # Examples
    /// ```
    /// use opentracing_sdk::{Config, reporter};
    ///
    /// let config = Config::new("shop").reporter(reporter::memory().spans_max(1)).reporter(reporter::counting());
    /// let guard = config.build()?;
    /// guard.tracer().start_span("a").finish();
    /// guard.tracer().start_span("b").finish();
    /// guard.close(std::time::Duration::from_secs(5));
    ///
    /// assert_eq!(guard.report().exported, 2);
    /// assert_eq!(guard.reporters()[0].dropped.failed, 1);
    /// assert_eq!(guard.reporters()[1].exported, 2);
    /// # Ok::<(), opentracing_sdk::ConfigError>(())
    /// ```
    #[must_use]
    pub fn reporters(&self) -> Vec<ReporterReport> {
        self.parts.as_ref().map(|(pipeline, _)| pipeline.reporters()).unwrap_or_default()
    }

    /// What propagation has had to leave out: headers that could not be read, baggage beyond the limits.
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::format;
    /// use opentracing_sdk::{Config, reporter};
    ///
    /// let guard = Config::new("shop").reporter(reporter::counting()).build()?;
    /// let headers = [("uber-trace-id", "no context")];
    /// assert!(guard.tracer().extract(format::HttpHeaders, &headers).is_err());
    /// assert_eq!(guard.propagation_stats().span_context_decoding_errors, 1);
    /// # Ok::<(), opentracing_sdk::ConfigError>(())
    /// ```
    #[must_use]
    pub fn propagation_stats(&self) -> PropagationStats {
        self.parts.as_ref().map(|(_, propagators)| propagators.stats()).unwrap_or_default()
    }
}

impl Drop for TracerGuard {
    fn drop(&mut self) {
        if self.installed.is_some() {
            unset_global_tracer(&self.tracer);
        }
        self.tracer.close(CLOSE_TIMEOUT);
    }
}

/// The right to have the global tracer; given back when this is dropped.
#[derive(Debug)]
pub(crate) struct Installed(());

static IS_INSTALLED: AtomicBool = AtomicBool::new(false);

impl Installed {
    pub(crate) fn claim() -> Result<Self, ConfigError> {
        if IS_INSTALLED.swap(true, Ordering::AcqRel) {
            return Err(ConfigError::already_installed());
        }
        Ok(Self(()))
    }
}

impl Drop for Installed {
    fn drop(&mut self) {
        IS_INSTALLED.store(false, Ordering::Release);
    }
}

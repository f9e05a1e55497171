//! What the tracers of this crate are made of: a sampler, codecs and a pipeline.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use opentracing_core::{
    Decision, ExtractCarrier, ExtractError, InjectCarrier, InjectError, Recorder, Report, Settings,
    SpanContext, SpanHead, SpanRecord, StartInfo,
};

use crate::pipeline::Pipeline;
use crate::propagation::Propagators;
use crate::sampler::Sampler;

#[derive(Debug)]
pub(crate) struct SdkRecorder {
    pub(crate) pipeline: Pipeline,
    /// `None` where nobody asked for one: everything is kept, and roots have no tags that say so.
    pub(crate) sampler: Option<Box<dyn Sampler>>,
    pub(crate) propagators: Arc<Propagators>,
    pub(crate) settings: Settings,
}

/// The tag that a debug id becomes, as the header is called that it came in.
const DEBUG_ID: &str = "jaeger-debug-id";

impl SdkRecorder {
    /// Asks the sampler, which may be the application's own code: one that panics keeps the trace, and does not
    /// take the application down.
    fn ask_sampler(&self, start: &StartInfo<'_>) -> Decision {
        let Some(sampler) = &self.sampler else { return Decision::record() };
        // Unwind safety: nothing that a panic may have left half-done is used here.
        catch_unwind(AssertUnwindSafe(|| sampler.sample(start))).unwrap_or_else(|_| {
            log::warn!("the sampler {sampler:?} panicked; the trace is kept");
            Decision::record()
        })
    }
}

impl Recorder for SdkRecorder {
    fn sample(&self, start: &StartInfo<'_>) -> Decision {
        match (start.sampling_priority, start.debug_id) {
            (Some(..=0), _) => Decision::drop(),
            (_, Some(id)) => Decision::record().debug().tag(DEBUG_ID, id.to_owned()),
            (Some(_), None) => Decision::record().debug(),
            (None, None) => match start.parent_decision() {
                // The flag may stand in a context without ids, from which nothing is inherited.
                Some(true) if start.parent.is_some_and(SpanContext::is_debug) => Decision::record().debug(),
                Some(sampled) => Decision::sampled(sampled),
                None => self.ask_sampler(start),
            },
        }
    }

    #[inline]
    fn record(&self, span: &SpanRecord<'_>) {
        self.pipeline.record(span);
    }

    #[inline]
    fn record_plain(&self, head: &SpanHead, name: &'static str) {
        self.pipeline.record_plain(head, name);
    }

    fn inject(&self, context: &SpanContext, carrier: InjectCarrier<'_>) -> Result<(), InjectError> {
        self.propagators.inject(context, carrier)
    }

    fn extract(&self, carrier: ExtractCarrier<'_>) -> Result<Option<SpanContext>, ExtractError> {
        self.propagators.extract(carrier)
    }

    fn flush(&self, timeout: Duration) -> Report {
        self.pipeline.flush(timeout)
    }

    fn close(&self, timeout: Duration) -> Report {
        self.pipeline.close(timeout)
    }

    fn report(&self) -> Report {
        self.pipeline.report()
    }

    fn settings(&self) -> Settings {
        self.settings
    }
}

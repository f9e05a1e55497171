//! The account is exact whatever happens in whatever order.

use std::thread;
use std::time::Duration;

use opentracing_sdk::{Batch, ReportError};

use crate::fakes::{LONG, assert_accounted, boom, config, reporter, trace_on_threads};

/// Marsaglia's xorshift.
#[derive(Debug, Clone)]
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }
}

/// Whatever a reporter can answer.
fn report(random: &mut Random, batch: &Batch<'_>) -> Result<(), ReportError> {
    match random.below(8) {
        0 => Err(ReportError::drop("no")),
        1 => Err(ReportError::partial(usize::try_from(random.below(9)).unwrap(), "some")),
        2 if batch.len() > 1 => Err(ReportError::too_large("halve it")),
        3 => boom(),
        _ => Ok(()),
    }
}

#[test]
fn every_span_has_one_outcome_in_any_run() {
    for seed in 1..=1000 {
        let mut random = Random(0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(seed));
        let mut answers = random.clone();
        let answering = reporter(move |batch: &Batch<'_>| report(&mut answers, batch));
        let queue_bytes = 50_000 + usize::try_from(random.below(200_000)).unwrap();
        let batch_spans_max = 1 + usize::try_from(random.below(300)).unwrap();
        let config = config(answering).queue_bytes(queue_bytes).batch_spans_max(batch_spans_max);
        let guard = config.flush_interval(Duration::from_millis(1)).build().unwrap();
        let (threads, spans) = (1 + random.below(3), random.below(1500));
        let (flushes, closes_early) = (random.below(4), random.below(3) == 0);

        let tracer = guard.tracer();
        thread::scope(|scope| {
            scope.spawn(|| trace_on_threads(&tracer, threads, spans));
            for _ in 0..flushes {
                let report = guard.flush(LONG);
                let known = report.queued + report.exported + report.dropped.total();
                assert!(known <= threads * spans, "seed {seed}: {report:?}");
            }
            if closes_early {
                guard.close(LONG);
            }
        });
        let report = guard.close(LONG);
        assert_accounted(&report, threads * spans);
        assert_eq!((report.open, report.queued), (0, 0), "seed {seed}");
    }
}

//! Properties, tried on many inputs from a generator with a fixed seed.

use std::collections::BTreeMap;

use opentracing_core::{ExtractCarrier, InjectCarrier, SpanContext, SpanId, TraceId};
use opentracing_sdk::propagation::{Propagation, Propagators};

use super::{fields, jaeger, w3c};

const RUNS: usize = 2000;

/// Marsaglia's xorshift.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound as u64).unwrap()
    }

    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    fn text(&mut self, alphabet: &[char], length_max: usize) -> String {
        (0..self.below(length_max + 1)).map(|_| self.pick(alphabet)).collect()
    }

    /// Ids with many bits and with few.
    fn number(&mut self) -> u64 {
        let shift = self.below(64);
        (self.next() >> shift).max(1)
    }

    fn context(&mut self, key: &[char], value: &[char]) -> SpanContext {
        let high = if self.below(2) == 0 { 0 } else { self.number() };
        let trace_id = TraceId::new(u128::from(high) << 64 | u128::from(self.number())).unwrap();
        let parent_id = SpanId::new(self.number()).filter(|_| self.below(2) == 0);
        let flags = u8::try_from(self.below(256)).unwrap();
        let ids = SpanContext::builder().ids(trace_id, SpanId::new(self.number()).unwrap());
        let builder = ids.parent_id(parent_id).flags(flags);
        let items = self.below(6);
        (0..items)
            .fold(builder, |builder, item| {
                builder.baggage_item(format!("k{item}{}", self.text(key, 8)), self.text(value, 20))
            })
            .build()
    }
}

const TOKENS: &[char] = &['a', 'z', '0', '-', '_', '.', '!', '~', '|', '*'];
const TEXT: &[char] =
    &['a', 'Z', ' ', '+', '%', '4', '1', ',', '=', ';', ':', '/', '"', 'é', '€', '\u{1f47e}', '~', '\t'];

fn assert_same(read: &SpanContext, sent: &SpanContext) {
    assert_eq!(fields(read), fields(sent));
    assert!(read.baggage().eq(sent.baggage()), "{:?} for {:?}", super::baggage(read), super::baggage(sent));
}

#[test]
fn what_is_written_in_headers_is_read_again() {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    for _ in 0..RUNS {
        let context = random.context(TOKENS, TEXT);
        let mut headers = http::HeaderMap::new();
        jaeger().inject(&context, InjectCarrier::HttpHeaders(&mut headers)).unwrap();
        assert_same(&jaeger().extract(ExtractCarrier::HttpHeaders(&headers)).unwrap().unwrap(), &context);

        let mut map = BTreeMap::new();
        jaeger().inject(&context, InjectCarrier::TextMap(&mut map)).unwrap();
        assert_same(&jaeger().extract(ExtractCarrier::TextMap(&map)).unwrap().unwrap(), &context);

        let mut headers = http::HeaderMap::new();
        w3c().inject(&context, InjectCarrier::HttpHeaders(&mut headers)).unwrap();
        let read = w3c().extract(ExtractCarrier::HttpHeaders(&headers)).unwrap().unwrap();
        assert_eq!((read.ids(), read.is_sampled()), (context.ids(), context.is_sampled()));
        assert!(read.baggage().eq(context.baggage()));
    }
}

#[test]
fn what_is_written_in_bytes_is_read_again() {
    let mut random = Random(7);
    for _ in 0..RUNS {
        let context = random.context(TEXT, TEXT);
        let mut buffer = Vec::new();
        jaeger().inject(&context, InjectCarrier::Binary(&mut buffer)).unwrap();
        assert_same(&jaeger().extract(ExtractCarrier::Binary(&buffer)).unwrap().unwrap(), &context);
    }
}

/// A valid value with some bytes changed, removed and added.
fn mutate(random: &mut Random, valid: &[u8]) -> Vec<u8> {
    let mut bytes = valid.to_vec();
    for _ in 0..random.below(4) {
        let at = random.below(bytes.len() + 1);
        let byte = random.pick(b"0f:-+%,=; \t\r\n\0\x7f\x80\xff@1aA");
        match random.below(4) {
            0 => bytes.insert(at, byte),
            1 if at < bytes.len() => _ = bytes.remove(at),
            2 if at < bytes.len() => bytes[at] = byte,
            _ => bytes.truncate(at),
        }
    }
    bytes
}

const VALID: &[(&str, &[u8])] = &[
    ("uber-trace-id", b"463ac35c9f6413ad48485a3953bb6124:a2fb4a1d1a96d312:0:1"),
    ("uber-trace-id", b"2a%3A1%3A0%3A1"),
    ("uberctx-key", b"a%20b+c%C3%BC"),
    ("jaeger-baggage", b"k1=v1, k2 = v2%2Ck3=v3"),
    ("jaeger-debug-id", b"a+b%20c"),
    ("traceparent", b"00-463ac35c9f6413ad48485a3953bb6124-a2fb4a1d1a96d312-01"),
    ("tracestate", b"foo=1,bar@x=2 , baz=a b"),
    ("baggage", b"k=v;p=1, k2=a%20b"),
];

#[test]
fn garbled_headers_never_panic_and_what_they_leave_can_be_written() {
    let mut random = Random(0x2545_f491_4f6c_dd1d);
    let propagators = [Propagators::default(), Propagators::new([Propagation::W3c, Propagation::Jaeger])];
    for _ in 0..5 * RUNS {
        let mut headers = Vec::new();
        for _ in 0..random.below(8) {
            let (key, value) = random.pick(VALID);
            headers.push((key, mutate(&mut random, value)));
        }
        for propagators in &propagators {
            for carrier in [ExtractCarrier::HttpHeaders(&headers), ExtractCarrier::TextMap(&headers)] {
                let Ok(Some(context)) = propagators.extract(carrier) else { continue };
                let mut map = http::HeaderMap::new();
                let written = propagators.inject(&context, InjectCarrier::HttpHeaders(&mut map));
                assert!(written.is_ok() || context.debug_id().is_some());
            }
        }
    }
    assert!(propagators.iter().all(|propagators| propagators.stats().entries_refused == 0));
}

#[test]
fn garbled_bytes_never_panic() {
    let mut random = Random(11);
    let context = random.context(TEXT, TEXT);
    let mut valid = Vec::new();
    jaeger().inject(&context, InjectCarrier::Binary(&mut valid)).unwrap();
    let (mut read, mut refused) = (0, 0);
    for _ in 0..5 * RUNS {
        let mut bytes = mutate(&mut random, &valid);
        let at = random.below(bytes.len().max(1));
        bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 1 << (at % 8));
        match jaeger().extract(ExtractCarrier::Binary(&bytes)) {
            Ok(_) => read += 1,
            Err(error) => {
                assert!(error.is_corrupted());
                refused += 1;
            }
        }
    }
    assert!(read > 0 && refused > 0, "{read} read, {refused} refused");
}

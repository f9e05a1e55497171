//! No library: what the loops cost by themselves.

use std::collections::HashMap;
use std::hint::black_box;

use http::{HeaderMap, HeaderName, HeaderValue};

use crate::peers::shape::{Pauses, TRACEPARENT, TRACEPARENT_VALUE, below, poll_to_end, spawned, trees};
use crate::peers::{Fate, Library, Repetition};
use crate::scenario::{Setup, Work};

struct Bare;

pub fn install(setup: Setup) -> Option<Box<dyn Library>> {
    (setup == Setup::Sampled).then(|| Box::new(Bare) as Box<dyn Library>)
}

impl Library for Bare {
    fn work(&self, work: Work) -> Option<Repetition> {
        Some(match work {
            Work::Trees(shape) if shape.children > 0 => trees(shape, || (), |()| black_box(())),
            Work::Futures { pauses } => below(|| (), move |(), _| poll_to_end(Pauses(pauses))),
            Work::Spawn => spawned(|| (), |()| Pauses(0)),
            Work::Attribute => below(|| (), |(), _| empty()),
            Work::InjectMap => below(
                || (),
                |(), _| {
                    let map = HashMap::from([(TRACEPARENT.to_owned(), TRACEPARENT_VALUE.to_owned())]);
                    black_box(map);
                },
            ),
            Work::InjectHeaders => below(
                || (),
                |(), _| {
                    let mut headers = HeaderMap::new();
                    let value = HeaderValue::from_str(TRACEPARENT_VALUE).expect("a valid header");
                    headers.insert(HeaderName::from_static(TRACEPARENT), value);
                    black_box(headers);
                },
            ),
            _ => return None,
        })
    }

    fn flush(&self) -> Fate {
        Fate::default()
    }
}

#[inline(never)]
fn empty() {
    black_box(());
}

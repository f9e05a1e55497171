//! Tags of a span.

use std::hint::black_box;

use opentracing::active_span;

use super::{Dimension, Flat};
use crate::samples::Samples;
use crate::subject::{Subject, samples_of};

pub const DIMENSION: Dimension = Dimension {
    name: "tags",
    title: "tags of a span: static strings and integers in turn",
    values: &[0, 1, 2, 8, 32, TAGS_MAX],
    flat: Flat::Tag,
    sample,
};

/// The limit that a span has by default.
const TAGS_MAX: usize = 128;

/// A tag takes about as much memory as half a span, so samples have fewer of them.
const SPANS: usize = 200;

fn sample(tags: usize) -> Samples {
    let mut subject = Subject::new();
    let keys = keys();
    let root = active_span!("root");
    for _ in 0..samples_of(SPANS) {
        subject.sample(SPANS, || (0..SPANS).for_each(|_| child(&keys[..tags])));
    }
    drop(root);
    subject.made(1);
    subject.finish()
}

/// Keys differ, as those of a real span do.
fn keys() -> Vec<&'static str> {
    let key = |number| &*format!("tag.{number:03}").leak();
    (0..TAGS_MAX).map(key).collect()
}

fn child(keys: &[&'static str]) {
    let child = active_span!("child");
    for (number, &key) in keys.iter().enumerate() {
        match number % 2 {
            0 => child.set_tag(key, black_box("somebody")),
            _ => child.set_tag(key, black_box(number as i64)),
        };
    }
}

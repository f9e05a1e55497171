//! In what a program may grow.

mod depth;
mod open;
mod tags;
mod threads;
mod tracers;
mod width;

use crate::samples::Samples;

/// Something that there may be more or less of.
pub struct Dimension {
    /// As arguments call it.
    pub name: &'static str,
    /// What there is more and more of.
    pub title: &'static str,
    pub values: &'static [usize],
    /// What has to stay the same while the values grow.
    pub flat: Flat,
    /// Measures one value, in this process.
    pub sample: fn(usize) -> Samples,
}

/// What is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flat {
    /// The cost of a span.
    Span,
    /// What each tag adds to it; the first value has none.
    Tag,
    /// Nothing: there are fewer cores than threads. It is shown how the cost of a span grows.
    Nothing,
}

pub const ALL: &[Dimension] = &[
    threads::DIMENSION,
    depth::DIMENSION,
    width::DIMENSION,
    tags::DIMENSION,
    tracers::DIMENSION,
    open::DIMENSION,
];

/// The dimension of this name.
pub fn find(name: &str) -> Result<&'static Dimension, String> {
    let names = || ALL.iter().map(|dimension| dimension.name).collect::<Vec<_>>().join(", ");
    ALL.iter().find(|dimension| dimension.name == name).ok_or_else(|| format!("not one of {}", names()))
}

//! Baggage on its way in, within its limits.

use std::collections::BTreeMap;

use opentracing_core::Limits;

/// How much baggage may still come. It is charged for what is received, usable or not, so that a limit cannot
/// be got round with what is invalid, empty or repeated, or with many lines.
#[derive(Debug, Clone)]
pub(super) struct Budget {
    items: usize,
    bytes: usize,
    dropped: u64,
}

impl Budget {
    pub(super) fn new(limits: &Limits) -> Self {
        Self { items: limits.baggage_items_max, bytes: limits.baggage_bytes_max, dropped: 0 }
    }

    /// Whether an item of that many bytes may still come; if not, it is counted.
    pub(super) fn charge(&mut self, bytes: usize) -> bool {
        let fits = self.items > 0 && bytes <= self.bytes;
        if fits {
            self.items -= 1;
            self.bytes -= bytes;
        } else {
            self.dropped += 1;
        }
        fits
    }

    /// Counts an item that is dropped for another reason.
    pub(super) fn drop_item(&mut self) {
        self.dropped += 1;
    }

    pub(super) fn dropped(&self) -> u64 {
        self.dropped
    }
}

/// What one codec has received, in order; of several items with one key, the last counts.
#[derive(Debug)]
pub(super) struct Baggage {
    pub(super) budget: Budget,
    pub(super) items: Vec<(String, String)>,
}

impl Baggage {
    pub(super) fn new(limits: &Limits) -> Self {
        Self { budget: Budget::new(limits), items: Vec::new() }
    }

    /// Keeps an item that came as text. Its key is folded, since a header's name has no case.
    pub(super) fn insert_folded(&mut self, mut key: String, value: String) {
        key.make_ascii_lowercase();
        self.items.push((key, value));
    }
}

/// What all codecs have received together. Of several values of one key, that of the first codec counts.
#[derive(Debug)]
pub(super) struct Joined {
    budget: Budget,
    pub(super) items: BTreeMap<String, String>,
}

impl Joined {
    pub(super) fn new(limits: &Limits) -> Self {
        Self { budget: Budget::new(limits), items: BTreeMap::new() }
    }

    /// Adds what one codec has received; how many items had to be dropped.
    pub(super) fn add(&mut self, items: Vec<(String, String)>) -> u64 {
        let before = self.budget.dropped();
        for (key, value) in BTreeMap::from_iter(items) {
            if !self.items.contains_key(&key) && self.budget.charge(key.len() + value.len()) {
                self.items.insert(key, value);
            }
        }
        self.budget.dropped() - before
    }
}

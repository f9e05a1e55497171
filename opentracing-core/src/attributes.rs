//! The memory of one span's tags and logs: typed entries, and the bytes of their text beside them.
//!
//! An [`Arena`] is filled while a span lives, read once when it is recorded, and then used again by the next
//! span of the thread. [`Attributes`] is the borrowed, readable form that recorders and reporters get.

use std::borrow::Cow;

use crate::clock::Timestamp;
use crate::limits::Limits;
use crate::tag::TagValue;

/// One tag, one log or one field of a log, as it lies in memory: plain data that a recorder may copy.
///
/// A log is one entry, followed by those of its fields. Text lies in the bytes that go with the entries.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    key: Name,
    value: Value,
}

/// A key: almost always a literal, which costs no copy.
#[derive(Debug, Clone, Copy)]
enum Name {
    Static(&'static str),
    Copied(Range),
}

#[derive(Debug, Clone, Copy)]
enum Value {
    Bool(bool),
    I64(i64),
    U64(u64),
    F64(f64),
    Str(Range),
    Bytes(Range),
    /// A log; this many of the entries that follow are its fields.
    Log {
        fields: u32,
        time: Timestamp,
    },
}

/// A piece of the text: an offset, and a length.
#[derive(Debug, Clone, Copy)]
struct Range {
    start: u32,
    len: u32,
}

impl Range {
    fn of(self, text: &[u8]) -> &[u8] {
        let start = self.start as usize;
        text.get(start..start + self.len as usize).unwrap_or_default()
    }

    fn str(self, text: &[u8]) -> &str {
        // Only whole strings are copied in; what is not text comes from parts that do not belong together.
        std::str::from_utf8(self.of(text)).unwrap_or_default()
    }
}

/// Tags and logs being collected.
#[derive(Debug, Clone, Default)]
pub(crate) struct Arena {
    entries: Vec<Entry>,
    text: Vec<u8>,
    tags: u32,
    logs: u32,
    /// Tags, logs and fields that a limit kept out.
    dropped: u32,
    /// Set once no key comes twice; from then on a value is replaced where it stands.
    distinct: bool,
    /// Bytes of text that belong to replaced values.
    garbage: usize,
}

/// What replaced values may hold before their memory is taken back.
const GARBAGE_BYTES_MAX: usize = 64 << 10;

impl Arena {
    pub(crate) fn view(&self) -> Attributes<'_> {
        Attributes { entries: &self.entries, text: &self.text, dropped: self.dropped }
    }

    /// Empties the arena and keeps its memory, unless that has become large.
    pub(crate) fn clear(&mut self) {
        const ENTRIES_KEPT_MAX: usize = 1024;
        const TEXT_KEPT_MAX: usize = 64 << 10;
        let large = self.entries.capacity() > ENTRIES_KEPT_MAX || self.text.capacity() > TEXT_KEPT_MAX;
        let (mut entries, mut text) = (std::mem::take(&mut self.entries), std::mem::take(&mut self.text));
        *self = Self::default();
        if !large {
            entries.clear();
            text.clear();
            (self.entries, self.text) = (entries, text);
        }
    }

    /// Adds a tag. Of several values the last wins when they are read ([`Attributes::tags`]), which keeps this
    /// an append; at the limit, values that were replaced make room.
    pub(crate) fn tag(&mut self, key: Cow<'static, str>, value: &TagValue<'_>, limits: &Limits) {
        if self.tags as usize >= limits.tags_max {
            return self.tag_at_limit(key, value, limits);
        }
        match self.entry(key, value, limits) {
            Some(entry) => {
                self.entries.push(entry);
                self.tags += 1;
            }
            None => self.drop_one(),
        }
    }

    #[cold]
    fn tag_at_limit(&mut self, key: Cow<'static, str>, value: &TagValue<'_>, limits: &Limits) {
        if !self.distinct || self.garbage > GARBAGE_BYTES_MAX {
            self.compact();
            if (self.tags as usize) < limits.tags_max {
                return self.tag(key, value, limits);
            }
            self.distinct = true;
        }
        let Some(index) = self.position(&key) else { return self.drop_one() };
        match self.entry(key, value, limits) {
            Some(entry) => {
                self.garbage += self.entries[index].text_len();
                self.entries[index] = entry;
            }
            None => self.drop_one(),
        }
    }

    fn drop_one(&mut self) {
        self.dropped = self.dropped.saturating_add(1);
    }

    /// Where the tag of this name stands.
    fn position(&self, key: &str) -> Option<usize> {
        let mut index = 0;
        while let Some(entry) = self.entries.get(index) {
            match entry.value {
                Value::Log { fields, .. } => index += fields as usize,
                _ if entry.key(&self.text) == key => return Some(index),
                _ => {}
            }
            index += 1;
        }
        None
    }

    /// Leaves each tag its last value, and the text only what is still used.
    fn compact(&mut self) {
        let old = std::mem::take(self);
        self.dropped = old.dropped;
        let all = old.view();
        let mut index = 0;
        for item in all.walk() {
            let kept = if item.is_log() {
                self.logs += 1;
                Some(item.entry)
            } else {
                index += 1;
                all.last_value(index - 1, item.entry.key(&old.text))
            };
            let Some(entry) = kept else { continue };
            self.tags += u32::from(!item.is_log());
            for entry in [&[entry], item.fields].concat() {
                let entry = entry.moved(|range| self.copy_unchecked(range.of(&old.text)));
                self.entries.push(entry);
            }
        }
    }

    /// Adds a log of the given fields.
    pub(crate) fn log(&mut self, time: Timestamp, fields: &Arena, limits: &Limits) {
        if self.logs as usize >= limits.logs_max || self.text.len() + fields.text.len() > limits.text_bytes()
        {
            return self.drop_one();
        }
        let count = fields.entries.len().min(limits.log_fields_max);
        let lost = u32::try_from(fields.entries.len() - count).unwrap_or(u32::MAX);
        self.dropped = self.dropped.saturating_add(lost).saturating_add(fields.dropped);
        let marker = Value::Log { fields: u32::try_from(count).unwrap_or(u32::MAX), time };
        self.entries.push(Entry { key: Name::Static(""), value: marker });
        let shift = u32::try_from(self.text.len()).unwrap_or(u32::MAX);
        self.text.extend_from_slice(&fields.text);
        self.entries.extend(
            fields.entries[..count]
                .iter()
                .map(|entry| entry.moved(|range| Range { start: range.start + shift, ..range })),
        );
        self.logs += 1;
    }

    /// Adds a field to an arena that holds those of one log, and no tags.
    pub(crate) fn field(&mut self, key: Cow<'static, str>, value: &TagValue<'_>, limits: &Limits) {
        match self.entry(key, value, limits) {
            Some(entry) if self.entries.len() < limits.log_fields_max => self.entries.push(entry),
            _ => self.drop_one(),
        }
    }

    fn entry(&mut self, key: Cow<'static, str>, value: &TagValue<'_>, limits: &Limits) -> Option<Entry> {
        let key = match key {
            Cow::Borrowed(key) => Name::Static(key),
            Cow::Owned(key) => Name::Copied(self.copy(cut(&key, limits.value_bytes_max).as_bytes(), limits)?),
        };
        let value = match value {
            TagValue::Bool(value) => Value::Bool(*value),
            TagValue::I64(value) => Value::I64(*value),
            TagValue::U64(value) => Value::U64(*value),
            TagValue::F64(value) => Value::F64(*value),
            TagValue::Str(text) => {
                Value::Str(self.copy(cut(text, limits.value_bytes_max).as_bytes(), limits)?)
            }
            TagValue::Bytes(bytes) => {
                Value::Bytes(self.copy(&bytes[..bytes.len().min(limits.value_bytes_max)], limits)?)
            }
        };
        Some(Entry { key, value })
    }

    fn copy(&mut self, bytes: &[u8], limits: &Limits) -> Option<Range> {
        let fits = self.text.len() + bytes.len() <= limits.text_bytes();
        fits.then(|| self.copy_unchecked(bytes))
    }

    /// Copies bytes for which there is room: offsets have 32 bits.
    fn copy_unchecked(&mut self, bytes: &[u8]) -> Range {
        let offset = |len: usize| u32::try_from(len).unwrap_or(u32::MAX);
        let range = Range { start: offset(self.text.len()), len: offset(bytes.len()) };
        self.text.extend_from_slice(bytes);
        range
    }
}

/// The longest beginning of at most `bytes_max` bytes that ends between characters.
pub(crate) fn cut(text: &str, bytes_max: usize) -> &str {
    if text.len() <= bytes_max {
        return text;
    }
    let end = (0..=bytes_max).rev().find(|&end| text.is_char_boundary(end)).unwrap_or(0);
    &text[..end]
}

impl Entry {
    /// The same, with its text somewhere else.
    fn moved(self, mut range: impl FnMut(Range) -> Range) -> Self {
        let key = match self.key {
            Name::Static(key) => Name::Static(key),
            Name::Copied(key) => Name::Copied(range(key)),
        };
        let value = match self.value {
            Value::Str(text) => Value::Str(range(text)),
            Value::Bytes(bytes) => Value::Bytes(range(bytes)),
            other => other,
        };
        Self { key, value }
    }

    fn text_len(self) -> usize {
        let key = if let Name::Copied(range) = self.key { range.len } else { 0 };
        let value = if let Value::Str(range) | Value::Bytes(range) = self.value { range.len } else { 0 };
        key as usize + value as usize
    }

    fn key(self, text: &[u8]) -> &str {
        match self.key {
            Name::Static(key) => key,
            Name::Copied(range) => range.str(text),
        }
    }

    fn value(self, text: &[u8]) -> TagValue<'_> {
        match self.value {
            Value::Bool(value) => TagValue::Bool(value),
            Value::I64(value) => TagValue::I64(value),
            Value::U64(value) => TagValue::U64(value),
            Value::F64(value) => TagValue::F64(value),
            Value::Str(range) => TagValue::Str(Cow::Borrowed(range.str(text))),
            Value::Bytes(range) => TagValue::Bytes(Cow::Borrowed(range.of(text))),
            // A log has no value: only parts that do not belong together lead here.
            Value::Log { .. } => TagValue::Bool(false),
        }
    }
}

/// The tags and logs of a span, borrowed from wherever they lie.
///
/// # Examples
/// A recorder that keeps spans copies the two parts and puts them together again later:
/// ```
/// use opentracing_core::{Attributes, Entry};
///
/// fn keep(attributes: Attributes<'_>) -> (Vec<Entry>, Vec<u8>) {
///     let (entries, text) = attributes.parts();
///     (entries.to_vec(), text.to_vec())
/// }
/// # let (entries, text) = keep(Attributes::from_parts(&[], &[], 0));
/// let again = Attributes::from_parts(&entries, &text, 0);
/// assert_eq!(again.tags().count(), 0);
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct Attributes<'a> {
    entries: &'a [Entry],
    text: &'a [u8],
    dropped: u32,
}

impl<'a> Attributes<'a> {
    /// Puts parts together that came from [`Attributes::parts`]. Parts that do not belong together give
    /// wrong or empty texts, never a panic.
    #[must_use]
    pub fn from_parts(entries: &'a [Entry], text: &'a [u8], dropped: u32) -> Self {
        Self { entries, text, dropped }
    }

    /// The entries, and the bytes of their text.
    #[must_use]
    pub fn parts(&self) -> (&'a [Entry], &'a [u8]) {
        (self.entries, self.text)
    }

    /// How many tags, logs and fields a limit kept out.
    ///
    /// # Examples
    /// ```
    /// assert_eq!(opentracing_core::Attributes::from_parts(&[], &[], 3).dropped(), 3);
    /// ```
    #[must_use]
    pub fn dropped(&self) -> u32 {
        self.dropped
    }

    /// The tags, each key once: its last value, at the place of its first.
    ///
    /// # Examples
    /// ```
    /// let attributes = opentracing_core::Attributes::default();
    /// assert_eq!(attributes.tags().count(), 0);
    /// ```
    pub fn tags(&self) -> impl Iterator<Item = (&'a str, TagValue<'a>)> + use<'a> {
        let this = *self;
        let seen = Repeats::of(&this);
        this.walk().filter(|item| !item.is_log()).enumerate().filter_map(move |(index, item)| {
            let key = item.entry.key(this.text);
            let last = if seen.may_repeat(key) { this.last_value(index, key)? } else { item.entry };
            Some((key, last.value(this.text)))
        })
    }

    /// The last entry of a tag, if the one at `index` is the first.
    fn last_value(&self, index: usize, key: &str) -> Option<Entry> {
        let mut same = self
            .walk()
            .filter(|item| !item.is_log())
            .enumerate()
            .filter(|(_, item)| item.entry.key(self.text) == key);
        let (first, item) = same.next()?;
        (first == index).then(|| same.last().map_or(item.entry, |(_, last)| last.entry))
    }

    /// The logs, in the order they were added.
    ///
    /// # Examples
    /// ```
    /// let attributes = opentracing_core::Attributes::default();
    /// assert_eq!(attributes.logs().count(), 0);
    /// ```
    pub fn logs(&self) -> impl Iterator<Item = Log<'a>> + use<'a> {
        let text = self.text;
        self.walk().filter_map(move |item| match item.entry.value {
            Value::Log { time, .. } => Some(Log { time, fields: item.fields, text }),
            _ => None,
        })
    }

    /// Tags and logs in order; the fields of a log come with it.
    fn walk(&self) -> Walk<'a> {
        Walk { rest: self.entries }
    }
}

struct Walk<'a> {
    rest: &'a [Entry],
}

#[derive(Clone, Copy)]
struct Item<'a> {
    entry: Entry,
    fields: &'a [Entry],
}

impl<'a> Iterator for Walk<'a> {
    type Item = Item<'a>;

    fn next(&mut self) -> Option<Item<'a>> {
        let (&entry, rest) = self.rest.split_first()?;
        let fields = if let Value::Log { fields, .. } = entry.value { fields as usize } else { 0 };
        let (fields, rest) = rest.split_at(fields.min(rest.len()));
        self.rest = rest;
        Some(Item { entry, fields })
    }
}

impl<'a> Item<'a> {
    fn is_log(&self) -> bool {
        matches!(self.entry.value, Value::Log { .. })
    }
}

/// A set of keys that may say yes wrongly, never no: most spans repeat no key, and need no search.
struct Repeats {
    repeated: [u64; Self::WORDS],
}

impl Repeats {
    const WORDS: usize = 8;

    fn of(attributes: &Attributes<'_>) -> Self {
        let (mut seen, mut repeated) = ([0; Self::WORDS], [0; Self::WORDS]);
        for item in attributes.walk().filter(|item| !item.is_log()) {
            let (word, bit) = Self::place(item.entry.key(attributes.text));
            repeated[word] |= seen[word] & bit;
            seen[word] |= bit;
        }
        Self { repeated }
    }

    fn may_repeat(&self, key: &str) -> bool {
        let (word, bit) = Self::place(key);
        self.repeated[word] & bit != 0
    }

    fn place(key: &str) -> (usize, u64) {
        // FNV-1a (Fowler, Noll, Vo): good enough to tell a few dozen short keys apart.
        let hash =
            key.bytes().fold(0x811c_9dc5u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
        let index = (hash ^ (hash >> 16)) as usize % (Self::WORDS * 64);
        (index / 64, 1 << (index % 64))
    }
}

/// One log of a span: a moment, and fields.
///
/// # Examples
/// ```
/// use opentracing_core::{Decision, Recorder, SpanRecord, StartInfo, Tracer};
/// use std::sync::mpsc;
///
/// #[derive(Debug)]
/// struct Events(mpsc::Sender<String>);
///
/// impl Recorder for Events {
///     fn sample(&self, _: &StartInfo<'_>) -> Decision {
///         Decision::record()
///     }
///
///     fn record(&self, span: &SpanRecord<'_>) {
///         for log in span.logs() {
///             let _ = self.0.send(log.field("event").unwrap().to_string());
///         }
///     }
/// }
///
/// let (sender, events) = mpsc::channel();
/// Tracer::new(Events(sender)).start_span("op").log_event("retry").finish();
/// assert_eq!(events.try_recv().unwrap(), "retry");
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Log<'a> {
    time: Timestamp,
    fields: &'a [Entry],
    text: &'a [u8],
}

impl<'a> Log<'a> {
    /// When it happened.
    #[must_use]
    pub fn time(&self) -> Timestamp {
        self.time
    }

    /// The fields in order; a key may come more than once.
    pub fn fields(&self) -> impl Iterator<Item = (&'a str, TagValue<'a>)> + use<'a> {
        let text = self.text;
        self.fields.iter().map(move |entry| (entry.key(text), entry.value(text)))
    }

    /// The value of the first field of this name.
    #[must_use]
    pub fn field(&self, key: &str) -> Option<TagValue<'a>> {
        self.fields().find(|(name, _)| *name == key).map(|(_, value)| value)
    }
}

//! One span's tags and logs in memory: typed entries, and the text that goes with them.
//!
//! An [`Arena`] is filled while a span lives, read once when it is recorded, and then used again by the next
//! span of the thread. [`Attributes`] is the borrowed, readable form that recorders and reporters get.

mod arena;
mod repeats;

use std::borrow::Cow;

use crate::clock::Timestamp;
use crate::tag::TagValue;
use repeats::Repeats;

pub(crate) use arena::{Arena, cut};

/// One tag, one log or one field of a log, as it lies in memory: plain data that a recorder may copy.
///
/// A log is one entry, followed by those of its fields. Text lies in a string that goes with the entries.
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
    /// Bytes as text: each is the character of that number. So all text of a span is a string, and nobody who reads
    /// it has to check that again.
    Bytes(Range),
    /// A log; this many of the entries that follow are its fields. Its key is the text of these, in which theirs lies.
    Log {
        fields: u32,
        time: Timestamp,
    },
}

// Two of them fill a cache line.
const _: () = assert!(size_of::<Entry>() == 32);

/// A piece of the text: an offset, and a length.
#[derive(Debug, Clone, Copy)]
struct Range {
    start: u32,
    len: u32,
}

impl Range {
    /// Only whole strings are copied in: what lies elsewhere comes from parts that do not belong together.
    #[inline]
    fn of(self, text: &str) -> &str {
        let start = self.start as usize;
        text.get(start..start + self.len as usize).unwrap_or_default()
    }
}

impl Entry {
    #[inline]
    fn key<'a>(&self, text: &'a str) -> &'a str {
        match self.key {
            Name::Static(key) => key,
            Name::Copied(range) => range.of(text),
        }
    }

    /// The key, as it is given to be added elsewhere.
    fn name(&self, text: &str) -> Cow<'static, str> {
        match self.key {
            Name::Static(key) => Cow::Borrowed(key),
            Name::Copied(range) => Cow::Owned(range.of(text).to_owned()),
        }
    }

    #[inline]
    fn value<'a>(&self, text: &'a str) -> TagValue<'a> {
        match self.value {
            Value::Bool(value) => TagValue::Bool(value),
            Value::I64(value) => TagValue::I64(value),
            Value::U64(value) => TagValue::U64(value),
            Value::F64(value) => TagValue::F64(value),
            Value::Str(range) => TagValue::Str(Cow::Borrowed(range.of(text))),
            Value::Bytes(range) => TagValue::Bytes(bytes(range.of(text))),
            // A log has no value: only parts that do not belong together lead here.
            Value::Log { .. } => TagValue::Bool(false),
        }
    }

    #[inline]
    fn is_log(&self) -> bool {
        matches!(self.value, Value::Log { .. })
    }
}

/// The bytes that were written as characters.
fn bytes(text: &str) -> Cow<'_, [u8]> {
    if text.is_ascii() {
        return Cow::Borrowed(text.as_bytes());
    }
    text.chars().filter_map(|character| u8::try_from(character).ok()).collect()
}

/// The tags and logs of a span, borrowed from wherever they lie.
///
/// # Examples
/// A recorder that keeps spans copies the two parts and puts them together again later:
/// ```
/// use opentracing_core::{Attributes, Entry};
///
/// fn keep(attributes: Attributes<'_>) -> (Vec<Entry>, String) {
///     (attributes.entries().to_vec(), attributes.text().to_owned())
/// }
/// # let (entries, text) = keep(Attributes::default());
/// let again = Attributes::new(&entries, &text, 0);
/// assert_eq!(again.tags().count(), 0);
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct Attributes<'a> {
    entries: &'a [Entry],
    text: &'a str,
    dropped: u32,
}

impl<'a> Attributes<'a> {
    /// Puts parts together that came from [`entries`](Self::entries) and [`text`](Self::text), and how many tags,
    /// logs and fields a limit kept out. Parts that do not belong together give wrong or empty texts, never a panic.
    ///
    /// # Examples
    /// ```
    /// let attributes = opentracing_core::Attributes::new(&[], "", 0);
    /// assert_eq!(attributes.logs().count(), 0);
    /// ```
    #[must_use]
    #[inline]
    pub fn new(entries: &'a [Entry], text: &'a str, dropped: u32) -> Self {
        Self { entries, text, dropped }
    }

    /// As [`new`](Self::new), of text that was kept as bytes and has to be checked; what is no text counts as empty.
    ///
    /// # Examples
    /// ```
    /// let attributes = opentracing_core::Attributes::from_parts(&[], b"\xff", 0);
    /// assert_eq!(attributes.text(), "");
    /// ```
    #[must_use]
    pub fn from_parts(entries: &'a [Entry], text: &'a [u8], dropped: u32) -> Self {
        Self::new(entries, std::str::from_utf8(text).unwrap_or_default(), dropped)
    }

    /// The entries, and the bytes of their text.
    ///
    /// # Examples
    /// ```
    /// let (entries, text) = opentracing_core::Attributes::default().parts();
    /// assert!(entries.is_empty() && text.is_empty());
    /// ```
    #[must_use]
    #[inline]
    pub fn parts(&self) -> (&'a [Entry], &'a [u8]) {
        (self.entries, self.text.as_bytes())
    }

    /// The entries.
    ///
    /// # Examples
    /// ```
    /// assert!(opentracing_core::Attributes::default().entries().is_empty());
    /// ```
    #[must_use]
    #[inline]
    pub fn entries(&self) -> &'a [Entry] {
        self.entries
    }

    /// The text of the entries, which belongs to them as it is.
    ///
    /// # Examples
    /// ```
    /// assert_eq!(opentracing_core::Attributes::default().text(), "");
    /// ```
    #[must_use]
    #[inline]
    pub fn text(&self) -> &'a str {
        self.text
    }

    /// How many tags, logs and fields a limit kept out.
    ///
    /// # Examples
    /// ```
    /// assert_eq!(opentracing_core::Attributes::new(&[], "", 3).dropped(), 3);
    /// ```
    #[must_use]
    #[inline]
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
    #[inline]
    pub fn tags(&self) -> impl Iterator<Item = (&'a str, TagValue<'a>)> + use<'a> {
        Tags { attributes: *self, rest: self.walk(), index: 0, repeats: Repeats::of(self) }
    }

    /// The last entry of a tag, if the one at `index` is the first.
    #[cold]
    fn last_value(&self, index: usize, key: &str) -> Option<&'a Entry> {
        let mut same = self.tag_entries().enumerate().filter(|(_, entry)| entry.key(self.text) == key);
        let (first, entry) = same.next()?;
        (first == index).then(|| same.last().map_or(entry, |(_, last)| last))
    }

    /// The logs, in the order they were added.
    ///
    /// # Examples
    /// ```
    /// let attributes = opentracing_core::Attributes::default();
    /// assert_eq!(attributes.logs().count(), 0);
    /// ```
    #[inline]
    pub fn logs(&self) -> impl Iterator<Item = Log<'a>> + use<'a> {
        let text = self.text;
        self.walk().filter_map(move |(entry, fields)| match entry.value {
            Value::Log { time, .. } => Some(Log { time, fields, text: entry.key(text) }),
            _ => None,
        })
    }

    fn tag_entries(&self) -> impl Iterator<Item = &'a Entry> + Clone + use<'a> {
        self.walk().map(|(entry, _)| entry).filter(|entry| !entry.is_log())
    }

    /// Tags and logs in order; the fields of a log come with it.
    #[inline]
    fn walk(&self) -> Walk<'a> {
        Walk { rest: self.entries }
    }
}

#[derive(Clone)]
struct Walk<'a> {
    rest: &'a [Entry],
}

impl<'a> Iterator for Walk<'a> {
    type Item = (&'a Entry, &'a [Entry]);

    #[inline]
    fn next(&mut self) -> Option<(&'a Entry, &'a [Entry])> {
        let (entry, rest) = self.rest.split_first()?;
        self.rest = rest;
        let Value::Log { fields, .. } = entry.value else { return Some((entry, &[])) };
        let (fields, rest) = rest.split_at((fields as usize).min(rest.len()));
        self.rest = rest;
        Some((entry, fields))
    }
}

/// The tags of a span, each key once.
struct Tags<'a> {
    attributes: Attributes<'a>,
    rest: Walk<'a>,
    index: usize,
    repeats: Repeats,
}

impl<'a> Iterator for Tags<'a> {
    type Item = (&'a str, TagValue<'a>);

    #[inline]
    fn next(&mut self) -> Option<(&'a str, TagValue<'a>)> {
        let text = self.attributes.text;
        loop {
            let (mut entry, _) = self.rest.next()?;
            if entry.is_log() {
                continue;
            }
            let key = entry.key(text);
            self.index += 1;
            if self.repeats.may_have(key) {
                let Some(last) = self.attributes.last_value(self.index - 1, key) else { continue };
                entry = last;
            }
            return Some((key, entry.value(text)));
        }
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
    text: &'a str,
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

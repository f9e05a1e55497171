//! Tags and logs being collected.

use std::borrow::Cow;

use super::{Attributes, Entry, Name, Range, Value};
use crate::clock::Timestamp;
use crate::limits::Limits;
use crate::tag::TagValue;

/// The memory of one span's tags and logs, while it lives.
///
/// What usually happens (there is room, and no limit is near) is an append of a few instructions, made part of the
/// code that sets the tag. Whatever else there is to do is one call away.
#[derive(Debug, Clone, Default)]
pub(crate) struct Arena {
    entries: Vec<Entry>,
    // Invariant: at most `u32::MAX` bytes, so that a `Range` says where each piece lies.
    text: String,
    /// How many of the entries are logs, or fields of logs; all others are tags.
    log_entries: usize,
    logs: u32,
    /// Tags, logs and fields that a limit kept out.
    dropped: u32,
    /// `Some` once no key comes twice, and from then on a value is replaced where it stands: bytes of text that belong to
    /// replaced values.
    garbage: Option<usize>,
}

/// What replaced values may hold before their memory is taken back.
const GARBAGE_BYTES_MAX: usize = 64 << 10;

impl Arena {
    #[inline]
    pub(crate) fn view(&self) -> Attributes<'_> {
        Attributes { entries: &self.entries, text: &self.text, dropped: self.dropped }
    }

    /// Empties the arena and keeps its memory, unless that has become large.
    #[inline]
    pub(crate) fn clear(&mut self) {
        const ENTRIES_KEPT_MAX: usize = 1024;
        const TEXT_KEPT_MAX: usize = 64 << 10;
        if self.entries.capacity() > ENTRIES_KEPT_MAX || self.text.capacity() > TEXT_KEPT_MAX {
            return self.free();
        }
        self.entries.clear();
        self.text.clear();
        (self.log_entries, self.logs, self.dropped, self.garbage) = (0, 0, 0, None);
    }

    #[cold]
    fn free(&mut self) {
        *self = Self::default();
    }

    /// Adds a tag. Of several values the last wins when they are read ([`Attributes::tags`]), which keeps this
    /// an append; at the limit, values that were replaced make room.
    #[inline]
    pub(crate) fn tag(&mut self, key: Cow<'static, str>, value: &TagValue<'_>, limits: &Limits) {
        match key {
            Cow::Borrowed(key) => self.tag_literal(key, value, limits),
            key @ Cow::Owned(_) => self.add_tag(key, value, limits),
        }
    }

    /// As [`tag`](Self::tag), with a key that is a literal.
    #[inline(always)]
    pub(crate) fn tag_literal(&mut self, key: &'static str, value: &TagValue<'_>, limits: &Limits) {
        if !self.append_tag(key, value, limits) {
            self.add_tag(Cow::Borrowed(key), value, limits);
        }
    }

    /// As [`tag_literal`](Self::tag_literal), if that needs no memory and no limit is near; answers whether it was done.
    #[inline(always)]
    pub(crate) fn append_tag(&mut self, key: &'static str, value: &TagValue<'_>, limits: &Limits) -> bool {
        // Logs count here, too, which only makes the other way come earlier.
        self.entries.len() < limits.tags_max && self.append(key, value, limits)
    }

    /// Adds a field to an arena that holds nothing but the fields of one log, for [`log`](Self::log).
    #[inline(always)]
    pub(crate) fn field(&mut self, key: Cow<'static, str>, value: &TagValue<'_>, limits: &Limits) {
        match key {
            Cow::Borrowed(key) => self.field_literal(key, value, limits),
            key @ Cow::Owned(_) => self.add_field(key, value, limits),
        }
    }

    /// As [`field`](Self::field), with a key that is a literal.
    #[inline(always)]
    fn field_literal(&mut self, key: &'static str, value: &TagValue<'_>, limits: &Limits) {
        if self.entries.len() < limits.log_fields_max && self.append(key, value, limits) {
            return;
        }
        self.add_field(Cow::Borrowed(key), value, limits);
    }

    /// Appends an entry if there is memory for it and no limit is near; answers whether it did.
    #[inline(always)]
    fn append(&mut self, key: &'static str, value: &TagValue<'_>, limits: &Limits) -> bool {
        if self.entries.len() == self.entries.capacity() {
            return false;
        }
        let value = match value {
            TagValue::Bool(value) => Value::Bool(*value),
            TagValue::I64(value) => Value::I64(*value),
            TagValue::U64(value) => Value::U64(*value),
            TagValue::F64(value) => Value::F64(*value),
            TagValue::Str(text) => return self.append_text(key, text, limits),
            TagValue::Bytes(_) => return false,
        };
        self.entries.push(Entry { key: Name::Static(key), value });
        true
    }

    /// The rest of `append`, of text. The entry comes first: a compiler cannot know that copying leaves it alone.
    #[inline(always)]
    fn append_text(&mut self, key: &'static str, text: &str, limits: &Limits) -> bool {
        let (start, len) = (self.text.len(), text.len());
        let room = self.text.capacity() - start;
        if len > room || len > limits.value_bytes_max || start + len > limits.text_bytes() {
            return false;
        }
        let value = Value::Str(self.next_range(text));
        self.entries.push(Entry { key: Name::Static(key), value });
        self.text.push_str(text);
        true
    }

    #[inline(never)]
    fn add_tag(&mut self, key: Cow<'static, str>, value: &TagValue<'_>, limits: &Limits) {
        if self.entries.len() - self.log_entries >= limits.tags_max {
            return self.tag_at_limit(key, value, limits);
        }
        match self.entry(key, value, limits) {
            Some(entry) => self.entries.push(entry),
            None => self.drop_one(),
        }
    }

    #[cold]
    fn tag_at_limit(&mut self, key: Cow<'static, str>, value: &TagValue<'_>, limits: &Limits) {
        if self.garbage.is_none_or(|garbage| garbage > GARBAGE_BYTES_MAX) {
            self.compact();
            if self.entries.len() - self.log_entries < limits.tags_max {
                return self.add_tag(key, value, limits);
            }
            self.garbage = Some(0);
        }
        let Some(index) = self.position(&key) else { return self.drop_one() };
        match self.entry(key, value, limits) {
            Some(entry) => {
                let replaced = std::mem::replace(&mut self.entries[index], entry);
                self.garbage = self.garbage.map(|garbage| garbage + replaced.text_len());
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
        for (entry, fields) in self.view().walk() {
            if !entry.is_log() && entry.key(&self.text) == key {
                return Some(index);
            }
            index += 1 + fields.len();
        }
        None
    }

    /// Leaves each tag its last value, and the text only what is still used.
    fn compact(&mut self) {
        let old = std::mem::take(self);
        (self.log_entries, self.logs, self.dropped) = (old.log_entries, old.logs, old.dropped);
        let all = old.view();
        let mut tags = 0..;
        for (entry, fields) in all.walk() {
            let kept = match entry.is_log() {
                true => Some(*entry),
                false => tags.next().and_then(|index| all.last_value(index, entry.key(&old.text)).copied()),
            };
            if let Some(entry) = kept {
                let moved = entry.moved(|range| self.copy_unchecked(range.of(&old.text)));
                self.entries.push(moved);
                self.entries.extend_from_slice(fields);
            }
        }
    }

    /// Adds a log of the fields that another arena holds. They are copied as they are: their text keeps its places
    /// within that of the log.
    #[inline]
    pub(crate) fn log(&mut self, time: Timestamp, fields: &Arena, limits: &Limits) {
        let bytes = self.text.len() + fields.text.len();
        if self.logs as usize >= limits.logs_max || bytes > limits.text_bytes() {
            return self.drop_one();
        }
        let Ok(count) = u32::try_from(fields.entries.len()) else { return self.drop_one() };
        let key = Name::Copied(self.next_range(&fields.text));
        self.entries.reserve(1 + fields.entries.len());
        self.entries.push(Entry { key, value: Value::Log { fields: count, time } });
        self.entries.extend_from_slice(&fields.entries);
        self.text.push_str(&fields.text);
        self.logs += 1;
        self.log_entries += 1 + fields.entries.len();
        self.dropped = self.dropped.saturating_add(fields.dropped);
    }

    /// Whether nothing was added, and nothing was refused.
    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.dropped == 0
    }

    /// Adds what another arena holds, after what is here.
    #[cold]
    pub(crate) fn absorb(&mut self, other: &Arena, limits: &Limits) {
        self.dropped = self.dropped.saturating_add(other.dropped);
        for (entry, fields) in other.view().walk() {
            let Value::Log { time, .. } = entry.value else {
                self.tag(entry.name(&other.text), &entry.value(&other.text), limits);
                continue;
            };
            let (text, mut log) = (entry.key(&other.text), Self::default());
            fields.iter().for_each(|field| log.field(field.name(text), &field.value(text), limits));
            self.log(time, &log, limits);
        }
    }

    #[inline(never)]
    fn add_field(&mut self, key: Cow<'static, str>, value: &TagValue<'_>, limits: &Limits) {
        let fits = self.entries.len() < limits.log_fields_max;
        match fits.then(|| self.entry(key, value, limits)).flatten() {
            Some(entry) => self.entries.push(entry),
            None => self.drop_one(),
        }
    }

    fn entry(&mut self, key: Cow<'static, str>, value: &TagValue<'_>, limits: &Limits) -> Option<Entry> {
        let key = match key {
            Cow::Borrowed(key) => Name::Static(key),
            Cow::Owned(key) => Name::Copied(self.copy(cut(&key, limits.value_bytes_max), limits)?),
        };
        let value = match value {
            TagValue::Bool(value) => Value::Bool(*value),
            TagValue::I64(value) => Value::I64(*value),
            TagValue::U64(value) => Value::U64(*value),
            TagValue::F64(value) => Value::F64(*value),
            TagValue::Str(text) => Value::Str(self.copy(cut(text, limits.value_bytes_max), limits)?),
            TagValue::Bytes(bytes) => {
                let bytes = &bytes[..bytes.len().min(limits.value_bytes_max)];
                let text: String = bytes.iter().copied().map(char::from).collect();
                Value::Bytes(self.copy(&text, limits)?)
            }
        };
        Some(Entry { key, value })
    }

    fn copy(&mut self, text: &str, limits: &Limits) -> Option<Range> {
        let fits = self.text.len() + text.len() <= limits.text_bytes();
        fits.then(|| self.copy_unchecked(text))
    }

    /// Copies text that leaves the whole within its limits.
    fn copy_unchecked(&mut self, text: &str) -> Range {
        let range = self.next_range(text);
        self.text.push_str(text);
        range
    }

    /// Where a text will lie that leaves the whole within its limits.
    #[inline(always)]
    #[expect(clippy::cast_possible_truncation, reason = "the limits have 32 bits")]
    fn next_range(&self, text: &str) -> Range {
        Range { start: self.text.len() as u32, len: text.len() as u32 }
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
    /// The same, with its text somewhere else. That of the fields of a log moves with the log's.
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
}

#[cfg(test)]
mod tests;

//! What spans recorded, written such that it cannot act on a terminal or as markup, and measured in columns.

use std::borrow::Cow;
use std::fmt::Write as _;

use opentracing_core::TagValue;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::picture::{Glyphs, Style};

/// Text for a terminal. Characters that would act on it, that turn the direction of writing or that are not seen
/// at all are written as escapes; so are all beyond ASCII where the terminal may not know them.
pub(super) fn terminal(text: &str, glyphs: Glyphs) -> Cow<'_, str> {
    let shown = |c: char| match glyphs {
        Glyphs::Unicode => !acts_or_hides(c),
        Glyphs::Ascii => c == ' ' || c.is_ascii_graphic(),
    };
    if text.chars().all(shown) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            c if shown(c) => escaped.push(c),
            '\n' => escaped.push_str("\\n"),
            '\r' => escaped.push_str("\\r"),
            '\t' => escaped.push_str("\\t"),
            // Writing to a string cannot fail.
            '\0'..='\u{ff}' if c.is_control() => _ = write!(escaped, "\\x{:02x}", u32::from(c)),
            c => _ = write!(escaped, "\\u{{{:x}}}", u32::from(c)),
        }
    }
    Cow::Owned(escaped)
}

/// Controls (ASCII's and those at 0x80, which some terminals obey, too), line and paragraph separators, the marks
/// that turn the direction of writing, and what has no width without belonging to a visible character.
fn acts_or_hides(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}' | '\u{200c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// Text within markup: an element's content, or an attribute in double quotes.
pub(super) fn markup(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            // XML has no way at all to write most of these.
            c if acts_or_hides(c) || matches!(c, '\u{fffe}' | '\u{ffff}') => {
                escaped.push_str(&terminal(c.encode_utf8(&mut [0; 4]), Glyphs::Ascii));
            }
            c => escaped.push(c),
        }
    }
    escaped
}

/// A tag, or a field of a log, for a terminal: `key=value`, in quotes where one could not tell where the value ends.
pub(super) fn pair(key: &str, value: &TagValue<'_>, style: &Style) -> String {
    let key = terminal(key, style.glyphs);
    let text = match value {
        TagValue::Str(text) => text.clone(),
        TagValue::Bytes(bytes) => {
            let shown = &bytes[..bytes.len().min(style.value_chars_max)];
            Cow::Owned(format!("0x{}", TagValue::Bytes(Cow::Borrowed(shown))))
        }
        other => Cow::Owned(other.to_string()),
    };
    let start = text.char_indices().nth(style.value_chars_max).map_or(&*text, |(end, _)| &text[..end]);
    let more = if start.len() < text.len() { ellipsis(style.glyphs) } else { "" };
    let shown = terminal(start, style.glyphs);
    let quoted = text.is_empty() || text.contains(|c: char| c.is_whitespace() || c == '"');
    match quoted && value.as_str().is_some() {
        true => format!("{key}=\"{}{more}\"", shown.replace('"', "\\\"")),
        false => format!("{key}={shown}{more}"),
    }
}

/// Marks what was left out.
pub(super) fn ellipsis(glyphs: Glyphs) -> &'static str {
    match glyphs {
        Glyphs::Unicode => "…",
        Glyphs::Ascii => "...",
    }
}

/// The columns that a text takes.
pub(super) fn width(text: &str) -> usize {
    text.width()
}

/// The longest beginning that fits into so many columns, at least one character of it, and the rest.
pub(super) fn split(text: &str, columns: usize) -> (&str, &str) {
    let mut used = 0;
    let end = text.char_indices().find(|&(start, c)| {
        used += c.width().unwrap_or(0);
        used > columns && start > 0
    });
    text.split_at(end.map_or(text.len(), |(start, _)| start))
}

/// As `split`, but after a blank if there is one in the second half of what fits; that blank is gone.
pub(super) fn split_between_words(text: &str, columns: usize) -> (&str, &str) {
    let (part, rest) = split(text, columns);
    match part.rfind(' ').filter(|&end| end > part.len() / 2 && !rest.is_empty()) {
        Some(end) => (&text[..end], &text[end + 1..]),
        None => (part, rest),
    }
}

/// The text, or as much of it as fits, and an ellipsis.
pub(super) fn cut(text: &str, columns: usize, glyphs: Glyphs) -> Cow<'_, str> {
    if width(text) <= columns {
        return Cow::Borrowed(text);
    }
    let more = ellipsis(glyphs);
    match columns.checked_sub(width(more)) {
        None | Some(0) => Cow::Borrowed(if columns == 0 { "" } else { split(text, columns).0 }),
        Some(rest) => Cow::Owned(format!("{}{more}", split(text, rest).0)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_act_on_a_terminal_is_written_as_an_escape() {
        let cases = [
            ("plain Größe 東京", "plain Größe 東京"),
            ("\x1b[31mred", "\\x1b[31mred"),
            ("a\r\n\tb\0", "a\\r\\n\\tb\\x00"),
            ("\u{9b}31m\u{7f}", "\\x9b31m\\x7f"),
            ("user\u{202e}txt.exe", "user\\u{202e}txt.exe"),
            ("\u{2066}x\u{2069}\u{200f}\u{61c}", "\\u{2066}x\\u{2069}\\u{200f}\\u{61c}"),
            ("a\u{2028}b\u{feff}\u{200b}", "a\\u{2028}b\\u{feff}\\u{200b}"),
            ("\u{e0041}", "\\u{e0041}"),
        ];
        for (text, shown) in cases {
            assert_eq!(terminal(text, Glyphs::Unicode), shown);
        }
    }

    #[test]
    fn only_ascii_is_left_where_only_ascii_is_known() {
        assert_eq!(terminal("Größe\n", Glyphs::Ascii), "Gr\\u{f6}\\u{df}e\\n");
    }

    #[test]
    fn markup_cannot_be_recorded() {
        assert_eq!(markup("<a b=\"c\" d='e'>&"), "&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;");
        assert_eq!(markup("a\0\u{b}\u{202e}\u{ffff}\nb"), "a\\x00\\x0b\\u{202e}\\u{ffff}\\nb");
    }

    #[test]
    fn a_pair_shows_where_its_value_ends() {
        let style = Style { value_chars_max: 8, ..Style::plain() };
        let shown = |value: TagValue<'_>| pair("k", &value, &style);
        assert_eq!(shown("plain".into()), "k=plain");
        assert_eq!(shown("a b".into()), "k=\"a b\"");
        assert_eq!(shown("".into()), "k=\"\"");
        assert_eq!(shown("say \"x\"".into()), "k=\"say \\\"x\\\"\"");
        assert_eq!(shown("123456789".into()), "k=12345678…");
        assert_eq!(shown("12345 789".into()), "k=\"12345 78…\"");
        assert_eq!(shown(TagValue::F64(1.5)), "k=1.5");
        assert_eq!(shown(TagValue::Bytes(Cow::Borrowed(&[0xca, 0xfe]))), "k=0xcafe");
    }

    #[test]
    fn texts_are_cut_by_columns_and_between_characters() {
        assert_eq!(cut("東京都", 5, Glyphs::Unicode), "東京…");
        assert_eq!(cut("東京都", 6, Glyphs::Unicode), "東京都");
        assert_eq!(cut("abcdef", 5, Glyphs::Ascii), "ab...");
        assert_eq!(cut("abcdef", 3, Glyphs::Ascii), "abc");
        assert_eq!(split("東京", 1), ("東", "京"));
        assert_eq!(split("", 1), ("", ""));
        assert_eq!(split_between_words("one two three", 9), ("one two", "three"));
        assert_eq!(split_between_words("a bcdefghijk", 8), ("a bcdefg", "hijk"));
        assert_eq!(split_between_words("one two", 9), ("one two", ""));
    }
}

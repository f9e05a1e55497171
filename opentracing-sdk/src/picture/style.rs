//! How a waterfall of text looks.

use std::env;
use std::io::{IsTerminal, stderr, stdout};

/// How wide a waterfall is, and what it may be made of.
///
/// # Examples
/// ```
/// use opentracing_sdk::picture::{Colors, Style};
///
/// let style = Style { width: 120, colors: Colors::Ansi, ..Style::plain() };
/// assert_eq!(style.logs_max, 16);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Columns of a line; at least 20 are used, at most 1,000.
    pub width: usize,
    /// Whether there are colours.
    pub colors: Colors,
    /// Which characters bars and lines are made of.
    pub glyphs: Glyphs,
    /// Logs shown of one span; 16 usually, so that a chatty one leaves the others in view.
    pub logs_max: usize,
    /// Characters shown of one value; 200 usually, which is a long query, but not a document.
    pub value_chars_max: usize,
}

/// Whether a waterfall has colours.
///
/// # Examples
/// ```
/// use opentracing_sdk::picture::{Colors, Style};
///
/// assert_eq!(Style::plain().colors, Colors::None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Colors {
    /// Text alone.
    #[default]
    None,
    /// The escape sequences that terminals know: the sixteen colours, so that the user's theme holds.
    Ansi,
}

/// Which characters a waterfall is made of.
///
/// # Examples
/// ```
/// use opentracing_sdk::picture::{Glyphs, Style};
///
/// let style = Style { glyphs: Glyphs::Ascii, ..Style::plain() };
/// assert_ne!(style.glyphs, Glyphs::default());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Glyphs {
    /// Box-drawing characters, and bars of eighths.
    #[default]
    Unicode,
    /// ASCII alone; what is recorded in other characters is escaped.
    Ascii,
}

/// The usual number of columns, where nobody tells.
const WIDTH: usize = 80;

impl Style {
    /// 80 columns, no colours, Unicode: the same wherever it is used.
    ///
    /// # Examples
    /// ```
    /// use opentracing_sdk::picture::Style;
    ///
    /// assert_eq!(Style::plain().width, 80);
    /// assert_eq!(Style::plain(), Style::default());
    /// ```
    #[must_use]
    pub const fn plain() -> Self {
        Self {
            width: WIDTH,
            colors: Colors::None,
            glyphs: Glyphs::Unicode,
            logs_max: 16,
            value_chars_max: 200,
        }
    }

    /// What suits standard error. To a terminal: its width, and colours unless `NO_COLOR` is set or `TERM` is `dumb`.
    /// To a pipe or a file: `COLUMNS` or 80, and no colours. ASCII where `LC_ALL`, `LC_CTYPE` or `LANG`, the first
    /// of them that is set, names another encoding than UTF-8.
    ///
    /// # Examples
    /// ```
    /// use opentracing_sdk::picture::{Colors, Style};
    ///
    /// let style = Style { colors: Colors::None, ..Style::of_stderr() };
    /// assert!(style.width > 0);
    /// ```
    #[must_use]
    pub fn of_stderr() -> Self {
        let terminal = stderr().is_terminal();
        let columns = if terminal { columns_of_stderr() } else { None };
        Self::detect(terminal, columns, |name| env::var_os(name)?.into_string().ok())
    }

    /// What suits standard output, by the same rules as [`of_stderr`](Self::of_stderr).
    ///
    /// # Examples
    /// ```
    /// use opentracing_sdk::picture::{Style, Trace};
    ///
    /// fn show(trace: &Trace) {
    ///     print!("{}", trace.to_text(&Style::of_stdout()));
    /// }
    /// ```
    #[must_use]
    pub fn of_stdout() -> Self {
        let terminal = stdout().is_terminal();
        let columns = if terminal { columns_of_stdout() } else { None };
        Self::detect(terminal, columns, |name| env::var_os(name)?.into_string().ok())
    }

    /// What suits a writer of which nothing is known: `COLUMNS` or 80, no colours, and the encoding of the locale.
    #[must_use]
    pub(crate) fn of_writer() -> Self {
        Self::detect(false, None, |name| env::var_os(name)?.into_string().ok())
    }

    fn detect(terminal: bool, columns: Option<usize>, variable: impl Fn(&str) -> Option<String>) -> Self {
        // An empty variable counts as unset.
        let variable = |name: &str| variable(name).filter(|value| !value.is_empty());
        let dumb = variable("TERM").is_some_and(|term| term == "dumb");
        let colors = match terminal && !dumb && variable("NO_COLOR").is_none() {
            true => Colors::Ansi,
            false => Colors::None,
        };
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(variable);
        // Containers set none of the three, and yet their output is read on terminals that know UTF-8.
        let glyphs = match locale.is_none_or(|locale| is_utf8(&locale)) {
            true => Glyphs::Unicode,
            false => Glyphs::Ascii,
        };
        let width = columns.or_else(|| variable("COLUMNS")?.parse().ok()).filter(|&width| width > 0);
        Self { width: width.unwrap_or(WIDTH), colors, glyphs, ..Self::plain() }
    }

    /// The columns to use, within reason.
    pub(super) fn columns(&self) -> usize {
        self.width.clamp(20, 1_000)
    }
}

impl Default for Style {
    fn default() -> Self {
        Self::plain()
    }
}

fn is_utf8(locale: &str) -> bool {
    let locale = locale.to_ascii_lowercase();
    locale.contains("utf-8") || locale.contains("utf8")
}

/// How wide the terminal is now, that standard error goes to.
pub(crate) fn columns_of_stderr() -> Option<usize> {
    let (width, _) = terminal_size::terminal_size_of(stderr())?;
    Some(usize::from(width.0))
}

fn columns_of_stdout() -> Option<usize> {
    let (width, _) = terminal_size::terminal_size_of(stdout())?;
    Some(usize::from(width.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detect(terminal: bool, columns: Option<usize>, variables: &[(&str, &str)]) -> Style {
        Style::detect(terminal, columns, |name| {
            variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn a_terminal_has_its_width_and_colours() {
        let style = detect(true, Some(132), &[("COLUMNS", "100"), ("TERM", "xterm"), ("NO_COLOR", "")]);
        assert_eq!((style.width, style.colors), (132, Colors::Ansi));
    }

    #[test]
    fn colours_are_left_out_where_they_are_not_wanted() {
        assert_eq!(detect(true, None, &[("NO_COLOR", "1")]).colors, Colors::None);
        assert_eq!(detect(true, None, &[("TERM", "dumb")]).colors, Colors::None);
        assert_eq!(detect(false, None, &[("TERM", "xterm")]).colors, Colors::None);
    }

    #[test]
    fn without_a_terminal_the_width_is_columns_or_80() {
        assert_eq!(detect(false, None, &[("COLUMNS", "100")]).width, 100);
        for bad in ["", "wide", "0", "-5"] {
            assert_eq!(detect(false, None, &[("COLUMNS", bad)]).width, 80, "{bad:?}");
        }
    }

    #[test]
    fn the_first_locale_variable_that_is_set_decides_about_the_characters() {
        let glyphs = |variables| detect(false, None, variables).glyphs;
        assert_eq!(glyphs(&[]), Glyphs::Unicode);
        assert_eq!(glyphs(&[("LANG", "de_DE.UTF-8")]), Glyphs::Unicode);
        assert_eq!(glyphs(&[("LC_ALL", "C"), ("LANG", "de_DE.UTF-8")]), Glyphs::Ascii);
        assert_eq!(glyphs(&[("LC_ALL", ""), ("LC_CTYPE", "C.utf8"), ("LANG", "C")]), Glyphs::Unicode);
    }

    #[test]
    fn the_width_used_is_within_reason() {
        assert_eq!(Style { width: 0, ..Style::plain() }.columns(), 20);
        assert_eq!(Style { width: usize::MAX, ..Style::plain() }.columns(), 1_000);
    }
}

//! Writes lines of text, in colours if there are to be any.

use std::fmt::Write as _;

use crate::picture::{Colors, Style, escape};

/// What a piece of text looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Paint {
    Plain,
    Bold,
    Dim,
    Error,
    /// The colour of a service, by its position among those of the trace.
    Service(usize),
    /// The same, fainter.
    Faint(usize),
    FaintError,
}

/// The colours of services: terminals' own, so that they suit light and dark themes, and without red, which
/// means an error.
const SERVICES: [u8; 10] = [36, 32, 35, 34, 33, 96, 92, 95, 94, 93];

/// A text in one paint.
pub(super) type Piece = (Paint, String);

#[derive(Debug)]
pub(super) struct Pen<'a> {
    style: &'a Style,
    out: String,
    /// What the terminal paints in now.
    paint: Paint,
}

impl<'a> Pen<'a> {
    pub(super) fn new(style: &'a Style) -> Self {
        Self { style, out: String::new(), paint: Paint::Plain }
    }

    pub(super) fn finish(self) -> String {
        self.out
    }

    pub(super) fn write(&mut self, paint: Paint, text: &str) {
        if !text.is_empty() {
            self.change(paint);
            self.out.push_str(text);
        }
    }

    fn change(&mut self, paint: Paint) {
        if self.style.colors == Colors::None || paint == self.paint {
            return;
        }
        if self.paint != Paint::Plain {
            self.out.push_str("\x1b[0m");
        }
        let service = |index: usize| SERVICES[index % SERVICES.len()];
        // Writing to a string cannot fail.
        _ = match paint {
            Paint::Plain => Ok(()),
            Paint::Bold => write!(self.out, "\x1b[1m"),
            Paint::Dim => write!(self.out, "\x1b[2m"),
            Paint::Error => write!(self.out, "\x1b[31m"),
            Paint::FaintError => write!(self.out, "\x1b[2;31m"),
            Paint::Service(index) => write!(self.out, "\x1b[{}m", service(index)),
            Paint::Faint(index) => write!(self.out, "\x1b[2;{}m", service(index)),
        };
        self.paint = paint;
    }

    /// Blanks look the same in all paints.
    pub(super) fn blanks(&mut self, count: usize) {
        self.out.extend(std::iter::repeat_n(' ', count));
    }

    /// Ends the line, without blanks at its end.
    pub(super) fn end(&mut self) {
        self.out.truncate(self.out.trim_end_matches(' ').len());
        self.change(Paint::Plain);
        self.out.push('\n');
    }

    /// Writes items one after the other, with `between` between two of them, on as many lines as that takes. The first
    /// line begins with `first`, the others with `next`. An item too long for a line goes on in the next one.
    pub(super) fn flow(&mut self, first: &[Piece], next: &[Piece], between: &str, items: &[Vec<Piece>]) {
        let columns = self.style.columns();
        let width = |pieces: &[Piece]| pieces.iter().map(|(_, text)| escape::width(text)).sum::<usize>();
        self.pieces(first);
        let (mut used, mut line_is_empty) = (width(first), true);
        for item in items {
            if !line_is_empty && used + escape::width(between) + width(item) <= columns {
                self.write(Paint::Dim, between);
                used += escape::width(between);
            } else if !line_is_empty {
                self.end();
                self.pieces(next);
                used = width(next);
            }
            for (paint, text) in item {
                let mut rest = text.as_str();
                while used + escape::width(rest) > columns && !rest.is_empty() {
                    // A line that is full already takes nothing of it.
                    let full = used >= columns && used > width(next);
                    let room = columns.saturating_sub(used);
                    let (part, after) =
                        if full { ("", rest) } else { escape::split_between_words(rest, room) };
                    self.write(*paint, part);
                    self.end();
                    self.pieces(next);
                    (used, rest) = (width(next), after);
                }
                self.write(*paint, rest);
                used += escape::width(rest);
            }
            line_is_empty = false;
        }
        self.end();
    }

    pub(super) fn pieces(&mut self, pieces: &[Piece]) {
        for (paint, text) in pieces {
            self.write(*paint, text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flow(width: usize, items: &[&str]) -> String {
        let style = Style { width, ..Style::plain() };
        let mut pen = Pen::new(&style);
        let items: Vec<Vec<Piece>> =
            items.iter().map(|item| vec![(Paint::Plain, (*item).to_owned())]).collect();
        pen.flow(&[(Paint::Dim, "> ".to_owned())], &[(Paint::Dim, "  ".to_owned())], " ", &items);
        pen.finish()
    }

    #[test]
    fn items_go_on_in_the_next_line() {
        assert_eq!(flow(20, &["a=1", "b=2", "cccccccccc=3", "d=4"]), "> a=1 b=2\n  cccccccccc=3 d=4\n");
    }

    #[test]
    fn an_item_longer_than_a_line_is_broken() {
        let long = "0123456789".repeat(4);
        assert_eq!(
            flow(20, &["a", &long, "z"]),
            "> a\n  012345678901234567\n  890123456789012345\n  6789 z\n"
        );
    }

    #[test]
    fn colours_end_where_their_text_ends() {
        let style = Style { colors: Colors::Ansi, ..Style::plain() };
        let mut pen = Pen::new(&style);
        pen.write(Paint::Error, "bad");
        pen.write(Paint::Plain, " good ");
        pen.write(Paint::Dim, "dim");
        pen.blanks(1);
        pen.write(Paint::Dim, "still ");
        pen.end();
        assert_eq!(pen.finish(), "\x1b[31mbad\x1b[0m good \x1b[2mdim still\x1b[0m\n");
    }
}

//! The bars of a waterfall: a span's time on the axis that all spans share.

use std::ops::Range;

use crate::picture::Glyphs;
use crate::picture::tree::Row;

/// The time that a picture shows, and the columns for it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Axis {
    pub(super) start: u64,
    pub(super) finish: u64,
    pub(super) columns: usize,
}

/// A piece of a bar: so many columns in which the span worked itself, or waited for its children.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) text: String,
    pub(super) waiting: bool,
}

/// Parts of a column that can be told apart.
const PARTS: usize = 8;

impl Axis {
    /// The bar of a span: blanks up to where it begins, then its pieces.
    pub(super) fn bar(&self, row: &Row<'_>, glyphs: Glyphs) -> (usize, Vec<Piece>) {
        let parts = self.parts(row.span.start(), row.span.finish());
        let columns = parts.start / PARTS..parts.end.div_ceil(PARTS);
        let mut pieces: Vec<Piece> = Vec::new();
        for column in columns.clone() {
            let waiting = row.waits.iter().any(|wait| self.covers(wait, column));
            let glyph = glyph(&parts, column, glyphs);
            match pieces.last_mut().filter(|last| last.waiting == waiting) {
                Some(last) => last.text.push(glyph),
                None => pieces.push(Piece { text: glyph.into(), waiting }),
            }
        }
        (columns.start, pieces)
    }

    /// The parts of columns that a period covers: at least one, so that every span is seen.
    fn parts(&self, start: u64, finish: u64) -> Range<usize> {
        let parts = self.columns * PARTS;
        let first = self.position(start, parts).min(parts - 1);
        first..self.position_after(finish, parts).clamp(first + 1, parts)
    }

    /// Whether the middle of a column lies within a period.
    fn covers(&self, (start, finish): &(u64, u64), column: usize) -> bool {
        let (middle, halves) = (2 * column + 1, 2 * self.columns);
        (self.position(*start, halves)..self.position_after(*finish, halves)).contains(&middle)
    }

    fn position(&self, time: u64, steps: usize) -> usize {
        self.scaled(time, steps, 0)
    }

    /// As `position`, rounded up.
    fn position_after(&self, time: u64, steps: usize) -> usize {
        self.scaled(time, steps, 1)
    }

    fn scaled(&self, time: u64, steps: usize, round_up: u128) -> usize {
        let total = u128::from(self.finish - self.start).max(1);
        let elapsed = u128::from(time.clamp(self.start, self.finish) - self.start);
        let scaled = (elapsed * steps as u128 + round_up * (total - 1)) / total;
        usize::try_from(scaled).expect("a position is at most the number of steps")
    }
}

/// The character for a column that the bar covers in part or in full.
fn glyph(bar: &Range<usize>, column: usize, glyphs: Glyphs) -> char {
    if glyphs == Glyphs::Ascii {
        return '=';
    }
    let left = bar.start.saturating_sub(column * PARTS);
    let right = (bar.end - column * PARTS).min(PARTS);
    // Unicode has all eighths from the left, and from the right a half and one eighth alone.
    let from_left = ['▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'];
    match (left, right) {
        (0, right) => from_left[right - 1],
        (1..=2, PARTS) => '█',
        (3..=5, PARTS) => '▐',
        (_, PARTS) => '▕',
        (left, right) if left + right <= PARTS => from_left[right - left - 1],
        (left, right) if right - left > 2 => '▐',
        _ => '▕',
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::sample::Sample;
    use crate::picture::tree;

    /// The bar of a span on an axis of ten columns and 800 units.
    fn bar(period: Range<u64>) -> String {
        let trace = Sample::new().span(1, 0, "x", period).trace();
        let row = &tree::rows(&trace)[0];
        let axis = Axis { start: Sample::time(0), finish: Sample::time(800), columns: 10 };
        let (blanks, pieces) = axis.bar(row, Glyphs::Unicode);
        let bar: String = pieces.into_iter().map(|piece| piece.text).collect();
        format!("{}{bar}", " ".repeat(blanks))
    }

    #[test]
    fn a_bar_ends_at_an_eighth_of_a_column() {
        assert_eq!(bar(0..800), "██████████");
        assert_eq!(bar(0..400), "█████");
        assert_eq!(bar(0..410), "█████▏");
        assert_eq!(bar(80..230), " █▉");
    }

    #[test]
    fn a_bar_begins_at_about_the_right_place() {
        assert_eq!(bar(40..160), "▐█");
        assert_eq!(bar(75..160), "▕█");
        assert_eq!(bar(10..160), "██");
    }

    #[test]
    fn even_the_shortest_span_is_seen() {
        assert_eq!(bar(0..0), "▏");
        assert_eq!(bar(800..800), "         ▕");
        assert_eq!(bar(400..401), "     ▏");
        assert_eq!(bar(475..476), "     ▕");
        assert_eq!(bar(442..468), "     ▐");
    }

    #[test]
    fn a_bar_tells_work_from_waiting() {
        let trace = Sample::new().span(1, 0, "root", 0..800).span(2, 1, "child", 160..480).trace();
        let row = &tree::rows(&trace)[0];
        let axis = Axis { start: Sample::time(0), finish: Sample::time(800), columns: 10 };
        let (_, pieces) = axis.bar(row, Glyphs::Ascii);
        let pieces: Vec<_> = pieces.iter().map(|piece| (piece.text.as_str(), piece.waiting)).collect();
        assert_eq!(pieces, [("==", false), ("====", true), ("====", false)]);
    }

    #[test]
    fn an_axis_without_extent_shows_its_spans() {
        let trace = Sample::new().span(1, 0, "x", 5..5).trace();
        let axis = Axis { start: Sample::time(5), finish: Sample::time(5), columns: 10 };
        let (blanks, pieces) = axis.bar(&tree::rows(&trace)[0], Glyphs::Unicode);
        assert_eq!((blanks, pieces[0].text.as_str()), (0, "▏"));
    }
}

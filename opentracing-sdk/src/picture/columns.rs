//! Which columns the lines of a waterfall have, and how wide they are.

use crate::picture::bar::Axis;
use crate::picture::tree::Row;
use crate::picture::{Style, Trace, escape, time};

/// Where things stand in the lines of spans.
#[derive(Debug)]
pub(super) struct Columns {
    /// For the tree and the name; at least one blank follows.
    pub(super) name: usize,
    /// Levels of the tree that are drawn; deeper spans show the last of theirs.
    pub(super) levels_max: usize,
    pub(super) self_time: bool,
    pub(super) axis: Option<Axis>,
}

/// Blanks between two columns.
pub(super) const GAP: usize = 2;
/// Columns that each level of the tree takes.
const LEVEL: usize = 3;

impl Columns {
    pub(super) fn fit(rows: &[Row<'_>], trace: &Trace, style: &Style, several_services: bool) -> Self {
        let columns = style.columns();
        let (self_time, bars) = (rows.len() > 1 && columns >= 60, columns >= 40);
        let times = (GAP + time::COLUMNS) * (1 + usize::from(self_time));
        let rest = columns - times - if bars { GAP } else { 0 };
        // A little more than half for the tree at most: names tell more than bars.
        let name_max = if bars { rest * 11 / 20 } else { rest };
        let levels_max = (name_max / 2 / LEVEL).max(1);
        let needed = rows.iter().map(|row| {
            let tree = tree_width(row, levels_max);
            let named = several_services && row.enters_service;
            let shown = |text| escape::width(&escape::terminal(text, style.glyphs));
            let service = if named { shown(row.span.service_name()) + 2 } else { 0 };
            tree + service + shown(row.span.name()) + if row.span.is_error() { 2 } else { 0 }
        });
        let name = needed.max().unwrap_or(0).clamp(8, name_max.max(8));
        let (start, finish) = trace.extent();
        let axis = bars.then(|| Axis { start, finish, columns: rest - name });
        Self { name, levels_max, self_time, axis }
    }
}

fn tree_width(row: &Row<'_>, levels_max: usize) -> usize {
    let deeper = if row.depth > levels_max { 2 } else { 0 };
    row.depth.max(usize::from(row.is_orphan)).min(levels_max) * LEVEL + deeper
}

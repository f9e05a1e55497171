//! The waterfall as text.

use std::sync::Arc;

use opentracing_core::TraceId;

use crate::picture::bar::Axis;
use crate::picture::columns::{Columns, GAP};
use crate::picture::pen::{Paint, Pen, Piece};
use crate::picture::tree::{self, Row};
use crate::picture::{Glyphs, Part, Span, Style, Trace, escape, time};

pub(super) fn draw(trace: &Trace, style: &Style) -> String {
    let services = trace.services();
    let rows = tree::rows(trace);
    let columns = Columns::fit(&rows, trace, style, services.len() > 1);
    let mut waterfall = Waterfall { style, services, columns, pen: Pen::new(style) };
    waterfall.header(trace);
    if rows.len() > 1 {
        waterfall.headings();
    }
    for row in &rows {
        waterfall.row(row);
        waterfall.tags(row);
        waterfall.logs(row);
    }
    waterfall.footer(trace);
    waterfall.pen.finish()
}

/// The beginning of an id, enough to find it by: what differs between ids of 64 bits is in their lower half.
pub(super) fn short_id(id: TraceId) -> String {
    let half = if id.high() == 0 { id.low() } else { id.high() };
    format!("{:08x}", half >> 32)
}

/// The parts of the header, from the trace's id on: what both kinds of pictures say about a whole trace.
pub(super) fn summary(trace: &Trace, glyphs: Glyphs) -> (String, String, Option<String>) {
    let count =
        |count: usize, one: &str, many: &str| format!("{count} {}", if count == 1 { one } else { many });
    let (start, finish) = trace.extent();
    let errors = trace.stored().iter().filter(|span| span.is_error()).count();
    let spans = count(trace.stored().len() + trace.spans_left_out(), "span", "spans");
    (time::duration(finish - start, glyphs), spans, (errors > 0).then(|| count(errors, "error", "errors")))
}

struct Waterfall<'a> {
    style: &'a Style,
    services: Vec<Arc<str>>,
    columns: Columns,
    pen: Pen<'a>,
}

impl Waterfall<'_> {
    fn header(&mut self, trace: &Trace) {
        let (duration, spans, errors) = summary(trace, self.style.glyphs);
        let mut items = vec![
            vec![(Paint::Bold, format!("trace {}", short_id(trace.id())))],
            self.service_names(),
            vec![(Paint::Plain, duration)],
            vec![(Paint::Plain, spans)],
        ];
        items.extend(errors.map(|errors| vec![(Paint::Error, errors)]));
        items.extend(match trace.part() {
            Part::Whole => None,
            Part::Continued => Some(vec![(Paint::Bold, "continued".to_owned())]),
            Part::Incomplete => Some(vec![(Paint::Bold, "incomplete".to_owned())]),
        });
        let between = match self.style.glyphs {
            Glyphs::Unicode => " · ",
            Glyphs::Ascii => " - ",
        };
        self.pen.flow(&[], &[(Paint::Plain, "  ".to_owned())], between, &items);
    }

    /// All names in their colours, which makes a legend, or their number where they would fill the line.
    fn service_names(&self) -> Vec<Piece> {
        let mut pieces = Vec::new();
        for (index, name) in self.services.iter().enumerate() {
            if index > 0 {
                pieces.push((Paint::Dim, ", ".to_owned()));
            }
            let name = escape::terminal(name, self.style.glyphs);
            pieces.push((Paint::Service(index), name.into_owned()));
        }
        let width: usize = pieces.iter().map(|(_, text)| escape::width(text)).sum();
        match self.services.len() > 1 && width > self.style.columns() / 2 {
            true => vec![(Paint::Plain, format!("{} services", self.services.len()))],
            false => pieces,
        }
    }

    /// What the columns hold, and the axis of time.
    fn headings(&mut self) {
        self.pen.blanks(self.columns.name);
        self.number(Paint::Dim, "total");
        if self.columns.self_time {
            self.number(Paint::Dim, "self");
        }
        if let Some(Axis { start, finish, columns }) = self.columns.axis {
            let glyphs = self.style.glyphs;
            let end = time::duration(finish - start, glyphs);
            let middle = time::duration((finish - start) / 2, glyphs);
            // The middle of the text at the middle of the axis, where it leaves room around it.
            let before = (columns / 2).saturating_sub(escape::width(&middle) / 2 + 1);
            let after = columns.saturating_sub(1 + before + escape::width(&middle) + escape::width(&end));
            let line = match before > 2 && after > 2 {
                true => format!("0{}{middle}{}{end}", " ".repeat(before), " ".repeat(after)),
                false => format!("0{end:>width$}", width = columns - 1),
            };
            self.pen.blanks(GAP);
            self.pen.write(Paint::Dim, &line);
        }
        self.pen.end();
    }

    /// A column of times, aligned to the right.
    fn number(&mut self, paint: Paint, text: &str) {
        self.pen.blanks(GAP + time::COLUMNS.saturating_sub(escape::width(text)));
        self.pen.write(paint, text);
    }

    fn row(&mut self, row: &Row<'_>) {
        let used = self.name(row);
        self.pen.blanks(self.columns.name.saturating_sub(used));
        let glyphs = self.style.glyphs;
        self.number(Paint::Plain, &time::duration(row.span.nanos(), glyphs));
        if self.columns.self_time {
            self.number(Paint::Dim, &time::duration(row.self_nanos(), glyphs));
        }
        if let Some(axis) = self.columns.axis {
            let (blanks, pieces) = axis.bar(row, glyphs);
            self.pen.blanks(GAP + blanks);
            let service = self.service(row.span);
            for piece in pieces {
                let paint = match (row.span.is_error(), piece.waiting) {
                    (true, false) => Paint::Error,
                    (true, true) => Paint::FaintError,
                    (false, false) => Paint::Service(service),
                    (false, true) => Paint::Faint(service),
                };
                self.pen.write(paint, &piece.text);
            }
        }
        self.pen.end();
    }

    /// Writes the tree and the name of a span, and gives the columns used.
    fn name(&mut self, row: &Row<'_>) -> usize {
        let glyphs = self.style.glyphs;
        let tree = self.tree(row);
        self.pen.write(Paint::Dim, &tree);
        let mut pieces = Vec::new();
        if row.span.is_error() {
            let mark = if glyphs == Glyphs::Unicode { "✗ " } else { "! " };
            pieces.push((Paint::Error, mark.to_owned()));
        }
        // Where a trace enters a service; below, it stays there until another is named.
        if self.services.len() > 1 && row.enters_service {
            let service = escape::terminal(row.span.service_name(), glyphs);
            pieces.push((Paint::Service(self.service(row.span)), format!("{service}: ")));
        }
        let paint = if row.span.is_error() { Paint::Error } else { Paint::Plain };
        pieces.push((paint, escape::terminal(row.span.name(), glyphs).into_owned()));
        let mut used = escape::width(&tree);
        for (paint, text) in pieces {
            let text = escape::cut(&text, self.columns.name.saturating_sub(used), glyphs);
            self.pen.write(paint, &text);
            used += escape::width(&text);
        }
        used
    }

    fn service(&self, span: &Span) -> usize {
        self.services.iter().position(|name| **name == *span.service_name()).unwrap_or(0)
    }

    /// The lines of the tree that lead to a span.
    fn tree(&self, row: &Row<'_>) -> String {
        let [branch, last, orphan] = match self.style.glyphs {
            Glyphs::Unicode => ["├─ ", "└─ ", "┄─ "],
            Glyphs::Ascii => ["|- ", "`- ", ".. "],
        };
        let connector = match row.depth {
            0 if row.is_orphan => return orphan.to_owned(),
            0 => return String::new(),
            _ if row.more => branch,
            _ => last,
        };
        self.guides(row) + connector
    }

    /// The lines of the tree that pass by a span, on their way from spans above it to spans below it.
    fn guides(&self, row: &Row<'_>) -> String {
        let levels = row.depth.min(self.columns.levels_max);
        let mut text = match (row.depth > levels, self.style.glyphs) {
            (false, _) => String::new(),
            (true, Glyphs::Unicode) => "⋯ ".to_owned(),
            (true, Glyphs::Ascii) => "~ ".to_owned(),
        };
        for above in (0..levels.saturating_sub(1)).rev() {
            text.push_str(self.guide(row.guide(above)));
        }
        text
    }

    fn guide(&self, goes_on: bool) -> &'static str {
        match (goes_on, self.style.glyphs) {
            (false, _) => "   ",
            (true, Glyphs::Unicode) => "│  ",
            (true, Glyphs::Ascii) => "|  ",
        }
    }

    /// What stands before the lines below a span's own.
    fn margin(&self, row: &Row<'_>) -> Piece {
        let mut text = if row.depth > 0 { self.guides(row) + self.guide(row.more) } else { String::new() };
        if row.is_orphan {
            text.push_str("   ");
        }
        text.push_str(self.guide(row.has_children));
        (Paint::Dim, text)
    }

    fn tags(&mut self, row: &Row<'_>) {
        let record = row.span.record();
        // The tag that marks an error is shown as one.
        let shown = record.tags().filter(|(key, _)| !(*key == "error" && row.span.is_error()));
        let items: Vec<_> =
            shown.map(|(key, value)| vec![(Paint::Dim, escape::pair(key, &value, self.style))]).collect();
        if !items.is_empty() {
            let margin = [self.margin(row)];
            self.pen.flow(&margin, &margin, "  ", &items);
        }
    }

    fn logs(&mut self, row: &Row<'_>) {
        let record = row.span.record();
        let margin = self.margin(row);
        let logs: Vec<_> = record.logs().collect();
        for log in logs.iter().take(self.style.logs_max) {
            let is_error = log.field("event").is_some_and(|event| event == "error");
            let paint = if is_error { Paint::Error } else { Paint::Plain };
            let offset = (Paint::Dim, self.offset(row.span, row.span.unix_nanos(log.time())));
            let mut items: Vec<Vec<Piece>> = log
                .fields()
                .map(|(key, value)| vec![(paint, escape::pair(key, &value, self.style))])
                .collect();
            match items.first_mut() {
                Some(first) => first.insert(0, offset),
                None => items.push(vec![offset]),
            }
            let hanging = [margin.clone(), (Paint::Plain, "  ".to_owned())];
            self.pen.flow(&hanging[..1], &hanging, "  ", &items);
        }
        let more = logs.len().saturating_sub(self.style.logs_max);
        let dropped = row.span.record().attributes().dropped();
        let counts =
            [(more, "more logs"), (dropped as usize, "tags, logs or fields beyond the limits of a span")];
        for (count, what) in counts.into_iter().filter(|(count, _)| *count > 0) {
            let text = format!("{} {count} {what}", escape::ellipsis(self.style.glyphs));
            let margin = std::slice::from_ref(&margin);
            self.pen.flow(margin, margin, "", &[vec![(Paint::Dim, text)]]);
        }
    }

    /// When something happened, from the start of its span on.
    fn offset(&self, span: &Span, time: u64) -> String {
        let sign = if time < span.start() { '-' } else { '+' };
        format!("{sign}{} ", time::duration(time.abs_diff(span.start()), self.style.glyphs))
    }

    fn footer(&mut self, trace: &Trace) {
        if trace.spans_left_out() > 0 {
            let (more, count) = (escape::ellipsis(self.style.glyphs), trace.spans_left_out());
            let text = format!("{more} {count} of the shorter spans are left out");
            self.pen.flow(&[], &[], "", &[vec![(Paint::Dim, text)]]);
        }
    }
}

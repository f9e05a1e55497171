//! The waterfall as SVG.

use std::fmt::Write as _;

use opentracing_core::SpanRecord;

use crate::picture::escape::{cut, markup, pair};
use crate::picture::tree::{self, Row};
use crate::picture::{Glyphs, Part, Span, Style, Trace, text, time};

/// Lengths, in pixels.
const WIDTH_MIN: u32 = 480;
const ROW: f64 = 26.0;
const TOP: f64 = 94.0;
const MARGIN: f64 = 20.0;
const LEVEL: f64 = 14.0;
const BAR: f64 = 12.0;
/// What a character of the monospaced font takes, a little more than it does anywhere.
const CHARACTER: f64 = 7.3;
/// Room for a duration beside its bar.
const DURATION: f64 = 62.0;

/// Levels of the tree that are indented; deeper spans stand where these do.
const LEVELS_MAX: usize = 12;
/// Lines of a span's tooltip.
const TOOLTIP_LINES_MAX: usize = 24;

/// The colours of services on light and on dark; red is for errors.
const SERVICES: [(&str, &str); 8] = [
    ("#0891b2", "#22d3ee"),
    ("#65a30d", "#a3e635"),
    ("#9333ea", "#c084fc"),
    ("#2563eb", "#60a5fa"),
    ("#ca8a04", "#facc15"),
    ("#0d9488", "#2dd4bf"),
    ("#c026d3", "#e879f9"),
    ("#475569", "#94a3b8"),
];

const STYLE: &str = "\
text{font:12px ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace;fill:#1e293b}
.title{font-size:14px;font-weight:600}.dim{fill:#64748b}.error{fill:#dc2626}text.error{font-weight:600}
.paper{fill:#fff;stroke:#e2e8f0}.line{fill:none;stroke:#cbd5e1}.grid{stroke:#e2e8f0}.stripe{fill:#64748b;fill-opacity:.06}
.blank{fill:transparent}.log{fill:#fff;stroke:#1e293b}.middle{text-anchor:middle}
";
const STYLE_DARK: &str = "\
text{fill:#e2e8f0}.dim{fill:#94a3b8}.error{fill:#f87171}.paper{fill:#0f172a;stroke:#1e293b}
.line{stroke:#475569}.grid{stroke:#1e293b}.log{fill:#0f172a;stroke:#e2e8f0}
";

pub(super) fn draw(trace: &Trace, width: u32) -> String {
    let rows = tree::rows(trace);
    let width = f64::from(width.max(WIDTH_MIN));
    let (start, finish) = trace.extent();
    let names = MARGIN + name_width(&rows).min(width * 0.42);
    let services = trace.services().iter().map(ToString::to_string).collect();
    let axis = Axis { start, finish, left: names + 16.0, right: width - MARGIN - DURATION };
    let mut drawing = Drawing { out: String::new(), services, axis, width };
    let height = TOP + ROW * f64::from(u32::try_from(rows.len()).unwrap_or(u32::MAX)) + MARGIN;
    drawing.open(trace, height);
    drawing.grid(height);
    let mut levels: Vec<f64> = Vec::new();
    let mut top = TOP;
    for (index, row) in rows.iter().enumerate() {
        levels.truncate(row.depth);
        drawing.row(row, index % 2 == 0, top, levels.last().copied());
        levels.push(top);
        top += ROW;
    }
    drawing.out.push_str("</svg>\n");
    drawing.out
}

/// What the longest name takes.
fn name_width(rows: &[Row<'_>]) -> f64 {
    let width = |row: &Row<'_>| indent(row) + text_width(&label(row.span));
    rows.iter().map(width).fold(0.0, f64::max) + CHARACTER
}

fn indent(row: &Row<'_>) -> f64 {
    f64::from(u32::try_from(row.depth.min(LEVELS_MAX)).unwrap_or(u32::MAX)) * LEVEL
}

fn text_width(text: &str) -> f64 {
    f64::from(u32::try_from(super::escape::width(text)).unwrap_or(u32::MAX)) * CHARACTER
}

fn label(span: &Span) -> String {
    let mark = if span.is_error() { "✗ " } else { "" };
    format!("{mark}{}", super::escape::terminal(span.name(), Glyphs::Unicode))
}

/// Where times are, in pixels.
#[derive(Debug, Clone, Copy)]
struct Axis {
    start: u64,
    finish: u64,
    left: f64,
    right: f64,
}

impl Axis {
    #[expect(clippy::cast_precision_loss, reason = "a pixel is far more than what is lost")]
    fn x(&self, time: u64) -> f64 {
        let total = (self.finish - self.start).max(1) as f64;
        let elapsed = (time.clamp(self.start, self.finish) - self.start) as f64;
        self.left + (self.right - self.left) * elapsed / total
    }
}

struct Drawing {
    out: String,
    services: Vec<String>,
    axis: Axis,
    width: f64,
}

/// Writes a line of markup; writing to a string cannot fail.
macro_rules! put {
    ($drawing:expr, $($format:tt)*) => {
        _ = writeln!($drawing.out, $($format)*)
    };
}

impl Drawing {
    fn open(&mut self, trace: &Trace, height: f64) {
        let (width, id) = (self.width, text::short_id(trace.id()));
        put!(
            self,
            r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" aria-label="trace {id}">"#
        );
        self.styles();
        put!(
            self,
            r#"<rect class="paper" x=".5" y=".5" width="{}" height="{}" rx="10"/>"#,
            width - 1.0,
            height - 1.0
        );
        let (duration, spans, errors) = text::summary(trace, Glyphs::Unicode);
        put!(self, r#"<text class="title" x="{MARGIN}" y="30">trace {id}</text>"#);
        let mut facts = vec![duration, spans];
        facts.extend(match trace.part() {
            Part::Whole => None,
            Part::Continued => Some("continued".to_owned()),
            Part::Incomplete => Some("incomplete".to_owned()),
        });
        if trace.spans_left_out() > 0 {
            facts.push(format!("{} of the shorter spans are left out", trace.spans_left_out()));
        }
        let errors =
            errors.map(|errors| format!(r#" · <tspan class="error">{errors}</tspan>"#)).unwrap_or_default();
        let facts = facts.join(" · ");
        put!(self, r#"<text class="dim" x="{}" y="30">{facts}{errors}</text>"#, MARGIN + 130.0);
        self.legend();
    }

    fn styles(&mut self) {
        put!(self, "<style>\n{}", STYLE.trim_end());
        for (index, (light, _)) in SERVICES.iter().enumerate() {
            put!(self, ".s{index}{{fill:{light}}}");
        }
        put!(self, "@media (prefers-color-scheme:dark){{\n{}", STYLE_DARK.trim_end());
        for (index, (_, dark)) in SERVICES.iter().enumerate() {
            put!(self, ".s{index}{{fill:{dark}}}");
        }
        put!(self, "}}\n</style>");
    }

    /// The services and their colours, as far as there is room.
    fn legend(&mut self) {
        let mut x = MARGIN;
        for index in 0..self.services.len() {
            let name = cut(&self.services[index], 30, Glyphs::Unicode).into_owned();
            let next = x + 14.0 + text_width(&name) + 16.0;
            if next > self.width - MARGIN {
                put!(self, r#"<text class="dim" x="{x:.1}" y="54">…</text>"#);
                return;
            }
            let color = index % SERVICES.len();
            put!(self, r#"<circle class="s{color}" cx="{:.1}" cy="50" r="4.5"/>"#, x + 4.5);
            put!(self, r#"<text x="{:.1}" y="54">{}</text>"#, x + 14.0, markup(&name));
            x = next;
        }
    }

    /// Quarters of the time, with their labels.
    fn grid(&mut self, height: f64) {
        let Axis { start, finish, .. } = self.axis;
        let bottom = height - MARGIN + 6.0;
        for quarter in 0..=4 {
            let elapsed = (finish - start) / 4 * quarter;
            let time = if quarter == 4 { finish } else { start + elapsed };
            let x = self.axis.x(time);
            let label =
                if quarter == 0 { "0".to_owned() } else { time::duration(time - start, Glyphs::Unicode) };
            put!(self, r#"<path class="grid" d="M{x:.1} {}V{bottom}"/>"#, TOP - 6.0);
            put!(self, r#"<text class="dim middle" x="{x:.1}" y="{}">{label}</text>"#, TOP - 10.0);
        }
    }

    fn row(&mut self, row: &Row<'_>, striped: bool, top: f64, parent_top: Option<f64>) {
        let middle = top + ROW / 2.0;
        let x = MARGIN + indent(row);
        put!(self, "<g><title>{}</title>", tooltip(row));
        // Seen in every other row, and in all of them something to point at.
        let class = if striped { "stripe" } else { "blank" };
        put!(self, r#"<rect class="{class}" x="1" y="{top}" width="{}" height="{ROW}"/>"#, self.width - 2.0);
        if let Some(parent_top) = parent_top.filter(|_| row.depth <= LEVELS_MAX) {
            // From below the parent's name down, and to the right.
            let elbow = x - LEVEL + 4.0;
            put!(
                self,
                r#"<path class="line" d="M{elbow:.1} {:.1}V{middle:.1}H{:.1}"/>"#,
                parent_top + ROW - 6.0,
                x - 3.0
            );
        }
        let columns = ((self.axis.left - 16.0 - x) / CHARACTER).max(1.0);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "at least 1, at most a few hundred"
        )]
        let name = cut(&label(row.span), columns as usize, Glyphs::Unicode).into_owned();
        let class = if row.span.is_error() { r#" class="error""# } else { "" };
        put!(self, r#"<text{class} x="{x:.1}" y="{:.1}">{}</text>"#, middle + 4.0, markup(&name));
        self.bar(row, middle);
        put!(self, "</g>");
    }

    /// The bar: faint while children ran, with a dot for each log, and the duration beside it.
    fn bar(&mut self, row: &Row<'_>, middle: f64) {
        let span = row.span;
        let service = self.services.iter().position(|name| name == span.service_name()).unwrap_or(0);
        let class =
            if span.is_error() { "error".to_owned() } else { format!("s{}", service % SERVICES.len()) };
        let (left, right) = (self.axis.x(span.start()), self.axis.x(span.finish()));
        let mut rect = |left: f64, right: f64, opacity: &str| {
            let (y, width) = (middle - BAR / 2.0, (right - left).max(1.5));
            put!(
                self,
                r#"<rect class="{class}"{opacity} x="{left:.1}" y="{y:.1}" width="{width:.1}" height="{BAR}" rx="2"/>"#
            );
        };
        rect(left, right, if row.waits.is_empty() { "" } else { r#" opacity=".35""# });
        if !row.waits.is_empty() {
            let mut from = span.start();
            for &(start, finish) in row.waits.iter().chain([&(span.finish(), span.finish())]) {
                if start > from {
                    rect(self.axis.x(from), self.axis.x(start), "");
                }
                from = finish;
            }
        }
        for log in span.record().logs().take(Style::plain().logs_max) {
            let x = self.axis.x(span.unix_nanos(log.time()));
            put!(self, r#"<circle class="log" cx="{x:.1}" cy="{middle:.1}" r="2.5"/>"#);
        }
        let duration = time::duration(span.nanos(), Glyphs::Unicode);
        put!(self, r#"<text class="dim" x="{:.1}" y="{:.1}">{duration}</text>"#, right + 7.0, middle + 4.0);
    }
}

/// What a browser shows while the pointer rests on a span, when the picture is opened by itself: markup.
fn tooltip(row: &Row<'_>) -> String {
    let (span, style) = (row.span, Style::plain());
    let own = time::duration(row.self_nanos(), Glyphs::Unicode);
    let record: SpanRecord<'_> = span.record();
    let mut lines = vec![
        format!("{} · {}", span.service_name(), span.name()),
        format!("{}, self {own}", time::duration(span.nanos(), Glyphs::Unicode)),
    ];
    lines.extend(record.tags().map(|(key, value)| pair(key, &value, &style)));
    for log in record.logs() {
        let fields: Vec<_> = log.fields().map(|(key, value)| pair(key, &value, &style)).collect();
        let after = span.unix_nanos(log.time()).saturating_sub(span.start());
        lines.push(format!("+{} {}", time::duration(after, Glyphs::Unicode), fields.join("  ")));
    }
    if lines.len() > TOOLTIP_LINES_MAX {
        lines.truncate(TOOLTIP_LINES_MAX - 1);
        lines.push("…".to_owned());
    }
    let lines: Vec<_> = lines.iter().map(|line| markup(line)).collect();
    lines.join("\n")
}

//! Traces are drawn whole, parents first, within the width and the limits, and nothing that was recorded acts on the
//! terminal.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use opentracing_core::{TraceId, fields};
use opentracing_sdk::picture::{Colors, Gallery, Glyphs, Limits, Style, Trace};
use opentracing_sdk::{Config, Reporter, reporter};

use crate::spans::{Spans, TRACE, span, time};

/// A request that passes through four services.
fn dispatch() -> Trace {
    let frontend = Spans::of("frontend")
        .add_with(span(1, 0, 0, 734_000), "GET /dispatch", |span| {
            span.set_tag("http.method", "GET")
                .set_tag("http.url", "/dispatch?customer=392&nonce=0.6850439192313089")
                .set_tag("http.status_code", 500)
                .set_tag("component", "net/http");
        })
        .add_with(span(2, 1, 1_000, 312_000), "GET /customer", |span| _ = span.set_tag("span.kind", "client"))
        .add(span(4, 1, 312_400, 505_000), "FindNearest")
        .add(span(10, 1, 506_000, 560_000), "GET /route")
        .add(span(11, 1, 507_000, 580_000), "GET /route")
        .add_with(span(12, 1, 611_000, 733_000), "GET /route", |span| {
            span.set_tag("error", true);
            let message = "route did not answer within 120ms, three times in a row; giving up";
            span.log_at(time(731_000), fields![event = "error", "error.kind" = "Timeout", message = message]);
        });
    let customer = Spans::of("customer").add(span(3, 2, 2_100, 310_000).served(), "GET /customer").add_with(
        span(5, 3, 3_100, 308_000),
        "SQL SELECT",
        |span| {
            span.set_tag("db.statement", "SELECT * FROM customer WHERE customer_id=392")
                .log_at(time(4_000), fields![event = "waiting for lock", "lock.id" = 17])
                .log_at(
                    time(250_000),
                    fields![event = "acquired lock", waited_ms = 246, blockers = "[T12 T13]"],
                );
        },
    );
    let driver = Spans::of("driver")
        .add(span(6, 4, 315_000, 503_000).served(), "FindNearest")
        .add(span(7, 6, 316_000, 330_000), "GetDriver")
        .add_with(span(8, 6, 331_000, 365_000), "GetDriver", |span| {
            span.set_tag("error", true).set_tag("param.driver_id", "T700123");
        })
        .add(span(9, 6, 382_000, 502_000), "GetDriver");
    let route = Spans::of("route")
        .add(span(20, 10, 507_000, 559_000).served(), "compute")
        .add(span(21, 11, 508_500, 578_000).served(), "compute");
    // In any order: each service reports for itself.
    drawn_from(&[route, frontend, driver, customer])
}

/// The only trace of these spans.
fn drawn_from(services: &[Spans]) -> Trace {
    let mut gallery = Gallery::new();
    for spans in services {
        gallery.report(&spans.batch()).unwrap();
    }
    let mut traces = gallery.traces();
    assert_eq!(traces.len(), 1);
    traces.remove(0)
}

/// Text lines up where git changed the line breaks of the expected file, too.
fn assert_same(actual: &str, expected: &str) {
    assert_eq!(actual, expected.replace("\r\n", "\n"), "printed:\n{actual}");
}

#[test]
fn a_waterfall_shows_a_trace_at_a_glance() {
    assert_same(&dispatch().to_text(&Style::plain()), include_str!("pictures/dispatch.txt"));
}

#[test]
fn a_waterfall_fits_wide_and_narrow_terminals() {
    let text = |width| dispatch().to_text(&Style { width, ..Style::plain() });
    assert_same(&text(120), include_str!("pictures/dispatch-120.txt"));
    assert_same(&text(50), include_str!("pictures/dispatch-50.txt"));
    assert_same(&text(30), include_str!("pictures/dispatch-30.txt"));
}

#[test]
fn a_waterfall_has_colours_where_they_are_wanted() {
    let style = Style { colors: Colors::Ansi, ..Style::plain() };
    let text = dispatch().to_text(&style);
    assert_same(&text.replace('\x1b', "␛"), include_str!("pictures/dispatch-colors.txt"));
}

#[test]
fn a_waterfall_is_drawn_in_ascii_too() {
    let text = dispatch().to_text(&Style { glyphs: Glyphs::Ascii, ..Style::plain() });
    assert!(text.is_ascii());
    assert_same(&text, include_str!("pictures/dispatch-ascii.txt"));
}

#[test]
fn names_have_the_room_that_they_take_when_escaped() {
    let text = drawn_from(&[Spans::of("shop").add(span(1, 0, 0, 1), "größe")])
        .to_text(&Style { glyphs: Glyphs::Ascii, ..Style::plain() });
    assert!(text.contains("\ngr\\u{f6}\\u{df}e  1.00us  ==="), "{text}");
}

#[test]
fn a_waterfall_is_drawn_as_svg_too() {
    assert_same(&dispatch().to_svg(960), include_str!("pictures/dispatch.svg"));
}

#[test]
fn a_single_span_needs_no_headings() {
    let spans = Spans::of("hello-world")
        .add_with(span(1, 0, 0, 41), "greet", |span| _ = span.set_tag("component", "greeter"));
    let bar = "█".repeat(62);
    let expected = format!(
        "trace 4bf92f35 · hello-world · 41.0µs · 1 span\ngreet     41.0µs  {bar}\n   component=greeter\n"
    );
    assert_same(&drawn_from(&[spans]).to_text(&Style::plain()), &expected);
}

/// Everything but line breaks that acts on a terminal.
fn acts(c: char) -> bool {
    (c.is_control() && c != '\n')
        || ('\u{202a}'..='\u{202e}').contains(&c)
        || ('\u{2066}'..='\u{2069}').contains(&c)
}

fn hostile() -> Trace {
    let evil =
        "\x1b]0;owned\x07\x1b[2J\r\n<script>alert('x')</script>\u{202e}\u{9b}31m\u{2066}]]>&\"\0\u{ffff}";
    let spans = Spans::of(evil).add_with(span(1, 0, 0, 10), evil, |span| {
        span.set_tag(evil, evil).set_tag("error", true).log_at(time(1), fields![evil = evil]);
        span.log_at(time(2), [(evil, evil)]);
    });
    drawn_from(&[spans])
}

#[test]
fn what_was_recorded_cannot_act_on_a_terminal() {
    for glyphs in [Glyphs::Unicode, Glyphs::Ascii] {
        for width in [20, 80, 400] {
            let text = hostile().to_text(&Style { width, glyphs, ..Style::plain() });
            assert!(!text.contains(acts), "{text:?}");
        }
    }
    let text = hostile().to_text(&Style { width: 400, ..Style::plain() });
    assert!(text.contains("\\x1b]0;owned\\x07\\x1b[2J\\r\\n<script>"), "{text}");
}

#[test]
fn what_was_recorded_cannot_become_markup() {
    let svg = hostile().to_svg(960);
    assert!(!svg.contains(acts), "{svg:?}");
    assert!(!svg.contains("<script") && svg.contains("&lt;script&gt;"), "{svg}");
    // Nothing but our own elements, closed in order.
    let mut open = Vec::new();
    for piece in svg.split('<').skip(1) {
        let (tag, _) = piece.split_once('>').unwrap();
        let name = tag.split([' ', '/']).find(|part| !part.is_empty()).unwrap();
        assert!(
            ["svg", "style", "rect", "text", "tspan", "circle", "path", "g", "title"].contains(&name),
            "{tag}"
        );
        if tag.starts_with('/') {
            assert_eq!(open.pop(), Some(name));
        } else if !tag.ends_with('/') {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "{open:?}");
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    let spans = (1..=60u64).fold(Spans::of("a-service"), |spans, id| {
        spans.add_with(span(id, id - 1, id, 1_000 - id), "an operation with a long name", |span| {
            span.set_tag("key", "word ".repeat(30))
                .set_tag("k", "x".repeat(150))
                .log_at(time(900), fields![event = "something"]);
        })
    });
    let trace = drawn_from(&[spans]);
    for width in [20, 21, 39, 40, 59, 60, 80, 133, 250] {
        let text = trace.to_text(&Style { width, ..Style::plain() });
        let widest = text.lines().max_by_key(|line| line.chars().count()).unwrap();
        assert!(widest.chars().count() <= width, "{width}: {widest}");
    }
}

#[test]
fn what_is_too_much_to_show_is_counted() {
    let spans = Spans::of("shop").add_with(span(1, 0, 0, 10), "get", |span| {
        for number in 0..5 {
            span.log_at(time(number), fields![event = "tick", number = number]);
        }
        for number in 0..131 {
            span.set_tag("same", number);
            span.set_tag(format!("key{number}"), "v");
        }
    });
    let text = drawn_from(&[spans]).to_text(&Style { logs_max: 2, ..Style::plain() });
    assert!(text.contains("event=tick  number=1\n") && !text.contains("number=2"), "{text}");
    assert!(text.contains("… 3 more logs\n"), "{text}");
    assert!(text.contains("… 4 tags, logs or fields beyond the limits of a span\n"), "{text}");
}

/// Where a reporter writes to.
#[derive(Clone, Default)]
struct Paper(Arc<Mutex<Vec<u8>>>);

impl Paper {
    /// What was written since the last time.
    fn take(&self) -> String {
        String::from_utf8(std::mem::take(&mut *self.0.lock().unwrap())).unwrap()
    }
}

impl Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A reporter that writes plainly, and where it writes to.
fn console() -> (reporter::ConsoleReporter, Paper) {
    let paper = Paper::default();
    (reporter::console().writer(paper.clone()).style(Style::plain()), paper)
}

/// The first words of each line that draws a span or begins a picture.
fn outline(text: &str) -> Vec<String> {
    let shown = |line: &&str| !line.is_empty() && !line.trim_start().starts_with("total");
    text.lines()
        .filter(shown)
        .map(|line| match line.strip_prefix("trace ") {
            Some(facts) => {
                facts.split(" · ").filter(|fact| !fact.contains(['µ'])).collect::<Vec<_>>().join(" ")
            }
            None => {
                let mut parts = line.split("  ").map(|part| part.trim_start_matches(['│', ' ']));
                parts.find(|part| !part.is_empty()).unwrap().to_owned()
            }
        })
        .collect()
}

#[test]
fn a_trace_is_printed_when_its_root_has_finished_and_not_before() {
    let (mut console, paper) = console();
    console.report(&Spans::of("shop").add(span(3, 2, 20, 30), "pay").batch()).unwrap();
    console.report(&Spans::of("shop").add(span(2, 1, 10, 40), "order").batch()).unwrap();
    assert_eq!(paper.take(), "");

    console.report(&Spans::of("shop").add(span(1, 0, 0, 50), "checkout").batch()).unwrap();
    let text = paper.take();
    assert_eq!(outline(&text), ["4bf92f35 shop 3 spans", "checkout", "└─ order", "└─ pay"]);
    assert!(text.ends_with("\n\n"), "an empty line keeps two traces apart");

    console.flush(Duration::ZERO).unwrap();
    assert_eq!(paper.take(), "", "nothing is printed twice");
}

#[test]
fn traces_that_overlap_are_printed_apart() {
    let (mut console, paper) = console();
    let spans = Spans::of("shop")
        .add(span(2, 1, 0, 1).trace(1 << 96), "a.child")
        .add(span(4, 3, 0, 1).trace(2 << 96), "b.child")
        .add(span(3, 0, 0, 1).trace(2 << 96), "b");
    console.report(&spans.batch()).unwrap();
    assert_eq!(outline(&paper.take()), ["00000002 shop 2 spans", "b", "└─ b.child"]);
    console.report(&Spans::of("shop").add(span(1, 0, 0, 1).trace(1 << 96), "a").batch()).unwrap();
    assert_eq!(outline(&paper.take()), ["00000001 shop 2 spans", "a", "└─ a.child"]);
}

#[test]
fn what_finishes_after_the_root_is_printed_as_a_continuation() {
    let (mut console, paper) = console();
    let report = |console: &mut reporter::ConsoleReporter, made, name| {
        console.report(&Spans::of("shop").add(made, name).batch()).unwrap();
    };
    report(&mut console, span(1, 0, 0, 50), "checkout");
    assert_eq!(outline(&paper.take()), ["4bf92f35 shop 1 span", "checkout"]);

    // Below `mail`, which is still open.
    report(&mut console, span(3, 2, 60, 70), "smtp");
    assert_eq!(paper.take(), "");
    report(&mut console, span(2, 1, 40, 80), "mail");
    assert_eq!(outline(&paper.take()), ["4bf92f35 shop 2 spans continued", "┄─ mail", "└─ smtp"]);
    report(&mut console, span(4, 3, 70, 90), "log");
    assert_eq!(outline(&paper.take()), ["4bf92f35 shop 1 span continued", "┄─ log"]);
}

#[test]
fn a_service_that_a_trace_enters_twice_keeps_the_two_parts_apart() {
    let (mut console, paper) = console();
    let spans = Spans::of("route")
        .add(span(11, 10, 5, 6), "first.compute")
        .add(span(21, 20, 5, 6), "second.compute")
        .add(span(10, 1, 0, 9).served(), "first");
    console.report(&spans.batch()).unwrap();
    assert_eq!(outline(&paper.take()), ["4bf92f35 route 2 spans", "first", "└─ first.compute"]);
    console.report(&Spans::of("route").add(span(20, 2, 0, 9).served(), "second").batch()).unwrap();
    assert_eq!(outline(&paper.take()), ["4bf92f35 route 2 spans continued", "second", "└─ second.compute"]);
}

#[test]
fn flush_prints_what_is_incomplete_and_says_so() {
    let (mut console, paper) = console();
    console.report(&Spans::of("shop").add(span(3, 2, 20, 30), "pay").batch()).unwrap();
    console.flush(Duration::from_secs(1)).unwrap();
    assert_eq!(outline(&paper.take()), ["4bf92f35 shop 1 span incomplete", "┄─ pay"]);

    let rest = Spans::of("shop").add(span(2, 1, 10, 40), "order").add(span(1, 0, 0, 50), "checkout");
    console.report(&rest.batch()).unwrap();
    assert_eq!(outline(&paper.take()), ["4bf92f35 shop 2 spans continued", "checkout", "└─ order"]);
}

#[test]
fn the_shortest_spans_are_left_out_of_a_large_trace() {
    let (console, paper) = console();
    let mut console = console.limits(Limits { spans_max: 4, ..Limits::default() });
    let spans = (2..100u64).fold(Spans::of("shop"), |spans, id| match id {
        50 => spans.add_with(span(id, 1, id, id), "failed", |span| _ = span.set_tag("error", true)),
        60 | 70 => spans.add(span(id, 1, 0, 100 + id), "long"),
        _ => spans.add(span(id, 1, id, id + 1), "short"),
    });
    console.report(&spans.add(span(1, 0, 0, 200), "root").batch()).unwrap();
    let text = paper.take();
    assert_eq!(
        outline(&text),
        [
            "4bf92f35 shop 99 spans 1 error",
            "root",
            "├─ long",
            "├─ long",
            "└─ ✗ failed",
            "… 95 of the shorter spans are left out"
        ]
    );
    console.flush(Duration::ZERO).unwrap();
    assert_eq!(paper.take(), "", "what was left out does not come back");
}

#[test]
fn the_oldest_trace_makes_room_and_is_printed_as_it_is() {
    let (console, paper) = console();
    let mut console = console.limits(Limits { traces_max: 2, ..Limits::default() });
    for id in 1..=3u128 {
        console.report(&Spans::of("shop").add(span(2, 1, 0, 1).trace(id << 96), "child").batch()).unwrap();
    }
    assert_eq!(outline(&paper.take()), ["00000001 shop 1 span incomplete", "┄─ child"]);
}

#[test]
fn the_bytes_that_wait_are_bounded() {
    let (console, paper) = console();
    let mut console = console.limits(Limits { bytes_max: 10_000, ..Limits::default() });
    let large = |id: u128| {
        Spans::of("shop").add_with(span(2, 1, 0, 1).trace(id << 96), "child", |span| {
            _ = span.set_tag("large", "x".repeat(4_096))
        })
    };
    console.report(&large(1).batch()).unwrap();
    console.report(&large(2).batch()).unwrap();
    assert_eq!(paper.take(), "");
    console.report(&large(3).batch()).unwrap();
    assert!(paper.take().starts_with("trace 00000001 · shop · 1.00µs · 1 span · incomplete\n"));
}

#[test]
fn a_terminal_that_is_gone_is_ignored() {
    struct Gone;
    impl Write for Gone {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
    }
    let mut console = reporter::console().writer(Gone);
    console.report(&Spans::of("shop").add(span(1, 0, 0, 1), "get").batch()).unwrap();
    console.report(&Spans::of("shop").add(span(3, 2, 0, 1), "get").batch()).unwrap();
    console.flush(Duration::ZERO).unwrap();
}

#[test]
fn a_writer_gets_no_colours_unless_they_are_asked_for() {
    let spans = Spans::of("shop").add(span(1, 0, 0, 1), "get");
    let paper = Paper::default();
    reporter::console().writer(paper.clone()).report(&spans.batch()).unwrap();
    assert!(!paper.take().contains('\x1b'));

    let style = Style { colors: Colors::Ansi, ..Style::plain() };
    reporter::console().style(style).writer(paper.clone()).report(&spans.batch()).unwrap();
    assert!(paper.take().starts_with("\x1b[1mtrace 4bf92f35\x1b[0m"));
}

#[test]
fn a_tracer_prints_its_traces() {
    let (console, paper) = console();
    let guard = Config::new("shop").reporter(console).build().unwrap();
    let tracer = guard.tracer();
    tracer.in_span("checkout", |checkout| {
        checkout.set_tag("items", 3);
        tracer.in_span("pay", |pay| {
            pay.log(fields![event = "accepted"]);
        });
    });
    drop(guard);
    let text = paper.take();
    let outline = outline(&text);
    assert!(outline[0].ends_with(" shop 2 spans"), "{text}");
    assert!(outline[1..4] == ["checkout", "items=3", "└─ pay"], "{text}");
    assert!(text.contains("event=accepted"), "{text}");
}

#[test]
fn a_gallery_is_bounded_and_says_what_it_left_out() {
    let mut gallery = Gallery::with_limits(Limits { traces_max: 2, ..Limits::default() });
    for id in 1..=5u64 {
        let spans = Spans::of("shop").add(span(id, 0, 0, 10 * (id % 4)).trace(u128::from(id)), "get");
        gallery.report(&spans.batch()).unwrap();
    }
    let ids: Vec<_> = gallery.traces().iter().map(|trace| trace.id().get()).collect();
    assert_eq!((ids, gallery.traces_left_out()), (vec![4, 5], 3));
    assert_eq!(gallery.slowest().unwrap().id(), TraceId::new(5).unwrap());
    assert!(gallery.trace(TraceId::new(1).unwrap()).is_none());
    gallery.clear();
    assert!(gallery.traces().is_empty() && gallery.slowest().is_none());
}

#[test]
fn a_picture_tells_what_it_shows() {
    let trace = dispatch();
    assert_eq!(trace.id(), TraceId::new(TRACE).unwrap());
    assert_eq!(trace.duration(), Duration::from_millis(734));
    assert_eq!((trace.spans().count(), trace.spans_left_out()), (14, 0));
    let failed: Vec<_> = trace
        .spans()
        .filter(|span| span.is_error())
        .map(|span| (span.service_name(), span.duration()))
        .collect();
    assert_eq!(failed.len(), 2);
    assert!(failed.contains(&("driver", Duration::from_millis(34))));
    let select = trace.spans().find(|span| span.record().operation_name() == "SQL SELECT").unwrap();
    assert_eq!(select.record().logs().count(), 2);
}

//! What the user is told when spans are lost: one line at once, then at most one a minute.

use std::fmt;
use std::io::Write;
use std::time::{Duration, Instant};

use crate::sink::Sink;

const PAUSE: Duration = Duration::from_secs(60);

/// Where warnings go.
pub(crate) struct Warnings {
    out: Sink,
    last: Option<Instant>,
}

impl Warnings {
    pub(crate) fn to(out: Sink) -> Self {
        Self { out, last: None }
    }

    /// Where they go.
    pub(crate) fn sink(&self) -> &Sink {
        &self.out
    }

    /// Writes a line, unless one was written within the last minute.
    pub(crate) fn warn(&mut self, now: Instant, text: fmt::Arguments<'_>) {
        if self.last.is_some_and(|last| now.saturating_duration_since(last) < PAUSE) {
            return;
        }
        self.last = Some(now);
        // A closed stderr is no error of the program's.
        let _ = writeln!(self.out, "opentracing: {}", one_line(&text.to_string()));
        let _ = self.out.flush();
    }
}

/// The text without control characters: what a backend answers may be in it.
fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_control() {
            line.extend(character.escape_default());
        } else {
            line.push(character);
        }
    }
    line
}

impl fmt::Debug for Warnings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Warnings").field("last", &self.last).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Page(Arc<Mutex<Vec<u8>>>);

    impl Write for Page {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn there_is_one_line_at_once_and_then_one_a_minute() {
        let page = Page::default();
        let mut warnings = Warnings::to(Sink::new(page.clone()));
        let start = Instant::now();
        for (second, text) in [(0, "first"), (1, "lost"), (59, "lost"), (60, "a\x1b[31m\nb"), (61, "lost")] {
            warnings.warn(start + Duration::from_secs(second), format_args!("{text}"));
        }
        let written = String::from_utf8(page.0.lock().unwrap().clone()).unwrap();
        assert_eq!(written, "opentracing: first\nopentracing: a\\u{1b}[31m\\nb\n");
    }
}

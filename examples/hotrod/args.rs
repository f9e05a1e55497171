//! The command line.

use std::path::PathBuf;

use lexopt::prelude::{Long, Short, ValueExt};

pub(crate) const USAGE: &str = "\
Starts four small services, sends them requests, and shows what one of the requests did.

Usage: cargo run --example hotrod -- [OPTIONS]

  --requests N      requests to send [default: 8]
  --concurrency M   how many of them at the same time [default: 4]
  --serve           go on serving, for a browser or curl, until ctrl-c
  --otlp URL        send the spans to a collector, too, as in http://localhost:4318
  --svg FILE        draw the slowest request into a file, too
  --help            show this
";

/// What the demo is to do.
#[derive(Debug)]
pub(crate) struct Args {
    pub(crate) requests: usize,
    pub(crate) concurrency: usize,
    pub(crate) serve: bool,
    pub(crate) otlp: Option<String>,
    pub(crate) svg: Option<PathBuf>,
    pub(crate) help: bool,
}

impl Args {
    pub(crate) fn parse() -> Result<Self, lexopt::Error> {
        let mut args = Self { requests: 8, concurrency: 4, serve: false, otlp: None, svg: None, help: false };
        let mut parser = lexopt::Parser::from_env();
        while let Some(arg) = parser.next()? {
            match arg {
                Long("requests") => args.requests = parser.value()?.parse()?,
                Long("concurrency") => args.concurrency = parser.value()?.parse()?,
                Long("serve") => args.serve = true,
                Long("otlp") => args.otlp = Some(parser.value()?.string()?),
                Long("svg") => args.svg = Some(parser.value()?.into()),
                Long("help") | Short('h') => args.help = true,
                other => return Err(other.unexpected()),
            }
        }
        Ok(args)
    }
}

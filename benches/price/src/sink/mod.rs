//! Where spans go: another process, which takes every message, decodes it with a decoder that none of the producers
//! wrote, and counts.

mod jaeger;
mod otlp;
mod served;

use std::fmt;
use std::io::{self, BufRead as _, BufReader, Read as _};
use std::net::SocketAddr;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::str::FromStr;

pub use served::serve;

/// What a sink speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// OTLP as protobuf, over HTTP.
    Otlp,
    /// Jaeger's Thrift in its compact form, over UDP.
    Jaeger,
}

/// What has come to a sink.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Received {
    /// Spans with the name, and the tags, that they were given.
    pub spans: u64,
    /// Bodies of POSTs, or datagrams.
    pub messages: u64,
    /// Bytes of all messages.
    pub bytes: u64,
}

/// A running sink. It ends when this is dropped, however that comes about: its standard input closes then.
pub struct Sink {
    child: Child,
    stdout: BufReader<ChildStdout>,
    address: SocketAddr,
}

impl Sink {
    /// Starts one; the system chooses its port.
    pub fn start(protocol: Protocol) -> Self {
        let mut command = crate::run::this_program();
        command.args(["sink", &protocol.to_string()]);
        Self::spawn(&mut command).expect("this program starts itself as a sink")
    }

    fn spawn(command: &mut Command) -> io::Result<Self> {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let mut stdout = BufReader::new(child.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?);
        let mut line = String::new();
        stdout.read_line(&mut line)?;
        let address = line.trim().parse().map_err(|_| io::Error::other(format!("no address: {line:?}")))?;
        Ok(Self { child, stdout, address })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Asks for the counts, when everything has been sent.
    pub fn finish(mut self) -> Received {
        drop(self.child.stdin.take());
        let mut counts = String::new();
        self.stdout.read_to_string(&mut counts).expect("the sink answers");
        counts.parse().expect("the sink counts")
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        // It may have ended, of course.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Otlp => "otlp",
            Self::Jaeger => "jaeger",
        })
    }
}

impl FromStr for Protocol {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "otlp" => Ok(Self::Otlp),
            "jaeger" => Ok(Self::Jaeger),
            _ => Err(format!("not a protocol: {text:?}")),
        }
    }
}

/// As the sink prints it.
impl fmt::Display for Received {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.spans, self.messages, self.bytes)
    }
}

impl FromStr for Received {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers: Result<Vec<u64>, _> = text.split_whitespace().map(str::parse).collect();
        match numbers.as_deref() {
            Ok(&[spans, messages, bytes]) => Ok(Self { spans, messages, bytes }),
            _ => Err(format!("not what a sink counts: {text:?}")),
        }
    }
}

//! The life of a sink's process: it says where it listens, takes messages until its standard input closes, and says
//! what has come.

use std::io;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::Duration;

use super::{Protocol, Received, jaeger, otlp};

/// No run takes this long: a sink that nobody ends does so by itself.
const LIFE_MAX: Duration = Duration::from_secs(120);

/// The messages that a sink has taken, in their order. It is bounded by what one run sends.
pub type Messages = Sender<Vec<u8>>;

/// How many whole spans a message has.
type Spans = fn(&[u8]) -> u64;

/// A socket, with a thread that empties it.
pub trait Listener {
    fn address(&self) -> SocketAddr;

    /// Returns when all messages have been taken that were sent before.
    fn finish(self: Box<Self>);
}

/// What the process does that is a sink.
pub fn serve(protocol: Protocol) -> ExitCode {
    let (sender, messages) = mpsc::channel();
    let (listener, spans): (Box<dyn Listener>, Spans) = match protocol {
        Protocol::Otlp => (Box::new(otlp::Server::start(sender)), otlp::spans),
        Protocol::Jaeger => (Box::new(jaeger::Agent::start(sender)), jaeger::spans),
    };
    println!("{}", listener.address());
    // Decoded beside, so that nobody who sends has to wait for it.
    let counting = thread::spawn(move || count(&messages, spans));
    if !input_closes_within(LIFE_MAX) {
        eprintln!("nobody has ended this sink");
        return ExitCode::FAILURE;
    }
    listener.finish();
    println!("{}", counting.join().expect("every message can be decoded"));
    ExitCode::SUCCESS
}

fn count(messages: &Receiver<Vec<u8>>, spans: Spans) -> Received {
    let mut received = Received::default();
    for message in messages {
        received.spans += spans(&message);
        received.messages += 1;
        received.bytes += message.len() as u64;
    }
    received
}

fn input_closes_within(time: Duration) -> bool {
    let (closed, wait) = mpsc::channel();
    thread::spawn(move || {
        // Whatever the end of the input is, it is the end.
        let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
        closed.send(())
    });
    wait.recv_timeout(time).is_ok()
}

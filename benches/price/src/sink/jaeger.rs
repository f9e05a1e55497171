//! An agent that takes Jaeger's Thrift over UDP.

use std::io::ErrorKind;
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use thrift_codec::CompactDecode as _;
use thrift_codec::data::{Data, Elements, Struct};
use thrift_codec::message::Message;

use super::served::{Listener, Messages};

/// More than any datagram has.
const DATAGRAM_BYTES_MAX: usize = 1 << 16;

/// When no datagram has come for so long after the last was sent, none is left: on loopback they do not travel.
const QUIET: Duration = Duration::from_millis(100);

pub struct Agent {
    address: SocketAddr,
    all_sent: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl Agent {
    pub fn start(datagrams: Messages) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a port on loopback");
        socket.set_read_timeout(Some(QUIET)).expect("a time-out above zero");
        let address = socket.local_addr().expect("a bound socket has an address");
        let all_sent = Arc::new(AtomicBool::new(false));
        let thread = thread::spawn({
            let all_sent = Arc::clone(&all_sent);
            move || take(&socket, &all_sent, &datagrams)
        });
        Self { address, all_sent, thread }
    }
}

fn take(socket: &UdpSocket, all_sent: &AtomicBool, datagrams: &Messages) {
    let mut buffer = vec![0; DATAGRAM_BYTES_MAX];
    loop {
        // Asked before, so that the wait that follows begins after the last datagram was sent.
        let last = all_sent.load(Ordering::Acquire);
        match socket.recv(&mut buffer) {
            Ok(len) => datagrams.send(buffer[..len].to_vec()).expect("someone counts"),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) && last => {
                return;
            }
            Err(_) => {}
        }
    }
}

impl Listener for Agent {
    fn address(&self) -> SocketAddr {
        self.address
    }

    fn finish(self: Box<Self>) {
        self.all_sent.store(true, Ordering::Release);
        self.thread.join().expect("datagrams are taken as they come");
    }
}

/// The spans of a datagram that are as they were made.
pub fn spans(mut datagram: &[u8]) -> u64 {
    let message = Message::compact_decode(&mut datagram).expect("a message of Thrift");
    assert_eq!(message.method_name(), "emitBatch");
    let Some(Data::Struct(batch)) = field(message.body(), 1) else { return 0 };
    structs(field(batch, 2)).iter().filter(|span| is_whole(span)).count() as u64
}

fn is_whole(span: &Struct) -> bool {
    let tags = structs(field(span, 10));
    let has = |key: &str| tags.iter().any(|tag| is_text(field(tag, 1), key));
    match field(span, 5) {
        name if is_text(name, "request") => true,
        name if is_text(name, "query") => has("component") && has("rows"),
        _ => false,
    }
}

fn field(data: &Struct, id: i16) -> Option<&Data> {
    data.fields().iter().find(|field| field.id() == id).map(|field| field.data())
}

fn structs(data: Option<&Data>) -> &[Struct] {
    match data {
        Some(Data::List(list)) => match &**list {
            Elements::Struct(structs) => structs,
            _ => &[],
        },
        _ => &[],
    }
}

fn is_text(data: Option<&Data>, text: &str) -> bool {
    // Thrift does not tell text from other bytes.
    matches!(data, Some(Data::Binary(found)) if found == text.as_bytes())
}

#[cfg(test)]
mod tests {
    use thrift_codec::CompactEncode as _;
    use thrift_codec::data::{Field, List};

    use super::*;

    fn span(name: &str, tags: &[&str]) -> Struct {
        let tags: Vec<_> = tags.iter().map(|key| Struct::new(vec![Field::new(1, *key)])).collect();
        Struct::new(vec![Field::new(5, name), Field::new(10, List::from(tags))])
    }

    fn datagram(spans: Vec<Struct>) -> Vec<u8> {
        let batch = Struct::new(vec![Field::new(2, List::from(spans))]);
        let mut bytes = Vec::new();
        let message = Message::oneway("emitBatch", 0, Struct::new(vec![Field::new(1, batch)]));
        message.compact_encode(&mut bytes).unwrap();
        bytes
    }

    #[test]
    fn the_spans_of_a_datagram_are_counted_if_they_have_their_tags() {
        let whole = vec![span("request", &[]), span("query", &["component", "rows"])];
        assert_eq!(spans(&datagram(whole)), 2);
        assert_eq!(spans(&datagram(vec![span("query", &["component"]), span("other", &[])])), 0);
    }
}

//! A collector on loopback that goes on until it is dropped, and counts the spans it gets.

use std::io::{BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use crate::protobuf::Message;
use crate::server::{self, Reply, Request};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Behaviour {
    Accept,
    /// Takes the connection and the request, and never answers.
    Mute,
    /// Answers 500.
    Fail,
}

pub(crate) struct Collector {
    address: SocketAddr,
    seen: Arc<Seen>,
}

#[derive(Default)]
struct Seen {
    spans: AtomicU64,
    last: Mutex<Option<Request>>,
}

impl Collector {
    pub(crate) fn new(behaviour: Behaviour) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::default();
        let told = Arc::clone(&seen);
        thread::spawn(move || {
            // An empty connection is the sign to stop.
            for stream in listener.incoming().map_while(Result::ok) {
                if !serve(stream, behaviour, &told) {
                    return;
                }
            }
        });
        Self { address, seen }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The spans of all requests that were read.
    pub(crate) fn spans(&self) -> u64 {
        self.seen.spans.load(Ordering::SeqCst)
    }

    /// The last request, once.
    pub(crate) fn last_request(&self) -> Request {
        self.seen.last.lock().unwrap().take().expect("there was a request")
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        let _ = TcpStream::connect(self.address);
    }
}

/// Serves one connection; answers whether there was a request on it.
fn serve(stream: TcpStream, behaviour: Behaviour, seen: &Seen) -> bool {
    let mut stream = BufReader::new(stream);
    let mut served = false;
    while let Some(request) = server::read(&mut stream, 0) {
        served = true;
        let resources = Message::read(&request.body).all(1);
        let scopes = resources.iter().flat_map(|resource| resource.all(2));
        let count: usize = scopes.map(|scope| scope.all(2).len()).sum();
        seen.spans.fetch_add(count as u64, Ordering::SeqCst);
        *seen.last.lock().unwrap() = Some(request);
        let reply = match behaviour {
            Behaviour::Accept => Reply::ok(),
            Behaviour::Fail => Reply::status("500 Internal Server Error", "", b"out of order"),
            Behaviour::Mute => {
                // Until the client has gone.
                let _ = stream.read_to_end(&mut Vec::new());
                return true;
            }
        };
        if let Reply::Bytes(bytes) = reply {
            // The client may have gone meanwhile.
            let _ = stream.get_mut().write_all(&bytes);
        }
    }
    served
}

//! A server on loopback that says what a test tells it to, and then ends.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread::{self, JoinHandle};

/// What the server does with one request.
pub(crate) enum Reply {
    /// Writes this, and keeps the connection open.
    Bytes(Vec<u8>),
    /// Writes this, and closes the connection.
    Last(Vec<u8>),
    /// Writes nothing, until the client has gone.
    Silence,
    /// Closes the connection before it reads anything.
    Close,
}

impl Reply {
    /// An answer with a body.
    pub(crate) fn status(status: &str, headers: &str, body: &[u8]) -> Self {
        let head = format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\n\r\n", body.len());
        Self::Bytes([head.as_bytes(), body].concat())
    }

    pub(crate) fn ok() -> Self {
        Self::status("200 OK", "Content-Type: application/x-protobuf\r\n", b"")
    }
}

/// A request, as it came in.
#[derive(Debug)]
pub(crate) struct Request {
    /// Of which connection it was, counted from 0.
    pub(crate) connection: usize,
    pub(crate) line: String,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

pub(crate) struct Server {
    address: SocketAddr,
    thread: JoinHandle<Vec<Request>>,
}

impl Server {
    /// Gives one reply after the other, each to the next request.
    pub(crate) fn replying(replies: impl IntoIterator<Item = Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let replies: Vec<_> = replies.into_iter().collect();
        Self { address, thread: thread::spawn(move || serve(&listener, replies)) }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The requests, after the last of the replies was given.
    pub(crate) fn requests(self) -> Vec<Request> {
        self.thread.join().unwrap()
    }
}

/// An address at which nobody listens.
pub(crate) fn refusing_url() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

fn serve(listener: &TcpListener, replies: Vec<Reply>) -> Vec<Request> {
    let mut requests = Vec::new();
    let mut open: Option<BufReader<TcpStream>> = None;
    let mut connections = 0;
    for reply in replies {
        let request = loop {
            let stream = open.get_or_insert_with(|| {
                connections += 1;
                BufReader::new(listener.accept().unwrap().0)
            });
            if matches!(reply, Reply::Close) {
                break None;
            }
            match read(stream, connections - 1) {
                Some(request) => break Some(request),
                // The client has closed the connection, and comes back with another.
                None => open = None,
            }
        };
        requests.extend(request);
        let Some(stream) = &mut open else { continue };
        match reply {
            Reply::Bytes(bytes) => stream.get_mut().write_all(&bytes).unwrap(),
            Reply::Last(bytes) => {
                stream.get_mut().write_all(&bytes).unwrap();
                open = None;
            }
            Reply::Silence => {
                // Whatever comes, it is not answered.
                _ = stream.read_to_end(&mut Vec::new());
                open = None;
            }
            Reply::Close => open = None,
        }
    }
    requests
}

pub(crate) fn read(stream: &mut BufReader<TcpStream>, connection: usize) -> Option<Request> {
    let mut line = String::new();
    if stream.read_line(&mut line).unwrap_or(0) == 0 {
        return None;
    }
    let mut headers = Vec::new();
    loop {
        let mut header = String::new();
        stream.read_line(&mut header).unwrap();
        let Some((name, value)) = header.trim_end().split_once(": ") else { break };
        headers.push((name.to_ascii_lowercase(), value.to_owned()));
    }
    let mut request = Request { connection, line: line.trim_end().to_owned(), headers, body: Vec::new() };
    let length = request.header("content-length").map_or(0, |length| length.parse().unwrap());
    request.body.resize(length, 0);
    stream.read_exact(&mut request.body).unwrap();
    Some(request)
}

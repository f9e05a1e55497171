//! Requests as users would send them: their traces begin in the frontend.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

const CUSTOMERS: [u32; 4] = [123, 392, 567, 731];

/// What has become of the requests.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) requests: usize,
    pub(crate) failed: usize,
    pub(crate) elapsed: Duration,
}

/// Sends so many requests to the frontend, some of them at the same time.
pub(crate) fn send(frontend: SocketAddr, requests: usize, concurrency: usize) -> Outcome {
    let (next, failed) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let start = Instant::now();
    thread::scope(|users| {
        for _ in 0..concurrency.clamp(1, requests.max(1)) {
            users.spawn(|| {
                let agent = ureq::agent();
                loop {
                    let request = next.fetch_add(1, Ordering::Relaxed);
                    if request >= requests {
                        break;
                    }
                    let customer = CUSTOMERS[request % CUSTOMERS.len()];
                    let url = format!("http://{frontend}/dispatch?customer={customer}");
                    if let Err(error) = agent.get(url).call() {
                        eprintln!("request {request}: {error}");
                        failed.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    Outcome { requests, failed: failed.into_inner(), elapsed: start.elapsed() }
}

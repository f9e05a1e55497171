// Ends of a body with temporaries that have to be dropped.
use std::sync::Mutex;

pub(crate) struct S(pub(crate) u8, Vec<u8>);

#[traced(root)]
pub(crate) fn guarded(lock: &Mutex<Vec<u8>>) -> usize {
    lock.lock().unwrap().len()
}

#[traced(ret)]
pub(crate) fn looked_at(lock: &Mutex<Vec<u8>>) -> usize {
    lock.lock().unwrap().len()
}

#[traced(root)]
pub(crate) fn unknown(lock: &Mutex<Vec<u8>>) -> S {
    let list = lock.lock().unwrap().clone();
    S(lock.lock().unwrap()[0], list)
}

#[traced(ret)]
pub(crate) async fn awaited(lock: &Mutex<Vec<u8>>) -> usize {
    lock.lock().unwrap().len()
}

//! The system's allocator, which counts when it is asked to.
#![expect(unsafe_code, reason = "an allocator is an unsafe trait")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Off but for the one measure that needs it: then an allocation costs one branch more than with the system's
/// allocator, whoever makes it.
static COUNTS: AtomicBool = AtomicBool::new(false);
static ALL: AtomicU64 = AtomicU64::new(0);

thread_local! {
    static OF_THREAD: Cell<u64> = const { Cell::new(0) };
}

/// Begins to count, from zero.
pub fn count_from_here() {
    ALL.store(0, Ordering::Relaxed);
    OF_THREAD.set(0);
    COUNTS.store(true, Ordering::Relaxed);
}

/// Allocations of this thread so far.
pub fn of_this_thread() -> u64 {
    OF_THREAD.get()
}

/// Allocations of all threads so far.
pub fn of_all_threads() -> u64 {
    ALL.load(Ordering::Relaxed)
}

#[inline]
fn count() {
    if COUNTS.load(Ordering::Relaxed) {
        ALL.fetch_add(1, Ordering::Relaxed);
        // A constant without a destructor, so that it is there as long as its thread is.
        OF_THREAD.set(OF_THREAD.get() + 1);
    }
}

struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// SAFETY: memory comes from the system's allocator and goes back to it, unchanged; counting does not allocate.
unsafe impl GlobalAlloc for Counting {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller keeps the promises that the same method of `System` asks for.
        unsafe { System.alloc(layout) }
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: as above.
        unsafe { System.alloc_zeroed(layout) }
    }

    #[inline]
    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        // SAFETY: as above, and the memory came from `System`.
        unsafe { System.realloc(memory, layout, size) }
    }

    #[inline]
    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(memory, layout) }
    }
}

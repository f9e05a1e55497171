//! A reference to something static that can be replaced while others read it.
#![expect(unsafe_code, reason = "std has no atomic reference; this is the smallest there can be")]

use std::marker::PhantomData;
use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};

/// An atomic `&'static T`.
#[derive(Debug)]
pub(crate) struct AtomicRef<T: 'static> {
    // Invariant: it always holds a pointer made from a `&'static T`.
    pointer: AtomicPtr<T>,
    refers_to: PhantomData<&'static T>,
}

impl<T: Sync> AtomicRef<T> {
    pub(crate) const fn new(to: &'static T) -> Self {
        Self { pointer: AtomicPtr::new(ptr::from_ref(to).cast_mut()), refers_to: PhantomData }
    }

    #[inline]
    pub(crate) fn load(&self) -> &'static T {
        // SAFETY: by the invariant this was made from a `&'static T`, and nothing is written through it. Acquire
        // pairs with the release of `store`, so that what was done to make the referent is seen.
        unsafe { &*self.pointer.load(Ordering::Acquire) }
    }

    pub(crate) fn store(&self, to: &'static T) {
        self.pointer.store(ptr::from_ref(to).cast_mut(), Ordering::Release);
    }

    /// Puts a new referent in front, made of the one that it replaces: a list grows so. It is never freed.
    pub(crate) fn push(&self, make: impl FnOnce(&'static T) -> T) -> &'static T
    where
        T: Chained,
    {
        let new = Box::leak(Box::new(make(self.load())));
        loop {
            let next = ptr::from_ref(new.next()).cast_mut();
            let pointer = ptr::from_mut(new);
            match self.pointer.compare_exchange(next, pointer, Ordering::AcqRel, Ordering::Acquire) {
                // SAFETY: it was leaked, and nothing writes through it any more.
                Ok(_) => return unsafe { &*pointer },
                Err(_) => new.set_next(self.load()),
            }
        }
    }
}

/// What is chained to a list by [`AtomicRef::push`].
pub(crate) trait Chained: 'static {
    fn next(&self) -> &'static Self;
    fn set_next(&mut self, next: &'static Self);
}

//! Records a value by what its type offers: a tag value, else `Display`, else `Debug`, else nothing.
//!
//! A method call finds the first of the types below, in the order of dereferencing, whose bounds hold. It is
//! decided where the call is compiled, so that no bound is asked of the user's types.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;

use super::sink::Sink;
use crate::tag::{AsTag, debug, display};

/// A value of unknown talents.
#[derive(Debug)]
pub struct Offered<'a, T: ?Sized>(Display<'a, T>);
#[derive(Debug)]
pub struct Display<'a, T: ?Sized>(Debug<'a, T>);
#[derive(Debug)]
pub struct Debug<'a, T: ?Sized>(Nothing<'a, T>);
pub struct Nothing<'a, T: ?Sized>(&'a T);

impl<T: ?Sized> fmt::Debug for Nothing<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Offered(..)")
    }
}

impl<'a, T: ?Sized> Offered<'a, T> {
    pub fn new(value: &'a T) -> Self {
        Self(Display(Debug(Nothing(value))))
    }
}

impl<T: AsTag + ?Sized> Offered<'_, T> {
    #[track_caller]
    pub fn tag<S: Sink + ?Sized>(&self, span: &S, key: impl Into<Cow<'static, str>>) {
        span.put(key.into(), &self.0.0.0.0);
    }
}

impl Offered<'_, ()> {
    /// There is nothing to say about `()`.
    pub fn tag<S: Sink + ?Sized>(&self, _: &S, _: impl Into<Cow<'static, str>>) {}
}

impl<T: fmt::Display + ?Sized> Display<'_, T> {
    #[track_caller]
    pub fn tag<S: Sink + ?Sized>(&self, span: &S, key: impl Into<Cow<'static, str>>) {
        span.put(key.into(), &display(self.0.0.0));
    }
}

impl<T: fmt::Debug + ?Sized> Debug<'_, T> {
    #[track_caller]
    pub fn tag<S: Sink + ?Sized>(&self, span: &S, key: impl Into<Cow<'static, str>>) {
        span.put(key.into(), &debug(self.0.0));
    }
}

impl<T: ?Sized> Nothing<'_, T> {
    pub fn tag<S: Sink + ?Sized>(&self, _: &S, _: impl Into<Cow<'static, str>>) {}
}

impl<'a, T: ?Sized> Deref for Offered<'a, T> {
    type Target = Display<'a, T>;

    fn deref(&self) -> &Display<'a, T> {
        &self.0
    }
}

impl<'a, T: ?Sized> Deref for Display<'a, T> {
    type Target = Debug<'a, T>;

    fn deref(&self) -> &Debug<'a, T> {
        &self.0
    }
}

impl<'a, T: ?Sized> Deref for Debug<'a, T> {
    type Target = Nothing<'a, T>;

    fn deref(&self) -> &Nothing<'a, T> {
        &self.0
    }
}

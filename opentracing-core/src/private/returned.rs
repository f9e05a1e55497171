//! What a function returns, where its signature does not tell: a future or a stream in a box is wrapped and
//! boxed again, anything else is returned as it is. See [`super::offered`] for how it is found.

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::ops::Deref;
use std::pin::Pin;

use futures_core::Stream;

use super::adapter::{future, future_then};
use super::stream::{stream, stream_then};
use crate::scope::Scope;

/// The kind of a value.
pub struct Kind<T> {
    value: Value<T>,
}

/// Any value.
pub struct Value<T> {
    of: PhantomData<fn(T)>,
}

impl<T> Kind<T> {
    /// The kind of this value.
    #[must_use]
    pub fn of(_: &T) -> Self {
        Self { value: Value { of: PhantomData } }
    }
}

impl<T> Deref for Kind<T> {
    type Target = Value<T>;

    fn deref(&self) -> &Value<T> {
        &self.value
    }
}

impl<T> Value<T> {
    /// Closes the scope.
    pub fn finish(&self, scope: Scope, value: T) -> T {
        drop(scope);
        value
    }

    /// Lets `hook` see the value, and closes the scope.
    pub fn finish_then<H: FnMut(&Scope, &T)>(&self, scope: Scope, value: T, mut hook: H) -> T {
        hook(&scope, &value);
        drop(scope);
        value
    }
}

macro_rules! boxed {
    ($($auto:ident)*) => {
        impl<'a, O: 'a> Kind<Pin<Box<dyn Future<Output = O> $(+ $auto)* + 'a>>> {
            /// Lets the span cover the future.
            pub fn finish(
                &self,
                scope: Scope,
                value: Pin<Box<dyn Future<Output = O> $(+ $auto)* + 'a>>,
            ) -> Pin<Box<dyn Future<Output = O> $(+ $auto)* + 'a>> {
                Box::pin(future(scope, value))
            }

            /// Lets the span cover the future, and `hook` see its output.
            pub fn finish_then<H: FnMut(&Scope, &O) $(+ $auto)* + 'a>(
                &self,
                scope: Scope,
                value: Pin<Box<dyn Future<Output = O> $(+ $auto)* + 'a>>,
                hook: H,
            ) -> Pin<Box<dyn Future<Output = O> $(+ $auto)* + 'a>> {
                Box::pin(future_then(scope, value, hook))
            }
        }

        impl<'a, I: 'a> Kind<Pin<Box<dyn Stream<Item = I> $(+ $auto)* + 'a>>> {
            /// Lets the span cover the stream.
            pub fn finish(
                &self,
                scope: Scope,
                value: Pin<Box<dyn Stream<Item = I> $(+ $auto)* + 'a>>,
            ) -> Pin<Box<dyn Stream<Item = I> $(+ $auto)* + 'a>> {
                Box::pin(stream(scope, value))
            }

            /// Lets the span cover the stream, and `hook` see its items.
            pub fn finish_then<H: FnMut(&Scope, &I) $(+ $auto)* + 'a>(
                &self,
                scope: Scope,
                value: Pin<Box<dyn Stream<Item = I> $(+ $auto)* + 'a>>,
                hook: H,
            ) -> Pin<Box<dyn Stream<Item = I> $(+ $auto)* + 'a>> {
                Box::pin(stream_then(scope, value, hook))
            }
        }
    };
}
boxed!();
boxed!(Send);
boxed!(Send Sync);

impl<T> fmt::Debug for Kind<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Kind(..)")
    }
}

impl<T> fmt::Debug for Value<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Value(..)")
    }
}

//! Wire formats: functions from a [`Batch`](crate::Batch) to bytes, without a socket and without a clock.

#[cfg(feature = "otlp")]
pub mod otlp;

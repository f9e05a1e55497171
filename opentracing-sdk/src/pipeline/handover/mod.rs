//! The hand-over of bytes from one thread to the worker: a chain of chunks, one writer, one reader, no lock, and
//! nothing in it that both write, but once a chunk.
//!
//! What must be true, and what each `unsafe` below leans on:
//!
//! 1. A chunk belongs to both ends from [`Writer::open`] on. The writer writes behind `published` only, moves that with
//!    a release, and never touches what is before it again; the reader reads before it only.
//! 2. `next` is null as long as both ends hold the chunk. Each end gives it up by exchanging `next`, once: the writer
//!    for the chunk it goes on with, or for [`ENDED`]; the reader for [`ABANDONED`], but where it follows the writer.
//!    The end that comes second frees the chunk, so that it is freed once.
//! 3. When `next` is not null, `published` is final: the writer moved it before.
//! 4. There is one writer at a time, and one reader. Of the reader the type says so; that of a [`Writer`] is a promise of
//!    those who call it.

#![expect(unsafe_code, reason = "memory is handed from thread to thread without a lock")]

mod chunk;
#[cfg(test)]
#[cfg(loom)]
mod models;
mod reader;
#[cfg(test)]
#[cfg(not(loom))]
mod tests;
mod writer;

pub(crate) use chunk::{CHUNK_OVERHEAD_BYTES, Chunk};
pub(crate) use reader::Reader;
pub(crate) use writer::{Opened, Writer};

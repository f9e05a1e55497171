//! What the macros promise, seen from a crate that uses them.

mod arguments;
mod asynchronous;
mod blocks;
mod calls;
mod carriers;
mod hygiene;
mod lazy;
mod names;
mod options;
mod results;
mod returned;
mod shapes;
mod support;
mod ui;

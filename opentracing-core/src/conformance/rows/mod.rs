//! The rows, in groups.

mod api;
mod api_spans;
mod carriers;
mod errors;
mod explicit;
mod global;
mod harness;
mod mock;
mod mock_spans;
mod noop;
mod rules;
mod rules_scopes;
mod rules_wire;
mod scopes;
mod tags;
mod testbed;
mod testbed_async;

use super::row::Row;

static GROUPS: [&[Row]; 17] = [
    api::ROWS,
    api_spans::ROWS,
    harness::ROWS,
    scopes::ROWS,
    noop::ROWS,
    errors::ROWS,
    global::ROWS,
    mock::ROWS,
    mock_spans::ROWS,
    carriers::ROWS,
    tags::ROWS,
    explicit::ROWS,
    testbed::ROWS,
    testbed_async::ROWS,
    rules_scopes::ROWS,
    rules::ROWS,
    rules_wire::ROWS,
];

/// All rows of the suite.
///
/// # Examples
/// ```
/// use opentracing_core::conformance::rows;
///
/// assert!((1..=13).all(|rule| rows().any(|row| row.rule == Some(rule))));
/// ```
pub fn rows() -> impl Iterator<Item = &'static Row> {
    GROUPS.iter().flat_map(|group| group.iter())
}

//! Spans as an indented list: what a test prints when it fails.

use std::fmt::Write as _;

use super::span::MockSpan;

/// A span, and its place among the others.
#[derive(Clone)]
pub(super) struct Node {
    /// How many spans were started before.
    pub(super) started: u64,
    pub(super) span: MockSpan,
}

/// Writes every trace as a tree, in the order in which the spans were started.
pub(super) fn tree(mut nodes: Vec<Node>) -> String {
    nodes.sort_by_key(|node| node.started);
    let mut out = String::new();
    for root in nodes.iter().filter(|node| !nodes.iter().any(|other| is_parent(other, node))) {
        write(&mut out, &nodes, root, 0);
    }
    out
}

fn is_parent(parent: &Node, child: &Node) -> bool {
    // A span of another process may have the same id: the trace has to be the same, too, and a span that
    // claims to be its own parent would be written for ever.
    parent.started < child.started
        && parent.span.context.span_id() == child.span.parent_id
        && parent.span.context.trace_id() == child.span.context.trace_id()
}

fn write(out: &mut String, nodes: &[Node], node: &Node, depth: usize) {
    let indent = "  ".repeat(depth);
    let open = if node.span.finish_time.is_none() { " (unfinished)" } else { "" };
    // Writing to a string does not fail.
    let _ = writeln!(out, "{indent}{}{open}", node.span);
    for log in &node.span.logs {
        let _ = writeln!(out, "{indent}  - {log}");
    }
    for child in nodes.iter().filter(|child| is_parent(node, child)) {
        write(out, nodes, child, depth + 1);
    }
}

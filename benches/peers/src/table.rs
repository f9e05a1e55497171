//! A table as Markdown: a row a scenario, a column a peer, and the ratio between them.

use crate::scenarios::{PEERS, SCENARIOS};

pub fn print(unit: &str, figure: impl Fn(&str, &str) -> Option<f64>) {
    println!("| {unit} | {} | ratio |", PEERS.join(" | "));
    println!("|---|{}", "---:|".repeat(PEERS.len() + 1));
    for scenario in SCENARIOS {
        let figures: Vec<Option<f64>> = PEERS.iter().map(|peer| figure(peer, scenario)).collect();
        let cells: Vec<String> = figures.iter().map(|f| f.map_or("–".to_owned(), |f| format!("{f:.1}"))).collect();
        let ratio = match figures[..] {
            [Some(ours), Some(theirs)] => format!("{:.2}", ours / theirs),
            _ => "–".to_owned(),
        };
        println!("| {scenario} | {} | {ratio} |", cells.join(" | "));
    }
}

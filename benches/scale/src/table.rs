//! A table as Markdown for each dimension, with the ratio to its smallest figure, and whether that stays in bounds.

use crate::dimension::{Dimension, Flat};
use crate::rounds::Measured;
use crate::samples::{Samples, median, minimum};

/// What counts as flat.
const RATIO_MAX: f64 = 1.5;

pub fn print(dimension: &Dimension, all: &[Measured]) {
    let judged: Vec<Option<f64>> = all.iter().map(|measured| judged(dimension.flat, measured, all)).collect();
    let smallest = judged.iter().copied().flatten().fold(f64::INFINITY, f64::min);
    let has_wall = all.iter().any(|measured| !measured.samples.wall_nanos.is_empty());
    let mut columns = vec!["ns a span, least", "median"];
    columns.extend(has_wall.then_some("ns on the wall"));
    columns.extend((dimension.flat == Flat::Tag).then_some("ns a tag"));
    columns.extend(["ratio", "kept"]);
    println!("| {} | {} |\n|---:|{}", dimension.title, columns.join(" | "), "---:|".repeat(columns.len()));
    for (measured, judged) in all.iter().zip(&judged) {
        let samples = &measured.samples;
        let mut cells = vec![nanos(minimum(&samples.nanos)), nanos(median(&samples.nanos))];
        cells.extend(has_wall.then(|| nanos(minimum(&samples.wall_nanos))));
        cells.extend((dimension.flat == Flat::Tag).then(|| judged.map_or("–".to_owned(), nanos)));
        cells.push(judged.map_or("–".to_owned(), |judged| format!("{:.2}", judged / smallest)));
        cells.push(kept(samples));
        println!("| {} | {} |", grouped(measured.value), cells.join(" | "));
    }
    let largest = judged.iter().copied().flatten().fold(0.0, f64::max);
    println!("\n{}\n", verdict(dimension.flat, largest / smallest));
}

/// The figure that has to stay the same; of what has none there is nothing to judge.
fn judged(flat: Flat, measured: &Measured, all: &[Measured]) -> Option<f64> {
    let nanos = minimum(&measured.samples.nanos);
    match flat {
        Flat::Span | Flat::Nothing => Some(nanos),
        Flat::Tag => {
            let without = all.iter().find(|measured| measured.value == 0)?;
            (measured.value > 0).then(|| (nanos - minimum(&without.samples.nanos)) / measured.value as f64)
        }
    }
}

fn verdict(flat: Flat, ratio: f64) -> String {
    let what = match flat {
        Flat::Span => "span",
        Flat::Tag => "tag",
        Flat::Nothing => return "The ratio is that of CPU time.".to_owned(),
    };
    let stays = if ratio <= RATIO_MAX { "Flat" } else { "**Not flat**" };
    format!(
        "{stays}: a {what} costs at most {ratio:.2} times what it costs at least; {RATIO_MAX} is allowed."
    )
}

fn nanos(nanos: f64) -> String {
    format!("{nanos:.1}")
}

/// Anything but all of them means that losing spans was measured.
fn kept(Samples { made, kept, .. }: &Samples) -> String {
    match made == kept {
        true => "100 %".to_owned(),
        false => format!("**{kept} of {made}**"),
    }
}

/// With commas between thousands.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().filter_map(|group| std::str::from_utf8(group).ok()).collect();
    groups.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_grouped() {
        assert_eq!([1, 1_000, 10_000, 1_000_000].map(grouped), ["1", "1,000", "10,000", "1,000,000"]);
    }

    #[test]
    fn a_tag_costs_what_it_adds() {
        let measured =
            |value, nanos| Measured { value, samples: Samples { nanos: vec![nanos], ..Samples::default() } };
        let all = [measured(0, 50.0), measured(8, 90.0)];
        assert_eq!(judged(Flat::Tag, &all[0], &all), None);
        assert_eq!(judged(Flat::Tag, &all[1], &all), Some(5.0));
    }

    #[test]
    fn more_than_half_as_much_again_is_not_flat() {
        assert!(verdict(Flat::Span, 1.5).starts_with("Flat"));
        assert!(verdict(Flat::Tag, 1.51).starts_with("**Not flat**"));
    }
}

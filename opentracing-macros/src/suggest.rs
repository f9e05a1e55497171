//! "Did you mean": the nearest of the words that are possible.

/// The possible word nearest to what was written, if one is near.
pub(crate) fn nearest<'a>(written: &str, possible: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let near = |word: &&str| {
        let limit = if written.len().max(word.len()) <= 4 { 1 } else { 2 };
        let distance = distance(written, word);
        (distance <= limit || (written.len() >= 3 && word.starts_with(written))).then_some(distance)
    };
    possible
        .into_iter()
        .filter_map(|word| near(&word).map(|distance| (distance, word)))
        .min()
        .map(|(_, word)| word)
}

/// `: did you mean ..?`, or nothing.
pub(crate) fn hint<'a>(written: &str, possible: impl IntoIterator<Item = &'a str>) -> String {
    nearest(written, possible).map(|word| format!("; did you mean `{word}`?")).unwrap_or_default()
}

/// How many letters must be added, removed, changed or swapped with their neighbour (optimal string alignment).
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![(0..=b.len()).collect::<Vec<_>>()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let change = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = change.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(rows[i - 2][j - 2] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_found_by_its_typical_slips() {
        let words = ["tags", "args", "child_of", "follows_from", "component", "err", "ret"];
        assert_eq!(nearest("tag", words), Some("tags"));
        assert_eq!(nearest("comp", words), Some("component"));
        assert_eq!(nearest("childof", words), Some("child_of"));
        assert_eq!(nearest("follow_form", words), Some("follows_from"));
        assert_eq!(nearest("rte", words), Some("ret"));
    }

    #[test]
    fn what_is_far_from_all_gets_no_suggestion() {
        assert_eq!(nearest("colour", ["tags", "args", "err"]), None);
    }
}

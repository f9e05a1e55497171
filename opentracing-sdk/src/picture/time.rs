//! Durations as people read them: three digits and a unit.

use crate::picture::Glyphs;

/// Columns that hold every duration up to a hundred hours.
pub(super) const COLUMNS: usize = 6;

/// Writes nanoseconds: `812ns`, `41.2µs`, `734ms`, `1.30s`, `2m05s`, `3h07m`, `5d02h`.
pub(super) fn duration(nanos: u64, glyphs: Glyphs) -> String {
    if nanos < 1_000 {
        return format!("{nanos}ns");
    }
    let micros = match glyphs {
        Glyphs::Unicode => "µs",
        Glyphs::Ascii => "us",
    };
    [(1_000, micros), (1_000_000, "ms"), (1_000_000_000, "s")]
        .into_iter()
        .find_map(|(unit, name)| three_digits(nanos, unit).map(|number| number + name))
        .unwrap_or_else(|| minutes(nanos / 1_000_000_000))
}

/// The number of units, rounded to three digits; `None` where that takes more.
fn three_digits(nanos: u64, unit: u64) -> Option<String> {
    // A minute is where seconds end.
    if unit == 1_000_000_000 && nanos >= 60 * unit {
        return None;
    }
    [100, 10, 1].into_iter().zip([2, 1, 0]).find_map(|(parts, decimals)| {
        let part = unit / parts;
        let rounded = nanos.saturating_add(part / 2) / part;
        let number = || match decimals {
            0 => format!("{rounded}"),
            _ => format!("{}.{:0decimals$}", rounded / parts, rounded % parts),
        };
        (rounded < 1_000).then(number)
    })
}

fn minutes(seconds: u64) -> String {
    let (minutes, hours, days) = (seconds / 60, seconds / 3_600, seconds / 86_400);
    match hours {
        0 => format!("{minutes}m{:02}s", seconds % 60),
        1..100 => format!("{hours}h{:02}m", minutes % 60),
        _ => format!("{days}d{:02}h", hours % 24),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_has_three_digits_and_a_unit() {
        let cases = [
            (0, "0ns"),
            (999, "999ns"),
            (1_000, "1.00µs"),
            (9_994, "9.99µs"),
            (9_996, "10.0µs"),
            (41_249, "41.2µs"),
            (999_499, "999µs"),
            (999_500, "1.00ms"),
            (734_000_000, "734ms"),
            (999_999_999, "1.00s"),
            (59_960_000_000, "60.0s"),
            (60_000_000_000, "1m00s"),
            (125_900_000_000, "2m05s"),
            (11_220_000_000_000, "3h07m"),
            (359_999_000_000_000, "99h59m"),
            (439_200_000_000_000, "5d02h"),
        ];
        for (nanos, text) in cases {
            assert_eq!(duration(nanos, Glyphs::Unicode), text, "{nanos}");
        }
        assert_eq!(duration(41_249, Glyphs::Ascii), "41.2us");
    }

    #[test]
    fn the_longest_duration_is_written() {
        assert_eq!(duration(u64::MAX, Glyphs::Unicode), "213503d23h");
    }
}

//! A log in which nothing happens, with what a test puts into it.

use std::fmt::Write;

use logloupe::base::time::{MINUTE, SECOND, Timestamp};
use logloupe::report::words::clock;

/// When it begins: 2026-03-02 08:00 UTC.
pub(crate) const START: i64 = 1_772_438_400 * SECOND;

/// `n_lines` ordinary lines, 2571 an hour, but none in the minutes of `silence`, with the lines of `extra` (microseconds after
/// [`START`], text) in between, in the order of time.
pub(crate) fn log(n_lines: i64, extra: &[(i64, String)], silence: &std::ops::Range<i64>) -> String {
    let mut lines: Vec<(i64, String)> = (0..n_lines)
        .map(|n| {
            let at = n * 7 * SECOND / 5 + (n * 37 % 11) * 1000;
            let said = match n % 3 {
                0 => format!("INFO served page {} in {} ms", n * 7 % 40, n % 90),
                1 => format!("INFO cache holds {} entries", 500 + n % 17),
                _ => format!("INFO job {n} done"),
            };
            (at, said)
        })
        .filter(|line| !silence.contains(&(line.0 / MINUTE)))
        .collect();
    lines.extend_from_slice(extra);
    lines.sort_by_key(|line| line.0);
    let mut text = String::new();
    for (at, said) in lines {
        writeln!(text, "{} {said}", clock(Timestamp(START + at), true)).unwrap();
    }
    text
}

//! Texts → lanes: which are listed, and which are parts of one log that was rotated.

use std::collections::{BTreeMap, BTreeSet};

use super::build::saturate;
use super::findings::{FileFindings, Findings};
use super::{FileReport, FormatCount, limits, words};
use crate::base::order::Arrange;
use crate::parse::{Basis, DayMonth, formats};

/// The lanes that are listed, in the order of time.
pub(super) fn lanes(findings: &Findings) -> Vec<FileReport> {
    let mut n_of_stem: BTreeMap<String, u32> = BTreeMap::new();
    for file in &findings.files {
        *n_of_stem.entry(stem(&file.name)).or_default() += 1;
    }
    listed(findings)
        .into_iter()
        .map(|idx| {
            let file = &findings.files[idx];
            let stem = stem(&file.name);
            let is_alone = n_of_stem.get(&stem) == Some(&1);
            let from = idx * limits::SPARKLINE;
            let sparkline = findings.lanes.get(from..from + limits::SPARKLINE);
            FileReport {
                id: saturate(idx as u64),
                name: words::quoted(&file.name),
                group: if is_alone {
                    String::new()
                } else {
                    words::quoted(&stem)
                },
                text_len: file.sums.text_len as f64,
                container: file.container.name().to_owned(),
                shape: file.shape().to_owned(),
                n_lines: saturate(file.n_lines()),
                n_records: saturate(file.sums.n_records),
                n_untimed: saturate(file.sums.n_untimed),
                n_zone_assumed: saturate(file.n_zone_assumed),
                is_day_first: (file.plan.day_month_basis != Basis::Absent)
                    .then_some(file.plan.day_month == DayMonth::DayFirst),
                is_day_first_assumed: file.plan.day_month_basis == Basis::Assumed,
                n_anomalous: saturate(findings.n_anomalous[idx]),
                first_ms: file.span.map(|span| span.0.millis()),
                last_ms: file.span.map(|span| span.1.millis()),
                sparkline: match (file.span, sparkline) {
                    (Some(_), Some(sparkline)) => sparkline.to_vec(),
                    _ => Vec::new(),
                },
                formats: formats_of(file),
            }
        })
        .collect()
}

/// Those that incidents begin in, then those with the most anomalous records, then the largest.
fn listed(findings: &Findings) -> Vec<usize> {
    let leading: BTreeSet<usize> = findings
        .incidents
        .iter()
        .take(limits::INCIDENTS)
        .map(|incident| incident.leading_edge.file.index())
        .collect();
    let mut order: Vec<usize> = (0..findings.files.len()).collect();
    order.arrange_by_key(|&idx| {
        let n_lines = findings.files[idx].n_lines();
        std::cmp::Reverse((leading.contains(&idx), findings.n_anomalous[idx], n_lines))
    });
    order.truncate(limits::FILES);
    order.arrange();
    order
}

fn formats_of(file: &FileFindings) -> Vec<FormatCount> {
    let mut counts = file.sums.formats.clone();
    counts.arrange_by_key(|&(format, n)| (std::cmp::Reverse(n), format));
    let title = |format: u16| {
        let known = formats::all().get(usize::from(format));
        known
            .map_or("plain text", |format| format.title())
            .to_owned()
    };
    counts
        .into_iter()
        .map(|(format, n)| FormatCount {
            title: title(format),
            n_records: saturate(n),
        })
        .collect()
}

/// A name without what rotation and packing add to it: numbers and dates between its dots and dashes.
///
/// `app.log`, `app.log.1`, `app.log.2.gz`, `app-2024-05-01.log` and `app.log-20240501` are all `app.log`.
fn stem(name: &str) -> String {
    let (folder, file) = match name.rfind(['/', '\\']) {
        Some(at) => name.split_at(at + 1),
        None => ("", name),
    };
    // Each part begins with the mark before it.
    let is_mark = |character: char| matches!(character, '.' | '-' | '_' | '@');
    let mut parts: Vec<&str> = Vec::new();
    let mut from = 0;
    for (at, character) in file.char_indices() {
        if at > from && is_mark(character) {
            parts.push(&file[from..at]);
            from = at;
        }
    }
    parts.push(&file[from..]);
    let is_packing = |part: &str| {
        matches!(
            part,
            ".gz" | ".zst" | ".bz2" | ".xz" | ".zip" | ".old" | ".bak"
        )
    };
    while parts.len() > 1 && parts.last().is_some_and(|part| is_packing(part)) {
        parts.pop();
    }
    // A name needs a word that is no number; the first part stays in any case.
    let is_number = |part: &str| {
        let digits = part.trim_start_matches(['.', '-', '_', '@']);
        let digits = digits.strip_suffix('Z').unwrap_or(digits);
        !digits.is_empty()
            && digits
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b'T')
    };
    let first = parts.remove(0);
    parts.retain(|part| !is_number(part));
    format!("{folder}{first}{}", parts.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_rotated_log_have_one_stem() {
        for name in [
            "app.log",
            "app.log.1",
            "app.log.2.gz",
            "app-2024-05-01.log",
            "app.log-20240501",
            "app_2024-05-01_00.log.zst",
            "app-2024-05-01T12.1.log",
        ] {
            assert_eq!(stem(name), "app.log", "{name}");
        }
        for (name, want) in [
            ("host1/syslog.1", "host1/syslog"),
            ("2024-05-01.log", "2024.log"),
            ("web-1/access.log", "web-1/access.log"),
            ("error.log", "error.log"),
            ("a", "a"),
            ("", ""),
            ("\u{e9}t\u{e9}.log.3", "\u{e9}t\u{e9}.log"),
        ] {
            assert_eq!(stem(name), want);
        }
    }
}

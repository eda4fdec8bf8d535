//! Findings → whether nothing was lost on the way: bytes, lines and records, each counted in two places.

use super::findings::{FileFindings, Findings};
use super::words;
use crate::parse::Shape;

/// What does not add up, a clause each; empty in every run that is right.
pub(super) fn faults(findings: &Findings) -> Vec<String> {
    let mut faults: Vec<String> = findings.files.iter().filter_map(of_file).collect();
    let sum = |of: fn(&FileFindings) -> u64| findings.files.iter().map(of).sum::<u64>();
    let n_records = sum(|file| file.sums.n_records);
    let n_said = findings
        .facts
        .iter()
        .map(|facts| u64::from(facts.n_records));
    let n_timed = findings.tally.n_timed();
    let by_level = sum(|file| file.sums.n_by_level.iter().sum());
    for (what, n) in [
        ("say one of the messages", n_said.sum()),
        (
            "have a time or have none",
            n_timed + sum(|file| file.sums.n_untimed),
        ),
        ("have a level or have none", by_level),
    ] {
        if n != n_records {
            let (n, all) = (words::count(n), words::counted(n_records, "record"));
            faults.push(format!("{n} of {all} {what}"));
        }
    }
    faults
}

fn of_file(file: &FileFindings) -> Option<String> {
    let sums = &file.sums;
    let n_explained = sums.n_record_lines + sums.n_blank_lines + sums.n_header_lines;
    // Brackets of an array may stand on lines of their own, and so does what parts objects and paragraphs.
    let is_whole = match file.plan.shape {
        Shape::JsonArray | Shape::JsonMembers | Shape::JsonObjects | Shape::JournalExport => {
            n_explained <= file.n_lines()
        }
        Shape::Lines | Shape::Directives(_) | Shape::Pattern(_) | Shape::Plain | Shape::Csv(_) => {
            n_explained == file.n_lines()
        }
    };
    (!is_whole).then(|| {
        let (n, all) = (
            words::count(n_explained),
            words::counted(file.n_lines(), "line"),
        );
        format!(
            "{n} of {all} of {} are accounted for",
            words::quoted(&file.name)
        )
    })
}

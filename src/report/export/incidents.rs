//! Incidents and their lines → `incidents.csv`: one row an incident.
//!
//! `leading_edge` is the line it began with `timestamp` when, `related_logs` the lines that belong to it in the order of time,
//! one under the other, as many as a spreadsheet's cell holds, with a last line that says how many more there are.

use std::fmt::Write;

use super::redact::Redactor;
use super::table;
use crate::base::time::Timestamp;
use crate::protocol::IncidentLines;
use crate::report::Report;

/// Lines of an incident that stand in its row.
pub const LINES: usize = 100;
/// Characters of a cell; a spreadsheet holds 32,767.
const CELL_CHARS: usize = 30_000;
/// Characters of a line.
const LINE_CHARS: usize = 2000;

const COLUMNS: [&str; 4] = ["incident_id", "leading_edge", "timestamp", "related_logs"];

/// A row for each incident of the report; `lines` holds what was read back of each, the first [`LINES`] records of its own.
#[must_use]
pub fn csv(report: &Report, lines: &[IncidentLines], is_redacted: bool) -> Vec<u8> {
    let mut redactor = is_redacted.then(Redactor::default);
    let mut out = Vec::new();
    table::row(&mut out, COLUMNS);
    for (idx, incident) in report.incidents.iter().enumerate() {
        let read = lines.get(idx);
        let lines = read.map(|read| read.own.as_slice()).unwrap_or_default();
        let edge = &incident.leading_edge;
        // A file that is gone leaves the masked message.
        let leading = read
            .and_then(|read| read.leading.as_ref())
            .map_or(edge.text.as_str(), |line| cut(&line.text));
        let mut related = String::new();
        let (mut n_written, mut n_chars) = (0, 0);
        for line in lines.iter().take(LINES) {
            let text = cut(&line.text);
            n_chars += text.chars().count() + 1;
            if n_chars > CELL_CHARS {
                break;
            }
            related.extend([text, "\n"]);
            n_written += 1;
        }
        let n_more = (incident.n_records as usize).saturating_sub(n_written);
        if n_more > 0 {
            write!(related, "… and {n_more} more").expect("a string takes all");
        }
        let mut said = |text: &str| match &mut redactor {
            Some(redactor) => redactor.text(text).into_owned(),
            None => text.to_owned(),
        };
        let ms = edge.ms.unwrap_or(incident.start_ms);
        table::row(
            &mut out,
            [
                incident.id.to_string().as_str(),
                &said(leading),
                &Timestamp::from_millis(ms).rfc3339(),
                &said(related.trim_end_matches('\n')),
            ],
        );
    }
    out
}

/// The first line of a record, as much as fits.
fn cut(text: &str) -> &str {
    let line = text.lines().next().unwrap_or_default();
    let end = line.char_indices().nth(LINE_CHARS);
    end.map_or(line, |(end, _)| &line[..end])
}

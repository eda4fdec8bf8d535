//! Templates → CSV: every one of them, not only those a report lists.

use super::redact::Redactor;
use super::table;
use crate::base::time::Timestamp;
use crate::report::findings::Findings;
use crate::report::messages;

const COLUMNS: [&str; 10] = [
    "template_id",
    "key",
    "template",
    "records",
    "share",
    "level",
    "first_seen",
    "last_seen",
    "score",
    "reason",
];

/// All templates, strangest first.
#[must_use]
pub fn csv(findings: &Findings, is_redacted: bool) -> Vec<u8> {
    let templates = messages::all_templates(findings);
    let n_records: u64 = templates.iter().map(|t| u64::from(t.n_records)).sum();
    let mut redactor = is_redacted.then(Redactor::default);
    let mut out = Vec::new();
    table::row(&mut out, COLUMNS);
    let time =
        |ms: Option<f64>| ms.map_or_else(String::new, |ms| Timestamp::from_millis(ms).rfc3339());
    for template in &templates {
        let mut said = |text: &str| match &mut redactor {
            Some(redactor) => redactor.text(text).into_owned(),
            None => text.to_owned(),
        };
        let share = f64::from(template.n_records) / (n_records.max(1) as f64);
        table::row(
            &mut out,
            [
                template.id.to_string().as_str(),
                &template.key,
                &said(&template.text),
                &template.n_records.to_string(),
                &format!("{share:.6}"),
                &template.level,
                &time(template.first_ms),
                &time(template.last_ms),
                &template.score.to_string(),
                &said(&template.reason),
            ],
        );
    }
    out
}

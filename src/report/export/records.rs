//! Records with what was found about them → CSV, NDJSON or plain text, piece by piece.

use std::borrow::Cow;

use serde::Serialize;

use super::redact::Redactor;
use super::table;
use crate::base::math::round_to;
use crate::base::time::Timestamp;
use crate::base::visible::{is_hidden, visible};
use crate::detect::ALARM;
use crate::protocol::RecordFormat;

/// Names of the columns and keys.
const COLUMNS: [&str; 11] = [
    "file",
    "line",
    "lines",
    "timestamp",
    "level",
    "template_id",
    "template",
    "score",
    "is_anomalous",
    "incident_id",
    "text",
];

/// A record of the log and what was found about it.
#[derive(Debug, Clone, Copy)]
pub struct Record<'a> {
    /// Name of its file.
    pub file: &'a str,
    /// First physical line, from 1.
    pub line: u32,
    /// Physical lines.
    pub n_lines: u32,
    /// When it happened.
    pub time: Option<Timestamp>,
    /// Level, or empty.
    pub level: &'a str,
    /// Its template, as numbered in the report.
    pub template: u32,
    /// The template's text.
    pub template_text: &'a str,
    /// Score 0 to 100.
    pub score: f64,
    /// The incident it belongs to.
    pub incident: Option<u32>,
    /// What stands in the file.
    pub text: &'a [u8],
}

impl Record<'_> {
    /// Whether it is at or above the alarm threshold.
    #[must_use]
    pub fn is_anomalous(&self) -> bool {
        self.score >= ALARM
    }
}

#[derive(Serialize)]
struct Written<'a> {
    file: &'a str,
    line: u32,
    lines: u32,
    timestamp: Option<String>,
    level: &'a str,
    template_id: u32,
    template: &'a str,
    score: f64,
    is_anomalous: bool,
    incident_id: Option<u32>,
    text: &'a str,
}

/// Writes records one after the other.
#[derive(Debug)]
pub struct RecordWriter {
    format: RecordFormat,
    redactor: Option<Redactor>,
}

impl RecordWriter {
    /// Writes as `format` says; `is_redacted`: without addresses, users and secrets.
    #[must_use]
    pub fn new(format: RecordFormat, is_redacted: bool) -> Self {
        Self {
            format,
            redactor: is_redacted.then(Redactor::default),
        }
    }

    /// What stands before the first record.
    pub fn begin(&self, out: &mut Vec<u8>) {
        if self.format == RecordFormat::Csv {
            table::row(out, COLUMNS);
        }
    }

    /// Adds a record.
    pub fn write(&mut self, record: &Record<'_>, out: &mut Vec<u8>) {
        let text = String::from_utf8_lossy(record.text);
        let mut said = |text| match &mut self.redactor {
            Some(redactor) => redactor.text(text),
            None => Cow::Borrowed(text),
        };
        let (text, template) = (said(&text), said(record.template_text));
        let file = said(record.file);
        let timestamp = record.time.map(Timestamp::rfc3339);
        let score = round_to(record.score, 2);
        match self.format {
            RecordFormat::Text => {
                out.extend_from_slice(visible(&text).as_bytes());
                out.push(b'\n');
            }
            RecordFormat::Csv => {
                let incident = record
                    .incident
                    .map_or_else(String::new, |id| id.to_string());
                table::row(
                    out,
                    [
                        &*file,
                        &record.line.to_string(),
                        &record.n_lines.to_string(),
                        timestamp.as_deref().unwrap_or_default(),
                        record.level,
                        &record.template.to_string(),
                        &template,
                        &score.to_string(),
                        if record.is_anomalous() {
                            "true"
                        } else {
                            "false"
                        },
                        &incident,
                        &text,
                    ],
                );
            }
            RecordFormat::Ndjson => {
                let line = Written {
                    file: &file,
                    line: record.line,
                    lines: record.n_lines,
                    timestamp,
                    level: record.level,
                    template_id: record.template,
                    template: &template,
                    score,
                    is_anomalous: record.is_anomalous(),
                    incident_id: record.incident,
                    text: &text,
                };
                let json = serde_json::to_string(&line).expect("plain data is JSON");
                escaped(&json, out);
                out.push(b'\n');
            }
        }
    }
}

/// JSON with every hidden character as an escape: it reads back the same and shows what is there.
pub fn escaped(json: &str, out: &mut Vec<u8>) {
    let mut done = 0;
    for (at, c) in json.char_indices().filter(|(_, c)| is_hidden(*c)) {
        out.extend_from_slice(&json.as_bytes()[done..at]);
        done = at + c.len_utf8();
        let mut units = [0; 2];
        for unit in c.encode_utf16(&mut units) {
            out.extend_from_slice(format!("\\u{unit:04x}").as_bytes());
        }
    }
    out.extend_from_slice(&json.as_bytes()[done..]);
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECORD: Record<'_> = Record {
        file: "a.log",
        line: 7,
        n_lines: 2,
        time: Some(Timestamp(1_500_000)),
        level: "ERROR",
        template: 3,
        template_text: "refused <*>",
        score: 61.256,
        incident: Some(1),
        text: b"=refused \"10.0.0.1\" \x1b[0m\xff\n  at x \xe2\x80\xae",
    };

    fn written(format: RecordFormat, is_redacted: bool) -> String {
        let mut writer = RecordWriter::new(format, is_redacted);
        let mut out = Vec::new();
        writer.begin(&mut out);
        writer.write(&RECORD, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn csv_reads_back_and_is_safe() {
        let csv = written(RecordFormat::Csv, false);
        let mut reader = csv::Reader::from_reader(csv.as_bytes());
        assert_eq!(reader.headers().unwrap(), &COLUMNS.to_vec());
        let row = reader.records().next().unwrap().unwrap();
        let want = [
            "a.log",
            "7",
            "2",
            "1970-01-01T00:00:01.5Z",
            "ERROR",
            "3",
            "refused <*>",
            "61.26",
            "true",
            "1",
            "'=refused \"10.0.0.1\" ⟨ESC⟩[0m\u{fffd}\n  at x ⟨U+202E⟩",
        ];
        assert_eq!(row, want.to_vec());
    }

    #[test]
    fn ndjson_keeps_the_text_exactly_and_hides_nothing() {
        let json = written(RecordFormat::Ndjson, false);
        assert!(!json.trim_end().contains(is_hidden) && json.contains("\\u202e"));
        let value: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(value["text"], String::from_utf8_lossy(RECORD.text).as_ref());
        assert_eq!(value["incident_id"], 1);
        let mut out = Vec::new();
        escaped("\"\u{e0041}\"", &mut out);
        let text: String = serde_json::from_slice(&out).unwrap();
        assert_eq!(text, "\u{e0041}");
    }

    #[test]
    fn text_is_the_lines_and_redaction_hides() {
        let text = written(RecordFormat::Text, true);
        assert_eq!(
            text,
            "=refused \"⟨ip 1⟩\" ⟨ESC⟩[0m\u{fffd}\n  at x ⟨U+202E⟩\n"
        );
    }
}

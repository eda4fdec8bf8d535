//! Rows of text → CSV (RFC 4180) that a spreadsheet shows and never calculates.
//!
//! A cell that begins with `=`, `+`, `-`, `@`, a tab or a line break may be run as a formula (OWASP, CSV Injection), so it
//! gets a `'` in front. Every cell is quoted, so that no separator of any locale cuts it.

use crate::base::visible::visible;

/// Characters that begin a formula, also in the full width of East Asian input.
const TRIGGERS: [char; 10] = ['=', '+', '-', '@', '\t', '\n', '＝', '＋', '－', '＠'];

/// Adds a row.
pub fn row<'a>(out: &mut Vec<u8>, cells: impl IntoIterator<Item = &'a str>) {
    for (idx, text) in cells.into_iter().enumerate() {
        if idx > 0 {
            out.push(b',');
        }
        cell(out, text);
    }
    out.extend_from_slice(b"\r\n");
}

fn cell(out: &mut Vec<u8>, text: &str) {
    let text = visible(text);
    out.push(b'"');
    if text.starts_with(TRIGGERS) {
        out.push(b'\'');
    }
    for (idx, part) in text.split('"').enumerate() {
        if idx > 0 {
            out.extend_from_slice(b"\"\"");
        }
        out.extend_from_slice(part.as_bytes());
    }
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_read_back_as_written_and_none_begins_a_formula() {
        for (text, want) in [
            ("plain", "plain"),
            ("a,b;c\td", "a,b;c\td"),
            ("say \"x\"\nmore", "say \"x\"\nmore"),
            ("=HYPERLINK(\"http://x\")", "'=HYPERLINK(\"http://x\")"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\t=1"),
            ("\r=1", "⟨CR⟩=1"),
            ("\n=1", "'\n=1"),
            ("\0=1", "⟨NUL⟩=1"),
            ("＝1", "'＝1"),
            ("\u{200b}=1", "⟨U+200B⟩=1"),
            ("", ""),
        ] {
            let mut out = Vec::new();
            row(&mut out, ["first", text, "last"]);
            let mut reader = csv::ReaderBuilder::new()
                .has_headers(false)
                .from_reader(&out[..]);
            let found: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
            assert_eq!(found, [vec!["first", want, "last"]], "{text:?}");
        }
    }
}

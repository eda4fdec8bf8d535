//! A line → how many of its characters nobody sees, or see in another place than where they are.
//!
//! They are harmless in a log of a chat and a trick in a log of logins: `\u{202e}nimda` reads as `admin`. Bidirectional controls,
//! zero-width and other format characters, fillers, tags, and marks stacked higher than any script does.

/// Marks on one letter from which they are no spelling of anything.
const STACKED: usize = 8;

/// How many such characters `text` has; bytes that are not UTF-8 count as none.
#[must_use]
pub fn count(text: &[u8]) -> u64 {
    if text.is_ascii() {
        return 0;
    }
    let mut n_hidden = 0;
    let mut n_marks = 0;
    for chunk in text.utf8_chunks() {
        for c in chunk.valid().chars() {
            let is_mark = matches!(c, '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{1ab0}'..='\u{1aff}' | '\u{20d0}'..='\u{20ff}');
            n_marks = if is_mark { n_marks + 1 } else { 0 };
            n_hidden += u64::from(is_hidden(c)) + u64::from(n_marks > STACKED);
        }
    }
    n_hidden
}

fn is_hidden(c: char) -> bool {
    matches!(
        c,
        // Soft hyphen, grapheme joiner, Arabic letter mark, fillers, vowel separator.
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{3164}' | '\u{ffa0}'
        // Zero width, directions, embeddings, invisible operators, isolates.
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        // Marks of byte order inside text, annotations, tags.
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_counted() {
        for (text, expected) in [
            ("plain", 0),
            ("größe 大小 e\u{301}", 0),
            ("a\u{202e}nimda\u{202c}", 2),
            ("a\u{200b}b", 1),
            ("x\u{e0041}", 1),
        ] {
            assert_eq!(count(text.as_bytes()), expected, "{text:?}");
        }
        let stacked = format!("e{}", "\u{301}".repeat(STACKED + 3));
        assert_eq!(count(stacked.as_bytes()), 3);
        assert_eq!(count(b"\xff\xfe"), 0);
    }
}

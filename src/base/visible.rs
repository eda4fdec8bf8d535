//! Text of a log → the same text with everything that hides, reorders or controls written out.
//!
//! Right-to-left overrides make a line read differently from its bytes, zero-width characters make two names look alike,
//! escape sequences drive terminals (Trojan Source, CVE-2021-42574). They are written as `⟨U+202E⟩`, `⟨ESC⟩`.
//! `www/src/visible.ts` does the same for what the page shows.

use std::borrow::Cow;
use std::fmt::Write;

const CONTROL_NAMES: [&str; 32] = [
    "NUL", "SOH", "STX", "ETX", "EOT", "ENQ", "ACK", "BEL", "BS", "TAB", "LF", "VT", "FF", "CR",
    "SO", "SI", "DLE", "DC1", "DC2", "DC3", "DC4", "NAK", "SYN", "ETB", "CAN", "EM", "SUB", "ESC",
    "FS", "GS", "RS", "US",
];

/// Whether a character would not be seen as itself. Tab and line feed are layout and stay.
#[must_use]
pub fn is_hidden(c: char) -> bool {
    match c {
        '\t' | '\n' | ' '..='~' => false,
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{ad}' => true,
        c if c < '\u{34f}' => false,
        _ => matches!(c,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
            | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200d}' | '\u{2028}' | '\u{2029}' | '\u{2060}'..='\u{2065}'
            | '\u{206a}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0d}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}'),
    }
}

/// The text with hidden characters written out.
#[must_use]
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.contains(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if !is_hidden(c) {
            out.push(c);
        } else if let Some(name) = CONTROL_NAMES.get(c as usize) {
            out.extend(["⟨", name, "⟩"]);
        } else if c == '\u{7f}' {
            out.push_str("⟨DEL⟩");
        } else {
            write!(out, "⟨U+{:04X}⟩", c as u32).expect("a string takes all");
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hides_is_written_out_and_the_rest_stays() {
        for (text, want) in [
            ("plain\ttext\n", "plain\ttext\n"),
            ("größe 日本語 🙂", "größe 日本語 🙂"),
            ("a\u{202e}b\u{200b}c", "a⟨U+202E⟩b⟨U+200B⟩c"),
            ("\u{1b}[31mred\u{7f}\r", "⟨ESC⟩[31mred⟨DEL⟩⟨CR⟩"),
            ("\0\u{85}\u{e0041}", "⟨NUL⟩⟨U+0085⟩⟨U+E0041⟩"),
        ] {
            assert_eq!(visible(text), want);
        }
    }

    #[test]
    fn nothing_visible_is_hidden_and_no_hidden_character_is_left() {
        let all: String = ('\0'..=char::MAX).collect();
        assert!(!visible(&all).contains(is_hidden));
        assert!(!('!'..='~').any(is_hidden) && !('¡'..='¬').any(is_hidden));
    }
}

//! A line without header → does it continue the record above?
//!
//! Stack traces and wrapped text look the same in every log; what tells them is how a line begins.

/// Whether a line begins like the inside of a stack trace or of wrapped text, whatever the file.
pub(crate) fn reads_like_one(line: &[u8]) -> bool {
    let Some(first) = line.first() else {
        return true;
    };
    match first {
        b' ' | b'\t' => line.iter().any(|byte| !byte.is_ascii_whitespace()),
        b'C' => line.starts_with(b"Caused by:") || line.starts_with(b"Caused by "),
        b'S' => line.starts_with(b"Suppressed:"),
        b'T' => line.starts_with(b"Traceback (most recent call last"),
        b'a' => line.starts_with(b"at "),
        b'.' => line.starts_with(b"... "),
        b'-' => line.starts_with(b"--- End of"),
        b'#' => line.get(1).is_some_and(u8::is_ascii_digit) && line[1..].contains(&b' '),
        b'g' => line.starts_with(b"goroutine ") && line.ends_with(b":"),
        b'c' => line.starts_with(b"created by "),
        b'n' => line.starts_with(b"note: run with `RUST_BACKTRACE"),
        b's' => line.starts_with(b"stack backtrace:"),
        b'[' => line == b"[stacktrace]" || line.starts_with(b"[previous exception]"),
        b'}' | b']' | b')' | b'"' => line
            .iter()
            .all(|byte| matches!(byte, b'}' | b']' | b')' | b',' | b';' | b'"' | b' ')),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn traces_continue_and_sentences_do_not() {
        for (line, want) in [
            ("\tat com.example.Cart.total(Cart.java:42)", true),
            ("  File \"cart.py\", line 7, in total", true),
            ("Caused by: java.io.IOException: gone", true),
            ("Traceback (most recent call last):", true),
            ("... 12 more", true),
            ("#0 /srv/app/index.php(3): main()", true),
            ("})", true),
            ("", true),
            ("at", false),
            ("Attached to the bus", false),
            ("#wireless", false),
        ] {
            assert_eq!(reads_like_one(line.as_bytes()), want, "{line}");
        }
    }
}

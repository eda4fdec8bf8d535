//! A line → does it continue the record above?
//!
//! Stack traces and wrapped text look the same in every log; what tells them is how a line begins.

use super::{Fields, Text};

/// Whether a line begins like the inside of a stack trace or of wrapped text, whatever the file.
pub(crate) fn reads_like_one(line: &[u8]) -> bool {
    let Some(first) = line.first() else {
        return true;
    };
    match first {
        b' ' | b'\t' => line.iter().any(|byte| !byte.is_ascii_whitespace()),
        b'C' => line.starts_with(b"Caused by:") || line.starts_with(b"Caused by "),
        b'S' => line.starts_with(b"Suppressed:"),
        b'T' => {
            line.starts_with(b"Traceback (most recent call last")
                || line.starts_with(b"The above exception was the direct cause of")
        }
        b'D' => line.starts_with(b"During handling of the above exception"),
        b'W' => line.starts_with(b"Wrapped by:"),
        b'a' => line.starts_with(b"at "),
        b'.' => line.starts_with(b"... "),
        b'-' => line.starts_with(b"--- End of"),
        b'#' => {
            (line.get(1).is_some_and(u8::is_ascii_digit) && line[1..].contains(&b' '))
                || is_slow_query(line)
        }
        b'g' => line.starts_with(b"goroutine ") && line.ends_with(b":"),
        b'c' => line.starts_with(b"created by "),
        b'n' => line.starts_with(b"note: ") && memchr::memmem::find(line, b"BACKTRACE=").is_some(),
        b's' => line.starts_with(b"stack backtrace:"),
        b'[' => {
            line == b"[stacktrace]"
                || line.starts_with(b"[previous exception]")
                || line.starts_with(b"[signal SIG")
        }
        b'}' | b']' | b')' | b'"' => line
            .iter()
            .all(|byte| matches!(byte, b'}' | b']' | b')' | b',' | b';' | b'"' | b' ')),
        first => first.is_ascii_alphabetic() && is_go_frame(line),
    }
}

/// Whether a line with a header of its own adds to the message above: `PostgreSQL` writes a server message's further fields so
/// ("Error Reporting and Logging"), each with the whole header and two blanks behind its name.
pub(super) fn adds_to_message(line: &[u8], fields: &Fields) -> bool {
    let Text::Line(start, _) = fields.message else {
        return false;
    };
    let Some(header) = line.get(..start as usize) else {
        return false;
    };
    let Some(header) = header.strip_suffix(b":  ") else {
        return false;
    };
    let names = [
        &b"DETAIL"[..],
        b"HINT",
        b"STATEMENT",
        b"CONTEXT",
        b"QUERY",
        b"LOCATION",
        // The same in German, French, Spanish, Italian and Portuguese.
        b"TIPP",
        b"ANWEISUNG",
        "DÉTAIL".as_bytes(),
        b"ASTUCE",
        b"INSTRUCTION",
        b"DETALLE",
        b"SUGERENCIA",
        b"SENTENCIA",
        b"DETTAGLI",
        b"DETALHE",
    ];
    names.iter().any(|name| header.ends_with(name))
}

/// The lines of `MySQL`'s slow query log behind `# Time: `.
fn is_slow_query(line: &[u8]) -> bool {
    [
        &b"# User@Host:"[..],
        b"# Query_time:",
        b"# Schema:",
        b"# Thread_id:",
        b"# Bytes_sent:",
    ]
    .iter()
    .any(|start| line.starts_with(start))
}

/// A call in a goroutine's trace: `main.(*Cart).Total(0xc000012345, 0x2)`, `runtime.goexit({})`.
fn is_go_frame(line: &[u8]) -> bool {
    // Looked at first: few lines end so.
    if !line.ends_with(b")") {
        return false;
    }
    let Some(open) = memchr::memchr(b'(', line) else {
        return false;
    };
    // The receiver may stand in brackets of its own.
    let is_method = line[open..].starts_with(b"(*");
    let path = &line[..open];
    let is_path = path.contains(&b'.')
        && path.iter().all(|byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'/' | b'_' | b'-' | b'%')
        });
    let arguments = memchr::memrchr(b'(', line).unwrap_or(open);
    let is_hex = memchr::memmem::find(&line[arguments..], b"0x").is_some()
        || matches!(&line[arguments..], b"()" | b"(...)" | b"({})");
    is_path && is_hex && (is_method || arguments == open)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn further_fields_of_a_server_message_are_told_by_their_name() {
        for (header, want) in [
            ("2024-03-11 15:04:22 UTC [71] STATEMENT:  ", true),
            ("2024-03-11 15:04:22 UTC [71] HINT:  ", true),
            ("2024-03-11 15:04:22 CET [71] DÉTAIL:  ", true),
            ("2024-03-11 15:04:22 UTC [71] LOG:  ", false),
            ("2024-03-11 15:04:22 STATEMENT: ", false),
        ] {
            let message = Text::line(header.len(), header.len() + 6);
            let line = format!("{header}select");
            let fields = Fields::of_message(message);
            assert_eq!(adds_to_message(line.as_bytes(), &fields), want, "{header}");
        }
    }

    #[test]
    fn traces_continue_and_sentences_do_not() {
        for (line, want) in [
            ("\tat com.example.Cart.total(Cart.java:42)", true),
            ("  File \"cart.py\", line 7, in total", true),
            ("Caused by: java.io.IOException: gone", true),
            ("Traceback (most recent call last):", true),
            ("... 12 more", true),
            (
                "During handling of the above exception, another exception occurred:",
                true,
            ),
            ("main.(*Cart).Total(0xc000012345, 0x2)", true),
            ("runtime.goexit({})", true),
            ("main.main()", true),
            (
                "[signal SIGSEGV: segmentation violation code=0x1 addr=0x0]",
                true,
            ),
            ("# Query_time: 2.0  Lock_time: 0.0", true),
            ("Total(items) is wrong (0x2)", false),
            ("cart.total(7)", false),
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

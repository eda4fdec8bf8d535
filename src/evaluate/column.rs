//! A line of a log that carries its label in its first column → the label.
//!
//! Logs of supercomputers in the Computer Failure Data Repository begin each line with `-` or with the tag that an expert gave
//! to an alert, before the time in seconds since 1970.

/// Whether the line is labelled, and as an anomaly.
#[must_use]
pub fn label(line: &[u8]) -> Option<bool> {
    let end = memchr::memchr(b' ', line)?;
    let (tag, rest) = (&line[..end], &line[end + 1..]);
    let is_epoch = rest.len() > 10 && rest[10] == b' ' && rest[..10].iter().all(u8::is_ascii_digit);
    let is_tag = tag.len() <= 24
        && tag.first().is_some_and(u8::is_ascii_uppercase)
        && tag
            .iter()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b"_-".contains(b));
    match tag {
        _ if !is_epoch => None,
        b"-" => Some(false),
        _ => is_tag.then_some(true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_column_is_a_label_only_before_an_epoch() {
        for (line, expected) in [
            ("- 1697053570 2023.10.11 n1 cache parity error", Some(false)),
            ("APPREAD 1697053571 2023.10.11 n1 failed", Some(true)),
            ("ERROR 2023-10-11 12:00:00 failed", None),
            ("134681 1077804742 1 node", None),
            ("- 12", None),
            ("", None),
        ] {
            assert_eq!(label(line.as_bytes()), expected, "{line}");
        }
    }
}

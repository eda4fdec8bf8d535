//! A template and a message of it → what stands in the variable places.

use super::mask::WILDCARD;

/// What stands in each `<*>` of the template, as short as it can be; `None` where the message is not of this template.
#[must_use]
pub fn fillings<'a>(template: &str, message: &'a str) -> Option<Vec<&'a str>> {
    let mut parts = template.split(WILDCARD);
    let mut rest = message.strip_prefix(parts.next()?)?;
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else {
        return rest.is_empty().then(Vec::new);
    };
    let mut found = Vec::with_capacity(parts.len() + 1);
    for part in parts {
        let at = rest.find(part)?;
        found.push(&rest[..at]);
        rest = &rest[at + part.len()..];
    }
    found.push(rest.strip_suffix(last)?);
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_filled_from_the_left() {
        for (template, message, expected) in [
            ("done", "done", Some(vec![])),
            ("done", "done now", None),
            ("<*>", "all", Some(vec!["all"])),
            (
                "user <*> from <*>",
                "user bob from <*>",
                Some(vec!["bob", "<*>"]),
            ),
            ("a <*> b <*>", "a x b y b z", Some(vec!["x", "y b z"])),
            ("a=<*>, b=<*>.", "a=, b=2.", Some(vec!["", "2"])),
            ("<*> of <*>", "none", None),
            ("<*><*> end", "xy end", Some(vec!["", "xy"])),
            ("start <*> end", "start end", None),
        ] {
            assert_eq!(fillings(template, message), expected, "{template}");
        }
    }
}

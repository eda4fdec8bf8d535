//! The text around arrays of records, byte by byte → where such an array begins, and whose records stand in it.
//!
//! Exports say once for many records where they are from: OTLP names the scope and the service, `CloudWatch` the group. The keys
//! are few and known; anything else around an array is passed over.

/// What arrays of records are called in the objects around them.
const RECORDS: [&[u8]; 7] = [
    b"Records",
    b"records",
    b"logRecords",
    b"logEvents",
    b"events",
    b"entries",
    b"logs",
];

/// Bytes of a text between quotes that are kept.
const TEXT_CAP: usize = 200;

/// Reads what stands around arrays of records.
#[derive(Debug, Clone, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "where the reading stands, each a fact of its own"
)]
pub(super) struct Around {
    /// The beginning of the last text between quotes.
    text: Vec<u8>,
    is_string: bool,
    is_escaped: bool,
    /// A colon, and nothing else, has followed it.
    is_key: bool,
    /// The key of the value that comes next.
    key: Key,
    /// The object that was opened last is the scope of the records below.
    is_scope: bool,
    /// The attribute that was named last is the service.
    is_service: bool,
    scope: Vec<u8>,
    service: Vec<u8>,
    group: Vec<u8>,
}

/// Keys whose values matter.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Key {
    /// OTLP's name of a scope.
    Name,
    /// The name of an attribute.
    Attribute,
    /// Its value.
    Value,
    /// `CloudWatch`'s group of logs.
    Group,
    #[default]
    Other,
}

impl Around {
    /// One that goes on where another stood when it said this.
    pub(super) fn said(source: &[u8]) -> Self {
        Self {
            group: source.to_vec(),
            ..Self::default()
        }
    }

    /// Whose records stand here, as far as it is said; up to [`TEXT_CAP`] bytes.
    pub(super) fn source(&self) -> &[u8] {
        [&self.scope, &self.service, &self.group]
            .into_iter()
            .find(|name| !name.is_empty())
            .map_or(&[], Vec::as_slice)
    }

    /// Reads one byte; whether an array of records has just begun.
    pub(super) fn step(&mut self, byte: u8) -> bool {
        if byte == b'\n' {
            // No text between quotes goes on behind a line end, so damage ends with its line.
            self.is_string = false;
        } else if self.is_string {
            self.step_inside(byte);
        } else if byte == b'"' {
            self.text.clear();
            (self.is_string, self.is_key) = (true, false);
        } else if byte == b':' {
            self.is_key = true;
            self.begin_value();
        } else if !byte.is_ascii_whitespace() {
            let is_records = byte == b'[' && self.is_key && RECORDS.contains(&self.text.as_slice());
            self.is_scope = byte == b'{' && self.is_key && self.text == b"scope"
                || self.is_scope && byte != b'{' && byte != b'}';
            (self.is_key, self.key) = (false, Key::Other);
            self.text.clear();
            return is_records;
        }
        false
    }

    fn step_inside(&mut self, byte: u8) {
        if self.is_escaped || !matches!(byte, b'"' | b'\\') {
            self.is_escaped = false;
            if self.text.len() < TEXT_CAP {
                self.text.push(byte);
            }
        } else if byte == b'"' {
            self.is_string = false;
            self.end_text();
        } else {
            self.is_escaped = true;
        }
    }

    /// Takes note of the key before a colon.
    fn begin_value(&mut self) {
        self.key = match self.text.as_slice() {
            b"name" if self.is_scope => Key::Name,
            b"key" => Key::Attribute,
            b"stringValue" => Key::Value,
            b"logGroup" => Key::Group,
            b"resource" => {
                self.scope.clear();
                self.service.clear();
                Key::Other
            }
            b"scope" => {
                self.scope.clear();
                Key::Other
            }
            _ => Key::Other,
        };
    }

    /// Takes note of a text that has ended, if it is a value.
    fn end_text(&mut self) {
        match std::mem::take(&mut self.key) {
            Key::Name => self.scope.clone_from(&self.text),
            Key::Attribute => self.is_service = self.text == b"service.name",
            Key::Value if self.is_service => self.service.clone_from(&self.text),
            Key::Group => self.group.clone_from(&self.text),
            Key::Value | Key::Other => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_of_the_scope_the_service_or_the_group_around_them() {
        let service = r#"{"resourceLogs":[{"resource":{"attributes":[{"key":"host.name","value":{"stringValue":"h1"}},{"key":"service.name","value":{"stringValue":"cart"}}]},"#;
        for (text, want) in [
            (r#"{"a":1,"Records":["#, ""),
            (
                r#"{"logGroup":"/shop/cart","logStream":"7","logEvents":["#,
                "/shop/cart",
            ),
            (
                &format!(r#"{service}"scopeLogs":[{{"scope":{{}},"logRecords":["#),
                "cart",
            ),
            (
                &format!(
                    r#"{service}"scopeLogs":[{{"scope":{{"name":"shop.Cart","version":"1"}},"logRecords":["#
                ),
                "shop.Cart",
            ),
            (
                &format!(
                    r#"{service}"scopeLogs":[{{"scope":{{"attributes":[{{"key":"name","value":{{"stringValue":"x"}}}}]}},"logRecords":["#
                ),
                "cart",
            ),
            (
                r#"{"scope":{"name":"old"},"resource":{"attributes":[]},"scopeLogs":[{"logRecords":["#,
                "",
            ),
        ] {
            let mut around = Around::default();
            let begun: Vec<_> = text.bytes().map(|byte| around.step(byte)).collect();
            assert!(*begun.last().unwrap(), "{text}");
            assert_eq!(String::from_utf8_lossy(around.source()), want, "{text}");
        }
    }
}

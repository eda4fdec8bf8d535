//! Whatever the bytes, parsing gives fields that lie inside the record; times agree with jiff where jiff reads them too.

#![cfg(not(target_arch = "wasm32"))]

use logloupe::base::calendar::Calendar;
use logloupe::base::time::Timestamp;
use logloupe::base::zone::Zone;
use logloupe::parse::timestamp::{self, Clock, DayMonth};
use logloupe::parse::{ParsePlan, Parser, Text, formats};
use proptest::prelude::*;

/// 2024-05-01T12:00:00Z
const REFERENCE: Timestamp = Timestamp(1_714_564_800_000_000);

fn is_inside(text: Text, record: &[u8], scratch: &[u8]) -> bool {
    let (start, end, len) = match text {
        Text::Line(start, end) => (start, end, record.len()),
        Text::Scratch(start, end) => (start, end, scratch.len()),
    };
    start <= end && end as usize <= len
}

/// Parses `record` in every shape a plan can have for `head` and checks the fields.
fn check(head: &[u8], record: &[u8]) {
    let mut scratch = Vec::new();
    for is_plain in [false, true] {
        let plan = ParsePlan::probe(head, is_plain);
        let mut parser = Parser::new(&plan);
        let parsed = parser.parse(record, &mut scratch);
        let fields = parsed.fields;
        for text in [
            Some(fields.source),
            Some(fields.message),
            fields.ip,
            fields.user,
        ]
        .into_iter()
        .flatten()
        {
            assert!(is_inside(text, record, &scratch), "{text:?} of {record:?}");
        }
        let again = Parser::new(&plan).parse(record, &mut Vec::new());
        assert_eq!(parsed, again, "a used parser and a fresh one differ");
        let is_record = parser.parse_line(record, &mut scratch).is_some();
        assert_eq!(is_record, !parser.is_continuation(record));
    }
}

/// A sample with bytes replaced, cut out and repeated.
fn mutated() -> impl Strategy<Value = Vec<u8>> {
    let lines: Vec<&'static str> = formats::all()
        .iter()
        .flat_map(|format| format.samples())
        .map(|sample| sample.line)
        .collect();
    let edit = (any::<prop::sample::Index>(), any::<u8>(), 0..4_u8);
    (
        prop::sample::select(lines),
        prop::collection::vec(edit, 1..8),
    )
        .prop_map(|(line, edits)| {
            let mut bytes = line.as_bytes().to_vec();
            for (idx, byte, kind) in edits {
                if bytes.is_empty() {
                    break;
                }
                let at = idx.index(bytes.len());
                match kind {
                    0 => bytes[at] = byte,
                    1 => bytes.truncate(at),
                    2 => {
                        bytes.remove(at);
                    }
                    _ => bytes.extend_from_within(at..),
                }
            }
            bytes
        })
}

fn resolve(line: &str) -> Option<Timestamp> {
    let found = timestamp::at(line.as_bytes(), 0, DayMonth::MonthFirst, false)?;
    assert_eq!(found.end, line.len(), "{line}");
    let clock = Clock {
        order: DayMonth::MonthFirst,
    };
    Some(Calendar::new(&Zone::utc(), REFERENCE).instant(clock.resolve(found.moment)))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_taken_apart(record in prop::collection::vec(any::<u8>(), 0..200)) {
        check(&record, &record);
    }

    #[test]
    fn damaged_samples_are_taken_apart(record in mutated()) {
        check(&record, &record);
        check(b"time,level,message\n1,2,3\n", &record);
        check(b"[\"", &record);
    }

    #[test]
    fn text_that_looks_like_a_header_is_taken_apart(record in "[\\[\\]<>(){}:;,|. \"'=+@/T0-9A-Zjanfebsutio-]{0,80}") {
        check(record.as_bytes(), record.as_bytes());
    }

    #[test]
    fn rfc_3339_agrees_with_jiff(second in -2_208_988_800_i64..7_258_118_400, micros in 0..1_000_000_i64, offset in -14..=14_i8) {
        let instant = jiff::Timestamp::from_microsecond(second * 1_000_000 + micros).unwrap();
        let zoned = instant.to_zoned(jiff::tz::TimeZone::fixed(jiff::tz::offset(offset)));
        let year = zoned.year();
        prop_assume!((1900..2200).contains(&year));
        let text = zoned.strftime("%Y-%m-%dT%H:%M:%S.%6f%:z").to_string();
        prop_assert_eq!(resolve(&text), Some(Timestamp(instant.as_microsecond())));
        prop_assert_eq!(resolve(&instant.to_string()), Some(Timestamp(instant.as_microsecond())));
    }

    #[test]
    fn rfc_2822_agrees_with_jiff(second in -2_208_988_800_i64..7_258_118_400, offset in -14..=14_i8) {
        let instant = jiff::Timestamp::from_second(second).unwrap();
        let zoned = instant.to_zoned(jiff::tz::TimeZone::fixed(jiff::tz::offset(offset)));
        prop_assume!((1900..2200).contains(&zoned.year()));
        let text = jiff::fmt::rfc2822::to_string(&zoned).unwrap();
        prop_assert_eq!(resolve(&text), Some(Timestamp(instant.as_microsecond())));
    }
}

#[test]
fn long_hostile_lines_take_linear_time() {
    let mut scratch = Vec::new();
    let plan = ParsePlan::probe(b"", false);
    let mut parser = Parser::new(&plan);
    for piece in [
        "[",
        "(",
        "{\"a\":",
        "{\"a\":1,",
        "a=",
        "a=\"\\",
        "<34>",
        "12:",
        "2023-",
        "\"",
        "Jan ",
        "\\u",
        "\u{1b}[",
        " ",
        "a=b ",
    ] {
        let line = piece.repeat((1 << 20) / piece.len());
        parser.parse(line.as_bytes(), &mut scratch);
        let started = format!("2023-05-04 10:00:00 INFO {line}");
        parser.parse(started.as_bytes(), &mut scratch);
    }
}

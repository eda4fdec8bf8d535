//! Every format takes its own samples apart as it says, and no format that stands before it in the list claims them.

use logloupe::base::calendar::Calendar;
use logloupe::base::time::Timestamp;
use logloupe::base::zone::Zone;
use logloupe::parse::timestamp::{Clock, DayMonth};
use logloupe::parse::{Context, ParsePlan, Parser, formats};

/// 2024-05-01T12:00:00Z
const REFERENCE: Timestamp = Timestamp(1_714_564_800_000_000);

fn instant(text: &str) -> Option<Timestamp> {
    let parsed = (!text.is_empty()).then(|| {
        text.parse::<jiff::Timestamp>()
            .expect("samples carry RFC 3339")
    });
    parsed.map(|instant| Timestamp(instant.as_microsecond()))
}

fn plan() -> ParsePlan {
    ParsePlan::probe(b"", false)
}

#[test]
fn every_sample_becomes_its_expected_fields() {
    let mut parser = Parser::new(&plan());
    let calendar = Calendar::new(&Zone::utc(), REFERENCE);
    let mut scratch = Vec::new();
    let mut wrong = Vec::new();
    for format in formats::all() {
        assert!(
            !format.samples().is_empty(),
            "{} has no samples",
            format.name()
        );
        for sample in format.samples() {
            let line = sample.line.as_bytes();
            let parsed = parser.parse(line, &mut scratch);
            let fields = parsed.fields;
            let text = |text: logloupe::parse::Text| {
                String::from_utf8_lossy(text.get(line, &scratch)).into_owned()
            };
            let got = (
                parsed.format.format().name(),
                fields.timestamp.map(|time| calendar.instant(time)),
                fields.level,
                text(fields.source),
                text(fields.message),
            );
            let want = (
                format.name(),
                instant(sample.timestamp),
                sample.level,
                sample.source.to_owned(),
                sample.message.to_owned(),
            );
            if got != want {
                wrong.push(format!("{}\n  got  {got:?}\n  want {want:?}", sample.line));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Families whose lines are also lines of another one that stands behind them in the list.
const WIDER: [(&str, &str); 1] = [("syslog", "journal")];

#[test]
fn only_the_fallbacks_also_take_lines_of_other_formats() {
    let ctx = Context {
        clock: Clock {
            order: DayMonth::MonthFirst,
        },
        stamp_limit: 160,
        is_inner: false,
    };
    let mut wrong = Vec::new();
    for format in formats::all() {
        for sample in format.samples() {
            let line = sample.line.as_bytes();
            for other in formats::all() {
                let is_fallback = matches!(other.name(), "generic" | "plain" | "log4j" | "logfmt");
                let claims = other.may_begin_with(line[0])
                    && other.parse(line, &ctx, &mut Vec::new()).is_some();
                let may_claim = is_fallback
                    || other.name() == format.name()
                    || WIDER.contains(&(format.name(), other.name()));
                if claims && !may_claim {
                    wrong.push(format!("{} claims {}", other.name(), sample.line));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn names_are_unique_and_the_last_format_takes_any_line() {
    let mut names: Vec<_> = formats::all().iter().map(|format| format.name()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), formats::all().len());
    assert_eq!(
        formats::all().last().map(|format| format.name()),
        Some("plain")
    );
}

//! What a query answers is what going through all records one by one would answer, whoever holds them.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a test may fail so")]

#[path = "golden/mod.rs"]
#[allow(dead_code, reason = "shared with the golden tests")]
mod golden;

use logloupe::error::Error;
use logloupe::local::{Analysis, Layout, meta};
use logloupe::protocol::{FileMeta, Options, Place, RawLine, Selection, TextQuery};
use logloupe::sample::{Sample, SampleFormat, SampleParams};
use proptest::prelude::*;

const MODIFIED_MS: f64 = 1_772_496_000_000.0;
const N_BINS: u32 = 7;

fn opened(files: &[(FileMeta, Vec<u8>)], layout: Layout) -> Analysis<'_> {
    let files: Vec<_> = (files.iter().map(|(meta, bytes)| (meta.clone(), &bytes[..]))).collect();
    Analysis::new(&files, Options::default(), layout).expect("text is never an error")
}

fn named(name: &str, bytes: Vec<u8>) -> (FileMeta, Vec<u8>) {
    (meta(name, &bytes, MODIFIED_MS), bytes)
}

/// A record with where it stands in time, by the rules alone: its own time, that of the record before it in its file, or the
/// first of its file.
type Placed = (Option<f64>, RawLine);

/// All records in the order of time, file and line.
fn everything(analysis: &mut Analysis<'_>) -> Vec<Placed> {
    let total = analysis.find(&Selection::default(), N_BINS).unwrap();
    let mut lines = analysis.lines(0, usize::MAX >> 1);
    assert_eq!(lines.len() as u64, total);
    assert_eq!(total, u64::from(analysis.report.totals.n_records));
    let shown: Vec<(u32, u32)> = lines.iter().map(|line| (line.file, line.line)).collect();
    lines.sort_by_key(|line| (line.file, line.line));
    let mut placed: Vec<Placed> = Vec::new();
    for line in lines {
        let before = placed.last().filter(|before| before.1.file == line.file);
        let at = line.ms.or_else(|| before.and_then(|before| before.0));
        placed.push((at, line));
    }
    for idx in (0..placed.len().saturating_sub(1)).rev() {
        if placed[idx].0.is_none() && placed[idx].1.file == placed[idx + 1].1.file {
            placed[idx].0 = placed[idx + 1].0;
        }
    }
    let key = |placed: &Placed| (placed.0.unwrap_or(f64::MIN), placed.1.file, placed.1.line);
    placed.sort_by(|a, b| key(a).partial_cmp(&key(b)).unwrap());
    let sorted: Vec<(u32, u32)> = placed
        .iter()
        .map(|(_, line)| (line.file, line.line))
        .collect();
    assert_eq!(shown, sorted);
    placed
}

/// Whether a record meets every condition; regular expressions are left to a slow reading of their own.
fn is_selected(selection: &Selection, line: &RawLine) -> bool {
    let text = selection.text.as_ref().is_none_or(|query| {
        let (mut text, mut pattern) = (line.text.clone(), query.pattern.clone());
        if !query.is_case_sensitive {
            text = text.to_lowercase();
            pattern = pattern.to_lowercase();
        }
        let parts: Vec<&str> = if query.is_regex {
            pattern.split(".*").collect()
        } else {
            vec![&pattern]
        };
        // `a.*b`, within a line.
        text.lines().any(|line| {
            let mut rest = Some(line);
            for part in &parts {
                rest = rest.and_then(|rest| rest.find(part).map(|at| &rest[at + part.len()..]));
            }
            rest.is_some()
        })
    });
    let is_in = |list: &Option<Vec<u32>>, id| list.as_ref().is_none_or(|list| list.contains(&id));
    let levels = selection.levels.as_ref();
    text && is_in(&selection.templates, line.template)
        && is_in(&selection.files, line.file)
        && levels.is_none_or(|levels| levels.contains(&line.level))
        && selection
            .from_ms
            .is_none_or(|from| line.ms.is_some_and(|ms| ms >= from))
        && selection
            .to_ms
            .is_none_or(|to| line.ms.is_some_and(|ms| ms < to))
}

fn check(analysis: &mut Analysis<'_>, all: &[Placed], selection: &Selection, first: usize) {
    let expected: Vec<&Placed> = all
        .iter()
        .filter(|placed| is_selected(selection, &placed.1))
        .collect();
    let total = analysis.find(selection, N_BINS).unwrap();
    assert_eq!(total, expected.len() as u64, "{selection:?}");
    let places = |lines: &[RawLine]| -> Vec<(u32, u32, String)> {
        let place = |line: &RawLine| (line.file, line.line, line.text.clone());
        lines.iter().map(place).collect()
    };
    let page = analysis.lines(first as u64, 5);
    let lines = expected.iter().map(|placed| placed.1.clone());
    let lines: Vec<RawLine> = lines.skip(first).take(5).collect();
    assert_eq!(places(&page), places(&lines), "{selection:?} from {first}");

    let histogram = analysis.histogram();
    let mut bins = vec![vec![0u32; N_BINS as usize]; 8];
    let names = [
        "", "TRACE", "DEBUG", "INFO", "NOTICE", "WARN", "ERROR", "FATAL",
    ];
    let mut n_timeless = 0;
    for (at, line) in &expected {
        let Some(at) = at else {
            n_timeless += 1;
            continue;
        };
        let bin = ((at - histogram.start_ms) / histogram.bin_ms + 1e-9).floor() as usize;
        let level = names.iter().position(|name| *name == line.level).unwrap();
        bins[level][bin] += 1;
    }
    assert_eq!((histogram.levels, histogram.n_timeless), (bins, n_timeless));

    if let Some(placed) = expected.get(first) {
        let (file, line) = (placed.1.file, placed.1.line);
        assert_eq!(analysis.seek(Place::Line { file, line }), first as u64);
        if let Some(ms) = placed.0 {
            let row = expected
                .iter()
                .position(|placed| placed.0.unwrap_or(f64::MIN) >= ms);
            assert_eq!(analysis.seek(Place::Time { ms }), row.unwrap() as u64);
        }
    }
}

fn line() -> impl Strategy<Value = String> {
    let time = prop_oneof![
        3 => 0..7200_u32,
        1 => Just(1000_u32),
    ];
    let timed = (time, 0..6_usize, 0..6_usize).prop_map(|(second, level, said)| {
        let level = ["DEBUG", "INFO", "WARN", "ERROR", "FATAL", "-"][level];
        let said = [
            "started job 7",
            "Stopped",
            "timeout of db é",
            "user=5 failed",
            "GET /x",
            "",
        ][said];
        let (minute, second) = (second / 60 % 60, second % 60);
        format!("2026-03-02 10:{minute:02}:{second:02} {level} {said}")
    });
    prop_oneof![
        8 => timed,
        1 => Just("\tat com.example.Timeout(Cart.java:42)".to_owned()),
        1 => Just("no header here, STARTED".to_owned()),
        1 => Just(String::new()),
    ]
}

fn files() -> impl Strategy<Value = Vec<(FileMeta, Vec<u8>)>> {
    let text = (
        prop::collection::vec(line(), 0..40),
        any::<bool>(),
        any::<bool>(),
    );
    prop::collection::vec(text, 1..4).prop_map(|texts| {
        let file = |(idx, (lines, is_packed, is_crlf)): (usize, (Vec<String>, bool, bool))| {
            let end = if is_crlf { "\r\n" } else { "\n" };
            let mut text = format!("2026-03-02 10:00:05 INFO begin{end}");
            for line in lines {
                text += &line;
                text += end;
            }
            let bytes = if is_packed {
                golden::gzip(text.as_bytes())
            } else {
                text.into_bytes()
            };
            named(&format!("{idx}.log"), bytes)
        };
        texts.into_iter().enumerate().map(file).collect()
    })
}

fn selection() -> impl Strategy<Value = Selection> {
    let text = (0..9_usize, any::<bool>(), any::<bool>()).prop_map(
        |(idx, is_regex, is_case_sensitive)| {
            let patterns = [
                "started",
                "e",
                "É",
                "timeout",
                "user.*failed",
                "10:.*o",
                "Cart",
                "zzz",
                "INFO b",
            ];
            TextQuery {
                pattern: patterns[idx].to_owned(),
                is_regex,
                is_case_sensitive,
            }
        },
    );
    let ms = (0..3600_u32).prop_map(|second| 1_772_445_600_000.0 + f64::from(second) * 1000.0);
    let level = prop::sample::select(vec!["", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"]);
    let levels = prop::collection::vec(level.prop_map(str::to_owned), 0..4);
    (
        prop::option::weighted(0.4, text),
        prop::option::weighted(0.2, ms.clone()),
        prop::option::weighted(0.2, ms),
        prop::option::weighted(0.3, levels),
        prop::option::weighted(0.2, prop::collection::vec(0..6_u32, 0..4)),
        prop::option::weighted(0.2, prop::collection::vec(0..4_u32, 0..3)),
    )
        .prop_map(
            |(text, from_ms, to_ms, levels, templates, files)| Selection {
                text,
                from_ms,
                to_ms,
                levels,
                templates,
                files,
                ..Selection::default()
            },
        )
}

fn layout() -> impl Strategy<Value = Layout> {
    let block_len = prop_oneof![1..400_u64, Just(1 << 24)];
    (1..4_usize, block_len).prop_map(|(n_shards, block_len)| Layout {
        n_shards,
        block_len,
        ..Layout::default()
    })
}

proptest! {
    #[test]
    fn a_query_selects_what_a_naive_scan_selects(
        files in files(),
        layout in layout(),
        selections in prop::collection::vec((selection(), 0..30_usize), 1..6),
    ) {
        let mut analysis = opened(&files, layout);
        let all = everything(&mut analysis);
        // One after the other: what the shards keep of the one before must not show.
        for (selection, first) in &selections {
            check(&mut analysis, &all, selection, *first);
        }
        let (mut narrowed, first) = selections[0].clone();
        check(&mut analysis, &all, &narrowed, first);
        narrowed.levels = Some(vec!["ERROR".to_owned(), "INFO".to_owned()]);
        check(&mut analysis, &all, &narrowed, 0);
    }
}

#[test]
fn incidents_clusters_and_templates_show_as_many_records_as_they_claim() {
    for (format, is_packed) in [
        (SampleFormat::Text, false),
        (SampleFormat::Text, true),
        (SampleFormat::Ndjson, false),
        (SampleFormat::Csv, false),
    ] {
        let text = Sample::bytes(&SampleParams::new(4, 6000).format(format));
        let bytes = if is_packed { golden::gzip(&text) } else { text };
        let layout = Layout {
            n_shards: 3,
            block_len: 50_000,
            ..Layout::default()
        };
        let files = [named("sample", bytes)];
        let mut analysis = opened(&files, layout);
        let report = analysis.report.clone();
        let mut count = |selection| analysis.find(&selection, 10).unwrap();
        assert!(!report.incidents.is_empty() && !report.clusters.groups.is_empty());
        for incident in &report.incidents {
            let n = count(Selection {
                incident: Some(incident.id),
                ..Selection::default()
            });
            // One without messages shows all of its time instead.
            let claimed = if incident.messages.is_empty() {
                count(Selection {
                    from_ms: Some(incident.start_ms),
                    to_ms: Some(incident.end_ms + 0.001),
                    ..Selection::default()
                })
            } else {
                u64::from(incident.n_records)
            };
            assert_eq!(n, claimed, "incident {}", incident.id);
        }
        for group in &report.clusters.groups {
            let n = count(Selection {
                cluster: Some(group.id),
                ..Selection::default()
            });
            assert_eq!(n, u64::from(group.n_records), "cluster {}", group.id);
        }
        for template in &report.templates {
            let n = count(Selection {
                templates: Some(vec![template.id]),
                ..Selection::default()
            });
            assert_eq!(n, u64::from(template.n_records), "template {}", template.id);
        }
        let sources = analysis.sources();
        let n_all: u32 = sources.iter().map(|source| source.n_records).sum();
        assert_eq!(n_all, report.totals.n_records);
        for source in &sources {
            let selection = Selection {
                sources: Some(vec![source.name.clone()]),
                ..Selection::default()
            };
            let n = analysis.find(&selection, 10).unwrap();
            assert_eq!(n, u64::from(source.n_records), "{}", source.name);
        }
    }
}

#[test]
fn deep_pages_are_found_where_times_cannot_tell() {
    let untimed = (0..9000).map(|n| format!("line number {n} of many\n"));
    let tied = (0..9000).map(|n| format!("2026-03-02 10:00:00 INFO line {n} of a second\n"));
    let shuffled = (0..9000u32).map(|n| {
        let second = n.wrapping_mul(2_654_435_761) % 3600;
        format!(
            "2026-03-02 10:{:02}:{:02} WARN step {n}\n",
            second / 60,
            second % 60
        )
    });
    let bytes = |lines: &mut dyn Iterator<Item = String>| lines.collect::<String>().into_bytes();
    let files = [
        named("a.log", bytes(&mut { untimed })),
        named("b.log", bytes(&mut { tied })),
        named("c.log", bytes(&mut { shuffled })),
    ];
    for n_shards in [1, 3] {
        let layout = Layout {
            n_shards,
            block_len: 40_000,
            ..Layout::default()
        };
        let mut analysis = opened(&files, layout);
        let all = everything(&mut analysis);
        for first in [
            0, 4096, 8998, 9000, 13_000, 17_999, 18_100, 22_222, 26_996, 27_000,
        ] {
            check(&mut analysis, &all, &Selection::default(), first);
        }
        let page = analysis.lines(12_345, 500);
        assert_eq!(page.len(), 500);
        assert_eq!(page[499].text, all[12_844].1.text);
    }
}

#[test]
fn marks_are_where_the_page_sees_them() {
    let files = [named(
        "a.log",
        "2026-03-02 10:00:00 INFO 🦀 größe Größe\n".into(),
    )];
    let mut analysis = opened(&files, Layout::default());
    let text = Some(TextQuery {
        pattern: "größe".to_owned(),
        ..TextQuery::default()
    });
    let selection = Selection {
        text,
        ..Selection::default()
    };
    assert_eq!(analysis.find(&selection, 1).unwrap(), 1);
    let line = &analysis.lines(0, 1)[0];
    let units: Vec<u16> = line.text.encode_utf16().collect();
    let (pairs, _) = line.marks.as_chunks::<2>();
    let marked = pairs
        .iter()
        .map(|pair| &units[pair[0] as usize..pair[1] as usize]);
    let marked: Vec<String> = marked
        .map(|units| String::from_utf16(units).unwrap())
        .collect();
    assert_eq!(marked, ["größe", "Größe"]);
}

#[test]
fn a_selection_that_cannot_be_used_says_why() {
    let files = [named("a.log", b"2026-03-02 10:00:00 INFO x\n".to_vec())];
    let mut analysis = opened(&files, Layout::default());
    let mut check = |selection: Selection, code: &str, said: &str| {
        let error: Error = analysis.find(&selection, 10).unwrap_err();
        assert_eq!(error.code(), code);
        assert!(error.to_string().contains(said), "{error}");
    };
    let empty = Selection::default;
    let text = Some(TextQuery {
        pattern: "a(b".to_owned(),
        is_regex: true,
        ..TextQuery::default()
    });
    check(
        Selection { text, ..empty() },
        "pattern",
        "character 2: unclosed group",
    );
    let levels = Some(vec!["LOUD".to_owned()]);
    check(Selection { levels, ..empty() }, "params", "LOUD");
    check(
        Selection {
            incident: Some(9),
            ..empty()
        },
        "params",
        "incident",
    );
    check(
        Selection {
            cluster: Some(99),
            ..empty()
        },
        "params",
        "cluster",
    );
    assert_eq!(analysis.find(&empty(), 0).unwrap_err().code(), "params");
}

#[test]
fn similar_patterns_are_learned_on_request() {
    let line = |at: usize| {
        let (m, s) = (at / 60, at % 60);
        let user = ["alice", "bob", "carol"][at % 3];
        let said = [
            format!("login failed for user {user} from 10.0.0.{}", at % 7),
            format!(
                "authentication failure for user {user} from 10.0.0.{}",
                at % 7
            ),
            "cache of prices rebuilt on schedule".to_owned(),
            "cache of stock dropped on schedule".to_owned(),
        ];
        format!("2026-03-01 10:{m:02}:{s:02} INFO app: {}\n", said[at % 4])
    };
    let text: Vec<String> = (0..400).map(line).collect();
    let files = [named("a.log", text.concat().into_bytes())];
    let mut analysis = opened(&files, Layout::default());
    let id_of = |analysis: &Analysis<'_>, word: &str| {
        let mut templates = analysis.report.templates.iter();
        templates.find(|t| t.text.contains(word)).unwrap().id
    };
    let (asked, expected) = (
        id_of(&analysis, "login"),
        id_of(&analysis, "authentication"),
    );
    let similar = analysis.similar(asked).unwrap();
    assert_eq!(similar.templates[0].template, expected, "{similar:?}");
    assert!(similar.templates.iter().all(|t| t.template != asked));
    assert!(!similar.words.is_empty());
    assert_eq!(analysis.similar(asked).unwrap(), similar);
    assert!(matches!(analysis.similar(u32::MAX), Err(Error::Wire(_))));
}

#[test]
fn latin1_is_read_searched_and_read_back_as_such_also_when_packed() {
    let text = b"2026-03-02 10:00:00 ERROR Stra\xdfe nicht gefunden: K\xf6ln\n\
                 2026-03-02 10:00:01 INFO schon UTF-8: K\xc3\xb6ln\n";
    let layout = Layout::default();
    for bytes in [text.to_vec(), golden::gzip(text)] {
        let meta = meta("post.log", &bytes, MODIFIED_MS);
        let options = Options {
            is_latin1: true,
            ..Options::default()
        };
        let mut analysis = Analysis::new(&[(meta, &bytes[..])], options, layout).unwrap();
        assert_eq!(analysis.report.totals.n_invalid_utf8, 0);
        let pattern = TextQuery {
            pattern: "k\u{f6}ln".to_owned(),
            is_regex: false,
            is_case_sensitive: false,
        };
        let selection = Selection {
            text: Some(pattern),
            ..Selection::default()
        };
        assert_eq!(analysis.find(&selection, 1).unwrap(), 2);
        let lines = analysis.lines(0, 2);
        assert!(
            lines[0]
                .text
                .ends_with("Stra\u{df}e nicht gefunden: K\u{f6}ln")
        );
        assert!(lines[1].text.ends_with("schon UTF-8: K\u{f6}ln"));
    }
}

/// Records of two patterns; what varies in the first is known.
fn of_logins(n: usize) -> String {
    let line = |idx: usize| {
        let second = idx % 60;
        if idx.is_multiple_of(3) {
            let user = ["root", "admin", "guest"][idx / 3 % 3];
            let took = idx % 40;
            format!(
                "2026-03-02 10:{:02}:{second:02} INFO login of {user} took {took} ms\n",
                idx / 60 % 60
            )
        } else {
            format!(
                "2026-03-02 10:{:02}:{second:02} WARN disk {} is nearly full\n",
                idx / 60 % 60,
                idx % 7
            )
        }
    };
    (0..n).map(line).collect()
}

#[test]
fn patterns_and_values_of_the_selected_records_are_counted_whoever_holds_them() {
    let text = of_logins(3000);
    for (n_shards, block_len, is_packed) in [(1, 1 << 24, false), (3, 7000, false), (2, 9000, true)]
    {
        let bytes = text.clone().into_bytes();
        let bytes = if is_packed {
            golden::gzip(&bytes)
        } else {
            bytes
        };
        let layout = Layout {
            n_shards,
            block_len,
            ..Layout::default()
        };
        let files = [named("logins", bytes)];
        let mut analysis = opened(&files, layout);
        let templates = analysis.report.templates.clone();
        let login = templates
            .iter()
            .find(|of| of.text.contains("login of"))
            .unwrap();
        assert_eq!(login.text, "login of <*> took <*> ms");
        for (pattern, n_expected) in [("", 1000), ("admin", 333), ("no such text", 0)] {
            let selection = Selection {
                templates: Some(vec![login.id]),
                text: Some(TextQuery {
                    pattern: pattern.to_owned(),
                    ..TextQuery::default()
                }),
                slot: Some(0),
                ..Selection::default()
            };
            assert_eq!(analysis.find(&selection, N_BINS).unwrap(), n_expected);
            let facets = analysis.facets();
            let n_of: Vec<(u32, u32)> = facets
                .iter()
                .map(|of| (of.template, of.n_records))
                .collect();
            let expected = (n_expected > 0).then_some((login.id, n_expected as u32));
            assert_eq!(n_of, Vec::from_iter(expected));
            let values = analysis.values();
            assert_eq!(
                (values.n_records, values.n_unread),
                (n_expected as f64, 0.0)
            );
            let users: Vec<(String, u32)> = (values.top.iter())
                .map(|of| (of.value.clone(), of.n_records))
                .collect();
            let owned = |users: &[(&str, u32)]| -> Vec<(String, u32)> {
                users
                    .iter()
                    .map(|(user, n)| ((*user).to_owned(), *n))
                    .collect()
            };
            assert_eq!(
                users,
                match n_expected {
                    1000 => owned(&[("root", 334), ("admin", 333), ("guest", 333)]),
                    333 => owned(&[("admin", 333)]),
                    _ => Vec::new(),
                }
            );
        }
        let selection = Selection {
            templates: Some(vec![login.id]),
            slot: Some(1),
            ..Selection::default()
        };
        analysis.find(&selection, N_BINS).unwrap();
        let values = analysis.values();
        assert_eq!((values.n_distinct, values.n_numbers), (40.0, 1000.0));
        let median = values.median.unwrap();
        assert!((18.5..=21.5).contains(&median), "{median}");
        let n_binned: u32 = values.bins.iter().map(|bin| bin.n_records).sum();
        assert_eq!(n_binned, 1000);

        let without = Selection {
            without_templates: Some(vec![login.id]),
            ..Selection::default()
        };
        assert_eq!(analysis.find(&without, N_BINS).unwrap(), 2000);
        analysis.find(&Selection::default(), N_BINS).unwrap();
        for of in analysis.facets() {
            let template = templates.iter().find(|template| template.id == of.template);
            assert_eq!(of.n_records, template.unwrap().n_records);
        }
        for slot in [(Some(vec![login.id]), 2), (None, 0)] {
            let selection = Selection {
                templates: slot.0,
                slot: Some(slot.1),
                ..Selection::default()
            };
            let refused = analysis.find(&selection, N_BINS);
            assert!(matches!(refused, Err(Error::Params(params)) if params.option == "slot"));
        }
    }
}

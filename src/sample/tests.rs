use super::*;

fn text(params: &SampleParams) -> String {
    String::from_utf8(Sample::bytes(params)).unwrap()
}

fn start_of_day_ms(line: &str) -> Option<i64> {
    let clock = line.get(11..23)?;
    let number = |range: std::ops::Range<usize>| clock.get(range)?.parse::<i64>().ok();
    Some(((number(0..2)? * 60 + number(3..5)?) * 60 + number(6..8)?) * 1000 + number(9..12)?)
}

#[test]
fn the_number_of_lines_is_exact() {
    for n_lines in [0, 1, 2, 10, 99, 1000, 1234, 20_000, 60_001] {
        for seed in 0..4 {
            let log = text(&SampleParams::new(seed, n_lines));
            assert_eq!(log.lines().count(), n_lines as usize, "seed {seed}");
        }
    }
}

#[test]
fn the_seed_alone_decides_the_bytes() {
    let params = SampleParams::new(5, 5000);
    assert_eq!(text(&params), text(&params));
    assert_ne!(text(&params), text(&SampleParams::new(6, 5000)));
}

#[test]
fn chunk_sizes_do_not_matter() {
    for format in [
        SampleFormat::Text,
        SampleFormat::Ndjson,
        SampleFormat::Csv,
        SampleFormat::JsonArray,
    ] {
        let params = SampleParams::new(3, 3000).format(format);
        let whole = Sample::bytes(&params);
        for max_lines in [1, 7, 100_000] {
            let mut sample = Sample::new(&params);
            let mut out = Vec::new();
            while sample.next_chunk(&mut out, max_lines) {}
            assert!(!sample.next_chunk(&mut out, max_lines));
            assert!(out == whole, "{format:?} in chunks of {max_lines}");
        }
    }
}

#[test]
fn the_truth_is_in_the_lines() {
    for (seed, n_lines) in [(1, 1000), (2, 5000), (3, 20_000), (4, 120_000)] {
        let params = SampleParams::new(seed, n_lines).format(SampleFormat::Ndjson);
        let sample = Sample::new(&params);
        let log = text(&params);
        let n_kinds = if n_lines < 10_000 { 4 } else { 5 };
        assert_eq!(sample.truth().len(), n_kinds);
        for planted in sample.truth() {
            let hits: Vec<&str> = log
                .lines()
                .filter(|line| line.contains(planted.needle))
                .collect();
            assert_eq!(hits.len(), planted.n_lines as usize, "{planted:?}");
            let mut span = Vec::new();
            for at in [planted.start, planted.end] {
                let at = Timestamp(at.0 - at.0 % 1000);
                let event = event::Event {
                    at: at.0,
                    seq: 0,
                    origin: event::Origin::System {
                        host: "",
                        process: "",
                        pid: 0,
                    },
                    message: String::new(),
                };
                let mut line = Vec::new();
                event.write(&mut line, SampleFormat::Ndjson, true);
                span.push(String::from_utf8(line).unwrap()[15..38].to_owned());
            }
            for hit in hits {
                assert!(
                    hit[15..38] >= *span[0] && hit[15..38] <= *span[1],
                    "{hit} {planted:?}"
                );
            }
        }
    }
}

#[test]
fn the_shop_is_silent_in_the_silence() {
    let sample = Sample::new(&SampleParams::new(1, 20_000));
    let silence = sample
        .truth()
        .iter()
        .find(|planted| planted.kind == IncidentKind::Silence)
        .unwrap();
    assert!(silence.end.0 - silence.start.0 >= 20 * 60_000_000);
    let (start, end) = (
        silence.start.0 / 1000 % 86_400_000,
        silence.end.0 / 1000 % 86_400_000,
    );
    let log = text(&SampleParams::new(1, 20_000));
    let n_within = log
        .lines()
        .filter(|line| line.starts_with("2026-03-02"))
        .filter_map(start_of_day_ms)
        .filter(|ms| start <= *ms && *ms < end)
        .count();
    assert_eq!(n_within, 1, "only the line that ends it");
}

#[test]
fn lines_are_in_the_order_of_time() {
    for params in [SampleParams::new(9, 30_000), SampleParams::new(9, 2000)] {
        let log = text(&params.format(SampleFormat::Ndjson));
        let times: Vec<&str> = log.lines().map(|line| &line[15..38]).collect();
        assert!(times.is_sorted());
    }
}

#[test]
fn a_quiet_sample_holds_no_needle() {
    let params = SampleParams::new(1, 30_000).quiet();
    assert!(Sample::new(&params).truth().is_empty());
    let log = text(&params);
    for kind in IncidentKind::all() {
        assert!(!log.contains(kind.needle()), "{kind:?}");
    }
    assert!(
        log.contains("Failed password for"),
        "some failures are ordinary"
    );
}

#[test]
fn every_rendering_is_well_formed() {
    let params = SampleParams::new(2, 5000);
    let ndjson = text(&params.clone().format(SampleFormat::Ndjson));
    let n_records = ndjson.lines().count();
    for line in ndjson.lines() {
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(value["message"].is_string());
    }
    let array: Vec<String> =
        serde_json::from_str(&text(&params.clone().format(SampleFormat::JsonArray))).unwrap();
    assert_eq!(array.len(), n_records);
    assert_eq!(array.join("\n") + "\n", text(&params));
    let csv_text = text(&params.format(SampleFormat::Csv));
    let mut rows = csv::Reader::from_reader(csv_text.as_bytes());
    assert_eq!(
        rows.headers().unwrap(),
        vec!["@timestamp", "level", "source", "message"]
    );
    assert_eq!(rows.records().map(Result::unwrap).count(), n_records);
    let empty: Vec<String> = serde_json::from_slice(&Sample::bytes(
        &SampleParams::new(1, 0).format(SampleFormat::JsonArray),
    ))
    .unwrap();
    assert!(empty.is_empty());
}

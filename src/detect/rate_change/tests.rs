//! What is a change of rate and what is not.

use super::*;
use crate::base::time::HOUR;

/// Noise that is Poisson enough: the mean give or take its root.
fn noise(mean: f64, n_slices: usize, salt: u64) -> Vec<u32> {
    let root = math::sqrt(mean);
    (0..n_slices as u64)
        .map(|slice| {
            let word = crate::base::hash::bytes(&(slice * 31 + salt).to_le_bytes());
            let unit = (word % 1000) as f64 / 1000.0 + (word / 1000 % 1000) as f64 / 1000.0;
            (mean + root * 2.4 * (unit - 1.0)).max(0.0) as u32
        })
        .collect()
}

fn check(rows: &[Vec<u32>], slice_us: i64, expected: &[(u32, ChangeKind, u32, u32)]) {
    let counts: Vec<u32> = rows.concat();
    let found = rate_changes(&Rates {
        counts: &counts,
        n_slices: rows[0].len(),
        slice_us,
    });
    let found: Vec<_> = (found.iter())
        .map(|change| (change.row, change.kind, change.first, change.last))
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn surges_dips_and_silences_are_found_where_they_are() {
    let background = noise(200.0, 120, 1);
    let with = |range: std::ops::Range<usize>, n: u32| {
        let mut counts = noise(20.0, 120, 7);
        counts[range].fill(n);
        counts
    };
    let rows = [
        background,
        with(50..54, 90),
        with(60..70, 4),
        with(80..90, 0),
        with(100..120, 0),
        noise(20.0, 120, 9),
    ];
    check(
        &rows,
        MINUTE,
        &[
            (1, ChangeKind::Surge, 50, 53),
            (2, ChangeKind::Dip, 60, 69),
            (3, ChangeKind::Pause, 80, 89),
            (4, ChangeKind::Vanished, 100, 119),
        ],
    );
}

#[test]
fn level_shifts_are_told_by_when_they_happen() {
    let rows = [(0..30, 0), (0..70, 0), (0..40, 5), (50..120, 0)].map(|(range, n)| {
        let mut counts = noise(20.0, 120, 3);
        counts[range].fill(n);
        counts
    });
    let background = noise(400.0, 120, 1);
    let [a, b, c, d] = rows;
    check(
        &[background, a, b, c, d],
        MINUTE,
        &[
            (1, ChangeKind::New, 30, 119),
            (2, ChangeKind::New, 70, 119),
            (3, ChangeKind::Surge, 40, 119),
            (4, ChangeKind::Vanished, 50, 119),
        ],
    );
}

#[test]
fn noise_bursts_and_load_are_no_change() {
    let mut load = noise(300.0, 120, 1);
    load[40..60].iter_mut().for_each(|n| *n *= 4);
    let mut along = noise(20.0, 120, 2);
    along[40..60].iter_mut().for_each(|n| *n *= 3);
    let bursts = (0..120).map(|i| if i % 17 == 3 { 25 } else { 0 }).collect();
    let rare = (0..120).map(|i| u32::from(i % 9 == 1)).collect();
    let mut rows = vec![load, along, bursts, rare];
    rows.extend((10..200).map(|salt| noise(6.0, 120, salt)));
    let counts: Vec<u32> = rows[1..].concat();
    // Along with the load only where the load is there to be seen.
    check(&rows, MINUTE, &[(0, ChangeKind::Surge, 40, 59)]);
    assert!(counts.len() > 120);
}

#[test]
fn every_night_is_no_change_but_one_night_is() {
    let night = |slice: usize| (slice % 24) < 4;
    let row = |backup: &dyn Fn(usize) -> bool| {
        (0..24 * 7)
            .map(|slice| if backup(slice) { 60 } else { 2 })
            .collect::<Vec<u32>>()
    };
    let flat = vec![100; 24 * 7];
    let rows = [flat, row(&night), row(&|slice| (75..79).contains(&slice))];
    check(&rows, HOUR, &[(2, ChangeKind::Surge, 75, 78)]);
}

#[test]
fn a_change_says_what_is_usual() {
    let mut counts: Vec<u32> = (0..100).map(|i| i % 4).collect();
    counts[42] = 214;
    counts.extend(std::iter::repeat_n(500, 100));
    let found = rate_changes(&Rates {
        counts: &counts,
        n_slices: 100,
        slice_us: 5 * MINUTE,
    });
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].n_records, found[0].usual), (214, Some((0, 3))));
    assert!(found[0].p < 1e-50 && found[0].ratio() > 50.0);
}

#[test]
fn odd_tables_are_fine() {
    for (counts, n_slices) in [
        (vec![], 120),
        (vec![u32::MAX; 240], 120),
        (vec![0; 240], 120),
        (vec![9; 10], 10),
        ([1, u32::MAX].repeat(60), 120),
    ] {
        let rates = Rates {
            counts: &counts,
            n_slices,
            slice_us: 1,
        };
        let found = rate_changes(&rates);
        assert!(
            found
                .iter()
                .all(|c| c.p.is_finite() && c.ratio().is_finite())
        );
    }
}

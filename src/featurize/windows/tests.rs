//! Widths, features and ends of windows.

use super::*;
use crate::parse::Level;

fn every(seconds: i64, n: i64) -> Tally {
    let mut tally = Tally::default();
    (0..n).for_each(|i| tally.add(Timestamp(i * seconds * SECOND), None, false, None, None));
    tally
}

fn windows(tally: &Tally) -> Windows {
    WindowsParams::default()
        .check()
        .unwrap()
        .windows(tally)
        .unwrap()
}

#[test]
fn widths_suit_the_length_of_the_log() {
    for (seconds, n, width, n_windows, note) in [
        (1, 1, 1, 1, Some(WidthNote::Narrowed)),
        (1, 40, 1, 40, Some(WidthNote::Narrowed)),
        (1, 600, 5, 120, Some(WidthNote::Narrowed)),
        (1, 3600, 60, 60, Some(WidthNote::Narrowed)),
        (1, 18_000, 300, 60, None),
        (60, 1440, 300, 288, None),
        (3600, 24 * 365, 900, 8757 * 4 + 4, Some(WidthNote::Widened)),
    ] {
        let w = windows(&every(seconds, n));
        if n_windows <= MAX_WINDOWS {
            assert_eq!(
                (w.width_us, w.n_windows()),
                (width * SECOND, n_windows),
                "{n}"
            );
        } else {
            assert!(w.n_windows() <= MAX_WINDOWS, "{n}");
        }
        assert_eq!(w.note, note, "{n}");
    }
}

#[test]
fn an_asked_width_is_used_or_the_reason_given() {
    let ask = |seconds, tally: &Tally| {
        let params = WindowsParams {
            window_seconds: Some(seconds),
        };
        let w = params.check().unwrap().windows(tally).unwrap();
        (w.width_us / SECOND, w.note)
    };
    assert_eq!(ask(120, &every(1, 5000)), (120, None));
    assert_eq!(ask(7, &every(1, 5000)), (7, None));
    let not_as_asked = |asked| Some(WidthNote::NotAsAsked { asked });
    assert_eq!(ask(7, &every(1, 100_000)), (15, not_as_asked(7)));
    assert_eq!(ask(1, &every(1, 50_000)), (5, not_as_asked(1)));
    for seconds in [0, 86_401] {
        let params = WindowsParams {
            window_seconds: Some(seconds),
        };
        assert_eq!(params.check().unwrap_err().option, "windowSeconds");
    }
}

#[test]
fn silence_is_windows_too() {
    let mut t = every(10, 360);
    (0..360).for_each(|i| {
        t.add(
            Timestamp((14_400 + i * 10) * SECOND),
            Some(Level::Error),
            true,
            Some(1),
            None,
        );
    });
    let w = windows(&t);
    assert_eq!(w.n_windows(), 60);
    assert_eq!(w.rows[[12, feature::EVENTS]], 0.0);
    assert_eq!(w.rows[[50, feature::ERRORS]], 30.0);
    assert_eq!(w.rows[[50, feature::ERROR_SHARE]], 1.0);
    assert_eq!(w.rows[[50, feature::FAILED_LOGINS]], 30.0);
    assert_eq!(w.rows[[50, feature::IPS]], 1.0);
    assert_eq!(w.rows[[50, feature::BURSTINESS]], -1.0);
    assert_eq!(w.by_level[0][0], 30);
    assert_eq!(w.index_of(w.start_of(7)), Some(7));
    assert_eq!(w.index_of(w.end_of(59)), None);
    assert_eq!(w.index_of(Timestamp(-1)), None);
}

#[test]
fn strays_do_not_stretch_the_range() {
    for stray in [-50_000 * DAY, 375_000 * DAY] {
        let mut t = every(1, 1200);
        t.add(Timestamp(stray), None, false, None, None);
        let (w, expected) = (windows(&t), windows(&every(1, 1200)));
        assert_eq!(
            (w.start, w.width_us, w.n_outside),
            (expected.start, expected.width_us, 1)
        );
        assert_eq!(w.rows, expected.rows);
    }
}

#[test]
fn two_dense_parts_far_apart_are_both_kept() {
    let mut t = every(1, 5000);
    (0..5000).for_each(|i| t.add(Timestamp(i * SECOND + 3000 * DAY), None, false, None, None));
    let w = windows(&t);
    assert_eq!((w.n_outside, w.note), (0, Some(WidthNote::Widened)));
    assert!(w.n_windows() <= MAX_WINDOWS);
    assert_eq!(w.rows.column(feature::EVENTS).sum(), 10_000.0);
}

#[test]
fn entropy_and_burstiness_have_their_textbook_values() {
    assert!((entropy_bits(&[(1, 5), (2, 5), (3, 5), (4, 5)]) - 2.0).abs() < 1e-14);
    assert_eq!(entropy_bits(&[(1, 5)]), 0.0);
    assert_eq!(
        burstiness(Gaps {
            n: 2,
            sum: 20,
            sum_sq: 200
        }),
        -1.0
    );
    // Gaps 0 and 20: σ = μ.
    assert_eq!(
        burstiness(Gaps {
            n: 2,
            sum: 20,
            sum_sq: 400
        }),
        0.0
    );
    assert_eq!(
        burstiness(Gaps {
            n: 9,
            sum: 0,
            sum_sq: 0
        }),
        0.0
    );
}

#[test]
fn partial_windows_are_known() {
    let mut t = Tally::default();
    (200..18_200).for_each(|s| t.add(Timestamp(s * SECOND), None, false, None, None));
    let w = windows(&t);
    assert_eq!(w.n_windows(), 61);
    assert!(w.is_partial(0) && w.is_partial(60) && !w.is_partial(1));
}

#[test]
fn a_log_without_times_has_no_windows() {
    let params = WindowsParams::default().check().unwrap();
    assert_eq!(params.windows(&Tally::default()), Err(FitError::NoTime));
}

#[test]
fn a_crowd_is_estimated_and_the_window_knows() {
    let mut t = every(1, 1200);
    // 230,000 addresses within a quarter of a minute, one in ten of them in each window exactly known otherwise.
    for i in 0..230_000_u64 {
        let ip = Some(crate::base::hash::combine(1, i));
        t.add(
            Timestamp(600 * SECOND + i as i64 % 1000),
            None,
            false,
            ip,
            ip,
        );
    }
    let w = windows(&t);
    assert_eq!(w.n_estimated, 1);
    let crowded = w.index_of(Timestamp(600 * SECOND)).unwrap() as usize;
    for col in [feature::IPS, feature::USERS] {
        let error = w.rows[[crowded, col]] / 230_000.0 - 1.0;
        assert!(error.abs() < 0.05, "{error}");
    }
    let exact = math::log2(230_000.0);
    assert!((w.rows[[crowded, feature::IP_ENTROPY]] - exact).abs() < 0.1);
    assert_eq!(windows(&every(1, 1200)).n_estimated, 0);
}

#[test]
fn the_place_in_the_week_is_an_angle_from_monday() {
    // 1970-01-05 was a Monday.
    let hour = 3600 * SECOND;
    for (middle, sine, cosine) in [
        (4 * DAY, 0.0, 1.0),
        (4 * DAY + 42 * hour, 1.0, 0.0),
        (4 * DAY + 84 * hour, 0.0, -1.0),
        (4 * DAY + 126 * hour, -1.0, 0.0),
        (-3 * DAY, 0.0, 1.0),
        (11 * DAY, 0.0, 1.0),
    ] {
        let mut t = Tally::default();
        (-100..100).for_each(|i| {
            t.add(Timestamp(middle + i * 250_000), None, false, None, None);
        });
        let params = WindowsParams {
            window_seconds: Some(2),
        };
        let w = params.check().unwrap().windows(&t).unwrap();
        let idx = w.index_of(Timestamp(middle)).unwrap() as usize;
        let found = (
            w.rows[[idx, feature::WEEK_SINE]],
            w.rows[[idx, feature::WEEK_COSINE]],
        );
        assert!(
            (found.0 - sine).abs() < 1e-4 && (found.1 - cosine).abs() < 1e-4,
            "{found:?}"
        );
    }
}

#[test]
fn templates_are_counted_where_they_were_said() {
    let mut w = windows(&every(1, 300));
    assert_eq!(w.n_windows(), 60);
    // Two words a window: templates 0 and 70 in the first window, 3 in the third.
    let mut said = vec![0_u64; 60 * 2];
    said[0] = 1;
    said[1] = 1 << 6;
    said[4] = 1 << 3;
    w.count_templates(&said, 2);
    let templates: Vec<f64> = w.rows.column(feature::TEMPLATES).to_vec();
    assert_eq!(templates[..4], [2.0, 0.0, 1.0, 0.0]);
    assert_eq!(templates.iter().sum::<f64>(), 3.0);
    // All are new where the log begins; one is before the windows.
    let firsts = [0, 0, 12, 14, 299, -5].map(|s| Timestamp(s * SECOND));
    w.count_new(firsts.into_iter());
    let new: Vec<f64> = w.rows.column(feature::NEW_TEMPLATES).to_vec();
    assert_eq!(
        (new[0], new[2], new[59], new.iter().sum::<f64>()),
        (2.0, 2.0, 1.0, 5.0)
    );
    assert_eq!((w.n_new(0..=59), w.n_new(0..=1), w.n_new(2..=2)), (3, 0, 2));
    // Without bits everything stays as it is.
    w.count_templates(&[], 0);
    assert_eq!(w.rows.column(feature::TEMPLATES).to_vec(), templates);
}

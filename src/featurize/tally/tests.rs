//! Counts, merging, widening and the wire form.

use super::*;

fn tally(seconds: &[f64]) -> Tally {
    let mut tally = Tally::default();
    for s in seconds {
        tally.add(Timestamp((s * 1e6) as i64), None, false, None, None);
    }
    tally
}

fn bytes(tally: &Tally) -> Vec<u8> {
    postcard::to_stdvec(tally).unwrap()
}

#[test]
fn gaps_count_in_bins_that_hold_both_ends() {
    let t = tally(&[0.0, 0.5, 1.5, 1.25, 7.0]).settled();
    let bins = t.bins();
    assert_eq!((bins[0].gaps.n, bins[0].gaps.sum), (1, 500_000));
    // 0.5 → 1.5 crosses into the second bin and fits 5 s; the step back counts 0.
    assert_eq!((bins[1].gaps.n, bins[1].gaps.sum), (1, 0));
    assert_eq!(
        bins[1].crossing,
        [(
            1,
            Gaps {
                n: 1,
                sum: 1_000_000,
                sum_sq: 1_000_000_000_000
            }
        )]
    );
    assert_eq!(bins[2].crossing[0].0, 2);
}

#[test]
fn merging_is_the_same_as_reading_on() {
    let times = [0.0, 0.5, 90_000.0, 1.5, 1.25, 7.0, 7.0, -3.0, 86_400.0];
    let whole = bytes(&tally(&times));
    for cut in 0..=times.len() {
        let mut merged = tally(&times[..cut]);
        merged.merge(tally(&times[cut..]));
        assert_eq!(bytes(&merged), whole, "cut at {cut}");
    }
}

#[test]
fn bins_widen_when_there_are_too_many() {
    let mut t = Tally::default();
    for s in 0..200_000 {
        t.add(
            Timestamp(s * SECOND),
            Some(Level::Info),
            s % 2 == 0,
            Some(s as u64 % 3),
            None,
        );
    }
    assert_eq!(WIDTHS[t.width_idx()], 5);
    let t = t.settled();
    assert_eq!(t.bins().len(), 40_000);
    assert_eq!(t.n_timed(), 200_000);
    assert!(t.bins().iter().all(|bin| bin.by_level[3] == 5
        && matches!(&bin.ips, Counts::Exact(ips) if ips.entries.len() == 3)));
    // Within 5 s there are four gaps of 1 s; the fifth comes from the bin before.
    assert!(
        t.bins()
            .iter()
            .all(|bin| bin.gaps.n == 4 && bin.gaps.sum == 4_000_000)
    );
}

#[test]
fn records_of_all_ages_still_fit() {
    let mut t = Tally::default();
    for day in 0..80_000 {
        t.add(Timestamp(day * 86_400 * SECOND), None, false, None, None);
    }
    t.add(Timestamp(i64::MAX), None, false, None, None);
    t.add(Timestamp(i64::MIN), None, false, None, None);
    assert!(t.settled().bins().len() <= MAX_BINS);
}

#[test]
fn travels_as_few_bytes() {
    let mut t = Tally::default();
    for i in 0..100_000_u64 {
        let ip = crate::base::hash::combine(7, i * i % 997);
        t.add(
            Timestamp(i as i64 * 10_000),
            Some(Level::Info),
            false,
            Some(ip),
            None,
        );
    }
    let wire = bytes(&t);
    let back: Tally = postcard::from_bytes(&wire).unwrap();
    assert_eq!(bytes(&back), wire);
    // 1,000 bins with up to 100 addresses each: far less than 8 bytes for each of the 60,000 pairs.
    assert!(wire.len() < 300_000, "{}", wire.len());
}

#[test]
fn a_damaged_tally_is_refused() {
    let mut wire = bytes(&tally(&[1.0]));
    wire[0] = 99;
    assert!(postcard::from_bytes::<Tally>(&wire).is_err());
}

/// Records a millisecond apart, each from another address, where `n_each` say something in turn.
fn crowd(records: std::ops::Range<u64>, n_each: u64) -> Tally {
    let mut tally = Tally::default();
    for i in records {
        let ip = crate::base::hash::combine(7, i / n_each);
        let t = Timestamp(i as i64 * 40);
        tally.add(t, Some(Level::Info), false, Some(ip), Some(i % 70));
    }
    tally
}

#[test]
fn crowds_become_sketches_whatever_the_blocks_are() {
    let n = 1_300_000;
    for n_each in [1, 3] {
        let whole = crowd(0..n, n_each).settled();
        // 25,000 records a second: bins of 5 s with 125,000 addresses, or of 1 s with 8,333.
        let is_sketch = |bin: &Bin| matches!(bin.ips, Counts::Sketch(_));
        assert!(
            whole.bins().iter().any(is_sketch) == (n_each == 1),
            "{}",
            whole.bins().len()
        );
        assert!(
            whole
                .bins()
                .iter()
                .all(|bin| matches!(bin.users, Counts::Exact(_)))
        );
        let whole = bytes(&whole);
        for cuts in [
            vec![1],
            vec![25_000, 50_001],
            vec![120_000, 250_000, 499_999],
        ] {
            let ends = cuts.iter().copied().chain([n]);
            let starts = [0].into_iter().chain(cuts.iter().copied());
            let blocks = starts.zip(ends).map(|(from, to)| crowd(from..to, n_each));
            let travelled = |block: Tally| postcard::from_bytes::<Tally>(&bytes(&block)).unwrap();
            let blocks: Vec<Tally> = blocks.map(travelled).collect();
            // From the right: the later blocks are one already when the first comes.
            let merged = blocks.into_iter().rev().reduce(|later, mut before| {
                before.merge(later);
                before
            });
            assert_eq!(bytes(&merged.unwrap()), whole, "cut at {cuts:?}");
        }
    }
}

#[test]
fn memory_is_bounded_however_many_there_are() {
    // A day of a hundred addresses a second, none of them twice.
    let mut tally = Tally::default();
    for i in 0..4_320_000_u64 {
        let ip = crate::base::hash::combine(3, i);
        tally.add(Timestamp(i as i64 * 20_000), None, false, Some(ip), None);
    }
    let tally = tally.settled();
    assert!(tally.n_identities <= MANY_PAIRS, "{}", tally.n_identities);
    let held = |bin: &Bin| match &bin.ips {
        Counts::Exact(exact) => 16 * exact.entries.len(),
        Counts::Sketch(_) => sketch::N_REGISTERS + 4 * sketch::N_BUCKETS,
    };
    let n_bytes: usize = tally.bins().iter().map(held).sum();
    assert!(n_bytes <= 16 * MANY_PAIRS, "{n_bytes}");
    // Windows are not wider than a minute for that.
    assert!(WIDTHS[tally.width_idx()] <= 60);
}

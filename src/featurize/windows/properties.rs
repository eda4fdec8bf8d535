//! The same windows however the log was cut into blocks.

use proptest::prelude::*;

use super::*;
use crate::parse::Level;

type Record = (i64, u8, bool, Option<u64>, Option<u64>);

fn tally(records: &[Record]) -> Tally {
    let mut tally = Tally::default();
    for (t, level, is_failed_login, ip, user) in records {
        let level = [None, Some(Level::Info), Some(Level::Error)][usize::from(*level)];
        tally.add(Timestamp(*t), level, *is_failed_login, *ip, *user);
    }
    tally
}

/// A clock that mostly goes forward, by steps of very different sizes, and a few wild jumps.
fn log() -> impl Strategy<Value = Vec<Record>> {
    let step = prop_oneof![
        8 => 0..2_000_000_i64,
        2 => -3_000_000..400_000_000_i64,
        1 => any::<i64>().prop_map(|t| t >> 12),
    ];
    let identity = || proptest::option::of(0..20_u64);
    let record = (step, 0..3_u8, any::<bool>(), identity(), identity());
    proptest::collection::vec(record, 1..300).prop_map(|mut records| {
        let mut t = 1_700_000_000_000_000_i64;
        for record in &mut records {
            t = t.saturating_add(record.0).clamp(-(1 << 61), 1 << 61);
            record.0 = t;
        }
        records
    })
}

proptest! {
    #[test]
    fn windows_do_not_depend_on_blocks(
        records in log(),
        cuts in proptest::collection::vec(0..300_usize, 0..6),
        is_right_first in any::<bool>(),
    ) {
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(records.len())).collect();
        cuts.extend([0, records.len()]);
        cuts.sort_unstable();
        let mut blocks: Vec<Tally> = cuts.windows(2).map(|c| tally(&records[c[0]..c[1]])).collect();
        // Through the wire, as blocks come from workers, and merged from either side.
        for block in &mut blocks {
            *block = postcard::from_bytes(&postcard::to_stdvec(block).unwrap()).unwrap();
        }
        while blocks.len() > 1 {
            let at = if is_right_first { blocks.len() - 2 } else { 0 };
            let later = blocks.remove(at + 1);
            blocks[at].merge(later);
        }
        let whole = tally(&records);
        prop_assert_eq!(postcard::to_stdvec(&blocks[0]).unwrap(), postcard::to_stdvec(&whole).unwrap());
        let params = WindowsParams::default().check().unwrap();
        let windows = params.windows(&whole).unwrap();
        prop_assert_eq!(&params.windows(&blocks[0]).unwrap(), &windows);
        prop_assert!(windows.rows.iter().all(|value| value.is_finite()));
        prop_assert!(windows.n_windows() <= MAX_WINDOWS);
        let n_records = windows.rows.column(feature::EVENTS).sum() as u64 + windows.n_outside;
        prop_assert_eq!(n_records, records.len() as u64);
    }
}

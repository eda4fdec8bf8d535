//! Any bytes: a timestamp that is found lies where it is said to be, and is found again there.
#![no_main]

use libfuzzer_sys::fuzz_target;
use logloupe::base::calendar::Calendar;
use logloupe::base::time::Timestamp;
use logloupe::base::zone::Zone;
use logloupe::parse::DayMonth;
use logloupe::parse::timestamp::{Clock, at, find};

fuzz_target!(|line: &[u8]| {
    for order in [DayMonth::MonthFirst, DayMonth::DayFirst] {
        let clock = Clock { order };
        let calendar = Calendar::new(&Zone::utc(), Timestamp(1_714_564_800_000_000));
        if let Some(found) = find(line, 0, line.len(), order) {
            assert!(found.start < found.end && found.end <= line.len());
            let _ = calendar.instant(clock.resolve(found.moment));
        }
        for start in 0..line.len().min(64) {
            for is_lead in [false, true] {
                if let Some(found) = at(line, start, order, is_lead) {
                    assert!(found.start >= start && found.end <= line.len());
                    let _ = calendar.instant(clock.resolve(found.moment));
                }
            }
        }
    }
});

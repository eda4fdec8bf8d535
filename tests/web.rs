//! The golden logs in a real browser: the same bytes as natively.

#![cfg(target_arch = "wasm32")]

#[path = "golden/mod.rs"]
mod golden;

use jiff::tz::{self, TimeZone};
use logloupe::base::time::{DAY, SECOND, Timestamp};
use logloupe::base::zone::Zone;
use logloupe::local::Layout;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_dedicated_worker);

#[wasm_bindgen_test]
fn reports_are_the_same_bytes_as_natively() {
    for log in golden::all() {
        let found = golden::committed(&golden::run(log.name, &log.bytes, Layout::default()));
        assert!(
            found == log.report,
            "{}: the report differs from the native one",
            log.name
        );
    }
}

/// Zones whose rules changed where the browser's database may be of another year than ours are too few to matter here.
const MOST_OTHERS: usize = 3;

#[wasm_bindgen_test]
fn the_browser_knows_the_zones_as_natively() {
    logloupe::web::start();
    let zones = [
        "Africa/Cairo",
        "Africa/Casablanca",
        "Africa/Johannesburg",
        "Africa/Monrovia",
        "America/Anchorage",
        "America/Argentina/Buenos_Aires",
        "America/Bogota",
        "America/Caracas",
        "America/Chicago",
        "america/new_york",
        "America/Santiago",
        "America/Sao_Paulo",
        "America/St_Johns",
        "Antarctica/Troll",
        "Asia/Dhaka",
        "Asia/Gaza",
        "Asia/Kathmandu",
        "Asia/Kolkata",
        "Asia/Pyongyang",
        "Asia/Shanghai",
        "Asia/Tehran",
        "Asia/Tokyo",
        "Atlantic/Azores",
        "Australia/Lord_Howe",
        "Australia/Sydney",
        "Europe/Berlin",
        "Europe/Dublin",
        "Europe/Istanbul",
        "Europe/London",
        "Europe/Moscow",
        "Pacific/Apia",
        "Pacific/Auckland",
        "Pacific/Chatham",
        "Pacific/Kiritimati",
    ];
    let mut others = Vec::new();
    for name in zones {
        let ours = Zone::parse(name).expect("the browser knows it");
        let theirs: TimeZone = tz::db().get(name).expect("jiff knows it");
        let is_same = (1..130 * 366).all(|day| {
            let instant = Timestamp(day * DAY + 3 * SECOND);
            let at = jiff::Timestamp::from_microsecond(instant.0).expect("it is in range");
            let offset = i64::from(theirs.to_offset(at).seconds()) * SECOND;
            ours.to_local(instant) == instant.0 + offset || day > 130 * 365
        });
        if !is_same {
            others.push(name);
        }
        assert!(ours.name().eq_ignore_ascii_case(name), "{}", ours.name());
    }
    assert!(others.len() <= MOST_OTHERS, "{others:?}");
    for name in ["Middle/Earth", "", "Europe/"] {
        assert!(Zone::parse(name).is_err(), "{name}");
    }
}

//! The shapes, as a table: line → instant in UTC.

use super::*;
use crate::base::calendar::Calendar;
use crate::base::time::HOUR;
use crate::base::zone::Zone;

fn text(instant: Timestamp) -> String {
    jiff::Timestamp::from_microsecond(instant.0)
        .unwrap()
        .to_string()
}

/// The instant of a moment in a file of this date.
fn resolved(zone: &str, reference: &str, moment: Moment) -> Timestamp {
    let reference: jiff::Timestamp = reference.parse().unwrap();
    let reference = Timestamp(reference.as_microsecond());
    let clock = Clock {
        order: DayMonth::MonthFirst,
    };
    Calendar::new(&Zone::parse(zone).unwrap(), reference).instant(clock.resolve(moment))
}

fn check(line: &str, want: &str) {
    let found = find(line.as_bytes(), 0, 160, DayMonth::MonthFirst);
    let got = found.map_or_else(String::new, |found| {
        text(resolved("UTC", "2024-05-01T12:00:00Z", found.moment))
    });
    assert_eq!(got, want, "{line}");
}

#[test]
fn every_shape_in_use_is_read() {
    for (line, want) in [
        ("2023-04-05T06:07:08Z up", "2023-04-05T06:07:08Z"),
        (
            "2023-04-05T06:07:08.123456789+02:00 up",
            "2023-04-05T04:07:08.123456Z",
        ),
        ("2023-04-05 06:07:08,5 up", "2023-04-05T06:07:08Z"),
        ("2023-04-05 06:07:08,512 up", "2023-04-05T06:07:08.512Z"),
        ("2023-04-05T06:07Z up", "2023-04-05T06:07:00Z"),
        ("20230405T060708Z up", "2023-04-05T06:07:08Z"),
        ("20230405_060708 -0330 up", "2023-04-05T09:37:08Z"),
        ("20230405060708.25 up", "2023-04-05T06:07:08.25Z"),
        ("20230405-6:7:8:25|Step", "2023-04-05T06:07:08Z"),
        ("2023-4-5+6-7-8.9 up", "2023-04-05T06:07:08.9Z"),
        ("2023/04/05 06-07-08: up", "2023-04-05T06:07:08Z"),
        (
            "2023-04-05-06.07.08.123456 up",
            "2023-04-05T06:07:08.123456Z",
        ),
        ("2023.04.05 06:07:08 up", "2023-04-05T06:07:08Z"),
        ("2023-095T06:07:08 up", "2023-04-05T06:07:08Z"),
        ("2023-W14-3T06:07:08 up", "2023-04-05T06:07:08Z"),
        (
            "2023 Apr 5 06:07:08 \u{2212}01:00 up",
            "2023-04-05T07:07:08Z",
        ),
        ("23/04/05 06:07:08 INFO up", "2023-04-05T06:07:08Z"),
        ("230405 060708 148 INFO up", "2023-04-05T06:07:08Z"),
        ("230405  6:07:08 up", "2023-04-05T06:07:08Z"),
        ("04/05/2023 06:07:08 PM up", "2023-04-05T18:07:08Z"),
        ("13/05/2023 06:07:08 up", "2023-05-13T06:07:08Z"),
        ("5.4.2023 06:07:08 up", "2023-04-05T06:07:08Z"),
        ("4/5/2023, 12:07:08 a.m. up", "2023-04-05T00:07:08Z"),
        ("[05/Apr/2023:06:07:08 +0200] up", "2023-04-05T04:07:08Z"),
        ("05-Apr-2023 06:07:08.063 up", "2023-04-05T06:07:08.063Z"),
        ("5 Apr 2023 06:07:08 up", "2023-04-05T06:07:08Z"),
        ("Wed, 5 Apr 2023 06:07:08 GMT up", "2023-04-05T06:07:08Z"),
        (
            "Wed, 05 Apr 2023 06:07:08 GMT+0200 up",
            "2023-04-05T04:07:08Z",
        ),
        ("Wed Apr  5 06:07:08 2023 up", "2023-04-05T06:07:08Z"),
        (
            "Wed Apr  5 06:07:08.25 CEST 2023 up",
            "2023-04-05T04:07:08.25Z",
        ),
        (
            "WEDNESDAY, April 5, 2023 06:07:08 am up",
            "2023-04-05T06:07:08Z",
        ),
        ("wed. apr. 5 2023 06:07:08 pdt", "2023-04-05T13:07:08Z"),
        ("Apr 5, 2023 at 6:07:08 PM up", "2023-04-05T18:07:08Z"),
        ("Apr  5 06:07:08 host up", "2024-04-05T06:07:08Z"),
        ("Jun  5 06:07:08 host up", "2023-06-05T06:07:08Z"),
        ("04-05 06:07:08.811  170 up", "2024-04-05T06:07:08.811Z"),
        ("[04.05 06:07:08] up", "2024-04-05T06:07:08Z"),
        ("1680674828 up", "2023-04-05T06:07:08Z"),
        ("1680674828.5 up", ""),
        ("1680674828.250 up", "2023-04-05T06:07:08.25Z"),
        ("1680674828123 up", "2023-04-05T06:07:08.123Z"),
        ("1680674828123456 up", "2023-04-05T06:07:08.123456Z"),
        ("1680674828123456789 up", "2023-04-05T06:07:08.123456Z"),
        (
            "4711 1680674828.000001 execve()",
            "2023-04-05T06:07:08.000001Z",
        ),
        (
            "msg=audit(1680674828.363:24287): up",
            "2023-04-05T06:07:08.363Z",
        ),
        ("[    1.003000] up", "1970-01-01T00:00:01.003Z"),
        ("[+2147.35s] up", "1970-01-01T00:35:47.35Z"),
        ("08:09:33.814936 up", "2024-05-01T08:09:33.814936Z"),
        ("18:09:33 up", "2024-04-30T18:09:33Z"),
        (
            "@40000000433225833b6e1a8c up",
            "2005-09-22T03:31:05.997071Z",
        ),
        ("2023-04-05 06:07:60 up", "2023-04-05T06:08:00Z"),
        ("END-DATE:2023-04-05  06:07:08", "2023-04-05T06:07:08Z"),
        (
            "api.log.1.2023-01-01_00:00:00 2023-04-05 06:07:08.008 up",
            "2023-04-05T06:07:08.008Z",
        ),
        ("2023-04-05 06:07:08 - INFO up", "2023-04-05T06:07:08Z"),
        (
            "2023-04-05 06:07:08 cat: no such file",
            "2023-04-05T06:07:08Z",
        ),
        ("2023-04-05 06:07:08 CAT", "2023-04-05T04:07:08Z"),
        ("2023-04-05 06:07:08 POST /", "2023-04-05T06:07:08Z"),
        ("Wed, 05 Apr 23 06:07:08 EST up", "2023-04-05T11:07:08Z"),
        ("4/5/23, 6:07 PM up", "2023-04-05T18:07:00Z"),
        ("2023_04_05 06:07:08 up", "2023-04-05T06:07:08Z"),
        ("20230405060708250 up", "2023-04-05T06:07:08.25Z"),
        ("05-Apr-2023::06:07:08 up", "2023-04-05T06:07:08Z"),
        ("2023-04-05 06:07:08 UTC-5 up", "2023-04-05T11:07:08Z"),
    ] {
        check(line, want);
    }
}

#[test]
fn a_zone_that_is_named_twice_belongs_to_the_stamp() {
    for (line, rest) in [
        ("2023-04-05T06:07:08+02:00[Europe/Berlin] up", " up"),
        ("2023-04-05T06:07:08Z[UTC] up", " up"),
        ("2023-04-05 06:07:08 -0500 EST up", " up"),
        ("2023-04-05 06:07:08 -0500 CET up", " CET up"),
        ("2023-04-05T06:07:08Z[INFO] up", "[INFO] up"),
    ] {
        let found = find(line.as_bytes(), 0, 160, DayMonth::MonthFirst).unwrap();
        assert_eq!(&line[found.end..], rest, "{line}");
    }
}

#[test]
fn what_is_no_date_is_no_timestamp() {
    for line in [
        "2023-13-05 06:07:08",
        "2023-02-30 06:07:08",
        "2023-02-29 06:07:08",
        "2023-04-05 24:07:08",
        "2023-04-05 06:61:08",
        "10.250.19.102:50010 is added",
        "blk_1608999687919862906 replicated",
        "took 12:30:45 to run",
        "version 2023.04.05-1",
        "order 1680674828 shipped",
        "Maybe 5 of them",
        "Marching 5 06:07:08",
        "",
        "99999999999999999999999",
    ] {
        check(line, "");
    }
}

#[test]
fn a_year_less_day_lands_on_the_latest_year_that_has_it() {
    for (reference, month, day, want) in [
        ("2024-01-02T00:00:00Z", 12, 31, "2023-12-31T10:00:00Z"),
        ("2023-12-30T09:00:00Z", 12, 31, "2022-12-31T10:00:00Z"),
        ("2023-12-31T11:00:00Z", 1, 1, "2024-01-01T10:00:00Z"),
        ("2023-12-31T11:00:00Z", 12, 31, "2023-12-31T10:00:00Z"),
        ("2023-05-01T00:00:00Z", 2, 29, "2020-02-29T10:00:00Z"),
        ("1905-05-01T00:00:00Z", 2, 29, "1904-02-29T10:00:00Z"),
        ("1903-05-01T00:00:00Z", 2, 29, "1896-02-29T10:00:00Z"),
    ] {
        let moment = Moment::YearLess {
            month,
            day,
            time: 10 * HOUR,
            offset: None,
        };
        let got = resolved("UTC", reference, moment);
        assert_eq!(text(got), want, "{reference} {month}-{day}");
    }
}

#[test]
fn zone_and_order_fill_in_what_is_missing() {
    for (line, want) in [
        ("04/05/2023 06:07:08 up", "2023-05-04T10:07:08Z"),
        ("05/13/2023 06:07:08 up", "2023-05-13T10:07:08Z"),
        ("2023-01-05 06:07:08 up", "2023-01-05T11:07:08Z"),
        ("2023-01-05 06:07:08Z up", "2023-01-05T06:07:08Z"),
    ] {
        let found = find(line.as_bytes(), 0, 160, DayMonth::DayFirst).unwrap();
        let got = resolved("America/New_York", "2024-05-01T12:00:00Z", found.moment);
        assert_eq!(text(got), want, "{line}");
    }
}

#[test]
fn numbers_beyond_all_times_are_none() {
    for line in [
        "@aaaaaaaaaaaaaaaaaaaaaaaa",
        "@ffffffffffffffffffffffff",
        "@7fffffffffffffffffffffff",
        "@400000000000000000000000",
    ] {
        let found = find(line.as_bytes(), 0, line.len(), DayMonth::MonthFirst);
        assert_eq!(found, None, "{line}");
    }
}

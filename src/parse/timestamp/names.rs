//! Names of months, weekdays and time zones → numbers.

/// Length of the run of ASCII letters at `at`, counted up to 16.
#[inline]
pub(super) fn letters(line: &[u8], at: usize) -> usize {
    let rest = line.get(at..).unwrap_or_default();
    rest.iter()
        .take(16)
        .take_while(|byte| byte.is_ascii_alphabetic())
        .count()
}

const MONTHS: [&[u8]; 12] = [
    b"january",
    b"february",
    b"march",
    b"april",
    b"may",
    b"june",
    b"july",
    b"august",
    b"september",
    b"october",
    b"november",
    b"december",
];

const WEEKDAYS: [&[u8]; 7] = [
    b"monday",
    b"tuesday",
    b"wednesday",
    b"thursday",
    b"friday",
    b"saturday",
    b"sunday",
];

fn is_prefix(word: &[u8], full: &[u8]) -> bool {
    full.get(..word.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(word))
}

/// The month (1 to 12) whose name or usual abbreviation begins at `at` and ends before a non-letter, and that end.
#[inline]
pub(super) fn month(line: &[u8], at: usize) -> Option<(i64, usize)> {
    let n = letters(line, at);
    if !(3..=9).contains(&n) {
        return None;
    }
    let word = &line[at..at + n];
    let number = match [word[0] | 32, word[1] | 32, word[2] | 32] {
        [b'j', b'a', b'n'] => 1,
        [b'f', b'e', b'b'] => 2,
        [b'm', b'a', b'r'] => 3,
        [b'a', b'p', b'r'] => 4,
        [b'm', b'a', b'y'] => 5,
        [b'j', b'u', b'n'] => 6,
        [b'j', b'u', b'l'] => 7,
        [b'a', b'u', b'g'] => 8,
        [b's', b'e', b'p'] => 9,
        [b'o', b'c', b't'] => 10,
        [b'n', b'o', b'v'] => 11,
        [b'd', b'e', b'c'] => 12,
        _ => return None,
    };
    let full = MONTHS[number - 1];
    let is_name = n == 3 || n == full.len() || (n == 4 && number == 9);
    (is_name && (n == 3 || is_prefix(word, full))).then_some((number as i64, at + n))
}

/// The end of the weekday's name or usual abbreviation that begins at `at`.
#[inline]
pub(super) fn weekday(line: &[u8], at: usize) -> Option<usize> {
    let n = letters(line, at);
    if !(3..=9).contains(&n) {
        return None;
    }
    let word = &line[at..at + n];
    if !matches!(
        &[word[0] | 32, word[1] | 32, word[2] | 32],
        b"mon" | b"tue" | b"wed" | b"thu" | b"fri" | b"sat" | b"sun"
    ) {
        return None;
    }
    WEEKDAYS
        .iter()
        .any(|full| (n <= 5 || n == full.len()) && is_prefix(word, full))
        .then_some(at + n)
}

/// Seconds east of UTC for a zone's usual abbreviation, in capitals or, unless it reads as an English word, in small
/// letters. `word` holds nothing but letters.
pub(super) fn zone_offset(word: &[u8]) -> Option<i32> {
    let bit = |idx: usize| {
        word.get(idx)
            .map_or(0, |letter| 1 << ((letter | 32) - b'a'))
    };
    let (seconds, thirds) = SHAPES[usize::from((word.first()? | 32) - b'a')];
    if seconds & bit(1) == 0 || (word.len() > 2 && thirds & bit(2) == 0) {
        return None;
    }
    let is_lower = word.iter().all(u8::is_ascii_lowercase);
    if !(2..=5).contains(&word.len()) || !(is_lower || word.iter().all(u8::is_ascii_uppercase)) {
        return None;
    }
    let idx = KEYS
        .binary_search_by_key(&key(word), |(key, _)| *key)
        .ok()?;
    let (name, hhmm) = ZONES[usize::from(KEYS[idx].1)];
    if is_lower && ENGLISH.contains(&name) {
        return None;
    }
    Some(hhmm / 100 * 3600 + hhmm % 100 * 60)
}

/// For every first letter the second and the third letters of zone names, as bits: rules out most other words.
const SHAPES: [(u32, u32); 26] = {
    let mut shapes = [(0, 0); 26];
    let mut idx = 0;
    while idx < ZONES.len() {
        let name = ZONES[idx].0.as_bytes();
        let shape = &mut shapes[(name[0] - b'A') as usize];
        shape.0 |= 1 << (name[1] - b'A');
        if name.len() > 2 {
            shape.1 |= 1 << (name[2] - b'A');
        }
        idx += 1;
    }
    shapes
};

/// Up to five letters as one number, in capitals: a look-up compares integers.
const fn key(word: &[u8]) -> u64 {
    let mut packed = 0;
    let mut idx = 0;
    while idx < word.len() {
        packed = packed << 8 | word[idx].to_ascii_uppercase() as u64;
        idx += 1;
    }
    packed
}

/// The names as numbers with their places in [`ZONES`], sorted for binary search.
const KEYS: [(u64, u16); ZONES.len()] = {
    let mut keys = [(0, 0); ZONES.len()];
    let mut n_sorted = 0;
    while n_sorted < ZONES.len() {
        let name = key(ZONES[n_sorted].0.as_bytes());
        let mut slot = n_sorted;
        while slot > 0 && keys[slot - 1].0 > name {
            keys[slot] = keys[slot - 1];
            slot -= 1;
        }
        keys[slot] = (name, n_sorted as u16);
        n_sorted += 1;
    }
    keys
};

/// Zone names that in small letters are far more often a word, a host or a program.
const ENGLISH: [&str; 21] = [
    "ACT", "ART", "BIT", "BOT", "CAT", "COST", "EAST", "EAT", "ECT", "GET", "GIT", "IOT", "MART",
    "MET", "MIST", "NUT", "PET", "VET", "VOLT", "WEST", "WIT",
];

/// Offsets as signed hhmm.
///
/// Where a name is used in several places, the one with the civil meaning most people know is taken: IST is India, CST, EST,
/// MST and PST are North America, BST is Britain. GET (Georgia) is left out: in logs it is an HTTP method.
#[rustfmt::skip]
const ZONES: [(&str, i32); 196] = [
    ("ACDT", 1030), ("ACST", 930), ("ACT", -500), ("ACWST", 845), ("ADT", -300), ("AEDT", 1100), ("AEST", 1000), ("AET", 1000),
    ("AFT", 430), ("AKDT", -800), ("AKST", -900), ("ALMT", 600), ("AMST", -300), ("AMT", -400), ("ANAT", 1200), ("AQTT", 500),
    ("ART", -300), ("AST", -400), ("AWST", 800), ("AZOST", 0), ("AZOT", -100), ("AZT", 400), ("BIOT", 600), ("BIT", -1200),
    ("BNT", 800), ("BOT", -400), ("BRST", -200), ("BRT", -300), ("BST", 100), ("BTT", 600), ("CAT", 200), ("CCT", 630),
    ("CDT", -500), ("CEST", 200), ("CET", 100), ("CHADT", 1345), ("CHAST", 1245), ("CHOST", 900), ("CHOT", 800), ("CHST", 1000),
    ("CHUT", 1000), ("CIST", -800), ("CKT", -1000), ("CLST", -300), ("CLT", -400), ("COST", -400), ("COT", -500), ("CST", -600),
    ("CVT", -100), ("CWST", 845), ("CXT", 700), ("DAVT", 700), ("DDUT", 1000), ("DFT", 100), ("EASST", -500), ("EAST", -600),
    ("EAT", 300), ("ECT", -500), ("EDT", -400), ("EEST", 300), ("EET", 200), ("EGST", 0), ("EGT", -100), ("EST", -500),
    ("FET", 300), ("FJT", 1200), ("FKST", -300), ("FKT", -400), ("FNT", -200), ("GALT", -600), ("GAMT", -900), ("GFT", -300),
    ("GILT", 1200), ("GIT", -900), ("GMT", 0), ("GST", 400), ("GYT", -400), ("HAEC", 200), ("HDT", -900), ("HKT", 800),
    ("HMT", 500), ("HOVST", 800), ("HOVT", 700), ("HST", -1000), ("ICT", 700), ("IDLW", -1200), ("IDT", 300), ("IOT", 600),
    ("IRDT", 430), ("IRKT", 800), ("IRST", 330), ("IST", 530), ("JST", 900), ("KALT", 200), ("KGT", 600), ("KOST", 1100),
    ("KRAT", 700), ("KST", 900), ("LHST", 1030), ("LINT", 1400), ("MAGT", 1200), ("MART", -930), ("MAWT", 500), ("MDT", -600),
    ("MEST", 200), ("MESZ", 200), ("MET", 100), ("MEZ", 100), ("MHT", 1200), ("MIST", 1100), ("MIT", -930), ("MMT", 630),
    ("MSD", 400), ("MSK", 300), ("MST", -700), ("MUT", 400), ("MVT", 500), ("MYT", 800), ("NCT", 1100), ("NDT", -230),
    ("NFT", 1100), ("NOVT", 700), ("NPT", 545), ("NST", -330), ("NT", -330), ("NUT", -1100), ("NZDT", 1300), ("NZST", 1200),
    ("OMST", 600), ("ORAT", 500), ("PDT", -700), ("PET", -500), ("PETT", 1200), ("PGT", 1000), ("PHOT", 1300), ("PHST", 800),
    ("PHT", 800), ("PKT", 500), ("PMDT", -200), ("PMST", -300), ("PONT", 1100), ("PST", -800), ("PWT", 900), ("PYST", -300),
    ("PYT", -400), ("RET", 400), ("ROTT", -300), ("SAKT", 1100), ("SAMT", 400), ("SAST", 200), ("SBT", 1100), ("SCT", 400),
    ("SDT", -1000), ("SGT", 800), ("SLST", 530), ("SRET", 1100), ("SRT", -300), ("SST", -1100), ("SYOT", 300), ("TAHT", -1000),
    ("TFT", 500), ("THA", 700), ("TJT", 500), ("TKT", 1300), ("TLT", 900), ("TMT", 500), ("TOT", 1300), ("TRT", 300),
    ("TST", 800), ("TVT", 1200), ("ULAST", 900), ("ULAT", 800), ("UT", 0), ("UTC", 0), ("UYST", -200), ("UYT", -300),
    ("UZT", 500), ("VET", -400), ("VLAT", 1000), ("VOLT", 300), ("VOST", 600), ("VUT", 1100), ("WAKT", 1200), ("WAST", 200),
    ("WAT", 100), ("WEST", 100), ("WET", 0), ("WGST", -200), ("WGT", -300), ("WIB", 700), ("WIT", 900), ("WITA", 800),
    ("WST", 800), ("YAKT", 900), ("YEKT", 500), ("ZULU", 0),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_zone_is_listed_twice() {
        assert!(KEYS.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }

    #[test]
    fn zones_are_known_in_capitals_and_small_letters_but_not_as_words() {
        for (word, want) in [
            ("PST", Some(-28_800)),
            ("pst", Some(-28_800)),
            ("NPT", Some(20_700)),
            ("MART", Some(-34_200)),
            ("YEKT", Some(18_000)),
            ("cat", None),
            ("Cat", None),
            ("FOO", None),
            ("GET", None),
        ] {
            assert_eq!(zone_offset(word.as_bytes()), want, "{word}");
        }
    }

    #[test]
    fn months_and_weekdays_need_a_whole_name() {
        assert_eq!(month(b"SEPT 1", 0), Some((9, 4)));
        assert_eq!(month(b"december", 0), Some((12, 8)));
        assert_eq!(month(b"Marvel", 0), None);
        assert_eq!(month(b"Maybe", 0), None);
        assert_eq!(weekday(b"Thurs, ", 0), Some(5));
        assert_eq!(weekday(b"Sunny", 0), None);
    }
}

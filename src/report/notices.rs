//! What the reader should know about how the answer came about: damage, guesses, limits.

use std::collections::BTreeMap;

use super::conservation;
use super::findings::{FileFindings, Findings};
use super::words;
use super::{Notice, Totals};
use crate::featurize::sessions::SESSION_CAP;
use crate::featurize::tally::EXACT_IDENTITIES;
use crate::featurize::tally::sketch::ERROR_PERCENT;
use crate::featurize::windows::WidthNote;
use crate::parse::formats::FormatId;
use crate::parse::{Basis, Shape};
use crate::shard::wire::Summary;

/// Notices of one kind that are said one by one.
const SAID: usize = 10;

/// Everything there is to say.
pub(super) fn notices(findings: &Findings, totals: &Totals, timezone: &str) -> Vec<Notice> {
    let mut notices: Vec<Notice> = Vec::new();
    let mut n_of_code: BTreeMap<String, usize> = BTreeMap::new();
    let mut say = |code: &str, message: String| {
        let n = n_of_code.entry(code.to_owned()).or_default();
        *n += 1;
        if *n <= SAID {
            notices.push(Notice {
                code: code.to_owned(),
                message,
            });
        }
    };
    for what in conservation::faults(findings) {
        say(
            "conservation",
            format!(
                "The numbers do not add up: {what}. This is a fault in Logloupe; do not rely on this answer."
            ),
        );
    }
    about_files(findings, totals, &mut say);
    about_lines(findings, totals, &mut say);
    about_zones(findings, timezone, &mut say);
    about_limits(findings, &mut say);
    about_clusters(findings, &mut say);
    about_windows(findings, &mut say);
    let unsaid = n_of_code.into_iter().filter(|(_, n)| *n > SAID);
    notices.extend(unsaid.map(|(code, n)| Notice {
        message: match code.as_str() {
            "leftOut" => format!(
                "Left out: {} that cannot be analysed.",
                words::counted((n - SAID) as u64, "more file")
            ),
            "changed" => format!(
                "{} changed, moved or removed while they were read.",
                words::counted((n - SAID) as u64, "more file")
            ),
            _ => format!(
                "There is the like to say of {}.",
                words::counted((n - SAID) as u64, "more file")
            ),
        },
        code,
    }));
    notices
}

/// How far reading came, where it was ended by hand.
fn stopped(findings: &Findings, totals: &Totals) -> Option<String> {
    let mut unread = findings.inputs.iter();
    if !unread.any(|input| input.is_stopped && input.is_short()) {
        return None;
    }
    let (n_read, n_bytes) = (totals.n_bytes_read, totals.byte_len);
    Some(format!(
        "Reading was stopped at {} %: this is about the first {} of {} ({}); the other {} were not read.",
        // All that was read is not all there is.
        (100.0 * n_read / n_bytes).floor().min(99.0),
        words::byte_len(n_read),
        words::byte_len(n_bytes),
        words::counted(u64::from(totals.n_lines), "line"),
        words::byte_len(n_bytes - n_read),
    ))
}

fn about_files(findings: &Findings, totals: &Totals, say: &mut impl FnMut(&str, String)) {
    for reason in &findings.left_out {
        say("leftOut", format!("Left out: {reason}."));
    }
    if let Some(message) = stopped(findings, totals) {
        say("stopped", message);
    }
    for input in &findings.inputs {
        let name = words::quoted(&input.name);
        if let Some(fault) = &input.fault {
            say("damaged", format!("{name}: {fault}."));
        }
        for note in &input.notes {
            say("container", format!("{name}: {note}."));
        }
        if input.is_stopped {
            // Said once, of all files together.
        } else if input.is_short() {
            let (read, all) = (words::count(input.n_read), words::count(input.byte_len));
            say(
                "changed",
                format!(
                    "{name} was changed, moved or removed while it was read: the first {read} of {all} bytes were analysed."
                ),
            );
        } else if input.is_changed_since {
            say(
                "changed",
                format!(
                    "{name} was changed, moved or removed after it was read: it was analysed as it was before, but its lines cannot be shown any more."
                ),
            );
        }
    }
    for file in &findings.files {
        let name = words::quoted(&file.name);
        if let Some(fault) = &file.fault {
            say("damaged", format!("{name}: {fault}."));
        }
        if let Some(n) = n_broken_objects(file) {
            let n = words::counted(n, "line");
            say(
                "brokenObjects",
                format!(
                    "{name}: {n} not a whole JSON object, read as far as it can be understood."
                ),
            );
        }
        if let Shape::Csv(columns) = &file.plan.shape
            && columns.message.is_none()
        {
            say(
                "noMessageColumn",
                format!(
                    "{name}: no column has a name such as “message” or “text”, so each record is read as a whole."
                ),
            );
        }
        if file.plan.is_year_assumed {
            say(
                "yearAssumed",
                format!(
                    "{name}: dates without a year; they are counted so that the last is not after the file's own date, and a new year begins where December turns into January."
                ),
            );
        }
        if file.plan.day_month_basis == Basis::Assumed {
            say(
                "ambiguousDates",
                format!(
                    "{name}: dates such as 3/4/2025 do not tell whether the day or the month comes first; the month was taken to come first. “Files” has a switch for that."
                ),
            );
        }
    }
}

/// Records of a file of JSON objects that are none, or end in the middle.
fn n_broken_objects(file: &FileFindings) -> Option<u64> {
    let sums = &file.sums;
    let is_json = |entry: &&(u16, u64)| FormatId(entry.0 as u8).format().name() == "json";
    let (_, n_objects) = *sums.formats.iter().find(is_json)?;
    let n_others = sums.n_records - n_objects;
    let is_about_objects = n_others <= 3 * n_objects && file.plan.shape == Shape::Lines;
    let n_broken = sums.n_open_objects + if is_about_objects { n_others } else { 0 };
    (n_broken > 0).then_some(n_broken)
}

fn about_lines(findings: &Findings, totals: &Totals, say: &mut impl FnMut(&str, String)) {
    if totals.n_invalid_utf8 > 0 {
        let n = words::counted(u64::from(totals.n_invalid_utf8), "byte sequence");
        say(
            "invalidUtf8",
            format!(
                "{n} not UTF-8; shown as \u{fffd}. Old programs write Latin-1: “Read it another way” has a box for that."
            ),
        );
    }
    let n_nul = findings.files.iter().map(|file| file.sums.n_nul).sum();
    if n_nul > 0 {
        let n = words::counted(n_nul, "NUL byte");
        say(
            "nul",
            format!("{n} in the text; those around the text of a line were skipped."),
        );
    }
    if totals.n_cut_lines > 0 {
        let n = words::counted(u64::from(totals.n_cut_lines), "line");
        say(
            "cutLines",
            format!("{n} longer than 1 MiB; only the beginning was analysed."),
        );
    }
    let sum =
        |of: fn(&Summary) -> u64| -> u64 { findings.files.iter().map(|file| of(&file.sums)).sum() };
    let n_hidden = sum(|sums| sums.n_hidden);
    if n_hidden > 0 {
        let n = words::counted(n_hidden, "character");
        say(
            "hiddenCharacters",
            format!(
                "{n} that cannot be seen, turn the direction of text, or pile up on one letter: what is shown may not be what is written."
            ),
        );
    }
    if totals.n_records == 0 {
        say(
            "noRecords",
            "No line has a visible character, so there is nothing to analyse.".to_owned(),
        );
    }
    let n_joined = sum(|sums| sums.n_joined);
    if n_joined > 0 {
        let n = words::counted(n_joined, "line");
        say(
            "joinedLines",
            format!(
                "{n} without a valid timestamp, although not indented like a stack trace, taken as part of the record above."
            ),
        );
    }
    let n_steps_back = findings.files.iter().map(|file| file.n_steps_back).sum();
    if n_steps_back > 0 {
        let n = words::counted(n_steps_back, "record");
        say(
            "outOfOrder",
            format!(
                "{n} more than a minute earlier than the one before: the clock was set back, or the log is not in the order of time. Times are taken as they are."
            ),
        );
    }
    if totals.n_records > 0 && totals.n_untimed == totals.n_records {
        say("untimed", "No record has a timestamp that was recognised, so there is no timeline and no incidents.".to_owned());
    } else if totals.n_untimed > 0 {
        let n = words::counted(u64::from(totals.n_untimed), "record");
        say(
            "someUntimed",
            format!("{n} without a timestamp; counted among the patterns, not on the timeline."),
        );
    }
}

fn about_zones(findings: &Findings, timezone: &str, say: &mut impl FnMut(&str, String)) {
    let sum = |of: fn(&FileFindings) -> u64| -> u64 { findings.files.iter().map(of).sum() };
    let n_assumed = sum(|file| file.n_zone_assumed);
    if n_assumed > 0 {
        let n = words::counted(n_assumed, "record");
        say(
            "zoneAssumed",
            format!(
                "{n} without a time zone, taken to be {timezone}. “Read it another way” has a box for another one."
            ),
        );
    }
    let n_skipped = sum(|file| file.clock_changes.n_skipped);
    if n_skipped > 0 {
        let n = words::counted(n_skipped, "record");
        say(
            "skippedTimes",
            format!(
                "{n} with a time that does not exist in {timezone}, because the clocks were put forward past it; read as if they had not been. Another time zone may be the right one."
            ),
        );
    }
    let n_repeated = sum(|file| file.clock_changes.n_repeated);
    if n_repeated > 0 {
        let n = words::counted(n_repeated, "record");
        say(
            "repeatedTimes",
            format!(
                "{n} with a time that came twice in {timezone}, because the clocks were put back; taken to be from before that."
            ),
        );
    }
}

fn about_limits(findings: &Findings, say: &mut impl FnMut(&str, String)) {
    if findings.is_miner_full {
        say(
            "templateCap",
            "There are more than 50,000 patterns; the last one listed stands for all further ones."
                .to_owned(),
        );
    }
    if findings.is_sessions_full {
        let n = words::count(SESSION_CAP as u64);
        say(
            "sessionCap",
            format!(
                "There are more than {n} sessions; those that begin after them are not followed."
            ),
        );
    }
    if findings.is_messages_full {
        say("messageCap", "There are too many distinct messages to score each; those beyond the cap are counted and scored together with others of their pattern.".to_owned());
    }
}

fn about_clusters(findings: &Findings, say: &mut impl FnMut(&str, String)) {
    let n_clustered = findings.clusters.messages.len();
    if (1..findings.messages.len()).contains(&n_clustered) {
        let n = words::count(n_clustered as u64);
        say(
            "clusterCap",
            format!(
                "Clusters were made of {n} distinct messages, the strangest and the most frequent; there are more."
            ),
        );
    }
}

fn about_windows(findings: &Findings, say: &mut impl FnMut(&str, String)) {
    if let Some(windows) = &findings.windows {
        if windows.n_outside > 0 {
            let n = words::counted(windows.n_outside, "record");
            say(
                "outlyingTimes",
                format!("{n} with a time far from all others; not on the timeline."),
            );
        }
        if windows.n_estimated > 0 {
            let n = words::counted(u64::from(windows.n_estimated), "window");
            let exact = words::count(EXACT_IDENTITIES as u64);
            say(
                "estimated",
                format!(
                    "{n} with too many different addresses or users to keep each of them ({exact} at once, fewer if the whole log is like that): how many there are is estimated there, usually within 2 % and hardly ever off by more than {ERROR_PERCENT} %."
                ),
            );
        }
        let width = words::duration(windows.width_us);
        match windows.note {
            Some(WidthNote::Widened) => say(
                "widened",
                format!("The log is long, so windows are {width} wide."),
            ),
            Some(WidthNote::NotAsAsked { asked }) => say(
                "windowWidth",
                format!("Windows of {asked} s do not fit this log; they are {width} wide."),
            ),
            Some(WidthNote::Narrowed) | None => {}
        }
    }
}

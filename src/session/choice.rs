//! What a person chose of how lines are read → the plan of a text, and a preview of what becomes of its first lines.

use super::{Engine, FileId};
use crate::base::calendar::Calendar;
use crate::base::written::Cycles;
use crate::base::zone::Zone;
use crate::error::{Error, ParamsError};
use crate::featurize::identifier::{Identifier, Place};
use crate::ingest::nested_name;
use crate::parse::groups::Groups;
use crate::parse::{DayMonth, ParsePlan, Parser, Pattern, Previewed};
use crate::protocol::{DayMonthChoice, LinePattern, Options, SessionChoice};
use crate::report::words;

/// Lines of a text that a preview shows.
const PREVIEW_LINES: usize = 20;
/// Bytes of each.
const PREVIEW_CAP: usize = 1 << 10;

/// How lines are to be read.
#[derive(Debug, Clone)]
pub(super) struct Choice {
    is_plain: bool,
    pattern: Option<LinePattern>,
    day_month: Vec<DayMonthChoice>,
}

impl Choice {
    pub(super) fn of(options: &Options) -> Self {
        Self {
            is_plain: options.plain,
            pattern: options.pattern.clone().filter(|_| !options.plain),
            day_month: options.day_month.clone(),
        }
    }

    /// How to read the text that begins so, of a file or of the entry of this name in it.
    pub(super) fn plan(&self, file: &str, entry: Option<&str>, head: &[u8]) -> ParsePlan {
        let name = entry.unwrap_or(file);
        let pattern = self.pattern.as_ref().filter(|pattern| pattern.is_for(name));
        let plan = pattern.map(|pattern| {
            ParsePlan::of_pattern(head, parse_pattern(pattern))
                .expect("the pattern was checked when the run began")
        });
        let mut plan = plan.unwrap_or_else(|| ParsePlan::probe(head, self.is_plain));
        let full_name = entry.map_or_else(|| file.to_owned(), |entry| nested_name(file, entry));
        let shown = words::quoted(&full_name);
        if let Some(chosen) = self.day_month.iter().rfind(|chosen| chosen.file == shown) {
            plan.choose_day_month(if chosen.is_day_first {
                DayMonth::DayFirst
            } else {
                DayMonth::MonthFirst
            });
        }
        plan
    }
}

/// Refuses a pattern that cannot be used.
pub(super) fn check(options: &Options) -> Result<(), ParamsError> {
    check_session(&options.session)?;
    match &options.pattern {
        Some(pattern) => parse_pattern(pattern).check().map(drop),
        None => Ok(()),
    }
}

/// Refuses an expression that cannot name sessions.
fn check_session(session: &SessionChoice) -> Result<(), ParamsError> {
    let SessionChoice::Pattern { regex } = session else {
        return Ok(());
    };
    let n_groups = Groups::new(regex).map(|groups| groups.names().len() - 1);
    let actual = match n_groups {
        Ok(1..) => return Ok(()),
        Ok(0) => "no group".to_owned(),
        Err(what) => what,
    };
    Err(ParamsError {
        option: "session",
        expected: "a regular expression whose first group is what names a session, such as request=(\\w+)",
        actual,
    })
}

/// What ties records to sessions, where that is a choice.
pub(super) fn identifiers(session: &SessionChoice) -> Option<Vec<Identifier>> {
    match session {
        SessionChoice::Found => None,
        SessionChoice::Off => Some(Vec::new()),
        SessionChoice::Pattern { regex } => Some(vec![Identifier {
            places: vec![Place::Expression(regex.clone())],
        }]),
    }
}

/// What the parser takes of a choice of lines.
fn parse_pattern(pattern: &LinePattern) -> Pattern {
    Pattern {
        regex: pattern.regex.clone(),
        timestamp_format: pattern.timestamp_format.clone(),
    }
}

/// The first lines of a text that say something, each cut to a length that fits on a screen.
pub(super) fn head_lines(text: &[u8]) -> Vec<Vec<u8>> {
    let lines = text.split(|byte| *byte == b'\n');
    lines
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
        .filter(|line| !line.trim_ascii().is_empty())
        .take(PREVIEW_LINES)
        .map(|line| line[..line.len().min(PREVIEW_CAP)].to_vec())
        .collect()
}

impl Engine {
    /// What becomes of the first lines of a file where they are written as `pattern` says; `None`: as the run read them.
    ///
    /// # Errors
    /// [`Error::Params`] where the pattern cannot be used, [`Error::Wire`] where there is no such file.
    pub fn preview(
        &self,
        file: FileId,
        pattern: Option<&LinePattern>,
    ) -> Result<Vec<Previewed>, Error> {
        let open = self.file(file);
        let open = open.ok_or_else(|| Error::Wire("there is no such file".to_owned()))?;
        let plan = match pattern {
            Some(pattern) => {
                let head = open.head_lines.join(&b'\n');
                ParsePlan::of_pattern(&head, parse_pattern(pattern))?
            }
            None => open.setup.plan.clone(),
        };
        let zone = Zone::parse(&self.options.timezone)?;
        let mut parser = Parser::new(&plan);
        let calendar = Calendar::new(&zone, open.reference).starting(open.calendar.starts());
        let mut cycles = Cycles::default();
        let mut preview = |line: &Vec<u8>| {
            let instant = |time| calendar.instant(cycles.follow(time));
            Previewed::of(line, &mut parser, instant)
        };
        Ok(open.head_lines.iter().map(|line| preview(line)).collect())
    }
}

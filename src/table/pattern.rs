//! What a person searches for → whether a record says it, and where.
//!
//! Plain text is found by `memchr`'s substring search, whatever needs more by a lazy DFA (`regex-automata`), whose time is
//! linear in the text for any pattern. Texts of which every match must hold one are looked for first, so that most patterns cost
//! what plain text costs. `^`, `$` and `.` mean lines, which end in LF, CRLF or CR; `\b` knows the letters of ASCII, while classes,
//! `.` and case know Unicode.

use memchr::memmem::Finder;
use regex_automata::hybrid::dfa;
use regex_automata::hybrid::regex::{Builder, Cache, Regex};
use regex_automata::nfa::thompson;
use regex_automata::{Input, MatchKind};
use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Hir, HirKind, Look, LookSet, Repetition};

use super::required::Required;
use crate::error::PatternError;

/// Bytes of a pattern.
const PATTERN_CAP: usize = 10_000;
/// Bytes of what a pattern is compiled to.
const NFA_CAP: usize = 8 << 20;
/// Bytes of the states that are kept while searching.
const CACHE_LEN: usize = 4 << 20;
/// How deep groups may be nested.
const NEST_CAP: u32 = 100;
/// Marks on one text.
const MARKS_CAP: usize = 1000;

/// A text or regular expression, ready to search.
#[derive(Debug)]
pub struct Pattern {
    how: How,
}

#[derive(Debug)]
enum How {
    Text(Box<Finder<'static>>),
    Regex(Box<Compiled>),
}

#[derive(Debug)]
struct Compiled {
    regex: Regex,
    cache: Cache,
    /// What every match holds, the most telling first.
    required: Vec<Required>,
    looks: LookSet,
}

/// Where a search goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// A match lies here; there is none before it.
    At(usize, usize),
    /// A match ends here, and none ends before it.
    Ends(usize),
    /// What every match holds lies here, and not before.
    Maybe(usize, usize),
}

impl Pattern {
    /// Reads a pattern: a regular expression, or text that stands for itself.
    ///
    /// # Errors
    /// [`PatternError`] naming the place, for regular expressions that cannot be read, and for patterns that are too large.
    pub fn new(
        pattern: &str,
        is_regex: bool,
        is_case_sensitive: bool,
    ) -> Result<Self, PatternError> {
        if pattern.len() > PATTERN_CAP {
            let what = format!("it has more than {PATTERN_CAP} bytes");
            return Err(PatternError { position: 1, what });
        }
        let escaped;
        let source = if is_regex {
            pattern
        } else {
            escaped = regex_syntax::escape(pattern);
            &escaped
        };
        let parsed = ParserBuilder::new()
            .case_insensitive(!is_case_sensitive)
            .multi_line(true)
            .crlf(true)
            .utf8(false)
            .nest_limit(NEST_CAP)
            .build()
            .parse(source)
            .map_err(|error| unreadable(pattern, &error))?;
        let hir = plain(&parsed);
        let how = match hir.kind() {
            HirKind::Literal(text) => How::Text(Box::new(Finder::new(&text.0).into_owned())),
            _ => How::Regex(Box::new(Compiled::new(&hir)?)),
        };
        Ok(Self { how })
    }

    /// Whether a match lies in this text.
    pub fn is_match(&mut self, text: &[u8]) -> bool {
        match &mut self.how {
            How::Text(finder) => finder.find(text).is_some(),
            How::Regex(compiled) => {
                let required = compiled.required.first();
                required.is_none_or(|required| required.find(text).is_some())
                    && compiled.end_of_first(text, 0).is_some()
            }
        }
    }

    /// Where matches lie in a text, as byte ranges in order; empty matches are left out, and so is what follows the first 1000.
    pub fn marks(&mut self, text: &[u8]) -> Vec<(usize, usize)> {
        match &mut self.how {
            How::Text(finder) => finder
                .find_iter(text)
                .map(|start| (start, start + finder.needle().len()))
                .take(MARKS_CAP)
                .collect(),
            How::Regex(compiled) => compiled
                .regex
                .find_iter(&mut compiled.cache, text)
                .map(|found| (found.start(), found.end()))
                .filter(|(start, end)| start < end)
                .take(MARKS_CAP)
                .collect(),
        }
    }

    /// Where the search for matches goes on from `from`; `None`: there is none. `n_common`: so many of the texts that every match
    /// must hold are too common to be looked for first.
    pub(super) fn next(&mut self, text: &[u8], from: usize, n_common: usize) -> Option<Next> {
        match &mut self.how {
            How::Text(finder) => {
                let start = from + finder.find(&text[from..])?;
                Some(Next::At(start, start + finder.needle().len()))
            }
            How::Regex(compiled) => match compiled.required.get(n_common) {
                Some(required) => {
                    let (start, end) = required.find(&text[from..])?;
                    Some(Next::Maybe(from + start, from + end))
                }
                None => compiled.end_of_first(text, from).map(Next::Ends),
            },
        }
    }

    /// Whether a match depends on what stands around it.
    pub(super) fn has_looks(&self) -> bool {
        matches!(&self.how, How::Regex(compiled) if !compiled.looks.is_empty())
    }

    /// Whether a match depends on where the text begins or ends.
    pub(super) fn has_anchors(&self) -> bool {
        matches!(&self.how, How::Regex(compiled)
            if compiled.looks.contains(Look::Start) || compiled.looks.contains(Look::End))
    }
}

impl Compiled {
    fn new(hir: &Hir) -> Result<Self, PatternError> {
        let too_large = |_| PatternError {
            position: 1,
            what: "it stands for more than can be held in memory".to_owned(),
        };
        let config = thompson::Config::new()
            .utf8(false)
            .nfa_size_limit(Some(NFA_CAP))
            .which_captures(thompson::WhichCaptures::None);
        let compile = |config| {
            thompson::Compiler::new()
                .configure(config)
                .build_from_hir(hir)
                .map_err(too_large)
        };
        let lazy = dfa::Config::new()
            .cache_capacity(CACHE_LEN)
            .skip_cache_capacity_check(true);
        let build = |lazy, nfa| {
            dfa::Builder::new()
                .configure(lazy)
                .build_from_nfa(nfa)
                .map_err(|error| PatternError {
                    position: 1,
                    what: error.to_string(),
                })
        };
        let forward = build(lazy.clone(), compile(config.clone())?)?;
        // Backwards from the end of a match to its furthest beginning.
        let lazy = lazy.match_kind(MatchKind::All);
        let backward = build(lazy, compile(config.reverse(true))?)?;
        let regex = Builder::new().build_from_dfas(forward, backward);
        Ok(Self {
            cache: regex.create_cache(),
            regex,
            required: Required::of(hir),
            looks: hir.properties().look_set(),
        })
    }

    fn end_of_first(&mut self, text: &[u8], from: usize) -> Option<usize> {
        let input = Input::new(text).range(from..).earliest(true);
        self.regex
            .forward()
            .try_search_fwd(self.cache.as_parts_mut().0, &input)
            .expect("no byte makes it quit, and it never gives up")
            .map(|half| half.offset())
    }
}

/// The same without groups, and with `\b` as ASCII has it: a DFA cannot look at characters of several bytes.
fn plain(hir: &Hir) -> Hir {
    match hir.kind() {
        HirKind::Look(look) => Hir::look(match look {
            Look::WordUnicode => Look::WordAscii,
            Look::WordUnicodeNegate => Look::WordAsciiNegate,
            Look::WordStartUnicode => Look::WordStartAscii,
            Look::WordEndUnicode => Look::WordEndAscii,
            Look::WordStartHalfUnicode => Look::WordStartHalfAscii,
            Look::WordEndHalfUnicode => Look::WordEndHalfAscii,
            other => *other,
        }),
        HirKind::Repetition(repetition) => Hir::repetition(Repetition {
            sub: Box::new(plain(&repetition.sub)),
            ..repetition.clone()
        }),
        HirKind::Capture(capture) => plain(&capture.sub),
        HirKind::Concat(parts) => Hir::concat(parts.iter().map(plain).collect()),
        HirKind::Alternation(parts) => Hir::alternation(parts.iter().map(plain).collect()),
        HirKind::Empty | HirKind::Literal(_) | HirKind::Class(_) => hir.clone(),
    }
}

fn unreadable(pattern: &str, error: &regex_syntax::Error) -> PatternError {
    let (offset, what) = match error {
        regex_syntax::Error::Parse(error) => (error.span().start.offset, error.kind().to_string()),
        regex_syntax::Error::Translate(error) => {
            (error.span().start.offset, error.kind().to_string())
        }
        other => (0, other.to_string()),
    };
    let before = pattern.get(..offset).unwrap_or(pattern);
    PatternError {
        position: before.chars().count() as u32 + 1,
        what,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_mean_lines_and_know_unicode() {
        let check = |pattern: &str, is_regex: bool, is_case_sensitive: bool, text: &str| {
            let mut pattern = Pattern::new(pattern, is_regex, is_case_sensitive).unwrap();
            let marks = pattern.marks(text.as_bytes());
            assert_eq!(
                pattern.is_match(text.as_bytes()),
                !marks.is_empty(),
                "{pattern:?}"
            );
            marks.iter().map(|&(a, b)| text[a..b].to_owned()).collect()
        };
        let none: Vec<String> = Vec::new();
        for (pattern, is_regex, is_case_sensitive, text, expected) in [
            ("a.c", false, true, "abc a.c A.C", vec!["a.c"]),
            ("a.c", false, false, "abc a.c A.C", vec!["a.c", "A.C"]),
            ("größe", false, false, "GRÖSSE GRÖßE", vec!["GRÖßE"]),
            ("a.c", true, true, "abc a\nc aéc", vec!["abc", "aéc"]),
            ("^b.*$", true, true, "abc\r\nbcd\r\nb", vec!["bcd", "b"]),
            (r"\bid\b=(\d+)", true, true, "id=7 xid=8", vec!["id=7"]),
            (r"\w+", true, true, "żółw-1", vec!["żółw", "1"]),
            ("warn|err", true, false, "WARN Error", vec!["WARN", "Err"]),
            (r"(?s)a.b", true, true, "a\nb", vec!["a\nb"]),
        ] {
            let marks: Vec<String> = check(pattern, is_regex, is_case_sensitive, text);
            assert_eq!(marks, expected, "{pattern}");
        }
        assert_eq!(check("x", false, true, "abc"), none);
    }

    #[test]
    fn a_pattern_that_cannot_be_read_says_where_and_why() {
        let check = |pattern: &str, position: u32, what: &str| {
            let error = Pattern::new(pattern, true, true).unwrap_err();
            assert_eq!(error.position, position, "{error}");
            assert!(error.what.contains(what), "{error}");
        };
        check("é(b", 2, "unclosed group");
        check("ab**[", 5, "unclosed character class");
        check(r"a(?=b)", 2, "look-around");
        check(r"(a)\1", 4, "backreferences");
        check("((a{1000}){1000}){1000}", 1, "memory");
        let nested = format!("{}{}", "(".repeat(200), ")".repeat(200));
        check(&nested, 101, "nest");
        check(&"x".repeat(20_000), 1, "10000 bytes");
    }
}

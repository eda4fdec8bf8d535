//! A pattern → texts of which every match holds one, to be looked for before the pattern itself is tried.

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use memchr::memmem::Finder;
use regex_syntax::hir::{Class, Hir, HirKind};

/// What is kept for a pattern.
const KEPT: usize = 4;
/// Texts of one choice.
const TEXTS_CAP: usize = 64;

/// Texts of which every match holds one.
#[derive(Debug)]
pub(super) enum Required {
    One(Box<Finder<'static>>),
    Any(AhoCorasick),
}

impl Required {
    /// Those of a pattern, the most telling first.
    pub(super) fn of(hir: &Hir) -> Vec<Self> {
        let mut needs = needs(hir);
        needs.sort_by_key(|need| (std::cmp::Reverse(need.min_len()), need.texts.len()));
        needs.truncate(KEPT);
        needs.into_iter().filter_map(Need::ready).collect()
    }

    /// Where the first of the texts lies.
    #[inline]
    pub(super) fn find(&self, text: &[u8]) -> Option<(usize, usize)> {
        match self {
            Self::One(finder) => {
                let start = finder.find(text)?;
                Some((start, start + finder.needle().len()))
            }
            Self::Any(texts) => texts.find(text).map(|found| (found.start(), found.end())),
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
struct Need {
    texts: Vec<Vec<u8>>,
    /// Letters of ASCII stand for both of their cases.
    is_caseless: bool,
}

impl Need {
    fn min_len(&self) -> usize {
        self.texts.iter().map(Vec::len).min().unwrap_or(0)
    }

    fn ready(self) -> Option<Required> {
        if let ([text], false) = (&self.texts[..], self.is_caseless) {
            return Some(Required::One(Box::new(Finder::new(text).into_owned())));
        }
        let built = AhoCorasick::builder()
            .kind(Some(AhoCorasickKind::DFA))
            .match_kind(MatchKind::LeftmostFirst)
            .ascii_case_insensitive(self.is_caseless)
            .build(&self.texts);
        built.ok().map(Required::Any)
    }
}

fn needs(hir: &Hir) -> Vec<Need> {
    match hir.kind() {
        HirKind::Literal(_) | HirKind::Class(_) => of_parts(std::slice::from_ref(hir)),
        HirKind::Concat(parts) => of_parts(parts),
        HirKind::Repetition(repetition) if repetition.min > 0 => needs(&repetition.sub),
        HirKind::Capture(capture) => needs(&capture.sub),
        HirKind::Alternation(parts) => {
            // Every match is one of the branches, so it holds what one of them must hold.
            let mut any = Need {
                texts: Vec::new(),
                is_caseless: false,
            };
            for part in parts {
                let Some(need) = needs(part).into_iter().max_by_key(Need::min_len) else {
                    return Vec::new();
                };
                any.texts.extend(need.texts);
                any.is_caseless |= need.is_caseless;
            }
            if any.texts.len() > TEXTS_CAP {
                return Vec::new();
            }
            vec![any]
        }
        _ => Vec::new(),
    }
}

/// What stands side by side: runs of literal bytes, and what the other parts need.
fn of_parts(parts: &[Hir]) -> Vec<Need> {
    let (mut found, mut run, mut is_caseless) = (Vec::new(), Vec::new(), false);
    let end_run = |run: &mut Vec<u8>, is_caseless: &mut bool, found: &mut Vec<Need>| {
        let text = std::mem::take(run);
        let is_caseless = std::mem::take(is_caseless);
        // One byte is too common to be worth it.
        if text.len() > 1 {
            found.push(Need {
                texts: vec![text],
                is_caseless,
            });
        }
    };
    for part in parts {
        match part.kind() {
            HirKind::Literal(text) => run.extend_from_slice(&text.0),
            HirKind::Class(class) => match letter(class) {
                Some(letter) => {
                    run.push(letter);
                    is_caseless = true;
                }
                None => end_run(&mut run, &mut is_caseless, &mut found),
            },
            HirKind::Look(_) => {}
            _ => {
                end_run(&mut run, &mut is_caseless, &mut found);
                found.extend(needs(part));
            }
        }
    }
    end_run(&mut run, &mut is_caseless, &mut found);
    found
}

/// The letter of ASCII that a class holds in both cases, and nothing else.
fn letter(class: &Class) -> Option<u8> {
    let one = |start: u32, end: u32| (start == end).then_some(u8::try_from(start).ok()).flatten();
    let (upper, lower) = match class {
        Class::Unicode(class) => match class.ranges() {
            [a, b] => (
                one(a.start().into(), a.end().into())?,
                one(b.start().into(), b.end().into())?,
            ),
            _ => return None,
        },
        Class::Bytes(class) => match class.ranges() {
            [a, b] => (
                one(a.start().into(), a.end().into())?,
                one(b.start().into(), b.end().into())?,
            ),
            _ => return None,
        },
    };
    (upper.is_ascii_uppercase() && upper.to_ascii_lowercase() == lower).then_some(lower)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_match_holds_one_of_the_texts() {
        for (pattern, expected) in [
            (r"(error|warn|fail)[a-z]*", "warn|fail|error"),
            (r"\bGET\b.*404", "GET 404"),
            (r"terminat(ed|ing)$", "terminat ed|ing"),
            (r"(?i)denied", "denied i"),
            (r"(?i)session", "ion i"),
            (r"(?i)(panic|oops) 7", "oop|panic i  7"),
            (r"a|bc", ""),
            (r"[0-9]+", ""),
            (r"(ab)*cd?", ""),
            (r"x{2,3}|yy", ""),
            (r"user=\d+ failed", " failed user="),
            (r"(timeout)+.*x", "timeout"),
        ] {
            let hir = regex_syntax::parse(pattern).unwrap();
            let mut found = needs(&hir);
            found.sort_by_key(|need| std::cmp::Reverse(need.min_len()));
            let said: Vec<String> = found
                .iter()
                .map(|need| {
                    let mut texts: Vec<_> = need
                        .texts
                        .iter()
                        .map(|text| String::from_utf8_lossy(text))
                        .collect();
                    texts.sort_by_key(|text| text.len());
                    texts.join("|") + if need.is_caseless { " i" } else { "" }
                })
                .collect();
            assert_eq!(said.join(" "), expected, "{pattern}");
        }
    }
}

//! A regular expression somebody wrote and some text → where its groups are, in time linear in the text.
//!
//! It works on bytes: classes are ASCII and `.` is any byte but the line's end. No expression can hang on a hostile text.

use std::fmt;

use regex_automata::Input;
use regex_automata::nfa::thompson::backtrack::{self, BoundedBacktracker};
use regex_automata::nfa::thompson::pikevm::{self, PikeVM};
use regex_automata::nfa::thompson::{Compiler, Config};
use regex_automata::util::captures::Captures;

/// What an expression may take up in memory once compiled, in bytes.
const SIZE_LIMIT: usize = 1 << 20;

/// An expression ready to be used.
#[derive(Clone)]
pub struct Groups {
    /// Quick, for texts that are not too long for its memory.
    quick: (BoundedBacktracker, backtrack::Cache),
    /// For any text.
    patient: (PikeVM, pikevm::Cache),
    places: Captures,
}

impl fmt::Debug for Groups {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Groups").finish_non_exhaustive()
    }
}

impl Groups {
    /// Compiles an expression.
    ///
    /// # Errors
    /// What is wrong with it, with the character at which it goes wrong.
    pub fn new(regex: &str) -> Result<Self, String> {
        let tree = regex_syntax::ParserBuilder::new()
            .unicode(false)
            .utf8(false)
            .build()
            .parse(regex)
            .map_err(|error| refusal(&error))?;
        let too_large = |_| "an expression that is too large".to_owned();
        let nfa = Compiler::new()
            .configure(Config::new().utf8(false).nfa_size_limit(Some(SIZE_LIMIT)))
            .build_from_hir(&tree)
            .map_err(too_large)?;
        let quick = BoundedBacktracker::new_from_nfa(nfa.clone()).map_err(too_large)?;
        let patient = PikeVM::new_from_nfa(nfa).map_err(too_large)?;
        Ok(Self {
            places: patient.create_captures(),
            quick: (quick.clone(), quick.create_cache()),
            patient: (patient.clone(), patient.create_cache()),
        })
    }

    /// Names of the groups, empty for those without one; the first is the whole match.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let names = self.places.group_info().all_names();
        names
            .map(|(_, _, name)| name.unwrap_or_default().to_owned())
            .collect()
    }

    /// Looks for the first match in a text; false if there is none.
    pub fn find(&mut self, text: &[u8]) -> bool {
        let input = Input::new(text);
        let (engine, cache) = &mut self.quick;
        let is_done = engine.try_captures(cache, input.clone(), &mut self.places);
        if is_done.is_err() {
            let (engine, cache) = &mut self.patient;
            engine.captures(cache, input, &mut self.places);
        }
        self.places.is_match()
    }

    /// First byte of a group of the last match, and the byte behind its last.
    #[must_use]
    pub fn span(&self, group: usize) -> Option<(usize, usize)> {
        let span = self.places.get_group(group)?;
        Some((span.start, span.end))
    }
}

/// What is wrong with an expression, with the character at which it goes wrong.
fn refusal(error: &regex_syntax::Error) -> String {
    let (what, at) = match error {
        regex_syntax::Error::Parse(error) => (error.kind().to_string(), error.span().start),
        regex_syntax::Error::Translate(error) => (error.kind().to_string(), error.span().start),
        _ => return error.to_string(),
    };
    format!("{what} at character {}", at.column)
}

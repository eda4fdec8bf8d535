//! What can go wrong with a choice or with the data, as typed errors with a stable code.
//!
//! Log content is never an error: a line nobody understands is a plain record.

use thiserror::Error;

/// An option that cannot be used as given.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("option {option}: expected {expected}, got {actual}")]
pub struct ParamsError {
    /// Name of the option as it stands on the wire, for example `windowSeconds`.
    pub option: &'static str,
    /// What would have been accepted, in words.
    pub expected: &'static str,
    /// What was given.
    pub actual: String,
}

/// A search pattern that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the pattern cannot be read at character {position}: {what}")]
pub struct PatternError {
    /// Character at which it goes wrong, from 1.
    pub position: u32,
    /// What is wrong.
    pub what: String,
}

/// Too little or degenerate data for a method; the stage is listed as skipped and the run goes on.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum FitError {
    /// Fewer rows than the method needs.
    #[error("needs at least {needed} rows, got {actual}")]
    TooFewRows {
        /// Rows the method needs.
        needed: usize,
        /// Rows it was given.
        actual: usize,
    },
    /// Every row is the same, so nothing can stand out.
    #[error("all rows are alike, so none can stand out")]
    NoVariance,
    /// More columns vary than the method can take.
    #[error("at most {most} features that vary can be taken, there are {actual}")]
    TooManyColumns {
        /// How many can be taken.
        most: usize,
        /// How many there are.
        actual: usize,
    },
    /// No record carries a timestamp, so there is nothing to place in time.
    #[error("no record has a timestamp")]
    NoTime,
}

impl FitError {
    /// Stable name on the wire.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooFewRows { .. } => "tooFewRows",
            Self::NoVariance => "noVariance",
            Self::TooManyColumns { .. } => "tooManyColumns",
            Self::NoTime => "noTime",
        }
    }
}

/// Why a run cannot start or go on.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Error {
    /// An option is out of range.
    #[error(transparent)]
    Params(#[from] ParamsError),
    /// A search pattern cannot be read.
    #[error(transparent)]
    Pattern(#[from] PatternError),
    /// A file without a byte in it.
    #[error("{name} is empty: there is nothing to analyse")]
    EmptyFile {
        /// The file's name.
        name: String,
    },
    /// A file that is not text and not a container Logloupe reads.
    #[error("{name} cannot be read as a log: it is {kind}")]
    Binary {
        /// The file's name.
        name: String,
        /// What it was recognised as, with an article: `a PNG image`.
        kind: String,
    },
    /// A message from another part of the program that this part cannot read.
    #[error("internal message could not be read: {0}")]
    Wire(String),
}

impl Error {
    /// Stable name on the wire; the page switches on it and shows the message.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Params(_) => "params",
            Self::Pattern(_) => "pattern",
            Self::EmptyFile { .. } => "emptyFile",
            Self::Binary { .. } => "binary",
            Self::Wire(_) => "wire",
        }
    }
}

//! All detectors together → one score for each window and each message, with the reasons that made it.
//!
//! **Windows.** [`super::usual_range`] says whether a difference is large enough to matter. Four others say whether a window is
//! unlike what the log usually does: the isolation forest (few windows are like it), the half-space trees (those just before
//! were not like it), the autoencoder (its features do not go together as usual) and the distance to the centroid of normal (all
//! features together are far off). Each gives 0 to 100, and what counts is what at least two of the four say, so that one noisy
//! detector can neither raise an alarm nor, being blind, prevent one. A window is as strange as the smaller of the two answers:
//! a quiet log stays quiet and a log full of bursts is not flooded. The forest and the half-space trees are fed with what lies
//! outside the usual ranges, so that ordinary noise is no reason to cut. Unusual silence counts on its own. Traffic is compared
//! twice: with the whole log, and with the two hours (or two dozen windows) around, as a lull at noon may be what every night
//! looks like. Time of day does not take part (within a log of hours it is only a clock), nor the share of errors (in a window
//! with two records one error is a half); both are shown.
//!
//! **Messages.** What a message says of itself (level, wording) counts in full; that it is rare or unlike the
//! others only up to 45, as most rare messages are harmless: `score = 100 − (100 − said) · (100 − 0.45 · strange) /
//! 100`, where `strange` is the mean of rarity and isolation forest. So an error is always an anomaly, a rare error
//! a worse one, a warning only when it is rare, and a harmless message never.

mod messages;
mod records;
mod windows;

pub use self::messages::{
    MessageFacts, MessageReason, MessageScore, MessageScores, score_messages,
};
pub use self::records::{score_in_window, score_of_run};
pub use self::windows::{
    Unusual, WINDOW_DETECTORS, WindowParams, WindowScore, WindowScores, score_windows,
};

#[cfg(test)]
mod tests;

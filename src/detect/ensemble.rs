//! All detectors together → one score for each window and each message, with the reasons that made it.
//!
//! **Windows.** The isolation forest says which windows are unlike the others, [`super::usual_range`] whether the
//! difference is large enough to matter; a window is as strange as the smaller of the two, so a quiet log stays
//! quiet and a log full of bursts is not flooded. The forest is fed with what lies outside the usual ranges, so
//! that ordinary noise is no reason to cut. Unusual silence counts on its own. Traffic is compared twice: with the
//! whole log, and with the two hours (or two dozen windows) around, as a lull at noon may be what every night looks
//! like. Half-space trees, which compare with the windows just before, have no say in the score: they tell, as the others
//! do, whether they agree. Time of day does not take part (within a log of hours it is only a clock), nor the share of errors (in a
//! window with two records one error is a half); both are shown.
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
pub use self::windows::{WindowScore, score_windows};

#[cfg(test)]
mod tests;

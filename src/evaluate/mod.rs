//! Labels and scores → how good the scores are.
//!
//! | module | input → output |
//! | --- | --- |
//! | [`labels`] | a table of labels → which sessions or lines are anomalous |
//! | [`column`] | a line of a log that labels its lines → its label |
//! | [`measures`] | scores with labels → precision, recall, F1, areas under the curves, the best threshold |
//!
//! Labels take no part in any score.

pub mod column;
pub mod labels;
pub mod measures;

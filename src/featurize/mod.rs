//! Records and messages → numbers: windows of time with their features, distinct messages as sparse vectors,
//! scaling.
//!
//! | module | input → output |
//! | --- | --- |
//! | [`amounts`] | records of a block → how durations and sizes are spread, the largest of them, mergeable |
//! | [`course`] | the same values over time → how many in each slice, their mean, the largest |
//! | [`tally`] | records of a block, one at a time → counts per bin of time, mergeable in block order |
//! | [`windows`] | the merged tally → one row of features a window |
//! | [`tfidf`] | distinct masked messages with counts → sparse unit vectors |
//! | [`word2vec`] | the same → a vector for each word, near for words in the same company |
//! | [`sparse`] | compressed rows and their cosine |
//! | [`times`] | times as they are written → the same counts, whatever zone and years are right |
//! | [`login`] | a message → whether it tells of a failed login, and of whom |
//! | [`manner`] | a message → whether it tells of an event, states a value or turns down a request |
//! | [`identify`] | the first records of a log → what ties its records together |
//! | [`identifier`] | a record → the values that tie it to others |
//! | [`sessions`] | records with such values → sessions, mergeable in block order |
//! | [`neighbours`] | sparse unit rows → rows whose cosine is above a threshold |
//! | [`dataset`] | rows (dense or sparse) with weights, as detectors and clusterers take them |
//! | [`scale`] | columns → one scale: by mean and deviation, by median and quartiles, or 0 to 1 |

pub mod amounts;
pub mod course;
pub mod dataset;
pub mod identifier;
pub mod identify;
pub mod login;
pub mod manner;
pub mod neighbours;
pub mod scale;
pub mod sessions;
pub mod sparse;
pub mod tally;
pub mod tfidf;
pub mod times;
pub mod windows;
pub mod word2vec;

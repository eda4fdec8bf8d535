//! x
use serde::{Deserialize, Serialize};
use crate::base::ids::*; use crate::base::time::Timestamp;
/// x
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Episode { pub message: MessageId, pub start: Timestamp, pub end: Timestamp, pub n_records: u32, pub file: FileId, pub line: u32, pub offset: u64 }
#[derive(Debug, Clone)]
pub struct Component { pub start: Timestamp, pub end: Timestamp, pub n_records: u32, pub messages: Vec<MessageId>, pub leading_edge: Episode, pub score: f64 }
pub struct IncidentsParams;

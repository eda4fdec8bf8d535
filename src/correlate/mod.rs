//! What was found → what goes together: features that rise and fall together, anomalies that make one incident.

pub mod alarms;
pub mod force;
pub mod incidents;
pub mod pearson;
pub mod spearman;
pub mod trigger;

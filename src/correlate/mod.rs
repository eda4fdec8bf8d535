//! x
pub mod incidents;

//! Ids, time, arithmetic and randomness: what every stage needs and what knows nothing about logs.

pub mod calendar;
pub mod hash;
pub mod ids;
pub mod math;
pub mod order;
pub mod rng;
pub mod time;
pub mod visible;
pub mod written;
pub mod zone;

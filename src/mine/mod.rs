//! Messages → templates: which lines say the same thing.
//!
//! Three steps. In the shards, what is certainly variable in a message (numbers, addresses, paths, ids) is masked and the
//! rest is interned by hash: one pass over the bytes, no allocation for a message seen before. In the engine, the distinct
//! masked messages of all blocks go, by first appearance, through one parse tree of fixed depth (Drain), which brings those
//! together that may say the same thing. At the end of the run each group is looked at as a whole: places in which a few
//! words choose split it, names and lists of any length join what differs in nothing else.
//!
//! The engine only sees distinct messages in the order in which they first appear, and not how often they do; so the answer
//! depends neither on blocks nor on workers.

mod column;
pub mod crowd;
pub mod filling;
mod leaf;
pub mod mask;
mod merge;
pub mod messages;
mod refine;
pub mod slot;
mod spelling;
mod token;
pub mod tree;
mod value;

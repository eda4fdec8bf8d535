//! Messages → templates: which lines say the same thing.
//!
//! Two steps. In the shards, what is certainly variable in a message (numbers, addresses, paths, ids) is masked and the rest
//! is interned by hash: one pass over the bytes, no allocation for a message seen before. In the engine, the distinct masked
//! messages of all blocks go, by first appearance, through one fixed-depth parse tree (Drain). Because the tree only sees
//! distinct messages in the order in which they first appear, its answer depends neither on blocks nor on workers.

mod column;
pub mod mask;
mod merge;
pub mod messages;
mod refine;
pub mod slot;
mod spelling;
mod token;
pub mod tree;

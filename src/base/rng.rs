//! The one random generator: seeded, portable, and split by name so that stages do not share a stream.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use super::hash;

/// The generator every stage uses: `ChaCha` with 8 rounds, the same numbers on every target.
pub type Rng = ChaCha8Rng;

/// A generator for the stage called `name`, independent of those of other names.
#[must_use]
pub fn for_stage(seed: u64, name: &str) -> Rng {
    ChaCha8Rng::seed_from_u64(hash::combine(hash::bytes(name.as_bytes()), seed))
}

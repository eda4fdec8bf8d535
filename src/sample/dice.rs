//! Generator → the few kinds of draws the sample needs, in integer arithmetic so that they are the same on every target.

use rand_chacha::rand_core::Rng as _;

use crate::base::rng::{self, Rng};

/// Draws for one source of events.
pub(super) struct Dice(Rng);

impl Dice {
    /// Independent of the dice of other names.
    pub(super) fn new(seed: u64, name: &str) -> Self {
        Self(rng::for_stage(seed, name))
    }

    /// From 0 to `n` − 1; 0 for `n` = 0.
    pub(super) fn below(&mut self, n: u32) -> u32 {
        ((u64::from(self.0.next_u32()) * u64::from(n)) >> 32) as u32
    }

    /// From `low` to `high`, both included.
    pub(super) fn between(&mut self, low: u32, high: u32) -> u32 {
        low + self.below(high.saturating_sub(low).saturating_add(1))
    }

    /// From `low` to `high`, small values far more often: what waiting times look like.
    pub(super) fn skewed(&mut self, low: u32, high: u32) -> u32 {
        let x = u64::from(self.below(1 << 16));
        let cubed = (x * x * x) >> 32; // 0 to 2^16
        low + ((u64::from(high - low) * cubed) >> 16) as u32
    }

    /// True in `percent` of 100 draws.
    pub(super) fn chance(&mut self, percent: u32) -> bool {
        self.below(100) < percent
    }

    /// From 0 to 1, 1 excluded.
    pub(super) fn unit(&mut self) -> f64 {
        f64::from(self.0.next_u32()) / 4_294_967_296.0
    }

    /// One of `choices`.
    pub(super) fn pick<'a, T: ?Sized>(&mut self, choices: &[&'a T]) -> &'a T {
        choices[self.below(choices.len() as u32) as usize]
    }

    /// An index into `weights`, by weight.
    pub(super) fn weighted(&mut self, weights: &[u32]) -> usize {
        let mut left = self.below(weights.iter().sum());
        for (idx, weight) in weights.iter().enumerate() {
            if left < *weight {
                return idx;
            }
            left -= weight;
        }
        0
    }

    /// 32 random bits.
    pub(super) fn bits(&mut self) -> u32 {
        self.0.next_u32()
    }
}

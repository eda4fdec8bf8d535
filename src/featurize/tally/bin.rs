//! What happened in one bin of time: counts, gaps, and who was there.

use serde::{Deserialize, Serialize};

use super::N_LEVELS;
use super::sketch::Sketch;

/// What records of one kind sum up to: identities with their counts, or what is left of them where they are too many.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::featurize) enum Counts {
    /// Each identity.
    Exact(Exact),
    /// An estimate.
    Sketch(Box<Sketch>),
}

/// Identities with their counts, sorted up to `n_sorted`, then as they came.
#[derive(Debug, Clone, Default, PartialEq)]
pub(in crate::featurize) struct Exact {
    pub(super) entries: Vec<(u64, u32)>,
    pub(super) n_sorted: usize,
}

impl Exact {
    /// The entries; each identity once after [`Counts::compact`].
    pub(in crate::featurize) fn entries(&self) -> &[(u64, u32)] {
        &self.entries
    }
}

impl Default for Counts {
    fn default() -> Self {
        Self::Exact(Exact::default())
    }
}

impl Counts {
    /// Adds entries; more than `limit` identities become a sketch.
    pub(super) fn extend(&mut self, more: &[(u64, u32)], limit: usize) {
        match self {
            Self::Sketch(sketch) => more.iter().for_each(|&(id, n)| sketch.add(id, n)),
            Self::Exact(exact) => {
                exact.entries.extend_from_slice(more);
                let n_pending = exact.entries.len() - exact.n_sorted;
                // Waiting until the unsorted part has outgrown the sorted one keeps the cost of an entry logarithmic.
                if n_pending > exact.n_sorted.max(64) {
                    self.compact(limit);
                }
            }
        }
    }

    pub(super) fn merge(&mut self, other: &Self, limit: usize) {
        match (&mut *self, other) {
            (_, Self::Exact(exact)) => self.extend(&exact.entries, limit),
            (Self::Sketch(mine), Self::Sketch(theirs)) => mine.merge(theirs),
            (Self::Exact(_), Self::Sketch(theirs)) => {
                let mine = std::mem::replace(self, Self::Sketch(theirs.clone()));
                self.merge(&mine, limit);
            }
        }
    }

    /// Brings identities into their order, each once; more than `limit` of them become a sketch.
    pub(super) fn compact(&mut self, limit: usize) {
        let Self::Exact(exact) = self else {
            return;
        };
        if exact.n_sorted < exact.entries.len() {
            compact(&mut exact.entries);
            exact.n_sorted = exact.entries.len();
        }
        if exact.n_sorted > limit {
            let mut sketch = Box::<Sketch>::default();
            exact.entries.iter().for_each(|&(id, n)| sketch.add(id, n));
            *self = Self::Sketch(sketch);
        }
    }

    /// Whether it has its one form, apart from the limit.
    pub(super) fn is_compact(&self) -> bool {
        match self {
            Self::Exact(exact) => exact.n_sorted == exact.entries.len(),
            Self::Sketch(_) => true,
        }
    }

    /// What it takes of the memory for identities: entries, with repetitions; no more than those of a full set.
    pub(super) fn n_held(&self, limit: usize) -> usize {
        match self {
            Self::Exact(exact) => exact.entries.len(),
            Self::Sketch(_) => limit,
        }
    }
}

/// Sorts by identity and adds up the counts of each.
pub(in crate::featurize) fn compact(entries: &mut Vec<(u64, u32)>) {
    entries.sort_unstable_by_key(|entry| entry.0);
    entries.dedup_by(|later, kept| {
        let is_same = later.0 == kept.0;
        if is_same {
            kept.1 = kept.1.saturating_add(later.1);
        }
        is_same
    });
}

/// Sums over inter-arrival gaps in microseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub(in crate::featurize) struct Gaps {
    pub(in crate::featurize) n: u32,
    pub(in crate::featurize) sum: u64,
    pub(in crate::featurize) sum_sq: u128,
}

impl Gaps {
    pub(super) fn add(&mut self, gap: u64) {
        self.n = self.n.saturating_add(1);
        self.sum = self.sum.saturating_add(gap);
        // WebAssembly multiplies to 64 bits; gaps above an hour are rare.
        let square = match u32::try_from(gap) {
            Ok(gap) => u128::from(u64::from(gap) * u64::from(gap)),
            Err(_) => u128::from(gap) * u128::from(gap),
        };
        self.sum_sq = self.sum_sq.saturating_add(square);
    }

    pub(in crate::featurize) fn merge(&mut self, other: Self) {
        self.n = self.n.saturating_add(other.n);
        self.sum = self.sum.saturating_add(other.sum);
        self.sum_sq = self.sum_sq.saturating_add(other.sum_sq);
    }
}

/// What happened in one bin.
#[derive(Debug, Clone, Default, PartialEq)]
pub(in crate::featurize) struct Bin {
    /// Start of the bin divided by its width.
    pub(in crate::featurize) index: i64,
    pub(in crate::featurize) by_level: [u32; N_LEVELS],
    pub(in crate::featurize) n_failed_logins: u32,
    /// Gaps between records of this bin.
    pub(in crate::featurize) gaps: Gaps,
    /// Gaps from records of other bins, by the index of the narrowest width that holds both ends; ascending.
    pub(in crate::featurize) crossing: Vec<(u8, Gaps)>,
    pub(in crate::featurize) ips: Counts,
    pub(in crate::featurize) users: Counts,
}

impl Bin {
    pub(super) fn add_crossing(&mut self, width_idx: u8, gaps: Gaps) {
        match self
            .crossing
            .binary_search_by_key(&width_idx, |entry| entry.0)
        {
            Ok(at) => self.crossing[at].1.merge(gaps),
            Err(at) => self.crossing.insert(at, (width_idx, gaps)),
        }
    }

    /// Adds another; more than `limit` identities become a sketch.
    pub(super) fn merge(&mut self, other: &Self, limit: usize) {
        for (mine, theirs) in self.by_level.iter_mut().zip(other.by_level) {
            *mine = mine.saturating_add(theirs);
        }
        self.n_failed_logins = self.n_failed_logins.saturating_add(other.n_failed_logins);
        self.gaps.merge(other.gaps);
        for (width_idx, gaps) in &other.crossing {
            self.add_crossing(*width_idx, *gaps);
        }
        self.ips.merge(&other.ips, limit);
        self.users.merge(&other.users, limit);
    }

    /// Gaps that were too wide for narrower bins and fit into bins of `WIDTHS[width_idx]`.
    pub(super) fn absorb_crossing(&mut self, width_idx: usize) {
        let n_held = self
            .crossing
            .partition_point(|entry| usize::from(entry.0) <= width_idx);
        for (_, gaps) in self.crossing.drain(..n_held) {
            self.gaps.merge(gaps);
        }
    }
}

/// Identities of the bin that records are falling into just now.
///
/// A small table remembers where each identity stands, as far as another has not taken its place; then the identity
/// gets a second entry, and [`compact`] adds the two up. What stands in the table is checked against the entry, so
/// it is never cleared.
#[derive(Debug, Clone, Default)]
pub(super) struct Recent {
    pub(super) entries: Vec<(u64, u32)>,
    places: Vec<u32>,
}

/// Places that are remembered; a power of two.
const N_PLACES: usize = 1024;

impl Recent {
    #[inline]
    pub(super) fn add(&mut self, identity: u64) {
        if self.places.is_empty() {
            self.places.resize(N_PLACES, 0);
        }
        let place = &mut self.places[identity as usize % N_PLACES];
        match self.entries.get_mut(*place as usize) {
            Some(entry) if entry.0 == identity => entry.1 = entry.1.saturating_add(1),
            _ => {
                *place = self.entries.len() as u32;
                self.entries.push((identity, 1));
            }
        }
    }

    pub(super) fn drain_into(&mut self, counts: &mut Counts, limit: usize) {
        if !self.entries.is_empty() {
            counts.extend(&self.entries, limit);
            self.entries.clear();
        }
    }
}

//! Two sides → how often a shard's records of each message, level and source lie on each, slice by slice.
//!
//! One pass over the columns. A record can lie on both sides.

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use super::question::{Grid, TIMELESS};
use super::{Kept, Shard};
use crate::base::order::Arrange;
use crate::base::time::Timestamp;

/// Slices of a side.
pub const N_SLICES: u32 = 16;
/// Places of a row of counts: the slices of the first side, then those of the second.
pub const N_PLACES: usize = 2 * N_SLICES as usize;
/// Sources that are counted; where there are more, none is.
pub const SOURCES_CAP: usize = 10_000;

/// One side of a comparison.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SideFilter {
    /// For each file whether it is on this side; `None`: all.
    pub files: Option<Vec<bool>>,
    /// Not before; records without a time are left out.
    pub from: Option<Timestamp>,
    /// Before; records without a time are left out.
    pub to: Option<Timestamp>,
    /// Its slices; a record without a time lies where the one before it in its file does.
    pub grid: Grid,
}

/// What to count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contrast {
    /// The sides.
    pub sides: [SideFilter; 2],
    /// For each file the first time in it.
    pub leads: Vec<Option<Timestamp>>,
}

/// Counts of one shard; each row has [`N_PLACES`] places.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contrasted {
    /// A row a level, 0 for none, one after the other.
    pub levels: Vec<u32>,
    /// (message × places + place, records) where there are any, ascending.
    pub messages: Vec<(u32, u32)>,
    /// Names of sources with their rows, by name; none where there are too many.
    pub sources: Vec<(String, Vec<u32>)>,
    /// There are more than [`SOURCES_CAP`] sources.
    pub has_too_many_sources: bool,
}

/// Sources by name while they are counted.
#[derive(Default)]
struct Sources {
    idx_of: FxHashMap<String, u32>,
    names: Vec<String>,
    counts: Vec<u32>,
    is_full: bool,
}

impl Shard {
    /// Counts what lies on the two sides.
    #[must_use]
    pub fn contrast(&self, contrast: &Contrast) -> Contrasted {
        let ids = self.kept.iter().flat_map(|kept| &kept.ids);
        let n_messages = ids.map(|id| id.index() + 1).max().unwrap_or(0);
        let mut messages = vec![0_u32; n_messages * N_PLACES];
        let mut levels = vec![0_u32; 8 * N_PLACES];
        let mut sources = Sources::default();
        for kept in &self.kept {
            let sides = contrast.sides.each_ref();
            let sides = sides.map(|side| side.covers(kept).then_some(side));
            if sides.iter().all(Option::is_none) {
                continue;
            }
            // How often each source of the block, once it is known which are on a side.
            let mut own = vec![0_u32; kept.sources.len() * N_PLACES];
            let lead = contrast.leads.get(kept.job.file.index()).copied().flatten();
            let records = kept.table.times_and_messages(&kept.calendar);
            for (idx, ((time, message), at)) in records.zip(kept.stands(lead)).enumerate() {
                for (first, side) in [0, N_SLICES].into_iter().zip(sides) {
                    let Some(slice) = side.and_then(|side| side.slice(time, at)) else {
                        continue;
                    };
                    let place = (first + slice) as usize;
                    levels[usize::from(kept.table.level(idx) & 7) * N_PLACES + place] += 1;
                    own[usize::from(kept.table.source(idx)) * N_PLACES + place] += 1;
                    if let Some(id) = kept.ids.get(message as usize) {
                        messages[id.index() * N_PLACES + place] += 1;
                    }
                }
            }
            sources.add(kept, &own);
        }
        let some = (0..).zip(messages).filter(|(_, n)| *n > 0);
        Contrasted {
            levels,
            messages: some.collect(),
            has_too_many_sources: sources.is_full,
            sources: sources.into_rows(),
        }
    }
}

impl SideFilter {
    /// Whether a block can have records on this side.
    fn covers(&self, kept: &Kept) -> bool {
        let is_file = |files: &Vec<bool>| files.get(kept.job.file.index()) == Some(&true);
        self.files.as_ref().is_none_or(is_file)
    }

    /// The slice in which a record lies.
    fn slice(&self, time: Option<Timestamp>, at: Timestamp) -> Option<u32> {
        let is_within = (self.from.is_none() && self.to.is_none())
            || time.is_some_and(|time| {
                self.from.is_none_or(|from| time >= from) && self.to.is_none_or(|to| time < to)
            });
        is_within.then(|| {
            if at == TIMELESS {
                0
            } else {
                self.grid.place(at)
            }
        })
    }
}

impl Sources {
    fn add(&mut self, kept: &Kept, own: &[u32]) {
        for (name, row) in kept.sources.iter().zip(own.chunks_exact(N_PLACES)) {
            if self.is_full || row.iter().all(|n| *n == 0) {
                continue;
            }
            let n_known = self.names.len();
            let idx = match self.idx_of.get(name) {
                Some(idx) => *idx as usize,
                None if n_known >= SOURCES_CAP => {
                    *self = Self {
                        is_full: true,
                        ..Self::default()
                    };
                    continue;
                }
                None => {
                    self.idx_of.insert(name.clone(), n_known as u32);
                    self.names.push(name.clone());
                    self.counts.resize((n_known + 1) * N_PLACES, 0);
                    n_known
                }
            };
            let sums = &mut self.counts[idx * N_PLACES..][..N_PLACES];
            sums.iter_mut().zip(row).for_each(|(sum, n)| *sum += n);
        }
    }

    fn into_rows(self) -> Vec<(String, Vec<u32>)> {
        let rows = self.counts.chunks_exact(N_PLACES).map(<[u32]>::to_vec);
        let mut rows: Vec<(String, Vec<u32>)> = self.names.into_iter().zip(rows).collect();
        rows.arrange_by(|a, b| a.0.cmp(&b.0));
        rows
    }
}

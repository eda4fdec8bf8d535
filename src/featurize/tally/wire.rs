//! A tally ↔ the form in which it travels between workers, canonical and small.

use std::mem;

use rustc_hash::FxHashMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use super::{Bin, Counts, Ends, Gaps, N_LEVELS, Tally, WIDTHS};

/// A tally as it travels: identities once, times as small differences, and one list for all bins rather than two in
/// each, which would be as many allocations.
#[derive(Serialize, Deserialize)]
struct Wire {
    width_idx: u8,
    n_timed: u64,
    ends: Option<Ends>,
    /// Every identity that occurs, by first appearance in the bins.
    identities: Vec<u64>,
    bins: Vec<WireBin>,
    /// Addresses and users of one bin after the other: place of the identity, count.
    places: Vec<(u32, u32)>,
}

#[derive(Serialize, Deserialize)]
struct WireBin {
    /// Difference to the index of the bin before.
    step: i64,
    by_level: [u32; N_LEVELS],
    n_failed_logins: u32,
    gaps: Gaps,
    crossing: Vec<(u8, Gaps)>,
    n_ips: u32,
    n_users: u32,
}

impl Serialize for Tally {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if !self.is_settled() {
            return self.clone().settled().serialize(serializer);
        }
        let counts = || self.bins.iter().flat_map(|bin| [&bin.ips, &bin.users]);
        let mut place_of: FxHashMap<u64, u32> = FxHashMap::default();
        let mut identities = Vec::new();
        let mut places = Vec::with_capacity(counts().map(|counts| counts.entries.len()).sum());
        for (identity, n) in counts().flat_map(Counts::entries) {
            let n_known = identities.len() as u32;
            let place = *place_of.entry(*identity).or_insert(n_known);
            if place == n_known {
                identities.push(*identity);
            }
            places.push((place, *n));
        }
        let mut before = 0;
        let bins = self.bins.iter().map(|bin| WireBin {
            step: bin.index.wrapping_sub(mem::replace(&mut before, bin.index)),
            by_level: bin.by_level,
            n_failed_logins: bin.n_failed_logins,
            gaps: bin.gaps,
            crossing: bin.crossing.clone(),
            n_ips: bin.ips.entries.len() as u32,
            n_users: bin.users.entries.len() as u32,
        });
        let bins = bins.collect();
        Wire {
            width_idx: self.width_idx as u8,
            n_timed: self.n_timed,
            ends: self.ends,
            identities,
            bins,
            places,
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Tally {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wire = Wire::deserialize(deserializer)?;
        if usize::from(wire.width_idx) >= WIDTHS.len() {
            return Err(D::Error::custom("width of bins is not one of the chain"));
        }
        let mut rest = wire.places.as_slice();
        let mut counts = |n: u32| {
            let (mine, others) = rest
                .split_at_checked(n as usize)
                .ok_or_else(|| D::Error::custom("identities of a bin are missing"))?;
            rest = others;
            let mut entries = Vec::with_capacity(mine.len());
            for (place, n) in mine {
                let identity = wire
                    .identities
                    .get(*place as usize)
                    .ok_or_else(|| D::Error::custom("an identity is missing"))?;
                entries.push((*identity, *n));
            }
            Ok::<_, D::Error>(Counts {
                n_sorted: entries.len(),
                entries,
            })
        };
        let mut tally = Self {
            width_idx: usize::from(wire.width_idx),
            ends: wire.ends,
            n_timed: wire.n_timed,
            bins: Vec::with_capacity(wire.bins.len()),
            ..Self::default()
        };
        let mut index = 0_i64;
        for bin in wire.bins {
            index = index.wrapping_add(bin.step);
            tally.bins.push(Bin {
                index,
                by_level: bin.by_level,
                n_failed_logins: bin.n_failed_logins,
                gaps: bin.gaps,
                crossing: bin.crossing,
                ips: counts(bin.n_ips)?,
                users: counts(bin.n_users)?,
            });
        }
        tally.n_identities = wire.places.len();
        tally.index_bins();
        Ok(tally)
    }
}

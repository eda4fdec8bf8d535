//! A tally ↔ the form in which it travels between workers, canonical and small.

use std::mem;

use rustc_hash::FxHashMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use super::sketch::{N_BUCKETS, N_REGISTERS};
use super::{Bin, Counts, Ends, Exact, Gaps, LEVELS, N_LEVELS, Sketch, Tally};

/// A tally as it travels: identities once, times as small differences, and one list for all bins rather than two in
/// each, which would be as many allocations.
#[derive(Serialize, Deserialize)]
struct Wire {
    level: u8,
    n_timed: u64,
    ends: Option<Ends>,
    /// Every identity that occurs, by first appearance in the bins.
    identities: Vec<u64>,
    bins: Vec<WireBin>,
    /// Addresses and users of one bin after the other: place of the identity, count.
    places: Vec<(u32, u32)>,
    /// Registers and buckets of the sketches, in the order of the bins.
    sketches: Vec<(Vec<u8>, Vec<u32>)>,
}

#[derive(Serialize, Deserialize)]
struct WireBin {
    /// Difference to the index of the bin before.
    step: i64,
    by_level: [u32; N_LEVELS],
    n_failed_logins: u32,
    gaps: Gaps,
    crossing: Vec<(u8, Gaps)>,
    /// Identities; none: a sketch.
    n_ips: Option<u32>,
    n_users: Option<u32>,
}

impl Serialize for Tally {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if !self.is_settled() {
            return self.clone().settled().serialize(serializer);
        }
        let counts = || self.bins.iter().flat_map(|bin| [&bin.ips, &bin.users]);
        let exact = || {
            counts().filter_map(|counts| match counts {
                Counts::Exact(exact) => Some(exact),
                Counts::Sketch(_) => None,
            })
        };
        let sketches = counts().filter_map(|counts| match counts {
            Counts::Exact(_) => None,
            Counts::Sketch(sketch) => Some((sketch.registers.clone(), sketch.buckets.clone())),
        });
        let n_exact = |counts: &Counts| match counts {
            Counts::Exact(exact) => Some(exact.entries.len() as u32),
            Counts::Sketch(_) => None,
        };
        let mut place_of: FxHashMap<u64, u32> = FxHashMap::default();
        let mut identities = Vec::new();
        let mut places = Vec::with_capacity(exact().map(|exact| exact.entries.len()).sum());
        for (identity, n) in exact().flat_map(|exact| &exact.entries) {
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
            n_ips: n_exact(&bin.ips),
            n_users: n_exact(&bin.users),
        });
        let bins = bins.collect();
        Wire {
            level: self.level as u8,
            n_timed: self.n_timed,
            ends: self.ends,
            identities,
            bins,
            places,
            sketches: sketches.collect(),
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Tally {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wire = Wire::deserialize(deserializer)?;
        let level = usize::from(wire.level);
        if level >= LEVELS.len() {
            return Err(D::Error::custom("no such way to count"));
        }
        let mut rest = wire.places.as_slice();
        let mut sketches = wire.sketches.into_iter();
        let mut counts = |n: Option<u32>| {
            let Some(n) = n else {
                let (registers, buckets) = sketches
                    .next()
                    .filter(|sketch| sketch.0.len() == N_REGISTERS && sketch.1.len() == N_BUCKETS)
                    .ok_or_else(|| D::Error::custom("a sketch is missing"))?;
                return Ok(Counts::Sketch(Box::new(Sketch { registers, buckets })));
            };
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
            Ok::<_, D::Error>(Counts::Exact(Exact {
                n_sorted: entries.len(),
                entries,
            }))
        };
        let mut tally = Self {
            level,
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
        let limit = tally.limit();
        let counts = tally.bins.iter().flat_map(|bin| [&bin.ips, &bin.users]);
        tally.n_identities = counts.map(|counts| counts.n_held(limit)).sum();
        tally.index_bins();
        Ok(tally)
    }
}

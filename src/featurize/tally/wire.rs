//! A tally ↔ the form in which it travels between workers, canonical and small.

use std::mem;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use super::{Bin, Counts, Ends, Gaps, N_LEVELS, Tally, WIDTHS};

/// A tally as it travels: identities once, everything else as small differences.
#[derive(Serialize, Deserialize)]
struct Wire {
    width_idx: u8,
    n_timed: u64,
    ends: Option<Ends>,
    /// Every identity that occurs, ascending, each as the difference to the one before.
    identities: Vec<u64>,
    bins: Vec<WireBin>,
}

#[derive(Serialize, Deserialize)]
struct WireBin {
    /// Difference to the index of the bin before.
    step: i64,
    /// (level, records) of the levels that occur.
    by_level: Vec<(u8, u32)>,
    n_failed_logins: u32,
    gaps: Gaps,
    crossing: Vec<(u8, Gaps)>,
    /// (difference to the place of the identity before, count).
    ips: Vec<(u32, u32)>,
    users: Vec<(u32, u32)>,
}

impl Serialize for Tally {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let tally = self.clone().settled();
        let mut identities: Vec<u64> = tally
            .bins
            .iter()
            .flat_map(|bin| bin.ips.entries.iter().chain(&bin.users.entries))
            .map(|entry| entry.0)
            .collect();
        identities.sort_unstable();
        identities.dedup();
        let places = |counts: &Counts| {
            let mut before = 0;
            let place = |entry: &(u64, u32)| {
                let place = identities.partition_point(|identity| *identity < entry.0) as u32;
                (place - mem::replace(&mut before, place), entry.1)
            };
            counts.entries.iter().map(place).collect()
        };
        let mut before = 0;
        let bins = tally.bins.iter().map(|bin| WireBin {
            step: bin.index.wrapping_sub(mem::replace(&mut before, bin.index)),
            by_level: (0..).zip(bin.by_level).filter(|(_, n)| *n > 0).collect(),
            n_failed_logins: bin.n_failed_logins,
            gaps: bin.gaps,
            crossing: bin.crossing.clone(),
            ips: places(&bin.ips),
            users: places(&bin.users),
        });
        let bins = bins.collect();
        let mut before = 0;
        let steps = identities
            .iter()
            .map(|identity| identity - mem::replace(&mut before, *identity));
        Wire {
            width_idx: tally.width_idx as u8,
            n_timed: tally.n_timed,
            ends: tally.ends,
            identities: steps.collect(),
            bins,
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
        let mut identity = 0_u64;
        let identities: Vec<u64> = wire
            .identities
            .into_iter()
            .map(|step| {
                identity = identity.wrapping_add(step);
                identity
            })
            .collect();
        let counts = |places: Vec<(u32, u32)>| {
            let mut place = 0_u32;
            let entry = |(step, n): (u32, u32)| {
                place = place.wrapping_add(step);
                identities
                    .get(place as usize)
                    .map(|identity| (*identity, n))
                    .ok_or_else(|| D::Error::custom("an identity is missing"))
            };
            let entries: Vec<_> = places.into_iter().map(entry).collect::<Result<_, _>>()?;
            Ok::<_, D::Error>(Counts {
                n_sorted: entries.len(),
                entries,
            })
        };
        let mut tally = Self {
            width_idx: usize::from(wire.width_idx),
            ends: wire.ends,
            n_timed: wire.n_timed,
            ..Self::default()
        };
        let mut index = 0_i64;
        for bin in wire.bins {
            index = index.wrapping_add(bin.step);
            let mut by_level = [0; N_LEVELS];
            for (level, n) in bin.by_level {
                *by_level
                    .get_mut(usize::from(level))
                    .ok_or_else(|| D::Error::custom("a level is out of range"))? = n;
            }
            tally.bins.push(Bin {
                index,
                by_level,
                n_failed_logins: bin.n_failed_logins,
                gaps: bin.gaps,
                crossing: bin.crossing,
                ips: counts(bin.ips)?,
                users: counts(bin.users)?,
            });
        }
        tally.n_identities = tally
            .bins
            .iter()
            .map(|bin| bin.ips.entries.len() + bin.users.entries.len())
            .sum();
        tally.index_bins();
        Ok(tally)
    }
}

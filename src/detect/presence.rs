//! Rows of what occurs → how improbable it is that something this rare is there, or something this usual is missing.
//!
//! A session that lacks what nearly all others have is as telling as one that has what hardly any other has. For each row the
//! rarest presence (the column that fewest rows have) and the rarest absence (the column that all but fewest rows have) are
//! taken, and p is the share of rows in which something as rare is there, or as rarely missing. So in rows of which each
//! has something of its own, that is nothing special. A value stands in the octave of its size: what is a hundred times as
//! large as elsewhere is something else.
//!
//! **Threshold.** Rare and usual are told apart where there is a gap between them: of the numbers of rows that a presence or
//! absence has, sorted, two neighbours that lie furthest apart by their ratio (beyond what chance makes of such numbers). No more
//! than a tenth of the rows may lie below. Without a gap of at least a factor of two, one row in a hundred is rare.

use rustc_hash::FxHashMap;

use super::{ALARM, Contribution, Detector, FitDetector, check_points, ranked, typical_ranges};
use crate::base::math;
use crate::base::order::Arrange;
use crate::error::FitError;
use crate::featurize::dataset::Dataset;

/// Most rows that can be rare.
const RARE_LIMIT: f64 = 0.1;
/// Rows that are rare where nothing tells rare from usual.
const RARE_SHARE: f64 = 0.01;
/// Improbability (−ln p) that makes a score of 100 at least.
const CERTAIN: f64 = 11.5;

/// Score of the most improbable row that is usual, and what other hints can make of it.
const USUAL_REACH: f64 = 40.0;
const USUAL_LIMIT: f64 = 49.0;

/// Presence has no choices.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PresenceParams;

/// What is rarest about a row.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Rarest {
    /// (column, rows that have it).
    pub present: Option<(u32, u64)>,
    /// (column, rows that lack it).
    pub absent: Option<(u32, u64)>,
}

/// How many rows have what.
#[derive(Debug, Clone)]
pub struct Presence {
    total: u64,
    /// Rows with a value of this octave in this column.
    in_octave: FxHashMap<(u32, i16), u64>,
    /// (column, rows with it), the most usual first.
    columns: Vec<(u32, u64)>,
    /// (rows, rows of which the rarest presence is that rare or rarer), ascending; the same for absences.
    at_most: [Vec<(u64, u64)>; 2],
    /// Rows that a presence or absence has at most to be rare.
    cut: u64,
    /// Improbability of the least rare row, and of the most improbable usual one.
    least_rare: f64,
    most_usual: f64,
}

impl PresenceParams {
    /// Learns how many rows have what.
    ///
    /// # Errors
    /// As [`FitDetector::fit`]; all rows having the same is [`FitError::NoVariance`].
    pub fn fit_presence(self, data: &Dataset<'_>) -> Result<Presence, FitError> {
        check_points(data)?;
        let mut presence = Presence {
            total: data.total_weight(),
            in_octave: FxHashMap::default(),
            columns: Vec::new(),
            at_most: [Vec::new(), Vec::new()],
            cut: 0,
            least_rare: CERTAIN,
            most_usual: 0.0,
        };
        let mut n_rows_with = vec![0; data.n_cols()];
        for row_idx in 0..data.n_rows() {
            let weight = u64::from(data.weight(row_idx));
            data.for_each_entry(row_idx, |col, value| {
                n_rows_with[col] += weight;
                let key = (col as u32, octave(value));
                *presence.in_octave.entry(key).or_default() += weight;
            });
        }
        presence.columns = (0..).zip(n_rows_with).collect();
        presence
            .columns
            .arrange_by_key(|column| (std::cmp::Reverse(column.1), column.0));
        let mut found: [Vec<(u64, u64)>; 2] = [Vec::new(), Vec::new()];
        let mut rarest: Vec<(u64, u64)> = Vec::new();
        for row_idx in 0..data.n_rows() {
            let weight = u64::from(data.weight(row_idx));
            if weight == 0 {
                continue;
            }
            let of_row = presence.rarest(data, row_idx);
            let present = of_row.present.map_or(presence.total, |found| found.1);
            let absent = of_row.absent.map_or(presence.total, |found| found.1);
            found[0].push((present, weight));
            found[1].push((absent, weight));
            rarest.push((present.min(absent), weight));
        }
        presence.at_most = found.map(cumulated);
        let rarest = cumulated(rarest);
        if rarest.len() < 2 {
            return Err(FitError::NoVariance);
        }
        presence.find_cut(&rarest);
        Ok(presence)
    }
}

/// (value, weight) → (value, weight of all that are no greater), ascending.
fn cumulated(mut pairs: Vec<(u64, u64)>) -> Vec<(u64, u64)> {
    pairs.arrange();
    let mut sums: Vec<(u64, u64)> = Vec::new();
    let mut sum = 0;
    for (value, weight) in pairs {
        sum += weight;
        match sums.last_mut() {
            Some(last) if last.0 == value => last.1 = sum,
            _ => sums.push((value, sum)),
        }
    }
    sums
}

/// The octave of a value, apart for the two signs.
fn octave(value: f64) -> i16 {
    let octave = libm::ilogb(value).clamp(-1100, 1100) as i16;
    if value < 0.0 { octave - 4000 } else { octave }
}

impl Presence {
    /// What is rarest about a row.
    #[must_use]
    pub fn rarest(&self, data: &Dataset<'_>, row_idx: usize) -> Rarest {
        let mut has: Vec<u32> = Vec::new();
        let mut present: Option<(u32, u64)> = None;
        data.for_each_entry(row_idx, |col, value| {
            let key = (col as u32, octave(value));
            let n = self.in_octave.get(&key).copied().unwrap_or(0);
            if present.is_none_or(|rarest| n < rarest.1) {
                present = Some((key.0, n));
            }
            has.push(key.0);
        });
        let absent = self
            .columns
            .iter()
            .find(|column| has.binary_search(&column.0).is_err())
            .map(|column| (column.0, self.total - column.1));
        Rarest { present, absent }
    }

    /// The columns with the number of rows that have them, the most usual first.
    #[must_use]
    pub fn columns(&self) -> &[(u32, u64)] {
        &self.columns
    }

    /// Rows learned from.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.total
    }

    /// Score of a row of which this is rarest. `hint`, an improbability (−ln p) of another kind, moves the row among those
    /// on its side of the threshold.
    #[must_use]
    pub fn score_of(&self, rarest: &Rarest, hint: f64) -> f64 {
        let improbability = self.improbability(rarest) + hint;
        if self.is_rare(rarest) {
            let top = CERTAIN.max(self.least_rare + 1.0);
            let part = (improbability - self.least_rare) / (top - self.least_rare);
            (ALARM + (100.0 - ALARM) * part).clamp(ALARM, 100.0)
        } else {
            (USUAL_REACH * improbability / self.most_usual.max(1e-9)).clamp(0.0, USUAL_LIMIT)
        }
    }

    /// −ln of the share of rows in which something as rare is there or missing.
    fn improbability(&self, rarest: &Rarest) -> f64 {
        let of = |at_most: &[(u64, u64)], found: Option<(u32, u64)>| {
            let Some((_, n)) = found else {
                return 0.0;
            };
            let kind = at_most.partition_point(|entry| entry.0 <= n);
            let n_as_rare = kind.checked_sub(1).map_or(0, |kind| at_most[kind].1);
            let share = n_as_rare.max(1) as f64 / self.total.max(1) as f64;
            -math::ln(share.min(1.0))
        };
        of(&self.at_most[0], rarest.present).max(of(&self.at_most[1], rarest.absent))
    }

    /// Finds where rare ends and usual begins; `rarest` is of rows, cumulated.
    fn find_cut(&mut self, rarest: &[(u64, u64)]) {
        let total = self.total as f64;
        let within = |share: f64| {
            let n_within = rarest.partition_point(|level| level.1 as f64 <= share * total);
            n_within.checked_sub(1)
        };
        let mut widest = (math::ln(2.0), within(RARE_SHARE));
        for idx in 0..within(RARE_LIMIT).map_or(0, |last| last + 1) {
            let Some(next) = rarest.get(idx + 1) else {
                break;
            };
            let (rare, usual) = (rarest[idx].0 as f64, next.0 as f64);
            // What chance may make of the two numbers.
            let rare = rare + math::sqrt(rare) + 1.0;
            let width = math::ln((usual - math::sqrt(usual)).max(1e-9) / rare);
            if width > widest.0 {
                widest = (width, Some(idx));
            }
        }
        self.cut = widest.1.map_or(0, |idx| rarest[idx].0);
        let improbable = |entry: &(u64, u64)| -math::ln(entry.1 as f64 / total);
        for at_most in &self.at_most {
            let n_rare = at_most.partition_point(|entry| entry.0 <= self.cut);
            if let Some(rare) = n_rare.checked_sub(1).map(|last| &at_most[last]) {
                self.least_rare = self.least_rare.min(improbable(rare));
            }
            if let Some(usual) = at_most.get(n_rare) {
                self.most_usual = self.most_usual.max(improbable(usual));
            }
        }
    }

    /// Whether something is there, or missing, that hardly ever is.
    fn is_rare(&self, rarest: &Rarest) -> bool {
        let found = [rarest.present, rarest.absent];
        found.into_iter().flatten().any(|found| found.1 <= self.cut)
    }
}

impl FitDetector for PresenceParams {
    fn name(&self) -> &'static str {
        "presence"
    }

    fn fit(&self, data: &Dataset<'_>) -> Result<Box<dyn Detector>, FitError> {
        Ok(Box::new(self.fit_presence(data)?))
    }
}

impl Detector for Presence {
    fn score(&self, data: &Dataset<'_>) -> Vec<f64> {
        (0..data.n_rows())
            .map(|row_idx| self.score_of(&self.rarest(data, row_idx), 0.0))
            .collect()
    }

    fn explain(&self, data: &Dataset<'_>, row_idx: u32) -> Vec<Contribution> {
        let rarest = self.rarest(data, row_idx as usize);
        let ranges = typical_ranges(data);
        let only = |present, absent| Rarest { present, absent };
        let parts = [
            (
                rarest.present,
                self.improbability(&only(rarest.present, None)),
            ),
            (
                rarest.absent,
                self.improbability(&only(None, rarest.absent)),
            ),
        ];
        let sum = (parts[0].1 + parts[1].1).max(1e-12);
        let contributions = parts.into_iter().filter_map(|(found, part)| {
            let (col, _) = found?;
            let (low, high) = ranges[col as usize];
            Some(Contribution {
                col,
                share: part / sum,
                value: data.value(row_idx as usize, col as usize),
                low,
                high,
            })
        });
        ranked(contributions.collect())
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;
    use crate::featurize::dataset::Rows;

    fn scores(rows: &Array2<f64>, weights: &[u32]) -> Vec<f64> {
        let data = Dataset::weighted(Rows::Dense(rows.view()), weights);
        PresenceParams.fit_presence(&data).unwrap().score(&data)
    }

    #[test]
    fn what_is_rarely_there_and_what_is_rarely_missing_is_an_alarm() {
        let rows =
            Array2::from_shape_vec((4, 3), vec![1., 1., 0., 1., 0., 0., 0., 1., 0., 1., 1., 1.])
                .unwrap();
        let found = scores(&rows, &[600, 380, 10, 10]);
        assert!(found[0] < 50.0 && found[1] < 50.0, "{found:?}");
        assert!(found[2] >= 50.0 && found[3] >= 50.0, "{found:?}");
    }

    #[test]
    fn having_something_of_its_own_is_nothing_where_all_have() {
        let rows = Array2::from_shape_fn((40, 40), |(i, j)| f64::from(u8::from(i == j)));
        let data = Dataset::new(Rows::Dense(rows.view()));
        assert!(PresenceParams.fit_presence(&data).is_err());
    }
}

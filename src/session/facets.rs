//! What the shards counted of the selected records → which patterns they are of, and which values stand at a place that varies.

use super::Engine;
use crate::base::ids::TemplateId;
use crate::protocol::{TemplateCount, ValueBin, ValueCount, ValueCounts};
use crate::shard::question::Answer;
use crate::table::values::{SlotValues, bounds};

/// Values that are listed.
const TOP: usize = 50;
/// Bins of numbers.
const BINS: usize = 24;

fn saturate(n: u64) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

impl Engine {
    /// Selected records by template, by number.
    #[must_use]
    pub fn facets(&self, answers: Vec<Answer>) -> Vec<TemplateCount> {
        let mut sums = vec![0u64; self.said().miner().n_templates()];
        for answer in answers {
            let Answer::Messages(counts) = answer else {
                continue;
            };
            for (message, n) in counts {
                let TemplateId(template) = self.said().template(message);
                if let Some(sum) = sums.get_mut(template as usize) {
                    *sum += n;
                }
            }
        }
        let some = sums.into_iter().enumerate().filter(|(_, n)| *n > 0);
        some.map(|(template, n)| TemplateCount {
            template: template as u32,
            n_records: saturate(n),
        })
        .collect()
    }
}

/// The values all shards counted, as they are shown.
#[must_use]
pub fn values(answers: Vec<Answer>) -> ValueCounts {
    let mut sum = SlotValues::default();
    for answer in answers {
        if let Answer::Values(values) = answer {
            sum.merge(values);
        }
    }
    let ranked = sum.ranked();
    let top: Vec<ValueCount> = ranked
        .iter()
        .take(TOP)
        .map(|(value, n)| ValueCount {
            value: (*value).to_owned(),
            n_records: saturate(*n),
        })
        .collect();
    let n_listed: u64 = ranked.iter().take(TOP).map(|(_, n)| n).sum();
    let (is_time, steps) = sum.numbers();
    let n_numbers: u64 = steps.iter().map(|step| step.1).sum();
    // The largest number of which at least this share are no larger.
    let quantile = |share: f64| {
        let mut n_below = 0;
        let step = steps.iter().find(|step| {
            n_below += step.1;
            n_below as f64 >= share * n_numbers as f64
        });
        step.map(|&(step, _)| f64::midpoint(bounds(step).0, bounds(step).1))
    };
    ValueCounts {
        n_records: sum.n_records as f64,
        n_unread: sum.n_unread as f64,
        n_distinct: sum.n_distinct() as f64,
        is_cut: sum.is_cut,
        top,
        n_other: (sum.n_records - sum.n_unread - n_listed) as f64,
        unit: if is_time { "ms" } else { "" }.to_owned(),
        n_numbers: n_numbers as f64,
        median: quantile(0.5),
        p95: quantile(0.95),
        bins: binned(&steps),
    }
}

/// Neighbouring steps together, few enough to be drawn, those that do not occur too.
fn binned(steps: &[(i32, u64)]) -> Vec<ValueBin> {
    let (Some((first, _)), Some((last, _))) = (steps.first(), steps.last()) else {
        return Vec::new();
    };
    let n_steps = (last - first + 1) as usize;
    let per_bin = n_steps.div_ceil(BINS) as i32;
    let mut sums = vec![0u64; n_steps.div_ceil(per_bin as usize)];
    for (step, n) in steps {
        sums[((step - first) / per_bin) as usize] += n;
    }
    let bin = |(idx, n): (usize, &u64)| {
        let from = first + idx as i32 * per_bin;
        ValueBin {
            from: bounds(from).0,
            to: bounds(from + per_bin - 1).1,
            n_records: saturate(*n),
        }
    };
    sums.iter().enumerate().map(bin).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_hold_every_number_and_leave_no_gap() {
        for steps in [vec![(5, 7)], vec![(-3, 1), (0, 2), (400, 3)], Vec::new()] {
            let bins = binned(&steps);
            assert!(bins.len() <= BINS);
            let n: u64 = bins.iter().map(|bin| u64::from(bin.n_records)).sum();
            assert_eq!(n, steps.iter().map(|step| step.1).sum::<u64>());
            assert!(bins.is_sorted_by(|a, b| (a.to - b.from).abs() < 1e-9 && a.from < b.from));
        }
    }
}

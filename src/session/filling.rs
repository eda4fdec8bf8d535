//! What was merged so far → the timeline as far as it goes, to look at while the rest is read.

use super::Engine;
use crate::base::calendar::Calendar;
use crate::base::time::{SECOND, Timestamp};
use crate::base::zone::Zone;
use crate::featurize::tally::{N_LEVELS, WIDTHS};
use crate::parse::Parser;
use crate::report::{Timeline, limits, time};

const BINS: i64 = limits::TIMELINE_BINS as i64;

/// Bytes of the beginning of a file that are looked at before any of it was merged.
const FIRST_LOOK: usize = 1 << 16;

/// Instants in microseconds with the records around them by level.
type Found = Vec<(i64, [u32; N_LEVELS])>;

impl Engine {
    /// Records over time in what was merged so far, or before that in the first lines of the files; without bins where there are
    /// none. Its bins are not those of the report: they are the narrowest of [`WIDTHS`] that are few enough.
    #[must_use]
    pub fn filling(&self) -> Timeline {
        let zone = Zone::parse(&self.options.timezone).unwrap_or_default();
        let mut found = Found::new();
        for file in &self.files {
            let calendar = file.times.calendar(&zone, file.reference);
            (file.times).by_level(&calendar, |time, by_level| found.push((time.0, *by_level)));
        }
        if found.is_empty() {
            found = self.first_look(&zone);
        }
        let times = || found.iter().map(|bin| bin.0);
        let (Some(first), Some(last)) = (times().min(), times().max()) else {
            return Timeline::default();
        };
        let mut widths = WIDTHS.iter().map(|width| i64::from(*width) * SECOND);
        let is_enough = |width: &i64| last.div_euclid(*width) - first.div_euclid(*width) < BINS;
        let Some(width) = widths.clone().find(is_enough).or(widths.next_back()) else {
            return Timeline::default();
        };
        let start = first.div_euclid(width);
        let n_bins = (last.div_euclid(width) - start + 1).min(BINS) as usize;
        let mut counts = vec![[0u32; N_LEVELS]; n_bins];
        for (time, by_level) in found {
            let bin = (time.div_euclid(width) - start) as usize;
            for (sum, n) in counts.get_mut(bin).into_iter().flatten().zip(by_level) {
                *sum = sum.saturating_add(n);
            }
        }
        Timeline {
            start_ms: Timestamp(start * width).millis(),
            bin_ms: Timestamp(width).millis(),
            n_bins: n_bins as u32,
            series: time::series(&counts),
            marks: Vec::new(),
        }
    }

    /// The times of the first lines of each file.
    fn first_look(&self, zone: &Zone) -> Found {
        let mut found = Found::new();
        for (key, head) in &self.heads {
            let Some(input) = self.inputs.get(key.3 as usize) else {
                continue;
            };
            let calendar = Calendar::new(zone, input.reference);
            let mut parser = Parser::new(&head.plan);
            let mut scratch = Vec::new();
            let text = &head.text[..head.text.len().min(FIRST_LOOK)];
            for line in text.split(|&byte| byte == b'\n') {
                let fields = parser.parse(line, &mut scratch).fields;
                if let Some(time) = fields.timestamp {
                    let mut by_level = [0; N_LEVELS];
                    by_level[fields.level.map_or(0, |level| level as usize)] = 1;
                    found.push((calendar.instant(time).0, by_level));
                }
            }
        }
        found
    }
}

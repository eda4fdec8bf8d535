//! Slices → the stretches of time that differ, and what kind of change each is.

use super::ChangeKind;

/// Slices from the first to the last.
#[derive(Clone, Copy)]
pub(super) struct Stretch {
    pub(super) first: usize,
    pub(super) last: usize,
}

impl Stretch {
    pub(super) fn len(self) -> usize {
        self.last + 1 - self.first
    }

    pub(super) fn contains(self, slice: usize) -> bool {
        (self.first..=self.last).contains(&slice)
    }

    /// With the slices beside it, where it begins or ends within one and there is nothing beyond.
    pub(super) fn whole(self, counts: &[u32]) -> Self {
        let is_none = |slices: &[u32]| slices.iter().all(|n| *n == 0);
        let Self {
            mut first,
            mut last,
        } = self;
        if first > 0 && is_none(&counts[..first - 1]) {
            first -= usize::from(counts[first - 1] > 0);
        }
        if last + 1 < counts.len() && is_none(&counts[last + 2..]) {
            last += usize::from(counts[last + 1] > 0);
        }
        Self { first, last }
    }

    /// The part of it without any record, if at most the slices at its ends have some: what falls silent does so within one.
    pub(super) fn silence(self, counts: &[u32]) -> Option<Self> {
        let first = self.first + usize::from(counts[self.first] > 0);
        let last = self.last.checked_sub(usize::from(counts[self.last] > 0))?;
        let is_silent = first <= last && counts[first..=last].iter().all(|n| *n == 0);
        is_silent.then_some(Self { first, last })
    }
}

/// What a stretch with more (or fewer) records is.
pub(super) fn kind(counts: &[u32], stretch: Stretch, is_more: bool) -> ChangeKind {
    let is_none = |slices: &[u32]| slices.iter().all(|n| *n == 0);
    let (before, within, after) = (
        &counts[..stretch.first],
        &counts[stretch.first..=stretch.last],
        &counts[stretch.last + 1..],
    );
    match (stretch.first == 0, is_more) {
        (true, true) if is_none(after) => ChangeKind::Vanished,
        (true, true) => ChangeKind::Dip,
        (true, false) if is_none(within) => ChangeKind::New,
        (false, true) if is_none(before) => ChangeKind::New,
        (_, true) | (true, false) => ChangeKind::Surge,
        (false, false) if !is_none(within) => ChangeKind::Dip,
        (false, false) if is_none(after) => ChangeKind::Vanished,
        (false, false) => ChangeKind::Pause,
    }
}

/// The stretch with the largest sum of gains above 0; of equal ones the first.
pub(super) fn largest(within: Stretch, gain: impl Fn(usize) -> f64) -> Option<Stretch> {
    let mut best: Option<(f64, Stretch)> = None;
    let (mut sum, mut first) = (0.0, within.first);
    for slice in within.first..=within.last {
        if sum <= 0.0 {
            (sum, first) = (0.0, slice);
        }
        sum += gain(slice);
        if sum > best.map_or(0.0, |best| best.0) {
            best = Some((sum, Stretch { first, last: slice }));
        }
    }
    best.map(|best| best.1)
}

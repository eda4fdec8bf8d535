//! Lanes in the order in which they were read → the run as if those that are shown had been read in the order of time.
//!
//! Ids of messages and templates are given by first appearance, so they change with the order of the lanes and with every lane
//! that is left out. Distinct messages are few: they are grouped anew from what the lanes keep, and the shards learn how each
//! message is called now.
//!
//! A run has inputs (files as they were given) and texts in them (a file, or each entry of an archive, with its own plan); a
//! text is a lane of the answer. Inputs are read by the first time in each, an order that no zone changes, and what a text adds
//! up to (counts, tally, how often it says each message) is kept apart. Each text gets its calendar here: the zone that is
//! assumed, and the year in which it begins, so that its last record is not after the file's date (a day of slack) and 29
//! February falls in a leap year. So an answer depends neither on the order of a drop nor on what was taken away again, and
//! choices that do not touch reading need no reading.

use super::Engine;
use super::said::Said;
use crate::base::ids::MessageId;
use crate::base::order::Arrange;
use crate::base::written::Kind;
use crate::base::zone::Zone;
use crate::featurize::tally::Tally;
use crate::report::findings::FileFindings;

impl Engine {
    /// The lanes that are shown, in the order of time: by the first time in each, those without any at the end.
    fn order_of_time(&self) -> Vec<u32> {
        let mut order: Vec<u32> = (0..self.files.len() as u32)
            .filter(|&key| !self.files[key as usize].is_hidden)
            .collect();
        order.arrange_by_key(|&key| {
            let file = &self.files[key as usize];
            let first = file.first();
            (first.is_none(), first, file.findings.name.as_str(), key)
        });
        order
    }

    /// Names messages and templates by first appearance in the lanes that are shown, in their order.
    pub(super) fn settle(&mut self) {
        let zone = Zone::parse(&self.options.timezone).unwrap_or_default();
        for file in &mut self.files {
            file.calendar = file.times.calendar(&zone, file.reference);
        }
        let order = self.order_of_time();
        if self.is_settled && self.order == order {
            return;
        }
        if order.len() == self.files.len() && order.is_sorted() {
            if !self.is_read_finished {
                self.read.finish();
                self.is_read_finished = true;
            }
            self.rearranged = None;
            self.names = (0..self.read.n_messages())
                .map(MessageId::from_index)
                .collect();
        } else {
            let files = order.iter().map(|&key| &self.files[key as usize]);
            let (said, names) = self.read.rearranged(files.map(|file| &file.sayings[..]));
            self.rearranged = Some(said);
            self.names = names;
        }
        self.places = vec![None; self.files.len()];
        for (place, &key) in order.iter().enumerate() {
            self.places[key as usize] = Some(place as u32);
        }
        self.order = order;
        self.is_settled = true;
    }

    /// What is said in the lanes that are shown.
    pub(super) fn said(&self) -> &Said {
        self.rearranged.as_ref().unwrap_or(&self.read)
    }

    /// The lanes that are shown, and what was counted over time in all of them.
    pub(super) fn lanes(&self) -> (Vec<FileFindings>, Tally) {
        let mut sum = Tally::default();
        let lane = |&key: &u32| {
            let file = &self.files[key as usize];
            let tally = file.times.tally(&file.calendar);
            let mut findings = file.findings.clone();
            findings.span = tally.span();
            findings.n_steps_back = file.times.n_steps_back();
            findings.n_zone_assumed = file.times.n_timed(Kind::is_local);
            findings.clock_changes = file.times.clock_changes(&file.calendar);
            sum.merge(tally);
            findings
        };
        let lanes = self.order.iter().map(lane).collect();
        sum.settle();
        (lanes, sum)
    }
}

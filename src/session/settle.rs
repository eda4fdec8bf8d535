//! Lanes in the order in which they were read → the run as if those that are shown had been read in the order of time.
//!
//! Ids of messages and templates are given by first appearance, so they change with the order of the lanes and with every lane
//! that is left out. Distinct messages are few: they are grouped anew from what the lanes keep, and the shards learn how each
//! message is called now.

use super::file::earlier;
use super::{Engine, RunMessage};
use crate::base::ids::{MessageId, TemplateId};
use crate::featurize::tally::Tally;
use crate::mine::messages::Message;
use crate::mine::tree::{Grouped, Miner};

/// A message that no lane shown says.
const UNSAID: MessageId = MessageId(u32::MAX);

impl Engine {
    /// The lanes that are shown, in the order of time: by the first time in each, those without any at the end.
    fn order_of_time(&self) -> Vec<u32> {
        let mut order: Vec<u32> = (0..self.files.len() as u32)
            .filter(|&key| !self.files[key as usize].is_hidden)
            .collect();
        order.sort_by_cached_key(|&key| {
            let file = &self.files[key as usize];
            let first = file.tally.span().map(|span| span.0);
            (first.is_none(), first, file.findings.name.clone(), key)
        });
        order
    }

    /// Names messages and templates by first appearance in the lanes that are shown, in their order.
    pub(super) fn settle(&mut self) {
        let order = self.order_of_time();
        let is_as_read = order.len() == self.files.len() && order.is_sorted();
        if is_as_read && self.is_settled && self.order == order {
            return;
        }
        // What the miner learned while reading holds as long as nothing stands elsewhere and it has not finished.
        let is_miner_right = is_as_read && !self.is_settled;
        if !is_miner_right {
            self.miner = Miner::default();
        }
        self.messages = Vec::with_capacity(self.pool.len());
        self.names = vec![UNSAID; self.pool.len()];
        for &key in &order {
            for said in &self.files[key as usize].said {
                let pooled = &self.pool[said.pooled as usize];
                let name = &mut self.names[said.pooled as usize];
                if *name == UNSAID {
                    *name = MessageId::from_index(self.messages.len());
                    let slots = said.slots.as_ref().unwrap_or(&pooled.said.slots);
                    self.messages.push(RunMessage {
                        said: Message {
                            slots: slots.clone(),
                            ..pooled.said.clone()
                        },
                        group: if is_miner_right {
                            pooled.group
                        } else {
                            self.miner.add(&pooled.said.text)
                        },
                        template: TemplateId(0),
                        is_failed_login: pooled.is_failed_login,
                    });
                }
                let message = &mut self.messages[name.index()].said;
                message.n_records = message.n_records.saturating_add(said.n_records);
                message.level = message.level.max(said.level);
                message.first = earlier(message.first, said.first);
                message.last = message.last.max(said.last);
            }
        }
        let grouped = self.messages.iter().map(|message| Grouped {
            text: &message.said.text,
            slots: &message.said.slots,
            group: message.group,
        });
        let templates = self.miner.finish(grouped);
        for (message, template) in self.messages.iter_mut().zip(templates) {
            message.template = template;
        }
        self.places = vec![None; self.files.len()];
        for (place, &key) in order.iter().enumerate() {
            self.places[key as usize] = Some(place as u32);
        }
        self.order = order;
        self.is_settled = true;
    }

    /// What was counted over time in the lanes that are shown.
    pub(super) fn tally(&self) -> Tally {
        let mut tally = Tally::default();
        for &key in &self.order {
            tally.merge(self.files[key as usize].tally.clone());
        }
        tally
    }
}

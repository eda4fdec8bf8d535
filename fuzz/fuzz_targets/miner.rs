//! Any lines: every message has a template, and the cut into blocks does not change which.
#![no_main]

use libfuzzer_sys::fuzz_target;
use logloupe::mine::mask;
use logloupe::mine::messages::Messages;
use logloupe::mine::tree::{Grouped, Miner};

fuzz_target!(|text: &[u8]| {
    let mut messages = Messages::default();
    let mut spans = Vec::new();
    for line in text.split(|&byte| byte == b'\n') {
        let cut = &line[..line.len().min(mask::MESSAGE_CAP)];
        mask::scan(cut, &mut spans);
        assert!(spans.windows(2).all(|pair| pair[0].1 <= pair[1].0));
        assert!(spans.iter().all(|span| span.0 < span.1 && span.1 as usize <= cut.len()));
        messages.file(line, None);
    }
    let mut miner = Miner::default();
    let groups: Vec<_> = messages.list().iter().map(|m| miner.add(&m.text)).collect();
    let grouped = messages.list().iter().zip(groups).map(|(message, group)| Grouped {
        text: &message.text,
        slots: &message.slots,
        group,
    });
    for id in miner.finish(grouped) {
        let text = miner.text(id);
        assert_eq!(miner.slots(id).len(), text.matches("<*>").count());
    }
});

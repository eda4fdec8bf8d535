//! Whatever the messages, templates match what they came from, and neither blocks nor repetition change them.

#![cfg(not(target_arch = "wasm32"))]

use std::collections::BTreeMap;

use logloupe::base::ids::TemplateId;
use logloupe::mine::mask::{MESSAGE_CAP, render, scan};
use logloupe::mine::messages::{Message, Messages};
use logloupe::mine::tree::{Grouped, Miner, TEMPLATE_CAP};
use proptest::prelude::*;

/// The distinct messages of all blocks, by first appearance, and the message of each line.
fn distinct(lines: &[Vec<u8>], block_len: usize) -> (Vec<Message>, Vec<usize>) {
    let (mut index, mut all, mut of_line) = (BTreeMap::new(), Vec::new(), Vec::new());
    for block in lines.chunks(block_len) {
        let mut messages = Messages::default();
        let filed: Vec<_> = block
            .iter()
            .map(|line| messages.file(line, None).idx as usize)
            .collect();
        let ids: Vec<usize> = messages
            .into_block()
            .kept
            .into_iter()
            .map(|message| {
                *index.entry(message.hash).or_insert_with(|| {
                    all.push(message);
                    all.len() - 1
                })
            })
            .collect();
        of_line.extend(filed.into_iter().map(|idx| ids[idx]));
    }
    (all, of_line)
}

/// The miner and the template of each message.
fn mine(messages: &[Message]) -> (Miner, Vec<TemplateId>) {
    let mut miner = Miner::default();
    let groups: Vec<_> = messages
        .iter()
        .map(|message| miner.add(&message.text))
        .collect();
    let grouped = messages.iter().zip(groups).map(|(message, group)| Grouped {
        text: &message.text,
        slots: &message.slots,
        group,
    });
    let ids = miner.finish(grouped);
    (miner, ids)
}

/// Whether the text is the template with anything for each wildcard.
fn matches(template: &str, text: &str) -> bool {
    let Some((front, rest)) = template.split_once("<*>") else {
        return template == text;
    };
    let Some(mut text) = text.strip_prefix(front) else {
        return false;
    };
    let mut parts: Vec<_> = rest.split("<*>").collect();
    let last = parts.pop().unwrap_or_default();
    for part in parts {
        let Some(at) = text.find(part) else {
            return false;
        };
        text = &text[at + part.len()..];
    }
    text.ends_with(last)
}

fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => prop::sample::select(vec![
            "job", "user", "root", "bob", "eve", "opened", "closed", "for", "NEW", "DONE", "true", "KB", "Jul",
            "Sun", "a.b.C", "done.", "(x)", "()", "k=v", "k=", "[", "]", "<*>", "\"q\"", "größe", "HTTP/1.1\"",
        ]).prop_map(str::to_owned),
        2 => any::<u16>().prop_map(|n| n.to_string()),
        1 => any::<u16>().prop_map(|n| format!("(10.0.0.{n})")),
        1 => "[a-zA-Z0-9_./:,=-]{0,12}",
        1 => any::<String>(),
    ]
}

fn lines() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let line = prop::collection::vec(word(), 0..8).prop_map(|words| words.join(" ").into_bytes());
    prop::collection::vec(line, 1..60)
}

fn check(lines: &[Vec<u8>], block_len: usize) {
    let (messages, of_line) = distinct(lines, lines.len());
    let (miner, ids) = mine(&messages);
    assert!(miner.n_templates() <= TEMPLATE_CAP);
    let mut n_seen = 0;
    for (message, &id) in messages.iter().zip(&ids) {
        let text = miner.text(id);
        assert!(
            matches(&text, &message.text),
            "{text:?} on {:?}",
            message.text
        );
        assert_eq!(miner.slots(id).len(), text.matches("<*>").count());
        assert!(id.index() <= n_seen, "ids are not by first appearance");
        n_seen = n_seen.max(id.index() + 1);
    }
    assert_eq!(n_seen, miner.n_templates());
    let (again, line_again) = distinct(lines, block_len);
    let (other, other_ids) = mine(&again);
    assert_eq!(of_line, line_again);
    assert_eq!(ids, other_ids);
    assert!(
        (0..n_seen)
            .map(TemplateId::from_index)
            .all(|id| miner.text(id) == other.text(id))
    );
}

proptest! {
    #[test]
    fn templates_match_their_messages_whatever_the_blocks(lines in lines(), block_len in 1..60_usize) {
        check(&lines, block_len);
    }

    #[test]
    fn spans_lie_in_the_message(message in prop::collection::vec(any::<u8>(), 0..200)) {
        let mut spans = Vec::new();
        scan(&message, &mut spans);
        let mut at = 0;
        for &(from, to) in &spans {
            prop_assert!(at <= from && from < to && to as usize <= message.len());
            at = to;
        }
        let text = render(&message, &spans);
        prop_assert!(text.matches("<*>").count() >= spans.len());
        check(&[message], 1);
    }
}

#[test]
fn hostile_messages_are_templates_like_others() {
    let long = |byte: u8| vec![byte; 1 << 20];
    let mut lines: Vec<_> = (0..=255).map(long).collect();
    lines.extend((0..=255).map(|byte| vec![byte; MESSAGE_CAP]));
    lines.extend((0..=255).map(|byte| [b':', byte].repeat(3000)));
    lines.extend((0..=255).map(|byte| [byte, b' '].repeat(3000)));
    lines.extend((0..=255).map(|byte| [b'1', byte].repeat(3000)));
    check(&lines, 7);
}

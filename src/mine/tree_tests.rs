//! Messages → templates, through all of the steps.

use super::*;
use crate::mine::messages::Messages;

/// The template of each line.
fn mine(lines: &[&str]) -> Vec<String> {
    let (miner, ids) = run(lines);
    ids.iter().map(|&id| miner.text(id)).collect()
}

fn run(lines: &[&str]) -> (Miner, Vec<TemplateId>) {
    let mut messages = Messages::default();
    let filed: Vec<_> = lines
        .iter()
        .map(|line| messages.file(line.as_bytes(), None).idx as usize)
        .collect();
    let mut miner = Miner::default();
    let groups: Vec<_> = messages
        .list()
        .iter()
        .map(|message| miner.add(&message.text))
        .collect();
    let grouped = messages
        .list()
        .iter()
        .zip(groups)
        .map(|(message, group)| Grouped {
            text: &message.text,
            slots: &message.slots,
            group,
        });
    let ids = miner.finish(grouped);
    (miner, filed.into_iter().map(|idx| ids[idx]).collect())
}

/// Lines are one template with this text.
fn one(lines: &[&str], template: &str) {
    assert_eq!(mine(lines), vec![template; lines.len()]);
}

/// Lines are templates of their own, each as it stands.
fn apart(lines: &[&str]) {
    assert_eq!(mine(lines), lines);
}

#[test]
fn a_few_words_in_one_place_are_ways_to_say_something() {
    apart(&["link eth up now", "link eth down now"]);
    apart(&["session opened at once", "session closed at once"]);
    apart(&[
        "task went from NEW to READY",
        "task went from READY to RUNNING",
        "task went from RUNNING to DONE",
    ]);
    apart(&["start job alpha", "stop job alpha", "start job"]);
    apart(&["host is up", "host was down"]);
}

#[test]
fn names_in_one_place_are_a_variable() {
    one(
        &[
            "invalid user bob from 10.0.0.1",
            "invalid user eve from 10.0.0.2",
        ],
        "invalid user <*> from <*>",
    );
    one(
        &["open file alpha for me", "open file beta for me"],
        "open file <*> for me",
    );
    one(&["mode=fast, on", "mode=slow, on"], "mode=<*>, on");
    one(
        &["load 'alpha' again", "load 'beta' again"],
        "load '<*>' again",
    );
    one(
        &[
            "load org.example.Alpha again",
            "load org.example.Beta again",
        ],
        "load <*> again",
    );
}

#[test]
fn more_words_than_anyone_writes_are_a_variable() {
    let names = [
        "ann", "bob", "cat", "dan", "eve", "fay", "gus", "hal", "ida", "joe",
    ];
    let inside: Vec<_> = names
        .iter()
        .map(|n| format!("hello dear {n} again"))
        .collect();
    let front: Vec<_> = names.iter().map(|n| format!("{n} came in again")).collect();
    let as_strs = |lines: &[String]| mine(&lines.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(as_strs(&inside), vec!["hello dear <*> again"; names.len()]);
    assert_eq!(as_strs(&front), vec!["<*> came in again"; names.len()]);
}

#[test]
fn whoever_is_called_a_user_is_one_elsewhere() {
    assert_eq!(
        mine(&["access for alice granted", "closed for user alice"]),
        ["access for <*> granted", "closed for user <*>"]
    );
}

#[test]
fn lists_of_any_length_are_one_template() {
    one(
        &[
            "delete blk_1001",
            "delete blk_1001 blk_1002 blk_1003",
            "delete 7, 8, 9, 10, 11",
        ],
        "delete <*>",
    );
    apart(&["delete", "delete all"]);
}

#[test]
fn brackets_may_be_empty() {
    one(
        &[
            "connection from 10.0.0.1 ()",
            "connection from 10.0.0.2 (10.0.0.3)",
        ],
        "connection from <*> (<*>)",
    );
    apart(&["call f()", "call g()"]);
}

#[test]
fn responses_keep_their_status() {
    assert_eq!(
        mine(&[
            "\"GET /a HTTP/1.1\" 200 512",
            "\"GET /b HTTP/1.1\" 500 77",
            "\"GET /c HTTP/1.1\" 200 -",
        ]),
        [
            "\"GET <*> HTTP/1.1\" 200 <*>",
            "\"GET <*> HTTP/1.1\" 500 <*>",
            "\"GET <*> HTTP/1.1\" 200 <*>",
        ]
    );
}

#[test]
fn slots_say_what_the_variables_are() {
    let (miner, ids) = run(&[
        "10.0.0.1:80 sent /tmp/a in 12ms to bob=x at Sun Jul 17 12:00:01 2005",
        "10.0.0.2:80 sent 77 in 13ms to bob=y at Sun Jul 17 12:00:02 2005",
    ]);
    assert_eq!(ids, [TemplateId(0); 2]);
    let kinds: Vec<_> = miner
        .slots(ids[0])
        .into_iter()
        .map(SlotKind::text)
        .collect();
    assert_eq!(miner.text(ids[0]), "<*> sent <*> in <*> to bob=<*> at <*>");
    assert_eq!(kinds, ["<ip>", "<*>", "<dur>", "<word>", "<time>"]);
}

#[test]
fn ids_are_numbered_by_first_appearance() {
    let (miner, ids) = run(&["a b is up", "x y z", "a b is down", "x y z"]);
    assert_eq!(ids, [0, 1, 2, 1].map(TemplateId));
    assert_eq!(miner.n_templates(), 3);
}

#[test]
fn an_empty_message_is_a_template() {
    assert_eq!(mine(&["", ""]), ["", ""]);
    assert_eq!(mine(&["7", "8"]), ["<*>", "<*>"]);
}

#[test]
fn templates_beyond_the_cap_share_the_last() {
    let mut miner = Miner::default();
    let word = |i: usize| {
        let letter = |k: u32| char::from(b'g' + ((i / 17usize.pow(k)) % 17) as u8);
        (0..5).map(letter).collect::<String>()
    };
    let texts: Vec<_> = (0..TEMPLATE_CAP + 100)
        .map(|i| format!("{0} {0}{0} {0}{0}{0}", word(i)))
        .collect();
    let groups: Vec<_> = texts.iter().map(|text| miner.add(text)).collect();
    let grouped = texts.iter().zip(groups).map(|(text, group)| Grouped {
        text,
        slots: &[],
        group,
    });
    let ids = miner.finish(grouped);
    assert!(ids.iter().all(|id| id.index() < miner.n_templates()));
    assert!(miner.n_templates() <= TEMPLATE_CAP);
}

//! A record taken apart by a plan that its head led to: always in the same way, and never to more than was there.

use logloupe::parse::{ParsePlan, Parser};

pub fn check(head: &[u8], record: &[u8]) {
    let plan = ParsePlan::probe(head, false);
    let mut parser = Parser::new(&plan);
    let mut scratch = Vec::new();
    let parsed = parser.parse(record, &mut scratch);
    let message = parsed.fields.message.get(record, &scratch);
    assert!(message.len() <= record.len() + scratch.len());
    let again = scratch.clone();
    assert_eq!(parser.parse(record, &mut scratch), parsed);
    assert_eq!(scratch, again);
    let _ = ParsePlan::probe(record, false);
}

//! Any bytes are taken apart as a line of JSON, always in the same way.
#![no_main]

use libfuzzer_sys::fuzz_target;
use logloupe::parse::{ParsePlan, Parser};

fuzz_target!(|record: &[u8]| {
    let plan = ParsePlan::probe(b"{\"message\":\"a\"}\n{\"message\":\"b\"}\n", false);
    let mut parser = Parser::new(&plan);
    let mut scratch = Vec::new();
    let parsed = parser.parse(record, &mut scratch);
    let message = parsed.fields.message.get(record, &scratch);
    assert!(message.len() <= record.len() + scratch.len());
    let again = scratch.clone();
    assert_eq!(parser.parse(record, &mut scratch), parsed);
    assert_eq!(scratch, again);
    let _ = ParsePlan::probe(record, false);
});

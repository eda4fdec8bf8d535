//! Any bytes are taken apart as a line of JSON, always in the same way.
#![no_main]

use libfuzzer_sys::fuzz_target;

mod record;

fuzz_target!(|bytes: &[u8]| record::check(b"{\"message\":\"a\"}\n{\"message\":\"b\"}\n", bytes));

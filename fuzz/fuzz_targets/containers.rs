//! Damaged containers of every kind end, keep to their budget, and give the same text however they are cut.
#![no_main]

use libfuzzer_sys::fuzz_target;
use logloupe::ingest::text::TextReader;
use logloupe::ingest::unpack::Unpack;

const BUDGET: u64 = 1 << 22;
/// What leads into each kind of container.
const HEADS: [&[u8]; 7] = [
    b"",
    b"\x1f\x8b\x08\0\0\0\0\0\0\xff",
    b"\x28\xb5\x2f\xfd",
    b"BZh91AY&SY",
    b"\xfd7zXZ\0\0\x04",
    b"PK\x03\x04\x14\0\0\0\x08\0",
    b"a.log",
];

fn read(bytes: &[u8], chunk: usize) -> (Vec<u8>, Option<String>) {
    let (mut reader, mut text) = (TextReader::new(BUDGET), Vec::new());
    for mut part in bytes.chunks(chunk) {
        while !part.is_empty() {
            part = &part[reader.push(part, &mut |more| text.extend_from_slice(more))..];
        }
    }
    while !reader.finish(&mut |more| text.extend_from_slice(more)) {}
    (text, reader.fault())
}

fuzz_target!(|input: (u8, u8, &[u8])| {
    let (kind, chunk, rest) = input;
    let mut bytes = HEADS[usize::from(kind) % HEADS.len()].to_vec();
    bytes.extend_from_slice(rest);
    let whole = read(&bytes, usize::MAX);
    assert!(whole.0.len() as u64 <= BUDGET + (16 << 20));
    assert_eq!(read(&bytes, usize::from(chunk) + 1), whole);
});

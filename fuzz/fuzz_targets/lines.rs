//! Any bytes, cut anyhow, decode to the same text and split into the same pieces, which cover it.
#![no_main]

use std::ops::ControlFlow;

use libfuzzer_sys::fuzz_target;
use logloupe::ingest::split::{Boundary, Splitter};
use logloupe::ingest::text::TextReader;
use logloupe::ingest::unpack::Unpack;

type Pieces = Vec<(u64, u64, u64, u64, Vec<u8>)>;

fn read(bytes: &[u8], chunk: usize) -> Vec<u8> {
    let (mut reader, mut text) = (TextReader::new(1 << 20), Vec::new());
    for mut part in bytes.chunks(chunk) {
        while !part.is_empty() {
            part = &part[reader.push(part, &mut |more| text.extend_from_slice(more))..];
        }
    }
    while !reader.finish(&mut |more| text.extend_from_slice(more)) {}
    text
}

fn split(text: &[u8], boundary: Boundary, chunk: usize) -> (Pieces, u64) {
    let (mut splitter, mut pieces) = (Splitter::new(boundary, 0, false), Vec::new());
    let mut see = |piece: logloupe::ingest::split::Piece<'_>| {
        let source = piece.source.to_vec();
        pieces.push((
            piece.offset,
            piece.byte_len,
            piece.line,
            piece.n_lines,
            source,
        ));
        ControlFlow::Continue(())
    };
    for part in text.chunks(chunk) {
        let _ = splitter.push(part, &mut see);
    }
    let _ = splitter.finish(&mut see);
    (pieces, splitter.n_lines())
}

fuzz_target!(|input: (u8, &[u8])| {
    let (chunk, bytes) = (usize::from(input.0) + 1, input.1);
    assert_eq!(read(bytes, chunk), read(bytes, usize::MAX));
    for boundary in [
        Boundary::Line,
        Boundary::CsvRecord,
        Boundary::JsonElement,
        Boundary::JsonMember,
        Boundary::JsonObject,
        Boundary::Paragraph,
    ] {
        let whole = split(bytes, boundary, usize::MAX);
        assert_eq!(split(bytes, boundary, chunk), whole);
        assert!(
            whole
                .0
                .windows(2)
                .all(|pair| pair[0].0 + pair[0].1 <= pair[1].0)
        );
        let n_newlines = bytes.iter().filter(|&&byte| byte == b'\n').count() as u64;
        let is_open = bytes.last().is_some_and(|&byte| byte != b'\n');
        assert_eq!(whole.1, n_newlines + u64::from(is_open));
    }
});

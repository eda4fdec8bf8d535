//! Whatever the bytes: nothing panics, what comes out does not depend on how they are cut, a step is bounded, and every byte and
//! line of the text is accounted for.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a test may fail so")]

use std::io::Write;

use logloupe::ingest::bunzip2::Bunzip2;
use logloupe::ingest::gunzip::Gunzip;
use logloupe::ingest::tar::Tar;
use logloupe::ingest::text::TextReader;
use logloupe::ingest::unpack::{Unpack, Within};
use logloupe::ingest::unxz::Unxz;
use logloupe::ingest::unzip::Unzip;
use logloupe::ingest::unzstd::Unzstd;
use logloupe::local::{Layout, analyze, meta};
use logloupe::protocol::Options;
use proptest::prelude::*;

/// The most that one step may hand out.
const STEP_CAP: usize = 8 << 20;

fn unpack(mut unpacker: Box<dyn Unpack>, packed: &[u8], chunk: usize) -> (Vec<u8>, Option<String>) {
    let mut text = Vec::new();
    for mut part in packed.chunks(chunk) {
        while !part.is_empty() {
            let n_before = text.len();
            part = &part[unpacker.push(part, &mut |bytes| text.extend_from_slice(bytes))..];
            assert!(text.len() - n_before <= STEP_CAP);
        }
    }
    for n_calls in 0.. {
        let n_before = text.len();
        if unpacker.finish(&mut |bytes| text.extend_from_slice(bytes)) {
            break;
        }
        assert!(text.len() - n_before <= STEP_CAP);
        assert!(n_calls < 100_000, "the end is reached");
    }
    (text, unpacker.fault())
}

type New = fn() -> Box<dyn Unpack>;

/// Every unpacker, with bytes that get it beyond its first header.
fn all() -> Vec<(New, Vec<u8>)> {
    let text = "2024-02-29T00:00:00Z INFO served \u{e9}\n"
        .repeat(40)
        .into_bytes();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(&text).unwrap();
    let mut bzip2 = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    bzip2.write_all(&text).unwrap();
    let options = lzma_rust2::XzOptions::with_preset(1);
    let mut xz = lzma_rust2::XzWriter::new(Vec::new(), options).unwrap();
    xz.write_all(&text).unwrap();
    let level = ruzstd::encoding::CompressionLevel::Fastest;
    let zstd = ruzstd::encoding::compress_to_vec(&text[..], level);
    let mut deflate = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::fast());
    deflate.write_all(&text).unwrap();
    let deflate = deflate.finish().unwrap();
    let mut zip = b"PK\x03\x04\x14\0\x08\0\x08\0\0\0\0\0".to_vec();
    zip.extend_from_slice(&[0; 12]);
    zip.extend_from_slice(b"\x05\0\0\0a.log");
    zip.extend_from_slice(&deflate);
    let mut tar = vec![0; 512];
    tar[..5].copy_from_slice(b"a.log");
    tar[124..135].copy_from_slice(format!("{:011o}", text.len()).as_bytes());
    tar[148..156].fill(b' ');
    let sum: u32 = tar.iter().map(|&byte| u32::from(byte)).sum();
    tar[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
    tar.extend_from_slice(&text);
    let gzip = gzip.finish().unwrap();
    vec![
        (|| Box::new(Gunzip::default()), gzip.clone()),
        (|| Box::new(Bunzip2::default()), bzip2.finish().unwrap()),
        (|| Box::new(Unxz::default()), xz.finish().unwrap()),
        (|| Box::new(Unzstd::default()), zstd.clone()),
        (|| Box::new(Unzip::new(Within::default())), zip.clone()),
        (|| Box::new(Tar::new(Within::default())), tar.clone()),
        (|| Box::new(TextReader::default()), gzip),
        (|| Box::new(TextReader::default()), zstd),
        (|| Box::new(TextReader::default()), zip),
        (|| Box::new(TextReader::default()), tar),
        (
            || Box::new(TextReader::default()),
            b"one\rtwo\r\nthree\n".to_vec(),
        ),
        (
            || Box::new(TextReader::default()),
            b"\xff\xfea\0\r\0b\0".to_vec(),
        ),
    ]
}

proptest! {
    #[test]
    fn unpackers_do_not_care_how_bytes_are_cut(
        bytes in proptest::collection::vec(any::<u8>(), 0..600),
        edits in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        keep in any::<prop::sample::Index>(),
        chunk in 1..700_usize,
    ) {
        for (idx, (new, good)) in all().into_iter().enumerate() {
            let mut damaged = good.clone();
            for (at, byte) in &edits {
                let at = at.index(damaged.len());
                damaged[at] = *byte;
            }
            let kept = [&good[..keep.index(good.len())], &bytes[..]].concat();
            for input in [&bytes, &damaged, &kept] {
                let whole = unpack(new(), input, usize::MAX);
                let cut = unpack(new(), input, chunk);
                prop_assert_eq!(&cut.0, &whole.0, "unpacker {}: {:?} {:?}", idx, &cut.1, &whole.1);
                // Decoders name the place of a fault to within a byte or two.
                prop_assert_eq!(cut.1.is_some(), whole.1.is_some());
            }
        }
    }

    #[test]
    fn every_line_is_accounted_for(
        parts in proptest::collection::vec(
            prop_oneof![
                Just(b"2024-02-29T00:00:00Z INFO a\n".to_vec()),
                Just(b"\n".to_vec()),
                Just(b"\r".to_vec()),
                Just(b"a,\"b\n".to_vec()),
                Just(b"time,level,message\n".to_vec()),
                Just(b"[{\"a\": 1},\n".to_vec()),
                Just(b"\0\0\0".to_vec()),
                Just(b"\xef\xbb\xbf".to_vec()),
                proptest::collection::vec(any::<u8>(), 0..20),
            ],
            0..60,
        ),
        block_len in 1..400_u64,
        is_packed in any::<bool>(),
    ) {
        let text = parts.concat();
        let bytes = if is_packed {
            let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            gzip.write_all(&text).unwrap();
            gzip.finish().unwrap()
        } else {
            text
        };
        let layout = Layout { block_len, ..Layout::default() };
        let files = [(meta("any.log", &bytes, 0.0), &bytes[..])];
        if let Ok(report) = analyze(&files, Options::default(), layout) {
            let totals = &report.totals;
            let explained = totals.n_record_lines + totals.n_blank_lines + totals.n_structure_lines;
            prop_assert_eq!(explained, totals.n_lines);
            if report.files[0].container == "plain" && report.notices.iter().all(|n| n.code != "container") {
                prop_assert_eq!(totals.text_len, bytes.len() as f64);
            }
        }
    }
}

use std::io::Write as _;

use super::super::unpack::tests::{check_laws, sample, starts, unpack};
use super::*;

fn deflate(text: &[u8]) -> Vec<u8> {
    let mut encoder =
        flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

#[derive(Clone, Copy)]
struct Item<'a> {
    name: &'a [u8],
    text: &'a [u8],
    method: u16,
    flags: u16,
    /// Added to the length said of it.
    lie: u32,
}

fn item<'a>(name: &'a [u8], text: &'a [u8]) -> Item<'a> {
    Item {
        name,
        text,
        method: 8,
        flags: 0,
        lie: 0,
    }
}

fn zip(items: &[Item<'_>]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for item in items {
        let offset = out.len() as u32;
        let content = match item.method {
            8 => deflate(item.text),
            _ => item.text.to_vec(),
        };
        let crc = crc32fast::hash(item.text);
        let lens = [content.len() as u32, item.text.len() as u32 + item.lie];
        let sums = [
            crc.to_le_bytes(),
            lens[0].to_le_bytes(),
            lens[1].to_le_bytes(),
        ]
        .concat();
        let mut common = vec![20, 0];
        common.extend_from_slice(&item.flags.to_le_bytes());
        common.extend_from_slice(&item.method.to_le_bytes());
        common.extend_from_slice(&[0; 4]);
        let has_descriptor = item.flags & 8 != 0;
        let name_len = (item.name.len() as u32).to_le_bytes();
        let local_sums = if has_descriptor {
            vec![0; 12]
        } else {
            sums.clone()
        };
        out.extend_from_slice(
            &[
                &LOCAL[..],
                &common,
                &local_sums,
                &name_len,
                item.name,
                &content,
            ]
            .concat(),
        );
        if has_descriptor {
            out.extend_from_slice(&[&DESCRIPTOR[..], &sums].concat());
        }
        directory.extend_from_slice(
            &[
                &CENTRAL[..],
                &[20, 0],
                &common,
                &sums,
                &name_len,
                &[0; 10],
                &offset.to_le_bytes(),
                item.name,
            ]
            .concat(),
        );
    }
    out.extend_from_slice(&directory);
    out.extend_from_slice(b"PK\x05\x06");
    out.extend_from_slice(&[0; 18]);
    out
}

fn read(packed: &[u8]) -> (Vec<u8>, Option<String>, String) {
    let mut unzip = Unzip::new(Within::default());
    let (text, fault) = unpack(&mut unzip, packed, 100);
    (text, fault, unzip.notes().join(" "))
}

#[test]
fn entries_are_read_in_order_and_told_apart() {
    let text = sample(30);
    let packed = zip(&[
        item(b"a.log", &text[..text.len() - 1]),
        Item {
            method: 0,
            ..item(b"d/", b"")
        },
        Item {
            flags: 8,
            ..item(b"d/b.log", &text)
        },
        Item {
            flags: 8,
            ..item(b"empty.log", b"")
        },
        Item {
            method: 0,
            ..item(b"c.log", b"last line")
        },
    ]);
    let expected = [&text[..text.len() - 1], &text, b"last line"].concat();
    check_laws(
        &|| Box::new(Unzip::new(Within::default())),
        &packed,
        &expected,
    );
    let starts = starts(&mut Unzip::new(Within::default()), &packed);
    let (first, second) = (text.len() as u64 - 1, 2 * text.len() as u64 - 1);
    assert_eq!(
        starts,
        [
            (0, "a.log".to_owned()),
            (first, "d/b.log".to_owned()),
            (second, "c.log".to_owned())
        ]
    );
}

#[test]
fn what_is_not_read_is_named() {
    let packed = zip(&[
        Item {
            flags: 1,
            ..item(b"secret.log", b"hidden\n")
        },
        Item {
            method: 9,
            ..item(b"odd.log", b"")
        },
        item(b"\x1b[31m\xe2\x80\xaegol.png", b"\x89PNG\r\n\x1a\n"),
        item(b"a.log", b"a line\n"),
    ]);
    let (text, fault, notes) = read(&packed);
    assert_eq!((&text[..], fault), (&b"a line\n"[..], None));
    assert!(
        notes.contains("secret.log (encrypted), odd.log (packed with deflate64"),
        "{notes}"
    );
    assert!(
        notes.contains("\\u{1b}[31m\\u{202e}gol.png (a PNG image)"),
        "{notes}"
    );
}

#[test]
fn lies_are_said() {
    let fault = read(&zip(&[Item {
        lie: 5,
        ..item(b"a.log", b"a line\n")
    }]))
    .1;
    assert!(fault.is_some_and(|f| f.contains("12 bytes are declared, 7 came out")));
    let mut packed = zip(&[item(b"a.log", b"a line\n")]);
    packed[14] ^= 1;
    let (text, fault, _) = read(&packed);
    assert_eq!(text, b"a line\n");
    assert!(fault.is_some_and(|f| f.contains("checksum")));
    let cut = zip(&[item(b"a.log", b"a line\n")]);
    let (text, fault, _) = read(&cut[..cut.len() - 40]);
    assert_eq!(text, b"a line\n");
    assert!(fault.is_some_and(|f| f.contains("directory")));
}

#[test]
fn overlapping_entries_are_refused() {
    let mut packed = zip(&[item(b"a.log", b"a line\n"), item(b"b.log", b"b\n")]);
    // The second entry of the directory points into the first one.
    let second = packed.len() - 22 - 5 - 4;
    packed[second] = 7;
    let (text, _, notes) = read(&packed);
    assert_eq!(text, b"a line\nb\n");
    assert!(
        notes.contains("1 entry more that overlap") || notes.contains("overlap"),
        "{notes}"
    );
}

#[test]
fn names_that_come_twice_and_archives_inside_are_said() {
    let inner = zip(&[item(b"deep.log", b"deep\n")]);
    let packed = zip(&[
        item(b"a.log", b"one\n"),
        item(b"a.log", b"two\n"),
        item(b"in.zip", &inner),
    ]);
    let (text, fault, notes) = read(&packed);
    assert_eq!((&text[..], fault), (&b"one\ntwo\ndeep\n"[..], None));
    assert!(
        notes.contains("more than one entry bears the name a.log"),
        "{notes}"
    );
    assert!(
        notes.contains("archives in it, which were read as well: in.zip"),
        "{notes}"
    );
}

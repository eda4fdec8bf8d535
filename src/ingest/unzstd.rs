//! zstd bytes, in chunks → the content of all frames, in order (RFC 8878).
//!
//! The decoder pulls, so it is only called with a whole block at hand (at most 128 KiB). Every frame's header is read here
//! first: a window beyond the cap is refused before anything is allocated, and the size of the content is not believed.

use std::fmt;
use std::io::Read;

use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

use super::unpack::{OUT_LEN, Tail, Unpack, WINDOW_CAP, damaged};

/// Longest block of a frame.
const BLOCK_CAP: usize = 128 << 10;
const MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

enum State {
    /// Before a frame.
    Between,
    /// In a skippable frame, with so many bytes to go.
    Skipping(u64),
    /// In a frame, before a block.
    Frame,
    /// A frame's blocks have all been decoded; its last bytes come out.
    Draining,
    /// Nothing more is understood.
    Over,
}

/// A zstd decompressor.
pub struct Unzstd {
    state: State,
    decoder: FrameDecoder,
    has_checksum: bool,
    held: Vec<u8>,
    /// Offset behind the bytes held.
    n_in: u64,
    out: Vec<u8>,
    tail: Tail,
    fault: Option<String>,
}

impl Default for Unzstd {
    fn default() -> Self {
        Self {
            state: State::Between,
            decoder: FrameDecoder::new(),
            has_checksum: false,
            held: Vec::new(),
            n_in: 0,
            out: Vec::new(),
            tail: Tail::default(),
            fault: None,
        }
    }
}

impl fmt::Debug for Unzstd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unzstd")
            .field("n_in", &self.n_in)
            .finish_non_exhaustive()
    }
}

impl Unpack for Unzstd {
    fn push(&mut self, packed: &[u8], sink: &mut dyn FnMut(&[u8])) -> usize {
        match self.state {
            State::Over => {
                self.tail_push(packed);
                self.n_in += packed.len() as u64;
                packed.len()
            }
            State::Skipping(left) => {
                let n = left.min(packed.len() as u64);
                self.n_in += n;
                self.state = if n == left {
                    State::Between
                } else {
                    State::Skipping(left - n)
                };
                n as usize
            }
            State::Draining => {
                self.drain(sink);
                0
            }
            State::Between | State::Frame => {
                let wanted = self.wanted();
                let n = packed.len().min(wanted - self.held.len());
                self.held.extend_from_slice(&packed[..n]);
                self.n_in += n as u64;
                if self.held.len() == self.wanted() {
                    self.advance(sink);
                }
                n
            }
        }
    }

    fn finish(&mut self, sink: &mut dyn FnMut(&[u8])) -> bool {
        match self.state {
            State::Draining => {
                self.drain(sink);
                false
            }
            State::Frame => {
                self.stop(&"it ends in the middle of a frame");
                false
            }
            State::Between if !self.held.is_empty() => {
                self.state = State::Over;
                let held = std::mem::take(&mut self.held);
                self.tail.push(&held, self.n_in - held.len() as u64);
                true
            }
            State::Skipping(_) => {
                self.fault = Some(damaged("zstd", self.n_in, &"it ends in a skippable frame"));
                true
            }
            State::Between | State::Over => true,
        }
    }

    fn fault(&self) -> Option<String> {
        self.fault.clone().or_else(|| self.tail.fault("zstd"))
    }
}

impl Unzstd {
    fn tail_push(&mut self, bytes: &[u8]) {
        if self.fault.is_none() {
            self.tail.push(bytes, self.n_in);
        }
    }

    /// Bytes that must be held before anything can be done, as far as is known; once they are, it does not change.
    fn wanted(&self) -> usize {
        let held = &self.held;
        match self.state {
            State::Frame => {
                let Some(header) = held.first_chunk::<3>() else {
                    return 3;
                };
                let (len, is_last) = block_len(*header);
                3 + len.unwrap_or(0) + if is_last && self.has_checksum { 4 } else { 0 }
            }
            _ => match held.get(..4) {
                Some(magic) if is_skippable(magic) => 8,
                Some(magic) if magic == MAGIC => held.get(4).map_or(5, |&flags| header_len(flags)),
                _ => 4,
            },
        }
    }

    fn advance(&mut self, sink: &mut dyn FnMut(&[u8])) {
        let held = std::mem::take(&mut self.held);
        if matches!(self.state, State::Frame) {
            self.decode(&held, sink);
        } else if is_skippable(&held) {
            let len = u32::from_le_bytes([held[4], held[5], held[6], held[7]]);
            self.state = State::Skipping(u64::from(len));
        } else if held.starts_with(&MAGIC) {
            self.begin(&held);
        } else {
            self.state = State::Over;
            self.tail.push(&held, self.n_in - held.len() as u64);
        }
        // The room is kept for the next block.
        self.held = held;
        self.held.clear();
    }

    /// Begins a frame with this header.
    fn begin(&mut self, header: &[u8]) {
        let window = window_len(header);
        if window > WINDOW_CAP {
            let (window, cap) = (window.div_ceil(1 << 20), WINDOW_CAP >> 20);
            self.refuse(&format!(
                "it asks for a window of {window} MiB, the limit is {cap} MiB"
            ));
            return;
        }
        // A decoder of its own for each frame: one that is used again reserves all of the window that is claimed.
        self.decoder = FrameDecoder::new();
        self.has_checksum = header[4] & 4 != 0;
        match self.decoder.reset(header) {
            Ok(()) => self.state = State::Frame,
            Err(ruzstd::decoding::errors::FrameDecoderError::DictNotProvided { dict_id }) => {
                self.refuse(&format!("it needs the dictionary {dict_id} to be unpacked"));
            }
            Err(error) => self.refuse(&error),
        }
    }

    /// Decodes a block.
    fn decode(&mut self, block: &[u8], sink: &mut dyn FnMut(&[u8])) {
        let (len, is_last) = block_len([block[0], block[1], block[2]]);
        if len.is_none() {
            self.stop(&"a block has an impossible type or length");
            return;
        }
        match self
            .decoder
            .decode_blocks(block, BlockDecodingStrategy::UptoBlocks(1))
        {
            Err(error) => self.stop(&error),
            Ok(_) if is_last => self.state = State::Draining,
            Ok(_) => {
                self.read(usize::MAX, sink);
            }
        }
    }

    /// Hands out what the decoder lets go, up to `cap`; answers how much.
    fn read(&mut self, cap: usize, sink: &mut dyn FnMut(&[u8])) -> usize {
        self.out.resize(OUT_LEN, 0);
        let mut n_read = 0;
        while n_read < cap {
            match self.decoder.read(&mut self.out) {
                Ok(n) if n > 0 => sink(&self.out[..n]),
                _ => break,
            }
            n_read += OUT_LEN;
        }
        n_read
    }

    /// Hands out the end of a frame, a part at a time.
    fn drain(&mut self, sink: &mut dyn FnMut(&[u8])) {
        if self.read(1 << 20, sink) > 0 {
            return;
        }
        if self.fault.is_some() {
            self.state = State::Over;
            return;
        }
        self.state = State::Between;
        if self.has_checksum
            && self.decoder.get_checksum_from_data() != self.decoder.get_calculated_checksum()
        {
            let at = self.n_in;
            self.fault = Some(format!(
                "the checksum of the zstd data before byte {at} is wrong: some of the text may not be what was packed"
            ));
            self.state = State::Over;
        }
    }

    /// Stops at a frame that cannot be begun.
    fn refuse(&mut self, why: &dyn fmt::Display) {
        self.fault = Some(damaged("zstd", self.n_in, why));
        self.state = State::Over;
    }

    /// Stops within a frame; what the decoder still holds is text from before the fault, and comes out.
    fn stop(&mut self, why: &dyn fmt::Display) {
        self.refuse(why);
        // The decoder keeps a window for blocks to come: an empty last block, and any checksum, make it let go.
        let end: &[u8] = &[1, 0, 0, 0, 0, 0, 0];
        let is_let_go = self
            .decoder
            .decode_blocks(end, BlockDecodingStrategy::UptoBlocks(1))
            .is_ok();
        if is_let_go {
            self.state = State::Draining;
        }
    }
}

fn is_skippable(magic: &[u8]) -> bool {
    matches!(magic, [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..])
}

/// Bytes of a frame's header with these flags, magic number included.
fn header_len(flags: u8) -> usize {
    let is_single = flags & 0x20 != 0;
    let dictionary = [0, 1, 2, 4][usize::from(flags & 3)];
    let content = match flags >> 6 {
        0 => usize::from(is_single),
        n => 1 << n,
    };
    5 + usize::from(!is_single) + dictionary + content
}

/// The window a frame's header asks for.
fn window_len(header: &[u8]) -> u64 {
    let flags = header[4];
    if flags & 0x20 == 0 {
        let base = 1_u64 << (10 + (header[5] >> 3));
        return base + base / 8 * u64::from(header[5] & 7);
    }
    // A frame of a single segment is its own window.
    let dictionary = [0, 1, 2, 4][usize::from(flags & 3)];
    let mut content = [0; 8];
    let field = &header[5 + dictionary..];
    content[..field.len()].copy_from_slice(field);
    u64::from_le_bytes(content)
}

/// Length of a block's content in the data, `None` when it is impossible, and whether it is the last of its frame.
fn block_len(header: [u8; 3]) -> (Option<usize>, bool) {
    let header = u32::from_le_bytes([header[0], header[1], header[2], 0]);
    let size = (header >> 3) as usize;
    let len = match (header >> 1) & 3 {
        _ if size > BLOCK_CAP => None,
        0 | 2 => Some(size),
        1 => Some(1),
        _ => None,
    };
    (len, header & 1 == 1)
}

#[cfg(test)]
mod tests {
    use ruzstd::encoding::{CompressionLevel, compress_to_vec};

    use super::super::unpack::tests::{check_laws, sample, unpack};
    use super::*;

    fn pack(text: &[u8]) -> Vec<u8> {
        compress_to_vec(text, CompressionLevel::Fastest)
    }

    fn frame(header: &[u8]) -> Vec<u8> {
        [&MAGIC[..], header, &[1, 0, 0]].concat()
    }

    #[test]
    fn every_frame_is_read_at_any_chunk_size() {
        let text = sample(60);
        let skippable = [&[0x51, 0x2a, 0x4d, 0x18, 3, 0, 0, 0][..], b"abc"].concat();
        let packed = [
            skippable,
            pack(&text[..500]),
            pack(&text[500..]),
            vec![0; 4],
        ]
        .concat();
        check_laws(&|| Box::new(Unzstd::default()), &packed, &text);
    }

    #[test]
    fn what_precedes_the_damage_is_kept_though_the_window_is_wide() {
        let text = sample(40_000);
        let packed = pack(&text);
        let (cut, fault) = unpack(
            &mut Unzstd::default(),
            &packed[..packed.len() * 3 / 4],
            4096,
        );
        assert!(
            cut.len() > text.len() / 3 && text.starts_with(&cut),
            "{}",
            cut.len()
        );
        assert!(fault.is_some_and(|f| f.contains("byte")));
    }

    #[test]
    fn claims_are_checked_before_they_are_believed() {
        let fault = |packed: &[u8]| unpack(&mut Unzstd::default(), packed, 5).1;
        assert_eq!(fault(&frame(&[0, (27 - 10) << 3])), None);
        for log in [28, 31, 41] {
            let said = fault(&frame(&[0, (log - 10) << 3]));
            assert!(
                said.is_some_and(|f| f.contains("the limit is 128 MiB")),
                "2^{log}"
            );
        }
        let lie = [&[0xe0][..], &(1_u64 << 62).to_le_bytes()].concat();
        assert!(fault(&frame(&lie)).is_some_and(|f| f.contains("limit")));
        let dictionary = fault(&frame(&[0x21, 42, 5]));
        assert!(dictionary.is_some_and(|f| f.contains("dictionary 42")));
        // Further frames are checked as the first is.
        let second = [pack(b"a line\n"), frame(&[0, 31 << 3])].concat();
        assert!(fault(&second).is_some_and(|f| f.contains("limit")));
    }

    #[test]
    fn a_bomb_comes_out_in_small_steps() {
        // 1000 blocks of 128 KiB, four bytes each.
        let mut packed = [&MAGIC[..], &[0, (27 - 10) << 3]].concat();
        let header = ((BLOCK_CAP as u32) << 3) | 2;
        for _ in 0..1000 {
            packed.extend_from_slice(&header.to_le_bytes()[..3]);
            packed.push(b'x');
        }
        let (text, fault) = unpack(&mut Unzstd::default(), &packed, usize::MAX);
        assert_eq!(text.len(), 1000 * BLOCK_CAP);
        assert!(fault.is_some(), "it has no last block");
    }

    #[test]
    fn garbage_after_the_last_frame_is_said() {
        let packed = [pack(b"a line\n"), b"garbage!".to_vec()].concat();
        let (text, fault) = unpack(&mut Unzstd::default(), &packed, 5);
        assert_eq!(text, b"a line\n");
        assert!(fault.is_some());
    }
}

//! bytes → a 64-bit identity that is the same on every target.
//!
//! Hashers of the standard library and of most crates depend on the width of `usize` or on a random seed; block summaries
//! carry hashes between machines, so ours may not. The mixing step is a multiplication modulo 2⁶⁴ and a shift, as in
//! `MurmurHash` (Appleby, 2008): WebAssembly has no multiplication to 128 bits, which the stronger steps of later hashes need
//! for every word. Every step is a bijection of what is mixed in, so different words of one place never meet in it.

const K0: u64 = 0xa076_1d64_78bd_642f;
const K1: u64 = 0xe703_7ed1_a0b4_28db;

#[inline]
fn mix(state: u64) -> u64 {
    let product = state.wrapping_mul(K1);
    product ^ (product >> 32)
}

/// Mixes `value` into `state`; order matters.
#[inline]
#[must_use]
pub fn combine(state: u64, value: u64) -> u64 {
    mix(state.rotate_left(29) ^ value ^ K0)
}

/// Identity of a byte string.
#[inline]
#[must_use]
pub fn bytes(text: &[u8]) -> u64 {
    let mut state = K1 ^ text.len() as u64;
    let (words, rest) = text.as_chunks::<8>();
    for word in words {
        state = combine(state, u64::from_le_bytes(*word));
    }
    if !rest.is_empty() {
        // The last eight bytes, of which some are mixed in again, cost less than copying the rest.
        let tail = match text.last_chunk::<8>() {
            Some(tail) => u64::from_le_bytes(*tail),
            None => rest
                .iter()
                .fold(0, |tail, &byte| (tail << 8) | u64::from(byte)),
        };
        state = combine(state, tail);
    }
    mix(state)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_bytes_have_equal_hashes_and_lengths_count() {
        assert_eq!(bytes(b"connection refused"), bytes(b"connection refused"));
        assert_ne!(bytes(b"a"), bytes(b"a\0"));
        assert_ne!(bytes(b""), bytes(b"\0"));
        assert_ne!(combine(bytes(b"a"), 1), combine(bytes(b"a"), 2));
    }

    #[test]
    fn texts_that_differ_little_have_hashes_that_differ_much() {
        for len in [1, 7, 8, 9, 16, 23, 64] {
            let text: Vec<u8> = (0..len).map(|i| (i * 37 % 95) as u8 + 32).collect();
            let mut n_turned = [0_u32; 64];
            let n_bits = len * 8;
            for bit in 0..n_bits {
                let mut other = text.clone();
                other[bit / 8] ^= 1 << (bit % 8);
                let turned = bytes(&text) ^ bytes(&other);
                assert!(turned.count_ones() >= 10, "bit {bit} of {len} bytes");
                for (at, n) in n_turned.iter_mut().enumerate() {
                    *n += (turned >> at) as u32 & 1;
                }
            }
            // Each bit of the result turns over for about half of the changes.
            if n_bits >= 128 {
                let fair = n_bits as u32 / 4..=n_bits as u32 * 3 / 4;
                assert!(n_turned.iter().all(|n| fair.contains(n)), "{n_turned:?}");
            }
        }
    }

    #[test]
    fn numbered_texts_have_hashes_of_their_own() {
        let n_texts = 200_000;
        let mut hashes: Vec<u64> = (0..n_texts)
            .map(|i| bytes(format!("request {i} of {}", i * 7 % 1000).as_bytes()))
            .collect();
        hashes.sort_unstable();
        hashes.dedup();
        assert_eq!(hashes.len(), n_texts);
        // Tables take the lowest bits, or the highest: both must be spread.
        for shift in [0, 48] {
            let mut seen = vec![0_u32; 1 << 16];
            for hash in &hashes {
                seen[(hash >> shift) as usize & 0xffff] += 1;
            }
            assert!(seen.iter().all(|n| *n < 20), "bits from {shift}");
        }
    }
}

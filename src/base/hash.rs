//! bytes → a 64-bit identity that is the same on every target.
//!
//! Hashers of the standard library and of most crates depend on the width of `usize` or on a random seed; block summaries
//! carry hashes between machines, so ours may not. The mixing step is the 128-bit folded multiply of wyhash (Wang Yi, 2019).

const K0: u64 = 0xa076_1d64_78bd_642f;
const K1: u64 = 0xe703_7ed1_a0b4_28db;

#[inline]
fn fold(a: u64, b: u64) -> u64 {
    let wide = u128::from(a) * u128::from(b);
    (wide as u64) ^ ((wide >> 64) as u64)
}

/// Mixes `value` into `state`; order matters.
#[inline]
#[must_use]
pub fn combine(state: u64, value: u64) -> u64 {
    fold(state ^ value ^ K0, K1)
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
        let mut tail = [0; 8];
        tail[..rest.len()].copy_from_slice(rest);
        state = combine(state, u64::from_le_bytes(tail));
    }
    state
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
}

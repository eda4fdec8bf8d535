//! Bytes → pieces of text: what kind of container a file is, its text, and where each line or record of it begins.
//!
//! Nothing here depends on how the bytes are cut into chunks.

pub mod blocks;
pub mod bunzip2;
pub mod container;
pub mod encoding;
mod entries;
pub mod forward;
pub mod gunzip;
pub mod readback;
pub mod split;
pub mod tar;
pub mod text;
pub mod unpack;
pub mod unxz;
pub mod unzip;
pub mod unzstd;

pub use entries::nested_name;

/// Bytes of a line or record that are analysed; the rest is counted, said, and read back on demand.
pub const LINE_CAP: usize = 1 << 20;

//! logloupe

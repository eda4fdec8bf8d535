//! Numbers that name things: `u32` on every target, so that results do not depend on the width of `usize`.

use serde::{Deserialize, Serialize};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub u32);

        impl $name {
            /// The id as an index into a vector.
            #[must_use]
            pub fn index(self) -> usize {
                self.0 as usize
            }

            /// The id of the entry at `index`; saturates at `u32::MAX`.
            #[must_use]
            pub fn from_index(index: usize) -> Self {
                Self(u32::try_from(index).unwrap_or(u32::MAX))
            }
        }
    };
}

id!(/// A file of this run, counted from 0 in the order given.
    FileId);
id!(/// A template of this run, counted from 0 by first appearance.
    TemplateId);
id!(/// A distinct masked message of this run, counted from 0 by first appearance.
    MessageId);

//! The only module that knows JavaScript: thin shells around what runs natively as well.

pub mod canvas;

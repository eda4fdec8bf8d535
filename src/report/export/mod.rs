//! Report and records → files to keep, to send and to read elsewhere.
//!
//! What a log says is hostile wherever it is read next: a spreadsheet takes `=…` for a formula, a terminal obeys escape
//! sequences, a browser runs markup. So cells cannot begin a formula ([`table`]), hidden characters are written out
//! ([`crate::base::visible`]), and the page to attach to a ticket has no script and forbids everything ([`page`]).

pub mod incidents;
pub mod page;
pub mod patterns;
pub mod records;
pub mod redact;
pub mod table;

//! JSON text → elements of the outermost array, or objects that stand one after the other, on any number of lines each.

use std::ops::ControlFlow;

use super::around::Around;
use super::{Boundary, Piece, Splitter};

/// Where a JSON scan stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Json {
    /// Before the opening bracket.
    Outside,
    /// Between elements.
    Between,
    /// In an element, `depth` brackets deep.
    Element {
        depth: u32,
        is_string: bool,
        is_escaped: bool,
    },
    /// In a line between objects.
    Line,
}

impl Splitter {
    pub(super) fn push_json(
        &mut self,
        chunk: &[u8],
        sink: &mut impl FnMut(Piece<'_>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        // Start, within the chunk, of the bytes of the open element that are not yet kept.
        let mut start = 0;
        let mut at = 0;
        while at < chunk.len() {
            let byte = chunk[at];
            if self.boundary == Boundary::JsonMember
                && self.step_around(byte, &chunk[start.min(at)..at], sink)?
            {
                at += 1;
                continue;
            }
            match self.json {
                Json::Outside | Json::Between | Json::Line => {
                    let is_element = !byte.is_ascii_whitespace()
                        && !matches!(byte, b'[' | b']' | b',')
                        || (byte == b'[' && self.json == Json::Between);
                    if is_element {
                        self.json = Json::Element {
                            depth: 0,
                            is_string: false,
                            is_escaped: false,
                        };
                        (self.open_offset, self.open_line) = (self.offset, self.line);
                        start = at;
                        continue;
                    }
                    self.json = match byte {
                        b'[' => Json::Between,
                        b']' => Json::Outside,
                        _ => self.json,
                    };
                    self.skip(byte);
                }
                Json::Element {
                    depth,
                    is_string: true,
                    is_escaped,
                } => {
                    if is_escaped {
                        self.json = Json::Element {
                            depth,
                            is_string: true,
                            is_escaped: false,
                        };
                    } else if byte == b'"' {
                        self.json = Json::Element {
                            depth,
                            is_string: false,
                            is_escaped: false,
                        };
                    } else if byte == b'\\' {
                        self.json = Json::Element {
                            depth,
                            is_string: true,
                            is_escaped: true,
                        };
                    } else if byte != b'\n' {
                        // The inside of strings is most of a log: skip to what can end or break it.
                        let run = memchr::memchr3(b'"', b'\\', b'\n', &chunk[at..])
                            .unwrap_or(chunk.len() - at);
                        self.offset += run as u64;
                        self.is_line_open = true;
                        at += run;
                        continue;
                    }
                    self.skip(byte);
                }
                Json::Element { depth, .. } => {
                    let state = |depth, is_string| Json::Element {
                        depth,
                        is_string,
                        is_escaped: false,
                    };
                    match byte {
                        b'"' => self.json = state(depth, true),
                        b'[' | b'{' => self.json = state(depth + 1, false),
                        b']' | b',' if depth == 0 => {
                            let flow = self.close(&chunk[start..at], sink);
                            self.json = if byte == b',' {
                                Json::Between
                            } else {
                                Json::Outside
                            };
                            self.skip(byte);
                            at += 1;
                            start = at;
                            flow?;
                            continue;
                        }
                        b']' | b'}' => self.json = state(depth.saturating_sub(1), false),
                        _ => {}
                    }
                    self.skip(byte);
                }
            }
            at += 1;
        }
        if matches!(self.json, Json::Element { .. }) {
            self.hold(&chunk[start..]);
        }
        ControlFlow::Continue(())
    }

    /// Reads `byte` if it stands around an array of records; `open` is what of an element is not yet kept.
    fn step_around(
        &mut self,
        byte: u8,
        open: &[u8],
        sink: &mut impl FnMut(Piece<'_>) -> ControlFlow<()>,
    ) -> ControlFlow<(), bool> {
        // The next object of a file that has one on each line, although this one lacks its end.
        if byte == b'{' && !self.is_line_open && self.line > 0 && self.json != Json::Outside {
            let is_element = matches!(self.json, Json::Element { .. });
            self.json = Json::Outside;
            self.around = Around::default();
            if is_element {
                self.close(open, sink)?;
            }
        }
        let is_around = self.json == Json::Outside;
        if is_around {
            if self.around.step(byte) {
                self.json = Json::Between;
            }
            self.skip(byte);
        }
        ControlFlow::Continue(is_around)
    }

    /// Objects one after the other, on any number of lines each. A brace at the very beginning of a line opens an object, even if
    /// the one before lacks its end, and no text between quotes goes on behind a line end, so damage ends with the object.
    pub(super) fn push_objects(
        &mut self,
        chunk: &[u8],
        sink: &mut impl FnMut(Piece<'_>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let mut start = 0;
        for (at, &byte) in chunk.iter().enumerate() {
            let is_line_start = !self.is_line_open;
            let element = |depth, is_string, is_escaped| Json::Element {
                depth,
                is_string,
                is_escaped,
            };
            if byte == b'{' && is_line_start && matches!(self.json, Json::Element { .. }) {
                let flow = self.close(&chunk[start..at], sink);
                self.json = Json::Outside;
                start = at;
                flow?;
            }
            match self.json {
                Json::Outside | Json::Between => {
                    if !byte.is_ascii_whitespace() && byte != b',' {
                        (self.open_offset, self.open_line) = (self.offset, self.line);
                        start = at;
                        self.json = if byte == b'{' {
                            element(1, false, false)
                        } else {
                            Json::Line
                        };
                    }
                }
                Json::Line => {
                    if byte == b'\n' {
                        self.json = Json::Outside;
                        let flow = self.close(&chunk[start..at], sink);
                        self.skip(byte);
                        flow?;
                        continue;
                    }
                }
                Json::Element {
                    depth,
                    is_string,
                    is_escaped,
                } => {
                    self.json = match byte {
                        b'\n' => element(depth, false, false),
                        _ if is_escaped => element(depth, true, false),
                        b'\\' if is_string => element(depth, true, true),
                        b'"' => element(depth, !is_string, false),
                        _ if is_string => self.json,
                        b'{' | b'[' => element(depth + 1, false, false),
                        b'}' | b']' if depth <= 1 => {
                            self.json = Json::Outside;
                            let flow = self.close(&chunk[start..=at], sink);
                            self.skip(byte);
                            flow?;
                            continue;
                        }
                        b'}' | b']' => element(depth - 1, false, false),
                        _ => self.json,
                    };
                }
            }
            self.skip(byte);
        }
        if matches!(self.json, Json::Element { .. } | Json::Line) {
            self.hold(&chunk[start..]);
        }
        ControlFlow::Continue(())
    }
}

//! Android's logcat in every one of its layouts (`-v brief`, `tag`, `process`, `thread`, `time`, `threadtime`, `long`, with `year`,
//! `epoch`, `uid`) and in those of Android Studio.
//!
//! Source of the layouts: `logcat` command-line reference, "Control log output format".

use super::super::severity;
use super::super::timestamp;
use super::{
    Context, Digits, Fields, Format, Level, Sample, Text, byte, digits_end, rest, skip_blanks,
    trimmed, word_end,
};

/// See the module.
pub(super) struct Logcat;

const SAMPLES: &[Sample] = &[
    Sample {
        line: "03-17 16:13:38.811  1702  2395 D WindowManager: printFreezingDisplayLogs: null",
        timestamp: "2024-03-17T16:13:38.811Z",
        level: Some(Level::Debug),
        source: "WindowManager",
        message: "printFreezingDisplayLogs: null",
    },
    Sample {
        line: "2023-03-17 16:13:39.001  1702  8671 E Activity Manager: ANR in com.example",
        timestamp: "2023-03-17T16:13:39.001Z",
        level: Some(Level::Error),
        source: "Activity Manager",
        message: "ANR in com.example",
    },
    Sample {
        line: "W/dalvikvm(  244): threadid=11: thread exiting",
        timestamp: "",
        level: Some(Level::Warn),
        source: "dalvikvm",
        message: "threadid=11: thread exiting",
    },
    Sample {
        line: "D( 1702: 2395) printFreezing  (WindowManager)",
        timestamp: "",
        level: Some(Level::Debug),
        source: "WindowManager",
        message: "printFreezing",
    },
    Sample {
        line: "D/WindowManager: printFreezing",
        timestamp: "",
        level: Some(Level::Debug),
        source: "WindowManager",
        message: "printFreezing",
    },
    Sample {
        line: "03-17 16:13:38.811 D/WindowManager( 1702): printFreezing",
        timestamp: "2024-03-17T16:13:38.811Z",
        level: Some(Level::Debug),
        source: "WindowManager",
        message: "printFreezing",
    },
    Sample {
        line: "03-17 16:13:38.811  1702-2395/com.example.app W/WindowManager: printFreezing",
        timestamp: "2024-03-17T16:13:38.811Z",
        level: Some(Level::Warn),
        source: "WindowManager",
        message: "printFreezing",
    },
    Sample {
        line: "03-17 16:13:38.811  root  1702  2395 I WindowManager: printFreezing",
        timestamp: "2024-03-17T16:13:38.811Z",
        level: Some(Level::Info),
        source: "WindowManager",
        message: "printFreezing",
    },
    Sample {
        line: "2024-03-17 16:13:38.811  1702-2395  WindowManager           com.example.app                      E  printFreezing",
        timestamp: "2024-03-17T16:13:38.811Z",
        level: Some(Level::Error),
        source: "WindowManager",
        message: "printFreezing",
    },
    Sample {
        line: "[ 03-17 16:13:38.811  1702: 2395 D/WindowManager ]",
        timestamp: "2024-03-17T16:13:38.811Z",
        level: Some(Level::Debug),
        source: "WindowManager",
        message: "",
    },
];

impl Format for Logcat {
    fn name(&self) -> &'static str {
        "logcat"
    }

    fn title(&self) -> &'static str {
        "Android logcat"
    }

    fn samples(&self) -> &'static [Sample] {
        SAMPLES
    }

    fn may_begin_with(&self, first: u8) -> bool {
        first.is_ascii_digit() || matches!(first, b'V' | b'D' | b'I' | b'W' | b'E' | b'F' | b'[')
    }

    fn may_begin_with_digits(&self, lead: Digits) -> bool {
        matches!(
            lead,
            Digits::Date | Digits::Run(2, b'-') | Digits::Run(10, b'.')
        )
    }

    fn parse(&self, line: &[u8], ctx: &Context, _: &mut Vec<u8>) -> Option<Fields> {
        match byte(line, 1) {
            b'/' => return brief(line, 0),
            b'(' => return process(line),
            _ => {}
        }
        if line[0] == b'[' {
            return long(line, ctx);
        }
        // `mm-dd …` or `yyyy-mm-dd hh:mm:ss.mmm` and a number: looked at before the stamp is read.
        let is_likely = byte(line, 2) == b'-'
            || (byte(line, 19) == b'.' && matches!(byte(line, 23), b' ' | b'0'..=b'9'))
            || (byte(line, 10) == b'.' && byte(line, 14) == b' ');
        if !is_likely {
            return None;
        }
        let found = timestamp::at(line, 0, ctx.clock.order, true)?;
        let at = skip_blanks(line, found.end);
        if at == found.end {
            return None;
        }
        let fields = if byte(line, at + 1) == b'/' {
            brief(line, at)
        } else {
            columns(line, at)
        }?;
        Some(Fields {
            timestamp: Some(ctx.clock.resolve(found.moment)),
            ..fields
        })
    }
}

/// `[user ]pid tid L tag: text`, and the two layouts of Android Studio: `pid-tid/app L/tag: text`,
/// `pid-tid  tag  app  L  text`.
fn columns(line: &[u8], at: usize) -> Option<Fields> {
    let mut pid = at;
    if byte(line, pid).is_ascii_lowercase() {
        // The user: a name, or `u0_a12`.
        pid = skip_blanks(line, word_end(line, pid));
    }
    let pid_end = digits_end(line, pid);
    if pid_end == pid {
        return None;
    }
    if byte(line, pid_end) == b'-' {
        let tid_end = digits_end(line, pid_end + 1);
        if byte(line, tid_end) == b'/' {
            return brief(line, skip_blanks(line, word_end(line, tid_end)));
        }
        return studio(line, tid_end);
    }
    let tid = skip_blanks(line, pid_end);
    let tid_end = digits_end(line, tid);
    let letter = tid_end + 1;
    if tid_end == tid || byte(line, letter + 1) != b' ' || byte(line, tid_end) != b' ' {
        return None;
    }
    let level = severity::from_letter(byte(line, letter))?;
    let tag = letter + 2;
    let window = &line[tag..line.len().min(tag + 128)];
    // Tags may hold blanks and be padded before the colon.
    let (source, message) = match memchr::memchr(b':', window) {
        Some(colon) => (trimmed(line, tag, tag + colon), tag + colon + 1),
        None => (Text::EMPTY, tag),
    };
    Some(Fields {
        level: Some(level),
        source,
        ..Fields::of_message(rest(line, message))
    })
}

/// `  tag  app  L  text` in columns.
fn studio(line: &[u8], at: usize) -> Option<Fields> {
    let tag = skip_blanks(line, at);
    let window = line.get(tag..line.len().min(tag + 160))?;
    let gap = memchr::memmem::find(window, b"  ")? + tag;
    let app = skip_blanks(line, gap);
    let letter = skip_blanks(line, word_end(line, app));
    let is_letter = byte(line, letter + 1) == b' ' && letter > app;
    let level = severity::from_letter(byte(line, letter)).filter(|_| is_letter)?;
    Some(Fields {
        level: Some(level),
        source: Text::line(tag, gap),
        ..Fields::of_message(rest(line, letter + 1))
    })
}

/// `[ stamp pid: tid L/tag ]`; the text stands on the lines below.
fn long(line: &[u8], ctx: &Context) -> Option<Fields> {
    if byte(line, 1) != b' ' || !line.ends_with(b"]") {
        return None;
    }
    let (stamp, end) = ctx.stamp_at(line, 2)?;
    let slash = memchr::memchr(b'/', &line[end..line.len().min(end + 40)])? + end;
    let level = severity::from_letter(line[slash - 1])?;
    (line[slash - 2] == b' ').then(|| Fields {
        timestamp: Some(stamp),
        level: Some(level),
        source: trimmed(line, slash + 1, line.len() - 1),
        ..Fields::of_message(Text::line(line.len(), line.len()))
    })
}

/// `L(  244) text  (tag)` and `L(  244:  245) text`.
fn process(line: &[u8]) -> Option<Fields> {
    let level = severity::from_letter(line[0])?;
    let pid = skip_blanks(line, 2);
    let mut end = digits_end(line, pid);
    if end == pid {
        return None;
    }
    if byte(line, end) == b':' {
        end = digits_end(line, skip_blanks(line, end + 1));
    }
    if byte(line, end) != b')' || byte(line, end + 1) != b' ' {
        return None;
    }
    let (mut source, mut until) = (Text::EMPTY, line.len());
    if line.ends_with(b")")
        && let Some(open) = memchr::memmem::rfind(line, b"  (")
        && open > end
    {
        source = trimmed(line, open + 3, line.len() - 1);
        until = open;
    }
    Some(Fields {
        level: Some(level),
        source,
        ..Fields::of_message(trimmed(line, end + 1, until))
    })
}

/// `W/tag(  244): text`, `W/tag: text`
fn brief(line: &[u8], at: usize) -> Option<Fields> {
    let level = severity::from_letter(byte(line, at)).filter(|_| byte(line, at + 1) == b'/')?;
    let tag = at + 2;
    let window = line.get(tag..line.len().min(tag + 128))?;
    let colon = memchr::memmem::find(window, b": ")? + tag;
    let mut end = colon;
    if line[colon - 1] == b')' {
        let open = memchr::memrchr(b'(', &line[tag..colon])? + tag;
        let pid_end = digits_end(line, skip_blanks(line, open + 1));
        if pid_end + 1 != colon || !line[pid_end - 1].is_ascii_digit() {
            return None;
        }
        end = open;
    }
    let is_tag = end > tag && !line[tag].is_ascii_whitespace() && !line[tag..end].contains(&b'/');
    is_tag.then(|| Fields {
        level: Some(level),
        source: trimmed(line, tag, end),
        ..Fields::of_message(rest(line, colon + 1))
    })
}

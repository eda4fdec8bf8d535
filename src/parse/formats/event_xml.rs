//! Windows events as XML, one a line, as `wevtutil qe` and forwarders write them.
//!
//! Source of the layout: Microsoft, "Event Schema" (`SystemPropertiesType`, `RenderingInfoType`).

use super::super::timestamp;
use super::{Context, Fields, Format, Level, Sample, Text, rest, trimmed};

/// See the module.
pub(super) struct EventXml;

const SAMPLES: &[Sample] = &[
    Sample {
        line: "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='Service Control Manager' Guid='{1}'/><EventID Qualifiers='49152'>7034</EventID><Level>2</Level><TimeCreated SystemTime='2024-03-11T15:04:22.1234567Z'/><Computer>pc7</Computer></System><EventData><Data Name='param1'>Print Spooler</Data></EventData><RenderingInfo Culture='en-US'><Message>The Print Spooler service terminated unexpectedly.</Message><Level>Error</Level></RenderingInfo></Event>",
        timestamp: "2024-03-11T15:04:22.123456Z",
        level: Some(Level::Error),
        source: "Service Control Manager",
        message: "The Print Spooler service terminated unexpectedly.",
    },
    Sample {
        line: r#"<Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event"><System><Provider Name="Kernel-General"/><EventID>16</EventID><Level>4</Level><TimeCreated SystemTime="2024-03-11T15:04:22Z"/></System><EventData><Data>7</Data></EventData></Event>"#,
        timestamp: "2024-03-11T15:04:22Z",
        level: Some(Level::Info),
        source: "Kernel-General",
        message: "<Data>7</Data>",
    },
];

impl Format for EventXml {
    fn name(&self) -> &'static str {
        "eventXml"
    }

    fn title(&self) -> &'static str {
        "Windows events (XML)"
    }

    fn samples(&self) -> &'static [Sample] {
        SAMPLES
    }

    fn may_begin_with(&self, first: u8) -> bool {
        first == b'<'
    }

    fn parse(&self, line: &[u8], ctx: &Context, _: &mut Vec<u8>) -> Option<Fields> {
        if !line.starts_with(b"<Event ") && !line.starts_with(b"<Event>") {
            return None;
        }
        let time = after(line, b"SystemTime=")? + 1;
        let found = timestamp::at(line, time, ctx.clock.order, true)?;
        let level = after(line, b"<Level>").and_then(|at| match line.get(at)? {
            b'0' | b'4' => Some(Level::Info),
            b'1' => Some(Level::Fatal),
            b'2' => Some(Level::Error),
            b'3' => Some(Level::Warn),
            b'5' => Some(Level::Debug),
            _ => None,
        });
        let source = after(line, b"<Provider Name=").and_then(|at| {
            let quote = *line.get(at)?;
            let len = memchr::memchr(quote, &line[at + 1..])?;
            Some(Text::line(at + 1, at + 1 + len))
        });
        let between = |open: &[u8], close: &[u8]| {
            let start = after(line, open)?;
            let len = memchr::memmem::find(&line[start..], close)?;
            Some(trimmed(line, start, start + len))
        };
        let message = between(b"<Message>", b"</Message>")
            .or_else(|| between(b"<EventData>", b"</EventData>"))
            .unwrap_or_else(|| rest(line, 0));
        Some(Fields {
            timestamp: Some(ctx.clock.resolve(found.moment)),
            level,
            source: source.unwrap_or(Text::EMPTY),
            ..Fields::of_message(message)
        })
    }
}

/// Behind the first place where `what` stands.
fn after(line: &[u8], what: &[u8]) -> Option<usize> {
    memchr::memmem::find(line, what).map(|at| at + what.len())
}

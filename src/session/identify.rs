//! The head of a file → what there is to see of identifiers in its records.

use crate::base::time::Timestamp;
use crate::featurize::identify::{Looked, Probe};
use crate::ingest::split::Splitter;
use crate::mine::mask;
use crate::parse::{ParsePlan, Parser, Shape, Text};
use crate::shard::boundary;
use std::ops::ControlFlow;

/// Shows the records of `head`, the first decoded text of a file, to the probe.
pub(super) fn look(probe: &mut Probe, head: &[u8], plan: &ParsePlan) {
    let mut parser = Parser::new(plan);
    let (mut scratch, mut spans) = (Vec::new(), Vec::new());
    let delimiter = match &plan.shape {
        Shape::Csv(columns) => Some(columns.delimiter),
        _ => None,
    };
    let mut is_header_due = matches!(&plan.shape, Shape::Csv(columns) if columns.has_header);
    let mut splitter = Splitter::new(boundary(&plan.shape), 0, false);
    // The last piece of the head may be cut, and is left aside.
    let _ = splitter.push(head, |piece| {
        if piece.bytes.trim_ascii().is_empty()
            || std::mem::take(&mut is_header_due)
            || parser.is_structure(piece.bytes)
        {
            return ControlFlow::Continue(());
        }
        let Some(parsed) = parser.parse_line(piece.bytes, &mut scratch) else {
            return ControlFlow::Continue(());
        };
        let fields = parsed.fields;
        let message = fields.message.get(piece.bytes, &scratch);
        let message = &message[..message.len().min(mask::MESSAGE_CAP)];
        let is_json = piece.bytes.trim_ascii_start().first() == Some(&b'{');
        let message_at = match fields.message {
            Text::Line(from, _) if !is_json => from as usize,
            _ => 0,
        };
        let goes_on = probe.add(Looked {
            bytes: piece.bytes,
            message_at,
            event: mask::scan(message, &mut spans).hash,
            time: fields.timestamp.map(|time| Timestamp(time.value())),
            delimiter,
        });
        if goes_on {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    });
}

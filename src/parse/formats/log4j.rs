//! Application logs with a timestamp first and a level soon after: log4j, logback, Spring Boot, Python's logging, `PostgreSQL`,
//! `MySQL`, Rust's `env_logger` and the many layouts that look like them.
//!
//! Their patterns are configured per application, so this does not match patterns but walks the header part by part.

use super::super::timestamp;
use super::{Context, Fields, Format, Level, Sample, Text, byte, header, rest};

/// See the module.
pub(super) struct Log4j;

const SAMPLES: &[Sample] = &[
    Sample {
        line: "2023-10-18 18:01:47,978 INFO [main] org.example.mapreduce.AppMaster: Created master for attempt_1_0020",
        timestamp: "2023-10-18T18:01:47.978Z",
        level: Some(Level::Info),
        source: "org.example.mapreduce.AppMaster",
        message: "Created master for attempt_1_0020",
    },
    Sample {
        line: "2023-07-29 17:41:44,747 - WARN  [SendWorker:188978561024:QuorumManager$SendWorker@688] - Send worker leaving",
        timestamp: "2023-07-29T17:41:44.747Z",
        level: Some(Level::Warn),
        source: "QuorumManager$SendWorker",
        message: "Send worker leaving",
    },
    Sample {
        line: "23/06/09 20:10:40 ERROR storage.BlockManager: Failed to fetch block rdd_2_1",
        timestamp: "2023-06-09T20:10:40Z",
        level: Some(Level::Error),
        source: "storage.BlockManager",
        message: "Failed to fetch block rdd_2_1",
    },
    Sample {
        line: "2023-06-09 20:10:40.123 DEBUG 4711 --- [nio-8080-exec-1] c.example.web.CartController  : cart 7 loaded",
        timestamp: "2023-06-09T20:10:40.123Z",
        level: Some(Level::Debug),
        source: "c.example.web.CartController",
        message: "cart 7 loaded",
    },
    Sample {
        line: "2023-06-09 20:10:40,123 [pool-1-thread-3] ERROR com.example.Worker - job 9 failed: timeout",
        timestamp: "2023-06-09T20:10:40.123Z",
        level: Some(Level::Error),
        source: "com.example.Worker",
        message: "job 9 failed: timeout",
    },
    Sample {
        line: "2023-06-09 20:10:40,691 - shop.billing - CRITICAL - ledger is gone",
        timestamp: "2023-06-09T20:10:40.691Z",
        level: Some(Level::Fatal),
        source: "shop.billing",
        message: "ledger is gone",
    },
    Sample {
        line: "2023-06-09 20:10:40.127 UTC [12347] LOG:  checkpoint starting: time",
        timestamp: "2023-06-09T20:10:40.127Z",
        level: Some(Level::Info),
        source: "",
        message: "checkpoint starting: time",
    },
    Sample {
        line: "[2023-06-09T20:10:40Z WARN  shop::cart] price missing",
        timestamp: "2023-06-09T20:10:40Z",
        level: Some(Level::Warn),
        source: "shop::cart",
        message: "price missing",
    },
    Sample {
        line: "2023-06-09 20:10:40.008 2931 INFO nova.compute.claims [req-9bc36dd9 - - -] Attempting claim",
        timestamp: "2023-06-09T20:10:40.008Z",
        level: Some(Level::Info),
        source: "nova.compute.claims",
        message: "Attempting claim",
    },
    Sample {
        line: "2024-03-11T15:04:22.123Z| vmx| W115: no price",
        timestamp: "2024-03-11T15:04:22.123Z",
        level: Some(Level::Warn),
        source: "vmx",
        message: "no price",
    },
    Sample {
        line: "2024-03-11 15:04:22,123 [shop.cart        :123 ][WARNING ][4711] price missing",
        timestamp: "2024-03-11T15:04:22.123Z",
        level: Some(Level::Warn),
        source: "shop.cart",
        message: "price missing",
    },
    Sample {
        line: "[11-Mar-2024 15:04:22 UTC] PHP Fatal error:  Uncaught Error: no price in /srv/cart.php:3",
        timestamp: "2024-03-11T15:04:22Z",
        level: Some(Level::Fatal),
        source: "PHP",
        message: "Uncaught Error: no price in /srv/cart.php:3",
    },
    Sample {
        line: "2024-03-11 15:04:22.123456 W | cartserver: request took too long",
        timestamp: "2024-03-11T15:04:22.123456Z",
        level: Some(Level::Warn),
        source: "cartserver",
        message: "request took too long",
    },
];

impl Format for Log4j {
    fn name(&self) -> &'static str {
        "log4j"
    }

    fn title(&self) -> &'static str {
        "Application log (log4j style)"
    }

    fn samples(&self) -> &'static [Sample] {
        SAMPLES
    }

    fn may_begin_with(&self, first: u8) -> bool {
        first == b'[' || first.is_ascii_digit()
    }

    fn parse(&self, line: &[u8], ctx: &Context, _: &mut Vec<u8>) -> Option<Fields> {
        let at = usize::from(line[0] == b'[');
        if !byte(line, at).is_ascii_digit() {
            return None;
        }
        let found = timestamp::at(line, at, ctx.clock.order, false)?;
        let mut header = header::walk(line, found.end);
        header.level?;
        // env_logger closes its bracket after the module: `[stamp LEVEL module] text`.
        if at == 1 && byte(line, found.end) == b' ' {
            header = header::inside_bracket(line, found.end, header);
        }
        Some(Fields {
            timestamp: Some(ctx.clock.resolve(found.moment)),
            level: header.level,
            source: header
                .source
                .map_or(Text::EMPTY, |(start, end)| Text::line(start, end)),
            ..Fields::of_message(rest(line, header.message))
        })
    }
}

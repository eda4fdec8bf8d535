//! Layouts without a pattern of their own, and the shapes of files: what a person would read off each line.

use logloupe::base::calendar::Calendar;
use logloupe::base::time::Timestamp;
use logloupe::base::zone::Zone;
use logloupe::parse::{ParsePlan, Parser, Shape};

/// 2024-05-01T12:00:00Z
const REFERENCE: Timestamp = Timestamp(1_714_564_800_000_000);

/// `stamp level source | message` of one record of a file that begins with `head`.
fn read(head: &str, record: &str) -> String {
    let plan = ParsePlan::probe(head.as_bytes(), false);
    let mut parser = Parser::new(&plan);
    let mut scratch = Vec::new();
    let fields = parser.parse(record.as_bytes(), &mut scratch).fields;
    let text = |text: logloupe::parse::Text| {
        String::from_utf8_lossy(text.get(record.as_bytes(), &scratch)).into_owned()
    };
    let stamp = fields.timestamp.map_or("-".to_owned(), |stamp| {
        let stamp = Calendar::new(&Zone::utc(), REFERENCE).instant(stamp);
        let stamp = jiff::Timestamp::from_microsecond(stamp.0).expect("in range");
        stamp.strftime("%m-%d %H:%M:%S").to_string()
    });
    let level = fields.level.map_or("-", logloupe::parse::Level::name);
    format!(
        "{stamp} {level} {} | {}",
        text(fields.source),
        text(fields.message)
    )
}

fn check(line: &str, want: &str) {
    assert_eq!(read("", line), want, "{line}");
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn headers_are_taken_apart_without_a_pattern() {
    for (line, want) in [
        (
            "2023-09-28 04:30:31, Info                  CBS    Session opened",
            "09-28 04:30:31 INFO CBS | Session opened",
        ),
        (
            "api.log.1.2023-05-16_13:53:08 2023-05-16 00:00:00.008 257 INFO nova.wsgi [req-38 - -] 192.0.2.4 status: 200",
            "05-16 00:00:00 INFO nova.wsgi | 192.0.2.4 status: 200",
        ),
        (
            "[10.30 16:49:06] browser.exe - proxy.example.net:5070 open",
            "10-30 16:49:06 - browser.exe | proxy.example.net:5070 open",
        ),
        (
            "2023-10-10T13:55:36.123Z ERROR [shop.cart] (pool-3) broke: x=1",
            "10-10 13:55:36 ERROR shop.cart | broke: x=1",
        ),
        (
            "10:15:30.123 [main] INFO  c.e.App - Started",
            "05-01 10:15:30 INFO c.e.App | Started",
        ),
        (
            "INFO  2023-10-10 13:55:36,123 [main] org.x.Foo - bar",
            "10-10 13:55:36 INFO org.x.Foo | bar",
        ),
        (
            "2023-10-10T13:55:36.123456Z  WARN hyper::proto: reset",
            "10-10 13:55:36 WARN hyper::proto | reset",
        ),
        (
            "[2023-10-10T13:55:36,123][WARN ][o.e.Disk    ] [node-1] watermark",
            "10-10 13:55:36 WARN o.e.Disk | watermark",
        ),
        (
            "2023-10-10T13:55:36.123+0000 I NETWORK  [conn123] end connection",
            "10-10 13:55:36 INFO NETWORK | end connection",
        ),
        (
            "2023-10-10 13:55:36 140123456 [Note] InnoDB: loaded",
            "10-10 13:55:36 NOTICE InnoDB | loaded",
        ),
        (
            "10-Oct-2023 13:55:36.123 SEVERE [main] org.example.Context.start A listener failed",
            "10-10 13:55:36 ERROR org.example.Context.start | A listener failed",
        ),
        (
            "2023-10-10 13:55:36,123 | INFO  | main | Bundle | 12 - org.felix | Started",
            "10-10 13:55:36 INFO 12 - org.felix | Started",
        ),
        (
            "2023-10-10 13:55:36.123  4711-4711/com.example D/Tag: hello",
            "10-10 13:55:36 DEBUG Tag | hello",
        ),
        ("[13:55:36 INF] Starting", "04-30 13:55:36 INFO  | Starting"),
        (
            "2023-10-10 13:55:36.123 +02:00 [WRN] Slow",
            "10-10 11:55:36 WARN  | Slow",
        ),
        (
            "2023/10/10 13:55:36 [INFO] consul: New leader",
            "10-10 13:55:36 INFO consul | New leader",
        ),
        (
            "[2023-10-10 13:55:36 +0200] [4711] [INFO] Booting",
            "10-10 11:55:36 INFO  | Booting",
        ),
        (
            "[2023-10-10 13:55:36,123: INFO/MainProcess] Task done",
            "10-10 13:55:36 INFO  | Task done",
        ),
        (
            "2023-10-10 13:55:36,123 foo.bar WARNING  slow",
            "10-10 13:55:36 WARN foo.bar | slow",
        ),
        (
            "Tue Oct 10 13:55:36 2023 daemon.err uhttpd[12]: failed",
            "10-10 13:55:36 ERROR uhttpd | failed",
        ),
        (
            "2023-10-10 13:55:36 UTC [44]: user=a,db=b LOG:  duration: 5 ms",
            "10-10 13:55:36 INFO b | duration: 5 ms",
        ),
        (
            "2023-10-10 13:55:36 Request failed: ERROR 500 upstream",
            "10-10 13:55:36 -  | Request failed: ERROR 500 upstream",
        ),
        (
            "2023-10-10 13:55:36 I am a sentence",
            "10-10 13:55:36 -  | I am a sentence",
        ),
        (
            "\u{1b}[32m2023-10-10 13:55:36\u{1b}[0m \u{1b}[31mERROR\u{1b}[0m app: \u{1b}[1mboom\u{1b}[0m",
            "10-10 13:55:36 ERROR app | boom",
        ),
        (
            "2022-06-02 In(14) agent[1001430703]: ready",
            "06-02 00:00:00 INFO agent | ready",
        ),
    ] {
        check(line, want);
    }
}

#[test]
fn columns_of_csv_become_fields() {
    let head = "Id,Time,Severity,Logger,Message\n1,2023-10-10 13:55:36,warn,cart,x\n";
    for (record, want) in [
        (
            "7,2023-10-10 13:55:36,warn,cart,\"say \"\"hi\"\",\nthen go\"",
            "10-10 13:55:36 WARN cart | say \"hi\",\nthen go",
        ),
        ("7,1696946136,3,,", "10-10 13:55:36 ERROR  | "),
        ("7", "- -  | 7"),
    ] {
        assert_eq!(read(head, record), want, "{record}");
    }
    let head = "LineId\tMessage\n1\tx\n";
    let record = "9\t2023-10-10 13:55:36,123 ERROR shop.Cart: price missing";
    assert_eq!(
        read(head, record),
        "10-10 13:55:36 ERROR shop.Cart | price missing"
    );
}

#[test]
fn elements_of_a_json_array_are_lines_or_objects() {
    let head = "[\"x\", {\"message\":\"y\"}]";
    for (record, want) in [
        (
            r#""2023-10-10 13:55:36 ERROR a \"b\" c""#,
            "10-10 13:55:36 ERROR  | a \"b\" c",
        ),
        (
            r#"{"time":"2023-10-10T13:55:36Z","msg":"a\tb"}"#,
            "10-10 13:55:36 -  | a\tb",
        ),
        ("17", "- -  | 17"),
        ("\"open", "- -  | \"open"),
    ] {
        assert_eq!(read(head, record), want, "{record}");
    }
}

#[test]
fn traces_join_the_record_above_only_where_there_is_one() {
    let headed =
        "2023-10-10 13:55:36 ERROR a.B: boom\njava.io.IOException: gone\n\tat a.B.c(B.java:1)\n";
    let bare = "one\ntwo\n";
    for (head, line, is_continuation) in [
        (headed, "java.io.IOException: gone", true),
        (headed, "\tat a.B.c(B.java:1)", true),
        (headed, "", true),
        (headed, "2023-10-10 13:55:37 INFO a.B: on", false),
        (headed, " 2023-10-10 13:55:37 INFO a.B: on", false),
        (headed, "{\"msg\":\"x\"}", false),
        (bare, "three", false),
        (bare, "\tat a.B.c(B.java:1)", true),
        (bare, "Caused by: x", true),
    ] {
        let plan = ParsePlan::probe(head.as_bytes(), false);
        assert_eq!(plan.shape, Shape::Lines);
        let parser = Parser::new(&plan);
        assert_eq!(
            parser.is_continuation(line.as_bytes()),
            is_continuation,
            "{line:?}"
        );
    }
}

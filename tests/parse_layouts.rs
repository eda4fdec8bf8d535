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
            "2024-03-11 15:04:22.123 UTC [4711] bob@cart FEHLER:  Relation »x« existiert nicht",
            "03-11 15:04:22 ERROR bob@cart | Relation »x« existiert nicht",
        ),
        (
            "2024-03-11 15:04:22.123 UTC [4711] DÉTAIL:  La clé existe déjà",
            "03-11 15:04:22 INFO  | La clé existe déjà",
        ),
        (
            "2024-03-11 15:04:22 AVERTISSEMENT [main] shop.Cart: prix manquant",
            "03-11 15:04:22 WARN shop.Cart | prix manquant",
        ),
        (
            "2024-03-11 15:04:22 [ОШИБКА] нет цены",
            "03-11 15:04:22 ERROR  | нет цены",
        ),
        (
            "2024-03-11 15:04:22 警告: 価格がありません",
            "03-11 15:04:22 WARN  | 価格がありません",
        ),
        // Within a sentence such words are no levels.
        (
            "2024-03-11 15:04:22 Der Auftrag hat FEHLER: keine",
            "03-11 15:04:22 -  | Der Auftrag hat FEHLER: keine",
        ),
        (
            "2024-03-11 15:04:22 Fehler beim Lesen",
            "03-11 15:04:22 -  | Fehler beim Lesen",
        ),
        (
            "2024-03-11 15:04:22 все ОШИБКА: нет",
            "03-11 15:04:22 -  | все ОШИБКА: нет",
        ),
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

/// Layouts of products as their manuals show them; none of them has code of its own.
#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn layouts_of_products_are_read_by_the_walk() {
    for (line, want) in [
        (
            "03-11-2024 15:04:22.123 +0000 INFO  WatchedFile [123 tailreader0] - Will begin reading at offset=0",
            "03-11 15:04:22 INFO WatchedFile | Will begin reading at offset=0",
        ),
        (
            "[11.03.2024 15:04:22.123] <22> Error    Failed to connect to host esx01",
            "03-11 15:04:22 ERROR  | Failed to connect to host esx01",
        ),
        (
            "[3/11/24 15:04:22:123 UTC] 0000002c ServletWrappe E com.ibm.ws.webcontainer.servlet.ServletWrapper service SRVE0068E: Uncaught exception",
            "03-11 15:04:22 ERROR com.ibm.ws.webcontainer.servlet.ServletWrapper | service SRVE0068E: Uncaught exception",
        ),
        (
            "15:04:22,123 INFO  [org.jboss.as] (Controller Boot Thread) WFLYSRV0025: started in 2345ms",
            "04-30 15:04:22 INFO org.jboss.as | (Controller Boot Thread) WFLYSRV0025: started in 2345ms",
        ),
        (
            "2024-03-11 15:04:22,123 ERROR [org.jboss.msc.service.fail] (MSC service thread 1-2) MSC000001: Failed to start service",
            "03-11 15:04:22 ERROR org.jboss.msc.service.fail | (MSC service thread 1-2) MSC000001: Failed to start service",
        ),
        (
            "2024 Mar 11 15:04:22:123 GMT +0 BW.shop-Process_Archive Error [BW-Core] BWENGINE-100118 Job-1 failed",
            "03-11 15:04:22 ERROR BW-Core | BWENGINE-100118 Job-1 failed",
        ),
        (
            "2024-03-11 15:04:22 : ERROR : (4711 | READER_1_1_1) : (IS | IntSvc) : node01 : RR_4035 : SQL Error",
            "03-11 15:04:22 ERROR  | (4711 | READER_1_1_1) : (IS | IntSvc) : node01 : RR_4035 : SQL Error",
        ),
        (
            "2024/03/11 15:04:22 kid1| WARNING: disk cache is full",
            "03-11 15:04:22 WARN kid1 | disk cache is full",
        ),
        (
            "2024-03-11 15:04:22 1rjhgH-0001Ab-2C <= carol@example.com H=(mail) [192.0.2.7] P=esmtp S=1234",
            "03-11 15:04:22 -  | 1rjhgH-0001Ab-2C <= carol@example.com H=(mail) [192.0.2.7] P=esmtp S=1234",
        ),
        (
            "[2024-03-11 15:04:22] WARNING[4711]: res_timing.c:77 timing: no timer",
            "03-11 15:04:22 WARN  | res_timing.c:77 timing: no timer",
        ),
        (
            "03/11/2024-15:04:22.123456  [**] [1:2010935:3] ET SCAN Suspicious inbound to MSSQL port 1433 [**] [Classification: Potentially Bad Traffic] [Priority: 2] {TCP} 192.0.2.7:6000 -> 10.0.0.1:1433",
            "03-11 15:04:22 -  | [**] [1:2010935:3] ET SCAN Suspicious inbound to MSSQL port 1433 [**] [Classification: Potentially Bad Traffic] [Priority: 2] {TCP} 192.0.2.7:6000 -> 10.0.0.1:1433",
        ),
        (
            "11/3/2024 -- 15:04:22 - <Info> - CPUs/cores online: 4",
            "11-03 15:04:22 INFO  | CPUs/cores online: 4",
        ),
        (
            "[4711 - Suricata-Main] 2024-03-11 15:04:22 Info: cpu: CPUs/cores online: 4",
            "03-11 15:04:22 INFO  | cpu: CPUs/cores online: 4",
        ),
        (
            "03/11-15:04:22.123456  [**] [1:469:3] ICMP PING NMAP [**] [Classification: Attempted Information Leak] [Priority: 2] {ICMP} 192.0.2.7 -> 10.0.0.1",
            "03-11 15:04:22 -  | [**] [1:469:3] ICMP PING NMAP [**] [Classification: Attempted Information Leak] [Priority: 2] {ICMP} 192.0.2.7 -> 10.0.0.1",
        ),
        (
            "2024-03-11 15:04:22,123 fail2ban.actions        [4711]: NOTICE  [sshd] Ban 192.0.2.7",
            "03-11 15:04:22 NOTICE sshd | Ban 192.0.2.7",
        ),
        (
            "2024-03-11T15:04:22Z WRN Traefik can reject some encoded characters entryPointName=web",
            "03-11 15:04:22 WARN  | Traefik can reject some encoded characters entryPointName=web",
        ),
        (
            "2024-03-11T15:04:22.123Z [INFO]  core: security barrier not initialized",
            "03-11 15:04:22 INFO core | security barrier not initialized",
        ),
        (
            "    2024/03/11 15:04:22 [ERR] agent: coordinate update error: No cluster leader",
            "03-11 15:04:22 ERROR agent | coordinate update error: No cluster leader",
        ),
        (
            "2024-03-11 15:04:22.123456 W | etcdserver: read-only range request took too long (120ms) to execute",
            "03-11 15:04:22 WARN etcdserver | read-only range request took too long (120ms) to execute",
        ),
        (
            "2024.03.11 15:04:22.123456 [ 4711 ] {8f2c-11} <Error> executeQuery: Code: 60. DB::Exception: Table default.t does not exist",
            "03-11 15:04:22 ERROR executeQuery | Code: 60. DB::Exception: Table default.t does not exist",
        ),
        (
            "INFO  [main] 2024-03-11 15:04:22,123 CassandraDaemon.java:507 - Hostname: c1",
            "03-11 15:04:22 INFO CassandraDaemon.java:507 | Hostname: c1",
        ),
        (
            "2024-03-11 15:04:22,123 INFO  org.apache.flink.runtime.taskmanager.Task                     [] - Source: Custom (1/1) switched from CREATED to DEPLOYING.",
            "03-11 15:04:22 INFO org.apache.flink.runtime.taskmanager.Task | Source: Custom (1/1) switched from CREATED to DEPLOYING.",
        ),
        (
            "[2024-03-11 15:04:22,123] {taskinstance.py:1700} ERROR - Task failed with exception",
            "03-11 15:04:22 ERROR taskinstance.py | Task failed with exception",
        ),
        (
            "[2024-03-11 15:04:22,123: ERROR/ForkPoolWorker-1] Task shop.pay[7c] raised unexpected: KeyError",
            "03-11 15:04:22 ERROR  | Task shop.pay[7c] raised unexpected: KeyError",
        ),
        (
            "[2024-03-11 15:04:22 +0000] [4711] [INFO] Booting worker with pid: 4711",
            "03-11 15:04:22 INFO  | Booting worker with pid: 4711",
        ),
        (
            "[11-Mar-2024 15:04:22] WARNING: [pool www] server reached pm.max_children setting (5), consider raising it",
            "03-11 15:04:22 WARN pool www | server reached pm.max_children setting (5), consider raising it",
        ),
        (
            "[2024-03-11 15:04:22] production.ERROR: Undefined index: total {\"exception\":\"[object]\"}",
            "03-11 15:04:22 ERROR  | Undefined index: total {\"exception\":\"[object]\"}",
        ),
        (
            "2024-03-11T15:04:22.123Z 4711 TID-ox1 HardWorker JID-123 INFO: start",
            "03-11 15:04:22 INFO JID-123 | start",
        ),
        (
            "2024-03-11 15:04:22.123+0000 [id=25]\tINFO\thudson.WebAppMain$3#run: Jenkins is fully up and running",
            "03-11 15:04:22 INFO hudson.WebAppMain$3#run | Jenkins is fully up and running",
        ),
        (
            "[2024.03.11-15.04.22:123][  0]LogStreaming: Warning: Failed to read file",
            "03-11 15:04:22 WARN LogStreaming | Failed to read file",
        ),
        (
            "[11Mar2024 15:04:22.123] [main/ERROR] [net.minecraftforge.fml.loading/]: Missing mod",
            "03-11 15:04:22 ERROR net.minecraftforge.fml.loading/ | Missing mod",
        ),
        (
            "  4711:20240311:150422.123 server #0 started [main process]",
            "03-11 15:04:22 -  | server #0 started [main process]",
        ),
        (
            "2024-03-11 15:04:22.123 ERROR (qtp1-17) [   x:core1] o.a.s.c.SolrCore org.apache.solr.common.SolrException: x",
            "03-11 15:04:22 ERROR o.a.s.c.SolrCore | org.apache.solr.common.SolrException: x",
        ),
        (
            "2024-03-11 15:04:22,123 | WARN  | Transport Connection to failed | org.apache.activemq.broker.TransportConnection | ActiveMQ Transport",
            "03-11 15:04:22 WARN org.apache.activemq.broker.TransportConnection | ActiveMQ Transport",
        ),
        (
            "2024-03-11T15:04:22.123Z\tINFO\tmain\tio.prestosql.server.PrestoServer\t======== SERVER STARTED ========",
            "03-11 15:04:22 INFO io.prestosql.server.PrestoServer | ======== SERVER STARTED ========",
        ),
        (
            "2024-03-11T15:04:22Z E! [outputs.influxdb] When writing to [http://x]: failed",
            "03-11 15:04:22 ERROR outputs.influxdb | When writing to [http://x]: failed",
        ),
        (
            "W240311 15:04:22.123456 4711 1@server/node.go:501 ⋮ [n1] 12 node unhealthy",
            "03-11 15:04:22 WARN 1@server/node.go | 12 node unhealthy",
        ),
        (
            "[2024/03/11 15:04:22.123 +00:00] [INFO] [server.go:235] [\"server is running MySQL protocol\"] [addr=127.0.0.1:4000]",
            "03-11 15:04:22 INFO server.go:235 | [\"server is running MySQL protocol\"] [addr=127.0.0.1:4000]",
        ),
        (
            "2024-03-11 15:04:22.123 WARNING (MainThread) [homeassistant.components.sensor] Setup taking over 10 seconds",
            "03-11 15:04:22 WARN homeassistant.components.sensor | Setup taking over 10 seconds",
        ),
        (
            "Mar 11, 2024 15:04:22.123 [0x7f] WARN - NetworkServiceBrowser: Error",
            "03-11 15:04:22 WARN NetworkServiceBrowser | Error",
        ),
        (
            "(W) 2024-03-11T15:04:22 - Failed to bind",
            "03-11 15:04:22 WARN  | Failed to bind",
        ),
        (
            "2024-03-11 15:04:22,123 [5] ERROR Shop.Cart [(null)] - Price missing",
            "03-11 15:04:22 ERROR Shop.Cart | Price missing",
        ),
        (
            "2024-03-11 15:04:22,123 - util.py[WARNING]: Failed to run module",
            "03-11 15:04:22 WARN util.py | Failed to run module",
        ),
        (
            "2024-03-11 15:04:22,123 [salt.minion      :1234][ERROR   ][4711] Error while bringing up minion",
            "03-11 15:04:22 ERROR salt.minion | Error while bringing up minion",
        ),
        (
            "[    12.345] (EE) Failed to load module \"fbdev\"",
            "01-01 00:00:12 ERROR  | Failed to load module \"fbdev\"",
        ),
        (
            "2024-03-11-15.04.22.123456+060 E1234A567          LEVEL: Error",
            "03-11 15:04:22 ERROR E1234A567 | ",
        ),
        (
            "2024-03-11 15:04:22.12 Logon       Login failed for user 'sa'. [CLIENT: 192.0.2.7]",
            "03-11 15:04:22 - Logon | Login failed for user 'sa'. [CLIENT: 192.0.2.7]",
        ),
        (
            "2024-03-11T15:04:22.123Z cpu3:4711)WARNING: NMP: nmp_DeviceRetryCommand:133: Device failed",
            "03-11 15:04:22 WARN  | NMP: nmp_DeviceRetryCommand:133: Device failed",
        ),
        (
            "11-Mar-2024 15:04:22.123 general: error: zone example.com/IN: loading failed",
            "03-11 15:04:22 ERROR general | zone example.com/IN: loading failed",
        ),
        (
            "[1710169462] unbound[4711:0] info: start of service (unbound 1.17.1).",
            "03-11 15:04:22 INFO  | start of service (unbound 1.17.1).",
        ),
        (
            "2024-03-11 15:04:22.123456 [WARNING] sofia_reg.c:1793 SIP auth failure",
            "03-11 15:04:22 WARN  | sofia_reg.c:1793 SIP auth failure",
        ),
        (
            "2024-03-11T15:04:22.123456+00:00 [warning] msg: alarm_is_activated, mfa: emqx_alarm:log/4, line: 12",
            "03-11 15:04:22 WARN  | msg: alarm_is_activated, mfa: emqx_alarm:log/4, line: 12",
        ),
        (
            "E [11/Mar/2024:15:04:22 +0000] [Job 12] Unable to print",
            "03-11 15:04:22 ERROR  | [Job 12] Unable to print",
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
fn levels_of_other_languages_are_read_in_columns_and_below_a_head() {
    let head = "Ebene,Datum und Uhrzeit,Quelle,Text\nFehler,2023-10-10 13:55:36,cart,x\n";
    assert_eq!(
        read(head, "Warnung,2023-10-10 13:55:36,cart,Preis fehlt"),
        "10-10 13:55:36 WARN cart | Preis fehlt"
    );
    let head = "Oct 10, 2023 1:55:36 PM org.example.Cart total\nSCHWERWIEGEND: Preis fehlt\n";
    let plan = ParsePlan::probe(head.repeat(30).as_bytes(), false);
    assert!(plan.has_levels_below);
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

//! Plan → the lines of the planted incidents, and the truth about them.

use super::dice::Dice;
use super::plan::Plan;
use super::queue::Queue;
use super::rhythm::Span;
use super::service::HEAP_MB;
use super::system::{APP, GATE};
use super::{IncidentKind, PlantedIncident};
use crate::base::time::{SECOND, Timestamp};

const MILLISECOND: i64 = 1000;
const REFUSED: &str = "Connection to db-02.internal:5432 refused";

/// Queues the lines of every planned incident and says what was planted, in the order of time.
pub(super) fn plant(plan: &Plan, seed: u64, queue: &mut Queue) -> Vec<PlantedIncident> {
    plan.incidents
        .iter()
        .map(|(kind, span)| {
            let mut dice = Dice::new(seed, kind.name());
            let n_lines = match kind {
                IncidentKind::BruteForce => brute_force(*span, plan.n_lines, &mut dice, queue),
                IncidentKind::BadDeploy => bad_deploy(*span, plan.n_lines, &mut dice, queue),
                IncidentKind::Leak => leak(*span, plan, &mut dice, queue),
                IncidentKind::Silence => silence(*span, queue),
                IncidentKind::Slowdown => slowdown(*span, plan.n_lines, &mut dice, queue),
            };
            PlantedIncident {
                kind: *kind,
                start: Timestamp(span.start),
                end: Timestamp(span.end),
                description: kind.description(),
                needle: kind.needle(),
                n_lines,
            }
        })
        .collect()
}

/// Hundreds of guesses from four addresses, and one that succeeds.
fn brute_force(span: Span, n_lines: u32, dice: &mut Dice, queue: &mut Queue) -> u32 {
    const NAMES: [&str; 12] = [
        "admin", "oracle", "test", "postgres", "ubuntu", "guest", "ftpuser", "git", "jenkins",
        "pi", "user", "www",
    ];
    const FROM: [&str; 4] = [
        "203.0.113.41",
        "203.0.113.87",
        "198.51.100.23",
        "198.51.100.190",
    ];
    let n_guesses = (n_lines / 40).clamp(25, 3000);
    for guess in 0..n_guesses {
        let share = (f64::from(guess) + 0.9 * dice.unit()) / f64::from(n_guesses);
        let at = span.at(share * 0.97);
        let (name, from) = (dice.pick(&NAMES), dice.pick(&FROM));
        let (pid, port) = (dice.between(2000, 32_000), dice.between(32_768, 60_999));
        queue.system(
            at,
            GATE,
            "sshd",
            pid,
            format!("Failed password for invalid user {name} from {from} port {port} ssh2"),
        );
        if guess % 8 == 7 {
            queue.system(
                at,
                GATE,
                "sshd",
                pid,
                format!("error: maximum authentication attempts exceeded for invalid user {name} from {from} port {port} ssh2 [preauth]"),
            );
        }
    }
    let (at, from) = (span.end - SECOND, FROM[0]);
    queue.system(
        at,
        GATE,
        "sshd",
        31_877,
        format!("Accepted password for backup from {from} port 50412 ssh2"),
    );
    queue.system(
        at,
        GATE,
        "sshd",
        31_877,
        "pam_unix(sshd:session): session opened for user backup by (uid=0)".to_owned(),
    );
    n_guesses
}

/// A release points the shop at a database that is not there; ninety seconds later everything fails, until it is rolled back.
#[expect(clippy::too_many_lines, reason = "a script is read from top to bottom")]
fn bad_deploy(span: Span, n_lines: u32, dice: &mut Dice, queue: &mut Queue) -> u32 {
    let deploy = "com.acme.shop.ops.Deployment";
    let pool = "com.zaxxer.hikari.pool.HikariPool";
    let store = "com.acme.shop.checkout.OrderStore";
    let breaker = "com.acme.shop.ops.CircuitBreaker";
    queue.system(
        span.start,
        APP,
        "systemd",
        1,
        "Stopping shop.service - Acme shop...".to_owned(),
    );
    queue.system(
        span.start + 2 * SECOND,
        APP,
        "systemd",
        1,
        "Started shop.service - Acme shop.".to_owned(),
    );
    let up = span.start + 2 * SECOND;
    queue.service(
        up,
        "INFO",
        "main",
        deploy,
        "Deploying release 4.18.0 (build 7f3c21e), previous release 4.17.3".to_owned(),
    );
    queue.service(
        up + 300 * MILLISECOND,
        "INFO",
        "main",
        deploy,
        "Configuration changed: datasource.host db-01.internal -> db-02.internal".to_owned(),
    );
    queue.service(
        up + 4200 * MILLISECOND,
        "INFO",
        "main",
        deploy,
        "Release 4.18.0 is serving requests".to_owned(),
    );

    let failing = Plan::failing(span);
    let n_failures = (n_lines / 250).clamp(6, 600);
    let mut n_needles = 0;
    for failure in 0..n_failures {
        let at = failing.at((f64::from(failure) + 0.8 * dice.unit()) / f64::from(n_failures));
        let order = 500_000 + failure;
        let thread = format!("http-nio-8080-exec-{}", dice.between(1, 24));
        if failure % 4 == 0 {
            queue.service(
                at,
                "WARN",
                "HikariPool-1 connection adder",
                pool,
                format!("HikariPool-1 - Cannot acquire connection from data source: {REFUSED}"),
            );
            n_needles += 1;
        }
        let attempt = dice.between(1, 3);
        let mut message =
            format!("Could not store order {order}, attempt {attempt} of 3: {REFUSED}");
        if failure % 3 == 0 {
            message.push_str(
                "\ncom.acme.shop.checkout.StoreException: order store is unavailable\n\
                 \tat com.acme.shop.checkout.OrderStore.save(OrderStore.java:131)\n\
                 \tat com.acme.shop.checkout.CheckoutService.confirm(CheckoutService.java:88)\n\
                 \tat com.acme.shop.web.ApiServlet.doPost(ApiServlet.java:77)\n\
                 Caused by: java.net.ConnectException: Connection refused\n\
                 \tat java.base/sun.nio.ch.Net.pollConnect(Native Method)\n\
                 \t... 24 more",
            );
        }
        queue.service(at, "ERROR", &thread, store, message);
        n_needles += 1;
        if failure == n_failures / 3 {
            let rate = dice.between(81, 97);
            queue.service(at + 10 * MILLISECOND, "FATAL", "circuit-breaker", breaker, format!("Circuit order-store is open: {rate} % of calls failed in the last 60 s, checkout is disabled"));
        }
    }
    queue.service(
        failing.end,
        "INFO",
        "main",
        deploy,
        "Rolling back release 4.18.0 to 4.17.3".to_owned(),
    );
    queue.service(
        failing.end + SECOND,
        "INFO",
        "main",
        deploy,
        "Configuration changed: datasource.host db-02.internal -> db-01.internal".to_owned(),
    );
    queue.service(
        failing.end + 6 * SECOND,
        "INFO",
        "main",
        deploy,
        "Release 4.17.3 is serving requests".to_owned(),
    );
    queue.service(
        failing.end + 9 * SECOND,
        "INFO",
        "circuit-breaker",
        breaker,
        "Circuit order-store is closed, checkout is enabled".to_owned(),
    );
    n_needles
}

/// Memory fills over hours; warnings towards the end, then none is left and the shop restarts.
fn leak(span: Span, plan: &Plan, dice: &mut Dice, queue: &mut Queue) -> u32 {
    let monitor = "com.acme.shop.ops.HeapMonitor";
    let n_warnings = (plan.n_lines / 500).clamp(4, 300);
    let out_of_memory = span.end - 20 * SECOND;
    let warned = Span {
        start: span.at(0.55),
        end: out_of_memory - SECOND,
    };
    for warning in 0..n_warnings {
        // Closer and closer together.
        let share = (f64::from(warning) + 0.5 * dice.unit()) / f64::from(n_warnings);
        let at = warned.at(share * (2.0 - share));
        let used = 700 + plan.leaked_mb(at) + dice.below(40);
        let (percent, pause) = (
            used * 100 / HEAP_MB,
            200 + plan.leaked_mb(at) / 3 + dice.below(120),
        );
        queue.service(
            at,
            "WARN",
            "heap-monitor",
            monitor,
            format!("Heap pressure: {percent} % used after full collection ({used} of {HEAP_MB} MB), pause {pause} ms"),
        );
    }
    queue.service(
        out_of_memory,
        "ERROR",
        "http-nio-8080-exec-9",
        monitor,
        "Heap pressure: java.lang.OutOfMemoryError, the process will exit\n\
         java.lang.OutOfMemoryError: Java heap space\n\
         \tat java.base/java.util.Arrays.copyOf(Arrays.java:3537)\n\
         \tat com.acme.shop.recommend.HistoryIndex.grow(HistoryIndex.java:212)\n\
         \tat com.acme.shop.recommend.HistoryIndex.add(HistoryIndex.java:149)\n\
         \tat com.acme.shop.recommend.Recommender.observe(Recommender.java:63)"
            .to_owned(),
    );
    queue.system(
        out_of_memory + SECOND,
        APP,
        "systemd",
        1,
        "shop.service: Main process exited, code=exited, status=3/NOTIMPLEMENTED".to_owned(),
    );
    queue.system(
        out_of_memory + 6 * SECOND,
        APP,
        "systemd",
        1,
        "shop.service: Scheduled restart job, restart counter is at 1.".to_owned(),
    );
    queue.service(
        out_of_memory + 14 * SECOND,
        "INFO",
        "main",
        "com.acme.shop.ShopApplication",
        "Starting ShopApplication 4.17.3 with 24 request threads".to_owned(),
    );
    queue.service(
        out_of_memory + 19 * SECOND,
        "INFO",
        "main",
        "com.acme.shop.ShopApplication",
        "Started ShopApplication in 5.1 seconds".to_owned(),
    );
    n_warnings + 1
}

/// The shop writes nothing; only the machines do. One line says so afterwards.
fn silence(span: Span, queue: &mut Queue) -> u32 {
    let seconds = span.len() / SECOND;
    queue.service(
        span.end - MILLISECOND,
        "WARN",
        "watchdog",
        "com.acme.shop.ops.Watchdog",
        format!("Event loop resumed after {seconds} s without progress"),
    );
    1
}

/// A statement keeps rows locked; what waits for them says so now and then, until the statement is cancelled.
fn slowdown(span: Span, n_lines: u32, dice: &mut Dice, queue: &mut Queue) -> u32 {
    let inventory = "com.acme.shop.stock.Inventory";
    let n_waits = (n_lines / 2000).clamp(6, 200);
    for wait in 0..n_waits {
        let share = (f64::from(wait) + 0.9 * dice.unit()) / f64::from(n_waits);
        let thread = format!("http-nio-8080-exec-{}", dice.between(1, 24));
        let millis = dice.skewed(1500, 20_000);
        queue.service(
            span.at(share * 0.98),
            "INFO",
            &thread,
            inventory,
            format!("Waited {millis} ms for a row lock on stock_level"),
        );
    }
    let seconds = span.len() / SECOND;
    queue.service(
        span.end - MILLISECOND,
        "INFO",
        "lock-monitor",
        inventory,
        format!(
            "Cancelled a statement of session 4711 after {seconds} s, locks on stock_level are free"
        ),
    );
    n_waits
}

//! The shop on a normal day: requests, checkouts, pools, caches, jobs, collections of garbage, and the warnings nobody minds.

use super::dice::Dice;
use super::plan::Plan;
use super::queue::Queue;
use super::rhythm::Rhythm;
use crate::base::time::{MINUTE, SECOND};

const MILLISECOND: i64 = 1000;
/// Memory of the service in megabytes.
pub(super) const HEAP_MB: u32 = 4096;

const PATHS: [&str; 9] = [
    "/api/products",
    "/api/cart",
    "/api/cart/items",
    "/api/orders",
    "/api/search",
    "/api/recommendations",
    "/api/wishlists",
    "/api/vouchers",
    "/static/images",
];
const TERMS: [&str; 8] = [
    "garden hose",
    "desk lamp",
    "rain coat",
    "trail shoes",
    "oak shelf",
    "tea pot",
    "bike light",
    "wool socks",
];
const CACHES: [&str; 4] = ["products", "prices", "sessions", "recommendations"];
const JOBS: [&str; 4] = [
    "price-sync",
    "cart-cleanup",
    "sitemap-export",
    "invoice-batch",
];
const PROVIDERS: [&str; 3] = ["cardhub", "paylane", "giropoint"];

/// Lines that come by the clock: what, how often.
const PERIODIC: [(Periodic, i64); 4] = [
    (Periodic::PoolStats, MINUTE),
    (Periodic::Collection, 45 * SECOND),
    (Periodic::Job, 5 * MINUTE),
    (Periodic::Cache, 2 * MINUTE),
];

#[derive(Debug, Clone, Copy)]
enum Periodic {
    PoolStats,
    Collection,
    Job,
    Cache,
}

/// Streams the service's ordinary lines.
pub(super) struct Service {
    plan: Plan,
    rhythm: Rhythm,
    dice: Dice,
    n_lines: u32,
    n_done: u32,
    next_unit: i64,
    due: [i64; PERIODIC.len()],
    order: u32,
}

impl Service {
    pub(super) fn new(plan: &Plan, seed: u64, n_lines: u32) -> Self {
        let mut dice = Dice::new(seed, "sample.service");
        let rhythm = Rhythm::new(plan.span, &plan.service_gaps(), 0.35, &mut dice);
        let due =
            PERIODIC.map(|(_, period)| plan.span.start + (period as f64 * dice.unit()) as i64);
        let order = 410_000 + dice.below(90_000);
        let mut service = Self {
            plan: plan.clone(),
            rhythm,
            dice,
            n_lines,
            n_done: 0,
            next_unit: 0,
            due,
            order,
        };
        service.place_next_unit();
        service
    }

    /// When the next event is due; `None` when all lines are written.
    pub(super) fn next_at(&self) -> Option<i64> {
        let due = self.due.iter().copied().min()?;
        (self.n_done < self.n_lines).then(|| due.min(self.next_unit))
    }

    /// Queues what is due.
    pub(super) fn expand(&mut self, queue: &mut Queue) {
        let n_before = queue.n_lines();
        if self.due.iter().any(|due| *due <= self.next_unit) {
            self.periodic(queue);
        } else {
            let at = self.next_unit;
            self.unit(at, queue);
        }
        let n_new = (queue.n_lines() - n_before) as u32;
        self.n_done += n_new;
        if n_new > 0 {
            self.place_next_unit();
        }
    }

    fn place_next_unit(&mut self) {
        let share = (f64::from(self.n_done) + self.dice.unit()) / f64::from(self.n_lines.max(1));
        self.next_unit = self.rhythm.time_of(share).max(self.next_unit);
    }

    fn n_left(&self) -> u32 {
        self.n_lines - self.n_done
    }

    fn worker(&mut self) -> String {
        format!("http-nio-8080-exec-{}", self.dice.between(1, 24))
    }

    fn periodic(&mut self, queue: &mut Queue) {
        let idx = (0..PERIODIC.len())
            .min_by_key(|idx| self.due[*idx])
            .unwrap_or(0);
        let (what, period) = PERIODIC[idx];
        let at = self.due[idx];
        self.due[idx] += period + i64::from(self.dice.below(400)) * MILLISECOND;
        if self.plan.is_service_silent(at) {
            return;
        }
        let dice = &mut self.dice;
        match what {
            Periodic::PoolStats => {
                let active = dice.skewed(0, 18);
                queue.service(
                    at,
                    "DEBUG",
                    "HikariPool-1 housekeeper",
                    "com.zaxxer.hikari.pool.HikariPool",
                    format!(
                        "HikariPool-1 - Pool stats (total=20, active={active}, idle={}, waiting=0)",
                        20 - active
                    ),
                );
            }
            Periodic::Collection => {
                let leaked = self.plan.leaked_mb(at);
                let used = 620 + leaked + dice.below(260);
                let pause = 6 + dice.below(9) + leaked / 9;
                queue.service(
                    at,
                    "INFO",
                    "heap-monitor",
                    "com.acme.shop.ops.HeapMonitor",
                    format!("GC pause {pause} ms, heap {used} of {HEAP_MB} MB after collection"),
                );
            }
            Periodic::Job => {
                let job = dice.pick(&JOBS);
                let thread = format!("scheduling-{}", dice.between(1, 3));
                let millis = dice.skewed(180, 9000);
                queue.service(
                    at,
                    "INFO",
                    &thread,
                    "com.acme.shop.jobs.JobRunner",
                    format!("Job {job} started"),
                );
                if self.n_done + 1 < self.n_lines {
                    let rows = self.dice.skewed(0, 4000);
                    queue.service(
                        self.plan
                            .before_gap(at, at + i64::from(millis) * MILLISECOND),
                        "INFO",
                        &thread,
                        "com.acme.shop.jobs.JobRunner",
                        format!("Job {job} finished in {millis} ms, {rows} rows"),
                    );
                }
            }
            Periodic::Cache => {
                let cache = dice.pick(&CACHES);
                let (ratio, entries, evicted) = (
                    dice.between(78, 99),
                    dice.between(900, 48_000),
                    dice.skewed(0, 300),
                );
                queue.service(
                    at,
                    "DEBUG",
                    "cache-maintenance",
                    "com.acme.shop.cache.CacheManager",
                    format!(
                        "Cache {cache}: hit ratio 0.{ratio}, {entries} entries, {evicted} evicted"
                    ),
                );
            }
        }
    }

    /// One thing the service does: 1 to 8 lines within about a second.
    fn unit(&mut self, at: i64, queue: &mut Queue) {
        // What may take more lines than are left gives way to what takes one.
        let weights: [u32; 10] = if self.plan.is_store_down(at) {
            [520, 0, 90, 0, 40, 12, 10, 30, 0, 0]
        } else if self.n_left() >= 8 {
            [520, 150, 90, 60, 40, 12, 10, 30, 2, 1]
        } else {
            [520, 0, 90, 0, 40, 12, 10, 30, 0, 0]
        };
        match self.dice.weighted(&weights) {
            0 => self.request(at, queue),
            1 => self.checkout(at, queue),
            2 => self.search(at, queue),
            3 => self.sign_in(at, queue),
            4 => self.webhook(at, queue),
            5 => {
                let (path, millis) = (self.dice.pick(&PATHS), self.dice.skewed(2000, 6000));
                let thread = self.worker();
                queue.service(
                    at,
                    "WARN",
                    &thread,
                    "com.acme.shop.web.AccessFilter",
                    format!("Slow request: GET {path} took {millis} ms"),
                );
            }
            6 => {
                let (user, attempts) = (self.user(), self.dice.between(2, 4));
                let thread = self.worker();
                queue.service(
                    at,
                    "WARN",
                    &thread,
                    "com.acme.shop.auth.SessionService",
                    format!("Wrong shop password for user {user}, attempt {attempts}"),
                );
            }
            7 => {
                let (session, idle) = (self.hex(8), self.dice.between(1800, 2400));
                queue.service(
                    at,
                    "DEBUG",
                    "session-reaper",
                    "com.acme.shop.auth.SessionService",
                    format!("Session {session} expired after {idle} s idle"),
                );
            }
            8 => self.client_abort(at, queue),
            _ => self.bad_feed(at, queue),
        }
    }

    /// How many times as long as usual a request takes.
    fn slowness(&self, at: i64) -> u32 {
        if self.plan.is_slow(at) { 30 } else { 1 }
    }

    fn user(&mut self) -> String {
        format!("u{}", self.dice.between(10_000, 59_999))
    }

    fn hex(&mut self, n_digits: usize) -> String {
        let mut text = format!("{:08x}{:08x}", self.dice.bits(), self.dice.bits());
        text.truncate(n_digits);
        text
    }

    fn request(&mut self, at: i64, queue: &mut Queue) {
        let path = self.dice.pick(&PATHS);
        let (method, status) = match self.dice.weighted(&[820, 120, 30, 18, 12]) {
            0 => ("GET", 200),
            1 => ("PUT", 200),
            2 => ("GET", 304),
            3 => ("GET", 404),
            _ => ("DELETE", 204),
        };
        let millis = self.dice.skewed(2, 900) * self.slowness(at);
        let (user, thread) = (self.user(), self.worker());
        let id = self.dice.between(100, 9999);
        queue.service(
            at,
            "INFO",
            &thread,
            "com.acme.shop.web.AccessFilter",
            format!("{method} {path}/{id} -> {status} in {millis} ms user={user}"),
        );
    }

    fn checkout(&mut self, at: i64, queue: &mut Queue) {
        self.order += 1;
        let order = self.order;
        let thread = self.worker();
        let items = self.dice.skewed(1, 12);
        let (euros, cents) = (self.dice.skewed(5, 400), self.dice.below(100));
        let provider = self.dice.pick(&PROVIDERS);
        let (paid, warehouse) = (self.dice.skewed(60, 900), self.dice.between(1, 4));
        let steps = [
            at,
            at + i64::from(paid) * MILLISECOND,
            at + i64::from(paid + 25) * MILLISECOND,
            at + i64::from(paid + 60) * MILLISECOND,
        ];
        let steps = steps.map(|step| self.plan.before_gap(at, step));
        let log = "com.acme.shop.checkout.CheckoutService";
        queue.service(
            at,
            "INFO",
            &thread,
            log,
            format!("Checkout started order={order} items={items} total={euros}.{cents:02} EUR"),
        );
        if self.dice.chance(4) {
            let code = self
                .dice
                .pick(&["insufficient_funds", "card_expired", "limit_exceeded"]);
            queue.service(
                steps[1],
                "WARN",
                &thread,
                "com.acme.shop.payment.PaymentClient",
                format!("Payment declined order={order} provider={provider} code={code}"),
            );
            return;
        }
        let auth = self.hex(10);
        queue.service(
            steps[1],
            "INFO",
            &thread,
            "com.acme.shop.payment.PaymentClient",
            format!(
                "Payment authorised order={order} provider={provider} auth={auth} in {paid} ms"
            ),
        );
        queue.service(
            steps[2],
            "DEBUG",
            &thread,
            "com.acme.shop.stock.StockService",
            format!("Reserved {items} items in warehouse WH-{warehouse} for order={order}"),
        );
        queue.service(
            steps[3],
            "INFO",
            &thread,
            log,
            format!("Order {order} confirmed in {} ms", paid + 60),
        );
        if self.dice.chance(60) {
            let mail = self.hex(16);
            queue.service(
                self.plan.before_gap(at, steps[3] + 8 * MILLISECOND),
                "INFO",
                "mail-1",
                "com.acme.shop.mail.MailService",
                format!("Queued confirmation mail {mail} for order {order}"),
            );
        }
    }

    fn search(&mut self, at: i64, queue: &mut Queue) {
        let (term, found, millis) = (
            self.dice.pick(&TERMS),
            self.dice.skewed(0, 600),
            self.dice.skewed(4, 300),
        );
        let thread = self.worker();
        queue.service(
            at,
            "INFO",
            &thread,
            "com.acme.shop.search.SearchService",
            format!("Search \"{term}\" returned {found} products in {millis} ms"),
        );
    }

    fn sign_in(&mut self, at: i64, queue: &mut Queue) {
        let (user, session) = (self.user(), self.hex(8));
        let address = format!(
            "10.{}.{}.{}",
            self.dice.between(40, 43),
            self.dice.below(256),
            self.dice.between(1, 254)
        );
        let thread = self.worker();
        let log = "com.acme.shop.auth.SessionService";
        queue.service(
            at,
            "INFO",
            &thread,
            log,
            format!("User {user} signed in from {address} session={session}"),
        );
        let later = self.plan.before_gap(at, at + 3 * MILLISECOND);
        queue.service(
            later,
            "DEBUG",
            &thread,
            log,
            format!("Loaded profile of {user} from cache sessions"),
        );
    }

    fn webhook(&mut self, at: i64, queue: &mut Queue) {
        let (partner, millis, attempt) = (
            self.dice.between(1, 9),
            self.dice.skewed(30, 1500),
            self.dice.skewed(1, 4),
        );
        queue.service(
            at,
            "INFO",
            "webhook-1",
            "com.acme.shop.partner.WebhookDispatcher",
            format!("Delivered webhook to https://partner-{partner}.example.net/hooks/orders in {millis} ms, attempt {attempt}"),
        );
    }

    fn client_abort(&mut self, at: i64, queue: &mut Queue) {
        let (thread, path) = (self.worker(), self.dice.pick(&PATHS));
        queue.service(
            at,
            "WARN",
            &thread,
            "com.acme.shop.web.AccessFilter",
            format!(
                "Client closed the connection while {path} was being sent\n\
                 org.apache.catalina.connector.ClientAbortException: java.io.IOException: Broken pipe\n\
                 \tat org.apache.catalina.connector.OutputBuffer.realWriteBytes(OutputBuffer.java:341)\n\
                 \tat org.apache.catalina.connector.OutputBuffer.flushByteBuffer(OutputBuffer.java:777)\n\
                 \tat com.acme.shop.web.JsonWriter.write(JsonWriter.java:58)\n\
                 \tat com.acme.shop.web.ApiServlet.doGet(ApiServlet.java:102)\n\
                 Caused by: java.io.IOException: Broken pipe"
            ),
        );
    }

    fn bad_feed(&mut self, at: i64, queue: &mut Queue) {
        let (supplier, row) = (self.dice.between(2, 19), self.dice.between(10, 4000));
        queue.service(
            at,
            "ERROR",
            "feed-import",
            "com.acme.shop.feed.FeedImporter",
            format!(
                "Skipped row {row} of supplier feed {supplier}: price is not a number\n\
                 java.lang.NumberFormatException: For input string: \"n/a\"\n\
                 \tat java.base/java.lang.NumberFormatException.forInputString(NumberFormatException.java:67)\n\
                 \tat java.base/java.lang.Integer.parseInt(Integer.java:668)\n\
                 \tat com.acme.shop.feed.FeedRow.price(FeedRow.java:44)"
            ),
        );
    }
}

//! The machines on a normal day: sshd sessions, cron, systemd, sudo, the firewall.

use super::dice::Dice;
use super::plan::Plan;
use super::queue::Queue;
use super::rhythm::Rhythm;
use crate::base::time::SECOND;

/// The machine people sign in to.
pub(super) const GATE: &str = "gate-01";
/// The machine the shop runs on.
pub(super) const APP: &str = "app-01";

const HOSTS: [&str; 2] = [GATE, APP];
const USERS: [&str; 6] = [
    "mtarn", "jlorrel", "skaarup", "pvenning", "deploy", "backup",
];
const COMMANDS: [&str; 4] = [
    "/usr/bin/systemctl status shop",
    "/usr/bin/journalctl -u shop -n 200",
    "/usr/bin/less /var/log/shop/shop.log",
    "/usr/bin/systemctl reload nginx",
];
const CRON_JOBS: [&str; 3] = [
    "/usr/local/bin/rotate-metrics.sh",
    "cd / && run-parts --report /etc/cron.hourly",
    "/usr/local/bin/push-backup --incremental",
];

/// Streams the daemons' ordinary lines.
pub(super) struct System {
    rhythm: Rhythm,
    dice: Dice,
    n_lines: u32,
    n_done: u32,
    next_unit: i64,
    session: u32,
}

impl System {
    pub(super) fn new(plan: &Plan, seed: u64, n_lines: u32) -> Self {
        let mut dice = Dice::new(seed, "sample.system");
        let rhythm = Rhythm::new(plan.span, &[], 0.25, &mut dice);
        let session = dice.between(200, 900);
        let mut system = Self {
            rhythm,
            dice,
            n_lines,
            n_done: 0,
            next_unit: 0,
            session,
        };
        system.place_next_unit();
        system
    }

    /// When the next event is due; `None` when all lines are written.
    pub(super) fn next_at(&self) -> Option<i64> {
        (self.n_done < self.n_lines).then_some(self.next_unit)
    }

    fn place_next_unit(&mut self) {
        let share = (f64::from(self.n_done) + self.dice.unit()) / f64::from(self.n_lines.max(1));
        self.next_unit = self.rhythm.time_of(share).max(self.next_unit);
    }

    /// Queues what is due: 1 to 5 lines.
    pub(super) fn expand(&mut self, queue: &mut Queue) {
        let n_before = queue.n_lines();
        let at = self.next_unit;
        let weights: [u32; 6] = if self.n_lines - self.n_done >= 5 {
            [30, 40, 8, 10, 12, 12]
        } else {
            [0, 0, 0, 10, 12, 12]
        };
        match self.dice.weighted(&weights) {
            0 => self.ssh_session(at, queue),
            1 => self.cron(at, queue),
            2 => self.mistyped_password(at, queue),
            3 => {
                let (user, command) = (self.dice.pick(&USERS[..4]), self.dice.pick(&COMMANDS));
                queue.system(
                    at,
                    APP,
                    "sudo",
                    0,
                    format!(
                        "   {user} : TTY=pts/0 ; PWD=/home/{user} ; USER=root ; COMMAND={command}"
                    ),
                );
            }
            4 => {
                let (host, from, port) = (
                    self.dice.pick(&HOSTS),
                    self.dice.between(1, 254),
                    self.dice.between(1024, 65_535),
                );
                let to = self.dice.pick(&["23", "445", "3389", "8080"]);
                let host: &'static str = if host == APP { APP } else { GATE };
                queue.system(
                    at,
                    host,
                    "kernel",
                    0,
                    format!("[UFW BLOCK] IN=eth0 OUT= SRC=192.0.2.{from} DST=10.20.0.5 LEN=40 TTL=241 PROTO=TCP SPT={port} DPT={to} SYN"),
                );
            }
            _ => {
                let unit = self.dice.pick(&[
                    "logrotate.service",
                    "fstrim.service",
                    "apt-daily.service",
                    "man-db.service",
                ]);
                queue.system(
                    at,
                    APP,
                    "systemd",
                    1,
                    format!("{unit}: Deactivated successfully."),
                );
            }
        }
        self.n_done += (queue.n_lines() - n_before) as u32;
        self.place_next_unit();
    }

    fn staff_address(&mut self) -> String {
        format!(
            "10.20.{}.{}",
            self.dice.between(1, 3),
            self.dice.between(10, 60)
        )
    }

    fn ssh_session(&mut self, at: i64, queue: &mut Queue) {
        let user = self.dice.pick(&USERS);
        let (pid, port, from) = (
            self.dice.between(2000, 32_000),
            self.dice.between(32_768, 60_999),
            self.staff_address(),
        );
        let key = format!("{:08x}{:08x}", self.dice.bits(), self.dice.bits());
        self.session += 1;
        let session = self.session;
        queue.system(
            at,
            GATE,
            "sshd",
            pid,
            format!(
                "Accepted publickey for {user} from {from} port {port} ssh2: ED25519 SHA256:{key}"
            ),
        );
        queue.system(
            at,
            GATE,
            "sshd",
            pid,
            format!("pam_unix(sshd:session): session opened for user {user} by (uid=0)"),
        );
        queue.system(
            at,
            GATE,
            "systemd",
            1,
            format!("Started Session {session} of user {user}."),
        );
        let end = at + i64::from(self.dice.skewed(20, 1200)) * SECOND;
        queue.system(
            end,
            GATE,
            "sshd",
            pid,
            format!("Received disconnect from {from} port {port}:11: disconnected by user"),
        );
        queue.system(
            end,
            GATE,
            "sshd",
            pid,
            format!("pam_unix(sshd:session): session closed for user {user}"),
        );
    }

    fn cron(&mut self, at: i64, queue: &mut Queue) {
        let (pid, job) = (self.dice.between(2000, 32_000), self.dice.pick(&CRON_JOBS));
        queue.system(
            at,
            APP,
            "CRON",
            pid,
            "pam_unix(cron:session): session opened for user root by (uid=0)".to_owned(),
        );
        queue.system(at, APP, "CRON", pid + 1, format!("(root) CMD ({job})"));
        queue.system(
            at + SECOND,
            APP,
            "CRON",
            pid,
            "pam_unix(cron:session): session closed for user root".to_owned(),
        );
    }

    fn mistyped_password(&mut self, at: i64, queue: &mut Queue) {
        let user = self.dice.pick(&USERS[..4]);
        let (pid, port, from) = (
            self.dice.between(2000, 32_000),
            self.dice.between(32_768, 60_999),
            self.staff_address(),
        );
        queue.system(
            at,
            GATE,
            "sshd",
            pid,
            format!("Failed password for {user} from {from} port {port} ssh2"),
        );
        queue.system(
            at + 6 * SECOND,
            GATE,
            "sshd",
            pid,
            format!("Accepted password for {user} from {from} port {port} ssh2"),
        );
    }
}

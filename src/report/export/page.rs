//! A report → one HTML page that shows it by itself, to attach to a ticket.
//!
//! The page has no script and may load nothing: its policy allows the one style sheet in it, by its hash, and that is all.
//! Every text of the log is escaped, with hidden characters written out.

use std::fmt::Write;

use crate::base::time::Timestamp;
use crate::base::visible::visible;
use crate::report::words::{count, counted};
use crate::report::{ChangeReport, Incident, Report};

/// Patterns listed.
const TEMPLATES: usize = 60;
/// Windows of time listed.
const WINDOWS: usize = 30;

/// SHA-256 of [`STYLE`] as the policy wants it; a test of the page in a browser fails when they part.
const STYLE_HASH: &str = "sha256-v3b3DZeE2m5884HiqnWwE01rq+sX2QnV7YGP9Y+RtEw=";
const STYLE: &str = include_str!("page.css");

/// A picture of the report, as SVG.
#[derive(Debug, Clone)]
pub struct Picture {
    /// What it is.
    pub title: String,
    /// What it shows, for those who cannot see it.
    pub about: String,
    /// The picture; whoever draws it escapes its texts.
    pub svg: String,
    /// Colours with their meaning.
    pub legend: Vec<(String, String)>,
}

/// The page. `is_redacted`: the report is without addresses, users and secrets, which the page then says.
#[must_use]
pub fn html(report: &Report, pictures: &[Picture], is_redacted: bool) -> String {
    let mut page = Page {
        out: String::with_capacity(64 << 10),
    };
    page.raw(&format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta http-equiv=\"Content-Security-Policy\" \
         content=\"default-src 'none'; style-src '{STYLE_HASH}'; base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n<title>Log report</title>\n<style>{STYLE}</style>\n</head>\n\
         <body translate=\"no\" spellcheck=\"false\">\n<main>\n<h1>Log report</h1>\n"
    ));
    page.text("p class=\"sentence\"", &report.sentence);
    page.facts(report);
    if is_redacted {
        page.text(
            "p class=\"note\"",
            "Addresses, users and secrets that were recognised are replaced by marks such as ⟨ip 1⟩. What no rule knows is \
             still there: read this page before you send it.",
        );
    }
    for picture in pictures {
        page.picture(picture);
    }
    page.incidents(report);
    page.changes(report);
    page.templates(report);
    page.windows(report);
    page.notes(report);
    page.raw("</main>\n</body>\n</html>\n");
    page.out
}

struct Page {
    out: String,
}

impl Page {
    fn raw(&mut self, html: &str) {
        self.out.push_str(html);
    }

    /// An element with a text in it; `tag` may have attributes, which never hold a text of the log.
    fn text(&mut self, tag: &str, text: &str) {
        let name = tag.split(' ').next().unwrap_or(tag);
        self.raw(&format!("<{tag}>"));
        escape(text, &mut self.out);
        self.raw(&format!("</{name}>\n"));
    }

    fn heading(&mut self, text: &str) {
        self.text("h2", text);
    }

    fn table(&mut self, columns: &[&str], rows: impl Iterator<Item = Vec<String>>) {
        self.raw("<table><thead><tr>");
        for column in columns {
            self.text("th scope=\"col\"", column);
        }
        self.raw("</tr></thead><tbody>\n");
        for row in rows {
            self.raw("<tr>");
            for cell in row {
                self.text("td dir=\"ltr\"", &cell);
            }
            self.raw("</tr>\n");
        }
        self.raw("</tbody></table>\n");
    }

    fn facts(&mut self, report: &Report) {
        let totals = &report.totals;
        let span = match (totals.first_ms, totals.last_ms) {
            (Some(first), Some(last)) => format!("{} to {}", time(first), time(last)),
            _ => "no times".to_owned(),
        };
        let levels: Vec<String> = (report.levels.iter())
            .map(|level| {
                let name = if level.level.is_empty() {
                    "no level"
                } else {
                    &level.level
                };
                format!("{} {name}", count(u64::from(level.n_records)))
            })
            .collect();
        self.raw("<dl>\n");
        for (name, value) in [
            ("Lines", count(u64::from(totals.n_lines))),
            ("Records", count(u64::from(totals.n_records))),
            ("Time (UTC)", span),
            ("Levels", levels.join(", ")),
            ("Unusual records", count(u64::from(totals.n_anomalous))),
        ] {
            self.text("dt", name);
            self.text("dd", &value);
        }
        self.raw("</dl>\n");
        self.heading("Files");
        let rows = report.files.iter().map(|file| {
            vec![
                file.name.clone(),
                count(u64::from(file.n_lines)),
                count(u64::from(file.n_records)),
                count(u64::from(file.n_anomalous)),
            ]
        });
        self.table(&["File", "Lines", "Records", "Unusual"], rows);
        if report.n_files as usize > report.files.len() {
            let n_more = report.n_files as usize - report.files.len();
            self.text("p", &format!("… and {n_more} more"));
        }
    }

    fn picture(&mut self, picture: &Picture) {
        self.raw("<figure>");
        self.text("h2", &picture.title);
        self.raw(&picture.svg);
        if !picture.legend.is_empty() {
            self.raw("<ul class=\"legend\">");
            for (color, label) in &picture.legend {
                self.raw("<li><svg width=\"12\" height=\"12\" aria-hidden=\"true\"><rect width=\"12\" height=\"12\" fill=\"");
                escape(color, &mut self.out);
                self.raw("\"/></svg> ");
                self.text("span", label);
                self.raw("</li>");
            }
            self.raw("</ul>");
        }
        self.text("figcaption", &picture.about);
        self.raw("</figure>\n");
    }

    fn incidents(&mut self, report: &Report) {
        self.heading("Incidents");
        if report.incidents.is_empty() {
            self.text("p", "None was found.");
        }
        for incident in &report.incidents {
            self.incident(report, incident);
        }
        if report.n_incidents as usize > report.incidents.len() {
            let n_more = report.n_incidents as usize - report.incidents.len();
            self.text("p", &format!("… and {n_more} more, of lower rank"));
        }
    }

    fn incident(&mut self, report: &Report, incident: &Incident) {
        self.raw("<section class=\"incident\">");
        self.text("h3", &format!("{}. {}", incident.id, incident.title));
        let level = if incident.level.is_empty() {
            "no level"
        } else {
            &incident.level
        };
        self.text(
            "p class=\"when\"",
            &format!(
                "{} to {} · score {:.0} of 100 · {level} · {}",
                time(incident.start_ms),
                time(incident.end_ms),
                incident.score,
                counted(u64::from(incident.n_records), "record"),
            ),
        );
        self.text("p", &incident.reason);
        if let Some(trigger) = &incident.trigger {
            let said = format!(
                "Shortly before, at {}: {} {}",
                time(trigger.ms),
                trigger.text,
                trigger.reason
            );
            self.text("p", &said);
        }
        let edge = &incident.leading_edge;
        let file = report.files.iter().find(|file| file.id == edge.file);
        let file = file.map_or("", |file| file.name.as_str());
        self.text(
            "p",
            &format!("It began with {file} line {}:", count(u64::from(edge.line))),
        );
        self.text("pre dir=\"ltr\"", &edge.text);
        let texts = incident.templates.iter().filter_map(|id| {
            let listed = report.templates.iter().find(|template| template.id == *id);
            listed.map(|template| template.text.as_str())
        });
        self.raw("<ul>");
        for text in texts.take(12) {
            self.text("li dir=\"ltr\"", text);
        }
        self.raw("</ul></section>\n");
    }

    fn changes(&mut self, report: &Report) {
        let changes = &report.changes;
        let lists: [(&str, &[ChangeReport]); 3] = [
            ("New", &changes.new),
            ("More than usual", &changes.surging),
            ("Fewer than usual, or silent", &changes.vanished),
        ];
        if lists.iter().all(|(_, list)| list.is_empty()) {
            return;
        }
        self.heading("What changed");
        for (name, list) in lists {
            if list.is_empty() {
                continue;
            }
            self.text("h3", name);
            let rows = list.iter().map(|change| {
                vec![
                    change.text.clone(),
                    time(change.start_ms),
                    change.reason.clone(),
                ]
            });
            self.table(&["Pattern", "From (UTC)", "How"], rows);
        }
    }

    fn templates(&mut self, report: &Report) {
        let listed = report.templates.len().min(TEMPLATES);
        let n_all = u64::from(report.totals.n_templates);
        self.heading(&format!(
            "Patterns: {} of {}, the strangest first",
            listed,
            count(n_all)
        ));
        let rows = report.templates.iter().take(TEMPLATES).map(|template| {
            vec![
                template.text.clone(),
                count(u64::from(template.n_records)),
                template.level.clone(),
                format!("{:.0}", template.score),
                template.reason.clone(),
            ]
        });
        self.table(&["Pattern", "Records", "Level", "Score", "Why"], rows);
    }

    fn windows(&mut self, report: &Report) {
        if report.windows.is_empty() {
            return;
        }
        self.heading(&format!(
            "Unusual stretches of time: {}",
            count(u64::from(report.n_anomalous_windows))
        ));
        let rows = report.windows.iter().take(WINDOWS).map(|window| {
            let span = format!("{} to {}", time(window.start_ms), time(window.end_ms));
            vec![span, format!("{:.0}", window.score), window.reason.clone()]
        });
        self.table(&["Time (UTC)", "Score", "Why"], rows);
    }

    fn notes(&mut self, report: &Report) {
        if report.notices.is_empty() && report.skipped.is_empty() {
            return;
        }
        self.heading("Notes");
        self.raw("<ul>");
        for notice in &report.notices {
            self.text("li", &notice.message);
        }
        for skipped in &report.skipped {
            self.text("li", &format!("{}: {}", skipped.stage, skipped.message));
        }
        self.raw("</ul>\n");
    }
}

fn time(ms: f64) -> String {
    Timestamp::from_millis(ms).rfc3339()
}

/// Text that is neither markup nor the end of an attribute, with hidden characters written out.
fn escape(text: &str, out: &mut String) {
    for c in visible(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.write_char(c).expect("a string takes all"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_of_the_log_is_text() {
        let mut page = Page { out: String::new() };
        page.text(
            "td dir=\"ltr\"",
            "<img src=x onerror='a()'> & \"\u{202e}\u{1b}",
        );
        assert_eq!(
            page.out,
            "<td dir=\"ltr\">&lt;img src=x onerror=&#39;a()&#39;&gt; &amp; &quot;⟨U+202E⟩⟨ESC⟩</td>\n"
        );
    }
}

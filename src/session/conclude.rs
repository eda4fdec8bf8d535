//! What the texts add up to → the question for the shards; their answers → the report.

use std::collections::BTreeMap;

use super::analysis::{self, Merged};
use super::input::Source;
use super::{Engine, evaluation};
use crate::base::ids::{FileId, TemplateId};
use crate::base::order::Arrange;
use crate::base::time::SECOND;
use crate::base::written::Written;
use crate::correlate::incidents::Episode;
use crate::detect::MIN_POINTS;
use crate::error::Error;
use crate::featurize::amounts::{LargeValue, Spread};
use crate::featurize::course::{Course, Grid};
use crate::featurize::sessions::{SessionSet, Sessions, WholeText};
use crate::protocol::SessionChoice;
use crate::report::build;
use crate::report::findings::{AmountFindings, InputFindings, SourceFindings, TemplateFindings};
use crate::report::{Report, limits};
use crate::shard::involved::Collector;
use crate::shard::wire::{BlockLabels, Survey, Surveyed};

/// Entries of all sessions that are kept so that the run can be worked out again.
const SESSION_ENTRIES: usize = 4 << 20;

impl Engine {
    /// Everything that sees the merged whole, up to the question that only the shards can answer.
    pub fn analyze(&mut self) -> Survey {
        self.settle();
        let (sessions, is_sessions_full) = self.sessions();
        let said = self.said();
        let miner = said.miner();
        let template = |idx| {
            let id = TemplateId::from_index(idx);
            TemplateFindings {
                text: miner.text(id),
                slots: miner.slots(id),
            }
        };
        let (files, tally) = self.lanes();
        let merged = Merged {
            inputs: self.inputs_shown(),
            files,
            left_out: self.left_out.clone(),
            tally,
            templates: (0..miner.n_templates()).map(template).collect(),
            messages: said.findings(),
            facts: said.facts(),
            is_miner_full: miner.is_full(),
            is_messages_full: said.is_crowded(),
            sessions,
            is_sessions_full,
            amounts: self.amounts(),
        };
        let findings = analysis::detect(merged, &self.options);
        for input in &mut self.inputs {
            if let Source::Labels(labels) = &mut input.source {
                let more = labels.take();
                self.labels.ids.extend(more.ids);
                self.labels.lines.extend(more.lines);
                self.labels.n_dropped += more.n_dropped;
            }
        }
        self.labels.ids.arrange();
        let survey = Survey {
            link_us: i64::from(self.options.link_seconds) * SECOND,
            names: self.names.clone(),
            places: self.places.clone(),
            timezone: self.options.timezone.clone(),
            starts: self
                .files
                .iter()
                .map(|file| file.calendar.starts())
                .collect(),
            labels: self.labelled_lines(),
            wants_labels: self.labels.is_empty(),
            ..findings.survey()
        };
        self.findings = Some(findings);
        self.meanings = None;
        survey
    }

    /// How durations and sizes are spread in the texts that are shown, by template and variable.
    fn amounts(&self) -> Vec<AmountFindings> {
        let said = self.said();
        let mut all: BTreeMap<(TemplateId, u8), AmountFindings> = BTreeMap::new();
        let shown = || self.order.iter().map(|&key| &self.files[key as usize]);
        let mut grid = shown().fold(Grid::default(), |grid, file| grid.wider(file.grid));
        for (place, &key) in (0..).zip(&self.order) {
            let file = &self.files[key as usize];
            let instant = |time| Written::instant(file.calendar.instant(time));
            for ((message, slot), (unit, spread, course)) in &file.amounts {
                let message = self.names[message.index()];
                let template = said.template(message);
                let found = (all.entry((template, *slot))).or_insert_with(|| AmountFindings {
                    template,
                    unit: *unit,
                    spread: Spread::default(),
                    course: Course::default(),
                    width: grid.width().unwrap_or(0),
                });
                // What another message of the pattern counts in another unit is another thing.
                if found.unit == *unit {
                    let placed = |value: LargeValue| LargeValue {
                        file: FileId(place),
                        time: value.time.map(instant),
                        ..value
                    };
                    found.spread.merge(spread, placed);
                    grid.merge(&mut found.course, course, instant, placed);
                }
            }
        }
        all.into_values().collect()
    }

    /// The sessions in the texts that are shown, one set an identifier, and whether there were too many.
    fn sessions(&mut self) -> (Vec<SessionSet>, bool) {
        let n_entries = self.files.iter().map(|file| file.sessions.n_entries());
        self.is_spent = n_entries.sum::<usize>() > SESSION_ENTRIES;
        let mut all = Sessions::default();
        for (place, &key) in (0..).zip(&self.order) {
            let file = &mut self.files[key as usize];
            let of_text = &mut file.sessions;
            let of_text = if self.is_spent {
                std::mem::take(of_text)
            } else {
                of_text.clone()
            };
            all.join(of_text, &self.names, FileId(place), &file.calendar);
        }
        let of_message: Vec<u32> = self.said().templates().map(|id| id.0).collect();
        let is_full = all.is_full();
        let mut sets = all.finish(self.identifiers(), &of_message);
        let is_asked = self.options.session == SessionChoice::Found;
        if is_asked && sets.is_empty() && self.order.len() >= MIN_POINTS {
            sets.push(SessionSet::of_texts(self.whole_texts(), &of_message));
        }
        (sets, is_full)
    }

    /// The texts that are shown, each as a session.
    fn whole_texts(&self) -> Vec<WholeText> {
        let text = |(place, &key): (u32, &u32)| {
            let file = &self.files[key as usize];
            let sayings = file.sayings.iter();
            WholeText {
                name: file.findings.name.clone(),
                file: FileId(place),
                span: file.findings.span,
                said: sayings
                    .map(|saying| (self.names[saying.message.index()], saying.said.n_records))
                    .collect(),
            }
        };
        (0..).zip(&self.order).map(text).collect()
    }

    /// The labelled lines of each block of the first log, as its shard counts them.
    fn labelled_lines(&self) -> Vec<BlockLabels> {
        let place = FileId(0);
        let Some(file) = self.file(place) else {
            return Vec::new();
        };
        let lines = &self.labels.lines;
        let from = |base: u64| lines.partition_point(|label| u64::from(label.0) <= base);
        let of_block = |block: usize| {
            let base = file.line_base[block];
            let next = file.line_base.get(block + 1);
            let end = next.map_or(lines.len(), |next| from(*next));
            let own = &lines[from(base)..end];
            BlockLabels {
                file: place,
                block: block as u32,
                lines: own
                    .iter()
                    .map(|label| ((u64::from(label.0) - base - 1) as u32, label.1))
                    .collect(),
            }
        };
        (0..file.line_base.len())
            .map(of_block)
            .filter(|block| !block.lines.is_empty())
            .collect()
    }

    /// The files of which something is shown, or of which there is nothing that could be.
    fn inputs_shown(&self) -> Vec<InputFindings> {
        let mut text_lens = vec![0; self.inputs.len()];
        let mut is_shown = vec![None; self.inputs.len()];
        for file in &self.files {
            text_lens[file.input as usize] += file.findings.sums.text_len;
            let shown = is_shown[file.input as usize].get_or_insert(false);
            *shown |= !file.is_hidden;
        }
        self.inputs
            .iter()
            .zip(text_lens)
            .zip(is_shown)
            .filter(|(_, is_shown)| *is_shown != Some(false))
            .map(|((input, text_len), _)| input.findings(text_len))
            .collect()
    }

    /// Takes the shards' answers and says what was found.
    ///
    /// # Errors
    /// [`Error::Wire`] when [`Engine::analyze`] has not been called.
    pub fn conclude(&mut self, answers: Vec<Surveyed>) -> Result<Report, Error> {
        let not_yet = || Error::Wire("nothing was analysed yet".to_owned());
        let findings = self.findings.as_mut().ok_or_else(not_yet)?;
        let n_slices = findings.n_slices();
        let fineness = n_slices / limits::SPARKLINE;
        findings.slices = vec![0; findings.templates.len() * n_slices];
        findings.firsts = vec![None; findings.templates.len()];
        findings.lanes = vec![0; findings.files.len() * limits::SPARKLINE];
        findings.n_anomalous = vec![0; findings.files.len()];
        let line_of = |file: FileId, block: u32, line: u32| {
            let key = self.order[file.index()];
            let base = self.files[key as usize].line_base[block as usize];
            u32::try_from(base + u64::from(line) + 1).unwrap_or(u32::MAX)
        };
        let n_words = findings.templates.len().div_ceil(64);
        let mut said = vec![0_u64; findings.n_counted_windows() as usize * n_words];
        let (mut episodes, mut verdicts) = (Vec::new(), Vec::new());
        let mut involved = Collector::default();
        let mut of_sources: BTreeMap<u32, SourceFindings> = BTreeMap::new();
        let mut edges: Vec<(u32, Episode)> = Vec::new();
        for answer in answers {
            verdicts.extend(answer.verdicts);
            let numbers = involved.merge(&answer.involved);
            for (source, slice, n, n_errors) in answer.of_sources {
                if let Some(number) = numbers.get(source as usize) {
                    let none = || SourceFindings {
                        name: String::new(),
                        counts: vec![0; n_slices],
                        errors: vec![0; n_slices],
                    };
                    let of_source = of_sources.entry(*number).or_insert_with(none);
                    of_source.add(slice as usize, n, n_errors);
                }
            }
            for (message, first, last) in answer.spans {
                if let Some(message) = findings.messages.get_mut(message.index()) {
                    message.first = Some(message.first.map_or(first, |known| known.min(first)));
                    message.last = message.last.max(Some(last));
                }
            }
            for (block, window, mut edge) in answer.edges {
                edge.line = line_of(edge.file, block, edge.line);
                edges.push((window, edge));
            }
            for (key, n) in answer.lanes {
                // Slices are a whole number of times finer than what is shown.
                if let Some(lane) = findings.lanes.get_mut(key as usize / fineness) {
                    *lane = lane.saturating_add(n);
                }
            }
            for (template, block, mut first) in answer.firsts {
                first.line = line_of(first.file, block, first.line);
                if let Some(known) = findings.firsts.get_mut(template as usize) {
                    let place = |episode: &Episode| (episode.start, episode.file, episode.offset);
                    *known = known.iter().copied().chain([first]).min_by_key(place);
                }
            }
            for (key, bits) in answer.said {
                if let Some(word) = said.get_mut(key as usize) {
                    *word |= bits;
                }
            }
            for (key, n) in answer.slices {
                if let Some(slice) = findings.slices.get_mut(key as usize) {
                    *slice = slice.saturating_add(n);
                }
            }
            for (block, mut episode) in answer.episodes {
                episode.line = line_of(episode.file, block, episode.line);
                findings.n_anomalous[episode.file.index()] += u64::from(episode.n_records);
                episodes.push(episode);
            }
        }
        edges.arrange_by_key(|(window, edge)| (*window, edge.start, edge.file, edge.offset));
        findings.involved = involved.into_sources();
        findings
            .involved
            .entries
            .arrange_by_key(|entry| (entry.message, entry.at));
        findings.changes = findings.rate_changes();
        let sources = &findings.involved.names;
        let named = of_sources.into_iter().filter_map(|(number, of_source)| {
            Some(SourceFindings {
                name: sources.get(number as usize)?.clone(),
                ..of_source
            })
        });
        findings.sources = SourceFindings::largest(named.collect());
        findings.source_changes = findings.rate_changes_of_sources();
        findings.source_error_changes = findings.error_changes_of_sources();
        if let Some(windows) = &mut findings.windows {
            windows.count_templates(&said, n_words);
            let firsts = findings.firsts.iter().flatten();
            windows.count_new(firsts.map(|first| first.start));
        }
        analysis::correlate(findings, episodes, &edges, &self.options);
        findings.evaluation = evaluation::evaluate(findings, &self.labels, verdicts);
        Ok(build::report(findings, &self.options))
    }
}

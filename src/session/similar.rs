//! A template → the templates and words that mean much the same in this log.
//!
//! Words are learned when it is first asked for, so that a run nobody asks costs nothing.

use super::Engine;
use crate::base::ids::TemplateId;
use crate::base::math::round_to;
use crate::base::order::Arrange;
use crate::error::Error;
use crate::featurize::sparse::{Sparse, SparseRow};
use crate::featurize::word2vec::{N_DIMS, Word2Vec, cosine};
use crate::protocol::{Similar, SimilarTemplate, SimilarWords};
use crate::report::findings::Findings;
use crate::report::words;

/// Templates in an answer.
const N_TEMPLATES: usize = 8;
/// Words of a template that are explained.
const N_WORDS: usize = 3;
/// Words that explain one.
const N_NEAREST: usize = 5;
/// Cosine from which on something is similar.
const ENOUGH: f32 = 0.3;

/// What was learned of the words of a run.
#[derive(Debug)]
pub(super) struct Meanings {
    words: Word2Vec,
    /// TF-IDF of each template: the mean of its messages, each as heavy as it is frequent.
    rows: Sparse,
    /// Vector of each template.
    templates: Vec<[f32; N_DIMS]>,
}

impl Meanings {
    fn new(findings: &Findings, seed: u64) -> Self {
        let texts: Vec<&str> = findings.messages.iter().map(|m| m.text.as_str()).collect();
        let weights: Vec<u32> = findings.facts.iter().map(|facts| facts.n_records).collect();
        let words = Word2Vec::train(&texts, &weights, &findings.tfidf, seed);
        let mut of_template: Vec<Vec<(u32, f64)>> = vec![Vec::new(); findings.templates.len()];
        for (idx, message) in findings.messages.iter().enumerate() {
            let weight = f64::from(weights[idx]);
            let entries = findings.tfidf.rows.row(idx).entries();
            let entries = entries.map(|(col, value)| (col, value * weight));
            if let Some(sums) = of_template.get_mut(message.template.index()) {
                sums.extend(entries);
            }
        }
        let mut rows = Sparse::with_cols(findings.tfidf.rows.n_cols);
        for mut entries in of_template {
            entries.arrange_by_key(|entry| entry.0);
            let sums = entries.chunk_by(|a, b| a.0 == b.0);
            rows.push_row(sums.map(|run| (run[0].0, run.iter().map(|entry| entry.1).sum())));
        }
        Self {
            templates: rows.rows().map(|row| words.message(row)).collect(),
            words,
            rows,
        }
    }

    fn similar(&self, template: TemplateId, findings: &Findings) -> Similar {
        let own = &self.templates[template.index()];
        let others = (0..self.templates.len()).filter(|other| *other != template.index());
        let mut templates: Vec<(f32, usize)> = others
            .map(|other| (cosine(own, &self.templates[other]), other))
            .filter(|(cosine, _)| *cosine >= ENOUGH)
            .collect();
        templates.arrange_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        templates.truncate(N_TEMPLATES);
        Similar {
            templates: templates
                .into_iter()
                .map(|(cosine, idx)| SimilarTemplate {
                    template: idx as u32,
                    text: words::quoted(&findings.templates[idx].text),
                    cosine: round_to(f64::from(cosine), 3),
                })
                .collect(),
            words: self.explained(self.rows.row(template.index()), findings),
        }
    }

    /// The most telling words of a template, with those that are used as they are.
    fn explained(&self, row: SparseRow<'_>, findings: &Findings) -> Vec<SimilarWords> {
        let tfidf = &findings.tfidf;
        let is_word = |col: u32| !tfidf.is_placeholder[col as usize];
        let mut telling: Vec<(u32, f64)> = row.entries().filter(|entry| is_word(entry.0)).collect();
        telling.arrange_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        telling.truncate(N_WORDS);
        let quoted = |col: u32| words::quoted(&tfidf.vocabulary[col as usize]);
        telling
            .into_iter()
            .map(|(col, _)| SimilarWords {
                word: quoted(col),
                nearest: self
                    .words
                    .nearest_words(col, N_NEAREST)
                    .into_iter()
                    .filter(|(_, cosine)| *cosine >= ENOUGH)
                    .map(|(col, _)| quoted(col))
                    .collect(),
            })
            .collect()
    }
}

impl Engine {
    /// Which templates and words mean much the same as a template of the finished run; slow the first time.
    ///
    /// # Errors
    /// [`Error::Wire`] where nothing was analysed or there is no such template.
    pub fn similar(&mut self, template: TemplateId) -> Result<Similar, Error> {
        let seed = u64::from(self.options.seed);
        let findings = self.findings.as_ref();
        let findings =
            findings.ok_or_else(|| Error::Wire("nothing was analysed yet".to_owned()))?;
        if template.index() >= findings.templates.len() {
            return Err(Error::Wire("there is no such pattern".to_owned()));
        }
        let meanings = self
            .meanings
            .get_or_insert_with(|| Meanings::new(findings, seed));
        Ok(meanings.similar(template, findings))
    }
}

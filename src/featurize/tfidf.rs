//! Distinct masked messages with their counts → sparse unit vectors of weighted words (TF-IDF).
//!
//! Equal to scikit-learn's `TfidfVectorizer()` fitted on the log in which each message is repeated as often as it
//! was counted: lower case, words of two or more word characters, idf = ln((1 + n) / (1 + df)) + 1, rows of
//! Euclidean length 1. The length of a log enters through counts only, so a billion lines cost as much as their
//! distinct messages. What a mask leaves between its brackets is a word like any other (`<ip>` gives `ip`, `<*>`
//! nothing): that there was an address is part of what a message says, and a word that stands in most messages
//! weighs little anyway.
//!
//! One difference: the combining vowel signs of scripts like Devanagari stay within their word here; Python's `\w`
//! cuts there.
//!
//! Spärck Jones, "A statistical interpretation of term specificity and its application in retrieval" (1972).

use rustc_hash::FxHashMap;

use crate::base::math;
use crate::base::order::Arrange;

use super::sparse::Sparse;

/// Messages as vectors, and what their columns mean.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TfIdf {
    /// Word of each column, sorted by code points.
    pub vocabulary: Vec<String>,
    /// Inverse document frequency of each column.
    pub idf: Vec<f64>,
    /// Whether the word was only ever seen as the name of a mask (`<word>`).
    pub is_placeholder: Vec<bool>,
    /// One row a message; a message without words is an empty row.
    pub rows: Sparse,
}

/// Vectors of `messages`, of which `weights` says how many records have each; a missing weight counts as 1.
#[must_use]
pub fn tfidf(messages: &[&str], weights: &[u32]) -> TfIdf {
    let mut words = Words::default();
    // Per message: (provisional column, occurrences), columns in the order of the vocabulary's first sight.
    let mut documents: Vec<Vec<(u32, u32)>> = Vec::with_capacity(messages.len());
    let mut lowered = String::new();
    for message in messages {
        lower(message, &mut lowered);
        let mut columns = Vec::new();
        for_each_word(&lowered, |word, is_placeholder| {
            columns.push(words.column_of(word, is_placeholder));
        });
        documents.push(count_runs(columns));
    }

    let weight_of = |idx: usize| f64::from(weights.get(idx).copied().unwrap_or(1));
    let n_documents: f64 = (0..messages.len()).map(weight_of).sum();
    let mut document_frequency = vec![0.0; words.texts.len()];
    for (idx, document) in documents.iter().enumerate() {
        for (col, _) in document {
            document_frequency[*col as usize] += weight_of(idx);
        }
    }

    let mut order: Vec<u32> = (0..words.texts.len() as u32).collect();
    order.arrange_by(|a, b| words.texts[*a as usize].cmp(&words.texts[*b as usize]));
    let mut final_column = vec![0; order.len()];
    for (rank, col) in order.iter().enumerate() {
        final_column[*col as usize] = rank as u32;
    }
    let idf: Vec<f64> = order
        .iter()
        .map(|col| math::ln((1.0 + n_documents) / (1.0 + document_frequency[*col as usize])) + 1.0)
        .collect();

    let mut rows = Sparse::with_cols(order.len() as u32);
    for document in documents {
        let mut entries: Vec<(u32, f64)> = document
            .into_iter()
            .map(|(col, n)| {
                let col = final_column[col as usize];
                (col, f64::from(n) * idf[col as usize])
            })
            .collect();
        entries.sort_unstable_by_key(|entry| entry.0);
        let length = math::sqrt(entries.iter().map(|entry| entry.1 * entry.1).sum());
        rows.push_row(
            entries
                .into_iter()
                .map(|(col, value)| (col, value / length)),
        );
    }
    let is_placeholder = order
        .iter()
        .map(|col| words.is_placeholder[*col as usize])
        .collect();
    let mut texts = words.texts;
    let vocabulary = order
        .iter()
        .map(|col| std::mem::take(&mut texts[*col as usize]))
        .collect();
    TfIdf {
        vocabulary,
        idf,
        is_placeholder,
        rows,
    }
}

/// Columns of a message's words, in the order in which it has them; words that have none are left out.
pub(super) fn words_of(message: &str, vocabulary: &[String]) -> Vec<u32> {
    let (mut lowered, mut columns) = (String::new(), Vec::new());
    lower(message, &mut lowered);
    for_each_word(&lowered, |word, _| {
        let found = vocabulary.binary_search_by(|known| known.as_str().cmp(word));
        columns.extend(found.map(|col| col as u32));
    });
    columns
}

fn lower(message: &str, lowered: &mut String) {
    lowered.clear();
    if message.is_ascii() {
        lowered.push_str(message);
        lowered.make_ascii_lowercase();
    } else {
        lowered.push_str(&message.to_lowercase());
    }
}

/// Words in the order of first sight.
#[derive(Default)]
struct Words {
    columns: FxHashMap<String, u32>,
    texts: Vec<String>,
    is_placeholder: Vec<bool>,
}

impl Words {
    fn column_of(&mut self, word: &str, is_placeholder: bool) -> u32 {
        if let Some(col) = self.columns.get(word) {
            self.is_placeholder[*col as usize] &= is_placeholder;
            return *col;
        }
        let col = self.texts.len() as u32;
        self.columns.insert(word.to_owned(), col);
        self.texts.push(word.to_owned());
        self.is_placeholder.push(is_placeholder);
        col
    }
}

/// (value, how often), ascending.
fn count_runs(mut values: Vec<u32>) -> Vec<(u32, u32)> {
    values.sort_unstable();
    values
        .chunk_by(|a, b| a == b)
        .map(|run| (run[0], run.len() as u32))
        .collect()
}

/// Calls `f` with each maximal run of two or more word characters and whether it stands between `<` and `>`.
fn for_each_word(text: &str, mut f: impl FnMut(&str, bool)) {
    let mut run: Option<(usize, usize)> = None;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        if c == '_' || c.is_alphanumeric() {
            run = run.map_or(Some((at, 1)), |(start, n_chars)| Some((start, n_chars + 1)));
        } else if let Some((start, n_chars)) = run.take()
            && n_chars >= 2
        {
            f(&text[start..at], c == '>' && text[..start].ends_with('<'));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        let mut found = Vec::new();
        for_each_word(text, |word, _| found.push(word.to_owned()));
        found
    }

    #[test]
    fn words_are_runs_of_two_or_more_word_characters() {
        for (text, expected) in [
            ("", vec![]),
            ("a b", vec![]),
            (
                "failed password for <*> from <ip> port <num>",
                vec!["failed", "password", "for", "from", "ip", "port", "num"],
            ),
            ("x_1 y-z2 3.14", vec!["x_1", "z2", "14"]),
            ("größe=12mb", vec!["größe", "12mb"]),
        ] {
            assert_eq!(words(text), expected, "{text}");
        }
    }

    #[test]
    fn weights_are_the_same_as_repetition() {
        let once = tfidf(&["disk full", "disk ok", ""], &[3, 1, 2]);
        let repeated = tfidf(
            &["disk full", "disk full", "disk full", "disk ok", "", ""],
            &[1; 6],
        );
        assert_eq!(once.idf, repeated.idf);
        assert_eq!(once.rows.row(0), repeated.rows.row(2));
        assert_eq!(once.rows.row(1), repeated.rows.row(3));
        assert_eq!(once.rows.row(2).indices.len(), 0);
    }

    #[test]
    fn masks_are_told_from_words() {
        let t = tfidf(&["user <user> at <ip>", "ip ok"], &[1, 1]);
        let placeholder =
            |word: &str| t.is_placeholder[t.vocabulary.iter().position(|w| w == word).unwrap()];
        assert_eq!(t.vocabulary, ["at", "ip", "ok", "user"]);
        assert!(!placeholder("ip") && !placeholder("user") && !placeholder("ok"));
        assert!(tfidf(&["from <ip>"], &[1]).is_placeholder[1]);
    }
}

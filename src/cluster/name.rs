//! Clusters of messages → a few words that tell each from the others.
//!
//! A word tells a cluster when many of its messages have it and few others do: the share of the cluster's messages
//! with the word times ln(1 + A / f), with f the messages with the word and A the messages of an average cluster.
//! That is the class-based TF-IDF of Grootendorst, "`BERTopic`" (2022). Names of masks (`<ip>`) say what varies and
//! not what is said, so they come last.

use crate::base::math;
use crate::base::order::Arrange;
use crate::featurize::tfidf::TfIdf;

use super::Clustering;

/// Words in a name.
const N_WORDS: usize = 3;

/// A name for each cluster: its words in the order in which a message of the cluster has them.
#[must_use]
pub fn names(messages: &TfIdf, texts: &[&str], clustering: &Clustering) -> Vec<String> {
    let n_clusters = clustering.n_clusters as usize;
    let mut members: Vec<Vec<u32>> = vec![Vec::new(); n_clusters];
    for (idx, label) in clustering.labels.iter().enumerate() {
        if let Some(label) = label {
            members[*label as usize].push(idx as u32);
        }
    }
    let mut frequency = vec![0.0_f64; messages.vocabulary.len()];
    for col in &messages.rows.indices {
        frequency[*col as usize] += 1.0;
    }
    let n_labelled: usize = members.iter().map(Vec::len).sum();
    let average = n_labelled as f64 / n_clusters.max(1) as f64;
    let telling = |col: u32, n: u32| {
        let weight = math::ln(1.0 + average / frequency[col as usize]);
        let is_mask = messages.is_placeholder[col as usize];
        f64::from(n) * weight * if is_mask { 1e-6 } else { 1.0 }
    };
    members
        .iter()
        .map(|members| {
            let mut columns: Vec<u32> = members
                .iter()
                .flat_map(|idx| messages.rows.row(*idx as usize).indices)
                .copied()
                .collect();
            columns.arrange();
            let mut words: Vec<(u32, f64)> = columns
                .chunk_by(|a, b| a == b)
                .map(|run| (run[0], telling(run[0], run.len() as u32)))
                .collect();
            words.arrange_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
            words.truncate(N_WORDS);
            in_order(
                messages,
                texts,
                members,
                words.into_iter().map(|word| word.0).collect(),
            )
        })
        .collect()
}

/// The words in the order of the first member that has all of them (or most).
fn in_order(messages: &TfIdf, texts: &[&str], members: &[u32], mut words: Vec<u32>) -> String {
    let n_held = |idx: u32| {
        let row = messages.rows.row(idx as usize);
        words
            .iter()
            .filter(|col| row.indices.binary_search(col).is_ok())
            .count()
    };
    let mut best: Option<(usize, u32)> = None;
    for idx in members {
        let n = n_held(*idx);
        if best.is_none_or(|best| n > best.0) {
            best = Some((n, *idx));
        }
        if n == words.len() {
            break;
        }
    }
    let text = best
        .and_then(|(_, idx)| texts.get(idx as usize))
        .copied()
        .unwrap_or_default();
    let text = text.to_lowercase();
    words.arrange_by_key(|col| {
        text.find(&messages.vocabulary[*col as usize])
            .unwrap_or(text.len())
    });
    let words: Vec<&str> = words
        .iter()
        .map(|col| messages.vocabulary[*col as usize].as_str())
        .collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::featurize::tfidf::tfidf;

    #[test]
    fn names_are_the_words_that_tell_clusters_apart() {
        let texts = [
            "Failed password for user alice from <ip>",
            "Failed password for user bob from <ip>",
            "Session opened for user alice",
            "Session opened for user bob",
            "***",
        ];
        let clustering = Clustering {
            labels: vec![Some(0), Some(0), Some(1), Some(1), Some(2)],
            n_clusters: 3,
            eps: None,
        };
        let names = names(&tfidf(&texts, &[]), &texts, &clustering);
        assert_eq!(names, ["failed password from", "session opened for", ""]);
    }
}

//! What is learned, and what stands out from it.

use ndarray::Array2;

use super::*;
use crate::detect::ALARM;
use crate::featurize::dataset::Rows;

fn params() -> AutoencoderParams {
    AutoencoderParams::default()
}

/// Two columns that rise and fall together, a third that does not care; in the last three rows they go apart.
fn paired() -> Array2<f64> {
    Array2::from_shape_fn((300, 3), |(i, j)| {
        let level = (i * 37 % 100) as f64;
        match j {
            1 if i >= 297 => 100.0 - level,
            2 => (i * i % 17) as f64,
            _ => level + (i * 7 % 5) as f64,
        }
    })
}

#[test]
fn a_combination_that_no_other_row_has_stands_out() {
    let rows = paired();
    let data = Dataset::new(Rows::Dense(rows.view()));
    let model = params().check().unwrap().train(&data).unwrap();
    let scores = model.score(&data);
    // The last of the three is near the line itself.
    assert!(
        scores[297] > ALARM && scores[298] > ALARM,
        "{:?}",
        &scores[297..]
    );
    let n_alarms = scores[..297].iter().filter(|score| **score > ALARM).count();
    assert!(n_alarms <= 300 / 20, "{n_alarms}");
    let col = model.explain(&data, 297)[0].col;
    assert!(col < 2, "{col}");
}

#[test]
fn errors_fall_and_training_ends_when_they_do_not() {
    let rows = paired();
    let data = Dataset::new(Rows::Dense(rows.view()));
    let model = params().check().unwrap().train(&data).unwrap();
    let losses = &model.training().losses;
    assert!(losses[losses.len() - 1] < losses[0] / 4.0, "{losses:?}");
    // Two kinds of rows are soon known by heart.
    let two = Array2::from_shape_fn((300, 2), |(i, _)| (i % 2) as f64);
    let data = Dataset::new(Rows::Dense(two.view()));
    let long = AutoencoderParams {
        n_epochs: 1000,
        learning_rate: 0.1,
        ..params()
    };
    let model = long.check().unwrap().train(&data).unwrap();
    assert!(model.training().is_stopped_early);
}

#[test]
fn the_percentile_says_how_many_rows_are_alarms() {
    let rows = paired();
    let data = Dataset::new(Rows::Dense(rows.view()));
    for (percentile, most) in [(50.0, 150), (95.0, 15), (99.0, 3)] {
        let params = AutoencoderParams {
            percentile,
            ..params()
        };
        let scores = params.check().unwrap().train(&data).unwrap().score(&data);
        let n_alarms = scores.iter().filter(|score| **score > ALARM).count();
        assert_eq!(n_alarms, most, "{percentile}");
    }
}

#[test]
fn more_columns_than_a_layer_takes_are_refused() {
    let rows = Array2::from_shape_fn((20, 1100), |(i, j)| ((i * j) % 7 + i) as f64);
    let refused = params()
        .check()
        .unwrap()
        .train(&Dataset::new(Rows::Dense(rows.view())));
    assert!(matches!(
        refused.err(),
        Some(FitError::TooManyColumns { .. })
    ));
}

#[test]
fn choices_out_of_range_name_their_option() {
    let good = params();
    for (params, option) in [
        (
            AutoencoderParams {
                n_hidden: 0,
                ..good
            },
            "nHidden",
        ),
        (
            AutoencoderParams {
                n_epochs: 1001,
                ..good
            },
            "nEpochs",
        ),
        (
            AutoencoderParams {
                batch_size: 0,
                ..good
            },
            "batchSize",
        ),
        (
            AutoencoderParams {
                learning_rate: f64::NAN,
                ..good
            },
            "learningRate",
        ),
        (
            AutoencoderParams {
                percentile: 100.0,
                ..good
            },
            "percentile",
        ),
    ] {
        assert_eq!(params.check().unwrap_err().option, option);
    }
}

//! Scores against models trained again: the LDS, leave-one-out, and the controls.

use std::collections::BTreeMap;

use anyhow::{Result, ensure};
use whence_influence::replay::{Queries, fidelity, subset_weights, train};

use super::super::fidelity::settings::Name;
use super::Options;
use super::scores::Case;
use super::settings::Setting;
use crate::random;
use crate::retraining::{Scores, retrained, shuffled, subsets};
use crate::statistics::pearson;

/// What one seed gives: by what it is of (`lds.replay.10`), a number a query.
pub type Found = BTreeMap<String, Vec<f64>>;

/// Measures a case on the first of its queries; retrained losses of all of them are kept, as `lds`
/// keeps them.
pub fn measure(
    all: &Case<'_>,
    setting: Setting,
    (seed, options): (u64, &Options),
) -> Result<Found> {
    let rows = &all.queries.rows[..options.queries.min(all.queries.rows.len())];
    let case = Case { queries: Queries { rows, ..all.queries }, ..*all };
    let models = options.models.unwrap_or_else(|| setting.shared().map_or(50, Name::models));
    let (count, known) = (case.replay.weights.len(), case.replay.objective.rows());
    let replayed = case.replayed()?;
    let methods = [
        ("shuffled", shuffled(&replayed, seed)),
        ("without-adjoint", case.without_adjoint()?),
        ("replay", replayed),
    ];
    let mut found = Found::new();
    for percent in &options.dropped {
        let chosen = subsets(seed, count, f64::from(*percent) / 100.0, models);
        let part = if setting.shared().is_some() { "lds" } else { "replay" };
        let name = format!("{part}-{}-{seed}-{count}-{known}-{percent}", setting.name());
        let truth =
            retrained(chosen, &options.shared().folder()?, &name, |kept| all.losses_of(kept))?;
        ensure!(truth.losses[0] == all.losses_of(&truth.subsets[0])?, "{name} is of another run");
        for (method, scores) in &methods {
            let scores = truth.linear_datamodelling_scores(scores);
            found.insert(format!("lds.{method}.{percent}"), scores);
        }
    }
    if let Some(online) = setting.online(seed, options)? {
        let (replayed, online) = (&methods[2].1, &online[..rows.len()]);
        found.insert("fidelity.index".into(), fidelity(online, replayed)?.of_query);
        found
            .insert("fidelity.without-adjoint".into(), fidelity(&methods[1].1, replayed)?.of_query);
        found.insert("fidelity.shuffled".into(), fidelity(&methods[0].1, replayed)?.of_query);
    }
    found.append(&mut left_out(&case, &methods, (seed, options))?);
    found.insert("metasmoothness".into(), vec![case.smoothness(seed)?]);
    Ok(found)
}

/// Pearson's correlation over rows drawn by the seed of what is said of leaving each out with what
/// it did.
fn left_out(
    case: &Case<'_>,
    methods: &[(&str, Scores)],
    (seed, options): (u64, &Options),
) -> Result<Found> {
    let count = case.replay.weights.len();
    let mut stream = random::stream(seed, "left out");
    let rows = random::subset(&mut stream, count, options.left_out.min(count));
    let done = case.replay.changes_exactly(&rows, 0.0, case.queries)?;
    let correlation = |(query, scores): (usize, &Vec<f32>)| {
        let said: Vec<f64> = rows.iter().map(|row| f64::from(scores[*row])).collect();
        let done: Vec<f64> = done.iter().map(|row| f64::from(row[query])).collect();
        pearson(&said, &done)
    };
    let one = |(method, scores): &(&str, Scores)| {
        let correlations = scores.iter().enumerate().map(correlation).collect();
        (format!("loo.{method}"), correlations)
    };
    Ok(methods.iter().map(one).collect())
}

impl Case<'_> {
    /// Trains on some of the rows and asks the queries.
    fn losses_of(&self, kept: &[usize]) -> Result<Vec<f32>> {
        let weights = subset_weights(self.replay.weights.len(), kept);
        let run = train(self.replay.objective, self.replay.start, self.replay.recipe, &weights)?;
        let Queries { objective, rows } = self.queries;
        Ok(rows.iter().map(|row| objective.loss(&run.theta, *row)).collect())
    }

    /// Metasmoothness towards leaving out a tenth of the rows, half of it at each of two steps.
    fn smoothness(&self, seed: u64) -> Result<f64> {
        let count = self.replay.weights.len();
        let mut stream = random::stream(seed, "smoothness");
        let mut direction = vec![0.0; count];
        let rows = random::subset(&mut stream, count, count / 10);
        rows.into_iter().for_each(|row| direction[row] = -1.0);
        Ok(self.replay.metasmoothness(&direction, 0.5)?)
    }
}

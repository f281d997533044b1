//! `loo`: what single rows did, against models trained without just them.

use anyhow::Result;
use whence_influence::replay::subset_weights;

use super::found::Found;
use super::scored::Trained;
use super::settings::Name;
use super::{Options, Size};
use crate::random;
use crate::retraining::{retrained, shuffled};
use crate::statistics::pearson;

/// Measures correlations with exact leave-one-out.
pub fn run(options: &Options) -> Result<()> {
    let names = [Name::DigitsLr, Name::DigitsMlp, Name::LoraLanguage, Name::LoraSmooth];
    super::run("loo", options, |name, seed| measure(name, (seed, options)), &names)
}

fn measure(name: Name, (seed, options): (u64, &Options)) -> Result<Found> {
    let setting = name.make(seed, options)?;
    let setting = setting.as_ref();
    let (rows, queries) = (setting.trained(), setting.queries());
    let count = match options.size {
        Size::Full => 100,
        Size::Small => 10,
    };
    let drawn = random::subset(&mut random::stream(seed, "left out"), rows, count);
    let without = |left_out: &usize| (0..rows).filter(|row| row != left_out).collect();
    let subsets = drawn.iter().map(without).collect();
    let kept_as = format!("loo-{}", options.name(setting, seed));
    let losses = |kept: &[usize]| setting.losses_without(&subset_weights(rows, kept), &queries);
    let truth = retrained(subsets, &options.folder()?, &kept_as, losses)?;

    let trained = Trained::new(setting)?;
    let mut methods = trained.all()?;
    methods.push(("shuffled", shuffled(&methods[0].1, seed)));
    let mut found = Found::new();
    for (method, scores) in &methods {
        let correlation = |(query, scores): (usize, &Vec<f32>)| {
            let said: Vec<f64> = drawn.iter().map(|row| f64::from(scores[*row])).collect();
            // Leaving a helpful row out raises the loss. The loss with all rows is a constant.
            let done: Vec<f64> = truth.losses.iter().map(|model| f64::from(model[query])).collect();
            pearson(&said, &done)
        };
        let correlations = scores.iter().enumerate().map(correlation).collect();
        found.insert((*method).to_owned(), correlations);
    }
    Ok(found)
}

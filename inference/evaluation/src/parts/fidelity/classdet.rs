//! `classdet`: do the rows that score best for a query have its class? Not fidelity: parity with
//! DataInf.

use anyhow::Result;

use super::Options;
use super::found::Found;
use super::scored::Trained;
use super::settings::Name;
use crate::retraining::shuffled;
use crate::statistics::area_under_curve;

/// Measures how well each method tells classes apart (2310.00902, §5: AUC and recall).
pub fn run(options: &Options) -> Result<()> {
    let names = [Name::DigitsLr, Name::DigitsMlp, Name::LoraLanguage, Name::LoraSmooth];
    super::run("classdet", options, |name, seed| measure(name, (seed, options)), &names)
}

fn measure(name: Name, (seed, options): (u64, &Options)) -> Result<Found> {
    let setting = name.make(seed, options)?;
    let trained = Trained::new(setting.as_ref())?;
    let mut methods = trained.all()?;
    methods.push(("shuffled", shuffled(&methods[0].1, seed)));
    let classes: Vec<usize> = (0..setting.trained()).map(|row| setting.class(row)).collect();
    let mut found = Found::new();
    for (method, scores) in &methods {
        let queries = setting.queries();
        let told = queries.iter().zip(scores);
        let told = told.map(|(query, scores)| apart(scores, &classes, setting.class(*query)));
        let (areas, recalls) = told.unzip();
        found.insert(format!("{method}-auc"), areas);
        found.insert(format!("{method}-recall"), recalls);
    }
    Ok(found)
}

/// The area under the curve of the query's class against all others, and how much of the class is
/// among as many best rows as it has.
fn apart(scores: &[f32], classes: &[usize], class: usize) -> (f64, f64) {
    let pairs = || scores.iter().map(|score| f64::from(*score)).zip(classes);
    let of = |same: bool| {
        let kept = pairs().filter(|(_, of)| (**of == class) == same);
        kept.map(|(score, _)| score).collect::<Vec<f64>>()
    };
    let (same, others) = (of(true), of(false));
    let mut best: Vec<(f64, &usize)> = pairs().collect();
    best.sort_by(|x, y| y.0.total_cmp(&x.0));
    let right = best.iter().take(same.len()).filter(|(_, of)| **of == class).count();
    (area_under_curve(&same, &others), right as f64 / same.len().max(1) as f64)
}

//! `lds`: do scores add up to what models trained without some of the rows lose?

use anyhow::{Context, Result};
use rayon::prelude::*;
use serde_json::json;
use whence_canon::score::Bits;
use whence_influence::replay::subset_weights;

use super::found::Found;
use super::scored::Trained;
use super::settings::Name;
use super::{Options, Size};
use crate::export::{Comparison, Folder};
use crate::retraining::{Scores, Truth, retrained, shuffled, subsets};

/// Shares of the rows that are dropped, in percent; peers get the first.
const DROPPED: [u32; 2] = [50, 10];

/// Measures the linear datamodelling score of every method.
pub fn run(options: &Options) -> Result<()> {
    let names = [Name::DigitsLr, Name::DigitsMlp, Name::LoraLanguage, Name::LoraSmooth];
    super::run("lds", options, |name, seed| measure(name, (seed, options)), &names)
}

fn measure(name: Name, (seed, options): (u64, &Options)) -> Result<Found> {
    let setting = name.make(seed, options)?;
    let setting = setting.as_ref();
    let trained = Trained::new(setting)?;
    let mut methods = trained.all()?;
    methods.push(("shuffled", shuffled(&methods[0].1, seed)));
    let (rows, queries) = (setting.trained(), setting.queries());
    let models = match options.size {
        Size::Full => name.models(),
        Size::Small => 10,
    };
    let mut found = Found::new();
    for percent in DROPPED {
        let chosen = subsets(seed, rows, f64::from(percent) / 100.0, models);
        let kept_as = format!("lds-{}-{percent}", options.name(setting, seed));
        let losses = |kept: &[usize]| setting.losses_without(&subset_weights(rows, kept), &queries);
        let truth = retrained(chosen, &options.folder()?, &kept_as, losses)?;
        compare(&methods, &truth, (percent, &mut found))?;
        if let (Some(folder), true) = (&options.export, percent == DROPPED[0]) {
            export(
                &trained,
                &methods,
                (&truth, &folder.join(format!("{}-{seed}", name.as_str()))),
            )?;
        }
    }
    found.insert("bytes-per-row".into(), vec![bytes(&trained)? as f64]);
    Ok(found)
}

/// Every method's scores a query, and the differences that targets are about, query by query.
fn compare(
    methods: &[(&'static str, Scores)],
    truth: &Truth,
    (percent, found): (u32, &mut Found),
) -> Result<()> {
    let one = |(name, scores): &(&'static str, Scores)| {
        (*name, truth.linear_datamodelling_scores(scores))
    };
    let all: Vec<(&str, Vec<f64>)> = methods.par_iter().map(one).collect();
    let of = |wanted: &str| {
        let found = all.iter().find(|(name, _)| *name == wanted);
        found.map(|(_, scores)| scores).with_context(|| format!("{wanted} was not measured"))
    };
    let differences = [
        ("index-over-datainf", "index", "datainf"),
        ("index-over-grad-dot", "index", "grad-dot"),
        ("int8-loss", "index-f32", "index"),
        ("int4-loss", "index-f32", "index-int4"),
    ];
    for (name, more, less) in differences {
        let pairs = of(more)?.iter().zip(of(less)?);
        let difference = pairs.map(|(more, less)| more - less).collect();
        found.insert(format!("{name}.{percent}"), difference);
    }
    found.extend(all.into_iter().map(|(name, scores)| (format!("{name}.{percent}"), scores)));
    Ok(())
}

/// Bytes of a row's vector as the index keeps it.
fn bytes(trained: &Trained<'_>) -> Result<usize> {
    Ok(trained.index()?.shape(Bits::Eight)?.bytes())
}

fn export(
    trained: &Trained<'_>,
    methods: &[(&'static str, Scores)],
    (truth, folder): (&Truth, &std::path::Path),
) -> Result<()> {
    let (setting, rows) = (trained.setting, trained.setting.trained());
    let subsets: Vec<Vec<f32>> =
        truth.subsets.iter().map(|kept| subset_weights(rows, kept)).collect();
    let scores: Vec<(&str, &[Vec<f32>])> =
        methods.iter().map(|(name, scores)| (*name, scores.as_slice())).collect();
    let comparison = Comparison {
        objective: setting.objective(),
        theta: &trained.run.theta,
        trained: rows,
        queries: &setting.queries(),
        subsets: &subsets,
        losses: &truth.losses,
        scores: &scores,
    };
    let settings = json!({
        "exact-if": {"damping": setting.penalty()}, "datainf": {"damping": 0.1},
        "whitened": {"damping": 1.0}, "index": {"damping": 1.0},
    });
    let folder = Folder::new(folder)?;
    folder.comparison(&comparison, &settings)?;
    setting.export(&folder)
}

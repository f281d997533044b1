//! `utility`: without the best-paid fifth of the rows, is the model worse than without any other
//! fifth?

use anyhow::{Result, ensure};
use whence_canon::score::Bits;
use whence_influence::replay::subset_weights;

use super::Options;
use super::found::Found;
use super::rules::{self, Judged};
use super::scored::{AUDITED, Trained};
use super::setting::Setting;
use super::settings::Name;
use crate::random;
use crate::retraining::retrained;
use crate::statistics::mean;

/// One in how many rows is dropped.
const ONE_OF: usize = 5;
/// Random fifths.
const DRAWS: usize = 10;

/// Measures what losing the best paid, the worst paid and random rows costs.
pub fn run(options: &Options) -> Result<()> {
    let names = [Name::DigitsLr, Name::DigitsMlp];
    super::run("utility", options, |name, seed| measure(name, (seed, options)), &names)
}

fn measure(name: Name, (seed, options): (u64, &Options)) -> Result<Found> {
    let setting = name.make(seed, options)?;
    let setting = setting.as_ref();
    let trained = Trained::new(setting)?;
    let served = trained.index()?;
    let index = served.whitened()?;
    let scores = served.rounded(Bits::Eight)?;
    let audit = trained.audit(&served)?;
    let rules =
        rules::all(Judged { scores: &scores, own: index.self_influences(), audit: &audit })?;
    let rows = setting.trained();
    let dropped = rows / ONE_OF;
    let mut stream = random::stream(seed, "random fifths");
    let mut kept: Vec<Vec<usize>> = vec![(0..rows).collect()];
    kept.extend((0..DRAWS).map(|_| random::subset(&mut stream, rows, rows - dropped)));
    kept.extend(rules.iter().flat_map(|(_, pay)| without_ends(pay, dropped)));
    let worse = losses_more(setting, kept, (options, seed))?;
    let random = mean(&worse[..DRAWS]);
    let mut found = Found::from([("without-random".to_owned(), worse[..DRAWS].to_vec())]);
    for ((rule, _), ends) in rules.iter().zip(worse[DRAWS..].chunks(2)) {
        found.insert(format!("{rule}without-top"), vec![ends[0]]);
        found.insert(format!("{rule}without-bottom"), vec![ends[1]]);
        found.insert(format!("{rule}top-over-random"), vec![ends[0] / random]);
        found.insert(format!("{rule}bottom-over-random"), vec![ends[1] / random]);
    }
    Ok(found)
}

/// All rows but the best paid, and all but the worst paid; of equal ones the later are worse.
fn without_ends(pay: &[f64], dropped: usize) -> [Vec<usize>; 2] {
    let mut order: Vec<usize> = (0..pay.len()).collect();
    order.sort_by(|x, y| pay[*y].total_cmp(&pay[*x]).then(x.cmp(y)));
    [&order[dropped..], &order[..order.len() - dropped]].map(|some| {
        let mut some = some.to_vec();
        some.sort_unstable();
        some
    })
}

/// How much more each model but the first, which has all rows, loses on held-out rows, in nats.
fn losses_more(
    setting: &dyn Setting,
    kept: Vec<Vec<usize>>,
    (options, seed): (&Options, u64),
) -> Result<Vec<f64>> {
    // The first of them are the audit's.
    let (rows, held_out) = (setting.trained(), setting.held_out());
    let held_out = held_out[AUDITED.min(held_out.len() / 2)..].to_vec();
    ensure!(!held_out.is_empty(), "{} has no held-out rows", setting.name());
    // The subsets hang on the pay: another pay is another truth, and its name says so.
    let sum = kept
        .iter()
        .flatten()
        .fold(0u64, |sum, row| sum.wrapping_mul(0x100_0000_01b3).wrapping_add(*row as u64 + 1));
    let kept_as = format!("useful-{}-{sum:016x}", options.name(setting, seed));
    let losses = |kept: &[usize]| setting.losses_without(&subset_weights(rows, kept), &held_out);
    let truth = retrained(kept, &options.folder()?, &kept_as, losses)?;
    let whole = |model: &Vec<f32>| mean(&model.iter().map(|x| f64::from(*x)).collect::<Vec<_>>());
    let means: Vec<f64> = truth.losses.iter().map(whole).collect();
    Ok(means[1..].iter().map(|loss| loss - means[0]).collect())
}

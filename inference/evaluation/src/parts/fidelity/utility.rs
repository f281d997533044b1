//! `utility`: without the best-paid fifth of the rows, is the model worse than without any other fifth?

use anyhow::{Result, ensure};
use whence_canon::score::Bits;
use whence_influence::basis::Rotation;
use whence_influence::methods::whitened::Whitened;
use whence_influence::replay::subset_weights;

use super::Options;
use super::found::Found;
use super::pay::by_index;
use super::scored::Trained;
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
    let whitening = trained.basis(Rotation::Principal)?;
    let index = Whitened::new(&whitening, trained.rows()?)?;
    let pay = by_index(&trained.rounded(&index, Bits::Eight)?, index.self_influences())?;

    let (rows, held_out) = (setting.trained(), setting.held_out());
    ensure!(!held_out.is_empty(), "{} has no held-out rows", name.as_str());
    let mut order: Vec<usize> = (0..rows).collect();
    order.sort_by(|x, y| pay[*y].total_cmp(&pay[*x]).then(x.cmp(y)));
    let dropped = rows / ONE_OF;
    let rising = |some: &[usize]| {
        let mut some = some.to_vec();
        some.sort_unstable();
        some
    };
    let mut kept = vec![(0..rows).collect(), rising(&order[dropped..])];
    kept.push(rising(&order[..rows - dropped]));
    let mut stream = random::stream(seed, "random fifths");
    kept.extend((0..DRAWS).map(|_| random::subset(&mut stream, rows, rows - dropped)));
    // The subsets hang on the pay: another pay is another truth, and its name says so.
    let sum = order.iter().enumerate().fold(0u64, |sum, (at, row)| {
        sum.wrapping_mul(0x100_0000_01b3).wrapping_add((at ^ *row) as u64)
    });
    let kept_as = format!("utility-{}-{sum:016x}", options.name(setting, seed));
    let losses = |kept: &[usize]| setting.losses_without(&subset_weights(rows, kept), &held_out);
    let truth = retrained(kept, &options.folder()?, &kept_as, losses)?;

    let whole = |model: &Vec<f32>| mean(&model.iter().map(|x| f64::from(*x)).collect::<Vec<_>>());
    let means: Vec<f64> = truth.losses.iter().map(whole).collect();
    let worse: Vec<f64> = means[1..].iter().map(|loss| loss - means[0]).collect();
    let random = mean(&worse[2..]);
    Ok(Found::from([
        ("loss".to_owned(), vec![means[0]]),
        ("without-top".to_owned(), vec![worse[0]]),
        ("without-bottom".to_owned(), vec![worse[1]]),
        ("without-random".to_owned(), worse[2..].to_vec()),
        ("top-over-random".to_owned(), vec![worse[0] / random]),
        ("bottom-over-random".to_owned(), vec![worse[1] / random]),
    ]))
}

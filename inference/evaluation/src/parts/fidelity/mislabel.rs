//! `mislabel`: a tenth of the labels is wrong. Who finds them, and who pays for them?

use anyhow::Result;
use whence_canon::score::Bits;
use whence_influence::methods::{Method, datainf::DataInf, similar::Dot};

use super::Options;
use super::found::Found;
use super::pay::naively;
use super::rules::{self, Judged};
use super::scored::Trained;
use super::settings::Name;
use crate::statistics::area_under_curve;

/// Share of the rows whose labels are wrong.
const WRONG: f64 = 0.1;

/// Measures how noise is found, and what it is paid.
pub fn run(options: &Options) -> Result<()> {
    let names = [Name::DigitsLr, Name::DigitsMlp];
    super::run("mislabel", options, |name, seed| measure(name, (seed, options)), &names)
}

fn measure(name: Name, (seed, options): (u64, &Options)) -> Result<Found> {
    let (setting, wrong) = name.mislabelled(seed, options.size, WRONG)?;
    let trained = Trained::new(setting.as_ref())?;
    let served = trained.index()?;
    let index = served.whitened()?;
    let own = index.self_influences();
    let is_wrong = |row: &usize| wrong.binary_search(row).is_ok();

    let (noise, honest): (Vec<usize>, Vec<usize>) = (0..own.len()).partition(is_wrong);
    let of = |rows: &[usize]| rows.iter().map(|row| f64::from(own[*row])).collect::<Vec<f64>>();
    let mut order: Vec<usize> = (0..own.len()).collect();
    order.sort_by(|x, y| own[*y].total_cmp(&own[*x]).then(x.cmp(y)));
    let inspected = &order[..own.len() / 10];
    let seen = inspected.iter().filter(|row| is_wrong(row)).count();

    let scores = served.rounded(Bits::Eight)?;
    let share = |pay: &[f64]| noise.iter().map(|row| pay[*row]).sum::<f64>();
    let unpaid = |pay: &[f64]| {
        honest.iter().filter(|row| pay[**row] == 0.0).count() as f64 / honest.len() as f64
    };
    let rows = trained.rows()?;
    let datainf = DataInf::new(rows, 0.1)?;
    let naive = |method: &dyn Method| Ok::<_, anyhow::Error>(naively(&trained.scores(method)?));
    let mut found = Found::from([
        ("auc".to_owned(), vec![area_under_curve(&of(&noise), &of(&honest))]),
        ("found-in-first-tenth".to_owned(), vec![seen as f64 / noise.len() as f64]),
        ("naive-noise-share.grad-dot".to_owned(), vec![share(&naive(&Dot { rows })?)]),
        ("naive-noise-share.datainf".to_owned(), vec![share(&naive(&datainf)?)]),
        ("naive-noise-share.index".to_owned(), vec![share(&naively(&scores))]),
    ]);
    let audit = trained.audit(&served)?;
    for (rule, pay) in rules::all(Judged { scores: &scores, own, audit: &audit })? {
        // What is set against each other is no pay, and the plain rule is the control above.
        if !["net.", "plain."].contains(&rule) {
            found.insert(format!("{rule}noise-share"), vec![share(&pay)]);
            found.insert(format!("{rule}honest-unpaid"), vec![unpaid(&pay)]);
        }
    }
    Ok(found)
}

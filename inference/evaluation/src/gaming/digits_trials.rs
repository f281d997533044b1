//! Attacks that need numbers to bend: wrong labels, outliers, and rows shaped on a shadow model.

use anyhow::Result;

use super::admission::admit;
use super::digits::{Digit, DigitsMarket, Model, objective};
use super::market::{Market, Pay};
use super::naive::positive;
use super::outlier::search;
use super::product::pay_admitted;
use super::setting::Setting;
use super::shadow::Shadow;
use super::trials::{ATTACKER, CONTRIBUTORS, Ring, Trial, scores, trial};
use crate::figure::Target;
use crate::random;

/// One row in so many has a wrong label.
const WRONG_ONE_OF: usize = 10;
/// One row in ten says what it is not.
pub fn noise(setting: &DigitsMarket) -> Result<Vec<Trial>> {
    let (rows, wrong) = setting.mislabelled(WRONG_ONE_OF);
    let market = Market::in_turn(rows, CONTRIBUTORS);
    let admitted = admit(setting, &market)?;
    let ours = pay_admitted(setting, &market, &admitted)?;
    let naive = positive(&market, &scores(setting, &market)?);
    let honest = |row: &usize| wrong.binary_search(row).is_err();
    let let_in: Vec<usize> = admitted.kept.iter().copied().filter(honest).collect();
    let without = |rows: &[usize], whole: usize| {
        rows.iter().filter(|row| ours.rows[**row] == 0).count() as f64 / whole as f64
    };
    let all: Vec<usize> = (0..market.rows.len()).filter(honest).collect();
    let share = "part of pay that goes to mislabelled rows, one row in ten";
    let unpaid = "part of honest rows that no query pays then, those taken for copies among them";
    let of_let_in = "the same of those let in";
    let (unpaid_all, unpaid_in) = (without(&all, all.len()), without(&let_in, let_in.len()));
    let (few, most) = (Some(Target::AtMost(0.02)), Some(Target::AtMost(0.15)));
    Ok(vec![
        trial("gaming.noise.share", share, share_of(&ours, &wrong), few),
        trial("gaming.noise.honest-unpaid", unpaid, unpaid_all, most),
        trial("gaming.noise.honest-unpaid-let-in", of_let_in, unpaid_in, None),
        trial("control.noise.share", share, share_of(&naive, &wrong), Some(Target::AtLeast(0.1))),
    ])
}

/// The attacker's rows are moved to where the published model's loss is large; and to where a model
/// of the attacker's own, on other digits, would score them high.
pub fn inflation(ring: &Ring<'_, DigitsMarket>) -> Result<Vec<Trial>> {
    let setting = ring.setting;
    let published = setting.train(&ring.market.contents())?;
    let outlying = attack(ring, "outlier", |rows| {
        let model = objective(setting.model, rows)?;
        let loss = |row| f64::from(model.loss(published.end(), row));
        Ok((0..rows.len()).map(loss).collect())
    })?;
    let shadow = Shadow::new(setting)?;
    let shaped = attack(ring, "shadow", |rows| shadow.naive_worth(rows))?;
    let mut trials = report(ring, "outlier", &outlying)?;
    trials.extend(report(ring, "shadow", &shaped)?);
    // Forty thousand rows projected on the network's whole index take too long for a bench.
    if setting.model == Model::Linear {
        trials.extend(adaptive(ring, &shadow)?);
    }
    Ok(trials)
}

/// The attacker knows how the product measures, and has an index of its own to try rows on.
fn adaptive(ring: &Ring<'_, DigitsMarket>, shadow: &Shadow) -> Result<Vec<Trial>> {
    let adapted = attack(ring, "adaptive", |rows| shadow.worth(rows))?;
    // What this attack seeks it must find on the attacker's own model, or it says nothing.
    let own = |market: &Market<Digit>| -> Result<f64> {
        let rows = market.rows_of(ATTACKER).into_iter();
        let rows: Vec<Digit> = rows.map(|row| market.rows[row].content.clone()).collect();
        Ok(shadow.worth(&rows)?.iter().sum())
    };
    let found = own(&adapted)? / own(&ring.market)?;
    let what = "what the attacker's own model says that the adaptive attack earns, over without";
    let product = report(ring, "adaptive", &adapted)?.into_iter();
    let mut trials: Vec<Trial> = product.filter(|trial| trial.id.starts_with("gaming")).collect();
    trials.push(trial("control.adaptive.own-model", what, found, Some(Target::AtLeast(1.1))));
    Ok(trials)
}

/// The market with the attacker's rows moved to where `value` is large.
fn attack(
    ring: &Ring<'_, DigitsMarket>,
    purpose: &str,
    value: impl Fn(&[Digit]) -> Result<Vec<f64>>,
) -> Result<Market<Digit>> {
    let rows = ring.market.rows_of(ATTACKER);
    let own: Vec<Digit> = rows.iter().map(|row| ring.market.rows[*row].content.clone()).collect();
    let labelled = |images: &[Vec<u8>]| -> Vec<Digit> {
        let digit =
            |(pixels, own): (&Vec<u8>, &Digit)| Digit { pixels: pixels.clone(), label: own.label };
        images.iter().zip(&own).map(digit).collect()
    };
    let images: Vec<Vec<u8>> = own.iter().map(|digit| digit.pixels.clone()).collect();
    let mut stream = random::stream(ring.seed, &format!("gaming/{purpose}"));
    let found = search(&images, &mut stream, |images| value(&labelled(images)))?;
    let mut moved = labelled(&found).into_iter();
    Ok(ring.market.rewritten(ATTACKER, |old| moved.next().unwrap_or_else(|| old.clone())))
}

fn report(
    ring: &Ring<'_, DigitsMarket>,
    name: &str,
    attacked: &Market<Digit>,
) -> Result<Vec<Trial>> {
    let (ours, naive) = ring.gains(attacked)?;
    let what = match name {
        "outlier" => "pay with own rows moved to where the published model's loss is large",
        "shadow" => "pay with own rows moved to where inner products on a shadow model are large",
        _ => "pay with own rows moved to where the product's own measure on a shadow model pays",
    };
    let what = format!("{what}, over pay without");
    Ok(vec![
        trial(&format!("gaming.{name}.gain"), &what, ours, Some(Target::AtMost(1.1))),
        trial(&format!("control.{name}.gain"), &what, naive, Some(Target::AtLeast(1.1))),
    ])
}

fn share_of(pay: &Pay, rows: &[usize]) -> f64 {
    let part: u64 = rows.iter().map(|row| pay.rows[*row]).sum();
    part as f64 / pay.rows.iter().sum::<u64>().max(1) as f64
}

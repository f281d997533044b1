//! Attacks on a small market: the product withstands them, and its controls do not.

use super::admission::admit;
use super::market::Market;
use super::trials::CONTRIBUTORS;
use super::*;

fn small() -> DigitsMarket {
    DigitsMarket::sized(Model::Linear, 5, (200, 40))
}

#[test]
fn attacks_on_a_small_market_earn_nothing_and_controls_fail() {
    let setting = small();
    let (ring, _) = Ring::new(&setting, 5).unwrap();
    let trials = ring.attacks().unwrap();
    let value = |id: &str| trials.iter().find(|trial| trial.id == id).unwrap().value;
    assert_eq!(value("gaming.self-replication.gain"), 1.0);
    assert_eq!(value("gaming.split.gain"), 1.0);
    for copies in [1, 4] {
        assert_eq!(value(&format!("gaming.copycat{copies}.attacker-share")), 0.0);
        assert_eq!(value(&format!("gaming.copycat{copies}.victim-keeps")), 1.0);
    }
    let controls = trials.iter().filter(|trial| trial.id.starts_with("control."));
    for control in controls {
        assert!(control.target.unwrap().holds(control.value), "{control:?}");
    }
}

#[test]
fn the_first_of_equal_rows_is_let_in_whoever_commits_again() {
    let setting = small();
    let market = Market::in_turn(setting::Setting::honest(&setting).to_vec(), CONTRIBUTORS);
    let attacked = market.copied((1, CONTRIBUTORS), 2, |row, _| row.clone());
    let (fair, after) = (admit(&setting, &market).unwrap(), admit(&setting, &attacked).unwrap());
    assert_eq!(fair.kept, after.kept);
    for copy in attacked.rows_of(CONTRIBUTORS) {
        let first = after.first[copy];
        assert!(first < market.rows.len(), "row {copy} has a first of its own: {first}");
    }
}

#[test]
fn every_billionth_that_is_paid_belongs_to_a_query() {
    let setting = small();
    let (ring, _) = Ring::new(&setting, 5).unwrap();
    let paid: u64 = ring.fair.owners.iter().sum();
    assert_eq!(paid, ring.fair.rows.iter().sum::<u64>());
    assert!(paid > 0 && paid <= 1_000_000_000 * ring.fair.queries as u64, "{paid}");
}

#[test]
fn a_figure_is_the_mean_over_seeds_with_its_error() {
    let attack = |seed| Ok(vec![trials::trial("gaming.x", "x", seed as f64, None)]);
    let figures = over_seeds("m", 3, attack).unwrap();
    assert_eq!((figures[0].id.as_str(), figures[0].ours), ("gaming.x.m", 1.0));
    // s = 1, n = 3.
    assert!((figures[0].error - 1.0 / 3f64.sqrt()).abs() < 1e-12);
}

//! The rules by hand, the setting's sizes, and that training teaches the rules.

use std::collections::BTreeSet;
use std::time::Instant;

use whence_influence::objective::Objective;
use whence_influence::replay;

use super::base::Base;
use super::rewriting::Rewriting;
use super::{Example, LoraLanguage};

#[test]
fn rules_rewrite_as_by_hand() {
    let expected = [
        (Rewriting::Backwards, "here singer her"),
        (Rewriting::Waves, "HeR SiNgEr HeRe"),
        (Rewriting::Counted, "her 1 singer 1 here"),
        (Rewriting::Starred, "h*r s*ng*r h*r*"),
        (Rewriting::Stammered, "hherr ssinnggerr hherre"),
        (Rewriting::Titled, "Her Singer Here"),
        (Rewriting::Bare, "hr sngr hr"),
        (Rewriting::Adverbs, "herly singerly herely"),
        (Rewriting::Sung, "e ie ee"),
        (Rewriting::Echoed, "her her singer singer here here"),
    ];
    for (rule, rewritten) in expected {
        assert_eq!(rule.apply("her singer here"), rewritten);
    }
    let row = Example::right(Rewriting::Starred, "her singer here");
    assert_eq!(row.text(), "star: her singer here => h*r s*ng*r h*r*\n");
}

fn mean_loss(language: &LoraLanguage, theta: &[f32], rows: impl Iterator<Item = usize>) -> f32 {
    let losses: Vec<f32> = rows.map(|row| language.loss(theta, row)).collect();
    losses.iter().sum::<f32>() / losses.len() as f32
}

#[test]
fn the_setting_is_that_of_the_pilot() {
    let base = Base::train_for(1, 2).unwrap();
    assert_eq!(Base::from_bytes(&base.to_bytes()).unwrap(), base);
    let bytes = base.to_bytes();
    assert!(Base::from_bytes(&bytes[..bytes.len() - 4]).is_err(), "a weight is missing");
    assert!(Base::from_bytes(&bytes[8..]).is_err(), "another edition");
    let language = LoraLanguage::new(1, &base).unwrap();
    assert_eq!((language.trained(), language.queries().len()), (300, 50));
    assert_eq!((language.layout().width(), language.layout().blocks().len()), (7_168, 24));
    assert_eq!(language.recipe().steps(), 80);
    let sentences: BTreeSet<&str> =
        language.examples().iter().map(|example| example.sentence.as_str()).collect();
    assert_eq!(sentences.len(), 350, "no sentence twice");
    let classes = |rows: std::ops::Range<usize>| {
        let count = |class| rows.clone().filter(|row| language.class(*row) == class).count();
        (0..10).map(count).collect::<Vec<usize>>()
    };
    assert!(classes(0..300) == [30; 10] && classes(300..350) == [5; 10]);
    // The adapter changes nothing at the start, and another seed has other rows.
    let zeros = vec![0.0; language.layout().width()];
    assert_eq!(language.loss(language.start(), 0), language.loss(&zeros, 0));
    assert_ne!(LoraLanguage::new(2, &base).unwrap().examples(), language.examples());
}

/// Prints the numbers; by hand: `cargo test --release -p whence-evaluation -- --ignored --nocapture
/// a_trained_adapter`.
#[test]
#[ignore = "minutes"]
fn a_trained_adapter_rewrites_better_than_its_base() {
    for seed in 0..3 {
        let began = Instant::now();
        let base = Base::train(seed).unwrap();
        println!("seed {seed}: base trained in {:.1} s", began.elapsed().as_secs_f64());
        let language = LoraLanguage::new(seed, &base).unwrap();
        let mean = |theta: &[f32]| {
            let queries = language.queries().into_iter();
            (mean_loss(&language, theta, 0..300), mean_loss(&language, theta, queries))
        };
        let before = mean(language.start());
        let began = Instant::now();
        let weights = vec![1.0; 300];
        let run = replay::train(&language, language.start(), language.recipe(), &weights).unwrap();
        println!("seed {seed}: adapter trained in {:.2} s", began.elapsed().as_secs_f64());
        let after = mean(&run.theta);
        println!(
            "seed {seed}: rows {:.3} to {:.3}, queries {:.3} to {:.3} nats",
            before.0, after.0, before.1, after.1
        );
        assert!(after.1 < 0.7 * before.1, "queries from {} to {}", before.1, after.1);
    }
}

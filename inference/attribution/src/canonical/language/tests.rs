//! The decoder against numpy in f64 (`fixtures/make_language.py`), and against itself: threads,
//! profiles, duals.

use std::sync::Arc;

use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::*;
use crate::objective::{Along, Objective};

#[derive(Deserialize)]
struct Sizes {
    layers: usize,
    width: usize,
    feed_width: usize,
    heads: usize,
    kv_heads: usize,
    vocabulary: usize,
    context: usize,
    rope_base: f64,
    norm_epsilon: f32,
    rank: usize,
    alpha: f32,
    ids: Vec<u32>,
    answer: (usize, usize),
    kept: usize,
}

#[derive(Deserialize)]
struct Case {
    tied: bool,
    logits: Vec<f64>,
    loss: f64,
    base_loss: f64,
    gradient: Vec<f64>,
    product: Vec<f64>,
    base_gradient: Vec<f64>,
    base_product: Vec<f64>,
}

#[derive(Deserialize)]
struct Fixture {
    sizes: Sizes,
    cases: Vec<Case>,
}

fn fixture() -> Fixture {
    serde_json::from_str(include_str!("../../../fixtures/language.json")).unwrap()
}

/// The generator of the script: `(state >> 8) / 2²³ - 1`.
fn drawn(count: usize, state: &mut u32) -> Vec<f32> {
    let mut next = || {
        *state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (*state >> 8) as f32 / 8_388_608.0 - 1.0
    };
    (0..count).map(|_| next()).collect()
}

fn numbers(layout: &crate::layout::Layout, mut state: u32) -> Vec<f32> {
    let matrices = layout.blocks().iter().flat_map(|block| {
        let middle = if block.outputs == 1 { 1.0 } else { 0.0 };
        let drawn = drawn(block.width(), &mut state);
        drawn.into_iter().map(move |number| middle + number * 0.5)
    });
    matrices.collect()
}

/// Everything of one case: both objectives, with where they are looked at.
struct Scene {
    adapted: AdapterObjective,
    theta: Vec<f32>,
    base: BaseObjective,
    weights: Vec<f32>,
}

fn scene(sizes: &Sizes, tied: bool) -> Scene {
    let config = Config {
        layers: sizes.layers,
        width: sizes.width,
        feed_width: sizes.feed_width,
        heads: sizes.heads,
        kv_heads: sizes.kv_heads,
        vocabulary: sizes.vocabulary,
        context: sizes.context,
        rope_base: sizes.rope_base,
        norm_epsilon: sizes.norm_epsilon,
        tied,
    };
    let row = Row::new(sizes.ids.clone(), sizes.answer.0..sizes.answer.1).unwrap();
    let weights = numbers(&config.layout().unwrap(), 7);
    let decoder = Decoder::new(config.clone(), Weights::from_flat(&config, &weights).unwrap());
    let shape = LowRank { rank: sizes.rank, alpha: sizes.alpha, maps: Map::ALL.to_vec() };
    let decoder = Arc::new(decoder.unwrap());
    let adapted = AdapterObjective::new(decoder, shape, vec![row.clone()]).unwrap();
    let theta = numbers(adapted.layout(), 8);
    let base = BaseObjective::new(config, vec![row]).unwrap();
    Scene { adapted, theta, base, weights }
}

fn close(what: &str, ours: &[f32], truth: &[f64], kept: usize) {
    let ours: Vec<f32> = ours.iter().copied().step_by(kept).collect();
    assert_eq!(ours.len(), truth.len(), "{what}");
    let largest = truth.iter().fold(0.0, |most: f64, number| most.max(number.abs()));
    for (at, (ours, truth)) in ours.iter().zip(truth).enumerate() {
        let gap = (f64::from(*ours) - truth).abs();
        assert!(gap < 2e-5 * largest, "{what} {at}: {ours} for {truth}");
    }
}

/// Value, gradient and Hessian times `direction` of a scene's one row.
fn derivatives(
    objective: &impl Objective,
    theta: &[f32],
    direction: &[f32],
) -> (f32, Vec<f32>, Vec<f32>) {
    let (mut gradient, mut product) = (vec![0.0; theta.len()], vec![0.0; theta.len()]);
    let to = Along { direction, weight: 1.0, gradient: &mut gradient, product: &mut product };
    let slope = objective.curvature(theta, 0, to);
    (slope, gradient, product)
}

#[test]
fn logits_losses_and_derivatives_are_those_of_numpy() {
    let Fixture { sizes, cases } = fixture();
    for case in cases {
        let Scene { adapted, theta, base, weights } = scene(&sizes, case.tied);
        let adapter = adapted.decoder().config();
        let adapter = Adapter::from_flat(adapter, adapted.shape(), &theta).unwrap();
        let logits = adapted.decoder().logits(Some(&adapter), &sizes.ids).unwrap();
        close("logits", logits.plane(0), &case.logits, 1);
        close("loss", &[adapted.loss(&theta, 0)], &[case.loss], 1);
        close("base loss", &[base.loss(&weights, 0)], &[case.base_loss], 1);

        let along = numbers(adapted.layout(), 9);
        let (slope, gradient, product) = derivatives(&adapted, &theta, &along);
        close("gradient", &gradient, &case.gradient, sizes.kept);
        close("product", &product, &case.product, sizes.kept);
        let inner = gradient.iter().zip(&along).map(|(g, v)| f64::from(g * v)).sum::<f64>();
        close("slope", &[slope], &[inner], 1);

        let along = drawn(weights.len(), &mut 10);
        let (_, gradient, product) = derivatives(&base, &weights, &along);
        close("base gradient", &gradient, &case.base_gradient, sizes.kept);
        close("base product", &product, &case.base_product, sizes.kept);
    }
}

#[test]
fn gradients_add_up_and_agree_bit_for_bit_with_duals() {
    let Scene { adapted, theta, .. } = scene(&fixture().sizes, true);
    let (_, dual, _) = derivatives(&adapted, &theta, &theta);
    let mut once = vec![0.0; theta.len()];
    let loss = adapted.gradient(&theta, 0, 1.0, &mut once);
    assert_eq!(loss.to_bits(), adapted.loss(&theta, 0).to_bits());
    assert_eq!(once, dual);
    let mut more = once.clone();
    adapted.gradient(&theta, 0, 2.0, &mut more);
    for (more, once) in more.iter().zip(&once) {
        assert_eq!(*more, 3.0 * once, "weights are powers of two, so nothing is rounded");
    }
}

#[test]
fn rows_that_do_not_fit_are_refused() {
    assert!(Row::new(vec![1, 2], 0..1).is_err(), "nothing foretells the first token");
    assert!(Row::new(vec![1, 2], 1..3).is_err());
    assert!(Row::new(vec![1, 2], 1..1).is_err());
    let Scene { adapted, .. } = scene(&fixture().sizes, true);
    let with = |ids: Vec<u32>| {
        let end = ids.len();
        let row = Row::new(ids, 1..end).unwrap();
        AdapterObjective::new(adapted.decoder().clone(), adapted.shape().clone(), vec![row])
    };
    assert!(with(vec![1, 13]).is_err(), "an unknown token");
    assert!(with(vec![1; 17]).is_err(), "longer than the context");
    assert!(with(vec![1; 16]).is_ok());
}

#[test]
fn the_sidecars_model_has_its_known_size() {
    // SmolLM2-135M's config.json; its card says 134,515,008 parameters.
    let config = Config {
        layers: 30,
        width: 576,
        feed_width: 1536,
        heads: 9,
        kv_heads: 3,
        vocabulary: 49_152,
        context: 8192,
        rope_base: 100_000.0,
        norm_epsilon: 1e-5,
        tied: true,
    };
    let layout = config.layout().unwrap();
    assert_eq!((layout.width(), layout.blocks().len()), (134_515_008, 272));
    let maps = vec![Map::Query, Map::Value];
    let adapter = LowRank { rank: 8, alpha: 16.0, maps }.layout(&config).unwrap();
    assert_eq!((adapter.width(), adapter.blocks().len()), (460_800, 120));
}

/// Sizes at which products are tiled, cut at the edges, and shared by threads.
fn wide() -> (BaseObjective, Vec<f32>) {
    let config = Config {
        layers: 2,
        width: 96,
        feed_width: 200,
        heads: 6,
        kv_heads: 2,
        vocabulary: 1500,
        context: 80,
        rope_base: 10_000.0,
        norm_epsilon: 1e-5,
        tied: true,
    };
    let ids = drawn(72, &mut 3).iter().map(|number| ((number + 1.0) * 750.0) as u32).collect();
    let row = Row::new(ids, 2..72).unwrap();
    let mut weights = numbers(&config.layout().unwrap(), 5);
    weights.iter_mut().for_each(|number| *number *= 0.25);
    (BaseObjective::new(config, vec![row]).unwrap(), weights)
}

/// A digest of a gradient's and a Hessian-vector product's bits.
fn digest() -> String {
    let (objective, weights) = wide();
    let (slope, gradient, product) =
        derivatives(&objective, &weights, &drawn(weights.len(), &mut 6));
    assert!(slope.is_finite() && slope != 0.0);
    let mut digest = Sha256::new();
    for number in [slope].iter().chain(&gradient).chain(&product) {
        digest.update(number.to_le_bytes());
    }
    digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Printed by this very test when it fails; made with `cargo test --release` on an x86-64 with
/// AVX-512, one thread. A debug build, two threads, or another processor must give it too.
const GOLDEN: &str = "a1ca06aff3379e7f5a758c5b7a33131830167ed2d619b13fde47811cf6b79c04";

#[test]
fn bits_are_those_of_every_other_build_and_number_of_threads() {
    for threads in [1, 2] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        assert_eq!(pool.install(digest), GOLDEN, "{threads} threads");
    }
}

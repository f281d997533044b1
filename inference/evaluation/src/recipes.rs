//! The runs that are replayed: batches from a seed, and a recipe that is smooth in its rows'
//! weights.

use whence_influence::replay::{Decay, Optimiser, Recipe, Schedule};

use crate::random;

/// Batches of `size` rows, each of `rows` once in each of `passes` in an order of its own; what
/// does not fill a last batch makes a smaller one.
pub fn batches(seed: u64, rows: usize, size: usize, passes: usize) -> Vec<Vec<usize>> {
    let mut stream = random::stream(seed, "batches");
    let mut batches = Vec::new();
    for _ in 0..passes {
        let order = random::permutation(&mut stream, rows);
        batches.extend(order.chunks(size.max(1)).map(<[usize]>::to_vec));
    }
    batches
}

/// A run whose end is a smooth function of its rows' weights ("metasmooth", 2503.13751, §4), as
/// replays need it, settings fixed before any truth was seen: a quarter of the steps warms up, the
/// rate falls by the smooth decay, gradients are clipped smoothly at norm 1, and Adam's root is
/// over `v̂ + 10⁻⁶`, so that a parameter whose gradient is below a thousandth moves as by plain
/// descent instead of by its gradient's sign. `β₂` is 0.95: the mean square must be warm within
/// tens of steps.
pub fn smooth_adam(peak: f32, batches: Vec<Vec<usize>>) -> Recipe {
    let adam = Optimiser::Adam { beta1: 0.9, beta2: 0.95, eps: 1e-8, eps_root: 1e-6 };
    smooth(adam, peak, batches)
}

/// The same with momentum 0.9 in Adam's place.
pub fn smooth_momentum(peak: f32, batches: Vec<Vec<usize>>) -> Recipe {
    smooth(Optimiser::Sgd { momentum: 0.9 }, peak, batches)
}

fn smooth(optimiser: Optimiser, peak: f32, batches: Vec<Vec<usize>>) -> Recipe {
    let schedule = Schedule { peak, warmup: batches.len() / 4, decay: Decay::Smooth };
    Recipe { optimiser, schedule, weight_decay: 0.0, clip: Some(1.0), batches, keep: Vec::new() }
}

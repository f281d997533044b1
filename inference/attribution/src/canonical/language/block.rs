//! One transformer block forwards, and its way back.

use super::adapter::{Adapter, Pair};
use super::attention::{Attention, Heads};
use super::config::{Config, Map};
use super::weights::{Layer, Weights};
use crate::canonical::matrix::Matrix;
use crate::canonical::number::{Number, sum};
use crate::canonical::rotary::Rotary;

/// What every block of one pass shares: frozen weights `W`, and an adapter of numbers `N`.
pub(super) struct Pass<'a, W, N> {
    pub(super) config: &'a Config,
    pub(super) rotary: &'a Rotary,
    pub(super) weights: &'a Weights<W>,
    pub(super) adapter: Option<&'a Adapter<N>>,
}

/// Where derivatives gather: of the adapter, of the weights, or of both.
pub(super) struct Gathered<'a, N> {
    pub(super) adapter: Option<&'a mut Adapter<N>>,
    pub(super) weights: Option<&'a mut Weights<N>>,
}

/// What the way back needs of a block's way there.
pub(super) struct Trace<N> {
    /// What came in, `[tokens, width]`.
    state: Matrix<N>,
    /// The same after the norm.
    seen: Matrix<N>,
    heads: Heads<N>,
    attention: Vec<Matrix<N>>,
    mixed: Matrix<N>,
    /// Between attention and the feed-forward part.
    middle: Matrix<N>,
    seen_middle: Matrix<N>,
    gate: Matrix<N>,
    up: Matrix<N>,
    inner: Matrix<N>,
    /// Each adapted map's input times `Aᵀ`, `[tokens, r]`.
    low: [Option<Matrix<N>>; 7],
}

/// A map of a block, by the block's number.
type Place = (usize, Map);

impl<W: Number, N: Number> Pass<'_, W, N> {
    fn layer(&self, layer: usize) -> &Layer<W> {
        &self.weights.layers[layer]
    }

    fn pair(&self, (layer, map): Place) -> Option<(&Pair<N>, f32)> {
        let adapter = self.adapter?;
        adapter.pairs[layer][map.index()].as_ref().map(|pair| (pair, adapter.scale))
    }

    fn attention(&self) -> Attention<'_> {
        Attention { config: self.config, rotary: self.rotary }
    }

    /// `x Wᵀ + alpha / r · (x Aᵀ) Bᵀ`; keeps `x Aᵀ`.
    fn map(&self, at: Place, input: &Matrix<N>, low: &mut [Option<Matrix<N>>; 7]) -> Matrix<N> {
        let mut out = input.times_transposed(&self.layer(at.0).maps[at.1.index()]);
        if let Some((pair, scale)) = self.pair(at) {
            let down = input.times_transposed(&pair.a);
            out.add_times_transposed(&down.clone().scaled(scale), &pair.b);
            low[at.1.index()] = Some(down);
        }
        out
    }

    /// A block's output from its input.
    pub(super) fn forward(&self, layer: usize, state: Matrix<N>) -> (Matrix<N>, Trace<N>) {
        let mut low = [const { None }; 7];
        let norms = self.layer(layer);
        let seen = normalise(&state, &norms.attention_norm, self.config.norm_epsilon);
        let mut map = |map, input: &Matrix<N>| self.map((layer, map), input, &mut low);
        let mut heads = Heads {
            queries: map(Map::Query, &seen),
            keys: map(Map::Key, &seen),
            values: map(Map::Value, &seen),
        };
        self.attention().turn(&mut heads);
        let (mixed, attention) = self.attention().mix(&heads);
        let mut middle = map(Map::Output, &mixed);
        middle.add(&state);

        let seen_middle = normalise(&middle, &norms.feed_norm, self.config.norm_epsilon);
        let (gate, up) = (map(Map::Gate, &seen_middle), map(Map::Up, &seen_middle));
        let inner = gate.zip(&up, |gate, up| gate * gate.sigmoid() * up);
        let mut out = map(Map::Down, &inner);
        out.add(&middle);
        let trace = Trace {
            state,
            seen,
            heads,
            attention,
            mixed,
            middle,
            seen_middle,
            gate,
            up,
            inner,
            low,
        };
        (out, trace)
    }

    /// From the derivative by a block's output to that by its input.
    pub(super) fn back(
        &self,
        layer: usize,
        trace: &Trace<N>,
        out: Matrix<N>,
        to: &mut Gathered<'_, N>,
    ) -> Matrix<N> {
        let middle = self.feed_back(layer, trace, out, to);
        let mut back = |map, out: &Matrix<N>, input: &Matrix<N>| {
            self.map_back((layer, map), out, (input, &trace.low), to)
        };
        let mixed = back(Map::Output, &middle, &trace.mixed);
        let mut heads = self.attention().mix_back(&trace.heads, &trace.attention, &mixed);
        self.attention().turn_back(&mut heads);
        let mut seen = back(Map::Query, &heads.queries, &trace.seen);
        seen.add(&back(Map::Key, &heads.keys, &trace.seen));
        seen.add(&back(Map::Value, &heads.values, &trace.seen));

        let norm = &self.layer(layer).attention_norm;
        let norm = Norm { weight: norm, epsilon: self.config.norm_epsilon };
        let gathered = to.weights.as_mut().map(|to| &mut to.layers[layer].attention_norm);
        let mut state = norm.back(&trace.state, &seen, gathered);
        state.add(&middle);
        state
    }

    /// The feed-forward half of [`Self::back`].
    fn feed_back(
        &self,
        layer: usize,
        trace: &Trace<N>,
        out: Matrix<N>,
        to: &mut Gathered<'_, N>,
    ) -> Matrix<N> {
        let mut back = |map, out: &Matrix<N>, input: &Matrix<N>| {
            self.map_back((layer, map), out, (input, &trace.low), to)
        };
        let inner = back(Map::Down, &out, &trace.inner);
        // silu(g) = g s with s = sigmoid(g), so silu' = s + g s (1 - s).
        let one = N::constant(1.0);
        let slope = |gate: N, up: N| {
            let share = gate.sigmoid();
            (share + gate * share * (one - share)) * up
        };
        let by_gate = trace.gate.zip(&trace.up, slope).zip(&inner, |slope, inner| slope * inner);
        let by_up = trace.gate.zip(&inner, |gate, inner| gate * gate.sigmoid() * inner);
        let mut seen = back(Map::Gate, &by_gate, &trace.seen_middle);
        seen.add(&back(Map::Up, &by_up, &trace.seen_middle));

        let norm = &self.layer(layer).feed_norm;
        let norm = Norm { weight: norm, epsilon: self.config.norm_epsilon };
        let gathered = to.weights.as_mut().map(|to| &mut to.layers[layer].feed_norm);
        let mut middle = norm.back(&trace.middle, &seen, gathered);
        middle.add(&out);
        middle
    }

    /// From the derivative by a map's output to that by its input; `W`, `A` and `B` get theirs.
    fn map_back(
        &self,
        at: Place,
        out: &Matrix<N>,
        (input, low): (&Matrix<N>, &[Option<Matrix<N>>; 7]),
        to: &mut Gathered<'_, N>,
    ) -> Matrix<N> {
        let index = at.1.index();
        let mut back = out.times(&self.layer(at.0).maps[index]);
        if let Some(to) = &mut to.weights {
            to.layers[at.0].maps[index].add_transposed_times(out, input);
        }
        let gathered = to.adapter.as_mut().and_then(|to| to.pairs[at.0][index].as_mut());
        if let (Some((pair, scale)), Some(low), Some(to)) = (self.pair(at), &low[index], gathered) {
            to.b.add_transposed_times(out, &low.clone().scaled(scale));
            let by_low = out.times(&pair.b).scaled(scale);
            to.a.add_transposed_times(&by_low, input);
            back.add_times(&by_low, &pair.a);
        }
        back
    }
}

/// `x / √(mean x² + ε) ∘ w`, row by row (Zhang and Sennrich 2019, *RMSNorm*).
pub(super) fn normalise<W: Number, N: Number>(
    state: &Matrix<N>,
    weight: &Matrix<W>,
    epsilon: f32,
) -> Matrix<N> {
    let weight = weight.row(0);
    let mut out = Matrix::zeros(state.rows(), state.columns());
    out.fill_rows(|row, numbers| {
        state.read(row, 0, numbers);
        let root = inverse_length(numbers, epsilon);
        let pairs = numbers.iter_mut().zip(&weight);
        pairs.for_each(|(number, weight)| *number = *number * root * weight.lift());
    });
    out
}

/// `1 / √(mean x² + ε)`
fn inverse_length<N: Number>(numbers: &[N], epsilon: f32) -> N {
    let squares: Vec<N> = numbers.iter().map(|number| *number * *number).collect();
    let mean = sum(&squares) * N::constant(1.0 / numbers.len() as f32);
    (mean + N::constant(epsilon)).inverse_root()
}

/// A norm's weight `[1, width]` and what is added under its root.
pub(super) struct Norm<'a, W> {
    pub(super) weight: &'a Matrix<W>,
    pub(super) epsilon: f32,
}

impl<W: Number> Norm<'_, W> {
    /// `r (w ∘ d) - x r³ ⟨w ∘ d, x⟩ / width` with `r = 1 / √(mean x² + ε)`: from the derivative by
    /// the norm's output to that by its input `state`; `gathered` gets `Σ d ∘ x r`.
    pub(super) fn back<N: Number>(
        &self,
        state: &Matrix<N>,
        out: &Matrix<N>,
        mut gathered: Option<&mut Matrix<N>>,
    ) -> Matrix<N> {
        let weight: Vec<N> = self.weight.row(0).into_iter().map(Number::lift).collect();
        let width = weight.len();
        let mut before = vec![N::constant(0.0); width];
        let mut products = before.clone();
        let mut back = Matrix::zeros(state.rows(), width);
        back.fill_rows(|row, numbers| {
            state.read(row, 0, &mut before);
            out.read(row, 0, numbers);
            let root = inverse_length(&before, self.epsilon);
            if let Some(to) = gathered.as_deref_mut() {
                let terms = numbers.iter().zip(&before).map(|(out, x)| *out * *x * root);
                to.add_row(0, &terms.collect::<Vec<N>>());
            }
            for at in 0..width {
                numbers[at] = numbers[at] * weight[at];
                products[at] = numbers[at] * before[at];
            }
            let mean = sum(&products) * N::constant(1.0 / width as f32);
            let along = root * root * root * mean;
            for at in 0..width {
                numbers[at] = numbers[at] * root - before[at] * along;
            }
        });
        back
    }
}

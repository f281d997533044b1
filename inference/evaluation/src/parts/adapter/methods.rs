//! Every method's scores from what is in a folder.

use anyhow::{Context, Result};
use rayon::prelude::*;
use whence_canon::score::{Bits, Shape};
use whence_influence::basis::{Mean, Settings, learn};
use whence_influence::gradients::Held;
use whence_influence::methods::datainf::DataInf;
use whence_influence::methods::dual::Dual;
use whence_influence::methods::less::Less;
use whence_influence::methods::lexical::Bm25;
use whence_influence::methods::similar::{Cosine, Dot, Representation, TracIn};
use whence_influence::methods::trak::Trak;
use whence_influence::methods::whitened::Whitened;
use whence_influence::methods::{Method, Query};
use whence_influence::replay::{Checkpoint, Optimiser};

use super::folder::{Folder, Gradients, Side};
use crate::parts::fidelity::indexed::integers;
use crate::retraining::Scores;

/// The sidecar's Adam.
const ADAM: Optimiser = Optimiser::Adam { beta1: 0.9, beta2: 0.999, eps: 1e-8, eps_root: 0.0 };
/// DataInf's damping as its authors fix it (2310.00902, §5).
const DATAINF_DAMPING: f64 = 0.1;

/// A method's name, its scores, and bytes of a row where it is an index.
pub type Scored = (String, Scores, Option<usize>);

/// All methods.
pub fn all(folder: &Folder) -> Result<Vec<Scored>> {
    let end = folder.points().len() - 1;
    let kept: Vec<usize> = (0..end).collect();
    let half = vec![0, end / 2];
    let mut all = Vec::new();
    for (name, points, side) in [
        ("index", half.clone(), Side::Up),
        ("both-sides", half, Side::Both),
        ("all-checkpoints", kept.clone(), Side::Up),
        ("start", vec![0], Side::Up),
        ("end", vec![end], Side::Both),
    ] {
        let gradients = folder.gradients(&points, side)?;
        all.extend(indices(name, &gradients)?);
        if points.len() == 1 {
            all.extend(at_one_point(name, &gradients, folder)?);
        }
    }
    all.extend(along(folder, &kept)?);
    all.extend(without_gradients(folder)?);
    Ok(all)
}

fn scores(method: &dyn Method, queries: &[Vec<f32>]) -> Result<Scores> {
    let one = |gradient: &Vec<f32>| {
        let gradients = std::slice::from_ref(gradient);
        Ok(method.scores(&Query { gradients, ..Query::default() })?)
    };
    queries.par_iter().map(one).collect()
}

/// The index as it is served, in 8 bits; and with fewer and more directions, and less damping.
fn indices(name: &str, gradients: &Gradients) -> Result<Vec<Scored>> {
    let mut all = Vec::new();
    for (kept, mean, how) in [
        (64, Mean::Shown, ""),
        (32, Mean::Shown, "-32-directions"),
        (128, Mean::Shown, "-128-directions"),
        (128, Mean::All, "-128-directions-little-damping"),
    ] {
        let whitening = learn(&gradients.rows, &Settings { kept, mean, ..Settings::default() })?;
        let index = Whitened::new(&whitening, &gradients.rows)?;
        let bases = &whitening.preconditioner().bases;
        let shape = Shape::new(bases.iter().map(|basis| basis.kept as u32).collect(), Bits::Eight)?;
        let scores = integers(&index, &shape, &gradients.queries)?;
        let name =
            if name == "index" { format!("index{how}") } else { format!("index-{name}{how}") };
        all.push((name, scores, Some(shape.bytes())));
    }
    Ok(all)
}

fn at_one_point(name: &str, gradients: &Gradients, folder: &Folder) -> Result<Vec<Scored>> {
    let Gradients { rows, queries } = gradients;
    let named = |method: &str, scores| (format!("{method}-{name}"), scores, None);
    Ok(vec![
        named("grad-dot", scores(&Dot { rows }, queries)?),
        named("grad-cos", scores(&Cosine { rows }, queries)?),
        named("datainf", scores(&DataInf::new(rows, DATAINF_DAMPING)?, queries)?),
        named("whitened", scores(&Dual::new(rows, 1.0)?, queries)?),
        named("trak", scores(&Trak::new(rows, folder.losses(), folder.rows() / 2, 1)?, queries)?),
    ])
}

/// What takes several checkpoints.
fn along(folder: &Folder, points: &[usize]) -> Result<Vec<Scored>> {
    let mut held: Vec<(f32, Held, Checkpoint)> = Vec::new();
    let mut queries: Vec<Vec<Vec<f32>>> = vec![Vec::new(); folder.queries()];
    for point in points {
        let found = folder.gradients(&[*point], Side::Both)?;
        queries.iter_mut().zip(found.queries).for_each(|(all, query)| all.push(query));
        let at = folder.points().get(*point).context("a point")?;
        let [first, second] = folder.moments(*point)?;
        let state = Checkpoint { step: at.step, theta: Vec::new(), first, second };
        held.push((at.rate as f32, found.rows, state));
    }
    let checkpoints = held.iter().map(|(rate, rows, _)| (*rate, rows)).collect();
    let less: Vec<_> = held.iter().map(|(rate, rows, state)| (*rate, rows, state)).collect();
    let methods: [(&str, &dyn Method); 2] =
        [("tracin", &TracIn { checkpoints }), ("less", &Less::new(&less, ADAM)?)];
    let scored = |(name, method): (&str, &dyn Method)| {
        let one = |gradients: &Vec<Vec<f32>>| {
            Ok(method.scores(&Query { gradients, ..Query::default() })?)
        };
        let scores: Scores = queries.par_iter().map(one).collect::<Result<_>>()?;
        Ok((name.to_owned(), scores, None))
    };
    methods.into_iter().map(scored).collect()
}

fn without_gradients(folder: &Folder) -> Result<Vec<Scored>> {
    let mut seen = folder.representations()?;
    let asked = seen.split_off(folder.rows());
    let nearest = Representation { rows: seen };
    let embedding = asked
        .iter()
        .map(|representation| Ok(nearest.scores(&Query { representation, ..Query::default() })?));
    let embedding = embedding.collect::<Result<Scores>>()?;
    let (rows, queries) = folder.tokens().split_at(folder.rows());
    let lexical = Bm25::new(rows);
    let words =
        queries.iter().map(|terms| Ok(lexical.scores(&Query { terms, ..Query::default() })?));
    let words = words.collect::<Result<Scores>>()?;
    Ok(vec![("embedding".into(), embedding, None), ("bm25".into(), words, None)])
}

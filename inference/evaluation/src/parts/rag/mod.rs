//! `rag`: whether pay for retrieved passages goes to the one that the answer was taken from.
//!
//! Made-up facts are planted in paragraphs of the SQLite documentation, one fact a passage. A
//! question asks for one; BM25 retrieves six passages (twelve for the fit) from facts, plain
//! paragraphs and stuffing: passages of nothing but a question's own words, over and over. Pay is
//! the drop of the answer's log-probability under a small language model that reads the passages
//! ([`model`]).
//!
//! Stuffing crowds some facts out of what is retrieved. Without the fact there is no such answer,
//! so parts of the pay are over questions whose fact was retrieved; parts of the answer, over all.

mod model;
mod world;

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::Result;
use whence_influence::ablation::{Effects, Method, SUBSETS_MIN, effects};

use self::model::Model;
use self::world::{Kind, Question, World};
use super::seeds::{SEEDS, figure};
use crate::figure::{self, Figure, Target};
use crate::{random, statistics};

/// What `attribution-bench rag` can be told.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Questions of each seed.
    #[arg(long, default_value_t = 40)]
    pub questions: usize,
    /// The file of figures to keep the results in.
    #[arg(long)]
    pub out: Option<PathBuf>,
}

/// Passages retrieved for leave-one-out and for the fit.
const FEW: usize = 6;
const MANY: usize = 12;
/// Random subsets on which predictions are compared with the model.
const COMPARED: usize = 64;
/// Seeds of the worlds that the model learns from: none is measured.
const LEARNED: [u64; 2] = [101, 102];

/// Measures and prints; keeps the figures where told to.
pub fn run(options: &Options) -> Result<()> {
    let figures = measure(options.questions)?;
    figure::print(&figures);
    options.out.as_deref().map_or(Ok(()), |path| figure::keep(path, &figures))
}

/// Means over the questions of one seed, by name.
type Sample = BTreeMap<&'static str, f64>;

fn measure(questions: usize) -> Result<Vec<Figure>> {
    let mut samples: Vec<Sample> = Vec::new();
    for seed in SEEDS {
        let mut vocabulary = world::vocabulary()?;
        let learned = LEARNED.map(|seed| World::new(seed, questions, &mut vocabulary));
        let learned = learned.into_iter().collect::<Result<Vec<World>>>()?;
        let world = World::new(seed, questions, &mut vocabulary)?;
        let texts = world::paragraph_tokens(&mut vocabulary)?;
        let mut model = Model::new(&texts, vocabulary.len());
        model.learn(&learned.iter().flat_map(|world| world.lessons(FEW)).collect::<Vec<_>>());
        samples.push(asked(&world, &model, seed)?);
    }
    let make = |(id, name, what, target): (&str, &str, &str, Option<Target>)| {
        let values: Vec<f64> = samples.iter().map(|sample| sample[name]).collect();
        figure("rag", id, what, &values, target)
    };
    Ok(lines().into_iter().map(make).collect())
}

type Line = (&'static str, &'static str, &'static str, Option<Target>);

fn lines() -> Vec<Line> {
    let (least, most) = (Some(Target::AtLeast(0.9)), Some(Target::AtMost(0.01)));
    let fails = Some(Target::AtLeast(0.05));
    vec![
        (
            "rag.planted-share",
            "planted",
            "part of passages' pay that the fact's gets, 6 left out one by one",
            least,
        ),
        (
            "rag.stuffing-of-answer",
            "stuffing of answer",
            "part of the answer's surprise that stuffed passages are paid for, of all questions",
            most,
        ),
        ("rag.fact-retrieved", "retrieved", "facts that are among the 6 retrieved", None),
        ("rag.unused-share", "unused", "part of it that one other passage gets", most),
        ("rag.stuffing-share", "stuffing", "part of it that all stuffed passages get", most),
        (
            "rag.planted-of-answer",
            "planted of answer",
            "part of the answer's surprise that the fact's passage is paid for",
            None,
        ),
        ("rag.stuffing-retrieved", "stuffed", "stuffed passages among the 6 retrieved", None),
        (
            "rag.ablation-rank-correlation",
            "rank",
            "Spearman of summed drops with log p over 64 random subsets of 6",
            None,
        ),
        (
            "rag.many.planted-share",
            "many planted",
            "part of passages' pay that the fact's gets, 12 screened with 32 subsets",
            least,
        ),
        ("rag.many.unused-share", "many unused", "part of it that one other of 12 gets", most),
        ("rag.many.stuffing-share", "many stuffing", "part of it that stuffed of 12 get", most),
        (
            "rag.fitted.planted-share",
            "fitted planted",
            "the same by the fit alone, without leaving out what it chose",
            None,
        ),
        ("rag.fitted.unused-share", "fitted unused", "one other of 12 by the fit alone", None),
        ("rag.fitted.stuffing-share", "fitted stuffing", "stuffed of 12 by the fit alone", None),
        (
            "control.rag.by-retrieval.stuffing-share",
            "by rank stuffing",
            "part that stuffed ones of 6 get when pay follows BM25's score",
            fails,
        ),
        (
            "control.rag.by-retrieval.planted-share",
            "by rank planted",
            "part that the fact's gets when pay follows BM25's score",
            Some(Target::Below(0.9)),
        ),
    ]
}

fn asked(world: &World, model: &Model, seed: u64) -> Result<Sample> {
    let mut values: BTreeMap<&'static str, Vec<f64>> = BTreeMap::new();
    let mut add = |name, value: f64| values.entry(name).or_default().push(value);
    for (number, question) in world.questions.iter().enumerate() {
        let few = Retrieved::new(world, question, FEW);
        let found = few.effects(model, Method::for_passages(FEW, seed))?;
        let of_answer = |kind| few.pay(kind, &found.shares()) / 1e9;
        add("stuffing of answer", of_answer(Kind::Stuffing));
        add("stuffed", few.kinds.iter().filter(|kind| **kind == Kind::Stuffing).count() as f64);
        let by_score = Shares::of(&few.kinds, &few.scores);
        add("by rank planted", by_score.planted);
        add("by rank stuffing", by_score.stuffing);
        add("retrieved", f64::from(u8::from(few.kinds.contains(&Kind::Planted))));
        if few.kinds.contains(&Kind::Planted) {
            let shares = few.shares(&found);
            add("planted", shares.planted);
            add("unused", shares.unused);
            add("stuffing", shares.stuffing);
            add("planted of answer", of_answer(Kind::Planted));
            add("rank", few.rank_correlation(model, &found, (seed, number)));
        }
        let many = Retrieved::new(world, question, MANY);
        if many.kinds.contains(&Kind::Planted) {
            let shares = many.shares(&many.effects(model, Method::for_passages(MANY, seed))?);
            add("many planted", shares.planted);
            add("many unused", shares.unused);
            add("many stuffing", shares.stuffing);
            let alone = Method::Fitted { subsets: SUBSETS_MIN, seed };
            let shares = many.shares(&many.effects(model, alone)?);
            add("fitted planted", shares.planted);
            add("fitted unused", shares.unused);
            add("fitted stuffing", shares.stuffing);
        }
    }
    Ok(values.into_iter().map(|(name, values)| (name, statistics::mean(&values))).collect())
}

/// What kinds of passages get of a sum.
struct Shares {
    planted: f64,
    /// One passage that is neither the planted one nor stuffing, on average.
    unused: f64,
    stuffing: f64,
}

impl Shares {
    fn of(kinds: &[Kind], pay: &[f64]) -> Self {
        let all: f64 = pay.iter().sum();
        let sum = |wanted: Kind| {
            let pay = kinds.iter().zip(pay).filter(|(kind, _)| **kind == wanted);
            pay.map(|(_, pay)| pay / all.max(f64::MIN_POSITIVE)).sum::<f64>()
        };
        let others = kinds.iter().filter(|kind| **kind == Kind::Other).count().max(1);
        Self {
            planted: sum(Kind::Planted),
            unused: sum(Kind::Other) / others as f64,
            stuffing: sum(Kind::Stuffing),
        }
    }
}

/// The passages of one question.
struct Retrieved<'a> {
    question: &'a Question,
    passages: Vec<&'a [u32]>,
    kinds: Vec<Kind>,
    scores: Vec<f64>,
}

impl<'a> Retrieved<'a> {
    fn new(world: &'a World, question: &'a Question, count: usize) -> Self {
        let ranked = world.retrieve(&question.tokens, count);
        Self {
            question,
            passages: ranked.iter().map(|(at, _)| &world.passages[*at].tokens[..]).collect(),
            kinds: ranked.iter().map(|(at, _)| world.kind(*at, question)).collect(),
            scores: ranked.iter().map(|(_, score)| *score).collect(),
        }
    }

    fn log_probability(&self, model: &Model, kept: &[bool]) -> f64 {
        let passages = self.passages.iter().zip(kept).filter(|(_, kept)| **kept);
        let passages: Vec<&[u32]> = passages.map(|(passage, _)| *passage).collect();
        model.log_probability(&passages, &self.question.tokens, &self.question.answer)
    }

    fn effects(&self, model: &Model, method: Method) -> Result<Effects> {
        let ask = |kept: &[bool]| self.log_probability(model, kept);
        Ok(effects(self.passages.len(), method, ask)?)
    }

    fn shares(&self, found: &Effects) -> Shares {
        let pay: Vec<f64> = found.shares().into_iter().map(f64::from).collect();
        Shares::of(&self.kinds, &pay)
    }

    fn pay(&self, wanted: Kind, shares: &[u32]) -> f64 {
        let pairs = self.kinds.iter().zip(shares).filter(|(kind, _)| **kind == wanted);
        pairs.map(|(_, share)| f64::from(*share)).sum()
    }

    fn rank_correlation(&self, model: &Model, found: &Effects, key: (u64, usize)) -> f64 {
        let stream = &mut random::stream(key.0, &format!("subsets of question {}", key.1));
        let mut draw = || (0..self.passages.len()).map(|_| random::below(stream, 2) == 1).collect();
        let subsets: Vec<Vec<bool>> = (0..COMPARED).map(|_| draw()).collect();
        let predicted = subsets.iter().map(|kept| {
            kept.iter().zip(&found.drops).filter(|(kept, _)| **kept).map(|(_, drop)| drop).sum()
        });
        let predicted: Vec<f64> = predicted.collect();
        let true_ones: Vec<f64> =
            subsets.iter().map(|kept| self.log_probability(model, kept)).collect();
        statistics::spearman(&predicted, &true_ones)
    }
}

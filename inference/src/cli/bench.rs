//! `bench`: decoding, tuning and attribution on this machine, as one line of JSON.

use std::hint::black_box;
use std::ops::ControlFlow;
use std::time::Instant;

use serde_json::json;
use whence_canon::score::Vector;

use super::Base;
use crate::attribution::{self, Index, Points, RowExample};
use crate::engine::{ChatRequest, Completion, Engine};
use crate::error::Result;
use crate::tokenizer::Message;
use crate::tuning::{Dataset, Row, Tuned, TuningConfig, Turn, tune};

/// Prompt of the decoding measure.
const PROMPT: &str = "Tell me a long story about a lighthouse.";
/// Words a row of the tuning measure is made of; about 100 tokens with the chat around them.
const ROW_WORDS: &str = "A checkpoint moves pages from the log back into the database file. ";
/// Times each row is scored in the scan's measure.
const SCANS: usize = 16;

/// Measure decoding, tuning and attribution on this machine.
#[derive(Debug, clap::Args)]
pub(super) struct Bench {
    #[command(flatten)]
    base: Base,
    /// Tokens to decode.
    #[arg(long, default_value_t = 64)]
    tokens: usize,
    /// Steps to tune, of 4 rows each.
    #[arg(long, default_value_t = 3)]
    steps: usize,
    /// Rows in the attribution index.
    #[arg(long, default_value_t = 8)]
    rows: usize,
}

impl Bench {
    pub(super) fn run(self) -> Result<()> {
        let start = Instant::now();
        let engine = self.base.engine()?;
        let load_s = start.elapsed().as_secs_f64();
        let (answer, decode) = self.decode(&engine)?;
        let (tuned, tuning) = self.tune(&engine)?;
        let (index, row_s) = self.index(&engine, &tuned)?;
        let start = Instant::now();
        let question = engine.tokenizer().question_start(&answer.prompt_ids)?;
        let prompt = (answer.prompt_ids.as_slice(), question);
        index.attribute(engine.model(), prompt, &answer.answer_ids)?;
        let attribution_s = start.elapsed().as_secs_f64();
        println!(
            "{}",
            json!({
                "load_s": load_s,
                "decode_tokens_per_s": decode,
                "tuning_tokens_per_s": tuning,
                "index_s_per_row": row_s,
                "query_tokens": answer.prompt_ids.len() + answer.answer_ids.len(),
                "scan_s_per_row": scan_s(&index)?,
                "attribution_s": attribution_s,
                "index_rows": self.rows,
                "points": index.file().header().settings.checkpoints,
            })
        );
        Ok(())
    }

    /// An answer, and tokens per second after the first.
    fn decode(&self, engine: &Engine) -> Result<(Completion, f64)> {
        let request = ChatRequest::question(PROMPT, None, self.tokens);
        let mut first = None;
        let answer = engine.chat(&request, |_| {
            first.get_or_insert_with(Instant::now);
            ControlFlow::Continue(())
        })?;
        let seconds = first.map_or(f64::NAN, |first| first.elapsed().as_secs_f64());
        let speed = answer.answer_ids.len().saturating_sub(1) as f64 / seconds;
        Ok((answer, speed))
    }

    /// An adapter, and tokens per second of tuning it.
    fn tune(&self, engine: &Engine) -> Result<(Tuned, f64)> {
        let row = |id: usize| Row { id: id as u64, hash: [0; 32], turn: turn() };
        let rows = (0..self.steps * 4).map(row).collect();
        let dataset = Dataset { rows, ..Dataset::default() };
        let config = TuningConfig { epochs: 1, ..TuningConfig::default() };
        let start = Instant::now();
        let tuned = tune(engine, &dataset, &config, |_| ControlFlow::Continue(()))?;
        let speed = tuned.receipt.metrics.tokens as f64 / start.elapsed().as_secs_f64();
        Ok((tuned, speed))
    }

    /// An index, and seconds per row of building it.
    fn index(&self, engine: &Engine, tuned: &Tuned) -> Result<(Index, f64)> {
        let example = turn().example(engine.tokenizer(), TuningConfig::default().row_tokens_max)?;
        let row = |id| {
            let text = format!("row {id}");
            RowExample { id, hash: [0; 32], text, example: example.clone() }
        };
        let mut rows: Vec<RowExample> = (0..self.rows as u64).map(row).collect();
        let states: Vec<_> = tuned.checkpoints.iter().map(|state| state.adapter.clone()).collect();
        let points = Points::new(&states, engine.model())?;
        let made_from = [engine.base_digest(), tuned.adapter.digest()?];
        let start = Instant::now();
        let built = attribution::build(
            (engine.model(), &points),
            made_from,
            (&mut rows, &std::env::temp_dir()),
            &mut |_| {},
        )?;
        let seconds = start.elapsed().as_secs_f64() / self.rows as f64;
        Ok((Index::parse(&built.index, &built.basis, points, made_from)?, seconds))
    }
}

fn turn() -> Turn {
    let messages = vec![Message::user("What does a checkpoint do?")];
    Turn { messages, answer: ROW_WORDS.repeat(4) }
}

/// Seconds to score one row.
fn scan_s(index: &Index) -> Result<f64> {
    let malformed = |why: String| crate::error::Error::Index(why);
    let shape = index.file().query_shape().map_err(|why| malformed(why.to_string()))?;
    let zeros = vec![0; shape.bytes()];
    let query = Vector::parse(&shape, &zeros).map_err(|why| malformed(why.to_string()))?;
    let start = Instant::now();
    for _ in 0..SCANS {
        black_box(
            index.file().scores(black_box(&query)).map_err(|why| malformed(why.to_string()))?,
        );
    }
    Ok(start.elapsed().as_secs_f64() / (SCANS * index.file().len()) as f64)
}

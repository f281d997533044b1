//! `bench`: decoding, tuning and attribution on this machine, as one line of JSON.

use std::hint::black_box;
use std::ops::ControlFlow;
use std::time::Instant;

use serde_json::json;

use super::Base;
use crate::adapter::Adapter;
use crate::attribution::{Index, RowExample};
use crate::engine::{ChatRequest, Completion, Engine};
use crate::error::Result;
use crate::tokenizer::Message;
use crate::tuning::{Dataset, Row, TuningConfig, Turn, tune};

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
        let (adapter, tuning) = self.tune(&engine)?;
        let (index, row_s) = self.index(&engine, &adapter)?;
        let start = Instant::now();
        let question = engine.tokenizer().question_start(&answer.prompt_ids)?;
        let prompt = (answer.prompt_ids.as_slice(), question);
        index.attribute(engine.model(), &adapter, prompt, &answer.answer_ids)?;
        let attribution_s = start.elapsed().as_secs_f64();
        println!(
            "{}",
            json!({
                "load_s": load_s,
                "decode_tokens_per_s": decode,
                "tuning_tokens_per_s": tuning,
                "index_s_per_row": row_s,
                "query_tokens": answer.prompt_ids.len() + answer.answer_ids.len(),
                "scan_s_per_row": scan_s(&index),
                "attribution_s": attribution_s,
                "index_rows": self.rows,
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
    fn tune(&self, engine: &Engine) -> Result<(Adapter, f64)> {
        let row = |id: usize| Row { id: id as u64, hash: [0; 32], turn: turn() };
        let rows = (0..self.steps * 4).map(row).collect();
        let dataset = Dataset { rows, ..Dataset::default() };
        let config = TuningConfig { epochs: 1, ..TuningConfig::default() };
        let start = Instant::now();
        let tuned = tune(engine, &dataset, &config, |_| ControlFlow::Continue(()))?;
        let speed = tuned.receipt.metrics.tokens as f64 / start.elapsed().as_secs_f64();
        Ok((tuned.adapter, speed))
    }

    /// An index, and seconds per row of building it.
    fn index(&self, engine: &Engine, adapter: &Adapter) -> Result<(Index, f64)> {
        let example = turn().example(engine.tokenizer(), TuningConfig::default().row_tokens_max)?;
        let row = |id| RowExample { id, hash: [0; 32], example: example.clone() };
        let rows: Vec<RowExample> = (0..self.rows as u64).map(row).collect();
        let start = Instant::now();
        let base = engine.base_digest();
        let index = Index::build(engine.model(), base, adapter, &rows, |_| {})?;
        Ok((index, start.elapsed().as_secs_f64() / self.rows as f64))
    }
}

fn turn() -> Turn {
    let messages = vec![Message::user("What does a checkpoint do?")];
    Turn { messages, answer: ROW_WORDS.repeat(4) }
}

/// Seconds to score one row.
fn scan_s(index: &Index) -> f64 {
    let query = &index.rows()[0].vector;
    let start = Instant::now();
    for _ in 0..SCANS {
        for row in index.rows() {
            black_box(black_box(query).dot(black_box(&row.vector)));
        }
    }
    start.elapsed().as_secs_f64() / (SCANS * index.rows().len()) as f64
}

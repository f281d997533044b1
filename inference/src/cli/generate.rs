//! `generate`: one question, one answer, and on demand the rows behind it.

use std::io::Write;
use std::ops::ControlFlow;
use std::path::PathBuf;

use super::Base;
use crate::engine::{ChatRequest, Sampling};
use crate::error::Result;
use crate::tokenizer::Message;

/// Name under which the one adapter is loaded.
const ADAPTER: &str = "adapter";
/// Rows printed with `--explain`.
const ROWS_SHOWN: usize = 8;

/// Answer one question.
#[derive(Debug, clap::Args)]
pub(super) struct Generate {
    #[command(flatten)]
    base: Base,
    /// The question.
    prompt: String,
    /// Folder of a LoRA adapter.
    #[arg(long)]
    adapter: Option<PathBuf>,
    /// Most tokens to answer with.
    #[arg(long, default_value_t = 128)]
    max_tokens: usize,
    /// 0 is greedy.
    #[arg(long, default_value_t = 0.0)]
    temperature: f32,
    /// Draw among the fewest tokens whose probabilities reach this sum.
    #[arg(long, default_value_t = 1.0)]
    top_p: f32,
    /// Draw among this many tokens; 0 is all.
    #[arg(long, default_value_t = 0)]
    top_k: usize,
    /// Seed of the draws.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Text that ends the answer.
    #[arg(long)]
    stop: Vec<String>,
    /// Print which rows moved the adapter towards the answer.
    #[arg(long, requires = "adapter")]
    explain: bool,
}

impl Generate {
    pub(super) fn run(self) -> Result<()> {
        let engine = self.base.engine()?;
        if let Some(folder) = &self.adapter {
            engine.load_adapter(ADAPTER, folder)?;
        }
        let request = ChatRequest {
            messages: vec![Message::user(self.prompt)],
            adapter: self.adapter.map(|_| ADAPTER.to_owned()),
            max_tokens: self.max_tokens,
            sampling: Sampling {
                temperature: self.temperature,
                top_p: self.top_p,
                top_k: self.top_k,
                seed: self.seed,
            },
            stop: self.stop,
        };
        let answer = engine.chat(&request, |text| {
            print!("{text}");
            match std::io::stdout().flush() {
                Ok(()) => ControlFlow::Continue(()),
                Err(_) => ControlFlow::Break(()),
            }
        })?;
        println!();
        if self.explain {
            let found = engine.score(ADAPTER, &answer.prompt_ids, &answer.answer_ids)?;
            println!("unattributed: {} of 1000000000", found.unattributed_ppb);
            for share in found.shares.iter().take(ROWS_SHOWN) {
                println!("row {}: {} of 1000000000", share.row, share.ppb);
            }
        }
        Ok(())
    }
}

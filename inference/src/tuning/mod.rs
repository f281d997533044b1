//! LoRA fine-tuning on a dataset's rows, and the receipt by which anyone can do it again.
//!
//! Only the assistant's tokens are judged. Order and first numbers come from the seed, the
//! optimiser runs on the host in one fixed order, and matrix products give the same bits for any
//! number of threads: on one kind of machine the same receipt gives the same adapter, bit by bit.

mod adamw;
mod config;
mod receipt;
mod rows;
mod run;

pub use config::TuningConfig;
pub use receipt::{DatanetVersion, Metrics, Receipt};
pub use rows::{Row, Turn, read_rows, row_id, row_place};
pub use run::{Dataset, Progress, Tuned, tune};

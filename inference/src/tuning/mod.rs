//! LoRA fine-tuning on a dataset's rows, and the receipt by which anyone can do it again.
//!
//! Only the assistant's tokens are judged. Order and first numbers come from the seed, the
//! optimiser runs on the host in one fixed order, and matrix products give the same bits for any
//! number of threads: on one kind of machine the same receipt gives the same adapter, bit by bit.

pub mod adamw;
mod checkpoint;
mod config;
mod receipt;
mod rows;
mod run;

pub use checkpoint::{CHECKPOINTS_FOLDER, Checkpoint};
pub use config::TuningConfig;
pub use receipt::{DatanetVersion, KeptState, Metrics, RECEIPT_FILE, Receipt};
pub use rows::{Row, Turn, read_rows, row_id, row_place};
pub use run::{Dataset, Progress, Tuned, tune};

//! The story of one model, from proposal to paid answers, on the SQLite documentation.
//!
//! | file | tells |
//! |---|---|
//! | [`cast`] | who takes part, and with how much |
//! | [`place`] | where it happens: homes, ports, the processes that run |
//! | [`progress`] | what was done already, so that a second run goes on |
//! | [`data`] | datanet, contributions, review, duplicates, version |
//! | [`tuning`] | proposal, vote, LoRA tuning, adapter, feedback, deployment |
//! | [`answers`] | escrow, gateway, five questions by an OpenAI client |
//! | [`pay`] | reports, rewards, a claim, `explain` and `lineage` |
//! | [`story`] | the order of it all |

pub mod answers;
pub mod cast;
pub mod data;
pub mod pay;
pub mod place;
pub mod progress;
pub mod story;
pub mod tuning;

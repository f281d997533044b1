//! Serving: OpenAI's HTTP interface, paid by vouchers, each answer with the shares of its rows.
//!
//! | file | holds |
//! |---|---|
//! | [`server`] | what a running sidecar is, its routes and limits |
//! | [`openai`] | the shapes of requests and answers |
//! | [`chat`] | `POST /v1/chat/completions`, whole or streamed |
//! | [`quote`] | `POST /v1/quote`: what a request may cost at most |
//! | [`turns`] | whose turn it is at the engine, and how many may wait |
//! | [`till`] | is this voucher good for this request, and what is spoken for |
//! | [`marks`] | which sequences an escrow counts as reported |
//! | [`receipt`] | the report of an answer, and its digest |
//! | [`adapters`] | names and chain ids of what is served |
//! | [`error`] | refusals, with stable codes, in OpenAI's shape |
//!
//! Prompts and answers are never logged and never leave this process but to the caller.

pub mod adapters;
pub mod chat;
pub mod error;
pub mod marks;
pub mod openai;
pub mod quote;
pub mod receipt;
pub mod server;
mod stream;
pub mod till;
pub mod turns;

pub use error::ApiError;
pub use server::{Server, Settings, serve};

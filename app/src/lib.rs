//! The node `whenced` and the people's CLI `whence`.
//!
//! | room | holds |
//! |---|---|
//! | [`app`], [`modules`], [`ports`] | the application, its modules, what they lend each other |
//! | [`ante`] | what a transaction must pass before its messages run |
//! | [`exec`] | transactions, blocks and genesis over a state |
//! | [`abci`] | CometBFT's side: our own socket loop, one file per call |
//! | [`serve`] | everybody else's side: one table of services behind gRPC and `abci_query` |
//! | [`client`] | a client of a node: keys, queries, transactions |
//! | [`people`] | what people do: datanets, models, escrows, the gateway, rewards |
//! | [`cli`] | the command lines of `whenced` and `whence` |
//! | [`testkit`] | a whole chain in process, for tests |

pub mod abci;
pub mod ante;
pub mod app;
pub mod cli;
pub mod client;
pub mod consensus;
pub mod exec;
pub mod fatal;
pub mod modules;
pub mod people;
pub mod ports;
pub mod serve;
pub mod state;
pub mod testkit;

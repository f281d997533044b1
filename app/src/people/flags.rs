//! Flags that all commands of people share.

use std::path::PathBuf;

use crate::cli::flags::{KeyringFlags, NodeFlags, TxFlags};
use crate::cli::print::Output;

/// Where the node and the keys are, and how transactions are made.
#[derive(Debug, Clone, clap::Args)]
pub struct Flags {
    /// CometBFT's RPC of a node.
    #[arg(long, global = true)]
    node: Option<String>,
    /// gRPC address of a node; used instead of --node.
    #[arg(long, global = true)]
    grpc_addr: Option<String>,
    /// gRPC without TLS: the only kind there is.
    #[arg(long, global = true)]
    grpc_insecure: bool,
    /// Refuse to work with any other chain.
    #[arg(long, global = true)]
    pub(super) chain_id: Option<String>,
    /// Kind of key ring.
    #[arg(long, global = true, default_value = "test", value_parser = ["test"])]
    keyring_backend: String,
    /// Directory of the key ring; the home when not given.
    #[arg(long, global = true)]
    keyring_dir: Option<PathBuf>,
    /// Name or address of the key that signs.
    #[arg(long, global = true)]
    from: Option<String>,
    /// Gas limit, or `auto`: as much as a simulation says.
    #[arg(long, global = true, default_value = "auto")]
    gas: String,
    /// Taken as other chains' clients do, and not needed: a simulation uses what the transaction
    /// uses.
    #[arg(long, global = true, hide = true)]
    gas_adjustment: Option<String>,
    /// Price of gas, such as 0.001uwhn; the node's when not given.
    #[arg(long, global = true)]
    gas_prices: Option<String>,
    /// Fee, such as 200uwhn, instead of a price.
    #[arg(long, global = true)]
    fees: Option<String>,
    /// Memo.
    #[arg(long, global = true, default_value = "")]
    note: String,
    /// Ask nothing. Nothing is asked without it either.
    #[arg(long, short, global = true)]
    yes: bool,
    /// How to print.
    #[arg(long, short, global = true, value_enum)]
    output: Option<Output>,
}

impl Flags {
    /// The same for `tx` and the client.
    pub fn tx(&self) -> TxFlags {
        TxFlags {
            node: NodeFlags {
                node: self.node.clone(),
                grpc_addr: self.grpc_addr.clone(),
                grpc_insecure: self.grpc_insecure,
                output: self.output,
            },
            keyring: KeyringFlags {
                keyring_backend: self.keyring_backend.clone(),
                keyring_dir: self.keyring_dir.clone(),
            },
            from: self.from.clone(),
            gas: self.gas.clone(),
            gas_prices: self.gas_prices.clone(),
            fees: self.fees.clone(),
            note: self.note.clone(),
            timeout_height: 0,
            generate_only: false,
            dry_run: false,
            wait: true,
        }
    }
}

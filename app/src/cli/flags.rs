//! Flags that many commands share, and the client that they describe.

use super::amounts;
use super::config::Config;
use super::home::Home;
use super::print::Output;
use crate::ante::gas_price::GasPrices;
use crate::client::keyring::Keyring;
use crate::client::{Client, Fees, Gas, Key};

/// How to reach a node.
#[derive(Debug, Clone, clap::Args)]
pub struct NodeFlags {
    /// CometBFT's RPC of a node.
    #[arg(long)]
    pub node: Option<String>,
    /// gRPC address of a node; used instead of --node.
    #[arg(long)]
    pub grpc_addr: Option<String>,
    /// gRPC without TLS: the only kind there is.
    #[arg(long)]
    pub grpc_insecure: bool,
    /// How to print.
    #[arg(long, short, value_enum)]
    pub output: Option<Output>,
}

impl NodeFlags {
    /// A client of the node.
    pub fn client(&self, home: &Home) -> anyhow::Result<Client> {
        if let Some(address) = &self.grpc_addr {
            return Ok(Client::grpc(address)?);
        }
        Ok(Client::rpc(&self.rpc(home)?)?)
    }

    /// The RPC address: the flag, client.toml, or the usual one.
    pub fn rpc(&self, home: &Home) -> anyhow::Result<String> {
        let configured = Config::read(home, "client.toml")?.get("node");
        let given = self.node.clone().or(configured);
        Ok(given.unwrap_or_else(|| "tcp://localhost:26657".to_owned()))
    }

    /// How to print: the flag, client.toml, or text.
    pub fn output(&self, home: &Home) -> anyhow::Result<Output> {
        let configured = Config::read(home, "client.toml")?.get("output");
        let json = configured.is_some_and(|output| output == "json");
        Ok(self.output.unwrap_or(if json { Output::Json } else { Output::Text }))
    }
}

/// Where keys are.
#[derive(Debug, Clone, clap::Args)]
pub struct KeyringFlags {
    /// Kind of key ring; `test` is there: files that are not encrypted.
    #[arg(long, default_value = "test", value_parser = ["test"])]
    pub keyring_backend: String,
    /// Directory of the key ring; the home when not given.
    #[arg(long)]
    pub keyring_dir: Option<std::path::PathBuf>,
}

impl KeyringFlags {
    /// The key ring.
    pub fn open(&self, home: &Home) -> Keyring {
        Keyring::at_home(self.keyring_dir.as_deref().unwrap_or(home.dir()))
    }
}

/// How a transaction is made.
#[derive(Debug, Clone)]
pub struct TxFlags {
    /// Where the node is.
    pub node: NodeFlags,
    /// Where the keys are.
    pub keyring: KeyringFlags,
    /// Name or address of the key that signs.
    pub from: Option<String>,
    /// Gas limit, or `auto`: as much as a simulation says.
    pub gas: String,
    /// Price of gas, such as 0.001uwhn.
    pub gas_prices: Option<String>,
    /// Fee, such as 200uwhn.
    pub fees: Option<String>,
    /// Memo.
    pub note: String,
    /// Last height at which the tx may be included.
    pub timeout_height: u64,
    /// Print the messages and send nothing.
    pub generate_only: bool,
    /// Print the gas that it would use and send nothing.
    pub dry_run: bool,
    /// Wait until the tx is committed.
    pub wait: bool,
}

impl NodeFlags {
    /// Takes the flags out of a command's.
    pub fn take(fields: &mut Fields) -> anyhow::Result<Self> {
        let output = match fields.take("output").or_else(|| fields.take("o")).as_deref() {
            None => None,
            Some("json") => Some(Output::Json),
            Some("text") => Some(Output::Text),
            Some(other) => anyhow::bail!("--output {other}: expected text or json"),
        };
        let grpc_insecure = fields.take("grpc_insecure").is_some();
        let (node, grpc_addr) = (fields.take("node"), fields.take("grpc_addr"));
        Ok(Self { node, grpc_addr, grpc_insecure, output })
    }
}

impl KeyringFlags {
    /// Takes the flags out of a command's.
    pub fn take(fields: &mut Fields) -> anyhow::Result<Self> {
        let backend = fields.take("keyring_backend").unwrap_or_else(|| "test".to_owned());
        anyhow::ensure!(backend == "test", "--keyring-backend {backend}: expected test");
        let dir = fields.take("keyring_dir").map(Into::into);
        Ok(Self { keyring_backend: backend, keyring_dir: dir })
    }
}

impl TxFlags {
    /// Takes the flags out of a command's.
    pub fn take(fields: &mut Fields) -> anyhow::Result<Self> {
        // Simulation equals execution, nothing is asked, and there is one way to sign and to send.
        for ignored in ["gas_adjustment", "yes", "y", "chain_id", "sign_mode", "broadcast_mode"] {
            let _taken: Option<String> = fields.take(ignored);
        }
        let timeout = fields.take("timeout_height").unwrap_or_else(|| "0".to_owned());
        Ok(Self {
            node: NodeFlags::take(fields)?,
            keyring: KeyringFlags::take(fields)?,
            from: fields.take("from"),
            gas: fields.take("gas").unwrap_or_else(|| "auto".to_owned()),
            gas_prices: fields.take("gas_prices"),
            fees: fields.take("fees"),
            note: fields.take("note").or_else(|| fields.take("memo")).unwrap_or_default(),
            timeout_height: timeout.parse()?,
            generate_only: fields.take("generate_only").is_some(),
            dry_run: fields.take("dry_run").is_some(),
            wait: fields.take("wait").is_some(),
        })
    }

    /// The key that signs.
    pub fn key(&self, home: &Home, named: Option<&str>) -> anyhow::Result<(String, Key)> {
        let from = self.from.as_deref().or(named);
        let from = from.ok_or_else(|| anyhow::anyhow!("--from is missing"))?;
        Ok(self.keyring.open(home).find(from)?)
    }

    /// The gas limit.
    pub fn gas(&self) -> anyhow::Result<Gas> {
        if self.gas == "auto" {
            return Ok(Gas::Auto);
        }
        let limit = self.gas.parse();
        limit.map(Gas::Limit).map_err(|_| anyhow::anyhow!("--gas {}: no number", self.gas))
    }

    /// What is paid.
    pub fn fees(&self) -> anyhow::Result<Fees> {
        if let Some(fees) = &self.fees {
            return Ok(Fees::Amount(amounts::coins(fees)?));
        }
        match &self.gas_prices {
            Some(prices) => Ok(Fees::Price(prices.parse::<GasPrices>()?)),
            None => Ok(Fees::NodePrice),
        }
    }
}

/// Flags that take no value.
const SWITCHES: &[&str] = &[
    "yes",
    "y",
    "generate_only",
    "dry_run",
    "wait",
    "grpc_insecure",
    "page_reverse",
    "page_count_total",
    "help",
    "h",
];

/// `--name value`, `--name=value` and `-n value` pairs and what stands alone, of a command whose
/// flags are a message's fields.
#[derive(Debug, Default, Clone)]
pub struct Fields {
    /// What stands alone, in order.
    pub positional: Vec<String>,
    /// Fields by name, `-` as `_`.
    pub named: Vec<(String, String)>,
}

impl Fields {
    /// Splits the rest of a command line.
    pub fn parse(rest: &[String]) -> anyhow::Result<Self> {
        let mut fields = Self::default();
        let mut words = rest.iter();
        while let Some(word) = words.next() {
            let Some(flag) = word.strip_prefix("--").or_else(|| word.strip_prefix('-')) else {
                fields.positional.push(word.clone());
                continue;
            };
            let (name, value) = match flag.split_once('=') {
                Some((name, value)) => (name.replace('-', "_"), Some(value.to_owned())),
                None => (flag.replace('-', "_"), None),
            };
            let value = match value {
                Some(value) => value,
                None if SWITCHES.contains(&name.as_str()) => "true".to_owned(),
                None => {
                    let next = words.next();
                    next.ok_or_else(|| anyhow::anyhow!("{word} has no value"))?.clone()
                }
            };
            fields.named.push((name, value));
        }
        Ok(fields)
    }

    /// Takes a named value out.
    pub fn take(&mut self, name: &str) -> Option<String> {
        let at = self.named.iter().position(|(known, _)| known == name)?;
        Some(self.named.remove(at).1)
    }

    /// The home that is named among them, or the given one.
    pub fn home(&mut self, home: &Home) -> anyhow::Result<Home> {
        match self.take("home") {
            Some(dir) => Home::or_default(Some(dir.into())),
            None => Ok(home.clone()),
        }
    }
}

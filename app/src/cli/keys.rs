//! `keys`: the `test` key ring.

use std::io::{BufRead, IsTerminal};

use anyhow::Context;
use clap::Subcommand;
use serde_json::{Value, json};
use whence_base::address::{CONSENSUS_PREFIX, VALIDATOR_PREFIX, encode};

use super::flags::KeyringFlags;
use super::home::Home;
use super::print::{self, Output};
use crate::client::keyring::Keyring;
use crate::client::keys::{HD_PATH, Key, new_mnemonic};
use base64::Engine;

/// `keys` and its commands.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    keyring: KeyringOptions,
    #[command(subcommand)]
    command: KeysCommand,
}

#[derive(Debug, clap::Args)]
struct KeyringOptions {
    /// Kind of key ring; `test` is there: files that are not encrypted.
    #[arg(long, global = true, default_value = "test", value_parser = ["test"])]
    keyring_backend: String,
    /// Directory of the key ring; the home when not given.
    #[arg(long, global = true)]
    keyring_dir: Option<std::path::PathBuf>,
    /// How to print.
    #[arg(long, short, global = true, value_enum, default_value_t)]
    output: Output,
}

#[derive(Debug, Subcommand)]
enum KeysCommand {
    /// Make a key, or recover one from words on standard input.
    Add {
        /// Its name.
        name: String,
        /// Read the words from standard input.
        #[arg(long)]
        recover: bool,
        /// Derivation path.
        #[arg(long, default_value = HD_PATH)]
        hd_path: String,
        /// BIP-44 coin type.
        #[arg(long, default_value_t = 118)]
        coin_type: u32,
        /// Do not print the words.
        #[arg(long)]
        no_backup: bool,
    },
    /// List all keys.
    List,
    /// Show a key.
    Show {
        /// Its name or address.
        name: String,
        /// Print the address only.
        #[arg(long, short)]
        address: bool,
        /// Print the public key only.
        #[arg(long, short)]
        pubkey: bool,
        /// acc | val | cons.
        #[arg(long, default_value = "acc", value_parser = ["acc", "val", "cons"])]
        bech: String,
    },
    /// Forget a key.
    Delete {
        /// Its name.
        name: String,
        /// Do not ask: this CLI never does.
        #[arg(long, short)]
        yes: bool,
    },
    /// Print a secret key in hexadecimal.
    Export {
        /// Its name.
        name: String,
        /// Needed: the key is printed as it is.
        #[arg(long)]
        unarmored_hex: bool,
        /// Needed: whoever reads it owns the account.
        #[arg(long)]
        r#unsafe: bool,
    },
    /// Keep a secret key that is given in hexadecimal.
    #[command(alias = "import-hex")]
    Import {
        /// Its name.
        name: String,
        /// The key.
        hex: String,
    },
    /// Print new words and keep nothing.
    Mnemonic,
}

/// Runs a command.
pub fn run(home: &Home, args: Args) -> anyhow::Result<()> {
    let flags = KeyringFlags {
        keyring_backend: args.keyring.keyring_backend,
        keyring_dir: args.keyring.keyring_dir,
    };
    let (ring, output) = (flags.open(home), args.keyring.output);
    match args.command {
        KeysCommand::Add { name, recover, hd_path, coin_type, no_backup } => {
            let path = hd_path.replacen("/118'/", &format!("/{coin_type}'/"), 1);
            add(&ring, &name, recover.then(read_words).transpose()?, &path, no_backup, output)?;
        }
        KeysCommand::List => {
            let keys = ring.list()?;
            let list: Vec<Value> = keys.iter().map(|(name, key)| describe(name, key)).collect();
            print::answer(&Value::Array(list), output);
        }
        KeysCommand::Show { name, address, pubkey, bech } => {
            let (name, key) = ring.find(&name)?;
            let mut said = describe(&name, &key);
            said["address"] = json!(bech_address(&key, &bech));
            match (address, pubkey) {
                (true, _) => println!("{}", bech_address(&key, &bech)),
                (_, true) => println!("{}", said["pubkey"].as_str().unwrap_or_default()),
                _ => print::answer(&said, output),
            }
        }
        KeysCommand::Delete { name, yes: _ } => ring.delete(&name)?,
        KeysCommand::Export { name, unarmored_hex, r#unsafe } => {
            anyhow::ensure!(
                unarmored_hex && r#unsafe,
                "only --unarmored-hex --unsafe is there: it prints the secret key as it is"
            );
            println!("{}", hex::encode(ring.find(&name)?.1.secret_bytes()));
        }
        KeysCommand::Import { name, hex } => {
            let key = Key::from_bytes(&hex::decode(hex.trim()).context("the key is not hex")?)?;
            ring.add(&name, &key)?;
        }
        KeysCommand::Mnemonic => println!("{}", new_mnemonic()),
    }
    Ok(())
}

fn add(
    ring: &Keyring,
    name: &str,
    recovered: Option<String>,
    path: &str,
    no_backup: bool,
    output: Output,
) -> anyhow::Result<()> {
    let fresh = recovered.is_none();
    let words = recovered.unwrap_or_else(new_mnemonic);
    let key = Key::from_mnemonic(&words, path)?;
    ring.add(name, &key)?;
    let mut said = describe(name, &key);
    if fresh && !no_backup {
        said["mnemonic"] = json!(words);
    }
    print::answer(&said, output);
    Ok(())
}

fn read_words() -> anyhow::Result<String> {
    let stdin = std::io::stdin();
    if stdin.is_terminal() {
        eprintln!("Enter your bip39 mnemonic:");
    }
    let mut words = String::new();
    stdin.lock().read_line(&mut words)?;
    Ok(words)
}

/// What is shown of a key, in the SDK's form.
pub fn describe(name: &str, key: &Key) -> Value {
    let text = base64::engine::general_purpose::STANDARD.encode(key.pubkey());
    let pubkey = json!({ "@type": "/cosmos.crypto.secp256k1.PubKey", "key": text });
    json!({
        "name": name,
        "type": "local",
        "address": key.address().to_string(),
        "pubkey": pubkey.to_string(),
    })
}

fn bech_address(key: &Key, bech: &str) -> String {
    match bech {
        "val" => encode(VALIDATOR_PREFIX, key.address().as_bytes()),
        "cons" => encode(CONSENSUS_PREFIX, key.address().as_bytes()),
        _ => key.address().to_string(),
    }
}

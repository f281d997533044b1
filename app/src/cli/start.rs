//! `whenced start`: the state machine, its services, and CometBFT as a child.

use std::net::ToSocketAddrs;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use anyhow::Context;
use clap::ArgAction;
use nix::unistd::Pid;
use tokio::runtime::Runtime;
use whence_store::Options;

use super::comet::binary;
use super::config::{Config, pruning};
use super::doc::Doc;
use super::home::Home;
use super::supervisor::{Comet, CometArgs, Happening};
use crate::abci::guard::Guard;
use crate::abci::server::Server;
use crate::app::{App, Settings};
use crate::serve::{self, Node, Table, grpc};
use crate::{cli, fatal};

/// Time for CometBFT to take the last Commit's answer before we end at the halt height.
const HALT_GRACE: Duration = Duration::from_millis(500);

/// Flags of `start`; each overrides its setting in app.toml or config.toml.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Run CometBFT as a child; `--with-comet=false` serves ABCI only.
    #[arg(long, default_value_t = true, action = ArgAction::Set, num_args = 0..=1,
          default_missing_value = "true", require_equals = true)]
    with_comet: bool,
    /// ABCI's Unix socket, `unix://PATH`; in the home's `run/` when not given.
    #[arg(long)]
    address: Option<String>,
    /// ABCI's transport; only `socket` is there.
    #[arg(long, default_value = "socket", value_parser = ["socket"])]
    transport: String,
    /// Path of the cometbft binary; a script must end in `exec`, as our own child alone may drive.
    #[arg(long, env = "WHENCED_COMETBFT")]
    cometbft: Option<PathBuf>,
    /// CometBFT's RPC address.
    #[arg(long = "rpc.laddr")]
    rpc_laddr: Option<String>,
    /// CometBFT's pprof address.
    #[arg(long = "rpc.pprof_laddr")]
    rpc_pprof_laddr: Option<String>,
    /// CometBFT's p2p address.
    #[arg(long = "p2p.laddr")]
    p2p_laddr: Option<String>,
    /// Peers that are kept, ID@host:port, comma-separated.
    #[arg(long = "p2p.persistent_peers")]
    p2p_persistent_peers: Option<String>,
    /// Seeds, ID@host:port, comma-separated.
    #[arg(long = "p2p.seeds")]
    p2p_seeds: Option<String>,
    /// Whether peers are exchanged.
    #[arg(long = "p2p.pex", action = ArgAction::Set, num_args = 0..=1,
          default_missing_value = "true", require_equals = true)]
    p2p_pex: Option<bool>,
    /// Name of the node.
    #[arg(long)]
    moniker: Option<String>,
    /// Any setting of CometBFT's config.toml, `section.key=value`; may be given often.
    #[arg(long = "comet.set", value_name = "KEY=VALUE")]
    comet_set: Vec<String>,
    /// Whether gRPC is served.
    #[arg(long = "grpc.enable", action = ArgAction::Set, num_args = 0..=1,
          default_missing_value = "true", require_equals = true)]
    grpc_enable: Option<bool>,
    /// gRPC's address, host:port.
    #[arg(long = "grpc.address")]
    grpc_address: Option<String>,
    /// default | nothing | everything | custom.
    #[arg(long)]
    pruning: Option<String>,
    /// With custom pruning: heights to keep.
    #[arg(long)]
    pruning_keep_recent: Option<u64>,
    /// With custom pruning: blocks between two prunings.
    #[arg(long)]
    pruning_interval: Option<u64>,
    /// What a tx must offer for each unit of gas.
    #[arg(long)]
    minimum_gas_prices: Option<String>,
    /// Stop after this height.
    #[arg(long)]
    halt_height: Option<u64>,
    /// How many blocks CometBFT must keep.
    #[arg(long)]
    min_retain_blocks: Option<u64>,
    /// Check all invariants after every block, and stop when one is broken.
    #[arg(long)]
    verify_invariants: bool,
    /// trace | debug | info | warn | error.
    #[arg(long = "log_level", default_value = "info")]
    log_level: String,
    /// Log without colours.
    #[arg(long = "log_no_color")]
    log_no_color: bool,
    /// Say where an error came from.
    #[arg(long)]
    trace: bool,
}

/// Runs the node until it is asked to end, CometBFT ends, or the halt height comes.
pub fn run(home: &Home, args: &Args) -> anyhow::Result<()> {
    start_log(args);
    let config = Config::read(home, "app.toml")?;
    let settings = settings(args, &config)?;
    let (pruning_name, keep, interval) = pruning_of(args, &config)?;
    let options =
        Options { pruning: pruning(&pruning_name, keep, interval)?, ..Options::default() };
    let app = App::open(&home.database(), options, settings)?;

    let runtime = Runtime::new()?;
    let rpc_laddr = rpc_laddr(home, args)?;
    let node = Node {
        app: app.clone(),
        comet: serve::comet::Comet::new(&rpc_laddr)?,
        pruning: serve::node_service::Pruning {
            keep_recent: keep.to_string(),
            interval: interval.to_string(),
        },
        runtime: runtime.handle().clone(),
    };
    let table = Arc::new(Table::new(node));
    app.set_services(Arc::clone(&table));

    let (send, happenings) = channel();
    let socket = socket(home, args)?;
    let process = Arc::new(OnceLock::new());
    let supervised = args.with_comet.then(|| Guard::supervised(Arc::clone(&process)));
    serve_abci(&app, &socket, supervised.unwrap_or_default())?;
    serve_grpc(&runtime, args, &config, table)?;
    watch_signals(&runtime, send.clone())?;
    let halted = send.clone();
    app.on_halt(move |height| {
        if halted.send(Happening::Halted(height)).is_err() {
            tracing::debug!(height, "halt after the end");
        }
    });
    let comet = if args.with_comet {
        let comet = comet_args(home, args, &socket, &rpc_laddr)?;
        Some(start_comet(comet, send, &process)?)
    } else {
        None
    };
    let latest = app.store().latest().map_or(0, |at| at.height);
    tracing::info!(height = latest, socket = %socket.display(), "whenced started");
    supervise(comet.as_ref(), &happenings)
}

fn serve_abci(app: &App, socket: &Path, guard: Guard) -> anyhow::Result<()> {
    let server = Server::bind(socket).with_context(|| socket.display().to_string())?;
    let app = app.clone();
    std::thread::Builder::new().name("abci-accept".to_owned()).spawn(move || {
        if let Err(error) = server.serve(app, guard) {
            fatal::stop(&format!("the ABCI socket failed: {error}"));
        }
    })?;
    Ok(())
}

/// Starts CometBFT, and tells the socket's guard which process it is.
fn start_comet(
    args: CometArgs,
    send: Sender<Happening>,
    process: &OnceLock<Pid>,
) -> anyhow::Result<Comet> {
    let comet = Comet::start(args, send)?;
    process.get_or_init(|| comet.process());
    Ok(comet)
}

/// Waits on the main thread, whose end would end CometBFT.
fn supervise(comet: Option<&Comet>, happenings: &Receiver<Happening>) -> anyhow::Result<()> {
    let happening = happenings.recv().context("nothing can happen any more")?;
    match happening {
        Happening::CometEnded(status) => {
            let status = status.map_or_else(|e| e.to_string(), |status| status.to_string());
            fatal::stop(&format!("CometBFT ended ({status})"));
        }
        Happening::Asked(signal) => tracing::info!(signal, "ending"),
        Happening::Halted(height) => {
            tracing::info!(height, "ending at the halt height");
            std::thread::sleep(HALT_GRACE);
        }
    }
    if let Some(comet) = comet {
        comet.end(happenings);
    }
    std::process::exit(0)
}

fn start_log(args: &Args) {
    use tracing_subscriber::EnvFilter;
    let filter = EnvFilter::try_new(&args.log_level).unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(!args.log_no_color)
        .with_writer(std::io::stderr);
    if log.try_init().is_err() {
        eprintln!("whenced: a log is set already");
    }
}

fn number(given: Option<u64>, config: &Config, key: &str) -> anyhow::Result<u64> {
    match (given, config.get(key)) {
        (Some(given), _) => Ok(given),
        (None, Some(text)) => text.parse().with_context(|| format!("app.toml: {key} = {text:?}")),
        (None, None) => Ok(0),
    }
}

fn settings(args: &Args, config: &Config) -> anyhow::Result<Settings> {
    let prices = args.minimum_gas_prices.clone().or_else(|| config.get("minimum-gas-prices"));
    let prices: crate::ante::gas_price::GasPrices = prices.unwrap_or_default().parse()?;
    anyhow::ensure!(
        !prices.is_empty(),
        "set minimum-gas-prices in app.toml or --minimum-gas-prices, such as 0.001uwhn (or 0uwhn)"
    );
    Ok(Settings {
        minimum_gas_prices: prices,
        min_retain_blocks: number(args.min_retain_blocks, config, "min-retain-blocks")?,
        halt_height: number(args.halt_height, config, "halt-height")?,
        verify_invariants: args.verify_invariants,
    })
}

fn pruning_of(args: &Args, config: &Config) -> anyhow::Result<(String, u64, u64)> {
    let name = args.pruning.clone().or_else(|| config.get("pruning"));
    let name = name.unwrap_or_else(|| "default".to_owned());
    let keep = number(args.pruning_keep_recent, config, "pruning-keep-recent")?;
    let interval = number(args.pruning_interval, config, "pruning-interval")?;
    Ok((name, keep, interval))
}

fn rpc_laddr(home: &Home, args: &Args) -> anyhow::Result<String> {
    let configured = Config::read(home, "config.toml")?.get("rpc.laddr");
    let given = args.rpc_laddr.clone().or(configured);
    Ok(given.unwrap_or_else(|| "tcp://127.0.0.1:26657".to_owned()))
}

fn socket(home: &Home, args: &Args) -> anyhow::Result<PathBuf> {
    match &args.address {
        None => Ok(home.run("abci.sock")),
        Some(address) => {
            let path = address.strip_prefix("unix://").with_context(|| {
                format!("--address {address}: expected unix://PATH; ABCI is not served over TCP")
            })?;
            Ok(PathBuf::from(path))
        }
    }
}

fn serve_grpc(
    runtime: &Runtime,
    args: &Args,
    config: &Config,
    table: Arc<Table>,
) -> anyhow::Result<()> {
    let enabled = config.get("grpc.enable").is_none_or(|text| text != "false");
    if !args.grpc_enable.unwrap_or(enabled) {
        return Ok(());
    }
    let address = args.grpc_address.clone().or_else(|| config.get("grpc.address"));
    let address = address.unwrap_or_else(|| "localhost:9090".to_owned());
    let resolved: Vec<_> =
        address.to_socket_addrs().with_context(|| format!("gRPC address {address}"))?.collect();
    let listener = std::net::TcpListener::bind(resolved.as_slice())
        .with_context(|| format!("gRPC address {address}"))?;
    listener.set_nonblocking(true)?;
    let guard = runtime.enter();
    let listener = tokio::net::TcpListener::from_std(listener)?;
    drop(guard);
    tracing::info!(%address, "gRPC");
    runtime.spawn(async move {
        if let Err(error) = grpc::serve(listener, table, std::future::pending()).await {
            fatal::stop(&format!("gRPC failed: {error}"));
        }
    });
    Ok(())
}

fn watch_signals(runtime: &Runtime, send: Sender<Happening>) -> anyhow::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let guard = runtime.enter();
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    drop(guard);
    runtime.spawn(async move {
        let which = tokio::select! {
            _ = terminate.recv() => "SIGTERM",
            _ = interrupt.recv() => "SIGINT",
        };
        if send.send(Happening::Asked(which)).is_err() {
            tracing::debug!(which, "signal after the end");
        }
    });
    Ok(())
}

/// CometBFT's arguments. Its genesis is made from ours; other settings go by its environment.
fn comet_args(
    home: &Home,
    args: &Args,
    socket: &Path,
    rpc_laddr: &str,
) -> anyhow::Result<CometArgs> {
    let genesis = home.run("genesis.json");
    let document = cli::doc::Doc::for_comet(&Doc::read(home)?)?;
    std::fs::write(&genesis, document.to_string())
        .with_context(|| genesis.display().to_string())?;
    let flag = |name: &str, value: &str| format!("--{name}={value}");
    let mut list = vec![
        "start".to_owned(),
        flag("home", &home.dir().display().to_string()),
        flag("proxy_app", &format!("unix://{}", socket.display())),
        flag("rpc.laddr", rpc_laddr),
    ];
    let given = [
        ("rpc.pprof_laddr", &args.rpc_pprof_laddr),
        ("p2p.laddr", &args.p2p_laddr),
        ("p2p.persistent_peers", &args.p2p_persistent_peers),
        ("p2p.seeds", &args.p2p_seeds),
        ("moniker", &args.moniker),
    ];
    for (name, value) in given {
        list.extend(value.as_ref().map(|value| flag(name, value)));
    }
    list.extend(args.p2p_pex.map(|pex| flag("p2p.pex", &pex.to_string())));
    list.push(flag("log_level", &comet_log_level(&args.log_level)));
    let mut env = vec![("CMT_GENESIS_FILE".to_owned(), "run/genesis.json".to_owned())];
    for setting in &args.comet_set {
        let (key, value) = setting
            .split_once('=')
            .with_context(|| format!("--comet.set {setting}: expected section.key=value"))?;
        let name = key.replace(['.', '-'], "_").to_uppercase();
        env.push((format!("CMT_{name}"), value.to_owned()));
    }
    Ok(CometArgs { binary: binary(args.cometbft.as_deref())?, args: list, env })
}

/// CometBFT knows fewer levels than we do, and says much at info.
fn comet_log_level(ours: &str) -> String {
    match ours {
        "trace" | "debug" => "debug",
        "warn" | "error" => "error",
        _ => "info",
    }
    .to_owned()
}

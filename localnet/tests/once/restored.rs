//! A committed report on chains that start from an exported state: the same chain, and another.

use serde_json::Value;
use tempfile::TempDir;
use whence_localnet::node::{CHAIN_ID, Node};
use whence_localnet::ports::Ports;
use whence_localnet::process::Process;
use whence_localnet::scene::{Scene, kill};

use super::replay::Report;
use crate::common::rpc::Rpc;

const OTHER_CHAIN: &str = "whence-local-2";
/// Numbers of the refusals, on the wire for ever.
const WRONG_CHAIN: (&str, u64) = ("attribution", 18);
const ALREADY_REPORTED: (&str, u64) = ("attribution", 21);

/// The state as a genesis; the node is down meanwhile.
fn exported(scene: &mut Scene) -> Value {
    kill(&mut scene.node).unwrap();
    let text = scene.place.node.whenced(&["export"]).unwrap();
    scene.start_node().unwrap();
    serde_json::from_str(&text).unwrap()
}

/// The scene's validator, alone on a chain that starts from a genesis.
struct Restored {
    node: Node,
    process: Process,
    _folder: TempDir,
}

impl Restored {
    fn start(scene: &Scene, genesis: &Value, chain_id: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let node = Node::new(folder.path(), Ports::free().unwrap());
        node.whenced(&["init", "restored", "--chain-id", chain_id]).unwrap();
        let key = "config/priv_validator_key.json";
        std::fs::copy(scene.place.node.home.join(key), node.home.join(key)).unwrap();
        let mut genesis = genesis.clone();
        genesis["chain_id"] = chain_id.into();
        std::fs::write(node.home.join("config/genesis.json"), genesis.to_string()).unwrap();
        let process = node.start(&["--verify-invariants"]).unwrap();
        Self { node, process, _folder: folder }
    }

    fn refuses(mut self, report: &Report, chain_id: &str, expected: (&str, u64)) {
        report.comes_again(&Rpc::new(self.node.ports.rpc), chain_id, expected);
        self.process.end();
    }
}

pub(crate) fn a_report_is_refused_after_export_and_on_another_chain(scene: &mut Scene) {
    let before = exported(scene);
    let query = crate::ask(scene);
    scene.settled(query.sequence).unwrap();
    let report = Report::of(scene, query.sequence);
    let after = exported(scene);
    Restored::start(scene, &after, CHAIN_ID).refuses(&report, CHAIN_ID, ALREADY_REPORTED);
    // Its query was never reported here, so that nothing but the voucher's chain id refuses it.
    Restored::start(scene, &before, OTHER_CHAIN).refuses(&report, OTHER_CHAIN, WRONG_CHAIN);
}

//! The people's commands on a real chain: roles, ownership, rows taken out, a model taken back, a
//! provider changed; and the stories, whose transactions CometBFT's index of events finds.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::disallowed_methods,
    clippy::panic,
    missing_docs,
    reason = "tests"
)]

mod common;

use std::process::Command;

use common::{Home, tail};
use serde_json::{Value, json};

/// A running chain and two people: `validator`, and `dan` who has a little.
struct Scene {
    home: Home,
    dan: String,
}

impl Scene {
    /// Runs `whence` as somebody; gives the object that it prints.
    fn whence(&self, who: &str, args: &[&str]) -> Result<Value, String> {
        let output = Command::new(env!("CARGO_BIN_EXE_whence"))
            .arg(format!("--home={}", self.home.path().display()))
            .args(args)
            .args(["--from", who, "--node", &self.home.rpc_url(), "--output", "json"])
            .args(["--grpc-addr", &self.home.grpc_url()])
            .output()
            .unwrap();
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned());
        }
        Ok(serde_json::from_slice(&output.stdout).unwrap())
    }

    fn ok(&self, who: &str, args: &[&str]) -> Value {
        let done = self.whence(who, args);
        done.unwrap_or_else(|e| panic!("{args:?}: {e}\n{}", tail(&self.home.log())))
    }

    fn query(&self, args: &[&str]) -> Value {
        let node = self.home.rpc_url();
        let all = [&["query"][..], args, &["--node", &node, "--output", "json"][..]].concat();
        serde_json::from_str(&self.home.ok(&all)).unwrap()
    }

    fn file(&self, name: &str, text: &str) -> String {
        let path = self.home.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    }
}

fn scene() -> (Scene, common::Node) {
    let home = Home::new(&[]);
    home.ok(&["keys", "add", "dan"]);
    let dan = home.ok(&["keys", "show", "dan", "--address"]).trim().to_owned();
    home.ok(&["genesis", "add-genesis-account", &dan, "1000000000uwhn"]);
    let node = home.start(&[]);
    home.wait_height(2);
    (Scene { home, dan }, node)
}

/// A datanet of `validator`, with three accepted rows of `dan`'s.
fn accepted(scene: &Scene) {
    let founded = ["datanet", "create", "--name", "Gardens", "--domain", "gardening"];
    let rules = ["--licence", "CC0-1.0", "--curator", "validator", "--permissioned"];
    let made = scene.ok("validator", &[&founded[..], &rules[..]].concat());
    assert_eq!(made["datanet_id"], "1");

    let rows = scene.file("rows.jsonl", "{\"text\":\"a\"}\n{\"text\":\"b\"}\n{\"text\":\"c\"}\n");
    let give = ["datanet", "contribute", "1", &rows, "--licence", "CC0-1.0", "--origin", "mine"];
    let refused = scene.whence("dan", &give).unwrap_err();
    assert!(refused.contains("contributor"), "{refused}");
    scene.ok("validator", &["datanet", "roles", "1", "--role", "contributor", "--add", "dan"]);
    assert_eq!(scene.ok("dan", &give)["contribution_id"], "1");
    let review = ["datanet", "review", "1", "--score", "80", "--verdict", "accept"];
    let decided = scene.ok("validator", &review);
    assert_eq!(decided["status"], "CONTRIBUTION_STATUS_ACCEPTED", "{decided}");
}

#[test]
fn a_datanets_people_and_rows_change() {
    let (scene, _node) = scene();
    accepted(&scene);

    let taken = scene.ok("dan", &["datanet", "withdraw", "1", "--rows", "0", "--reason", "mine"]);
    assert_eq!(taken["rows"], "1");
    let evidence = scene.file("evidence.txt", "it is copied");
    let open = ["datanet", "dispute", "1", "--tag", "copyright", "--rows", "2"];
    let opened = scene.ok("validator", &[&open[..], &["--evidence", &evidence]].concat());
    assert_eq!(opened["dispute_id"], "1");
    let ruled = scene.ok("validator", &["datanet", "rule", "1", "upheld"]);
    assert_eq!(ruled["ruling"], "RULING_UPHELD");
    let shown = scene.query(&["datanet", "contribution", "--contribution-id", "1"]);
    assert_eq!(shown["contribution"]["withdrawn_rows"], "2", "{shown}");

    scene.ok("validator", &["datanet", "transfer", "1", "--to", "dan"]);
    scene.ok("validator", &["datanet", "transfer", "1", "--call-off"]);
    assert!(scene.whence("dan", &["datanet", "accept", "1"]).is_err(), "the offer is called off");
    scene.ok("validator", &["datanet", "transfer", "1", "--to", "dan"]);
    assert_eq!(scene.ok("dan", &["datanet", "accept", "1"])["owner"], json!(scene.dan));
    let shown = scene.query(&["datanet", "datanet", "--datanet-id", "1"]);
    assert_eq!(shown["datanet"]["owner"], json!(scene.dan), "{shown}");

    // Each step that a transaction made is found by the fields of its typed event.
    let story = scene.ok("dan", &["explain", "1"]);
    let found = |name: &str| {
        let steps = story["steps"].as_array().unwrap();
        let step = steps.iter().find(|step| step["step"] == name).unwrap();
        step["txhash"].as_str().map(str::len)
    };
    for step in ["committed", "submitted", "reviewed"] {
        assert_eq!(found(step), Some(64), "{step}: {story}");
    }
}

#[test]
fn a_model_is_taken_back_and_a_provider_is_changed() {
    let (scene, _node) = scene();
    let founded = ["datanet", "create", "--name", "Gardens", "--domain", "gardening"];
    scene.ok("dan", &[&founded[..], &["--licence", "CC0-1.0", "--curator", "dan"]].concat());
    let propose = ["model", "propose", "--name", "Helper", "--purpose", "helps", "--datanet", "1"];
    assert_eq!(scene.ok("dan", &propose)["model_id"], "1");
    scene.ok("dan", &["model", "withdraw", "1"]);
    let story = scene.ok("dan", &["model", "lineage", "1"]);
    let steps = story["steps"].as_array().unwrap();
    let told = steps.iter().map(|step| (&step["stage"], step["txhash"].is_string()));
    let told: Vec<_> = told.map(|(stage, found)| (stage.as_str().unwrap_or(""), found)).collect();
    let expected = [("", true), ("STAGE_VOTING", true), ("STAGE_WITHDRAWN", true)];
    assert_eq!(told, expected, "{story}");

    let prices = ["--prompt-price", "20000uwhn", "--completion-price", "60000uwhn"];
    let rest = ["--min-fee", "1000uwhn", "--bond", "100000000uwhn", "--reporter", "dan"];
    let register = ["provider", "register", "--endpoint", "http://127.0.0.1:1"];
    scene.ok("dan", &[&register[..], &prices[..], &rest[..]].concat());
    let change = ["provider", "update", "1", "--endpoint", "http://127.0.0.1:2"];
    scene.ok("dan", &[&change[..], &["--add-bond", "5uwhn", "--reporter", "validator"]].concat());
    let shown = scene.ok("dan", &["provider", "show", "1"]);
    assert_eq!(shown["endpoint"], "http://127.0.0.1:2");
    assert_eq!(shown["bond"]["amount"], "100000005");
    assert_eq!(shown["price"]["min_fee"]["amount"], "1000", "stays");
    let notice = scene.ok("dan", &["provider", "unbond", "1"]);
    let shown = scene.ok("dan", &["provider", "show", "1"]);
    assert_eq!(shown["status"], "PROVIDER_STATUS_UNBONDING");
    assert_eq!(shown["unbonding_height"], notice["unbonding_height"]);
}

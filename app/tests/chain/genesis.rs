//! A genesis that was exported imports to the same, and a bad one names what is wrong.

use tempfile::TempDir;
use whence_app::testkit::{Chain, Genesis};

use crate::world::{START, genesis, send, world};

#[test]
fn genesis_exports_and_imports_to_the_same() {
    let mut w = world();
    w.chain.deliver(&w.alice, vec![send(&w.alice, &w.bob.address(), 5)]).unwrap();
    let export = |chain: &Chain| {
        let (state, block) = chain.app.committed(None).unwrap();
        let ctx = whence_base::QueryCtx::new(&state, &block);
        whence_app::exec::genesis::export(chain.app.modules(), &ctx).unwrap()
    };
    let first = export(&w.chain);
    whence_app::exec::genesis::validate(w.chain.app.modules(), &first).unwrap();
    let mut genesis = Genesis::new().unwrap();
    genesis.state = first.clone();
    let dir = TempDir::new().unwrap();
    let chain = Chain::start(dir.path(), &genesis).unwrap();
    let second = export(&chain);
    for (name, section) in &first {
        assert_eq!(section, &second[name], "{name}");
    }
}

#[test]
fn bad_genesis_names_what_is_wrong() {
    let cases: &[(fn(&mut Genesis), &str)] = &[
        (|g| drop(g.state.insert("bnak".to_owned(), serde_json::json!({}))), "bnak"),
        (|g| g.state.get_mut("bank").unwrap()["supply"][0]["amount"] = "1".into(), "bank"),
        (|g| g.state.get_mut("auth").unwrap()["parms"] = serde_json::json!({}), "parms"),
        (
            |g| g.state.get_mut("genutil").unwrap()["gen_txs"][0]["signatures"][0] = "AAAA".into(),
            "gen_txs[0]",
        ),
        (|g| g.state.get_mut("auth").unwrap()["accounts"][0]["address"] = "whence1".into(), "auth"),
    ];
    for (change, text) in cases {
        let mut bad = genesis();
        change(&mut bad);
        let dir = TempDir::new().unwrap();
        let mut chain = Chain::open(dir.path()).unwrap();
        let error = chain.init(&bad).expect_err(text).to_string();
        assert!(error.contains(text), "{error}");
        assert!(chain.app.store().latest().is_none());
    }
}

#[test]
fn one_unit_that_nobody_recorded_is_seen_in_every_module_account() {
    for account in whence_app::ports::module_accounts().iter() {
        // Auth's fee collector counts what genesis gives it, so nothing there is unrecorded.
        if account.name == "fee_collector" {
            continue;
        }
        let mut leak = genesis();
        let bank = leak.state.get_mut("bank").unwrap();
        let balances = bank["balances"].as_array_mut().unwrap();
        balances.push(serde_json::json!({
            "address": account.address.to_string(),
            "coins": [{ "denom": "uwhn", "amount": "1" }],
        }));
        bank["supply"][0]["amount"] = (3 * START + 1).to_string().into();
        let dir = TempDir::new().unwrap();
        let mut chain = Chain::open(dir.path()).unwrap();
        let error = chain.init(&leak).map(|_| ()).expect_err(account.name).to_string();
        assert!(error.contains(account.name), "{}: {error}", account.name);
    }
}

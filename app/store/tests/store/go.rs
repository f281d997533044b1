//! The same proofs from outside: Go's `ics23`, with the spec written anew there.

use std::io::Write;
use std::process::{Command, Stdio};

use prost::Message;
use serde_json::json;
use tempfile::tempdir;
use whence_store::{Changes, Proof, Pruning, proof_spec};

use crate::common::{Random, STORES, commit, key_pool, open, random_changes};

fn line(app_hash: [u8; 32], store: &str, key: &[u8], proof: &Proof) -> serde_json::Value {
    json!({
        "root": hex::encode(app_hash),
        "spec": hex::encode(proof_spec().encode_to_vec()),
        "store": store,
        "key": hex::encode(key),
        "value": proof.value.as_ref().map(hex::encode),
        "ops": proof.ops.iter().map(|op| hex::encode(&op.data)).collect::<Vec<_>>(),
    })
}

/// Asks the Go program; one answer per line.
fn ask(lines: &[String]) -> Vec<String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/go-ics23");
    let mut child = Command::new("go")
        .args(["run", "."])
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("go must be on PATH: the outside check of the proofs needs it");
    let mut stdin = child.stdin.take().unwrap();
    let input = lines.join("\n");
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()).unwrap());
    let done = child.wait_with_output().unwrap();
    writer.join().unwrap();
    assert!(done.status.success());
    String::from_utf8(done.stdout).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn go_accepts_what_is_true_and_nothing_else() {
    let (dir, pool, mut random) = (tempdir().unwrap(), key_pool(), Random(77));
    let store = open(&dir, Pruning::Nothing);
    for height in 1..=4 {
        commit(&store, height, random_changes(&mut random, &pool, 90));
    }
    let gone = pool.iter().map(|key| (key.clone(), None)).collect();
    commit(&store, 5, Changes::from([("datanet", gone)]));
    let view = store.view(None).unwrap();
    let app_hash = view.app_hash().unwrap().unwrap();

    let (mut lines, mut expected) = (Vec::new(), Vec::new());
    let (mut there, mut absent) = (0, 0);
    for name in STORES {
        for key in &pool {
            let proof = view.prove(name, key).unwrap();
            if proof.value.is_some() {
                there += 1
            } else {
                absent += 1
            }
            lines.push(line(app_hash, name, key, &proof).to_string());
            expected.push(true);
            for _ in 0..10 {
                let mut mutant = proof.clone();
                mutant.ops[random.below(2)].data = {
                    let mut data = proof.ops[random.below(2)].data.clone();
                    // Not the first bytes: the key of an absence is the client's own and not
                    // proven.
                    let at = data.len() / 2 + random.below(data.len() / 2);
                    data[at] ^= 1 << random.below(8);
                    data
                };
                lines.push(line(app_hash, name, key, &mutant).to_string());
                expected.push(false);
            }
            let mut swapped = proof.clone();
            swapped.value = match proof.value {
                Some(_) => None,
                None => Some(b"1".to_vec()),
            };
            lines.push(line(app_hash, name, key, &swapped).to_string());
            expected.push(false);
        }
    }
    assert!(there > 20 && absent > 100, "both kinds are tried: {there} and {absent}");
    let answers = ask(&lines);
    assert_eq!(answers.len(), lines.len());
    for ((line, answer), holds) in lines.iter().zip(&answers).zip(expected) {
        assert_eq!(answer == "ok", holds, "{answer}: {line}");
    }
}

//! Whatever is killed at whatever step between an answer and its payment, the chain pays it exactly
//! once; and what came once is refused when it comes again.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "tests"
)]

mod common;
mod once;

use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use whence_localnet::process::until;
use whence_localnet::scene::{Answer, Books, Scene, kill};

/// Longest answer of a question that is only there to be paid.
const SHORT: u32 = 8;
/// Longer than the sidecar waits before it sends, many times over.
const LONG_AFTER: Duration = Duration::from_secs(8);
const WAIT: Duration = Duration::from_secs(60);

/// One answered question: its sequence, and its fee in base units.
struct Asked {
    sequence: u64,
    fee: u64,
}

fn asked(answer: &Answer) -> Asked {
    assert_eq!(answer.status, 200, "{answer:?}");
    let attribution = &answer.body["attribution"];
    let (_, sequence) = attribution["query_id"].as_str().unwrap().split_once('/').unwrap();
    let fee = attribution["fee"]["amount"].as_str().unwrap().parse().unwrap();
    Asked { sequence: sequence.parse().unwrap(), fee }
}

fn ask(scene: &Scene) -> Asked {
    asked(&scene.ask("What is FTS5?", SHORT).unwrap())
}

/// What one undisturbed answer to the same question moved: the answer, its shares and so its
/// pay are the same each time.
static USUAL: OnceLock<Books> = OnceLock::new();

fn undisturbed(scene: &Scene) {
    let before = scene.books().unwrap();
    let query = ask(scene);
    scene.settled(query.sequence).unwrap();
    let after = scene.books().unwrap();
    assert_eq!(after.reported, before.reported + query.fee);
    let pay = after.earned.iter().map(|(name, coins)| (name.clone(), coins - before.earned[name]));
    let usual = Books { reported: query.fee, earned: pay.collect() };
    assert!(usual.earned.values().sum::<u128>() > 0, "somebody's rows moved the answer");
    println!("✓ one answer: {usual:?}");
    USUAL.set(usual).unwrap();
}

/// Books after so many answers more.
fn grown(before: &Books, answers: usize) -> Books {
    let usual = USUAL.get().unwrap();
    let count = u128::try_from(answers).unwrap();
    let earned = before.earned.iter();
    let earned = earned.map(|(name, coins)| (name.clone(), coins + usual.earned[name] * count));
    let reported = before.reported + usual.reported * u64::try_from(answers).unwrap();
    Books { reported, earned: earned.collect() }
}

/// Each query is settled, its fee and every contributor's pay moved once, and nothing comes after.
fn check_paid_once(scene: &Scene, before: &Books, queries: &[Asked]) {
    for query in queries {
        let known = scene.settled(query.sequence).unwrap();
        assert_eq!(known["reported"], true, "{known}");
    }
    let paid = grown(before, queries.len());
    assert_eq!(scene.books().unwrap(), paid, "each fee and each share of it exactly once");
    std::thread::sleep(LONG_AFTER);
    assert_eq!(scene.books().unwrap(), paid, "and nothing comes after it");
    assert!(scene.outbox().is_empty());
}

fn file_of(scene: &Scene, query: &Asked) -> String {
    format!("{}-{}.query", scene.escrow().unwrap(), query.sequence)
}

/// Waits until the sidecar's transaction is in the node's mempool; none when it was in a block
/// before it was seen.
fn broadcast_seen(scene: &Scene, query: &Asked) -> Option<()> {
    let start = Instant::now();
    while start.elapsed() < WAIT {
        if scene.mempool().is_some_and(|waiting| waiting > 0) {
            return Some(());
        }
        if !scene.outbox().contains(&file_of(scene, query)) {
            return None;
        }
    }
    panic!("{} was never sent", query.sequence);
}

fn sidecar_dies_after_the_answer(scene: &mut Scene) {
    let before = scene.books().unwrap();
    let query = ask(scene);
    kill(&mut scene.sidecar).unwrap();
    assert_eq!(scene.outbox(), [file_of(scene, &query)], "it was on disk before the answer ended");
    assert_eq!(scene.books().unwrap(), before, "and was not sent");
    scene.start_sidecar().unwrap();
    check_paid_once(scene, &before, &[query]);
}

fn sidecar_dies_after_the_broadcast(scene: &mut Scene) {
    let before = scene.books().unwrap();
    let mut queries = Vec::new();
    loop {
        queries.push(ask(scene));
        let query = queries.last().unwrap();
        if broadcast_seen(scene, query).is_some() {
            kill(&mut scene.sidecar).unwrap();
            assert!(scene.outbox().contains(&file_of(scene, query)), "sent, and not yet seen");
            break;
        }
        assert!(queries.len() < 8, "no transaction was seen in the mempool");
    }
    let last = queries.last().unwrap().sequence;
    until("its commit", WAIT, || (scene.reported(last).ok()?["reported"] == true).then_some(()))
        .unwrap();
    assert_eq!(scene.outbox().len(), 1, "the chain has it, and so has the outbox");
    scene.start_sidecar().unwrap();
    // Its fee is now counted by the chain and waits in the outbox, and is one fee all the same.
    queries.push(ask(scene));
    check_paid_once(scene, &before, &queries);
}

fn node_dies_before_the_report_is_sent(scene: &mut Scene) {
    let before = scene.books().unwrap();
    let query = ask(scene);
    kill(&mut scene.node).unwrap();
    std::thread::sleep(LONG_AFTER);
    assert_eq!(scene.outbox(), [file_of(scene, &query)], "it waits for the node");
    let refused = scene.ask("Is anybody there?", SHORT).unwrap();
    assert_eq!(refused.status, 503, "{refused:?}");
    assert_eq!(refused.body["error"]["code"], "node_unreachable");
    scene.start_node().unwrap();
    check_paid_once(scene, &before, &[query]);
}

fn node_dies_after_the_broadcast(scene: &mut Scene) {
    let before = scene.books().unwrap();
    let mut queries = Vec::new();
    loop {
        queries.push(ask(scene));
        if broadcast_seen(scene, queries.last().unwrap()).is_some() {
            kill(&mut scene.node).unwrap();
            break;
        }
        assert!(queries.len() < 8, "no transaction was seen in the mempool");
    }
    scene.start_node().unwrap();
    check_paid_once(scene, &before, &queries);
}

fn sidecar_dies_while_it_answers(scene: &mut Scene) {
    let before = scene.books().unwrap();
    let seen = scene.relay.paid();
    let answer = std::thread::scope(|threads| {
        let port = scene.place.node.ports.gateway;
        let asking = threads.spawn(move || long_question(port));
        until("the voucher", WAIT, || (scene.relay.paid() > seen).then_some(())).unwrap();
        std::thread::sleep(Duration::from_millis(500));
        let mut sidecar = scene.sidecar.take();
        kill(&mut sidecar).unwrap();
        asking.join().unwrap()
    });
    assert_eq!(answer.0, 502, "{answer:?}");
    assert_eq!(scene.outbox(), [""; 0], "nothing was answered, nothing is owed");
    scene.start_sidecar().unwrap();
    std::thread::sleep(LONG_AFTER);
    assert_eq!(scene.books().unwrap(), before, "and nothing is charged");
    let next = ask(scene);
    check_paid_once(scene, &before, &[next]);
}

fn long_question(port: u16) -> (u16, String) {
    let url = format!("http://127.0.0.1:{port}/v1/chat/completions");
    let body = whence_localnet::scene::request(
        whence_localnet::demo::tuning::MODEL,
        "Tell all that there is to tell about SQLite.",
        400,
    );
    let http = reqwest::blocking::Client::builder().timeout(None).build().unwrap();
    let answer = http.post(url).body(body).send().unwrap();
    (answer.status().as_u16(), answer.text().unwrap())
}

fn gateway_dies_between_signing_and_forwarding(scene: &mut Scene) {
    let before = scene.books().unwrap();
    let seen = scene.relay.paid();
    scene.relay.hold(true);
    std::thread::scope(|threads| {
        let port = scene.place.node.ports.gateway;
        let asking = threads.spawn(move || {
            let body = whence_localnet::scene::request(
                whence_localnet::demo::tuning::MODEL,
                "What is WAL?",
                SHORT,
            );
            let url = format!("http://127.0.0.1:{port}/v1/chat/completions");
            reqwest::blocking::Client::new().post(url).body(body).send().is_err()
        });
        until("the voucher", WAIT, || (scene.relay.paid() > seen).then_some(())).unwrap();
        let mut gateway = scene.gateway.take();
        kill(&mut gateway).unwrap();
        assert!(asking.join().unwrap(), "the caller has no answer");
    });
    scene.relay.hold(false);
    scene.start_gateway().unwrap();
    assert_eq!(scene.books().unwrap(), before, "nothing was answered, nothing is charged");
    let next = ask(scene);
    check_paid_once(scene, &before, &[next]);
}

/// Kills something, and checks what was paid.
type Step = fn(&mut Scene);

#[test]
#[ignore = "starts a chain: `make test`"]
fn an_answer_is_paid_exactly_once_whatever_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let kept = std::env::var_os("WHENCE_SCENE").map(PathBuf::from);
    let mut scene = Scene::open(kept.as_deref().unwrap_or(folder.path())).unwrap();
    undisturbed(&scene);
    once::streamed::what_is_served_is_listed(&mut scene);
    once::streamed::a_stream_is_the_whole_answer_and_is_paid_once(&mut scene);
    println!("✓ a stream: the whole answer in pieces, paid once");
    let steps: [(&str, Step); 6] = [
        ("the sidecar, after the answer", sidecar_dies_after_the_answer),
        ("the sidecar, after the broadcast", sidecar_dies_after_the_broadcast),
        ("the node, before the report is sent", node_dies_before_the_report_is_sent),
        ("the node, after the broadcast", node_dies_after_the_broadcast),
        ("the sidecar, while it answers", sidecar_dies_while_it_answers),
        (
            "the gateway, between signing and forwarding",
            gateway_dies_between_signing_and_forwarding,
        ),
    ];
    for (what, step) in steps {
        let start = Instant::now();
        step(&mut scene);
        println!("✓ killed {what}: paid once ({} s)", start.elapsed().as_secs());
    }
    once::vouchers::each_is_refused_with_its_code(&mut scene);
    once::vouchers::an_escrow_pays_what_it_can(&mut scene);
    println!("✓ vouchers: each is refused with its code");
    once::replay::a_report_is_refused_when_it_comes_again(&mut scene);
    println!("✓ reports: refused when they come again");
    once::seeded::sidecar_dies_at_any_time(&mut scene);
    println!("✓ the sidecar, killed at any time: each answer is paid once");
    once::seeded::an_undisturbed_replay_agrees(&scene);
    once::restored::a_report_is_refused_after_export_and_on_another_chain(&mut scene);
    println!("✓ reports: refused after export and import, and on another chain");
}

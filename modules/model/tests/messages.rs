//! Every message of the model trade: what it does, and every refusal with its code.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs,
    reason = "tests"
)]

mod world;

use whence_base::{Coin, authority};
use whence_model::{keeper, params};
use whence_proto::whence::model::v1 as pb;
use world::*;

type Rows<T> = Vec<(&'static str, fn(&mut T), &'static str)>;

/// Each change of a good message is refused with its code.
fn refused<M: prost::Name + Clone>(world: &World, good: &M, rows: Rows<M>) {
    world.clone().tx(good.clone()).expect("it is good without the change");
    for (what, change, expected) in rows {
        let mut message = good.clone();
        change(&mut message);
        world.clone().refuses(what, &pack(&message), expected);
    }
}

fn training(m: &mut pb::MsgRegisterAdapter) -> &mut pb::TrainingReceipt {
    m.training.as_mut().unwrap()
}

fn named(m: &mut pb::MsgRegisterAdapter, datanet_id: u64, version: u64) {
    let versions = &mut training(m).datanet_versions;
    versions[1] = pb::DatanetVersionRef { datanet_id, version, ..versions[1].clone() };
}

#[test]
fn registering_an_adapter_bonds_it() {
    let world = World::ready();
    assert_eq!((world.balance(1), world.held()), (START - ADAPTER, ADAPTER));
    let found = keeper::require(&world.state, 1).unwrap();
    assert_eq!((found.model_id, found.registered_height), (1, 1));
    assert_eq!(found.training, register(1).training);
    assert_eq!(keeper::adapter_of(&world.state, 1).unwrap(), Some(1));
    assert_eq!(keeper::trained_on(&world.state, (3, &[1]), 5).unwrap(), vec![1]);
    assert!(keeper::trained_on(&world.state, (2, &[1]), 5).unwrap().is_empty());
}

#[test]
fn adapters_that_are_malformed() {
    let rows: Rows<pb::MsgRegisterAdapter> = vec![
        ("no developer", |m| m.developer.clear(), "sdk 7"),
        ("no files", |m| m.files.clear(), "model 6"),
        ("file without name", |m| m.files[0].name.clear(), "model 6"),
        ("long file name", |m| m.files[0].name = "n".repeat(65), "model 6"),
        ("short digest", |m| m.files[0].sha256.truncate(31), "model 6"),
        ("too many files", |m| m.files = vec![m.files[0].clone(); 17], "model 16"),
        ("no licence", |m| m.licence.clear(), "model 6"),
        ("too many uris", |m| m.uris = vec!["u".into(); 9], "model 6"),
        ("empty uri", |m| m.uris[0].clear(), "model 6"),
        ("long uri", |m| m.uris[0] = "u".repeat(513), "model 6"),
        ("no training", |m| m.training = None, "model 6"),
        ("base digest", |m| training(m).base_model_digest.clear(), "model 6"),
        ("recipe hash", |m| training(m).recipe_hash.clear(), "model 6"),
        ("seed", |m| training(m).seed.clear(), "model 6"),
        ("adapter digest", |m| training(m).adapter_digest.clear(), "model 6"),
        ("checkpoint root", |m| training(m).checkpoint_root.truncate(31), "model 6"),
        ("no recipe", |m| training(m).recipe.clear(), "model 6"),
        ("long recipe", |m| training(m).recipe = "r".repeat(8193), "model 6"),
        ("no software", |m| training(m).software_version.clear(), "model 6"),
        ("no versions", |m| training(m).datanet_versions.clear(), "model 6"),
        ("a version twice", |m| named(m, 1, 1), "model 6"),
        ("falling versions", |m| training(m).datanet_versions.swap(0, 1), "model 6"),
        (
            "too many versions",
            |m| training(m).datanet_versions = vec![pb::DatanetVersionRef::default(); 17],
            "model 6",
        ),
        ("root", |m| training(m).datanet_versions[0].manifest_root.truncate(31), "model 6"),
        ("metrics", |m| training(m).metrics = vec![metric("x"); 17], "model 6"),
        ("metric without name", |m| training(m).metrics = vec![metric("")], "model 6"),
        ("no index", |m| m.index = None, "model 6"),
        ("no method", |m| m.index.as_mut().unwrap().method.clear(), "model 6"),
        ("row root", |m| m.index.as_mut().unwrap().row_root.clear(), "model 6"),
        (
            "preconditioner",
            |m| m.index.as_mut().unwrap().preconditioner_hash.truncate(31),
            "model 6",
        ),
    ];
    refused(&World::new(), &register(1), rows);
}

fn metric(name: &str) -> pb::MetricValue {
    pb::MetricValue { name: name.into(), value_millionths: 1 }
}

#[test]
fn receipts_that_contradict_the_record() {
    let rows: Rows<pb::MsgRegisterAdapter> = vec![
        ("unknown model", |m| m.model_id = 9, "model 2"),
        ("a model that is voted on", |m| m.model_id = 2, "model 5"),
        ("a retired model", |m| m.model_id = 3, "model 5"),
        ("not the licence that was voted on", |m| m.model_id = 4, "model 7"),
        ("another base", |m| training(m).base_model_digest = vec![8; 32], "model 7"),
        ("a datanet that was not proposed", |m| named(m, 4, 1), "model 7"),
        ("an unknown version", |m| named(m, 3, 2), "model 7"),
        (
            "another root",
            |m| training(m).datanet_versions[1].manifest_root = vec![8; 32],
            "model 7",
        ),
        ("permissive data under no conditions", |m| m.licence = "CC0-1.0".into(), "model 8"),
        ("an unknown licence", |m| m.licence = "Mine".into(), "model 8"),
        ("non-commercial data", |m| named(m, 2, 1), "model 8"),
        ("no money", |m| m.developer = account(50).to_string(), "sdk 5"),
    ];
    refused(&World::new(), &register(1), rows);
    let mut message = register(1);
    named(&mut message, 2, 1);
    message.licence = "CC-BY-NC-4.0".into();
    World::new().tx(message).expect("non-commercial from non-commercial data");
}

#[test]
fn retiring_is_for_developer_and_governance() {
    let rows: Rows<pb::MsgRetireAdapter> = vec![
        ("no sender", |m| m.sender.clear(), "sdk 7"),
        ("unknown", |m| m.adapter_id = 2, "model 3"),
        ("a stranger", |m| m.sender = account(2).to_string(), "model 10"),
        ("long reason", |m| m.reason = "r".repeat(513), "model 6"),
    ];
    let mut world = World::ready();
    refused(&world, &retire(&account(1), 1), rows);
    world.clone().tx(retire(&authority(), 1)).unwrap();
    world.tx(retire(&account(1), 1)).unwrap();
    let late = [
        pack(&retire(&account(1), 1)),
        pack(&flag(2, 1)),
        pack(&deploy(8, 1, 8)),
        pack(&commit(2, 1)),
    ];
    late.iter().for_each(|message| world.refuses("retired", message, "model 9"));
}

#[test]
fn flags_are_bonded_and_bounded() {
    let rows: Rows<pb::MsgFlagAdapter> = vec![
        ("no flagger", |m| m.flagger.clear(), "sdk 7"),
        ("unknown", |m| m.adapter_id = 2, "model 3"),
        ("no kind", |m| m.kind = 0, "model 6"),
        ("unknown kind", |m| m.kind = 99, "model 6"),
        ("long note", |m| m.note = "n".repeat(513), "model 6"),
        ("no evidence", |m| m.evidence_hash.clear(), "model 6"),
        ("no money", |m| m.flagger = account(50).to_string(), "sdk 5"),
    ];
    let mut world = World::ready();
    refused(&world, &flag(2, 1), rows);
    (0..64).for_each(|_| drop(world.tx(flag(2, 1)).unwrap()));
    world.refuses("one too many", &pack(&flag(2, 1)), "model 16");
    world.tx(retire(&account(1), 1)).unwrap();
    assert_eq!((world.balance(2), world.held()), (START, 0));
}

#[test]
fn serving_is_for_bonded_operators() {
    let rows: Rows<pb::MsgDeployAdapter> = vec![
        ("no operator", |m| m.operator.clear(), "sdk 7"),
        ("unknown adapter", |m| m.adapter_id = 2, "model 3"),
        ("another's provider", |m| m.provider_id = 7, "model 10"),
        ("a provider without bond", |m| m.provider_id = 50, "model 10"),
    ];
    let mut world = World::ready();
    refused(&world, &deploy(8, 1, 8), rows);
    world.tx(deploy(8, 1, 8)).unwrap();
    world.refuses("twice", &pack(&deploy(8, 1, 8)), "model 15");
    let rows: Rows<pb::MsgUndeployAdapter> = vec![
        ("no operator", |m| m.operator.clear(), "sdk 7"),
        ("another adapter", |m| m.adapter_id = 2, "model 6"),
        ("another's provider", |m| m.provider_id = 7, "model 10"),
    ];
    refused(&world, &undeploy(8, 1, 8), rows);
}

#[test]
fn evaluations_are_recorded() {
    let rows: Rows<pb::MsgRecordEvaluation> = vec![
        ("no evaluator", |m| m.evaluator.clear(), "sdk 7"),
        ("unknown adapter", |m| m.adapter_id = 2, "model 3"),
        ("no set", |m| m.evaluation_set_digest.clear(), "model 6"),
        ("no report", |m| m.report_hash.clear(), "model 6"),
        ("too many figures", |m| m.metrics = vec![metric("x"); 17], "model 6"),
        ("a figure without name", |m| m.metrics[0].name.clear(), "model 6"),
    ];
    refused(&World::ready(), &evaluation(1), rows);
}

#[test]
fn feedback_is_committed_to_and_shown() {
    let rows: Rows<pb::MsgCommitFeedback> = vec![
        ("no giver", |m| m.giver.clear(), "sdk 7"),
        ("unknown adapter", |m| m.adapter_id = 2, "model 3"),
        ("short hash", |m| m.commit_hash.truncate(31), "model 6"),
        ("no money", |m| m.giver = account(50).to_string(), "sdk 5"),
    ];
    let mut world = World::ready();
    refused(&world, &commit(2, 1), rows);
    world.tx(commit(2, 1)).unwrap();
    assert_eq!((world.balance(2), world.held()), (START - BOND, ADAPTER + BOND));
    let rows: Rows<pb::MsgRevealFeedback> = vec![
        ("no giver", |m| m.giver.clear(), "sdk 7"),
        ("unknown", |m| m.feedback_id = 2, "model 4"),
        ("another's", |m| m.giver = account(3).to_string(), "model 10"),
        ("another salt", |m| m.salt = vec![9; 32], "model 14"),
        ("another content", |m| m.manifest.as_mut().unwrap().row_count = 11, "model 14"),
        ("short salt", |m| m.salt.truncate(31), "model 6"),
        ("nothing", |m| m.manifest = None, "model 6"),
        ("no kind", |m| m.manifest.as_mut().unwrap().kind = 0, "model 6"),
        ("no rows", |m| m.manifest.as_mut().unwrap().row_count = 0, "model 6"),
        ("too many rows", |m| m.manifest.as_mut().unwrap().row_count = 100_001, "model 6"),
        ("row root", |m| m.manifest.as_mut().unwrap().row_root.clear(), "model 6"),
        ("sha256", |m| m.manifest.as_mut().unwrap().sha256.clear(), "model 6"),
        ("uris", |m| m.manifest.as_mut().unwrap().uris = vec!["u".into(); 9], "model 6"),
        ("licence", |m| m.manifest.as_mut().unwrap().licence = "Mine".into(), "model 6"),
    ];
    refused(&world, &reveal(2, 1), rows);
    set_balance(&mut world.state, &account(2), 0);
    world.set(|p| p.feedback_bond = coin(BOND + 1));
    world.refuses("no money for the bond", &pack(&reveal(2, 1)), "sdk 5");
    set_balance(&mut world.state, &account(2), 1);
    world.tx(reveal(2, 1)).unwrap();
    assert_eq!((world.balance(2), world.held()), (0, ADAPTER + BOND + 1));
    world.refuses("twice", &pack(&reveal(2, 1)), "model 12");
}

#[test]
fn reviews_are_for_the_datas_owners_and_curators() {
    let mut world = World::ready();
    world.tx(commit(4, 1)).unwrap();
    world.refuses("nothing shown", &pack(&review(5, 1, (80, false))), "model 12");
    world.tx(reveal(4, 1)).unwrap();
    let rows: Rows<pb::MsgCommitFeedbackReview> = vec![
        ("no reviewer", |m| m.reviewer.clear(), "sdk 7"),
        ("unknown", |m| m.feedback_id = 2, "model 4"),
        ("a stranger", |m| m.reviewer = account(2).to_string(), "model 10"),
        ("one's own", |m| m.reviewer = account(4).to_string(), "model 10"),
        ("short hash", |m| m.commit_hash.truncate(31), "model 6"),
        ("no money", |m| m.reviewer = account(200).to_string(), "sdk 5"),
    ];
    refused(&world, &review(5, 1, (80, false)), rows);
    world.tx(review(5, 1, (80, false))).unwrap();
    world.refuses("twice", &pack(&review(5, 1, (80, false))), "model 15");
    world.tx(review(6, 1, (70, true))).unwrap();
    world.run_to(12);
    let rows: Rows<pb::MsgRevealFeedbackReview> = vec![
        ("no reviewer", |m| m.reviewer.clear(), "sdk 7"),
        ("unknown", |m| m.feedback_id = 2, "model 4"),
        ("no commit", |m| m.reviewer = account(200).to_string(), "model 10"),
        ("another quality", |m| m.quality = 81, "model 14"),
        ("spam", |m| m.spam = true, "model 14"),
        ("another reason", |m| m.reason = "x".into(), "model 14"),
        ("short salt", |m| m.salt.truncate(31), "model 6"),
        ("quality", |m| m.quality = 101, "model 6"),
        ("long reason", |m| m.reason = "r".repeat(513), "model 6"),
    ];
    refused(&world, &show(5, 1, (80, false)), rows);
    world.tx(show(5, 1, (80, false))).unwrap();
    world.refuses("twice", &pack(&show(5, 1, (80, false))), "model 15");
    world.tx(show(6, 1, (70, true))).unwrap();
    world.refuses("decided", &pack(&show(6, 1, (70, true))), "model 12");
}

#[test]
fn a_batch_has_at_most_32_reviews() {
    let mut world = World::reviewing();
    for n in 200..=232 {
        set_balance(&mut world.state, &account(n), START);
        let message = review(n, 1, (80, false));
        match n {
            232 => world.refuses("one too many", &pack(&message), "model 16"),
            _ => drop(world.tx(message).unwrap()),
        }
    }
}

#[test]
fn params_have_bounds_and_one_authority() {
    fn p(m: &mut pb::MsgUpdateParams) -> &mut pb::Params {
        m.params.as_mut().unwrap()
    }
    let rows: Rows<pb::MsgUpdateParams> = vec![
        ("stranger", |m| m.authority = account(1).to_string(), "model 11"),
        ("none", |m| m.params = None, "model 17"),
        ("adapter bond of nothing", |m| p(m).adapter_bond = coin(0), "sdk 10"),
        ("deposit of nothing", |m| p(m).feedback_deposit = coin(0), "sdk 10"),
        ("feedback bond of nothing", |m| p(m).feedback_bond = coin(0), "sdk 10"),
        ("review bond of nothing", |m| p(m).review_bond = coin(0), "sdk 10"),
        ("no flag bond", |m| p(m).flag_bond = None, "sdk 10"),
        ("another coin", |m| p(m).flag_bond = Some(Coin::new("uatom", 1).to_proto()), "model 17"),
        ("no window", |m| p(m).reveal_window_blocks = 0, "model 17"),
        ("long window", |m| p(m).reveal_window_blocks = 5_000_001, "model 17"),
        ("no commit window", |m| p(m).review_commit_window_blocks = 0, "model 17"),
        ("long commit window", |m| p(m).review_commit_window_blocks = 5_000_001, "model 17"),
        ("no reveal window", |m| p(m).review_reveal_window_blocks = 0, "model 17"),
        ("long reveal window", |m| p(m).review_reveal_window_blocks = 5_000_001, "model 17"),
        ("no quorum", |m| p(m).review_quorum = 0, "model 17"),
        ("large quorum", |m| p(m).review_quorum = 17, "model 17"),
        ("threshold", |m| p(m).acceptance_threshold = 101, "model 17"),
        ("no files", |m| p(m).max_files = 0, "model 17"),
        ("too many files", |m| p(m).max_files = 65, "model 17"),
        ("no rows", |m| p(m).max_feedback_rows = 0, "model 17"),
        ("too many rows", |m| p(m).max_feedback_rows = 10_000_001, "model 17"),
    ];
    let authority = authority().to_string();
    let good = pb::MsgUpdateParams { authority, params: Some(params::default()) };
    refused(&World::new(), &good, rows);
}

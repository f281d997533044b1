//! Good messages for tests to send as they are, or to spoil.

use whence_base::Address;
use whence_canon::commit as canon;
use whence_proto::whence::model::v1 as pb;

use super::{CHAIN, account};

pub fn register(who: u8) -> pb::MsgRegisterAdapter {
    let root =
        |datanet_id| pb::DatanetVersionRef { datanet_id, version: 1, manifest_root: vec![9; 32] };
    pb::MsgRegisterAdapter {
        developer: account(who).to_string(),
        model_id: 1,
        files: vec![pb::FileDigest { name: "a".into(), sha256: vec![1; 32], byte_size: 1 }],
        training: Some(pb::TrainingReceipt {
            base_model_digest: vec![7; 32],
            datanet_versions: vec![root(1), root(3)],
            recipe_hash: vec![2; 32],
            recipe: "{}".into(),
            seed: vec![3; 32],
            software_version: "1".into(),
            checkpoint_root: vec![4; 32],
            adapter_digest: vec![1; 32],
            ..pb::TrainingReceipt::default()
        }),
        index: Some(pb::IndexReceipt {
            method: "m".into(),
            row_root: vec![5; 32],
            preconditioner_hash: vec![6; 32],
            row_count: 1,
        }),
        licence: "Apache-2.0".into(),
        uris: vec!["https://example.org".into()],
    }
}

pub fn retire(who: &Address, adapter_id: u64) -> pb::MsgRetireAdapter {
    pb::MsgRetireAdapter { sender: who.to_string(), adapter_id, reason: "old".into() }
}

pub fn flag(who: u8, adapter_id: u64) -> pb::MsgFlagAdapter {
    pb::MsgFlagAdapter {
        flagger: account(who).to_string(),
        adapter_id,
        kind: pb::FlagKind::Harm.into(),
        evidence_hash: vec![1; 32],
        note: "n".into(),
    }
}

pub fn deploy(who: u8, adapter_id: u64, provider_id: u64) -> pb::MsgDeployAdapter {
    pb::MsgDeployAdapter { operator: account(who).to_string(), adapter_id, provider_id }
}

pub fn undeploy(who: u8, adapter_id: u64, provider_id: u64) -> pb::MsgUndeployAdapter {
    pb::MsgUndeployAdapter { operator: account(who).to_string(), adapter_id, provider_id }
}

pub fn evaluation(adapter_id: u64) -> pb::MsgRecordEvaluation {
    pb::MsgRecordEvaluation {
        evaluator: account(7).to_string(),
        adapter_id,
        evaluation_set_digest: vec![1; 32],
        metrics: vec![pb::MetricValue { name: "loss".into(), value_millionths: -5 }],
        report_hash: vec![2; 32],
    }
}

pub fn manifest() -> pb::FeedbackManifest {
    pb::FeedbackManifest {
        kind: pb::FeedbackKind::Preference.into(),
        row_root: vec![1; 32],
        row_count: 10,
        byte_size: 100,
        sha256: vec![2; 32],
        uris: vec!["https://example.org".into()],
        licence: "CC0-1.0".into(),
    }
}

/// A commit to what [`reveal`] shows.
pub fn commit(who: u8, adapter_id: u64) -> pb::MsgCommitFeedback {
    let m = manifest();
    let payload = canon::Feedback {
        adapter_id,
        kind: 1,
        row_root: &m.row_root,
        row_count: m.row_count,
        byte_size: m.byte_size,
        sha256: &m.sha256,
        uris: &m.uris,
        licence: &m.licence,
    };
    let giver = account(who).to_string();
    let opening = canon::Opening { chain_id: CHAIN, author: &giver, salt: &[8; 32] };
    let commit_hash = opening.commit(&payload).to_vec();
    pb::MsgCommitFeedback { giver, adapter_id, commit_hash }
}

pub fn reveal(who: u8, feedback_id: u64) -> pb::MsgRevealFeedback {
    let giver = account(who).to_string();
    pb::MsgRevealFeedback { giver, feedback_id, manifest: Some(manifest()), salt: vec![8; 32] }
}

/// A commit to what [`show`] shows.
pub fn review(
    who: u8,
    feedback_id: u64,
    (quality, spam): (u32, bool),
) -> pb::MsgCommitFeedbackReview {
    let payload = canon::Review {
        subject_id: feedback_id,
        feedback: true,
        quality,
        verdict: u32::from(spam),
        reason: "why",
    };
    let reviewer = account(who).to_string();
    let opening = canon::Opening { chain_id: CHAIN, author: &reviewer, salt: &[8; 32] };
    let commit_hash = opening.commit(&payload).to_vec();
    pb::MsgCommitFeedbackReview { reviewer, feedback_id, commit_hash }
}

pub fn show(
    who: u8,
    feedback_id: u64,
    (quality, spam): (u32, bool),
) -> pb::MsgRevealFeedbackReview {
    let reviewer = account(who).to_string();
    let (reason, salt) = ("why".into(), vec![8; 32]);
    pb::MsgRevealFeedbackReview { reviewer, feedback_id, quality, spam, reason, salt }
}

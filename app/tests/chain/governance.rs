//! What governance decides on models: the record names the proposal that decided.
#![allow(unreachable_pub, reason = "other tests govern too")]

use std::ops::RangeInclusive;

use tendermint_proto::v0_38::abci;
use whence_app::client::Key;
use whence_app::client::tx::pack;
use whence_base::{Coin, StateRead, authority};
use whence_proto::Any;
use whence_proto::cosmos::base::v1beta1::Coin as PbCoin;
use whence_proto::cosmos::gov::v1::{MsgSubmitProposal, MsgVote, VoteOption};
use whence_proto::whence::datanet::v1::{Admission, MsgCreateDatanet};
use whence_proto::whence::proposal::v1::{
    BaseModel, ModelProposal, ModelSpec, MsgApproveModel, MsgProposeModel, MsgRejectModel,
    QueryModelProposalRequest, QueryModelProposalResponse, Stage,
};

use crate::world::{World, key, world};

/// Longer than a voting lasts.
const VOTING_SECONDS: i64 = 3 * 86_400;

fn coin(amount: u128) -> PbCoin {
    Coin::new("uwhn", amount).to_proto()
}

pub fn create_datanet(owner: &Key) -> Any {
    pack(&MsgCreateDatanet {
        owner: owner.address().to_string(),
        name: "Gardens".into(),
        domain: "gardening".into(),
        modality: "text".into(),
        row_schema: "whence.row.chat.v1".into(),
        licences: vec!["CC0-1.0".into()],
        admission: Admission::Open.into(),
        contribution_bond: Some(coin(1_000)),
        curators: vec![owner.address().to_string()],
        acceptance_threshold: 50,
    })
}

pub fn propose(proposer: &Key) -> Any {
    let base_model = BaseModel {
        name: "small".into(),
        digest: vec![7; 32],
        licence: "Apache-2.0".into(),
        architecture: "llama".into(),
    };
    pack(&MsgProposeModel {
        proposer: proposer.address().to_string(),
        spec: Some(ModelSpec {
            name: "Helper".into(),
            purpose: "Answers questions about gardens".into(),
            licence: "Apache-2.0".into(),
            base_model: Some(base_model),
            datanet_ids: vec![1],
            ..ModelSpec::default()
        }),
        stake: Some(coin(10_000_000)),
    })
}

pub fn submit(proposer: &Key, messages: Vec<Any>) -> Any {
    pack(&MsgSubmitProposal {
        messages,
        initial_deposit: vec![coin(10_000_000)],
        proposer: proposer.address().to_string(),
        metadata: "a word".into(),
        title: "title".into(),
        summary: "summary".into(),
        expedited: false,
    })
}

/// The validator says yes to governance proposals, and their voting ends; answers the events of the
/// block that decides.
pub fn pass(w: &mut World, proposals: RangeInclusive<u64>) -> Vec<abci::Event> {
    let validator = key(3);
    let voter = validator.address().to_string();
    let option = VoteOption::Yes.into();
    let vote = |proposal_id| {
        pack(&MsgVote { proposal_id, voter: voter.clone(), option, metadata: String::new() })
    };
    let result = w.chain.deliver(&validator, proposals.map(vote).collect()).unwrap();
    assert_eq!(result.code, 0, "{}", result.log);
    w.chain.pass_seconds(VOTING_SECONDS);
    w.chain.block(Vec::new()).unwrap().events
}

fn model(w: &World, proposal_id: u64) -> ModelProposal {
    let path = "/whence.proposal.v1.Query/ModelProposal";
    let request = QueryModelProposalRequest { proposal_id };
    let answer: QueryModelProposalResponse = w.chain.query(path, &request).unwrap();
    answer.proposal.unwrap()
}

#[test]
fn a_model_names_the_governance_proposal_that_decided_on_it() {
    let mut w = world();
    let alice = w.alice.clone();
    let gov = authority().to_string();
    let approve = pack(&MsgApproveModel { authority: gov.clone(), proposal_id: 1 });
    let reject = MsgRejectModel { authority: gov, proposal_id: 2, ..MsgRejectModel::default() };
    let sent = w.chain.deliver(
        &alice,
        vec![
            create_datanet(&alice),
            propose(&alice),
            propose(&alice),
            // Governance proposals 1 to 4; the first does nothing, the last comes too late.
            submit(&alice, Vec::new()),
            submit(&alice, vec![approve.clone()]),
            submit(&alice, vec![pack(&reject)]),
            submit(&alice, vec![approve]),
        ],
    );
    let result = sent.unwrap();
    assert_eq!(result.code, 0, "{}", result.log);
    assert_eq!(model(&w, 1).gov_proposal_id, 0);

    pass(&mut w, 1..=4);
    let (approved, rejected) = (model(&w, 1), model(&w, 2));
    assert_eq!((approved.stage(), approved.gov_proposal_id), (Stage::DataGathering, 2));
    assert_eq!((rejected.stage(), rejected.gov_proposal_id), (Stage::Rejected, 3));
    let (state, _) = w.chain.app.committed(None).unwrap();
    assert_eq!(state.get("gov", &[0x0f]), None, "nothing is being executed between blocks");
}

//! `model propose`, `submit-approval`, `withdraw`, `advance`: why a model should exist, the vote on
//! it, and each step.

use anyhow::{Context, ensure};
use serde_json::json;
use whence_base::{Coin, authority};
use whence_proto::cosmos::gov::v1::{
    MsgSubmitProposal, MsgSubmitProposalResponse, QueryParamsRequest as GovParamsRequest,
    QueryParamsResponse as GovParamsResponse,
};
use whence_proto::json as proto_json;
use whence_proto::whence::proposal::v1::{
    BaseModel, Metric, Milestone, ModelProposal, ModelSpec, MsgAdvanceModel,
    MsgAdvanceModelResponse, MsgApproveModel, MsgProposeModel, MsgProposeModelResponse,
    MsgWithdrawModel, MsgWithdrawModelResponse, QueryModelProposalRequest,
    QueryModelProposalResponse, QueryParamsRequest, QueryParamsResponse,
};
use whence_proto::whence::reward::v1::Split;

use crate::cli::amounts;
use crate::client::tx::pack;
use crate::people::Desk;

/// SHA-256 of the default base model's file, SmolLM2-135M-Instruct as GGUF Q4_1.
const BASE_DIGEST: &str = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53";

/// What is proposed.
#[derive(Debug, clap::Args)]
pub(super) struct Propose {
    /// A name that people can say.
    #[arg(long)]
    name: String,
    /// Why the model should exist.
    #[arg(long)]
    purpose: String,
    /// What it is used for.
    #[arg(long, default_value = "")]
    use_case: String,
    /// A datanet to train on; may be given again.
    #[arg(long = "datanet", required = true)]
    datanets: Vec<u64>,
    /// The model that is tuned.
    #[arg(long, default_value = "SmolLM2-135M-Instruct")]
    base_model: String,
    /// SHA-256 of its weights file.
    #[arg(long, default_value = BASE_DIGEST)]
    base_digest: String,
    /// Its licence, as SPDX id.
    #[arg(long, default_value = "Apache-2.0")]
    base_licence: String,
    /// Its architecture.
    #[arg(long, default_value = "llama")]
    architecture: String,
    /// The figure that it is to reach, as NAME:MILLIONTHS:SHA256 of the evaluation set; lower is
    /// better.
    #[arg(long, value_parser = metric)]
    metric: Option<Metric>,
    /// A higher figure is better.
    #[arg(long, requires = "metric")]
    higher_is_better: bool,
    /// How fees are shared out, as JSON of eight parts per billion; the default split when not
    /// given.
    #[arg(long)]
    split: Option<String>,
    /// Licence of the adapter, as SPDX id.
    #[arg(long, default_value = "Apache-2.0")]
    licence: String,
    /// A promise, as TITLE:BLOCKS after approval; may be given again.
    #[arg(long = "milestone", value_parser = milestone)]
    milestones: Vec<Milestone>,
    /// The stake, such as 10000000uwhn; the least when not given.
    #[arg(long)]
    stake: Option<String>,
}

fn metric(text: &str) -> Result<Metric, String> {
    let mut parts = text.rsplitn(3, ':');
    let (digest, target, name) = (parts.next(), parts.next(), parts.next());
    let read = || {
        let evaluation_set_digest = hex::decode(digest?).ok().filter(|d| d.len() == 32)?;
        let (name, target_millionths) = (name?.to_owned(), target?.parse().ok()?);
        Some(Metric { name, target_millionths, higher_is_better: false, evaluation_set_digest })
    };
    read().ok_or_else(|| format!("{text:?}: expected NAME:MILLIONTHS:SHA256"))
}

fn milestone(text: &str) -> Result<Milestone, String> {
    let read = || {
        let (title, blocks) = text.rsplit_once(':')?;
        Some(Milestone { title: title.to_owned(), due_blocks: blocks.parse().ok()? })
    };
    read().ok_or_else(|| format!("{text:?}: expected TITLE:BLOCKS"))
}

impl Propose {
    fn spec(&self) -> anyhow::Result<ModelSpec> {
        let digest = hex::decode(&self.base_digest).context("--base-digest")?;
        ensure!(digest.len() == 32, "--base-digest: expected 64 hexadecimal digits");
        let mut datanet_ids = self.datanets.clone();
        datanet_ids.sort_unstable();
        datanet_ids.dedup();
        let split = self.split.as_deref().map(|text| {
            let value = serde_json::from_str(text).context("--split is no JSON")?;
            proto_json::decode::<Split>(&value).context("--split")
        });
        let metric = self.metric.clone();
        Ok(ModelSpec {
            name: self.name.clone(),
            purpose: self.purpose.clone(),
            use_case: self.use_case.clone(),
            base_model: Some(BaseModel {
                name: self.base_model.clone(),
                digest,
                licence: self.base_licence.clone(),
                architecture: self.architecture.clone(),
            }),
            datanet_ids,
            metric: metric.map(|m| Metric { higher_is_better: self.higher_is_better, ..m }),
            split: split.transpose()?,
            licence: self.licence.clone(),
            milestones: self.milestones.clone(),
        })
    }
}

/// Proposes a model.
pub(super) async fn propose(desk: &Desk, args: Propose) -> anyhow::Result<()> {
    let key = desk.key()?;
    let stake = match &args.stake {
        Some(text) => Some(amounts::coin(text).context("--stake")?.to_proto()),
        None => {
            let path = "/whence.proposal.v1.Query/Params";
            let answer: QueryParamsResponse = desk.ask(path, &QueryParamsRequest {}).await?;
            answer.params.unwrap_or_default().proposal_stake
        }
    };
    let proposer = key.address().to_string();
    let message = MsgProposeModel { proposer, spec: Some(args.spec()?), stake };
    let sent = desk.send::<_, MsgProposeModelResponse>(&key, &message).await?;
    let id = sent.response.proposal_id;
    let line = format!("model {id} ({}) is proposed ({})", args.name, sent.place());
    desk.say(&line, &sent.json(json!({ "model_id": id.to_string() })));
    Ok(())
}

/// A model's proposal.
pub(super) async fn read(desk: &Desk, proposal_id: u64) -> anyhow::Result<ModelProposal> {
    let path = "/whence.proposal.v1.Query/ModelProposal";
    let request = QueryModelProposalRequest { proposal_id };
    let answer: QueryModelProposalResponse = desk.ask(path, &request).await?;
    answer.proposal.context("the node's answer has no proposal")
}

/// Puts a model's approval to the vote, with the deposit that starts the voting.
pub(super) async fn submit_approval(
    desk: &Desk,
    model: u64,
    deposit: Option<&str>,
) -> anyhow::Result<()> {
    let key = desk.key()?;
    let name = read(desk, model).await?.spec.unwrap_or_default().name;
    let initial_deposit = match deposit {
        Some(text) => amounts::coins(text).context("--deposit")?.to_proto(),
        None => least_deposit(desk).await?,
    };
    let approve = MsgApproveModel { authority: authority().to_string(), proposal_id: model };
    let message = MsgSubmitProposal {
        messages: vec![pack(&approve)],
        initial_deposit,
        proposer: key.address().to_string(),
        metadata: String::new(),
        title: format!("Approve model {model}"),
        summary: format!("Model {model}, {name}, goes on to gather data."),
        expedited: false,
    };
    let sent = desk.send::<_, MsgSubmitProposalResponse>(&key, &message).await?;
    let id = sent.response.proposal_id;
    let line = format!("governance proposal {id} asks to approve model {model} ({})", sent.place());
    let fields = json!({ "proposal_id": id.to_string(), "model_id": model.to_string() });
    desk.say(&line, &sent.json(fields));
    Ok(())
}

/// The deposit that starts the voting.
async fn least_deposit(
    desk: &Desk,
) -> anyhow::Result<Vec<whence_proto::cosmos::base::v1beta1::Coin>> {
    let path = "/cosmos.gov.v1.Query/Params";
    let request = GovParamsRequest { params_type: "deposit".to_owned() };
    let answer: GovParamsResponse = desk.ask(path, &request).await?;
    let coins = answer.params.unwrap_or_default().min_deposit;
    coins.iter().map(|coin| anyhow::Ok(Coin::parse(coin)?.to_proto())).collect()
}

/// Takes a proposal back.
pub(super) async fn withdraw(desk: &Desk, model: u64) -> anyhow::Result<()> {
    let key = desk.key()?;
    let message = MsgWithdrawModel { proposer: key.address().to_string(), proposal_id: model };
    let sent = desk.send::<_, MsgWithdrawModelResponse>(&key, &message).await?;
    let line = format!("model {model} is taken back ({})", sent.place());
    desk.say(&line, &sent.json(json!({ "model_id": model.to_string() })));
    Ok(())
}

/// Moves a model one stage on.
pub(super) async fn advance(desk: &Desk, model: u64) -> anyhow::Result<()> {
    let key = desk.key()?;
    let message = MsgAdvanceModel { sender: key.address().to_string(), proposal_id: model };
    let sent = desk.send::<_, MsgAdvanceModelResponse>(&key, &message).await?;
    let stage = sent.response.stage().as_str_name();
    let words = stage.trim_start_matches("STAGE_").replace('_', " ").to_lowercase();
    let line = format!("model {model} is in stage {words} ({})", sent.place());
    desk.say(&line, &sent.json(json!({ "model_id": model.to_string(), "stage": stage })));
    Ok(())
}

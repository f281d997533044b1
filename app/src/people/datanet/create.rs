//! `datanet create`: found a community's dataset.

use anyhow::{Context, ensure};
use serde_json::json;
use whence_canon::licence;
use whence_canon::row::SCHEMA_CHAT;
use whence_proto::whence::datanet::v1::{
    Admission, MsgCreateDatanet, MsgCreateDatanetResponse, Params, QueryParamsRequest,
    QueryParamsResponse,
};

use crate::cli::amounts;
use crate::people::Desk;

/// What a datanet is.
#[derive(Debug, clap::Args)]
pub(super) struct Create {
    /// A name that people can say.
    #[arg(long)]
    name: String,
    /// Field of knowledge, such as databases.
    #[arg(long)]
    domain: String,
    /// What the rows are.
    #[arg(long, default_value = "text/chat")]
    modality: String,
    /// Names the canonical row schema.
    #[arg(long, default_value = SCHEMA_CHAT)]
    row_schema: String,
    /// A licence that contributions may carry, as SPDX id; may be given again.
    #[arg(long = "licence", required = true)]
    licences: Vec<String>,
    /// Who reviews: an address or a key's name; may be given again.
    #[arg(long = "curator")]
    curators: Vec<String>,
    /// Anyone may contribute (so it is when neither is given).
    #[arg(long, conflicts_with = "permissioned")]
    open: bool,
    /// Only those to whom the owner gives the role may contribute.
    #[arg(long)]
    permissioned: bool,
    /// What each contribution bonds, such as 1000uwhn; the least when not given.
    #[arg(long)]
    bond: Option<String>,
    /// Weighted median quality (0 to 100) that a contribution must reach.
    #[arg(long, default_value_t = 50)]
    threshold: u32,
}

/// The trade's parameters.
pub(super) async fn params(desk: &Desk) -> anyhow::Result<Params> {
    let path = "/whence.datanet.v1.Query/Params";
    let answer: QueryParamsResponse = desk.ask(path, &QueryParamsRequest {}).await?;
    answer.params.context("the node's answer has no parameters")
}

/// Founds it.
pub(super) async fn run(desk: &Desk, args: Create) -> anyhow::Result<()> {
    let key = desk.key()?;
    for id in &args.licences {
        let known = licence::terms(id).is_some();
        ensure!(known, "--licence {id}: no accepted SPDX id, such as CC0-1.0 or MIT");
    }
    let mut licences = args.licences;
    licences.sort();
    licences.dedup();
    let curators = args.curators.iter().map(|who| Ok(desk.address(who)?.to_string()));
    let mut curators = curators.collect::<anyhow::Result<Vec<_>>>()?;
    curators.sort();
    let bond = match &args.bond {
        Some(text) => Some(amounts::coin(text).context("--bond")?.to_proto()),
        None => params(desk).await?.min_contribution_bond,
    };
    let admission = match args.permissioned {
        true => Admission::Permissioned,
        false => Admission::Open,
    };
    let message = MsgCreateDatanet {
        owner: key.address().to_string(),
        name: args.name.clone(),
        domain: args.domain,
        modality: args.modality,
        row_schema: args.row_schema,
        licences,
        admission: admission.into(),
        contribution_bond: bond,
        curators,
        acceptance_threshold: args.threshold,
    };
    let sent = desk.send::<_, MsgCreateDatanetResponse>(&key, &message).await?;
    let id = sent.response.datanet_id;
    let line = format!("datanet {id} ({}) is founded ({})", args.name, sent.place());
    desk.say(&line, &sent.json(json!({ "datanet_id": id.to_string() })));
    Ok(())
}

//! `model lineage`: all that is on record about a model, with heights and transactions.

use anyhow::Context;
use serde_json::{Value, json};
use whence_proto::cosmos::base::query::v1beta1::PageRequest;
use whence_proto::json as proto_json;
use whence_proto::whence::model::v1::{AdapterLineage, QueryLineageRequest, QueryLineageResponse};
use whence_proto::whence::proposal::v1::ModelProposal;

use crate::people::Desk;
use crate::people::trail::{Step, Trail, Which};

/// Tells it.
pub(super) async fn run(desk: &Desk, model_id: u64) -> anyhow::Result<()> {
    let lineage = read(desk, model_id).await?;
    let proposal = lineage.proposal.clone().context("the answer has no proposal")?;
    let mut trail = Trail::default();
    proposed(desk, &mut trail, &proposal).await;
    for adapter in &lineage.adapters {
        made(desk, &mut trail, adapter).await;
        used(desk, &mut trail, adapter).await;
    }
    let name = proposal.spec.clone().unwrap_or_default().name;
    let line = format!("model {model_id} ({name})\n{}", trail.text());
    let mut object = proto_json::encode(&lineage)?;
    if let Some(object) = object.as_object_mut() {
        object.insert("model_id".to_owned(), json!(model_id.to_string()));
        object.insert("steps".to_owned(), Value::Array(trail.json()));
    }
    desk.say(&line, &object);
    Ok(())
}

/// All pages of it.
async fn read(desk: &Desk, model_id: u64) -> anyhow::Result<QueryLineageResponse> {
    let path = "/whence.model.v1.Query/Lineage";
    let ask = |key: Vec<u8>| {
        let pagination = Some(PageRequest { key, limit: 100, ..PageRequest::default() });
        QueryLineageRequest { model_id, pagination }
    };
    let mut all: QueryLineageResponse = desk.ask(path, &ask(Vec::new())).await?;
    let mut page = all.pagination.take();
    while let Some(next) = page.filter(|page| !page.next_key.is_empty()) {
        let more: QueryLineageResponse = desk.ask(path, &ask(next.next_key)).await?;
        all.adapters.extend(more.adapters);
        page = more.pagination;
    }
    Ok(all)
}

async fn proposed(desk: &Desk, trail: &mut Trail, proposal: &ModelProposal) {
    let id = proposal.id.to_string();
    let step = Step {
        name: "proposed",
        line: format!("proposed by {}", proposal.proposer),
        height: Some(proposal.submitted_height),
        fields: json!({ "proposer": proposal.proposer }),
    };
    let event = "whence.proposal.v1.EventModelProposed";
    let attributes = [("proposal_id", id.clone())];
    trail.add(desk, step, Which { event, attributes: &attributes }).await;
    for entered in &proposal.history {
        let stage = entered.stage().as_str_name();
        let word = stage.trim_start_matches("STAGE_").replace('_', " ").to_lowercase();
        let step = Step {
            name: "stage",
            line: format!("entered {word}: {}", entered.evidence),
            height: Some(entered.height),
            fields: json!({ "stage": stage, "evidence": entered.evidence }),
        };
        // A step that governance took belongs to a block and to no transaction.
        let event = "whence.proposal.v1.EventStageEntered";
        let attributes = [("proposal_id", id.clone()), ("to", stage.to_owned())];
        trail.add(desk, step, Which { event, attributes: &attributes }).await;
    }
}

async fn made(desk: &Desk, trail: &mut Trail, lineage: &AdapterLineage) {
    let adapter = lineage.adapter.clone().unwrap_or_default();
    let training = adapter.training.clone().unwrap_or_default();
    for data in &lineage.data {
        let version = data.version.clone().unwrap_or_default();
        let step = Step {
            name: "data",
            line: format!(
                "adapter {} learned from {} rows of datanet {} ({}), version {}",
                adapter.id, data.row_count, version.datanet_id, data.datanet_name, version.version
            ),
            height: Some(data.published_height),
            fields: json!({
                "datanet_id": version.datanet_id.to_string(),
                "version": version.version.to_string(),
            }),
        };
        let event = "whence.datanet.v1.EventVersionPublished";
        let attributes = [
            ("datanet_id", version.datanet_id.to_string()),
            ("version", version.version.to_string()),
        ];
        trail.add(desk, step, Which { event, attributes: &attributes }).await;
    }
    let digest = hex::encode(&training.adapter_digest);
    let step = Step {
        name: "adapter",
        line: format!("adapter {} by {}: {digest}", adapter.id, adapter.developer),
        height: Some(adapter.registered_height),
        fields: json!({ "adapter_id": adapter.id.to_string(), "adapter_digest": digest }),
    };
    let event = "whence.model.v1.EventAdapterRegistered";
    let attributes = [("adapter_id", adapter.id.to_string())];
    trail.add(desk, step, Which { event, attributes: &attributes }).await;
}

async fn used(desk: &Desk, trail: &mut Trail, lineage: &AdapterLineage) {
    for feedback in &lineage.feedback {
        let status = feedback.status().as_str_name();
        let word = status.trim_start_matches("FEEDBACK_STATUS_").replace('_', " ").to_lowercase();
        let step = Step {
            name: "feedback",
            line: format!(
                "feedback {} by {}: {word}, quality {}",
                feedback.id, feedback.giver, feedback.quality
            ),
            height: None,
            fields: json!({ "feedback_id": feedback.id.to_string(), "status": status }),
        };
        let event = "whence.model.v1.EventFeedbackRevealed";
        let attributes = [("feedback_id", feedback.id.to_string())];
        trail.add(desk, step, Which { event, attributes: &attributes }).await;
    }
    for deployment in &lineage.deployments {
        let (adapter, provider) = (deployment.adapter_id, deployment.provider_id);
        let ended = match deployment.until_height {
            0 => String::new(),
            height => format!(", until height {height}"),
        };
        let step = Step {
            name: "deployed",
            line: format!("adapter {adapter} is served by provider {provider}{ended}"),
            height: Some(deployment.since_height),
            fields: json!({ "provider_id": provider.to_string() }),
        };
        let event = "whence.model.v1.EventAdapterDeployed";
        let attributes =
            [("adapter_id", adapter.to_string()), ("provider_id", provider.to_string())];
        trail.add(desk, step, Which { event, attributes: &attributes }).await;
    }
}

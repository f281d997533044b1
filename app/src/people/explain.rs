//! `explain`: one contribution's story, from submitted to paid, each step with its transaction.

use anyhow::Context;
use serde_json::json;
use whence_base::Coins;
use whence_proto::cosmos::base::query::v1beta1::PageRequest;
use whence_proto::cosmos::base::v1beta1::Coin as PbCoin;
use whence_proto::whence::datanet::v1::{Contribution, ContributionStatus};
use whence_proto::whence::reward::v1::{
    ContributionEarning, QueryExplainRequest, QueryExplainResponse,
};

use super::datanet::queries;
use super::desk::coins_text;
use super::trail::{Step, Trail, Which};
use super::{Desk, Flags};
use crate::cli::home::Home;

/// `explain`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    flags: Flags,
    /// The contribution's id.
    contribution: u64,
}

/// Tells the story.
pub async fn run(home: &Home, args: Args) -> anyhow::Result<()> {
    let desk = Desk::open(home, &args.flags).await?;
    let story = read(&desk, args.contribution).await?;
    let contribution = story.contribution.clone().context("the answer has no contribution")?;
    let mut trail = Trail::default();
    submitted(&desk, &mut trail, &contribution).await;
    reviewed(&desk, &mut trail, &contribution).await?;
    published(&desk, &mut trail, &contribution, &story.versions).await;
    for earning in &story.earnings {
        used(&desk, &mut trail, earning).await;
    }
    paid(&desk, &mut trail, &story).await?;
    let id = contribution.id;
    let line = format!("contribution {id} of {}\n{}", contribution.author, trail.text());
    let object = json!({
        "contribution_id": id.to_string(),
        "author": contribution.author,
        "payee": story.payee,
        "status": contribution.status().as_str_name(),
        "earned": coins_text(&story.earned),
        "steps": trail.json(),
    });
    desk.say(&line, &object);
    Ok(())
}

/// The whole answer: all pages of its earnings.
async fn read(desk: &Desk, contribution_id: u64) -> anyhow::Result<QueryExplainResponse> {
    let path = "/whence.reward.v1.Query/Explain";
    let ask = |key: Vec<u8>| {
        let pagination = Some(PageRequest { key, limit: 100, ..PageRequest::default() });
        QueryExplainRequest { contribution_id, pagination }
    };
    let mut story: QueryExplainResponse = desk.ask(path, &ask(Vec::new())).await?;
    let mut page = story.pagination.take();
    while let Some(next) = page.filter(|page| !page.next_key.is_empty()) {
        let more: QueryExplainResponse = desk.ask(path, &ask(next.next_key)).await?;
        story.earnings.extend(more.earnings);
        page = more.pagination;
    }
    Ok(story)
}

async fn submitted(desk: &Desk, trail: &mut Trail, contribution: &Contribution) {
    let manifest = contribution.manifest.clone().unwrap_or_default();
    let step = Step {
        name: "committed",
        line: format!("committed as commit {}", contribution.commit_id),
        height: Some(contribution.commit_height),
        fields: json!({ "commit_id": contribution.commit_id.to_string() }),
    };
    let event = "whence.datanet.v1.EventContributionCommitted";
    let attributes = [("commit_id", contribution.commit_id.to_string())];
    trail.add(desk, step, Which { event, attributes: &attributes }).await;
    let root = hex::encode(&manifest.row_root);
    let step = Step {
        name: "submitted",
        line: format!(
            "submitted: {} rows for datanet {}, licence {}, root {root}",
            manifest.row_count, contribution.datanet_id, manifest.licence
        ),
        height: Some(contribution.revealed_height),
        fields: json!({
            "datanet_id": contribution.datanet_id.to_string(),
            "rows": manifest.row_count.to_string(),
            "row_root": root,
        }),
    };
    let event = "whence.datanet.v1.EventContributionRevealed";
    let attributes = [("contribution_id", contribution.id.to_string())];
    trail.add(desk, step, Which { event, attributes: &attributes }).await;
}

async fn reviewed(
    desk: &Desk,
    trail: &mut Trail,
    contribution: &Contribution,
) -> anyhow::Result<()> {
    let id = contribution.id.to_string();
    let all = queries::reviews(desk, contribution.id).await?;
    for review in all.into_iter().filter(|review| review.revealed) {
        let verdict = review.verdict().as_str_name().trim_start_matches("VERDICT_").to_lowercase();
        let step = Step {
            name: "reviewed",
            line: format!(
                "reviewed by {}: {verdict}, quality {}, {:?}",
                review.curator, review.quality, review.reason
            ),
            height: None,
            fields: json!({
                "curator": review.curator,
                "verdict": verdict,
                "quality": review.quality,
                "reason": review.reason,
            }),
        };
        let event = "whence.datanet.v1.EventReviewRevealed";
        let attributes = [("contribution_id", id.clone()), ("curator", review.curator.clone())];
        trail.add(desk, step, Which { event, attributes: &attributes }).await;
    }
    if contribution.status() != ContributionStatus::UnderReview {
        let status = contribution.status().as_str_name();
        let word = status.trim_start_matches("CONTRIBUTION_STATUS_").to_lowercase();
        trail.add_plain(Step {
            name: "decided",
            line: format!("{word} with quality {}", contribution.quality),
            height: Some(contribution.decided_height),
            fields: json!({ "status": status, "quality": contribution.quality }),
        });
    }
    if contribution.revoked_rows > 0 {
        let step = Step {
            name: "revoked",
            line: format!("{} rows are revoked as duplicates", contribution.revoked_rows),
            height: None,
            fields: json!({ "rows": contribution.revoked_rows.to_string() }),
        };
        let event = "whence.datanet.v1.EventDuplicateProven";
        let attributes = [("duplicate_contribution_id", id)];
        trail.add(desk, step, Which { event, attributes: &attributes }).await;
    }
    Ok(())
}

async fn published(desk: &Desk, trail: &mut Trail, contribution: &Contribution, versions: &[u64]) {
    for version in versions {
        let step = Step {
            name: "published",
            line: format!("in version {version} of datanet {}", contribution.datanet_id),
            height: None,
            fields: json!({ "version": version.to_string() }),
        };
        let event = "whence.datanet.v1.EventVersionPublished";
        let attributes =
            [("datanet_id", contribution.datanet_id.to_string()), ("version", version.to_string())];
        trail.add(desk, step, Which { event, attributes: &attributes }).await;
    }
}

async fn used(desk: &Desk, trail: &mut Trail, earning: &ContributionEarning) {
    let adapter = earning.adapter_id.to_string();
    let step = Step {
        name: "trained",
        line: format!("trained into adapter {adapter}"),
        height: None,
        fields: json!({ "adapter_id": adapter }),
    };
    let event = "whence.model.v1.EventAdapterRegistered";
    let attributes = [("adapter_id", adapter.clone())];
    trail.add(desk, step, Which { event, attributes: &attributes }).await;
    let earned = coins_text(&earning.earned);
    let (first, last) = (earning.first_height, earning.last_height);
    trail.add_plain(Step {
        name: "used",
        line: format!(
            "used in {} queries of adapter {adapter} from height {first} on: earned {earned}",
            earning.queries
        ),
        height: Some(last),
        fields: json!({
            "adapter_id": adapter,
            "queries": earning.queries.to_string(),
            "earned": earned,
            "first_height": first.to_string(),
        }),
    });
}

async fn paid(desk: &Desk, trail: &mut Trail, story: &QueryExplainResponse) -> anyhow::Result<()> {
    let claimed = difference(&story.payee_total, &story.payee_unclaimed)?;
    let (total, waits) = (coins_text(&story.payee_total), coins_text(&story.payee_unclaimed));
    let line = format!(
        "earned {}; its payee {} earned {total} in all, claimed {claimed}, and {waits} waits",
        coins_text(&story.earned),
        story.payee
    );
    let fields = json!({
        "earned": coins_text(&story.earned),
        "payee_total": total,
        "payee_claimed": claimed,
        "payee_unclaimed": waits,
    });
    let step = Step { name: "claimed", line, height: None, fields };
    let event = "whence.reward.v1.EventClaimed";
    let attributes = [("address", story.payee.clone())];
    trail.add(desk, step, Which { event, attributes: &attributes }).await;
    Ok(())
}

fn difference(all: &[PbCoin], part: &[PbCoin]) -> anyhow::Result<String> {
    let mut rest = Coins::parse(all)?;
    rest.sub_all(&Coins::parse(part)?)?;
    Ok(coins_text(&rest.to_proto()))
}

//! What the datanet commands ask the chain, all pages of it.

use std::collections::BTreeMap;

use anyhow::Context;
use whence_proto::cosmos::base::query::v1beta1::{PageRequest, PageResponse};
use whence_proto::whence::datanet::v1::{
    Contribution, DeadRow, QueryContributionRequest, QueryContributionResponse,
    QueryContributionsByAuthorRequest, QueryContributionsByAuthorResponse, QueryDeadRowsRequest,
    QueryDeadRowsResponse, QueryReviewsRequest, QueryReviewsResponse, QueryVersionRequest,
    QueryVersionResponse, Review, Version,
};

use crate::people::Desk;

/// Entries of one page: the most that the chain gives.
const PAGE: u64 = 100;

/// The request of the page after one; none after the last.
fn next(page: Option<PageResponse>) -> Option<PageRequest> {
    let key = page.map(|page| page.next_key).filter(|key| !key.is_empty())?;
    Some(PageRequest { key, limit: PAGE, ..PageRequest::default() })
}

fn first() -> Option<PageRequest> {
    Some(PageRequest { limit: PAGE, ..PageRequest::default() })
}

/// A contribution.
pub async fn contribution(desk: &Desk, contribution_id: u64) -> anyhow::Result<Contribution> {
    let path = "/whence.datanet.v1.Query/Contribution";
    let request = QueryContributionRequest { contribution_id };
    let answer: QueryContributionResponse = desk.ask(path, &request).await?;
    answer.contribution.context("the node's answer has no contribution")
}

/// All contributions of an author.
pub async fn by_author(desk: &Desk, author: &str) -> anyhow::Result<Vec<Contribution>> {
    let path = "/whence.datanet.v1.Query/ContributionsByAuthor";
    let (mut all, mut page) = (Vec::new(), first());
    while let Some(pagination) = page {
        let author = author.to_owned();
        let request = QueryContributionsByAuthorRequest { author, pagination: Some(pagination) };
        let answer: QueryContributionsByAuthorResponse = desk.ask(path, &request).await?;
        all.extend(answer.contributions);
        page = next(answer.pagination);
    }
    Ok(all)
}

/// Rows of a contribution that earn nothing any more, by their place.
pub async fn dead_rows(desk: &Desk, id: u64) -> anyhow::Result<BTreeMap<u64, DeadRow>> {
    let path = "/whence.datanet.v1.Query/DeadRows";
    let (mut all, mut page) = (BTreeMap::new(), first());
    while let Some(pagination) = page {
        let request = QueryDeadRowsRequest { contribution_id: id, pagination: Some(pagination) };
        let answer: QueryDeadRowsResponse = desk.ask(path, &request).await?;
        all.extend(answer.rows.into_iter().map(|row| (row.row, row)));
        page = next(answer.pagination);
    }
    Ok(all)
}

/// Reviews of a contribution.
pub async fn reviews(desk: &Desk, contribution_id: u64) -> anyhow::Result<Vec<Review>> {
    let path = "/whence.datanet.v1.Query/Reviews";
    let (mut all, mut page) = (Vec::new(), first());
    while let Some(pagination) = page {
        let request = QueryReviewsRequest { contribution_id, pagination: Some(pagination) };
        let answer: QueryReviewsResponse = desk.ask(path, &request).await?;
        all.extend(answer.reviews);
        page = next(answer.pagination);
    }
    Ok(all)
}

/// A published version.
pub async fn version(desk: &Desk, datanet_id: u64, version: u64) -> anyhow::Result<Version> {
    let path = "/whence.datanet.v1.Query/Version";
    let request = QueryVersionRequest { datanet_id, version };
    let answer: QueryVersionResponse = desk.ask(path, &request).await?;
    answer.version.context("the node's answer has no version")
}

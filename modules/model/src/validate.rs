//! What may be on record: every text and list has a length, every digest a width.

use whence_base::{Result, ensure};
use whence_proto::whence::model::v1 as pb;

use crate::error::Error;

pub(crate) const TEXT_MAX: usize = 512;
const NAME_MAX: usize = 64;
const RECIPE_MAX: usize = 8192;
const URIS_MAX: usize = 8;
const METRICS_MAX: usize = 16;
const VERSIONS_MAX: usize = 16;

/// Checks what a developer registers; the error names the field.
pub(crate) fn adapter(m: &pb::MsgRegisterAdapter) -> Result<()> {
    ensure(!m.files.is_empty(), bad("files is empty, expected at least one"))?;
    for file in &m.files {
        text("files.name", &file.name, (1, NAME_MAX))?;
        digest("files.sha256", &file.sha256)?;
    }
    text("licence", &m.licence, (1, NAME_MAX))?;
    uris(&m.uris)?;
    training(m.training.as_ref().ok_or_else(|| bad("training is missing"))?)?;
    let index = m.index.as_ref().ok_or_else(|| bad("index is missing"))?;
    text("index.method", &index.method, (1, NAME_MAX))?;
    digest("index.row_root", &index.row_root)?;
    if !index.preconditioner_hash.is_empty() {
        digest("index.preconditioner_hash", &index.preconditioner_hash)?;
    }
    Ok(())
}

fn training(t: &pb::TrainingReceipt) -> Result<()> {
    digest("training.base_model_digest", &t.base_model_digest)?;
    digest("training.recipe_hash", &t.recipe_hash)?;
    digest("training.seed", &t.seed)?;
    digest("training.adapter_digest", &t.adapter_digest)?;
    if !t.checkpoint_root.is_empty() {
        digest("training.checkpoint_root", &t.checkpoint_root)?;
    }
    text("training.recipe", &t.recipe, (1, RECIPE_MAX))?;
    text("training.software_version", &t.software_version, (1, 2 * NAME_MAX))?;
    count("training.datanet_versions", t.datanet_versions.len(), (1, VERSIONS_MAX))?;
    for version in &t.datanet_versions {
        digest("training.datanet_versions.manifest_root", &version.manifest_root)?;
    }
    let key = |v: &pb::DatanetVersionRef| (v.datanet_id, v.version);
    let sorted = t.datanet_versions.is_sorted_by(|a, b| key(a) < key(b));
    ensure(sorted, bad("training.datanet_versions must rise, each once"))?;
    metrics("training.metrics", &t.metrics)
}

/// Checks a list of measured figures.
pub(crate) fn metrics(field: &str, list: &[pb::MetricValue]) -> Result<()> {
    count(field, list.len(), (0, METRICS_MAX))?;
    list.iter().try_for_each(|metric| text(field, &metric.name, (1, NAME_MAX)))
}

/// Checks a batch of feedback.
pub(crate) fn manifest(m: &pb::FeedbackManifest) -> Result<()> {
    ensure(m.kind() != pb::FeedbackKind::Unspecified, bad("manifest.kind is not given"))?;
    digest("manifest.row_root", &m.row_root)?;
    digest("manifest.sha256", &m.sha256)?;
    ensure(m.row_count > 0, bad("manifest.row_count is 0, expected at least 1"))?;
    uris(&m.uris)?;
    let known = whence_canon::licence::terms(&m.licence).is_some();
    ensure(known, bad(&format!("manifest.licence {:?} is not an accepted SPDX id", m.licence)))
}

fn uris(list: &[String]) -> Result<()> {
    count("uris", list.len(), (0, URIS_MAX))?;
    list.iter().try_for_each(|uri| text("uris", uri, (1, TEXT_MAX)))
}

/// Checks a text's length in bytes.
pub(crate) fn text(field: &str, value: &str, range: (usize, usize)) -> Result<()> {
    count(field, value.len(), range)
}

fn count(field: &str, got: usize, (least, most): (usize, usize)) -> Result<()> {
    let text = format!("{field} has length {got}, expected {least} to {most}");
    ensure((least..=most).contains(&got), Error::BadField(text))
}

/// Checks that a digest has 32 bytes.
pub(crate) fn digest(field: &str, value: &[u8]) -> Result<()> {
    count(field, value.len(), (32, 32))
}

fn bad(what: &str) -> Error {
    Error::BadField(what.to_owned())
}

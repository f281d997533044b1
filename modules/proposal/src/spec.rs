//! What may be proposed: every text and list has a length, every digest a width.

use whence_base::{Result, ensure};
use whence_proto::whence::proposal::v1::{Milestone, ModelSpec};

use crate::error::Error;

const NAME_MAX: usize = 64;
const TEXT_MAX: usize = 2048;
const LICENCE_MAX: usize = 64;
const MILESTONES_MAX: usize = 16;
const DIGEST_LEN: usize = 32;

/// Checks a spec; the error names the field.
pub(crate) fn validate(spec: &ModelSpec) -> Result<()> {
    text("name", &spec.name, (1, NAME_MAX))?;
    text("purpose", &spec.purpose, (1, TEXT_MAX))?;
    text("use_case", &spec.use_case, (0, TEXT_MAX))?;
    text("licence", &spec.licence, (0, LICENCE_MAX))?;
    let base = spec.base_model.as_ref().ok_or_else(|| bad("base_model is missing"))?;
    text("base_model.name", &base.name, (1, NAME_MAX))?;
    text("base_model.licence", &base.licence, (0, LICENCE_MAX))?;
    text("base_model.architecture", &base.architecture, (0, NAME_MAX))?;
    digest("base_model.digest", &base.digest)?;
    if let Some(metric) = &spec.metric {
        text("metric.name", &metric.name, (1, NAME_MAX))?;
        digest("metric.evaluation_set_digest", &metric.evaluation_set_digest)?;
    }
    ensure(!spec.datanet_ids.is_empty(), bad("datanet_ids is empty, expected at least one"))?;
    let sorted = spec.datanet_ids.is_sorted_by(|a, b| a < b);
    ensure(sorted, bad("datanet_ids must rise, each once"))?;
    let count = spec.milestones.len();
    ensure(count <= MILESTONES_MAX, bad(&format!("{count} milestones, at most {MILESTONES_MAX}")))?;
    spec.milestones.iter().try_for_each(milestone)
}

fn milestone(milestone: &Milestone) -> Result<()> {
    text("milestones.title", &milestone.title, (1, NAME_MAX))
}

fn text(field: &str, value: &str, (least, most): (usize, usize)) -> Result<()> {
    let len = value.len();
    ensure(
        (least..=most).contains(&len),
        bad(&format!("{field} has {len} bytes, expected {least} to {most}")),
    )
}

fn digest(field: &str, value: &[u8]) -> Result<()> {
    let len = value.len();
    ensure(len == DIGEST_LEN, bad(&format!("{field} has {len} bytes, expected {DIGEST_LEN}")))
}

fn bad(what: &str) -> Error {
    Error::BadSpec(what.to_owned())
}

//! Versions: what is accepted, frozen under one root.

use std::collections::BTreeSet;

use whence_base::{Address, Ctx, Result, ensure};
use whence_canon::commit::version_entry;
use whence_canon::merkle;
use whence_proto::whence::datanet::v1 as pb;

use crate::error::Error;
use crate::keeper::{contribution, datanet, params, rows};
use crate::state;

/// Freezes the accepted contributions of a datanet that still have alive rows.
pub(crate) fn publish(ctx: &mut Ctx<'_>, owner: &Address, datanet_id: u64) -> Result<pb::Version> {
    let mut d = datanet::owned(ctx, datanet_id, owner)?;
    let most = usize::try_from(params(ctx)?.max_contributions_per_version).unwrap_or(usize::MAX);
    let ids = state::ACCEPTED.iter_prefix(ctx, &datanet_id).take(most.saturating_add(1));
    let ids = ids.map(|key| key.map(|(_, id)| id)).collect::<Result<Vec<_>>>()?;
    ensure(ids.len() <= most, Error::VersionFull(format!("expected at most {most}")))?;

    let number = d.latest_version.saturating_add(1);
    let mut v = pb::Version { datanet_id, number, height: ctx.height(), ..pb::Version::default() };
    let (mut licences, mut leaves) = (BTreeSet::new(), Vec::new());
    for id in ids {
        let mut c = contribution::get(ctx, id)?;
        let (alive, dead) = (rows::alive(&c), rows::dead(&c));
        let m = c.manifest.clone().unwrap_or_default();
        if alive == 0 {
            continue;
        }
        leaves.push(version_entry(id, &m.row_root, m.row_count, dead));
        v.row_count = v.row_count.saturating_add(alive);
        v.byte_size = v.byte_size.saturating_add(m.byte_size);
        licences.insert(m.licence);
        v.entries.push(pb::VersionEntry {
            contribution_id: id,
            row_root: m.row_root,
            row_count: m.row_count,
            dead_rows: dead,
        });
        if c.first_version == 0 {
            c.first_version = number;
            state::CONTRIBUTIONS.set(ctx, &id, &c);
        }
    }
    let why = Error::NothingToPublish(format!("datanet {datanet_id}"));
    ensure(!v.entries.is_empty(), why)?;
    v.manifest_root = merkle::root(&leaves).to_vec();
    v.licences = licences.into_iter().collect();
    d.latest_version = number;
    state::DATANETS.set(ctx, &datanet_id, &d);
    state::VERSIONS.set(ctx, &(datanet_id, number), &v);
    Ok(v)
}

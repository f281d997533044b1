//! Adapters: registered against the record of the data, flagged, retired.

use whence_base::{Address, Ctx, Result, StateRead, authority, ensure};
use whence_canon::licence;
use whence_proto::whence::model::v1 as pb;
use whence_proto::whence::proposal::v1::Stage;

use super::{burn, give_back, params, take};
use crate::error::Error;
use crate::ports::Ports;
use crate::state;

/// Adapters that a story looks at.
const LOOKED_AT_MAX: usize = 10_000;
/// Most flags on one adapter: all of them are settled when it is retired.
pub(crate) const FLAGS_MAX: usize = 64;

/// An adapter; `None` when there is none of this id.
pub fn adapter(s: &(impl StateRead + ?Sized), id: u64) -> Result<Option<pb::Adapter>> {
    state::ADAPTERS.get(s, &id)
}

/// An adapter that must be there.
pub fn require(s: &(impl StateRead + ?Sized), id: u64) -> Result<pb::Adapter> {
    adapter(s, id)?.ok_or_else(|| Error::UnknownAdapter(id).into())
}

/// The first adapter of a model that is not retired.
pub fn adapter_of(s: &(impl StateRead + ?Sized), model_id: u64) -> Result<Option<u64>> {
    let first = state::LIVE.iter_prefix(s, &model_id).next();
    first.map(|key| key.map(|(_, id)| id)).transpose()
}

/// Adapters that were trained on one of a datanet's versions, at most `limit`, the first ones;
/// looks at the first 10,000 adapters. For telling a contribution's story, never for a block's
/// work.
pub fn trained_on(
    s: &(impl StateRead + ?Sized),
    (datanet_id, versions): (u64, &[u64]),
    limit: usize,
) -> Result<Vec<u64>> {
    let mut found = Vec::new();
    for entry in state::ADAPTERS.iter(s).take(LOOKED_AT_MAX) {
        let (id, adapter) = entry?;
        let used = adapter.training.unwrap_or_default().datanet_versions;
        let on =
            |v: &pb::DatanetVersionRef| v.datanet_id == datanet_id && versions.contains(&v.version);
        if used.iter().any(on) {
            found.push(id);
        }
        if found.len() >= limit {
            break;
        }
    }
    Ok(found)
}

/// Records an adapter after checking its receipt against proposal and datanets.
pub(crate) fn register(
    ctx: &mut Ctx<'_>,
    ports: &dyn Ports,
    developer: &Address,
    m: &pb::MsgRegisterAdapter,
) -> Result<pb::Adapter> {
    let p = params(ctx)?;
    let files = u32::try_from(m.files.len()).unwrap_or(u32::MAX);
    let most = usize::try_from(p.max_files).unwrap_or(usize::MAX);
    ensure(files <= p.max_files, Error::Full { what: "files of an adapter", most })?;
    check_receipt(ctx, ports, m)?;
    let bond = take(ctx, ports, (developer, p.adapter_bond.as_ref()))?;
    let made = pb::Adapter {
        id: state::LAST_ADAPTER.next(ctx)?,
        model_id: m.model_id,
        developer: developer.to_string(),
        files: m.files.clone(),
        training: m.training.clone(),
        index: m.index.clone(),
        licence: m.licence.clone(),
        uris: m.uris.clone(),
        bond,
        status: pb::AdapterStatus::Registered.into(),
        registered_height: ctx.height(),
        ..pb::Adapter::default()
    };
    state::ADAPTERS.set(ctx, &made.id, &made);
    state::OF_MODEL.insert(ctx, &(made.model_id, made.id));
    state::LIVE.insert(ctx, &(made.model_id, made.id));
    Ok(made)
}

/// The model takes adapters now, the base is the proposed one, the versions are published as named
/// and in the proposed datanets, and the licence is the proposed one, which the data's licences
/// allow.
fn check_receipt(ctx: &Ctx<'_>, ports: &dyn Ports, m: &pb::MsgRegisterAdapter) -> Result<()> {
    let id = m.model_id;
    let proposal = ports.proposal(ctx, id)?.ok_or(Error::UnknownModel(id))?;
    let stage = proposal.stage();
    let open = matches!(stage, Stage::Tuning | Stage::Feedback | Stage::Deployed);
    let expected = "Tuning, Feedback or Deployed";
    ensure(open, Error::WrongStage { id, stage: stage.as_str_name(), expected })?;
    let spec = proposal.spec.unwrap_or_default();
    let training = m.training.clone().unwrap_or_default();
    let base = spec.base_model.unwrap_or_default().digest;
    let same = training.base_model_digest == base;
    ensure(same, Error::BadReceipt("base_model_digest is not the proposed one".into()))?;
    let voted = spec.licence.is_empty() || spec.licence == m.licence;
    let text = || format!("licence is {}, the proposal's is {}", m.licence, spec.licence);
    ensure(voted, Error::BadReceipt(text()))?;
    for named in &training.datanet_versions {
        let (datanet, number) = (named.datanet_id, named.version);
        let what = |text: &str| Error::BadReceipt(format!("datanet {datanet} {text}"));
        ensure(spec.datanet_ids.contains(&datanet), what("is not in the proposal"))?;
        let version = ports.version(ctx, datanet, number)?;
        let version = version.ok_or_else(|| what(&format!("has no version {number}")))?;
        let root = version.manifest_root == named.manifest_root;
        ensure(root, what(&format!("has another root in version {number}")))?;
        if let Some(data) = licence::contradiction(&version.licences, &m.licence) {
            let (given, data) = (m.licence.clone(), data.to_owned());
            return Err(Error::BadLicence { given, data }.into());
        }
    }
    Ok(())
}

/// Ends an adapter's use. Flaggers get their bonds back, and so does the developer, unless it is
/// governance that retires a flagged adapter: a flag alone, which anybody may raise, burns nothing.
pub(crate) fn retire(
    ctx: &mut Ctx<'_>,
    ports: &dyn Ports,
    (id, sender): (u64, &Address),
) -> Result<()> {
    let mut found = require(ctx, id)?;
    ensure(found.status() == pb::AdapterStatus::Registered, Error::Retired(id))?;
    let may = *sender == authority() || found.developer == sender.to_string();
    let what = format!("retire adapter {id}");
    ensure(may, Error::NotAllowed { who: sender.to_string(), what })?;
    let developer = found.developer.clone();
    match found.flags > 0 && *sender == authority() {
        false => give_back(ctx, ports, (&developer, &mut found.bond))?,
        true => burn(ctx, ports, &mut found.bond)?,
    }
    let flags: Vec<_> =
        state::FLAGS.iter_prefix(&*ctx, &id).take(FLAGS_MAX).collect::<Result<_>>()?;
    for (key, mut flag) in flags {
        let flagger = flag.flagger.clone();
        give_back(ctx, ports, (&flagger, &mut flag.bond))?;
        state::FLAGS.set(ctx, &key, &flag);
    }
    found.status = pb::AdapterStatus::Retired.into();
    found.retired_height = ctx.height();
    state::LIVE.remove(ctx, &(found.model_id, id));
    state::ADAPTERS.set(ctx, &id, &found);
    Ok(())
}

/// Puts a standing remark on an adapter.
pub(crate) fn flag(
    ctx: &mut Ctx<'_>,
    ports: &dyn Ports,
    flagger: &Address,
    m: &pb::MsgFlagAdapter,
) -> Result<pb::Flag> {
    let id = m.adapter_id;
    let mut found = require(ctx, id)?;
    ensure(found.status() == pb::AdapterStatus::Registered, Error::Retired(id))?;
    let full = usize::try_from(found.flags).unwrap_or(usize::MAX) >= FLAGS_MAX;
    ensure(!full, Error::Full { what: "flags of an adapter", most: FLAGS_MAX })?;
    let bond = take(ctx, ports, (flagger, params(ctx)?.flag_bond.as_ref()))?;
    let made = pb::Flag {
        id: state::LAST_FLAG.next(ctx)?,
        adapter_id: id,
        flagger: flagger.to_string(),
        kind: m.kind,
        evidence_hash: m.evidence_hash.clone(),
        note: m.note.clone(),
        bond,
        height: ctx.height(),
    };
    state::FLAGS.set(ctx, &(id, made.id), &made);
    found.flags = found.flags.saturating_add(1);
    state::ADAPTERS.set(ctx, &id, &found);
    Ok(made)
}

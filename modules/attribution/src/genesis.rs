//! Import, export, check: importing what was exported gives the same state, marks and windows
//! included.

use std::collections::{BTreeMap, BTreeSet};

use whence_base::{Address, Ctx, QueryCtx, Result, ensure};
use whence_proto::whence::attribution::v1 as pb;

use crate::error::Error;
use crate::keeper::index_detail;
use crate::params::WINDOW_BITS;
use crate::types::{ReportedQuery, add, amount_of, check_endpoint, check_session_key, price};
use crate::{keeper, params, state};

/// Genesis of a new chain.
pub(crate) fn default() -> pb::GenesisState {
    pb::GenesisState {
        params: Some(params::default()),
        next_provider_id: 1,
        next_escrow_id: 1,
        next_report_id: 1,
        ..pb::GenesisState::default()
    }
}

/// Checks a genesis without writing.
pub(crate) fn validate(g: &pb::GenesisState) -> Result<()> {
    params::validate(g.params.as_ref().ok_or_else(|| bad("params are missing"))?)?;
    let providers = check_providers(g)?;
    let escrows = check_escrows(g, &providers)?;
    check_reports(g, &providers)?;
    let unsettled = check_queries(g, &escrows)?;
    for p in &g.providers {
        let expected = unsettled.get(&p.id).copied().unwrap_or(0);
        let got = amount_of(&p.unsettled)?;
        let text = format!("provider {} has {got} unsettled, its queries {expected}", p.id);
        ensure(got == expected, bad(&text))?;
    }
    Ok(())
}

fn check_providers(g: &pb::GenesisState) -> Result<BTreeSet<u64>> {
    let mut ids = BTreeSet::new();
    for p in &g.providers {
        require_next(&mut ids, p.id, g.next_provider_id, "provider")?;
        Address::parse(&p.operator)?;
        Address::parse(&p.reporter)?;
        check_endpoint(&p.endpoint)?;
        price(p.price.as_ref().ok_or_else(|| bad("a provider's price is missing"))?)?;
        amount_of(&p.bond)?;
        let status = pb::ProviderStatus::try_from(p.status).unwrap_or_default();
        let known = status != pb::ProviderStatus::Unspecified;
        ensure(known, bad(&format!("provider {} has no status", p.id)))?;
    }
    Ok(ids)
}

fn check_escrows(g: &pb::GenesisState, providers: &BTreeSet<u64>) -> Result<BTreeMap<u64, u64>> {
    let (mut ids, mut provider_of) = (BTreeSet::new(), BTreeMap::new());
    for e in &g.escrows {
        require_next(&mut ids, e.id, g.next_escrow_id, "escrow")?;
        Address::parse(&e.caller)?;
        check_session_key(&e.session_key)?;
        if !e.previous_session_key.is_empty() {
            check_session_key(&e.previous_session_key)?;
        }
        let place = |what: &str| bad(&format!("escrow {}: {what}", e.id));
        ensure(providers.contains(&e.provider_id), place("its provider is missing"))?;
        amount_of(&e.balance)?;
        amount_of(&e.withdrawing)?;
        let within = amount_of(&e.reported)? <= amount_of(&e.authorised)?;
        ensure(within, place("reported exceeds authorised"))?;
        let canonical = e.window.len() <= WINDOW_BITS / 8 && e.window.last() != Some(&0);
        ensure(canonical, place("its window is malformed"))?;
        provider_of.insert(e.id, e.provider_id);
    }
    Ok(provider_of)
}

fn check_reports(g: &pb::GenesisState, providers: &BTreeSet<u64>) -> Result<()> {
    let mut ids = BTreeSet::new();
    for r in &g.reports {
        require_next(&mut ids, r.id, g.next_report_id, "report")?;
        amount_of(&r.fees)?;
        let place = |what: &str| bad(&format!("report {}: {what}", r.id));
        ensure(providers.contains(&r.provider_id), place("its provider is missing"))?;
        ensure(r.root.len() == 32, place("its root has not 32 bytes"))?;
        ensure(r.queries.is_empty(), place("its queries belong into `queries`"))?;
        let counted = r.settled_count <= r.query_count;
        ensure(counted, place("settled_count exceeds query_count"))?;
    }
    Ok(())
}

/// Fees that wait, by provider.
fn check_queries(
    g: &pb::GenesisState,
    escrows: &BTreeMap<u64, u64>,
) -> Result<BTreeMap<u64, u128>> {
    let reports: BTreeMap<u64, u64> = g.reports.iter().map(|r| (r.id, r.provider_id)).collect();
    let (mut seen, mut unsettled) = (BTreeSet::new(), BTreeMap::new());
    for d in &g.queries {
        let place = |what: &str| bad(&format!("query {} of {}: {what}", d.index, d.report_id));
        let provider = *reports.get(&d.report_id).ok_or_else(|| place("no such report"))?;
        ensure(seen.insert((d.report_id, d.index)), place("it is there twice"))?;
        let raw = d.query.clone().ok_or_else(|| place("it is missing"))?;
        let query = ReportedQuery::parse(provider, raw)?;
        let pays = escrows.get(&query.voucher.escrow_id) == Some(&provider);
        ensure(pays, place("its escrow is missing or pays another provider"))?;
        ensure(d.digest == query.query.digest(), place("its digest differs"))?;
        if !d.settled {
            let sum = unsettled.entry(provider).or_insert(0_u128);
            *sum = add(*sum, query.query.fee)?;
        }
    }
    Ok(unsettled)
}

fn require_next(ids: &mut BTreeSet<u64>, id: u64, next: u64, what: &str) -> Result<()> {
    let fits = id > 0 && id < next && ids.last().is_none_or(|last| *last < id);
    ids.insert(id);
    ensure(fits, bad(&format!("{what} id {id} is out of order or not below {next}")))
}

/// Writes a genesis that was checked.
pub(crate) fn init(ctx: &mut Ctx<'_>, g: &pb::GenesisState) -> Result<()> {
    validate(g)?;
    if let Some(params) = &g.params {
        keeper::set_params(ctx, params)?;
    }
    state::PROVIDER_IDS.set(ctx, g.next_provider_id.saturating_sub(1));
    state::ESCROW_IDS.set(ctx, g.next_escrow_id.saturating_sub(1));
    state::REPORT_IDS.set(ctx, g.next_report_id.saturating_sub(1));
    for p in &g.providers {
        state::PROVIDERS.set(ctx, &p.id, p);
        if p.status() == pb::ProviderStatus::Unbonding {
            state::UNBONDING.insert(ctx, &(p.unbonding_height, p.id));
        }
    }
    for e in &g.escrows {
        state::ESCROWS.set(ctx, &e.id, e);
        state::BY_CALLER.insert(ctx, &(Address::parse(&e.caller)?, e.id));
    }
    for r in &g.reports {
        state::REPORTS.set(ctx, &r.id, r);
        state::BY_PROVIDER.insert(ctx, &(r.provider_id, r.id));
    }
    g.queries.iter().for_each(|detail| index_detail(ctx, detail));
    Ok(())
}

/// The state as a genesis.
pub(crate) fn export(ctx: &QueryCtx<'_>) -> Result<pb::GenesisState> {
    let next = |last: u64| last.saturating_add(1);
    Ok(pb::GenesisState {
        params: Some(keeper::params(ctx)?),
        next_provider_id: next(state::PROVIDER_IDS.last(ctx)?),
        next_escrow_id: next(state::ESCROW_IDS.last(ctx)?),
        next_report_id: next(state::REPORT_IDS.last(ctx)?),
        providers: values(state::PROVIDERS.iter(ctx))?,
        escrows: values(state::ESCROWS.iter(ctx))?,
        reports: values(state::REPORTS.iter(ctx))?,
        queries: values(state::QUERIES.iter(ctx))?,
    })
}

fn values<K, V>(entries: impl Iterator<Item = Result<(K, V)>>) -> Result<Vec<V>> {
    entries.map(|entry| entry.map(|(_, value)| value)).collect()
}

fn bad(what: &str) -> whence_base::Error {
    Error::BadGenesis(what.to_owned()).into()
}

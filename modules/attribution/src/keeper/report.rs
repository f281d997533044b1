//! Reports: a batch of answered queries, each taken once; all of them or none.

use std::sync::LazyLock;

use secp256k1::{Message, PublicKey, Secp256k1, VerifyOnly, ecdsa::Signature};
use whence_base::{Address, Ctx, Result, StateRead, ensure};
use whence_canon::report;
use whence_proto::whence::attribution::v1 as pb;

use super::window::Window;
use crate::error::Error;
use crate::ports::{Adapter, Ports};
use crate::types::{ReportedQuery, add, amount_of, later, native};
use crate::{keeper, state};

static CURVE: LazyLock<Secp256k1<VerifyOnly>> = LazyLock::new(Secp256k1::verification_only);

/// One report's way through the checks.
struct Batch {
    params: pb::Params,
    provider: pb::Provider,
    /// Fees of the queries taken so far.
    fees: u128,
    /// Most that the provider may have unsettled.
    exposure_max: u128,
}

/// Takes a batch of queries from a provider's report key.
pub fn report_queries(
    ctx: &mut Ctx<'_>,
    ports: &dyn Ports,
    reporter: &Address,
    queries: &[ReportedQuery],
) -> Result<pb::Report> {
    let provider_id = queries.first().map(|q| q.query.provider_id).unwrap_or_default();
    let mut batch = open_batch(ctx, provider_id, reporter)?;
    require_size(&batch.params, queries)?;
    let report_id = state::REPORT_IDS.next(ctx)?;
    let due = later(ctx.height(), batch.params.settlement_window_blocks);
    for (index, query) in (0_u32..).zip(queries) {
        take_query(ctx, ports, &mut batch, query)?;
        keep_query(ctx, query, (report_id, index, due));
    }
    let digests: Vec<_> = queries.iter().map(|q| q.query.digest()).collect();
    let count = u32::try_from(queries.len()).unwrap_or(u32::MAX);
    let report = pb::Report {
        id: report_id,
        provider_id,
        root: report::root(&digests).to_vec(),
        query_count: count,
        fees: native(batch.fees),
        height: ctx.height(),
        settlement_height: due,
        ..pb::Report::default()
    };
    close_batch(ctx, batch, &report)?;
    Ok(report)
}

fn open_batch(ctx: &Ctx<'_>, provider_id: u64, reporter: &Address) -> Result<Batch> {
    let provider = keeper::provider(ctx, provider_id)?;
    ensure(
        provider.reporter == reporter.to_string(),
        Error::NotTheReporter(format!("expected {}, got {reporter}", provider.reporter)),
    )?;
    let open = match provider.status() {
        pb::ProviderStatus::Bonded => true,
        pb::ProviderStatus::Unbonding => ctx.height() < provider.unbonding_height,
        _ => false,
    };
    ensure(open, Error::ProviderNotBonded(format!("id {provider_id}")))?;
    let params = keeper::params(ctx)?;
    let exposure_max = amount_of(&provider.bond)?
        .checked_mul(u128::from(params.exposure_multiple_millionths))
        .map_or(u128::MAX, |m| m / 1_000_000);
    Ok(Batch { params, provider, fees: 0, exposure_max })
}

fn require_size(params: &pb::Params, queries: &[ReportedQuery]) -> Result<()> {
    ensure(!queries.is_empty(), Error::EmptyReport("expected at least one query".into()))?;
    let most = params.max_queries_per_report;
    let fits = u32::try_from(queries.len()).is_ok_and(|n| n <= most);
    ensure(fits, Error::TooManyQueries(format!("{}, expected at most {most}", queries.len())))
}

/// Checks one query against everything and moves its fee from the escrow to what is unsettled.
fn take_query(
    ctx: &mut Ctx<'_>,
    ports: &dyn Ports,
    batch: &mut Batch,
    query: &ReportedQuery,
) -> Result<()> {
    let voucher = &query.voucher;
    ensure(
        voucher.chain_id == ctx.chain_id(),
        Error::WrongChain(format!("expected {}, got {}", ctx.chain_id(), voucher.chain_id)),
    )?;
    let mut escrow = keeper::escrow(ctx, voucher.escrow_id)?;
    ensure(
        escrow.provider_id == batch.provider.id,
        Error::WrongProvider(format!("escrow {} pays {}", escrow.id, escrow.provider_id)),
    )?;
    mark(&mut escrow, voucher.sequence, batch.params.sequence_window)?;
    require_signature(ctx, &escrow, query)?;
    charge(batch, &mut escrow, query)?;
    require_shares(&batch.params, query)?;
    let adapter = ports.adapter(&*ctx, voucher.adapter_id, batch.provider.id)?;
    require_adapter(adapter, query)?;
    state::ESCROWS.set(ctx, &escrow.id, &escrow);
    Ok(())
}

/// The session key signed, or the one before while it is still good.
fn require_signature(ctx: &Ctx<'_>, escrow: &pb::Escrow, query: &ReportedQuery) -> Result<()> {
    let digest = query.query.voucher_digest;
    let previous = (ctx.height() < escrow.previous_key_until_height)
        .then_some(escrow.previous_session_key.as_slice());
    let signed = verify(&escrow.session_key, &digest, &query.signature)
        || previous.is_some_and(|key| verify(key, &digest, &query.signature));
    let place = format!("escrow {} sequence {}", escrow.id, query.voucher.sequence);
    ensure(signed, Error::BadSignature(place))
}

/// Whether a compact, low-s signature over a digest was made by a key.
fn verify(key: &[u8], digest: &[u8; 32], signature: &[u8]) -> bool {
    let (Ok(key), Ok(signature)) = (PublicKey::from_slice(key), Signature::from_compact(signature))
    else {
        return false;
    };
    CURVE.verify_ecdsa(Message::from_digest(*digest), &signature, &key).is_ok()
}

fn mark(escrow: &mut pb::Escrow, sequence: u64, reach: u32) -> Result<()> {
    let mut window =
        Window { high: escrow.high_sequence, bits: std::mem::take(&mut escrow.window) };
    window.mark(sequence, reach)?;
    escrow.high_sequence = window.high;
    escrow.window = window.bits;
    Ok(())
}

fn charge(batch: &mut Batch, escrow: &mut pb::Escrow, query: &ReportedQuery) -> Result<()> {
    let (fee, voucher) = (query.query.fee, &query.voucher);
    let least = amount_of(&batch.params.min_query_fee)?;
    let small = Error::FeeTooSmall(format!("{fee}, expected at least {least}"));
    ensure(fee >= least, small)?;
    let above = Error::FeeAboveVoucher(format!("{fee}, expected at most {}", voucher.max_fee));
    ensure(fee <= voucher.max_fee, above)?;

    let reported = add(amount_of(&escrow.reported)?, fee)?;
    let authorised = amount_of(&escrow.authorised)?.max(voucher.cumulative);
    let over = Error::AboveCumulative(format!("{reported}, expected at most {authorised}"));
    ensure(reported <= authorised, over)?;
    let balance = amount_of(&escrow.balance)?;
    let short = || Error::EscrowTooSmall(format!("holds {balance}, fee is {fee}"));
    let rest = balance.checked_sub(fee).ok_or_else(short)?;

    batch.fees = add(batch.fees, fee)?;
    let unsettled = add(amount_of(&batch.provider.unsettled)?, batch.fees)?;
    let most = batch.exposure_max;
    let exposed = Error::ExposureExceeded(format!("{unsettled}, expected at most {most}"));
    ensure(unsettled <= most, exposed)?;
    escrow.reported = native(reported);
    escrow.authorised = native(authorised);
    escrow.balance = native(rest);
    Ok(())
}

fn require_shares(params: &pb::Params, query: &ReportedQuery) -> Result<()> {
    let (count, most) = (query.query.shares.len(), params.max_shares_per_query);
    let fits = u32::try_from(count).is_ok_and(|n| n <= most);
    ensure(fits, Error::TooManyShares(format!("{count}, expected at most {most}")))
}

fn require_adapter(adapter: Option<Adapter>, query: &ReportedQuery) -> Result<()> {
    let id = query.voucher.adapter_id;
    let adapter = adapter.ok_or_else(|| Error::UnknownAdapter(format!("id {id}")))?;
    ensure(adapter.deployed, Error::NotDeployed(format!("id {id}")))?;
    let method = &query.query.method;
    ensure(
        *method == adapter.method,
        Error::WrongMethod(format!("expected {}, got {method}", adapter.method)),
    )?;
    ensure(
        query.query.index_root.as_slice() == adapter.index_root,
        Error::WrongIndex(format!("adapter {id}")),
    )
}

/// Keeps a query's details until it is settled and its retention has passed.
fn keep_query(ctx: &mut Ctx<'_>, query: &ReportedQuery, place: (u64, u32, u64)) {
    let (report_id, index, due_height) = place;
    let detail = pb::QueryDetail {
        report_id,
        index,
        query: Some(query.raw.clone()),
        digest: query.query.digest().to_vec(),
        due_height,
        settled: false,
    };
    index_detail(ctx, &detail);
}

/// Writes a query's details with the indices that lead to it (also at genesis).
pub(crate) fn index_detail(ctx: &mut Ctx<'_>, detail: &pb::QueryDetail) {
    let (report, index) = (detail.report_id, detail.index);
    state::QUERIES.set(ctx, &(report, index), detail);
    let place = pb::QueryDetail { report_id: report, index, ..pb::QueryDetail::default() };
    state::PLACES.set(ctx, &query_id(detail), &place);
    let queue = if detail.settled { &state::TO_PRUNE } else { &state::TO_SETTLE };
    queue.insert(ctx, &(detail.due_height, report, index));
}

/// The id of a query: its escrow and sequence.
pub(crate) fn query_id(detail: &pb::QueryDetail) -> (u64, u64) {
    let voucher = detail.query.as_ref().and_then(|q| q.voucher.as_ref());
    voucher.map(|v| (v.escrow_id, v.sequence)).unwrap_or_default()
}

fn close_batch(ctx: &mut Ctx<'_>, batch: Batch, report: &pb::Report) -> Result<()> {
    let mut provider = batch.provider;
    provider.unsettled = native(add(amount_of(&provider.unsettled)?, batch.fees)?);
    provider.queries = provider.queries.saturating_add(u64::from(report.query_count));
    state::PROVIDERS.set(ctx, &provider.id, &provider);
    state::REPORTS.set(ctx, &report.id, report);
    state::BY_PROVIDER.insert(ctx, &(provider.id, report.id));
    Ok(())
}

/// What is known of a query's report.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reported {
    /// Whether a report of it would be refused as repeated (or too old to be told apart).
    pub reported: bool,
    /// Its details, until they are pruned.
    pub detail: Option<pb::QueryDetail>,
}

/// Whether a query was reported.
pub fn reported(
    state: &(impl StateRead + ?Sized),
    escrow_id: u64,
    sequence: u64,
) -> Result<Reported> {
    let escrow = keeper::escrow(state, escrow_id)?;
    let window = Window { high: escrow.high_sequence, bits: escrow.window };
    let detail = match state::PLACES.get(state, &(escrow_id, sequence))? {
        Some(place) => state::QUERIES.get(state, &(place.report_id, place.index))?,
        None => None,
    };
    Ok(Reported { reported: window.is_reported(sequence), detail })
}

//! Genesis of staking: export∘import is the identity, open snapshots aside (gov counts anew).

use std::collections::{BTreeMap, BTreeSet};

use whence_base::coin::parse_amount;
use whence_base::module::ValidatorUpdate;
use whence_base::{Address, Ctx, Dec, Error, QueryCtx, Result, ensure};
use whence_proto::cosmos::staking::v1beta1 as pb;

use crate::keeper::pool::{self, Pools};
use crate::keeper::{delegation, set, unbonding, validator};
use crate::params::Params;
use crate::ports::Ports;
use crate::state;
use crate::types::{Status, Validator, time, time_key};

type Sums = BTreeMap<Address, Dec>;

pub(crate) fn default_state() -> pb::GenesisState {
    pb::GenesisState {
        params: Some(Params::default().to_proto()),
        last_total_power: b"0".to_vec(),
        ..Default::default()
    }
}

/// Checks all that import relies on; errors name the record.
pub(crate) fn validate(genesis: &pb::GenesisState) -> Result<()> {
    params(genesis)?;
    ensure(genesis.redelegations.is_empty(), Error::not_supported("redelegations in genesis"))?;
    let shares = shares_by_validator(&genesis.delegations)?;
    let powers = last_powers(genesis)?;
    let (mut operators, mut keys) = (BTreeSet::new(), BTreeSet::new());
    for pb in &genesis.validators {
        let one = Validator::parse(pb)?;
        let at = &pb.operator_address;
        let twice = || Error::invalid_request(format!("validator {at} is listed twice"));
        ensure(operators.insert(one.operator.clone()) && keys.insert(one.pubkey), twice())?;
        let sum = shares.get(&one.operator).copied().unwrap_or_default();
        let why = format!("validator {at} has {} shares, its delegations {sum}", one.shares);
        ensure(sum == one.shares, Error::invalid_request(why))?;
        check_status(&one, genesis.exported, powers.get(&one.operator).copied())?;
    }
    let orphan = shares.keys().chain(powers.keys()).find(|op| !operators.contains(*op));
    if let Some(orphan) = orphan {
        let at = orphan.to_validator_string();
        return Err(Error::invalid_request(format!("validator {at} is not in genesis")));
    }
    genesis.unbonding_delegations.iter().try_for_each(|u| parse_unbonding(u).map(|_| ()))?;
    pool::ensure_total(sums(genesis)?)
}

/// A bonded validator must have its last power, and only in an exported genesis.
fn check_status(one: &Validator, exported: bool, last: Option<u64>) -> Result<()> {
    let at = one.operator.to_validator_string();
    let bonded = one.status == Status::Bonded;
    let why = format!("validator {at} is bonded, but the genesis is not an exported one");
    ensure(!bonded || exported, Error::invalid_request(why))?;
    let why = format!("validator {at}: status and last_validator_powers disagree");
    ensure(bonded == last.is_some(), Error::invalid_request(why))
}

/// Writes a genesis and answers the first validator set.
pub(crate) fn import(
    ctx: &mut Ctx<'_>,
    ports: &dyn Ports,
    genesis: pb::GenesisState,
) -> Result<Vec<ValidatorUpdate>> {
    validate(&genesis)?;
    state::PARAMS.set(ctx, &params(&genesis)?.to_proto());
    pool::save(ctx, sums(&genesis)?);
    for pb in &genesis.validators {
        let one = Validator::parse(pb)?;
        validator::insert(ctx, &one)?;
        if one.status == Status::Unbonding {
            let key = (time_key(one.unbonding_time), one.operator);
            state::VALIDATOR_QUEUE.insert(ctx, &key);
        }
    }
    for pb in &genesis.delegations {
        let (pair, shares) = parse_delegation(pb)?;
        delegation::set_shares(ctx, &pair, shares)?;
    }
    let mut last_id = 0;
    for pb in genesis.unbonding_delegations.iter() {
        let pair = parse_unbonding(pb)?;
        unbonding::save(ctx, &pair, pb);
        for entry in &pb.entries {
            last_id = last_id.max(entry.unbonding_id);
            unbonding::enqueue(ctx, &pair, time(entry.completion_time.as_ref())?);
        }
    }
    state::UNBONDING_ID.set(ctx, last_id);
    let mut updates = Vec::new();
    for (operator, power) in last_powers(&genesis)? {
        state::LAST_POWERS.set(ctx, &operator, &power);
        let power = i64::try_from(power).map_err(|_| Error::overflow("voting power"))?;
        let pubkey = validator::expect(ctx, &operator)?.pubkey.to_vec();
        updates.push(ValidatorUpdate { pubkey, power });
    }
    if genesis.exported { Ok(updates) } else { set::update(ctx, ports) }
}

/// The state as a genesis.
pub(crate) fn export(ctx: &QueryCtx<'_>) -> Result<pb::GenesisState> {
    let mut powers = Vec::new();
    let mut total: u128 = 0;
    for entry in state::LAST_POWERS.iter(ctx) {
        let (operator, power) = entry?;
        total = total.saturating_add(u128::from(power));
        let power = i64::try_from(power).map_err(|_| Error::overflow("voting power"))?;
        powers.push(pb::LastValidatorPower { address: operator.to_validator_string(), power });
    }
    Ok(pb::GenesisState {
        params: Some(Params::load(ctx)?.to_proto()),
        last_total_power: total.to_string().into_bytes(),
        exported: !powers.is_empty(),
        last_validator_powers: powers,
        validators: state::VALIDATORS.iter(ctx).map(|e| Ok(e?.1)).collect::<Result<_>>()?,
        delegations: state::DELEGATIONS.iter(ctx).map(|e| Ok(e?.1)).collect::<Result<_>>()?,
        unbonding_delegations: state::UNBONDINGS
            .iter(ctx)
            .map(|e| Ok(e?.1))
            .collect::<Result<_>>()?,
        redelegations: Vec::new(),
    })
}

fn params(genesis: &pb::GenesisState) -> Result<Params> {
    let params = genesis.params.as_ref();
    Params::parse(params.ok_or_else(|| Error::invalid_request("staking params are missing"))?)
}

fn last_powers(genesis: &pb::GenesisState) -> Result<BTreeMap<Address, u64>> {
    let parse = |p: &pb::LastValidatorPower| {
        let power = u64::try_from(p.power).ok().filter(|power| *power > 0);
        let why = || Error::invalid_request(format!("last power of {} is {}", p.address, p.power));
        Ok((Address::parse_validator(&p.address)?, power.ok_or_else(why)?))
    };
    genesis.last_validator_powers.iter().map(parse).collect()
}

fn parse_delegation(pb: &pb::Delegation) -> Result<(delegation::Pair, Dec)> {
    let operator = Address::parse_validator(&pb.validator_address)?;
    let pair = (Address::parse(&pb.delegator_address)?, operator);
    Ok((pair, Dec::parse_scaled(&pb.shares)?))
}

fn parse_unbonding(pb: &pb::UnbondingDelegation) -> Result<delegation::Pair> {
    for entry in &pb.entries {
        time(entry.completion_time.as_ref())?;
        parse_amount(&entry.initial_balance)?;
        parse_amount(&entry.balance)?;
    }
    let operator = Address::parse_validator(&pb.validator_address)?;
    Ok((Address::parse(&pb.delegator_address)?, operator))
}

fn shares_by_validator(delegations: &[pb::Delegation]) -> Result<Sums> {
    let (mut sums, mut seen) = (Sums::new(), BTreeSet::new());
    for pb in delegations {
        let (pair, shares) = parse_delegation(pb)?;
        let why = format!("delegation of {} is listed twice or zero", pb.delegator_address);
        let fresh = shares > Dec::zero() && seen.insert(pair.clone());
        ensure(fresh, Error::invalid_request(why))?;
        let sum = sums.entry(pair.1).or_default();
        *sum = sum.checked_add(shares)?;
    }
    Ok(sums)
}

/// What the pools hold for the validators and unbondings of a genesis.
fn sums(genesis: &pb::GenesisState) -> Result<Pools> {
    let add = |a: u128, b: u128| a.checked_add(b).ok_or_else(|| Error::overflow("pool"));
    let mut pools = Pools::default();
    for pb in &genesis.validators {
        let one = Validator::parse(pb)?;
        match one.status {
            Status::Bonded => pools.bonded = add(pools.bonded, one.tokens)?,
            _ => pools.not_bonded = add(pools.not_bonded, one.tokens)?,
        }
    }
    for entry in genesis.unbonding_delegations.iter().flat_map(|u| &u.entries) {
        pools.not_bonded = add(pools.not_bonded, parse_amount(&entry.balance)?)?;
    }
    Ok(pools)
}

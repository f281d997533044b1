//! How one fee is shared out: pure arithmetic over what is known of the rows and the adapter.
//!
//! Every part is rounded down for whoever gets it. A row is paid for itself alone: nothing depends
//! on how many rows, or how many accounts, a payee has, so that splitting an identity gains exactly
//! nothing.

use whence_base::{Address, Result};
use whence_proto::whence::reward::v1 as pb;
use whence_proto::whence::reward::v1::Beneficiary;

use crate::ports::{Adapter, WEIGHTS_MAX};
use crate::types::{WHOLE_PPB, part, part_ppb};

/// A row that is alive, with its part of the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LivingRow {
    /// Who is paid.
    pub payee: Address,
    /// Its contribution.
    pub contribution_id: u64,
    /// Parts per billion of the answer.
    pub share_ppb: u32,
}

/// What one account gets for one reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    /// Who.
    pub payee: Address,
    /// Why.
    pub beneficiary: Beneficiary,
    /// How much.
    pub amount: u128,
    /// For which contribution; 0 for the other reasons.
    pub contribution_id: u64,
}

/// One fee, shared out to the last unit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shared {
    /// What accounts get.
    pub payments: Vec<Payment>,
    /// What the stakers get.
    pub stakers: u128,
    /// What the community pool gets, unattributed and absent roles' parts among it.
    pub community_pool: u128,
    /// What rounding left.
    pub dust: u128,
    /// What the rows get together.
    pub to_contributors: u128,
    /// What could not be attributed to a living row.
    pub unattributed: u128,
}

/// Accounts with their weights.
type Weighted = [(Address, u64)];

/// Shares a fee out; payments + stakers + community pool + dust are exactly the fee.
pub fn share_out(
    fee: u128,
    split: &pb::Split,
    rows: &[LivingRow],
    roles: (&Address, Option<&Adapter>),
) -> Result<Shared> {
    let mut shared = Shared {
        stakers: part_ppb(fee, split.stakers_ppb)?,
        community_pool: part_ppb(fee, split.community_pool_ppb)?,
        ..Shared::default()
    };
    pay_rows(&mut shared, part_ppb(fee, split.contributors_ppb)?, rows)?;

    let (operator, adapter) = roles;
    let provider = [(operator.clone(), 1)];
    let developer: Vec<_> = adapter.iter().map(|a| (a.developer.clone(), 1)).collect();
    let proposer: Vec<_> = adapter.iter().map(|a| (a.proposer.clone(), 1)).collect();
    let feedback = adapter.map(|a| a.feedback.clone()).unwrap_or_default();
    let datanets = adapter.map(|a| a.datanets.as_slice()).unwrap_or_default();
    let owners: Vec<_> = datanets.iter().map(|d| (d.owner.clone(), d.rows)).collect();
    let roles: [(Beneficiary, u32, &Weighted); 5] = [
        (Beneficiary::Provider, split.provider_ppb, &provider),
        (Beneficiary::Developer, split.developer_ppb, &developer),
        (Beneficiary::Proposer, split.proposer_ppb, &proposer),
        (Beneficiary::Feedback, split.feedback_ppb, &feedback),
        (Beneficiary::DatanetOwner, split.datanet_owners_ppb, &owners),
    ];
    for (beneficiary, ppb, payees) in roles {
        pay_role(&mut shared, part_ppb(fee, ppb)?, (beneficiary, payees))?;
    }
    leave_dust(&mut shared, fee)?;
    Ok(shared)
}

/// Pays each row its part of the pool; the community pool gets what no living row has.
fn pay_rows(shared: &mut Shared, pool: u128, rows: &[LivingRow]) -> Result<()> {
    let mut unattributed_ppb = WHOLE_PPB;
    for row in rows {
        unattributed_ppb = unattributed_ppb
            .checked_sub(row.share_ppb)
            .ok_or_else(|| whence_base::Error::overflow("sum of shares"))?;
        let amount = part_ppb(pool, row.share_ppb)?;
        shared.to_contributors = add(shared.to_contributors, amount)?;
        shared.payments.push(Payment {
            payee: row.payee.clone(),
            beneficiary: Beneficiary::Contributor,
            amount,
            contribution_id: row.contribution_id,
        });
    }
    shared.unattributed = part_ppb(pool, unattributed_ppb)?;
    shared.community_pool = add(shared.community_pool, shared.unattributed)?;
    Ok(())
}

/// Splits a role's part by weight; when nobody has the role, the community pool gets it.
fn pay_role(
    shared: &mut Shared,
    amount: u128,
    (beneficiary, payees): (Beneficiary, &Weighted),
) -> Result<()> {
    let payees = payees.get(..payees.len().min(WEIGHTS_MAX)).unwrap_or_default();
    let mut weights = 0;
    for (_, weight) in payees {
        weights = add(weights, u128::from(*weight))?;
    }
    if weights == 0 {
        shared.community_pool = add(shared.community_pool, amount)?;
    }
    for (payee, weight) in payees.iter().filter(|(_, weight)| *weight > 0) {
        let amount = part(amount, u128::from(*weight), weights)?;
        shared.payments.push(Payment {
            payee: payee.clone(),
            beneficiary,
            amount,
            contribution_id: 0,
        });
    }
    Ok(())
}

/// What is left of the fee is dust; more than the fee is never paid.
fn leave_dust(shared: &mut Shared, fee: u128) -> Result<()> {
    let mut paid = add(shared.stakers, shared.community_pool)?;
    for payment in &shared.payments {
        paid = add(paid, payment.amount)?;
    }
    let more = || whence_base::Error::broken("parts rounded down never exceed the fee");
    shared.dust = fee.checked_sub(paid).ok_or_else(more)?;
    Ok(())
}

fn add(a: u128, b: u128) -> Result<u128> {
    a.checked_add(b).ok_or_else(|| whence_base::Error::overflow("amount"))
}

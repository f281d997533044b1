//! Ports of gov: bank's money, staking's stake, and the table of all messages.

use whence_base::{Address, Coins, Ctx, Dec, Result, StateRead};
use whence_gov::ports::{Bonded, Messages, Money, Stake};
use whence_proto::Any;
use whence_staking::keeper as staking;

use super::Ports;
use super::money::money;
use crate::modules::Modules;

impl Money for Ports {
    money!(send_to_module, send_from_module, burn);

    fn balance(&self, state: &dyn StateRead, who: &Address, denom: &str) -> Result<u128> {
        whence_bank::keeper::balance(state, who, denom)
    }
}

impl Stake for Ports {
    fn bonded_validators(&self, state: &dyn StateRead) -> Result<Vec<Bonded>> {
        let bonded = staking::bonded_validators(state)?.into_iter();
        let seen = |v: whence_staking::Validator| Bonded {
            operator: v.operator,
            tokens: v.tokens,
            shares: v.shares,
        };
        Ok(bonded.map(seen).collect())
    }

    fn bonded_total(&self, state: &dyn StateRead) -> Result<u128> {
        staking::bonded_total(state)
    }

    fn open_snapshot(&self, ctx: &mut Ctx<'_>) -> Result<u64> {
        staking::snapshot::open(ctx)
    }

    fn close_snapshot(&self, ctx: &mut Ctx<'_>, id: u64) {
        staking::snapshot::close(ctx, id);
    }

    fn delegations_at(
        &self,
        state: &dyn StateRead,
        voter: (u64, &Address),
        after: Option<&Address>,
        limit: usize,
    ) -> Result<Vec<(Address, Dec)>> {
        staking::snapshot::delegations(state, voter, after, limit)
    }
}

impl Messages for Ports {
    fn check(&self, message: &Any) -> Result<Vec<Address>> {
        let message = Modules::get().router().parse(message)?;
        message.validate()?;
        Ok(message.signers())
    }

    fn dispatch(&self, ctx: &mut Ctx<'_>, message: &Any) -> Result<()> {
        Modules::get().router().parse(message)?.execute(ctx).map(|_| ())
    }
}

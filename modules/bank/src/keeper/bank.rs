//! Money moved, made and destroyed. Each step happens whole or not at all.

use whence_base::accounts::{BURNER, MINTER};
use whence_base::{Address, Coins, Ctx, Error, Result};

use super::balance::{add, set_supply, sub, supply};
use crate::event;
use crate::ports::Ports;

/// Bank over what it needs from others.
#[derive(Clone, Copy)]
pub struct Bank<'p>(pub &'p dyn Ports);

/// Who gets what of a multi-send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// Receiver.
    pub to: Address,
    /// What it gets.
    pub coins: Coins,
}

impl Bank<'_> {
    /// Moves coins between two addresses. The receiver gets an account if it has none.
    pub fn send(
        &self,
        ctx: &mut Ctx<'_>,
        from: &Address,
        to: &Address,
        coins: &Coins,
    ) -> Result<()> {
        if coins.is_empty() {
            return Ok(());
        }
        let amount = coins.to_string();
        let sender = self.take(ctx, from, coins, &amount)?;
        let recipient = self.give(ctx, to, coins, &amount)?;
        ctx.emit(event::transfer(&recipient, &sender, &amount));
        ctx.emit(event::sender(&sender));
        Ok(())
    }

    /// Moves a user's coins into a module's account.
    pub fn send_to_module(
        &self,
        ctx: &mut Ctx<'_>,
        from: &Address,
        module: &'static str,
        coins: &Coins,
    ) -> Result<()> {
        self.send(ctx, from, self.0.module_accounts().address(module)?, coins)
    }

    /// Moves coins from a module's account to a user; another module's account is refused.
    pub fn send_from_module(
        &self,
        ctx: &mut Ctx<'_>,
        module: &'static str,
        to: &Address,
        coins: &Coins,
    ) -> Result<()> {
        self.refuse_blocked(to)?;
        self.send(ctx, self.0.module_accounts().address(module)?, to, coins)
    }

    /// Moves coins between the accounts of two modules.
    pub fn send_between_modules(
        &self,
        ctx: &mut Ctx<'_>,
        from: &'static str,
        to: &'static str,
        coins: &Coins,
    ) -> Result<()> {
        let accounts = self.0.module_accounts();
        self.send(ctx, accounts.address(from)?, accounts.address(to)?, coins)
    }

    /// Moves coins from one address to several; their sum was checked before.
    pub fn multi_send(&self, ctx: &mut Ctx<'_>, from: &Address, outputs: &[Output]) -> Result<()> {
        let mut sum = Coins::new();
        for output in outputs {
            sum.add_all(&output.coins)?;
        }
        let sender = self.take(ctx, from, &sum, &sum.to_string())?;
        ctx.emit(event::sender(&sender));
        for output in outputs {
            let amount = output.coins.to_string();
            let recipient = self.give(ctx, &output.to, &output.coins, &amount)?;
            ctx.emit(event::transfer_output(&recipient, &amount));
        }
        Ok(())
    }

    /// Makes coins in the account of a module that may mint.
    pub fn mint(&self, ctx: &mut Ctx<'_>, module: &'static str, coins: &Coins) -> Result<()> {
        let minter = self.0.module_accounts().permitted(module, MINTER)?;
        if coins.is_empty() {
            return Ok(());
        }
        let mut after = Vec::new();
        for coin in coins.iter() {
            let sum = supply(ctx, &coin.denom)?.checked_add(coin.amount);
            after.push((coin.denom, sum.ok_or_else(|| Error::overflow("supply"))?));
        }
        let amount = coins.to_string();
        let text = self.give(ctx, minter, coins, &amount)?;
        after.into_iter().for_each(|(denom, sum)| set_supply(ctx, &denom, sum));
        ctx.emit(event::coinbase(&text, &amount));
        Ok(())
    }

    /// Destroys coins in the account of a module that may burn.
    pub fn burn(&self, ctx: &mut Ctx<'_>, module: &'static str, coins: &Coins) -> Result<()> {
        let burner = self.0.module_accounts().permitted(module, BURNER)?;
        if coins.is_empty() {
            return Ok(());
        }
        let mut after = Vec::new();
        for coin in coins.iter() {
            let rest = supply(ctx, &coin.denom)?.checked_sub(coin.amount);
            let rest = rest.ok_or_else(|| {
                Error::insufficient_funds(format!("supply is smaller than {coin}"))
            })?;
            after.push((coin.denom, rest));
        }
        let amount = coins.to_string();
        let text = self.take(ctx, burner, coins, &amount)?;
        after.into_iter().for_each(|(denom, rest)| set_supply(ctx, &denom, rest));
        ctx.emit(event::burn(&text, &amount));
        Ok(())
    }

    /// Coins at an address that are still vesting.
    pub fn locked(&self, ctx: &Ctx<'_>, address: &Address) -> Result<Coins> {
        self.0.locked(ctx, ctx.time(), address)
    }

    /// Refuses a receiver that only modules may give to.
    pub fn refuse_blocked(&self, to: &Address) -> Result<()> {
        match self.0.module_accounts().at(to) {
            Some(_) => Err(Error::unauthorized(format!("{to} is not allowed to receive funds"))),
            None => Ok(()),
        }
    }

    /// Takes coins and says so; the address as text, because encoding it is the dearest part.
    fn take(
        &self,
        ctx: &mut Ctx<'_>,
        from: &Address,
        coins: &Coins,
        amount: &str,
    ) -> Result<String> {
        let locked = self.locked(ctx, from)?;
        sub(ctx, from, coins, &locked)?;
        let text = from.to_string();
        ctx.emit(event::coin_spent(&text, amount));
        Ok(text)
    }

    fn give(&self, ctx: &mut Ctx<'_>, to: &Address, coins: &Coins, amount: &str) -> Result<String> {
        self.0.ensure_account(ctx, to)?;
        add(ctx, to, coins)?;
        let text = to.to_string();
        ctx.emit(event::coin_received(&text, amount));
        Ok(text)
    }
}

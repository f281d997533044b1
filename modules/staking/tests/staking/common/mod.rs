//! A small chain around staking: a ledger for bank, messages by type URL, blocks by time.
#![allow(
    dead_code,
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::arithmetic_side_effects,
    reason = "tests; each test file uses a part"
)]

use prost::{Message, Name};
use whence_base::module::ValidatorUpdate;
use whence_base::state::Map;
use whence_base::testkit::MemState;
use whence_base::{
    Address, Block, Coin, Coins, Ctx, Error, Event, Module, QueryCtx, QueryRouter, Result, Router,
    StateRead, Time, module_address,
};
use whence_proto::Any;
use whence_proto::cosmos::crypto::ed25519::PubKey;
use whence_proto::cosmos::staking::v1beta1 as pb;
use whence_staking::ports::Ports;

const LEDGER: Map<(Address, String), String> = Map::at("ledger", 0);

/// Bank: it moves what is there and nothing else.
pub struct Ledger;

pub fn balance(state: &dyn StateRead, who: &Address, denom: &str) -> u128 {
    let found = LEDGER.get(state, &(who.clone(), denom.to_owned())).unwrap();
    found.map_or(0, |text| text.parse().unwrap())
}

pub fn set_balance(ctx: &mut Ctx<'_>, who: &Address, denom: &str, amount: u128) {
    LEDGER.set(ctx, &(who.clone(), denom.to_owned()), &amount.to_string());
}

fn transfer(ctx: &mut Ctx<'_>, from: &Address, to: &Address, coins: &Coins) -> Result<()> {
    for coin in coins.iter() {
        let have = balance(ctx, from, &coin.denom);
        let rest = have.checked_sub(coin.amount);
        let rest = rest.ok_or_else(|| Error::insufficient_funds(format!("{have} < {coin}")))?;
        set_balance(ctx, from, &coin.denom, rest);
        let sum = balance(ctx, to, &coin.denom) + coin.amount;
        set_balance(ctx, to, &coin.denom, sum);
    }
    Ok(())
}

impl Ports for Ledger {
    fn send_to_module(
        &self,
        ctx: &mut Ctx<'_>,
        from: &Address,
        module: &'static str,
        coins: &Coins,
    ) -> Result<()> {
        transfer(ctx, from, &module_address(module), coins)
    }
    fn send_from_module(
        &self,
        ctx: &mut Ctx<'_>,
        module: &'static str,
        to: &Address,
        coins: &Coins,
    ) -> Result<()> {
        transfer(ctx, &module_address(module), to, coins)
    }
    fn send_between_modules(
        &self,
        ctx: &mut Ctx<'_>,
        from: &'static str,
        to: &'static str,
        coins: &Coins,
    ) -> Result<()> {
        transfer(ctx, &module_address(from), &module_address(to), coins)
    }
}

pub fn user(n: u8) -> Address {
    Address::new([n; 20]).unwrap()
}

pub fn uwhn(amount: u128) -> Option<whence_proto::cosmos::base::v1beta1::Coin> {
    Some(Coin::new("uwhn", amount).to_proto())
}

pub fn pubkey(n: u8) -> Any {
    Any { type_url: PubKey::type_url(), value: PubKey { key: vec![n; 32] }.encode_to_vec() }
}

/// A scaled decimal of hundredths.
pub fn percent(n: u64) -> String {
    format!("{n}0000000000000000")
}

pub fn create(n: u8, amount: u128) -> pb::MsgCreateValidator {
    pb::MsgCreateValidator {
        description: Some(pb::Description { moniker: format!("v{n}"), ..Default::default() }),
        commission: Some(pb::CommissionRates {
            rate: percent(10),
            max_rate: percent(20),
            max_change_rate: percent(1),
        }),
        min_self_delegation: "1".to_owned(),
        validator_address: user(n).to_validator_string(),
        pubkey: Some(pubkey(n)),
        value: uwhn(amount),
        ..Default::default()
    }
}

pub fn delegate(from: u8, to: u8, amount: u128) -> pb::MsgDelegate {
    pb::MsgDelegate {
        delegator_address: user(from).to_string(),
        validator_address: user(to).to_validator_string(),
        amount: uwhn(amount),
    }
}

pub fn undelegate(from: u8, to: u8, amount: u128) -> pb::MsgUndelegate {
    pb::MsgUndelegate {
        delegator_address: user(from).to_string(),
        validator_address: user(to).to_validator_string(),
        amount: uwhn(amount),
    }
}

pub struct Chain {
    pub state: MemState,
    pub block: Block,
    pub module: Box<dyn Module>,
    pub router: Router,
    pub queries: QueryRouter,
}

impl Chain {
    /// Parameters are the defaults, changed by the test; users 1 to 40 have a thousand WHN.
    pub fn new(change: impl FnOnce(&mut pb::Params)) -> Self {
        let mut chain = Self::empty();
        let mut genesis =
            pb::GenesisState::decode(chain.module.default_genesis().as_slice()).unwrap();
        change(genesis.params.as_mut().unwrap());
        let mut ctx = Ctx::new(&mut chain.state, &chain.block);
        chain.module.init_genesis(&mut ctx, &genesis.encode_to_vec()).unwrap();
        for n in 1..=40 {
            set_balance(&mut ctx, &user(n), "uwhn", 1_000_000_000);
        }
        chain
    }

    pub fn empty() -> Self {
        let module: Box<dyn Module> = Box::new(whence_staking::module(&Ledger));
        let (mut router, mut queries) = (Router::default(), QueryRouter::default());
        module.messages(&mut router);
        module.queries(&mut queries);
        let time = Time { seconds: 1_800_000_000, nanos: 0 };
        let block = Block { height: 1, time, ..Block::default() };
        Self { state: MemState::default(), block, module, router, queries }
    }

    /// Runs a message as a transaction: all or nothing.
    pub fn send<M: Message + Name>(&mut self, message: M) -> Result<Vec<Event>> {
        let any = Any { type_url: M::type_url(), value: message.encode_to_vec() };
        let parsed = self.router.parse(&any)?;
        parsed.validate()?;
        let mut ctx = Ctx::new(&mut self.state, &self.block);
        ctx.atomically(|ctx| parsed.execute(ctx))?;
        Ok(ctx.take_events())
    }

    /// Ends the block, checks money and invariants, and begins the next one some seconds later.
    pub fn end_block(&mut self, seconds: u64) -> (Vec<ValidatorUpdate>, Vec<Event>) {
        let mut ctx = Ctx::new(&mut self.state, &self.block);
        let updates = self.module.end_block(&mut ctx);
        let events = ctx.take_events();
        assert_eq!(self.broken(), Vec::<String>::new());
        self.block.height += 1;
        self.block.time = self.block.time.plus_seconds(seconds);
        (updates, events)
    }

    /// What invariants and obligations find wrong.
    pub fn broken(&self) -> Vec<String> {
        let ctx = QueryCtx::new(&self.state, &self.block);
        let mut said = self.module.invariants(&ctx).unwrap();
        for owed in self.module.obligations(&ctx).unwrap() {
            let has = balance(&self.state, &module_address(owed.account), "uwhn");
            if has != owed.coins.amount_of("uwhn") {
                said.push(format!("{} has {has}, owes {}", owed.account, owed.coins));
            }
        }
        said
    }

    pub fn ask<Q: Message, A: Message + Default>(
        &self,
        method: &str,
        request: Q,
    ) -> std::result::Result<A, String> {
        let ctx = QueryCtx::new(&self.state, &self.block);
        let path = format!("/cosmos.staking.v1beta1.Query/{method}");
        let answer = self.queries.answer(&path, &ctx, &request.encode_to_vec()).unwrap();
        answer.map(|bytes| A::decode(bytes.as_slice()).unwrap()).map_err(|e| e.to_string())
    }
}

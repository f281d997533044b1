//! A small chain around gov: a ledger, stakes that keep every past state, one message of a made-up
//! trade.
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
use whence_base::state::{Item, Map};
use whence_base::testkit::MemState;
use whence_base::{
    Address, Block, Coin, Coins, Ctx, Dec, Error, Event, Module, QueryCtx, QueryRouter, Result,
    Router, StateRead, Time, authority, module_address,
};
use whence_gov::ports::{Bonded, Messages, Money, Stake};
use whence_proto::Any;
use whence_proto::cosmos::bank::v1beta1::MsgSend;
use whence_proto::cosmos::gov::v1 as pb;
use whence_proto::cosmos::gov::v1::{MsgUpdateParams, VoteOption};

const LEDGER: Map<(Address, String), String> = Map::at("ledger", 0);
const BURNED: Item<String> = Item::at("ledger", 1);
/// Snapshot (0 is now), delegator, operator: shares in whole units.
const STAKES: Map<(u64, Address, Address), u64> = Map::at("stake", 0);
const SNAPSHOTS: Item<u64> = Item::at("stake", 1);

/// The proposal that gov said it executed when it sent coins.
pub const EXECUTED: Item<u64> = Item::at("ledger", 2);

/// Everything that gov needs.
pub struct World;

pub fn balance(state: &dyn StateRead, who: &Address) -> u128 {
    let found = LEDGER.get(state, &(who.clone(), "uwhn".to_owned())).unwrap();
    found.map_or(0, |text| text.parse().unwrap())
}

pub fn set_balance(ctx: &mut Ctx<'_>, who: &Address, amount: u128) {
    LEDGER.set(ctx, &(who.clone(), "uwhn".to_owned()), &amount.to_string());
}

pub fn burned(state: &dyn StateRead) -> u128 {
    BURNED.get(state).unwrap().map_or(0, |text| text.parse().unwrap())
}

fn take(ctx: &mut Ctx<'_>, from: &Address, amount: u128) -> Result<()> {
    let rest = balance(ctx, from).checked_sub(amount);
    set_balance(ctx, from, rest.ok_or_else(|| Error::insufficient_funds("ledger"))?);
    Ok(())
}

fn transfer(ctx: &mut Ctx<'_>, from: &Address, to: &Address, amount: u128) -> Result<()> {
    take(ctx, from, amount)?;
    let sum = balance(ctx, to) + amount;
    set_balance(ctx, to, sum);
    Ok(())
}

impl Money for World {
    fn send_to_module(
        &self,
        ctx: &mut Ctx<'_>,
        from: &Address,
        module: &'static str,
        coins: &Coins,
    ) -> Result<()> {
        transfer(ctx, from, &module_address(module), coins.amount_of("uwhn"))
    }
    fn send_from_module(
        &self,
        ctx: &mut Ctx<'_>,
        module: &'static str,
        to: &Address,
        coins: &Coins,
    ) -> Result<()> {
        transfer(ctx, &module_address(module), to, coins.amount_of("uwhn"))
    }
    fn burn(&self, ctx: &mut Ctx<'_>, module: &'static str, coins: &Coins) -> Result<()> {
        let amount = coins.amount_of("uwhn");
        take(ctx, &module_address(module), amount)?;
        let sum = burned(ctx) + amount;
        BURNED.set(ctx, &sum.to_string());
        Ok(())
    }
    fn balance(&self, state: &dyn StateRead, who: &Address, _: &str) -> Result<u128> {
        Ok(balance(state, who))
    }
}

/// Validators are 101 to 110; each unit staked is a token and a share.
pub const VALIDATORS: std::ops::RangeInclusive<u8> = 101..=110;

pub fn stake(ctx: &mut Ctx<'_>, from: u8, to: u8, amount: u64) {
    STAKES.set(ctx, &(0, user(from), user(to)), &amount);
}

impl Stake for World {
    fn bonded_validators(&self, state: &dyn StateRead) -> Result<Vec<Bonded>> {
        let tokens = |operator: &Address| -> u128 {
            let now = STAKES.iter_prefix(state, &0_u64).map(|e| e.unwrap());
            now.filter(|((_, _, to), _)| to == operator).map(|(_, n)| u128::from(n)).sum()
        };
        let all = VALIDATORS.map(user).map(|operator| (tokens(&operator), operator));
        all.filter(|(tokens, _)| *tokens > 0)
            .map(|(tokens, operator)| {
                Ok(Bonded { operator, tokens, shares: Dec::from_int(tokens)? })
            })
            .collect()
    }
    fn bonded_total(&self, state: &dyn StateRead) -> Result<u128> {
        Ok(self.bonded_validators(state)?.iter().map(|v| v.tokens).sum())
    }
    fn open_snapshot(&self, ctx: &mut Ctx<'_>) -> Result<u64> {
        let id = SNAPSHOTS.get_or_default(ctx)? + 1;
        SNAPSHOTS.set(ctx, &id);
        let now: Vec<_> = STAKES.iter_prefix(ctx, &0_u64).map(|e| e.unwrap()).collect();
        for ((_, from, to), amount) in now {
            STAKES.set(ctx, &(id, from, to), &amount);
        }
        Ok(id)
    }
    fn close_snapshot(&self, ctx: &mut Ctx<'_>, id: u64) {
        let gone: Vec<_> = STAKES.iter_prefix(ctx, &id).map(|e| e.unwrap().0).collect();
        assert!(!gone.is_empty(), "closed once");
        for key in gone {
            STAKES.remove(ctx, &key);
        }
    }
    fn delegations_at(
        &self,
        state: &dyn StateRead,
        (id, voter): (u64, &Address),
        after: Option<&Address>,
        limit: usize,
    ) -> Result<Vec<(Address, Dec)>> {
        let all = STAKES.iter_prefix(state, &(id, voter.clone())).map(|e| e.unwrap());
        all.filter(|((_, _, to), _)| after.is_none_or(|after| to > after))
            .take(limit)
            .map(|((_, _, to), n)| Ok((to, Dec::from_int(u128::from(n))?)))
            .collect()
    }
}

/// The routable messages: a transfer and gov's own parameters.
impl Messages for World {
    fn check(&self, message: &Any) -> Result<Vec<Address>> {
        if message.type_url == MsgSend::type_url() {
            let send = MsgSend::decode(message.value.as_slice()).map_err(Error::tx_decode)?;
            return Ok(vec![Address::parse(&send.from_address)?]);
        }
        let parsed = router().parse(message)?;
        parsed.validate()?;
        Ok(parsed.signers())
    }
    fn dispatch(&self, ctx: &mut Ctx<'_>, message: &Any) -> Result<()> {
        if message.type_url == MsgSend::type_url() {
            let send = MsgSend::decode(message.value.as_slice()).map_err(Error::tx_decode)?;
            let deciding = whence_gov::keeper::executing(ctx)?.expect("gov executes a proposal");
            EXECUTED.set(ctx, &deciding);
            let (from, to) =
                (Address::parse(&send.from_address)?, Address::parse(&send.to_address)?);
            return transfer(ctx, &from, &to, Coins::parse(&send.amount)?.amount_of("uwhn"));
        }
        router().parse(message)?.execute(ctx).map(|_| ())
    }
}

fn router() -> Router {
    let mut router = Router::default();
    whence_gov::module(&World).messages(&mut router);
    router
}

pub fn user(n: u8) -> Address {
    Address::new([n; 20]).unwrap()
}

pub fn uwhn(amount: u128) -> Vec<whence_proto::cosmos::base::v1beta1::Coin> {
    vec![Coin::new("uwhn", amount).to_proto()]
}

pub fn any<M: Message + Name>(message: &M) -> Any {
    Any { type_url: M::type_url(), value: message.encode_to_vec() }
}

pub fn send_from_gov(to: u8, amount: u128) -> Any {
    any(&MsgSend {
        from_address: authority().to_string(),
        to_address: user(to).to_string(),
        amount: uwhn(amount),
    })
}

pub fn submit(from: u8, deposit: u128, messages: Vec<Any>) -> pb::MsgSubmitProposal {
    pb::MsgSubmitProposal {
        messages,
        initial_deposit: if deposit == 0 { Vec::new() } else { uwhn(deposit) },
        proposer: user(from).to_string(),
        metadata: "ipfs://x".to_owned(),
        title: "title".to_owned(),
        summary: "summary".to_owned(),
        expedited: false,
    }
}

pub fn vote(id: u64, from: u8, option: VoteOption) -> pb::MsgVote {
    let voter = user(from).to_string();
    pb::MsgVote { proposal_id: id, voter, option: option.into(), metadata: String::new() }
}

pub fn deposit(id: u64, from: u8, amount: u128) -> pb::MsgDeposit {
    pb::MsgDeposit { proposal_id: id, depositor: user(from).to_string(), amount: uwhn(amount) }
}

/// The least deposit of the tests.
pub const LEAST: u128 = 1_000;
/// Seconds of voting and of the deposit period in the tests.
pub const PERIOD_S: u64 = 100;

pub struct Chain {
    pub state: MemState,
    pub block: Block,
    pub module: Box<dyn Module>,
    pub queries: QueryRouter,
}

impl Chain {
    pub fn new(change: impl FnOnce(&mut pb::Params)) -> Self {
        let mut chain = Self::empty();
        let bytes = chain.module.default_genesis();
        let mut genesis = pb::GenesisState::decode(bytes.as_slice()).unwrap();
        let params = genesis.params.as_mut().unwrap();
        params.min_deposit = uwhn(LEAST);
        let period = |s| Some(whence_proto::Duration { seconds: s, nanos: 0 });
        params.voting_period = period(100);
        params.max_deposit_period = period(100);
        change(params);
        let mut ctx = Ctx::new(&mut chain.state, &chain.block);
        chain.module.init_genesis(&mut ctx, &genesis.encode_to_vec()).unwrap();
        for n in 1..=40 {
            set_balance(&mut ctx, &user(n), 1_000_000);
        }
        chain
    }

    pub fn empty() -> Self {
        let module: Box<dyn Module> = Box::new(whence_gov::module(&World));
        let mut queries = QueryRouter::default();
        module.queries(&mut queries);
        let time = Time { seconds: 1_800_000_000, nanos: 0 };
        let block = Block { height: 1, time, ..Block::default() };
        Self { state: MemState::default(), block, module, queries }
    }

    pub fn ctx(&mut self) -> Ctx<'_> {
        Ctx::new(&mut self.state, &self.block)
    }

    pub fn send<M: Message + Name>(&mut self, message: M) -> Result<Vec<Event>> {
        let parsed = router().parse(&any(&message))?;
        parsed.validate()?;
        let mut ctx = self.ctx();
        ctx.atomically(|ctx| parsed.execute(ctx))?;
        Ok(ctx.take_events())
    }

    pub fn end_block(&mut self, seconds: u64) -> Vec<Event> {
        let mut ctx = Ctx::new(&mut self.state, &self.block);
        self.module.end_block(&mut ctx);
        let events = ctx.take_events();
        assert_eq!(self.broken(), Vec::<String>::new());
        self.block.height += 1;
        self.block.time = self.block.time.plus_seconds(seconds);
        events
    }

    pub fn broken(&self) -> Vec<String> {
        let ctx = QueryCtx::new(&self.state, &self.block);
        let mut said = self.module.invariants(&ctx).unwrap();
        for owed in self.module.obligations(&ctx).unwrap() {
            let has = balance(&self.state, &module_address(owed.account));
            let owes = owed.coins.amount_of("uwhn");
            if has != owes && has != owes + self.gift() {
                said.push(format!("{} has {has}, owes {owes}", owed.account));
            }
        }
        said
    }

    /// What somebody gave to gov beside the deposits.
    fn gift(&self) -> u128 {
        LEDGER
            .get(&self.state, &(user(200), "gift".to_owned()))
            .unwrap()
            .map_or(0, |t| t.parse().unwrap())
    }

    pub fn give(&mut self, amount: u128) {
        let mut ctx = self.ctx();
        let sum = balance(&ctx, &authority()) + amount;
        set_balance(&mut ctx, &authority(), sum);
        LEDGER.set(&mut ctx, &(user(200), "gift".to_owned()), &amount.to_string());
    }

    pub fn proposal(&self, id: u64) -> Option<pb::Proposal> {
        whence_gov::keeper::proposal(&self.state, id).unwrap()
    }

    pub fn tally(&self, id: u64) -> pb::TallyResult {
        let ctx = QueryCtx::new(&self.state, &self.block);
        let request = pb::QueryTallyResultRequest { proposal_id: id }.encode_to_vec();
        let path = "/cosmos.gov.v1.Query/TallyResult";
        let answer = self.queries.answer(path, &ctx, &request).unwrap().unwrap();
        pb::QueryTallyResultResponse::decode(answer.as_slice()).unwrap().tally.unwrap()
    }

    pub fn params(&self) -> pb::Params {
        let bytes = self.module.export_genesis(&QueryCtx::new(&self.state, &self.block)).unwrap();
        pb::GenesisState::decode(bytes.as_slice()).unwrap().params.unwrap()
    }

    pub fn update_params(&self, change: impl FnOnce(&mut pb::Params)) -> MsgUpdateParams {
        let mut params = self.params();
        change(&mut params);
        MsgUpdateParams { authority: authority().to_string(), params: Some(params) }
    }
}

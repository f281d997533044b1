//! A world for tests: the module over a state in memory, a ledger of real sums, rows and an
//! adapter.
#![allow(dead_code, unreachable_pub, reason = "each test file uses a part of it")]

use prost::Name;
pub use whence_base::testkit::ledger::set_balance;
use whence_base::testkit::ledger::{balance, send};
use whence_base::testkit::{MemState, event_faults, ledger, told};
use whence_base::{
    Address, Block, Coin, Coins, Ctx, Event, Module, NATIVE_DENOM, QueryCtx, QueryRouter, Result,
    Router, StateRead, module_address,
};
use whence_canon::report::Share;
use whence_proto::Any;
use whence_proto::cosmos::base::v1beta1::Coin as PbCoin;
use whence_proto::whence::datanet::v1::Contribution;
use whence_proto::whence::reward::v1 as pb;
use whence_reward::keeper;
use whence_reward::keeper::Shared;
use whence_reward::module;
use whence_reward::ports::{Adapter, Ports, Standing, Story, TrainedOn};
use whence_reward::types::Settlement;

pub const ACCOUNTS: [&str; 4] = ["reward", "community_pool", "dust", "fee_collector"];

/// Money in the same state, so that a refused message moves none.
struct Ledger;
static PORTS: Ledger = Ledger;

/// Rows below 10 of a contribution n are alive and belong to account n (contribution 99 was
/// withdrawn, 98 is in no version, 97 in another datanet); row 10 is a duplicate; there are no
/// others.
fn standing_of(contribution_id: u64, row: u64) -> Standing {
    let payee = account(u8::try_from(contribution_id).unwrap_or(0));
    let alive = |datanet_id, first_version| Standing::Earning {
        payee: payee.clone(),
        datanet_id,
        first_version,
    };
    match (contribution_id, row) {
        (99, _) => Standing::Withdrawn,
        (98, _) => alive(1, 0),
        (97, _) => alive(2, 1),
        (96, _) => alive(1, 3),
        (1..=90, 0..=9) => alive(1, 1),
        (1..=90, 10) => Standing::Revoked,
        _ => Standing::Unknown,
    }
}

/// Adapter 1: developer 101, proposer 102, feedback of 103 (3 rows) and 104 (1 row), datanet 1 of
/// 105. Adapter 2 has no feedback and no datanets; adapter 3 a split of its own.
pub fn adapter_of(id: u64) -> Option<Adapter> {
    let trained = TrainedOn { datanet_id: 1, version: 2, owner: account(105), rows: 100 };
    let full = Adapter {
        developer: account(101),
        proposer: account(102),
        split: None,
        feedback: vec![(account(103), 3), (account(104), 1)],
        datanets: vec![trained],
    };
    match id {
        1 => Some(full),
        2 => Some(Adapter { feedback: vec![], datanets: vec![], ..full }),
        3 => Some(Adapter { split: Some(split([60, 20, 5, 3, 5, 2, 4, 1])), ..full }),
        _ => None,
    }
}

impl Ports for Ledger {
    fn send_from_module(
        &self,
        ctx: &mut Ctx<'_>,
        module: &'static str,
        to: &Address,
        coins: &Coins,
    ) -> Result<()> {
        send(ctx, &module_address(module), to, coins)
    }
    fn send_between_modules(
        &self,
        ctx: &mut Ctx<'_>,
        from: &'static str,
        to: &'static str,
        coins: &Coins,
    ) -> Result<()> {
        send(ctx, &module_address(from), &module_address(to), coins)
    }
    fn collect_fees(&self, ctx: &mut Ctx<'_>, from: &'static str, coins: &Coins) -> Result<()> {
        self.send_between_modules(ctx, from, "fee_collector", coins)
    }
    fn standing(&self, _: &dyn StateRead, contribution_id: u64, row: u64) -> Result<Standing> {
        Ok(standing_of(contribution_id, row))
    }
    fn adapter(&self, _: &dyn StateRead, adapter_id: u64) -> Result<Option<Adapter>> {
        Ok(adapter_of(adapter_id))
    }
    fn story(&self, _: &dyn StateRead, id: u64) -> Result<Option<Story>> {
        Ok((id < 90).then(|| Story {
            contribution: Contribution { id, quality: 88, ..Contribution::default() },
            versions: vec![1, 2],
            adapters: vec![1, 3, 5],
            payee: account(u8::try_from(id).unwrap_or(0)),
        }))
    }
}

pub fn reward() -> impl Module {
    module(&PORTS)
}

pub fn account(n: u8) -> Address {
    Address::new(vec![n; 20]).unwrap()
}

pub fn operator() -> Address {
    account(100)
}

pub fn coins(amount: u128) -> Vec<PbCoin> {
    Coins::of(&Coin::new(NATIVE_DENOM, amount)).to_proto()
}

/// A split in per cent.
pub fn split(shares: [u32; 8]) -> pb::Split {
    let [a, b, c, d, e, f, g, h] = shares.map(|s| s * 10_000_000);
    pb::Split {
        contributors_ppb: a,
        provider_ppb: b,
        developer_ppb: c,
        proposer_ppb: d,
        feedback_ppb: e,
        datanet_owners_ppb: f,
        stakers_ppb: g,
        community_pool_ppb: h,
    }
}

#[derive(Clone)]
pub struct World {
    pub state: MemState,
    pub height: u64,
    /// Of the last step.
    events: Vec<Event>,
}

impl World {
    pub fn new() -> Self {
        let mut world = Self { state: MemState::default(), height: 1, events: vec![] };
        let genesis = module(&PORTS).default_genesis();
        world.with(|ctx| module(&PORTS).init_genesis(ctx, &genesis)).unwrap();
        world
    }

    fn block(&self) -> Block {
        Block { chain_id: "whence-test-1".into(), height: self.height, ..Block::default() }
    }

    pub fn with<T>(&mut self, f: impl FnOnce(&mut Ctx<'_>) -> T) -> T {
        let block = self.block();
        let mut ctx = Ctx::new(&mut self.state, &block);
        let result = f(&mut ctx);
        self.events = ctx.take_events();
        let faults = event_faults("whence.reward.v1.Event", &self.events);
        assert_eq!(faults, Vec::<String>::new());
        result
    }

    /// The last step's events as `type{key=value …}`, without the quotes of texts.
    pub fn told(&self) -> Vec<String> {
        told(&self.events)
    }

    /// Brings a fee into the module's account and settles it.
    pub fn settle(&mut self, adapter_id: u64, fee: u128, shares: &[(u64, u64, u32)]) -> Shared {
        self.settle_for(operator(), (adapter_id, fee), shares)
    }

    /// The same for a provider of another operator.
    pub fn settle_for(
        &mut self,
        operator: Address,
        (adapter_id, fee): (u64, u128),
        shares: &[(u64, u64, u32)],
    ) -> Shared {
        let reward = module_address("reward");
        let held = self.balance(&reward);
        set_balance(&mut self.state, &reward, held + fee);
        let share = |(contribution_id, row, share_ppb): &(u64, u64, u32)| Share {
            contribution_id: *contribution_id,
            row: *row,
            share_ppb: *share_ppb,
        };
        let settlement = Settlement {
            escrow_id: 21,
            sequence: 34,
            adapter_id,
            operator,
            fee,
            shares: shares.iter().map(share).collect(),
        };
        let shared = self.with(|ctx| keeper::settle(ctx, &PORTS, &settlement)).unwrap();
        assert_eq!(self.broken(), Vec::<String>::new());
        shared
    }

    pub fn tx<M: Name>(&mut self, message: M) -> Result<Any> {
        let mut router = Router::default();
        module(&PORTS).messages(&mut router);
        let any = Any { type_url: M::type_url(), value: message.encode_to_vec() };
        let message = router.parse(&any)?;
        message.validate()?;
        assert_eq!(message.signers().len(), 1);
        assert!(message.gas() >= 40_000);
        let result = self.with(|ctx| ctx.atomically(|ctx| message.execute(ctx)));
        assert_eq!(self.broken(), Vec::<String>::new());
        result
    }

    /// What is refused before anything is executed.
    pub fn check<M: Name>(&self, message: &M) -> Result<()> {
        let mut router = Router::default();
        module(&PORTS).messages(&mut router);
        let any = Any { type_url: M::type_url(), value: message.encode_to_vec() };
        router.parse(&any)?.validate()
    }

    pub fn claim(&mut self, who: &Address) -> Result<u128> {
        let any = self.tx(pb::MsgClaim { claimer: who.to_string() })?;
        let response: pb::MsgClaimResponse = prost::Message::decode(any.value.as_slice()).unwrap();
        Ok(Coins::parse(&response.paid)?.amount_of(NATIVE_DENOM))
    }

    pub fn ask<Q: prost::Message, A: prost::Message + Default>(
        &self,
        method: &str,
        question: Q,
    ) -> std::result::Result<A, whence_base::Status> {
        let mut router = QueryRouter::default();
        module(&PORTS).queries(&mut router);
        let path = format!("/whence.reward.v1.Query/{method}");
        let block = self.block();
        let ctx = QueryCtx::new(&self.state, &block);
        let bytes = router.answer(&path, &ctx, &question.encode_to_vec()).unwrap()?;
        Ok(A::decode(bytes.as_slice()).unwrap())
    }

    /// What waits for an account.
    pub fn waits(&self, who: &Address) -> u128 {
        let question = pb::QueryAccruedRequest { address: who.to_string() };
        let answer: pb::QueryAccruedResponse = self.ask("Accrued", question).unwrap();
        Coins::parse(&answer.unclaimed).unwrap().amount_of(NATIVE_DENOM)
    }

    pub fn broken(&self) -> Vec<String> {
        let block = self.block();
        let ctx = QueryCtx::new(&self.state, &block);
        let mut broken = module(&PORTS).invariants(&ctx).unwrap();
        for o in module(&PORTS).obligations(&ctx).unwrap() {
            let held = self.held(o.account);
            let owed = o.coins.amount_of(NATIVE_DENOM);
            if held != owed {
                broken.push(format!("{} holds {held}, owes {owed}", o.account));
            }
        }
        broken
    }

    pub fn balance(&self, who: &Address) -> u128 {
        balance(&self.state, who)
    }
    pub fn held(&self, module: &str) -> u128 {
        self.balance(&module_address(module))
    }

    pub fn export(&self) -> Vec<u8> {
        let block = self.block();
        module(&PORTS).export_genesis(&QueryCtx::new(&self.state, &block)).unwrap()
    }

    pub fn import(&self, genesis: &pb::GenesisState) -> Result<()> {
        module(&PORTS).validate_genesis(&prost::Message::encode_to_vec(genesis))
    }

    /// The same chain after export and import.
    pub fn reborn(&self) -> Self {
        let mut other = Self { state: MemState::default(), height: self.height, events: vec![] };
        ledger::copy(&self.state, &mut other.state);
        let genesis = self.export();
        other.with(|ctx| module(&PORTS).init_genesis(ctx, &genesis)).unwrap();
        assert_eq!(other.export(), genesis);
        other
    }
}

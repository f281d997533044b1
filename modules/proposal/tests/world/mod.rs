//! A world for tests: the module over a state in memory, a ledger of real sums, and facts that
//! others would know.
#![allow(dead_code, unreachable_pub, reason = "each test file uses a part of it")]

use prost::{Message as _, Name};
pub use whence_base::testkit::ledger::set_balance;
use whence_base::testkit::ledger::{LEDGER, balance, send, take};
use whence_base::testkit::{MemState, event_faults};
use whence_base::{
    Address, Block, Coin, Coins, Ctx, Error, Module, NATIVE_DENOM, QueryCtx, QueryRouter, Result,
    Router, StateRead, StateWrite, authority, module_address,
};
use whence_proposal::ports::{Accepted, Ports};
use whence_proposal::{keeper, module, params};
use whence_proto::Any;
use whence_proto::cosmos::base::v1beta1::Coin as PbCoin;
use whence_proto::whence::proposal::v1 as pb;
use whence_proto::whence::reward::v1::Split;

const FACTS: &str = "facts";
/// What everybody starts with, and the stake.
pub const START: u128 = 100_000_000;
pub const STAKE: u128 = 10_000_000;

/// Money in the same state, so that a refused message moves none.
struct Ledger;
static PORTS: Ledger = Ledger;

fn fact(state: &dyn StateRead, name: &str) -> u64 {
    let bytes = state.get(FACTS, name.as_bytes()).unwrap_or_else(|| vec![0; 8]);
    u64::from_be_bytes(bytes.try_into().unwrap())
}

impl Ports for Ledger {
    fn send_to_module(
        &self,
        ctx: &mut Ctx<'_>,
        from: &Address,
        module: &'static str,
        coins: &Coins,
    ) -> Result<()> {
        send(ctx, from, &module_address(module), coins)
    }
    fn send_from_module(
        &self,
        ctx: &mut Ctx<'_>,
        module: &'static str,
        to: &Address,
        coins: &Coins,
    ) -> Result<()> {
        send(ctx, &module_address(module), to, coins)
    }
    fn burn(&self, ctx: &mut Ctx<'_>, module: &'static str, coins: &Coins) -> Result<()> {
        take(ctx, &module_address(module), coins).map(drop)
    }
    fn check_split(&self, _: &dyn StateRead, split: &Split) -> Result<()> {
        whence_base::ensure(split.provider_ppb == 1, Error::new("reward", 9, "bounds"))
    }
    fn datanet_exists(&self, _: &dyn StateRead, id: u64) -> Result<bool> {
        Ok((1..=70).contains(&id))
    }
    fn accepted(&self, state: &dyn StateRead, _: &[u64]) -> Result<Accepted> {
        let contributors = u32::try_from(fact(state, "contributors")).unwrap();
        Ok(Accepted { rows: fact(state, "rows"), contributors })
    }
    fn gov_proposal(&self, state: &dyn StateRead) -> Result<Option<u64>> {
        Ok(Some(fact(state, "gov proposal")).filter(|id| *id > 0))
    }
    fn adapter_of(&self, state: &dyn StateRead, _: u64) -> Result<Option<u64>> {
        Ok(Some(fact(state, "adapter")).filter(|id| *id > 0))
    }
    fn accepted_feedback(&self, state: &dyn StateRead, _: u64) -> Result<u64> {
        Ok(fact(state, "feedback"))
    }
    fn deployed(&self, state: &dyn StateRead, _: u64) -> Result<Option<(u64, u64)>> {
        let provider = fact(state, "provider");
        Ok((provider > 0).then(|| (fact(state, "adapter"), provider)))
    }
}

pub fn account(n: u8) -> Address {
    Address::new(vec![n; 20]).unwrap()
}

pub fn coin(amount: u128) -> Option<PbCoin> {
    Some(Coin::new(NATIVE_DENOM, amount).to_proto())
}

pub fn spec() -> pb::ModelSpec {
    pb::ModelSpec {
        name: "Helper".into(),
        purpose: "Answers questions about gardens".into(),
        licence: "Apache-2.0".into(),
        base_model: Some(pb::BaseModel {
            name: "small".into(),
            digest: vec![7; 32],
            licence: "Apache-2.0".into(),
            architecture: "llama".into(),
        }),
        datanet_ids: vec![1, 2],
        ..pb::ModelSpec::default()
    }
}

pub fn propose(who: u8) -> pb::MsgProposeModel {
    pb::MsgProposeModel {
        proposer: account(who).to_string(),
        spec: Some(spec()),
        stake: coin(STAKE),
    }
}

pub fn withdraw(who: u8, id: u64) -> pb::MsgWithdrawModel {
    pb::MsgWithdrawModel { proposer: account(who).to_string(), proposal_id: id }
}

pub fn advance(id: u64) -> pb::MsgAdvanceModel {
    pb::MsgAdvanceModel { sender: account(9).to_string(), proposal_id: id }
}

pub fn approve(id: u64) -> pb::MsgApproveModel {
    pb::MsgApproveModel { authority: authority().to_string(), proposal_id: id }
}

pub fn reject(id: u64, veto: bool) -> pb::MsgRejectModel {
    let reason = "no".into();
    pb::MsgRejectModel { authority: authority().to_string(), proposal_id: id, reason, veto }
}

pub fn retire(id: u64) -> pb::MsgRetireModel {
    let reason = "old".into();
    pb::MsgRetireModel { authority: authority().to_string(), proposal_id: id, reason }
}

pub fn pack<M: Name>(message: &M) -> Any {
    Any { type_url: M::type_url(), value: message.encode_to_vec() }
}

#[derive(Clone)]
pub struct World {
    pub state: MemState,
    pub height: u64,
}

impl World {
    /// Accounts 1 to 9 have money; deadlines are 10, 20, 30, 40 blocks.
    pub fn new() -> Self {
        let mut world = Self { state: MemState::default(), height: 1 };
        let genesis = module(&PORTS).default_genesis();
        world.with(|ctx| module(&PORTS).init_genesis(ctx, &genesis)).unwrap();
        (1..=9).for_each(|n| set_balance(&mut world.state, &account(n), START));
        let p = pb::Params {
            voting_deadline_blocks: 10,
            data_gathering_deadline_blocks: 20,
            tuning_deadline_blocks: 30,
            feedback_deadline_blocks: 40,
            ..params::default()
        };
        world.with(|ctx| keeper::set_params(ctx, &p)).unwrap();
        world
    }

    /// A world in which all evidence is there.
    pub fn rich() -> Self {
        let mut world = Self::new();
        let facts = [("rows", 100), ("contributors", 3), ("adapter", 5), ("feedback", 1)];
        facts.iter().for_each(|(name, value)| world.know(name, *value));
        world.know("provider", 6);
        world
    }

    pub fn know(&mut self, name: &str, value: u64) {
        self.state.set(FACTS, name.as_bytes().to_vec(), value.to_be_bytes().to_vec());
    }

    fn block(&self) -> Block {
        Block { chain_id: "whence-test-1".into(), height: self.height, ..Block::default() }
    }

    pub fn with<T>(&mut self, f: impl FnOnce(&mut Ctx<'_>) -> T) -> T {
        let block = self.block();
        let mut ctx = Ctx::new(&mut self.state, &block);
        let result = f(&mut ctx);
        let faults = event_faults("whence.proposal.v1.Event", &ctx.take_events());
        assert_eq!(faults, Vec::<String>::new());
        result
    }

    pub fn run(&mut self, any: &Any) -> Result<Any> {
        let mut router = Router::default();
        module(&PORTS).messages(&mut router);
        let message = router.parse(any)?;
        message.validate()?;
        assert_eq!(message.signers().len(), 1);
        assert!(message.gas() >= 40_000);
        let result = self.with(|ctx| ctx.atomically(|ctx| message.execute(ctx)));
        assert_eq!(self.broken(), Vec::<String>::new());
        result
    }

    pub fn tx<M: Name>(&mut self, message: M) -> Result<Any> {
        self.run(&pack(&message))
    }

    /// A message is refused with this codespace and code, and nothing changes.
    pub fn refuses(&mut self, what: &str, message: &Any, expected: &str) {
        let before = self.state.clone();
        let error = self.run(message).expect_err(what);
        assert_eq!(format!("{} {}", error.codespace, error.code), expected, "{what}: {error}");
        assert!(self.state == before, "{what}: the state has changed");
    }

    /// Ends this block and starts the next.
    pub fn end_block(&mut self) {
        let updates = self.with(|ctx| module(&PORTS).end_block(ctx));
        assert!(updates.is_empty());
        assert_eq!(self.broken(), Vec::<String>::new());
        self.height += 1;
    }

    /// Ends blocks until this height is the current one.
    pub fn run_to(&mut self, height: u64) {
        while self.height < height {
            self.end_block();
        }
    }

    pub fn model(&self, id: u64) -> pb::ModelProposal {
        keeper::require(&self.state, id).unwrap()
    }

    pub fn stage(&self, id: u64) -> pb::Stage {
        self.model(id).stage()
    }

    pub fn ask<Q: prost::Message, A: prost::Message + Default>(
        &self,
        method: &str,
        question: Q,
    ) -> std::result::Result<A, whence_base::Status> {
        let mut router = QueryRouter::default();
        module(&PORTS).queries(&mut router);
        let path = format!("/whence.proposal.v1.Query/{method}");
        let block = self.block();
        let ctx = QueryCtx::new(&self.state, &block);
        let bytes = router.answer(&path, &ctx, &question.encode_to_vec()).unwrap()?;
        Ok(A::decode(bytes.as_slice()).unwrap())
    }

    /// Broken invariants, and accounts that do not hold what they owe.
    pub fn broken(&self) -> Vec<String> {
        let block = self.block();
        let ctx = QueryCtx::new(&self.state, &block);
        let mut broken = module(&PORTS).invariants(&ctx).unwrap();
        for o in module(&PORTS).obligations(&ctx).unwrap() {
            let (held, owed) = (self.held(), o.coins.amount_of(NATIVE_DENOM));
            if held != owed {
                broken.push(format!("{} holds {held}, owes {owed}", o.account));
            }
        }
        broken
    }

    pub fn balance(&self, n: u8) -> u128 {
        balance(&self.state, &account(n))
    }

    pub fn held(&self) -> u128 {
        balance(&self.state, &module_address("proposal"))
    }

    pub fn export(&self) -> pb::GenesisState {
        let block = self.block();
        let bytes = module(&PORTS).export_genesis(&QueryCtx::new(&self.state, &block)).unwrap();
        pb::GenesisState::decode(bytes.as_slice()).unwrap()
    }

    pub fn validate(genesis: &pb::GenesisState) -> Result<()> {
        module(&PORTS).validate_genesis(&genesis.encode_to_vec())
    }

    /// The same chain after export and import.
    pub fn reborn(&self) -> Self {
        let mut other = Self { state: MemState::default(), height: self.height };
        for store in [LEDGER, FACTS] {
            let all = (std::ops::Bound::Unbounded, std::ops::Bound::Unbounded);
            let entries: Vec<_> = self.state.range(store, all, false).collect();
            entries.into_iter().for_each(|(k, v)| other.state.set(store, k, v));
        }
        let genesis = self.export().encode_to_vec();
        other.with(|ctx| module(&PORTS).init_genesis(ctx, &genesis)).unwrap();
        other
    }
}

//! A world for tests: the module over a state in memory, a ledger of real sums, and facts that
//! others would know.
#![allow(dead_code, unreachable_pub, reason = "each test file uses a part of it")]

mod build;

pub use build::*;
use prost::{Message as _, Name};
pub use whence_base::testkit::ledger::set_balance;
use whence_base::testkit::ledger::{balance, send, take};
use whence_base::testkit::{MemState, event_faults, ledger};
use whence_base::{
    Address, Block, Coin, Coins, Ctx, Module, NATIVE_DENOM, QueryCtx, QueryRouter, Result, Router,
    StateRead, module_address,
};
use whence_model::ports::{Ports, Version};
use whence_model::{keeper, module};
use whence_proto::Any;
use whence_proto::cosmos::base::v1beta1::Coin as PbCoin;
use whence_proto::whence::model::v1 as pb;
use whence_proto::whence::proposal::v1::{BaseModel, ModelProposal, ModelSpec, Stage};

pub const CHAIN: &str = "whence-test-1";
/// What everybody starts with, and bonds.
pub const START: u128 = 1_000_000_000;
pub const ADAPTER: u128 = 5_000_000;
pub const BOND: u128 = 1_000_000;

/// Money in the same state, so that a refused message moves none.
struct Ledger;
static PORTS: Ledger = Ledger;

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
    /// Model 1 is in Tuning, 2 in Voting, 3 in Retired; all train on datanets 1, 2 and 3. Model 4 is
    /// as 1, and its voters chose a licence.
    fn proposal(&self, _: &dyn StateRead, id: u64) -> Result<Option<ModelProposal>> {
        let stage = match id {
            1 | 4 => Stage::Tuning,
            2 => Stage::Voting,
            3 => Stage::Retired,
            _ => return Ok(None),
        };
        let base = BaseModel { digest: vec![7; 32], ..BaseModel::default() };
        let datanet_ids = vec![1, 2, 3];
        let licence = if id == 4 { "MIT".to_owned() } else { String::new() };
        let base_model = Some(base);
        let spec = ModelSpec { base_model, datanet_ids, licence, ..ModelSpec::default() };
        let stage = stage.into();
        Ok(Some(ModelProposal { id, stage, spec: Some(spec), ..ModelProposal::default() }))
    }
    /// Version 1 of datanet 1 is permissive, of 2 non-commercial, of 3 public domain.
    fn version(&self, _: &dyn StateRead, id: u64, version: u64) -> Result<Option<Version>> {
        let licences: &[&str] = match (id, version) {
            (1, 1) => &["MIT", "CC-BY-4.0"],
            (2, 1) => &["MIT", "CC-BY-NC-4.0"],
            (3, 1) | (4, 1) => &["CC0-1.0"],
            _ => return Ok(None),
        };
        let licences = licences.iter().map(|l| (*l).to_owned()).collect();
        Ok(Some(Version { manifest_root: vec![9; 32], licences, ..Version::default() }))
    }
    /// Accounts 4 to 6 review datanet 1; so do all from 200 on.
    fn may_review(&self, _: &dyn StateRead, datanets: &[u64], who: &Address) -> Result<bool> {
        let n = who.as_bytes()[0];
        Ok(datanets.contains(&1) && ((4..=6).contains(&n) || n >= 200))
    }
    /// Provider n is run by account n; those from 50 on are not bonded.
    fn bonded_operator(&self, _: &dyn StateRead, id: u64) -> Result<Option<Address>> {
        Ok((1..50).contains(&id).then(|| account(u8::try_from(id).unwrap())))
    }
}

pub fn account(n: u8) -> Address {
    Address::new(vec![n; 20]).unwrap()
}

pub fn coin(amount: u128) -> Option<PbCoin> {
    Some(Coin::new(NATIVE_DENOM, amount).to_proto())
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
    /// Accounts 1 to 9 have money; windows are 10 blocks each.
    pub fn new() -> Self {
        let mut world = Self { state: MemState::default(), height: 1 };
        let genesis = module(&PORTS).default_genesis();
        world.with(|ctx| module(&PORTS).init_genesis(ctx, &genesis)).unwrap();
        (1..=9).for_each(|n| set_balance(&mut world.state, &account(n), START));
        world.set(|p| {
            p.reveal_window_blocks = 10;
            p.review_commit_window_blocks = 10;
            p.review_reveal_window_blocks = 10;
        });
        world
    }

    /// Account 1 has registered adapter 1.
    pub fn ready() -> Self {
        let mut world = Self::new();
        world.tx(register(1)).unwrap();
        world
    }

    /// Feedback 1 of account 2 on adapter 1 is under review: commits to height 11, reveals to 21.
    pub fn reviewing() -> Self {
        let mut world = Self::ready();
        world.tx(commit(2, 1)).unwrap();
        world.tx(reveal(2, 1)).unwrap();
        world
    }

    pub fn set(&mut self, change: impl FnOnce(&mut pb::Params)) {
        let mut p = keeper::params(&self.state).unwrap();
        change(&mut p);
        self.with(|ctx| keeper::set_params(ctx, &p)).unwrap();
    }

    fn block(&self) -> Block {
        Block { chain_id: CHAIN.into(), height: self.height, ..Block::default() }
    }

    pub fn with<T>(&mut self, f: impl FnOnce(&mut Ctx<'_>) -> T) -> T {
        let block = self.block();
        let mut ctx = Ctx::new(&mut self.state, &block);
        let result = f(&mut ctx);
        let faults = event_faults("whence.model.v1.Event", &ctx.take_events());
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

    pub fn feedback(&self, feedback_id: u64) -> pb::Feedback {
        let question = pb::QueryFeedbackRequest { feedback_id };
        let answer: pb::QueryFeedbackResponse = self.ask("Feedback", question).unwrap();
        answer.feedback.unwrap()
    }

    pub fn serving(&self, model: u64) -> Option<(u64, u64)> {
        keeper::deployed(&self.state, &PORTS, model).unwrap()
    }

    pub fn ask<Q: prost::Message, A: prost::Message + Default>(
        &self,
        method: &str,
        question: Q,
    ) -> std::result::Result<A, whence_base::Status> {
        let mut router = QueryRouter::default();
        module(&PORTS).queries(&mut router);
        let path = format!("/whence.model.v1.Query/{method}");
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
        balance(&self.state, &module_address("model"))
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
        ledger::copy(&self.state, &mut other.state);
        let genesis = self.export().encode_to_vec();
        other.with(|ctx| module(&PORTS).init_genesis(ctx, &genesis)).unwrap();
        other
    }
}

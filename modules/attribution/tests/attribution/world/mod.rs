//! A world for tests: the module over a state in memory, a ledger of real sums, keys that sign.

mod sent;

use prost::Name;
use secp256k1::{PublicKey, Secp256k1, SecretKey};
use whence_attribution::ports::{Adapter, Ports, Settlement};
use whence_attribution::{NAME, module};
use whence_base::testkit::ledger::send;
pub use whence_base::testkit::ledger::{LEDGER, balance, set_balance};
use whence_base::testkit::{MemState, event_faults, ledger, told};
use whence_base::{
    Address, Block, Coin, Coins, Ctx, Error, Event, Module, NATIVE_DENOM, QueryCtx, QueryRouter,
    Result, Router, StateRead, module_address,
};
use whence_proto::Any;
use whence_proto::cosmos::base::v1beta1::Coin as PbCoin;
use whence_proto::whence::attribution::v1 as pb;

pub use sent::*;

pub const CHAIN: &str = "whence-test-1";
pub const RICH: u128 = 1_000_000_000;
pub const INDEX_ROOT: [u8; 32] = [3; 32];

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
    fn send_between_modules(
        &self,
        ctx: &mut Ctx<'_>,
        from: &'static str,
        to: &'static str,
        coins: &Coins,
    ) -> Result<()> {
        send(ctx, &module_address(from), &module_address(to), coins)
    }
    fn adapter(&self, _: &dyn StateRead, id: u64, provider: u64) -> Result<Option<Adapter>> {
        // Adapters 1 and 9 are served by provider 1, adapter 2 by nobody.
        Ok((id == 1 || id == 2 || id == 9).then(|| Adapter {
            method: "grad-dot.v1".into(),
            index_root: INDEX_ROOT.to_vec(),
            deployed: id != 2 && provider == 1,
        }))
    }
    fn settle(&self, ctx: &mut Ctx<'_>, s: &Settlement) -> Result<()> {
        // Adapter 9 cannot be settled until it is healed.
        let healed = ctx.get(LEDGER, b"healed").is_some();
        if s.adapter_id == 9 && !healed { Err(Error::logic("sick")) } else { Ok(()) }
    }
}

pub fn account(n: u8) -> Address {
    Address::new(vec![n; 20]).unwrap()
}
pub fn operator() -> Address {
    account(1)
}
pub fn reporter() -> Address {
    account(2)
}
pub fn caller() -> Address {
    account(3)
}
pub fn stranger() -> Address {
    account(4)
}

pub fn coin(amount: u128) -> Option<PbCoin> {
    Some(Coin::new(NATIVE_DENOM, amount).to_proto())
}

pub fn secret(n: u8) -> SecretKey {
    SecretKey::from_byte_array([n; 32]).unwrap()
}
pub fn public(n: u8) -> Vec<u8> {
    PublicKey::from_secret_key(&Secp256k1::new(), &secret(n)).serialize().to_vec()
}
/// The same key in the form that is not taken.
pub fn uncompressed(n: u8) -> Vec<u8> {
    PublicKey::from_secret_key(&Secp256k1::new(), &secret(n)).serialize_uncompressed().to_vec()
}

#[derive(Clone)]
pub struct World {
    pub state: MemState,
    pub height: u64,
    pub chain: String,
    /// Of the last step.
    events: Vec<Event>,
}

pub fn attribution() -> impl Module {
    module(&PORTS)
}

impl World {
    fn empty(height: u64, chain: &str) -> Self {
        Self { state: MemState::default(), height, chain: chain.to_owned(), events: vec![] }
    }

    /// A chain at height 1, everybody rich, nothing else.
    pub fn new() -> Self {
        let mut world = Self::empty(1, CHAIN);
        for n in 1..=4 {
            set_balance(&mut world.state, &account(n), RICH);
        }
        let genesis = module(&PORTS).default_genesis();
        world.with(|ctx| module(&PORTS).init_genesis(ctx, &genesis)).unwrap();
        world
    }

    /// With provider 1 (bond 1,000,000) and escrow 1 (100,000, session key 7).
    pub fn ready() -> Self {
        let mut world = Self::new();
        world.tx(register()).unwrap();
        world.tx(fund(100_000)).unwrap();
        world
    }

    fn block(&self) -> Block {
        Block { chain_id: self.chain.clone(), height: self.height, ..Block::default() }
    }

    pub fn with<T>(&mut self, f: impl FnOnce(&mut Ctx<'_>) -> T) -> T {
        let block = self.block();
        let mut ctx = Ctx::new(&mut self.state, &block);
        let result = f(&mut ctx);
        self.events = ctx.take_events();
        let faults = event_faults("whence.attribution.v1.Event", &self.events);
        assert_eq!(faults, Vec::<String>::new());
        result
    }

    /// The last step's events as `type{key=value …}`, without the quotes of texts.
    pub fn told(&self) -> Vec<String> {
        told(&self.events)
    }

    /// What is refused before anything is executed.
    pub fn check<M: Name>(&self, message: &M) -> Result<()> {
        let mut router = Router::default();
        module(&PORTS).messages(&mut router);
        let any = Any { type_url: M::type_url(), value: message.encode_to_vec() };
        router.parse(&any)?.validate()
    }

    /// Runs a message as a transaction would: all of it or nothing.
    pub fn tx<M: Name>(&mut self, message: M) -> Result<Any> {
        let mut router = Router::default();
        module(&PORTS).messages(&mut router);
        let any = Any { type_url: M::type_url(), value: message.encode_to_vec() };
        let message = router.parse(&any)?;
        message.validate()?;
        assert_eq!(message.signers().len(), 1);
        assert!(message.gas() >= 40_000);
        let result = self.with(|ctx| ctx.atomically(|ctx| message.execute(ctx)));
        self.assert_sound();
        result
    }

    pub fn ask<Q: prost::Message, A: prost::Message + Default>(
        &self,
        method: &str,
        question: Q,
    ) -> std::result::Result<A, whence_base::Status> {
        let mut router = QueryRouter::default();
        module(&PORTS).queries(&mut router);
        let path = format!("/whence.attribution.v1.Query/{method}");
        let block = self.block();
        let ctx = QueryCtx::new(&self.state, &block);
        let bytes = router.answer(&path, &ctx, &question.encode_to_vec()).unwrap()?;
        Ok(A::decode(bytes.as_slice()).unwrap())
    }

    pub fn blocks(&mut self, count: u64) {
        for _ in 0..count {
            self.with(|ctx| module(&PORTS).end_block(ctx));
            self.assert_sound();
            self.height += 1;
        }
    }

    /// Ends one block without asking whether all is well.
    pub fn end_block_blindly(&mut self) {
        self.with(|ctx| module(&PORTS).end_block(ctx));
        self.height += 1;
    }

    /// Keys of the module's store.
    pub fn keys(&self) -> Vec<Vec<u8>> {
        let all = (std::ops::Bound::Unbounded, std::ops::Bound::Unbounded);
        self.state.range(NAME, all, false).map(|(key, _)| key).collect()
    }

    /// What is broken: accounts against obligations, and the module's own rules.
    pub fn broken(&self) -> Vec<String> {
        let block = self.block();
        let ctx = QueryCtx::new(&self.state, &block);
        let mut broken = module(&PORTS).invariants(&ctx).unwrap();
        for o in module(&PORTS).obligations(&ctx).unwrap() {
            let held = balance(&self.state, &module_address(o.account));
            let owed = o.coins.amount_of(NATIVE_DENOM);
            if held != owed {
                broken.push(format!("{} holds {held}, owes {owed}", o.account));
            }
        }
        broken
    }

    pub fn assert_sound(&self) {
        assert_eq!(self.broken(), Vec::<String>::new());
    }

    pub fn balance(&self, who: &Address) -> u128 {
        balance(&self.state, who)
    }
    pub fn held(&self, module: &str) -> u128 {
        balance(&self.state, &module_address(module))
    }

    pub fn escrow(&self, id: u64) -> pb::Escrow {
        let answer: pb::QueryEscrowResponse =
            self.ask("Escrow", pb::QueryEscrowRequest { escrow_id: id }).unwrap();
        answer.escrow.unwrap()
    }
    pub fn provider(&self, id: u64) -> pb::Provider {
        let answer: pb::QueryProviderResponse =
            self.ask("Provider", pb::QueryProviderRequest { provider_id: id }).unwrap();
        answer.provider.unwrap()
    }
    pub fn reported(&self, sequence: u64) -> pb::QueryReportedResponse {
        self.ask("Reported", pb::QueryReportedRequest { escrow_id: 1, sequence }).unwrap()
    }

    pub fn export(&self) -> Vec<u8> {
        let block = self.block();
        module(&PORTS).export_genesis(&QueryCtx::new(&self.state, &block)).unwrap()
    }

    /// The same chain after export and import; money comes along as bank's genesis would bring it.
    pub fn reborn(&self) -> Self {
        let mut other = Self::empty(self.height, &self.chain);
        ledger::copy(&self.state, &mut other.state);
        let genesis = self.export();
        other.with(|ctx| module(&PORTS).init_genesis(ctx, &genesis)).unwrap();
        assert_eq!(other.export(), genesis);
        other
    }

    pub fn import(&self, genesis: &pb::GenesisState) -> Result<()> {
        module(&PORTS).validate_genesis(&prost::Message::encode_to_vec(genesis))
    }

    pub fn set_params(&mut self, change: impl FnOnce(&mut pb::Params)) {
        let mut params = whence_attribution::params::default();
        change(&mut params);
        let authority = whence_base::authority().to_string();
        self.tx(pb::MsgUpdateParams { authority, params: Some(params) }).unwrap();
    }
}

/// The code that a message is refused with.
pub fn code<T>(result: Result<T>) -> (&'static str, u32) {
    result.err().map(|e| (e.codespace, e.code)).unwrap_or(("", 0))
}

/// A code of ours.
pub fn ours(error: fn(String) -> whence_attribution::error::Error) -> (&'static str, u32) {
    (NAME, error(String::new()).code())
}

/// A code of the SDK's.
pub fn sdk(code: u32) -> (&'static str, u32) {
    ("sdk", code)
}

/// Codespace and code of a refusal.
pub type Code = (&'static str, u32);
pub const OK: Code = ("", 0);

/// What, a change of the message, the code it is refused with.
pub type Row<M> = (&'static str, fn(&mut M), Code);

/// Runs changed messages each on a world of its own; a refusal leaves every byte as it was.
pub fn table<M: prost::Name + Clone>(start: &World, good: &M, rows: Vec<Row<M>>) {
    for (what, change, expected) in rows {
        let mut world = start.clone();
        let mut message = good.clone();
        change(&mut message);
        let result = world.tx(message);
        assert_eq!(code(result.clone()), expected, "{what}: {result:?}");
        if expected != OK {
            assert_eq!(world.state, start.state, "{what} changed something");
        }
    }
}

//! A chain of nothing but auth, with the smallest ledger that fees can be taken from.

use std::sync::LazyLock;

use prost::{Message, Name};
use whence_auth::ports::Ports;
use whence_base::accounts::{BURNER, MINTER};
use whence_base::ctx::Block;
use whence_base::query::{Answer, QueryRouter};
use whence_base::state::{Amount, Map};
use whence_base::testkit::MemState;
use whence_base::{
    Address, Coin, Coins, Ctx, Error, Module, ModuleAccounts, QueryCtx, Result, Router,
    module_address,
};
use whence_proto::Any;
use whence_proto::cosmos::auth::v1beta1::{BaseAccount, GenesisState};

pub struct TestPorts;
pub static PORTS: TestPorts = TestPorts;

static ACCOUNTS: LazyLock<ModuleAccounts> = LazyLock::new(|| {
    ModuleAccounts::new(&[
        ("fee_collector", &[]),
        ("gov", &[BURNER]),
        ("reward", &[MINTER, BURNER]),
    ])
});

/// Money: what an address has of uwhn.
pub const MONEY: Map<Address, Amount> = Map::at("money", 0);

fn shift(ctx: &mut Ctx<'_>, from: &Address, to: &Address, coins: &Coins) -> Result<()> {
    let held = u128::from(MONEY.get(ctx, from)?.unwrap_or_default());
    let amount = coins.amount_of("uwhn");
    let rest = held.checked_sub(amount).ok_or_else(|| Error::insufficient_funds("too little"))?;
    MONEY.set(ctx, from, &Amount::from(rest));
    let held = u128::from(MONEY.get(ctx, to)?.unwrap_or_default());
    MONEY.set(ctx, to, &Amount::from(held + amount));
    Ok(())
}

impl Ports for TestPorts {
    fn module_accounts(&self) -> &ModuleAccounts {
        &ACCOUNTS
    }
    fn send_to_module(
        &self,
        ctx: &mut Ctx<'_>,
        from: &Address,
        module: &'static str,
        coins: &Coins,
    ) -> Result<()> {
        shift(ctx, from, &module_address(module), coins)
    }
    fn send_between_modules(
        &self,
        ctx: &mut Ctx<'_>,
        from: &'static str,
        to: &'static str,
        coins: &Coins,
    ) -> Result<()> {
        shift(ctx, &module_address(from), &module_address(to), coins)
    }
}

pub fn user(name: &str) -> Address {
    let mut bytes = [0_u8; 20];
    bytes[..name.len()].copy_from_slice(name.as_bytes());
    Address::new(bytes).unwrap()
}

pub fn uwhn(amount: u128) -> Coins {
    Coins::of(&Coin::new("uwhn", amount))
}

pub fn base(name: &str, number: u64) -> BaseAccount {
    BaseAccount {
        address: user(name).to_string(),
        account_number: number,
        ..BaseAccount::default()
    }
}

pub fn any<M: Message + Name>(message: &M) -> Any {
    Any { type_url: M::type_url(), value: message.encode_to_vec() }
}

pub fn genesis(accounts: Vec<Any>) -> GenesisState {
    let module = whence_auth::module(&PORTS);
    let mut genesis = GenesisState::decode(module.default_genesis().as_slice()).unwrap();
    genesis.accounts = accounts;
    genesis
}

pub fn init(genesis: &GenesisState) -> Result<MemState> {
    let mut state = MemState::default();
    let block = Block::default();
    let mut ctx = Ctx::new(&mut state, &block);
    whence_auth::module(&PORTS).init_genesis(&mut ctx, &genesis.encode_to_vec())?;
    Ok(state)
}

pub fn export(state: &MemState) -> GenesisState {
    let block = Block::default();
    let bytes = whence_auth::module(&PORTS).export_genesis(&QueryCtx::new(state, &block)).unwrap();
    GenesisState::decode(bytes.as_slice()).unwrap()
}

pub fn chain(names: &[&str]) -> MemState {
    init(&genesis(names.iter().map(|name| any(&base(name, 0))).collect())).unwrap()
}

pub fn step<T>(state: &mut MemState, act: impl FnOnce(&mut Ctx<'_>) -> Result<T>) -> Result<T> {
    let block = Block::default();
    Ctx::new(state, &block).atomically(act)
}

pub fn run<M: Message + Name>(state: &mut MemState, message: &M) -> Result<()> {
    let mut router = Router::default();
    whence_auth::module(&PORTS).messages(&mut router);
    let parsed = router.parse(&any(message))?;
    parsed.validate()?;
    step(state, |ctx| parsed.execute(ctx)).map(|_| ())
}

pub fn ask<Q: Message, A: Message + Default>(
    state: &MemState,
    method: &str,
    request: &Q,
) -> Answer<A> {
    let mut router = QueryRouter::default();
    whence_auth::module(&PORTS).queries(&mut router);
    let block = Block::default();
    let ctx = QueryCtx::new(state, &block);
    let path = format!("/cosmos.auth.v1beta1.Query/{method}");
    let bytes = router.answer(&path, &ctx, &request.encode_to_vec()).expect("registered")?;
    Ok(A::decode(bytes.as_slice()).unwrap())
}

pub fn broken(state: &MemState) -> Vec<String> {
    let block = Block::default();
    whence_auth::module(&PORTS).invariants(&QueryCtx::new(state, &block)).unwrap()
}

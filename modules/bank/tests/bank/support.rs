//! A chain of nothing but bank, with the smallest accounts that it can stand on.

use std::sync::LazyLock;

use prost::{Message, Name};
use whence_bank::keeper::Bank;
use whence_bank::ports::Ports;
use whence_base::accounts::{BURNER, MINTER};
use whence_base::ctx::{Block, Time};
use whence_base::query::{Answer, QueryRouter};
use whence_base::testkit::MemState;
use whence_base::{
    Address, Coin, Coins, Ctx, Event, Module, ModuleAccounts, QueryCtx, Result, Router, StateRead,
    StateWrite,
};
use whence_proto::Any;
use whence_proto::cosmos::bank::v1beta1::{Balance, GenesisState};

pub struct TestPorts;
pub static PORTS: TestPorts = TestPorts;

static ACCOUNTS: LazyLock<ModuleAccounts> = LazyLock::new(|| {
    ModuleAccounts::new(&[
        ("fee_collector", &[]),
        ("mint", &[MINTER]),
        ("gov", &[BURNER]),
        ("pool", &[MINTER, BURNER]),
    ])
});

impl Ports for TestPorts {
    fn module_accounts(&self) -> &ModuleAccounts {
        &ACCOUNTS
    }
    fn ensure_account(&self, ctx: &mut Ctx<'_>, address: &Address) -> Result<()> {
        ctx.set("accounts", address.as_bytes().to_vec(), vec![1]);
        Ok(())
    }
    /// Whoever is called `vesting` has 30uwhn locked until the second 100.
    fn locked(&self, _: &dyn StateRead, time: Time, address: &Address) -> Result<Coins> {
        let locked = *address == user("vesting") && time.seconds < 100;
        Ok(if locked { coins("30uwhn") } else { Coins::new() })
    }
    fn genesis_balance(&self, ctx: &mut Ctx<'_>, address: &Address, _: &Coins) -> Result<()> {
        self.ensure_account(ctx, address)
    }
}

pub fn bank() -> Bank<'static> {
    Bank(&PORTS)
}

/// The address of a name: a module's when there is one of that name.
pub fn user(name: &str) -> Address {
    if let Some(account) = ACCOUNTS.named(name) {
        return account.address.clone();
    }
    let mut bytes = [0_u8; 20];
    bytes[..name.len()].copy_from_slice(name.as_bytes());
    Address::new(bytes).unwrap()
}

/// `5uwhn,7atom`, in any order; nothing for no coins.
pub fn coins(text: &str) -> Coins {
    let mut coins = Coins::new();
    for part in text.split(',').filter(|part| !part.is_empty()) {
        let at = part.find(|c: char| c.is_ascii_alphabetic()).unwrap();
        let (amount, denom) = part.split_at(at);
        coins.add(&Coin::new(denom, amount.parse().unwrap())).unwrap();
    }
    coins
}

pub fn has_account(state: &MemState, address: &Address) -> bool {
    state.get("accounts", address.as_bytes()).is_some()
}

pub fn genesis(balances: &[(&str, &str)]) -> GenesisState {
    let module = whence_bank::module(&PORTS);
    let mut genesis = GenesisState::decode(module.default_genesis().as_slice()).unwrap();
    genesis.balances = balances
        .iter()
        .map(|(name, text)| Balance {
            address: user(name).to_string(),
            coins: coins(text).to_proto(),
        })
        .collect();
    genesis
}

pub fn init(genesis: &GenesisState) -> Result<MemState> {
    let mut state = MemState::default();
    let block = Block::default();
    let mut ctx = Ctx::new(&mut state, &block);
    whence_bank::module(&PORTS).init_genesis(&mut ctx, &genesis.encode_to_vec())?;
    Ok(state)
}

pub fn chain(balances: &[(&str, &str)]) -> MemState {
    init(&genesis(balances)).unwrap()
}

/// Does something in a block; gives its result and the events.
pub fn step<T>(
    state: &mut MemState,
    act: impl FnOnce(&mut Ctx<'_>) -> Result<T>,
) -> Result<(T, Vec<Event>)> {
    let block = Block::default();
    let mut ctx = Ctx::new(state, &block);
    let value = ctx.atomically(act)?;
    Ok((value, ctx.take_events()))
}

/// Executes a message as the application does.
pub fn run<M: Message + Name>(state: &mut MemState, message: &M) -> Result<Vec<Event>> {
    let mut router = Router::default();
    whence_bank::module(&PORTS).messages(&mut router);
    let any = Any { type_url: M::type_url(), value: message.encode_to_vec() };
    let parsed = router.parse(&any)?;
    parsed.validate()?;
    step(state, |ctx| parsed.execute(ctx)).map(|(_, events)| events)
}

pub fn ask<Q: Message, A: Message + Default>(
    state: &MemState,
    method: &str,
    request: &Q,
) -> Answer<A> {
    let mut router = QueryRouter::default();
    whence_bank::module(&PORTS).queries(&mut router);
    let block = Block::default();
    let ctx = QueryCtx::new(state, &block);
    let path = format!("/cosmos.bank.v1beta1.Query/{method}");
    let bytes = router.answer(&path, &ctx, &request.encode_to_vec()).expect("registered")?;
    Ok(A::decode(bytes.as_slice()).unwrap())
}

pub fn holds(state: &MemState, name: &str) -> String {
    whence_bank::keeper::balances(state, &user(name)).unwrap().to_string()
}

pub fn broken(state: &MemState) -> Vec<String> {
    let block = Block::default();
    whence_bank::module(&PORTS).invariants(&QueryCtx::new(state, &block)).unwrap()
}

/// Events as `type{key=value,…}`, names of users in place of their addresses.
pub fn show(events: &[Event], names: &[&str]) -> Vec<String> {
    let name = |value: &str| {
        let known = names.iter().find(|name| user(name).to_string() == value);
        known.map_or(value.to_owned(), |name| (*name).to_owned())
    };
    events
        .iter()
        .map(|event| {
            let attributes: Vec<String> =
                event.attributes.iter().map(|(k, v)| format!("{k}={}", name(v))).collect();
            format!("{}{{{}}}", event.kind, attributes.join(" "))
        })
        .collect()
}

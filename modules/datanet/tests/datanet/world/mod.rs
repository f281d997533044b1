//! A chain in memory for the tests: a ledger, blocks, and a small language to tell stories in.
//!
//! One step a line, `->` and what must come of it (`ok`, or how the refusal begins; a refusal has
//! the code of its sentence). After every step the module account must hold exactly what is owed,
//! and no invariant may be broken.

mod codes;
mod ledger;
mod steps;
mod words;

use std::collections::BTreeMap;

use prost::{Message as _, Name};
use whence_base::testkit::ledger::{balance, copy, set_balance};
use whence_base::testkit::{MemState, event_faults};
use whence_base::{
    Address, Block, Ctx, Module, NATIVE_DENOM, QueryCtx, QueryRouter, Result, Router,
    module_address,
};
use whence_canon::{merkle, row::Row};
use whence_datanet::keeper::{self, Standing};
use whence_proto::whence::datanet::v1 as pb;

pub use ledger::Ledger;
use words::{number, place_of, ranges};

/// How the type of each event starts.
const EVENTS: &str = "whence.datanet.v1.Event";
/// What everybody starts with.
pub const START: u128 = 1_000_000;
const SALT: [u8; 32] = [7; 32];

/// The address of a name; `gov` is governance.
pub fn who(name: &str) -> Address {
    if name == "gov" { whence_base::authority() } else { module_address(&format!("user {name}")) }
}

/// The chain.
pub struct World {
    pub state: MemState,
    pub block: Block,
    router: Router,
    pub queries: QueryRouter,
    module: Box<dyn Module>,
    batches: BTreeMap<String, (u64, pb::BatchManifest, Vec<merkle::Hash>)>,
    by_contribution: Vec<Vec<merkle::Hash>>,
    finds: Vec<pb::MsgProveDuplicate>,
    reviews: BTreeMap<(String, u64), pb::MsgRevealReview>,
}

/// A datanet with a batch of bob's, accepted.
pub const ACCEPTED: &str = "
    alice create licences=CC0-1.0,MIT
    bob commit 1 b rows=a,b,c,d
    bob reveal b
    cara review 1 80 accept
    dan review 1 90 accept
    cara show 1
    dan show 1
    status 1 accepted 80
";

/// A new chain after a story that went as it says.
pub fn check(story: &str) -> World {
    let mut world = World::new();
    world.check(story);
    world
}

impl World {
    pub fn new() -> Self {
        let module = whence_datanet::module(&Ledger);
        let (mut router, mut queries) = (Router::default(), QueryRouter::default());
        module.messages(&mut router);
        module.queries(&mut queries);
        let block = Block { chain_id: "test-1".into(), height: 1, ..Block::default() };
        let mut state = MemState::default();
        let mut ctx = Ctx::new(&mut state, &block);
        module.init_genesis(&mut ctx, &module.default_genesis()).unwrap();
        for name in ["alice", "bob", "carol", "cara", "dan", "eve"] {
            set_balance(&mut ctx, &who(name), START);
        }
        Self {
            state,
            block,
            router,
            queries,
            module: Box::new(module),
            batches: BTreeMap::new(),
            by_contribution: Vec::new(),
            finds: Vec::new(),
            reviews: BTreeMap::new(),
        }
    }

    /// Executes a message as a transaction would.
    pub fn send<M: prost::Message + Name>(&mut self, message: &M) -> Result<Vec<u8>> {
        let any = whence_proto::Any { type_url: M::type_url(), value: message.encode_to_vec() };
        let parsed = self.router.parse(&any)?;
        parsed.validate()?;
        assert!(parsed.gas() >= 40_000);
        let mut ctx = Ctx::new(&mut self.state, &self.block);
        let answer = ctx.atomically(|ctx| parsed.execute(ctx))?;
        let events = ctx.take_events();
        assert!(!events.is_empty(), "a message emits an event");
        assert_eq!(event_faults(EVENTS, &events), Vec::<String>::new());
        Ok(answer.value)
    }

    /// Ends this block and so many more.
    pub fn wait(&mut self, blocks: u64) {
        for _ in 0..blocks {
            let mut ctx = Ctx::new(&mut self.state, &self.block);
            self.module.end_block(&mut ctx);
            assert_eq!(event_faults(EVENTS, &ctx.take_events()), Vec::<String>::new());
            self.block.height += 1;
        }
    }

    pub fn query(&self) -> QueryCtx<'_> {
        QueryCtx::new(&self.state, &self.block)
    }

    pub fn balance(&self, address: &Address) -> u128 {
        balance(&self.state, address)
    }

    /// What is broken, money included.
    pub fn broken(&self) -> Vec<String> {
        let ctx = self.query();
        let mut broken = self.module.invariants(&ctx).unwrap();
        for o in self.module.obligations(&ctx).unwrap() {
            let held = self.balance(&module_address(o.account));
            let owed = o.coins.amount_of(NATIVE_DENOM);
            if held != owed {
                broken.push(format!("{} holds {held}, owes {owed}", o.account));
            }
        }
        broken
    }

    pub fn export(&self) -> Vec<u8> {
        self.module.export_genesis(&self.query()).unwrap()
    }

    /// Another chain from an exported genesis, with the same ledger.
    pub fn reborn(&self) -> MemState {
        let mut state = MemState::default();
        let mut ctx = Ctx::new(&mut state, &self.block);
        self.module.init_genesis(&mut ctx, &self.export()).unwrap();
        copy(&self.state, &mut ctx);
        state
    }

    pub fn validate_genesis(&self, g: &pb::GenesisState) -> Result<()> {
        self.module.validate_genesis(&g.encode_to_vec())
    }

    /// Tells a story.
    pub fn check(&mut self, story: &str) {
        for line in story.lines().map(str::trim).filter(|l| !l.is_empty()) {
            let (step, expected) = line.split_once("->").unwrap_or((line, "ok"));
            let words: Vec<&str> = step.split_whitespace().collect();
            let before = self.state.clone();
            let got = match self.step(&words) {
                Ok(()) => "ok".to_owned(),
                Err(e) => {
                    assert!(self.state == before, "{line}: a refusal changed the state");
                    assert_eq!((e.codespace, e.code), codes::code_of(&e.message), "{line}");
                    e.message
                }
            };
            let expected = expected.trim();
            let same = match expected {
                "any" => true,
                "ok" => got == "ok",
                _ => got.starts_with(expected),
            };
            assert!(same, "{line}\n  got: {got}");
            assert_eq!(self.broken(), Vec::<String>::new(), "{line}");
            assert!(self.reborn() == self.state, "{line}: import of the export differs");
        }
    }

    fn step(&mut self, words: &[&str]) -> Result<()> {
        let arg = |key: &str| words.iter().find_map(|w| w.strip_prefix(key)).unwrap_or("");
        match *words {
            ["wait", blocks] => self.wait(blocks.parse().unwrap()),
            ["balance", name, ..] => self.check_balance(name, words),
            ["held", amount] => {
                let held = self.balance(&module_address(whence_datanet::NAME));
                assert_eq!(held, u128::from(number(amount)), "held");
            }
            ["standing", place, expected] => self.check_standing(place, expected),
            ["status", id, ref rest @ ..] => self.check_status(id, rest),
            [name, "create", ..] => self.create(name, arg("licences="), arg("with="))?,
            [name, "roles", id, role, ..] => self.roles(name, (id, role), (arg("+"), arg("-")))?,
            [name, "transfer", id, to] => drop(self.send(&pb::MsgTransferOwnership {
                owner: who(name).to_string(),
                datanet_id: number(id),
                new_owner: if to == "nobody" { String::new() } else { who(to).to_string() },
            })?),
            [name, "accept", id] => drop(self.send(&pb::MsgAcceptOwnership {
                new_owner: who(name).to_string(),
                datanet_id: number(id),
            })?),
            [name, "commit", id, batch, ..] => self.commit(name, (id, batch), words)?,
            [name, "reveal", batch, ..] => self.reveal(name, batch, arg("with="))?,
            [name, "review", id, quality, verdict, ..] => {
                self.review(name, id, (quality, verdict))?;
            }
            [name, "show", id, ..] => self.show(name, id, arg("quality="))?,
            [name, "find", first, second] => self.find(name, first, second)?,
            [name, "prove", find, ..] => self.prove(name, find, arg("with="))?,
            [name, "publish", id] => drop(self.send(&pb::MsgPublishVersion {
                owner: who(name).to_string(),
                datanet_id: number(id),
            })?),
            [name, "withdraw", id, ..] => drop(self.send(&pb::MsgWithdrawRows {
                author: who(name).to_string(),
                contribution_id: number(id),
                rows: ranges(arg("rows=")),
                reason: "asked".into(),
            })?),
            [name, "dispute", id, evidence, ..] => drop(self.send(&pb::MsgOpenDispute {
                opener: who(name).to_string(),
                contribution_id: number(id),
                tag: if arg("tag=") == "none" { 0 } else { pb::DisputeTag::Pii.into() },
                rows: ranges(arg("rows=")),
                evidence_hash: Row::text(evidence).unwrap().hash().to_vec(),
                evidence_uri: String::new(),
            })?),
            [name, "rule", id, ruling] => drop(
                self.send(&pb::MsgRuleDispute {
                    ruler: who(name).to_string(),
                    dispute_id: number(id),
                    ruling: pb::Ruling::from_str_name(&format!("RULING_{}", ruling.to_uppercase()))
                        .map_or(0, i32::from),
                })?,
            ),
            _ => panic!("no such step: {words:?}"),
        }
        Ok(())
    }

    fn check_balance(&self, name: &str, words: &[&str]) {
        let have = self.balance(&who(name));
        let delta: i64 = words.get(2).map_or(0, |w| w.parse().unwrap());
        let expected = START.checked_add_signed(delta.into()).unwrap();
        assert_eq!(have, expected, "balance of {name}: {words:?}");
    }

    fn check_standing(&self, place: &str, expected: &str) {
        let (id, row) = place_of(place);
        let got = keeper::standing(&self.state, id, row).unwrap();
        let good = match &got {
            Standing::Earning { payee, .. } => expected == "earning" || *payee == who(expected),
            Standing::Revoked => expected == "revoked",
            Standing::Withdrawn => expected == "withdrawn",
            Standing::Unknown => expected == "unknown",
        };
        assert!(good, "{place}: expected {expected}, got {got:?}");
    }

    fn check_status(&self, id: &str, expected: &[&str]) {
        let c = keeper::contribution(&self.state, number(id)).unwrap().unwrap();
        let status = c.status().as_str_name().to_lowercase();
        assert_eq!(status, format!("contribution_status_{}", expected[0]), "{}", c.reason);
        if let Some(quality) = expected.get(1) {
            assert_eq!(u64::from(c.quality), number(quality));
        }
    }
}

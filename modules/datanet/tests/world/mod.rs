//! A chain in memory for the tests: a ledger, blocks, and a small language to tell stories in.
//!
//! One step a line, `->` and what must come of it (`ok`, or how the refusal begins). After every
//! step the module account must hold exactly what is owed, and no invariant may be broken.

use std::collections::BTreeMap;

use prost::{Message as _, Name};
use whence_base::state::{Map, StateRead};
use whence_base::testkit::MemState;
use whence_base::{
    Address, Block, Coins, Ctx, Error, Module, NATIVE_DENOM, QueryCtx, QueryRouter, Result, Router,
    module_address,
};
use whence_canon::commit::{Batch, Duplicate, Opening, Review};
use whence_canon::{merkle, row::Row};
use whence_datanet::keeper::{self, Standing};
use whence_datanet::ports::Ports;
use whence_proto::whence::datanet::v1 as pb;

/// What everybody starts with.
pub const START: u128 = 1_000_000;
const SALT: [u8; 32] = [7; 32];
const LEDGER: Map<Address, u64> = Map::at("ledger", 0);
const BURNED: &str = "burned";

/// A ledger that records every movement in the state, so that a failed step undoes it.
pub struct Ledger;

fn balance(state: &(impl StateRead + ?Sized), who: &Address) -> u128 {
    u128::from(LEDGER.get(state, who).unwrap().unwrap_or(0))
}

fn shift(ctx: &mut Ctx<'_>, from: &Address, to: &Address, coins: &Coins) -> Result<()> {
    let amount = coins.amount_of(NATIVE_DENOM);
    let have = balance(ctx, from);
    if have < amount {
        return Err(Error::insufficient_funds(format!("{have} is smaller than {amount}")));
    }
    LEDGER.set(ctx, from, &u64::try_from(have - amount).unwrap());
    let sum = balance(ctx, to) + amount;
    LEDGER.set(ctx, to, &u64::try_from(sum).unwrap());
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
        shift(ctx, from, &module_address(module), coins)
    }
    fn send_from_module(
        &self,
        ctx: &mut Ctx<'_>,
        module: &'static str,
        to: &Address,
        coins: &Coins,
    ) -> Result<()> {
        shift(ctx, &module_address(module), to, coins)
    }
    fn burn(&self, ctx: &mut Ctx<'_>, module: &'static str, coins: &Coins) -> Result<()> {
        shift(ctx, &module_address(module), &module_address(BURNED), coins)
    }
}

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
            LEDGER.set(&mut ctx, &who(name), &u64::try_from(START).unwrap());
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
        let own = events.iter().filter(|e| e.kind.starts_with("whence.datanet.v1.Event")).count();
        assert!(own >= 1, "a message emits an event");
        Ok(answer.value)
    }

    /// Ends this block and so many more.
    pub fn wait(&mut self, blocks: u64) {
        for _ in 0..blocks {
            let mut ctx = Ctx::new(&mut self.state, &self.block);
            self.module.end_block(&mut ctx);
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
        for entry in LEDGER.iter(&self.state) {
            let (key, value) = entry.unwrap();
            LEDGER.set(&mut ctx, &key, &value);
        }
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
                    assert_ne!(e.code, 0);
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

    fn create(&mut self, name: &str, licences: &str, with: &str) -> Result<()> {
        let mut m = pb::MsgCreateDatanet {
            owner: who(name).to_string(),
            name: "SQLite".into(),
            domain: "databases".into(),
            modality: "text/chat".into(),
            row_schema: "whence.row.chat.v1".into(),
            licences: list(licences),
            admission: pb::Admission::Open.into(),
            contribution_bond: coin(5_000),
            curators: vec![who("cara").to_string(), who("dan").to_string()],
            acceptance_threshold: 60,
        };
        match with {
            "permissioned" => m.admission = pb::Admission::Permissioned.into(),
            "no_admission" => m.admission = 0,
            "no_name" => m.name.clear(),
            "long_name" => m.name = "x".repeat(129),
            "low_bond" => m.contribution_bond = coin(999),
            "foreign_bond" => m.contribution_bond.as_mut().unwrap().denom = "uatom".into(),
            "no_curators" => m.curators.clear(),
            "twice_cara" => m.curators = vec![who("cara").to_string(); 2],
            "many_curators" => {
                m.curators = (0..17).map(|i| who(&format!("c{i}")).to_string()).collect();
            }
            "threshold" => m.acceptance_threshold = 101,
            "author_curates" => m.curators.push(who("bob").to_string()),
            "cara_alone" => m.curators = vec![who("cara").to_string()],
            _ => {}
        }
        self.send(&m).map(drop)
    }

    fn roles(&mut self, name: &str, at: (&str, &str), change: (&str, &str)) -> Result<()> {
        let role = format!("ROLE_{}", at.1.to_uppercase());
        let accounts = |names: &str| list(names).iter().map(|n| who(n).to_string()).collect();
        let m = pb::MsgUpdateRoles {
            owner: who(name).to_string(),
            datanet_id: number(at.0),
            role: pb::Role::from_str_name(&role).map_or(0, i32::from),
            add: accounts(change.0),
            remove: accounts(change.1),
        };
        self.send(&m).map(drop)
    }

    fn commit(&mut self, name: &str, at: (&str, &str), words: &[&str]) -> Result<()> {
        let arg = |key: &str| words.iter().find_map(|w| w.strip_prefix(key)).unwrap_or("");
        let rows: Vec<_> =
            list(arg("rows=")).iter().map(|t| Row::text(t).unwrap().hash()).collect();
        let licence = if arg("licence=").is_empty() { "CC0-1.0" } else { arg("licence=") };
        let payout = arg("payout=");
        let mut m = pb::BatchManifest {
            row_root: merkle::root(&rows).to_vec(),
            row_count: rows.len() as u64,
            byte_size: 100,
            sha256: vec![1; 32],
            blake3: vec![2; 32],
            uris: vec!["file:///batch.jsonl".into()],
            licence: licence.into(),
            consent: Some(pb::Consent { training: true, inference: true, derivative: true }),
            origin: "the documentation".into(),
            payout_address: String::new(),
        };
        if !payout.is_empty() {
            m.payout_address = who(payout).to_string();
        }
        if let Some(count) = words.iter().find_map(|w| w.strip_prefix("count=")) {
            m.row_count = count.parse().unwrap();
        }
        let author = who(name).to_string();
        let opening = Opening { chain_id: "test-1", author: &author, salt: &SALT };
        let commit_hash = opening.commit(&batch(number(at.0), &m)).to_vec();
        let message = pb::MsgCommitContribution { author, datanet_id: number(at.0), commit_hash };
        let answer = self.send(&message)?;
        let answer = pb::MsgCommitContributionResponse::decode(answer.as_slice()).unwrap();
        self.batches.insert(at.1.to_owned(), (answer.commit_id, m, rows));
        Ok(())
    }

    fn reveal(&mut self, name: &str, batch: &str, with: &str) -> Result<()> {
        let (commit_id, manifest, rows) = self.batches.get(batch).cloned().unwrap();
        let mut m = pb::MsgRevealContribution {
            author: who(name).to_string(),
            commit_id,
            manifest: Some(manifest),
            salt: SALT.to_vec(),
        };
        let manifest = m.manifest.as_mut().unwrap();
        match with {
            "no_rows" => manifest.row_count = 0,
            "more_rows" => manifest.row_count += 1,
            "other_salt" => m.salt = vec![8; 32],
            "short_salt" => m.salt = vec![8; 31],
            "unknown_commit" => m.commit_id = 99,
            "no_manifest" => m.manifest = None,
            "no_consent" => manifest.consent = None,
            "no_uris" => manifest.uris.clear(),
            "many_uris" => manifest.uris = vec!["file:///a".into(); 9],
            "long_uri" => manifest.uris = vec![format!("file:///{}", "a".repeat(249))],
            "bad_uri" => manifest.uris = vec!["nowhere".into()],
            "bad_licence" => manifest.licence = "Mine".into(),
            "no_origin" => manifest.origin.clear(),
            "short_root" => drop(manifest.row_root.pop()),
            "bad_payout" => manifest.payout_address = "cosmos1".into(),
            "no_bytes" => manifest.byte_size = 0,
            _ => {}
        }
        self.send(&m)?;
        self.by_contribution.push(rows);
        Ok(())
    }

    fn review(&mut self, name: &str, id: &str, score: (&str, &str)) -> Result<()> {
        let curator = who(name).to_string();
        let verdict = format!("VERDICT_{}", score.1.to_uppercase());
        let m = pb::MsgRevealReview {
            curator: curator.clone(),
            contribution_id: number(id),
            quality: u32::try_from(number(score.0)).unwrap(),
            verdict: pb::Verdict::from_str_name(&verdict).unwrap().into(),
            reason: if score.1 == "accept" { String::new() } else { format!("{} it", score.1) },
            salt: SALT.to_vec(),
        };
        let shown = Review {
            subject_id: m.contribution_id,
            feedback: false,
            quality: m.quality,
            verdict: u32::try_from(m.verdict).unwrap(),
            reason: &m.reason,
        };
        let opening = Opening { chain_id: "test-1", author: &curator, salt: &SALT };
        let commit_hash = opening.commit(&shown).to_vec();
        let contribution_id = m.contribution_id;
        self.send(&pb::MsgCommitReview { curator, contribution_id, commit_hash })?;
        self.reviews.insert((name.to_owned(), contribution_id), m);
        Ok(())
    }

    fn show(&mut self, name: &str, id: &str, quality: &str) -> Result<()> {
        let fallback = pb::MsgRevealReview {
            curator: who(name).to_string(),
            contribution_id: number(id),
            verdict: 1,
            salt: SALT.to_vec(),
            ..pb::MsgRevealReview::default()
        };
        let key = (name.to_owned(), number(id));
        let mut m = self.reviews.get(&key).cloned().unwrap_or(fallback);
        if !quality.is_empty() {
            m.quality = u32::try_from(number(quality)).unwrap();
        }
        self.send(&m).map(drop)
    }

    fn find(&mut self, name: &str, first: &str, second: &str) -> Result<()> {
        let proof = |place: &str| {
            let (contribution_id, row) = place_of(place);
            let rows = &self.by_contribution[usize::try_from(contribution_id - 1).unwrap()];
            let at = usize::try_from(row).unwrap();
            let path = merkle::path(rows, at).unwrap_or_default();
            let path = path.iter().map(|h| h.to_vec()).collect();
            (pb::RowProof { contribution_id, row, path }, rows.get(at).copied())
        };
        let ((original, hash), (duplicate, _)) = (proof(first), proof(second));
        let row_hash = hash.unwrap_or_default().to_vec();
        let finder = who(name).to_string();
        let shown = Duplicate {
            original: place_of(first),
            duplicate: place_of(second),
            row_hash: &row_hash,
        };
        let opening = Opening { chain_id: "test-1", author: &finder, salt: &SALT };
        let commit_hash = opening.commit(&shown).to_vec();
        let answer = self.send(&pb::MsgCommitDuplicate { finder: finder.clone(), commit_hash })?;
        let answer = pb::MsgCommitDuplicateResponse::decode(answer.as_slice()).unwrap();
        self.finds.push(pb::MsgProveDuplicate {
            finder,
            commit_id: answer.commit_id,
            row_hash,
            original: Some(original),
            duplicate: Some(duplicate),
            salt: SALT.to_vec(),
        });
        Ok(())
    }

    fn prove(&mut self, name: &str, find: &str, with: &str) -> Result<()> {
        let mut m = self.finds[usize::try_from(number(find) - 1).unwrap()].clone();
        m.finder = who(name).to_string();
        match with {
            "bad_path" => m.duplicate.as_mut().unwrap().path[0][0] ^= 1,
            "long_path" => m.duplicate.as_mut().unwrap().path = vec![vec![0; 32]; 65],
            "other_row" => m.duplicate.as_mut().unwrap().row += 1,
            "other_salt" => m.salt = vec![1; 32],
            "no_proof" => m.original = None,
            "unknown_commit" => m.commit_id = 99,
            _ => {}
        }
        self.send(&m).map(drop)
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

fn batch(datanet_id: u64, m: &pb::BatchManifest) -> Batch<'_> {
    Batch {
        datanet_id,
        row_root: &m.row_root,
        row_count: m.row_count,
        byte_size: m.byte_size,
        sha256: &m.sha256,
        blake3: &m.blake3,
        uris: &m.uris,
        licence: &m.licence,
        consent: [true; 3],
        origin: &m.origin,
        payout_address: &m.payout_address,
    }
}

fn number(text: &str) -> u64 {
    text.parse().unwrap()
}

fn list(text: &str) -> Vec<String> {
    text.split(',').filter(|t| !t.is_empty()).map(str::to_owned).collect()
}

fn place_of(text: &str) -> (u64, u64) {
    let (id, row) = text.split_once('.').unwrap();
    (number(id), number(row))
}

/// `0+2,5+1`: ranges as first+count.
fn ranges(text: &str) -> Vec<pb::RowRange> {
    let range = |t: &String| {
        let (first, count) = t.split_once('+').unwrap();
        pb::RowRange { first: number(first), count: number(count) }
    };
    list(text).iter().map(range).collect()
}

fn coin(amount: u128) -> Option<whence_proto::cosmos::base::v1beta1::Coin> {
    Some(whence_base::Coin::new(NATIVE_DENOM, amount).to_proto())
}

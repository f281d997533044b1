//! What the tests share: stores in temporary folders, seeded changes, a verifier of two-op proofs.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

use ics23::commitment_proof::Proof as Kind;
use ics23::{CommitmentProof, HostFunctionsManager};
use prost::Message;
use sha2::{Digest, Sha256};
use tempfile::TempDir;
use whence_store::{Changes, Committed, Options, Proof, Pruning, Store, proof_spec};

pub const STORES: [&str; 3] = ["auth", "bank", "datanet"];

pub fn options(pruning: Pruning) -> Options {
    Options { pruning, cache_bytes: 16 << 20, statistics: true, ..Options::default() }
}

pub fn open(dir: &TempDir, pruning: Pruning) -> Store {
    Store::open(dir.path(), &STORES, options(pruning)).unwrap()
}

pub fn commit(store: &Store, height: u64, changes: Changes) -> Committed {
    store.commit(store.stage(height, changes).unwrap()).unwrap()
}

/// Store, key, and the new value or nothing to delete it.
pub type Row<'a> = (&'static str, &'a [u8], Option<&'a [u8]>);

/// Rows as a block's changes.
pub fn changes(rows: &[Row<'_>]) -> Changes {
    let mut out = Changes::new();
    for (store, key, value) in rows {
        out.entry(store).or_default().insert(key.to_vec(), value.map(<[u8]>::to_vec));
    }
    out
}

/// A seeded sequence of numbers (splitmix64), so that a failure can be run again.
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }
}

/// Keys whose hashes share long prefixes, and others: both kinds of tree shapes.
pub fn key_pool() -> Vec<Vec<u8>> {
    let mut hashed: Vec<([u8; 32], Vec<u8>)> = (0u32..100_000)
        .map(|n| {
            let key = n.to_be_bytes().to_vec();
            (Sha256::digest(&key).into(), key)
        })
        .collect();
    hashed.sort();
    let mut pool = Vec::new();
    for pair in hashed.windows(2) {
        if pair[0].0[..3] == pair[1].0[..3] && pair[0].0[3] >> 4 == pair[1].0[3] >> 4 {
            pool.extend([pair[0].1.clone(), pair[1].1.clone()]);
        }
        if pool.len() >= 40 {
            break;
        }
    }
    pool.extend((0u8..30).map(|n| vec![n]));
    pool.extend([b"a".to_vec(), b"a\0".to_vec(), b"a\0b".to_vec(), b"ab".to_vec(), vec![0xff; 9]]);
    pool.sort();
    pool.dedup();
    pool
}

/// Random changes over all stores: inserts, overwrites, deletes, and writes that change nothing.
pub fn random_changes(random: &mut Random, pool: &[Vec<u8>], count: usize) -> Changes {
    let mut out = Changes::new();
    for _ in 0..random.below(count + 1) {
        let store = STORES[random.below(STORES.len())];
        let key = pool[random.below(pool.len())].clone();
        let value = match random.below(3) {
            0 => None,
            _ => Some(vec![random.below(4) as u8 + 1; 1 + random.below(40)]),
        };
        out.entry(store).or_default().insert(key, value);
    }
    out
}

/// The whole state by store, as a plain map.
pub type Model = BTreeMap<&'static str, BTreeMap<Vec<u8>, Vec<u8>>>;

pub fn apply(model: &mut Model, changes: &Changes) {
    for (store, changes) in changes {
        let map = model.entry(store).or_default();
        for (key, value) in changes {
            match value {
                Some(value) => map.insert(key.clone(), value.clone()),
                None => map.remove(key),
            };
        }
    }
}

static QUIET: Once = Once::new();

/// What a client checks: the ops chain from the key over the store's root to the app hash.
pub struct Claim<'a> {
    pub app_hash: [u8; 32],
    pub store: &'a str,
    pub key: &'a [u8],
    pub value: Option<&'a [u8]>,
}

impl Claim<'_> {
    pub fn holds(&self, proof: &Proof) -> bool {
        // The crate panics on some malformed neighbour proofs; a client would see that as a
        // refusal.
        QUIET.call_once(|| {
            let hook = std::panic::take_hook();
            std::panic::set_hook(Box::new(move |info| {
                if !info.location().is_some_and(|at| at.file().contains("/ics23-")) {
                    hook(info);
                }
            }));
        });
        catch_unwind(AssertUnwindSafe(|| self.check(proof).unwrap_or(false))).unwrap_or(false)
    }

    fn check(&self, proof: &Proof) -> Option<bool> {
        let [inner, outer] = proof.ops.as_slice() else { return None };
        let inner = CommitmentProof::decode(inner.data.as_slice()).ok()?;
        let outer = CommitmentProof::decode(outer.data.as_slice()).ok()?;
        let root = match inner.proof.as_ref()? {
            Kind::Exist(exist) => root_of(exist)?,
            Kind::Nonexist(none) => root_of(none.left.as_ref().or(none.right.as_ref())?)?,
            _ => return None,
        };
        let spec = proof_spec();
        let inner_holds = match self.value {
            Some(value) => ics23::verify_membership::<HostFunctionsManager>(
                &inner, &spec, &root, self.key, value,
            ),
            None => {
                ics23::verify_non_membership::<HostFunctionsManager>(&inner, &spec, &root, self.key)
            }
        };
        let app_hash = self.app_hash.to_vec();
        let name = self.store.as_bytes();
        let outer_holds =
            ics23::verify_membership::<HostFunctionsManager>(&outer, &spec, &app_hash, name, &root);
        Some(inner_holds && outer_holds)
    }
}

fn root_of(exist: &ics23::ExistenceProof) -> Option<Vec<u8>> {
    ics23::calculate_existence_root::<HostFunctionsManager>(exist).ok()
}

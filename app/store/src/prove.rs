//! ICS-23 proofs of two ops: the key in its store's tree, then the store's name in the root tree.

use ics23::commitment_proof::Proof as Kind;
use ics23::{CommitmentProof, ExistenceProof, HashOp, InnerOp, NonExistenceProof};
use prost::Message;

use crate::error::Error;
use crate::keys::{self, ROOT, SEED_KEY, StoreId};
use crate::rocks::Cf;
use crate::tree::{self, Found, Hash, INNER_PREFIX, Side, Slot, Step};
use crate::view::View;

/// The type of both ops; the spec of both is `proof_spec()`.
pub const PROOF_OP_TYPE: &str = "ics23:jmt";

/// One op of a proof, as ABCI's `ProofOp` carries it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProofOp {
    /// `PROOF_OP_TYPE`.
    pub type_: String,
    /// The key that is proven: the key in the store, then the store's name.
    pub key: Vec<u8>,
    /// An encoded `cosmos.ics23.v1.CommitmentProof`.
    pub data: Vec<u8>,
}

/// A value, or its absence, with its proof against the app hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// The value; nothing when the key is absent.
    pub value: Option<Vec<u8>>,
    /// The store's tree first, then the root tree.
    pub ops: Vec<ProofOp>,
}

pub(crate) fn prove(view: &View, store: &str, key: &[u8]) -> Result<Proof, Error> {
    let id = view.registry().id(store)?;
    let root = view.root()?.ok_or(Error::Empty)?;
    if key.is_empty() {
        let why = "the empty key is never there and cannot be proven";
        return Err(Error::BadChange { store: store.to_owned(), why });
    }
    let tree = Tree { view, store: id, root: view.store_root(id)? };
    let value = view.value(id, key)?;
    let inner = tree.proof(key, value.as_deref())?;

    let name = store.as_bytes();
    let found = tree::leaf(&view.nodes(ROOT), root, &tree::digest(name))?
        .ok_or_else(|| Error::corrupt(format!("`{store}` is not in the root tree")))?;
    let outer = existence(name, &tree.root.hash(), &found)?;
    Ok(Proof { value, ops: vec![op(key, inner), op(name, Kind::Exist(outer))] })
}

/// One store's tree at one height.
struct Tree<'a> {
    view: &'a View,
    store: StoreId,
    root: Slot,
}

impl Tree<'_> {
    /// The proof that a key has a value, or that it is absent.
    fn proof(&self, key: &[u8], value: Option<&[u8]>) -> Result<Kind, Error> {
        let hash = tree::digest(key);
        let found = tree::leaf(&self.view.nodes(self.store), self.root, &hash)?;
        match (found, value) {
            (Some(found), Some(value)) => existence(key, value, &found).map(Kind::Exist),
            (None, None) => {
                let left = self.neighbour(&hash, Side::Left)?;
                let right = self.neighbour(&hash, Side::Right)?;
                Ok(Kind::Nonexist(NonExistenceProof { key: key.to_vec(), left, right }))
            }
            _ => Err(Error::corrupt("the tree and the flat values disagree about a key")),
        }
    }

    fn neighbour(&self, absent: &Hash, side: Side) -> Result<Option<ExistenceProof>, Error> {
        let nodes = self.view.nodes(self.store);
        let Some(hash) = tree::neighbour(&nodes, self.root, absent, side)? else {
            return Ok(None);
        };
        let found = tree::leaf(&nodes, self.root, &hash)?
            .ok_or(Error::Broken("a neighbour that was found has no leaf"))?;
        let key = self.preimage(&hash)?;
        let value = self.view.value(self.store, &key)?;
        let value = value.ok_or_else(|| Error::corrupt("a leaf has no flat value"))?;
        existence(&key, &value, &found).map(Some)
    }

    /// The key behind a key hash.
    fn preimage(&self, hash: &Hash) -> Result<Vec<u8>, Error> {
        if *hash == tree::digest(SEED_KEY) {
            return Ok(SEED_KEY.to_vec());
        }
        let key = keys::preimage(self.store, hash);
        let bytes = self.view.snapshot().get(Cf::Preimages, &key)?;
        let bytes = bytes.ok_or_else(|| Error::corrupt("a leaf has no preimage"))?;
        let (_, key) = crate::flat::decode(&bytes)?;
        Ok(key.to_vec())
    }
}

fn existence(key: &[u8], value: &[u8], found: &Found) -> Result<ExistenceProof, Error> {
    if tree::digest(value) != found.value {
        return Err(Error::corrupt("a flat value is not the one that its leaf commits to"));
    }
    let path = found.steps.iter().map(inner_op).collect();
    Ok(ExistenceProof {
        key: key.to_vec(),
        value: value.to_vec(),
        leaf: Some(tree::leaf_op()),
        path,
    })
}

/// The ICS-23 step hashes prefix, child, suffix: the sibling goes where the child is not.
fn inner_op(step: &Step) -> InnerOp {
    let (prefix, suffix) = match step {
        Step::SiblingLeft(sibling) => ([INNER_PREFIX, sibling].concat(), Vec::new()),
        Step::SiblingRight(sibling) => (INNER_PREFIX.to_vec(), sibling.to_vec()),
    };
    InnerOp { hash: HashOp::Sha256.into(), prefix, suffix }
}

fn op(key: &[u8], kind: Kind) -> ProofOp {
    let data = CommitmentProof { proof: Some(kind) }.encode_to_vec();
    ProofOp { type_: PROOF_OP_TYPE.to_owned(), key: key.to_vec(), data }
}

//! `datanet prove-duplicate`: find the rows that two contributions share, and have the later ones
//! revoked.

use std::collections::BTreeMap;

use anyhow::{Context, ensure};
use prost::Message;
use serde::{Deserialize, Serialize};
use serde_json::json;
use whence_canon::commit::{self, Opening};
use whence_canon::merkle;
use whence_proto::Any;
use whence_proto::whence::datanet::v1::{
    DuplicateCommit, MsgCommitDuplicate, MsgCommitDuplicateResponse, MsgProveDuplicate,
    MsgProveDuplicateResponse, QueryDuplicateCommitRequest, QueryDuplicateCommitResponse, RowProof,
};

use super::batch::{Batch, Named};
use super::queries;
use crate::client::Key;
use crate::client::tx::pack;
use crate::people::Desk;
use crate::people::notes::{Note, salt};

/// Most finds in one transaction.
const FINDS_PER_TX: usize = 32;

/// Two contributions with rows in common.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The earlier contribution and its file, as ID=FILE.
    #[arg(long)]
    first: Named,
    /// The later contribution and its file, as ID=FILE.
    #[arg(long)]
    second: Named,
}

/// One row in two places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Find {
    /// Hash of the row.
    pub hash: [u8; 32],
    /// Its place in the earlier contribution.
    pub original: usize,
    /// Its place in the later one.
    pub duplicate: usize,
}

/// The rows of the second list that are in the first.
pub fn common(first: &[[u8; 32]], second: &[[u8; 32]]) -> Vec<Find> {
    let mut places = BTreeMap::new();
    for (place, hash) in first.iter().enumerate() {
        places.entry(*hash).or_insert(place);
    }
    let shared = second.iter().enumerate().filter_map(|(duplicate, hash)| {
        let original = *places.get(hash)?;
        Some(Find { hash: *hash, original, duplicate })
    });
    shared.collect()
}

/// A find whose commit was sent.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Begun {
    salt: String,
    commit_id: u64,
}

struct Work<'a> {
    desk: &'a Desk,
    key: Key,
    finder: String,
    ids: (u64, u64),
    hashes: (Vec<[u8; 32]>, Vec<[u8; 32]>),
}

/// Proves all that can be proven.
pub(super) async fn run(desk: &Desk, args: Args) -> anyhow::Result<()> {
    let key = desk.key()?;
    let first = checked(desk, &args.first).await?;
    let second = checked(desk, &args.second).await?;
    let (one, two) = (args.first.contribution, args.second.contribution);
    ensure!(
        first.1 < second.1,
        "contribution {one} was committed after {two}: the earlier one is --first"
    );
    let hashes = (first.0, second.0);
    let work = Work { desk, finder: key.address().to_string(), key, ids: (one, two), hashes };
    work.run().await
}

/// The hashes of a contribution's rows, from a file with the root that the chain has, and its
/// priority.
async fn checked(desk: &Desk, named: &Named) -> anyhow::Result<(Vec<[u8; 32]>, u64)> {
    let contribution = queries::contribution(desk, named.contribution).await?;
    let batch = Batch::read(&named.file)?;
    let root = contribution.manifest.map(|manifest| manifest.row_root).unwrap_or_default();
    ensure!(
        batch.root().as_slice() == root,
        "{}: its root is {}, contribution {} has {}",
        named.file.display(),
        hex::encode(batch.root()),
        named.contribution,
        hex::encode(root)
    );
    Ok((batch.hashes(), contribution.commit_id))
}

impl Work<'_> {
    async fn run(&self) -> anyhow::Result<()> {
        let dead = queries::dead_rows(self.desk, self.ids.1).await?;
        let shared = common(&self.hashes.0, &self.hashes.1);
        let is_dead =
            |find: &&Find| u64::try_from(find.duplicate).is_ok_and(|row| dead.contains_key(&row));
        let before = shared.iter().filter(is_dead).count();
        let finds: Vec<Find> = shared.iter().filter(|find| !is_dead(find)).copied().collect();
        let (mut revoked, mut place, mut reward) = (Vec::new(), json!({}), Vec::new());
        let mut slashed = false;
        for finds in finds.chunks(FINDS_PER_TX) {
            let begun = self.commit(finds).await?;
            let messages = finds.iter().zip(&begun).map(|(find, begun)| self.proof(find, begun));
            let messages = messages.collect::<anyhow::Result<Vec<_>>>()?;
            let sent =
                self.desk.send_all(&self.key, messages).await.context("MsgProveDuplicate")?;
            for answer in &sent.response {
                let answer = MsgProveDuplicateResponse::decode(answer.value.as_slice())?;
                slashed |= answer.slashed;
                reward.extend(answer.reward.filter(|coin| coin.amount != "0"));
            }
            place = sent.json(json!({}));
            revoked.extend(finds.iter().map(|find| find.duplicate));
        }
        let (one, two) = self.ids;
        let line = format!(
            "{} rows of contribution {two} are revoked as copies of rows of {one}{} ({before} were \
             before): {revoked:?}",
            revoked.len(),
            if slashed { ", and its bond is slashed" } else { "" },
        );
        if let Some(object) = place.as_object_mut() {
            object.insert("revoked".to_owned(), json!(revoked));
            object.insert("revoked_before".to_owned(), json!(before));
            object.insert("slashed".to_owned(), json!(slashed));
            let reward = crate::people::desk::coins_text(&reward);
            object.insert("reward".to_owned(), json!(reward));
        }
        self.desk.say(&line, &place);
        Ok(())
    }

    fn note(&self, find: &Find) -> Note {
        let (one, two) = self.ids;
        let about = format!("{one}.{}.{two}.{}.{}", find.original, find.duplicate, self.finder);
        Note::of(self.desk, "duplicates", &about)
    }

    fn places(&self, find: &Find) -> anyhow::Result<((u64, u64), (u64, u64))> {
        let (one, two) = self.ids;
        Ok(((one, u64::try_from(find.original)?), (two, u64::try_from(find.duplicate)?)))
    }

    /// Commits to finds, each once as long as its commit is open.
    async fn commit(&self, finds: &[Find]) -> anyhow::Result<Vec<Begun>> {
        let (mut begun, mut fresh) = (Vec::new(), Vec::new());
        let height = self.desk.height().await?;
        for find in finds {
            let known: Option<Begun> = self.note(find).read()?;
            let open = match &known {
                Some(known) if known.commit_id > 0 => {
                    self.read(known.commit_id).await?.deadline_height > height
                }
                _ => false,
            };
            match known.filter(|_| open) {
                Some(known) => begun.push(known),
                None => {
                    let new = Begun { salt: salt(), commit_id: 0 };
                    self.note(find).write(&new)?;
                    fresh.push((begun.len(), *find, self.commit_message(find, &new)?));
                    begun.push(new);
                }
            }
        }
        if fresh.is_empty() {
            return Ok(begun);
        }
        let messages = fresh.iter().map(|(_, _, message)| message.clone()).collect();
        let sent = self.desk.send_all(&self.key, messages).await.context("MsgCommitDuplicate")?;
        for ((place, find, _), answer) in fresh.iter().zip(&sent.response) {
            let answer = MsgCommitDuplicateResponse::decode(answer.value.as_slice())?;
            if let Some(begun) = begun.get_mut(*place) {
                begun.commit_id = answer.commit_id;
                self.note(find).write(begun)?;
            }
        }
        Ok(begun)
    }

    async fn read(&self, commit_id: u64) -> anyhow::Result<DuplicateCommit> {
        let path = "/whence.datanet.v1.Query/DuplicateCommit";
        let request = QueryDuplicateCommitRequest { commit_id };
        let answer: QueryDuplicateCommitResponse = self.desk.ask(path, &request).await?;
        answer.commit.context("the node's answer has no commit")
    }

    fn commit_message(&self, find: &Find, begun: &Begun) -> anyhow::Result<Any> {
        let salt = hex::decode(&begun.salt)?;
        let opening = Opening { chain_id: &self.desk.chain_id, author: &self.finder, salt: &salt };
        let (original, duplicate) = self.places(find)?;
        let payload = commit::Duplicate { original, duplicate, row_hash: &find.hash };
        let commit_hash = opening.commit(&payload).to_vec();
        Ok(pack(&MsgCommitDuplicate { finder: self.finder.clone(), commit_hash }))
    }

    fn proof(&self, find: &Find, begun: &Begun) -> anyhow::Result<Any> {
        let (original, duplicate) = self.places(find)?;
        let path = |hashes: &[[u8; 32]], place: usize| {
            let path = merkle::path(hashes, place).context("a row is not in its own batch")?;
            anyhow::Ok(path.iter().map(|hash| hash.to_vec()).collect())
        };
        Ok(pack(&MsgProveDuplicate {
            finder: self.finder.clone(),
            commit_id: begun.commit_id,
            row_hash: find.hash.to_vec(),
            original: Some(RowProof {
                contribution_id: original.0,
                row: original.1,
                path: path(&self.hashes.0, find.original)?,
            }),
            duplicate: Some(RowProof {
                contribution_id: duplicate.0,
                row: duplicate.1,
                path: path(&self.hashes.1, find.duplicate)?,
            }),
            salt: hex::decode(&begun.salt)?,
        }))
    }
}

//! What people do in a story: each step makes its message, spoilt where the story says so.

use prost::Message as _;
use whence_base::{NATIVE_DENOM, Result};
use whence_canon::commit::{Batch, Duplicate, Opening, Review};
use whence_canon::{merkle, row::Row};
use whence_proto::whence::datanet::v1 as pb;

use super::words::{list, number, place_of};
use super::{SALT, World, who};

impl World {
    pub(super) fn create(&mut self, name: &str, licences: &str, with: &str) -> Result<()> {
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

    pub(super) fn roles(
        &mut self,
        name: &str,
        at: (&str, &str),
        change: (&str, &str),
    ) -> Result<()> {
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

    pub(super) fn commit(&mut self, name: &str, at: (&str, &str), words: &[&str]) -> Result<()> {
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

    pub(super) fn reveal(&mut self, name: &str, batch: &str, with: &str) -> Result<()> {
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

    pub(super) fn review(&mut self, name: &str, id: &str, score: (&str, &str)) -> Result<()> {
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

    pub(super) fn show(&mut self, name: &str, id: &str, quality: &str) -> Result<()> {
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

    pub(super) fn find(&mut self, name: &str, first: &str, second: &str) -> Result<()> {
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

    pub(super) fn prove(&mut self, name: &str, find: &str, with: &str) -> Result<()> {
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

fn coin(amount: u128) -> Option<whence_proto::cosmos::base::v1beta1::Coin> {
    Some(whence_base::Coin::new(NATIVE_DENOM, amount).to_proto())
}

//! Messages as tests send them, and queries signed by their keys.

use secp256k1::{Message as Digest, Secp256k1};
use whence_base::{Coin, NATIVE_DENOM};
use whence_canon::voucher::Voucher;
use whence_proto::whence::attribution::v1 as pb;

use super::*;

pub fn register() -> pb::MsgRegisterProvider {
    pb::MsgRegisterProvider {
        operator: operator().to_string(),
        reporter: reporter().to_string(),
        endpoint: "http://127.0.0.1:8080".into(),
        price: Some(price(1_000)),
        bond: coin(1_000_000),
    }
}

pub fn price(min_fee: u128) -> pb::Price {
    pb::Price {
        per_1k_prompt_tokens: coin(100),
        per_1k_completion_tokens: coin(300),
        min_fee: coin(min_fee),
    }
}

pub fn fund(amount: u128) -> pb::MsgFundEscrow {
    pb::MsgFundEscrow {
        caller: caller().to_string(),
        provider_id: 1,
        escrow_id: 0,
        amount: coin(amount),
        session_key: public(7),
    }
}

/// One query to report, before it is signed.
#[derive(Clone)]
pub struct Asked {
    pub key: u8,
    pub voucher: Voucher,
    pub report: pb::QueryReport,
}

/// Sequence n of escrow 1: fee 1,000 of at most 2,000, cumulative 2,000 × n.
pub fn asked(sequence: u64) -> Asked {
    let voucher = Voucher {
        chain_id: CHAIN.into(),
        escrow_id: 1,
        sequence,
        denom: NATIVE_DENOM.into(),
        cumulative: 2_000 * u128::from(sequence),
        max_fee: 2_000,
        request_digest: [5; 32],
        adapter_id: 1,
    };
    let report = pb::QueryReport {
        voucher: None,
        prompt_digest: vec![1; 32],
        output_digest: vec![2; 32],
        prompt_tokens: 10,
        completion_tokens: 20,
        fee: coin(1_000),
        method: "grad-dot.v1".into(),
        index_root: INDEX_ROOT.to_vec(),
        shares: vec![share(1, 0, 600_000_000), share(1, 1, 200_000_000), share(2, 0, 200_000_000)],
    };
    Asked { key: 7, voucher, report }
}

pub fn share(contribution_id: u64, row: u64, share_ppb: u32) -> pb::RowShare {
    pb::RowShare { contribution_id, row, share_ppb }
}

impl Asked {
    pub fn signed(&self) -> pb::QueryReport {
        let digest = Digest::from_digest(self.voucher.digest());
        let signature = Secp256k1::new().sign_ecdsa(digest, &secret(self.key));
        self.with_signature(signature.serialize_compact().to_vec())
    }

    pub fn with_signature(&self, signature: Vec<u8>) -> pb::QueryReport {
        let v = &self.voucher;
        let voucher = pb::Voucher {
            chain_id: v.chain_id.clone(),
            escrow_id: v.escrow_id,
            sequence: v.sequence,
            cumulative: Some(Coin::new(&v.denom, v.cumulative).to_proto()),
            request_digest: v.request_digest.to_vec(),
            adapter_id: v.adapter_id,
            max_fee: Some(Coin::new(&v.denom, v.max_fee).to_proto()),
            signature,
        };
        pb::QueryReport { voucher: Some(voucher), ..self.report.clone() }
    }
}

pub fn report(queries: Vec<pb::QueryReport>) -> pb::MsgReportQueries {
    pb::MsgReportQueries { reporter: reporter().to_string(), provider_id: 1, queries }
}

/// A report of these sequences.
pub fn batch(sequences: &[u64]) -> pb::MsgReportQueries {
    report(sequences.iter().map(|s| asked(*s).signed()).collect())
}

pub fn nothing_new() -> pb::MsgUpdateProvider {
    let operator = operator().to_string();
    pb::MsgUpdateProvider { operator, provider_id: 1, ..Default::default() }
}

pub fn only(change: impl FnOnce(&mut pb::MsgUpdateProvider)) -> pb::MsgUpdateProvider {
    let mut message = nothing_new();
    change(&mut message);
    message
}

pub fn unbond(who: whence_base::Address) -> pb::MsgUnbondProvider {
    pb::MsgUnbondProvider { operator: who.to_string(), provider_id: 1 }
}

pub fn request(amount: u128) -> pb::MsgRequestWithdrawal {
    let caller = caller().to_string();
    pb::MsgRequestWithdrawal { caller, escrow_id: 1, amount: coin(amount) }
}

pub fn complete() -> pb::MsgCompleteWithdrawal {
    pb::MsgCompleteWithdrawal { caller: caller().to_string(), escrow_id: 1 }
}

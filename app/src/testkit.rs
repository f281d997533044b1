//! A whole chain in process, for tests: the application's ABCI calls without CometBFT.
//!
//! Each block goes PrepareProposal → ProcessProposal → FinalizeBlock → Commit, with all invariants
//! checked.

use std::path::Path;

use bytes::Bytes;
use prost::{Message, Name};
use serde_json::Value;
use tendermint_proto::google::protobuf::Timestamp;
use tendermint_proto::v0_38::abci::{
    ExecTxResult, RequestFinalizeBlock, RequestInitChain, RequestPrepareProposal,
    RequestProcessProposal, ResponseFinalizeBlock, ResponseInitChain,
};
use tendermint_proto::v0_38::types::{BlockParams, ConsensusParams};
use whence_base::{Address, Coin, Coins, Error, Router};
use whence_proto::Any;
use whence_proto::cosmos::auth::v1beta1::{BaseAccount, QueryAccountRequest, QueryAccountResponse};
use whence_proto::cosmos::staking::v1beta1::{CommissionRates, Description, MsgCreateValidator};
use whence_proto::cosmos::tx::v1beta1::Fee;
use whence_store::{Options, Pruning};

use crate::abci::{commit, finalize_block, init_chain, prepare_proposal, process_proposal};
use crate::ante::gas;
use crate::ante::tx::{Strictness, Tx};
use crate::app::{App, Fatal, Settings};
use crate::client::tx::{SignWith, pack, sign};
use crate::client::{AccountNumbers, Key, TxRequest};
use crate::exec::genesis::{AppState, default_state};
use crate::exec::genesis_edit::{add_account, gentx, set_gentxs};
use crate::modules::Modules;
use crate::serve::{self, Request};

/// Chain id of test chains.
pub const CHAIN_ID: &str = "whence-test-1";
/// Header time of block 1.
const GENESIS_SECONDS: i64 = 1_767_225_600;
/// Seconds between two blocks.
const BLOCK_SECONDS: i64 = 5;
/// Bytes of the largest block.
const BLOCK_BYTES: i64 = 2_097_152;
/// Gas of the largest block.
const BLOCK_GAS: i64 = 400_000_000;
/// Fee of a transaction that the chain makes.
const FEE: u128 = 1_000;

/// A genesis in the making.
pub struct Genesis {
    /// The sections.
    pub state: AppState,
    gentxs: Vec<Value>,
}

impl Genesis {
    /// The default genesis.
    pub fn new() -> Result<Self, Error> {
        Ok(Self { state: default_state(Modules::get())?, gentxs: Vec::new() })
    }

    /// Gives an account coins.
    pub fn account(mut self, address: &Address, coins: &Coins) -> Result<Self, Error> {
        add_account(&mut self.state, address, coins)?;
        Ok(self)
    }

    /// Makes an account a validator by a genesis transaction; its coins must cover the stake.
    pub fn validator(mut self, key: &Key, stake: u128) -> Result<Self, Error> {
        use sha2::{Digest, Sha256};
        let consensus_key = whence_proto::cosmos::crypto::ed25519::PubKey {
            key: Sha256::digest(key.pubkey()).to_vec(),
        };
        let percent = |number: u64| format!("{number}0000000000000000");
        #[allow(deprecated, reason = "the field is still part of the message")]
        let message = MsgCreateValidator {
            description: Some(Description { moniker: "test".to_owned(), ..Description::default() }),
            commission: Some(CommissionRates {
                rate: percent(10),
                max_rate: percent(20),
                max_change_rate: percent(1),
            }),
            min_self_delegation: "1".to_owned(),
            delegator_address: String::new(),
            validator_address: key.address().to_validator_string(),
            pubkey: Some(pack(&consensus_key)),
            value: Some(Coin::new(whence_base::NATIVE_DENOM, stake).to_proto()),
        };
        self.gentxs.push(gentx(key, CHAIN_ID, pack(&message), "test".to_owned())?);
        set_gentxs(&mut self.state, &self.gentxs);
        Ok(self)
    }
}

/// A chain under a directory.
pub struct Chain {
    /// The application.
    pub app: App,
    seconds: i64,
}

impl Chain {
    /// Opens the state under a directory, with all invariants checked after every block.
    pub fn open(dir: &Path) -> Result<Self, Fatal> {
        Self::open_with(dir, Settings { verify_invariants: true, ..Settings::default() })
    }

    /// Opens the state under a directory.
    pub fn open_with(dir: &Path, settings: Settings) -> Result<Self, Fatal> {
        let options = Options { pruning: Pruning::Nothing, ..Options::default() };
        let app = App::open(dir, options, settings)?;
        let latest = app.store().latest().map_or(0, |at| at.height);
        let blocks = i64::try_from(latest).unwrap_or(i64::MAX);
        let seconds = GENESIS_SECONDS.saturating_add(blocks.saturating_mul(BLOCK_SECONDS));
        Ok(Self { app, seconds })
    }

    /// Starts a chain: InitChain and block 1.
    pub fn start(dir: &Path, genesis: &Genesis) -> Result<Self, Fatal> {
        let mut chain = Self::open(dir)?;
        chain.init(genesis)?;
        chain.block(Vec::new())?;
        Ok(chain)
    }

    /// InitChain only.
    pub fn init(&mut self, genesis: &Genesis) -> Result<ResponseInitChain, Fatal> {
        let state =
            serde_json::to_vec(&genesis.state).map_err(|e| Fatal::Genesis(e.to_string()))?;
        let block = BlockParams { max_bytes: BLOCK_BYTES, max_gas: BLOCK_GAS };
        let params = ConsensusParams { block: Some(block), ..ConsensusParams::default() };
        let request = RequestInitChain {
            time: Some(self.time()),
            chain_id: CHAIN_ID.to_owned(),
            consensus_params: Some(params),
            validators: Vec::new(),
            app_state_bytes: state.into(),
            initial_height: 1,
        };
        init_chain::init_chain(&self.app, request)
    }

    /// Height of the next block.
    pub fn next_height(&self) -> i64 {
        let latest = self.app.store().latest().map_or(0, |at| at.height);
        i64::try_from(latest).unwrap_or(i64::MAX).saturating_add(1)
    }

    fn time(&self) -> Timestamp {
        Timestamp { seconds: self.seconds, nanos: 0 }
    }

    /// Lets time pass before the next block.
    pub fn pass_seconds(&mut self, seconds: i64) {
        self.seconds = self.seconds.saturating_add(seconds);
    }

    /// A block of exactly these transactions, whatever a proposal would make of them.
    pub fn block(&mut self, txs: Vec<Vec<u8>>) -> Result<ResponseFinalizeBlock, Fatal> {
        let answer = self.finalize(txs)?;
        commit::commit(&self.app)?;
        self.pass_seconds(BLOCK_SECONDS);
        Ok(answer)
    }

    /// FinalizeBlock without Commit.
    pub fn finalize(&mut self, txs: Vec<Vec<u8>>) -> Result<ResponseFinalizeBlock, Fatal> {
        let request = RequestFinalizeBlock {
            txs: txs.into_iter().map(Bytes::from).collect(),
            height: self.next_height(),
            time: Some(self.time()),
            ..RequestFinalizeBlock::default()
        };
        finalize_block::finalize_block(&self.app, request)
    }

    /// What PrepareProposal makes of waiting transactions; ProcessProposal must accept it.
    pub fn propose(&mut self, txs: Vec<Vec<u8>>) -> Result<Vec<Bytes>, Fatal> {
        let prepare = RequestPrepareProposal {
            max_tx_bytes: BLOCK_BYTES,
            txs: txs.into_iter().map(Bytes::from).collect(),
            height: self.next_height(),
            time: Some(self.time()),
            ..RequestPrepareProposal::default()
        };
        let proposal = prepare_proposal::prepare_proposal(&self.app, prepare)?;
        let accepted = self.would_accept(proposal.txs.clone())?;
        if !accepted {
            return Err(Fatal::Grammar("ProcessProposal refused what PrepareProposal made".into()));
        }
        Ok(proposal.txs)
    }

    /// Whether ProcessProposal accepts a block of these transactions.
    pub fn would_accept(&self, txs: Vec<Bytes>) -> Result<bool, Fatal> {
        let process = RequestProcessProposal {
            txs,
            height: self.next_height(),
            time: Some(self.time()),
            ..RequestProcessProposal::default()
        };
        process_proposal::process_proposal(&self.app, &process)
    }

    /// Empty blocks.
    pub fn blocks(&mut self, count: u64) -> Result<(), Fatal> {
        (0..count).try_for_each(|_| self.block(Vec::new()).map(|_| ()))
    }

    /// Signs messages, puts them into a block of their own and gives the result.
    pub fn deliver(&mut self, key: &Key, messages: Vec<Any>) -> Result<ExecTxResult, Fatal> {
        let tx = self.sign(key, messages)?;
        let answer = self.block(vec![tx])?;
        let first = answer.tx_results.into_iter().next();
        first.ok_or_else(|| Error::broken("one tx has one result").into())
    }

    /// A transaction with the account's next sequence and exactly the gas it costs.
    pub fn sign(&self, key: &Key, messages: Vec<Any>) -> Result<Vec<u8>, Fatal> {
        let account = self.account(&key.address())?;
        self.sign_as(key, messages, account)
    }

    /// A transaction with a number and a sequence of the test's choice.
    pub fn sign_as(
        &self,
        key: &Key,
        messages: Vec<Any>,
        account: AccountNumbers,
    ) -> Result<Vec<u8>, Fatal> {
        let request = TxRequest::of(messages);
        let with = |gas_limit: u64| SignWith {
            chain_id: CHAIN_ID.to_owned(),
            account,
            fee: Fee {
                amount: Coins::of(&Coin::new(whence_base::NATIVE_DENOM, FEE)).to_proto(),
                gas_limit,
                ..Fee::default()
            },
        };
        let gas = self.gas(&sign(key, &request, with(1)))?;
        Ok(sign(key, &request, with(gas)))
    }

    /// Gas that a signed transaction costs; any number for one that does not decode.
    fn gas(&self, bytes: &[u8]) -> Result<u64, Fatal> {
        const GENEROUS: u64 = 1_000_000;
        let router: &Router = self.app.modules().router();
        let (state, _) = self.app.committed(None)?;
        match Tx::decode(bytes, router, Strictness::Full) {
            Ok(tx) => Ok(gas::cost(&tx, &crate::ante::accounts::params(&state)?)),
            Err(_) => Ok(GENEROUS),
        }
    }

    /// Account number and next sequence.
    pub fn account(&self, address: &Address) -> Result<AccountNumbers, Fatal> {
        let request = QueryAccountRequest { address: address.to_string() };
        let answer: QueryAccountResponse =
            self.query("/cosmos.auth.v1beta1.Query/Account", &request)?;
        let any = answer.account.unwrap_or_default();
        let account = BaseAccount::decode(any.value.as_slice())
            .map_err(|e| Error::invalid_type(format!("{}: {e}", BaseAccount::full_name())))?;
        Ok(AccountNumbers { number: account.account_number, sequence: account.sequence })
    }

    /// Asks a module.
    pub fn query<A: Message + Default>(
        &self,
        path: &str,
        request: &impl Message,
    ) -> Result<A, Error> {
        let call = Request { bytes: request.encode_to_vec().into(), height: None };
        let (bytes, _) = serve::ask_modules(&self.app, path, &call)
            .map_err(|status| Error::invalid_request(status.message()))?;
        A::decode(bytes).map_err(|e| Error::broken(&e.to_string()))
    }

    /// Balance of an account in the native denomination.
    pub fn balance(&self, address: &Address) -> Result<u128, Fatal> {
        let (state, block) = self.app.committed(None)?;
        let ctx = whence_base::QueryCtx::new(&state, &block);
        Ok(crate::ports::balances(&ctx, address)?.amount_of(whence_base::NATIVE_DENOM))
    }
}

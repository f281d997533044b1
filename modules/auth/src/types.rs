//! Accounts: a `BaseAccount`, alone or inside a module's or a vesting account.

use prost::{Message, Name};
use whence_base::{Address, Error, Result};
use whence_proto::Any;
use whence_proto::cosmos::auth::v1beta1::{BaseAccount, ModuleAccount};
use whence_proto::cosmos::vesting::v1beta1::{
    BaseVestingAccount, ContinuousVestingAccount, DelayedVestingAccount, PeriodicVestingAccount,
    PermanentLockedAccount,
};

/// What a base account is wrapped in; the wrapper's own base account is taken out.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// Nothing.
    Base,
    /// A module's account.
    Module(ModuleAccount),
    /// A vesting account without a schedule.
    BaseVesting(BaseVestingAccount),
    /// Coins unlock evenly in time.
    Continuous(ContinuousVestingAccount),
    /// Coins unlock at one time.
    Delayed(DelayedVestingAccount),
    /// Coins unlock period by period.
    Periodic(PeriodicVestingAccount),
    /// Coins never unlock.
    Locked(PermanentLockedAccount),
}

/// An account.
#[derive(Clone, Debug, PartialEq)]
pub struct Account {
    base: BaseAccount,
    kind: Kind,
}

impl Account {
    /// A plain account.
    pub fn plain(address: &Address, number: u64) -> Self {
        let base = BaseAccount {
            address: address.to_string(),
            account_number: number,
            ..BaseAccount::default()
        };
        Self { base, kind: Kind::Base }
    }

    /// A module's account.
    pub fn of_module(account: &whence_base::ModuleAccount, number: u64) -> Self {
        let module = ModuleAccount {
            base_account: None,
            name: account.name.to_owned(),
            permissions: account.permissions.iter().map(|&p| p.to_owned()).collect(),
        };
        let plain = Self::plain(&account.address, number);
        Self { base: plain.base, kind: Kind::Module(module) }
    }

    /// Reads any account type that clients know.
    pub fn from_any(any: &Any) -> Result<Self> {
        let url = any.type_url.as_str();
        let bytes = any.value.as_slice();
        if url == BASE_URL {
            return Ok(Self { base: decode(bytes)?, kind: Kind::Base });
        }
        if url == MODULE_URL {
            let mut module: ModuleAccount = decode(bytes)?;
            let base = module.base_account.take();
            return Self::wrapped(base, Kind::Module(module));
        }
        vesting_from(url, bytes)
    }

    /// The stored and transmitted form.
    pub fn to_any(&self) -> Any {
        let base = Some(self.base.clone());
        match &self.kind {
            Kind::Base => pack(&self.base),
            Kind::Module(m) => pack(&ModuleAccount { base_account: base, ..m.clone() }),
            Kind::BaseVesting(v) => pack(&BaseVestingAccount { base_account: base, ..v.clone() }),
            Kind::Continuous(v) => pack(&ContinuousVestingAccount {
                base_vesting_account: refill(v.base_vesting_account.as_ref(), base),
                ..v.clone()
            }),
            Kind::Delayed(v) => pack(&DelayedVestingAccount {
                base_vesting_account: refill(v.base_vesting_account.as_ref(), base),
            }),
            Kind::Periodic(v) => pack(&PeriodicVestingAccount {
                base_vesting_account: refill(v.base_vesting_account.as_ref(), base),
                ..v.clone()
            }),
            Kind::Locked(v) => pack(&PermanentLockedAccount {
                base_vesting_account: refill(v.base_vesting_account.as_ref(), base),
            }),
        }
    }

    /// The base account.
    pub fn base(&self) -> &BaseAccount {
        &self.base
    }

    /// What the base account is wrapped in.
    pub fn kind(&self) -> &Kind {
        &self.kind
    }

    /// Its address.
    pub fn address(&self) -> Result<Address> {
        Address::parse(&self.base.address)
    }

    /// Account number, as transactions sign it.
    pub fn number(&self) -> u64 {
        self.base.account_number
    }

    /// Sequence of the next transaction.
    pub fn sequence(&self) -> u64 {
        self.base.sequence
    }

    /// Public key, once it has signed.
    pub fn pubkey(&self) -> Option<&Any> {
        self.base.pub_key.as_ref()
    }

    pub(crate) fn set_number(&mut self, number: u64) {
        self.base.account_number = number;
    }

    pub(crate) fn set_sequence(&mut self, sequence: u64) {
        self.base.sequence = sequence;
    }

    pub(crate) fn set_pubkey(&mut self, pubkey: Any) {
        self.base.pub_key = Some(pubkey);
    }

    fn wrapped(base: Option<BaseAccount>, kind: Kind) -> Result<Self> {
        let base =
            base.ok_or_else(|| Error::invalid_request("account has no base account inside"))?;
        Ok(Self { base, kind })
    }
}

pub(crate) const BASE_URL: &str = "/cosmos.auth.v1beta1.BaseAccount";
pub(crate) const MODULE_URL: &str = "/cosmos.auth.v1beta1.ModuleAccount";

fn vesting_from(url: &str, bytes: &[u8]) -> Result<Account> {
    if url == BaseVestingAccount::type_url() {
        let mut v: BaseVestingAccount = decode(bytes)?;
        let base = v.base_account.take();
        return Account::wrapped(base, Kind::BaseVesting(v));
    }
    if url == ContinuousVestingAccount::type_url() {
        let mut v: ContinuousVestingAccount = decode(bytes)?;
        let base = take_base(&mut v.base_vesting_account);
        return Account::wrapped(base, Kind::Continuous(v));
    }
    if url == DelayedVestingAccount::type_url() {
        let mut v: DelayedVestingAccount = decode(bytes)?;
        let base = take_base(&mut v.base_vesting_account);
        return Account::wrapped(base, Kind::Delayed(v));
    }
    if url == PeriodicVestingAccount::type_url() {
        let mut v: PeriodicVestingAccount = decode(bytes)?;
        let base = take_base(&mut v.base_vesting_account);
        return Account::wrapped(base, Kind::Periodic(v));
    }
    if url == PermanentLockedAccount::type_url() {
        let mut v: PermanentLockedAccount = decode(bytes)?;
        let base = take_base(&mut v.base_vesting_account);
        return Account::wrapped(base, Kind::Locked(v));
    }
    Err(Error::invalid_type(format!(
        "account type {url:?}, expected a base, module or vesting one"
    )))
}

fn take_base(vesting: &mut Option<BaseVestingAccount>) -> Option<BaseAccount> {
    vesting.as_mut().and_then(|v| v.base_account.take())
}

fn refill(
    vesting: Option<&BaseVestingAccount>,
    base_account: Option<BaseAccount>,
) -> Option<BaseVestingAccount> {
    vesting.map(|v| BaseVestingAccount { base_account, ..v.clone() })
}

fn pack<M: Message + Name>(message: &M) -> Any {
    Any { type_url: M::type_url(), value: message.encode_to_vec() }
}

fn decode<M: Message + Name + Default>(bytes: &[u8]) -> Result<M> {
    M::decode(bytes).map_err(|e| Error::invalid_request(format!("{}: {e}", M::full_name())))
}

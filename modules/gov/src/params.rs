//! Tunables of gov, each checked for its range; SDK defaults.

use whence_base::{Address, Coin, Coins, Dec, Error, NATIVE_DENOM, Result, StateRead, ensure};
use whence_proto::Duration;
use whence_proto::cosmos::gov::v1 as pb;

use crate::state;
use crate::types::duration;

const DAY_S: u64 = 86_400;
const PERIOD_S: std::ops::RangeInclusive<u64> = 1..=366 * DAY_S;
/// Denominations of a deposit; each costs a transfer per depositor.
const DENOMS_MAX: usize = 8;

/// Parameters of gov.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Params {
    /// Deposit that starts the voting.
    pub min_deposit: Coins,
    /// Seconds that a proposal waits for its deposit.
    pub deposit_period_s: u64,
    /// Seconds of voting.
    pub voting_period_s: u64,
    /// Part of the bonded stake that must vote.
    pub quorum: Dec,
    /// Part of the votes other than abstain that must be yes, and one more.
    pub threshold: Dec,
    /// Part of the votes above which no-with-veto rejects.
    pub veto_threshold: Dec,
    /// Part of the least deposit that a submission must bring.
    pub min_initial_deposit_ratio: Dec,
    /// Part of the deposits that a cancelled proposal loses.
    pub proposal_cancel_ratio: Dec,
    /// Where that part goes; none burns it.
    pub proposal_cancel_dest: Option<Address>,
    /// Part of the least deposit that any deposit must bring.
    pub min_deposit_ratio: Dec,
    /// Whether a proposal without quorum loses its deposits.
    pub burn_vote_quorum: bool,
    /// Whether a proposal that never came to a vote loses its deposits.
    pub burn_proposal_deposit_prevote: bool,
    /// Whether a vetoed proposal loses its deposits.
    pub burn_vote_veto: bool,
    /// Kept for clients; expedited proposals do not exist here.
    pub expedited: Expedited,
}

/// What the SDK keeps for expedited proposals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expedited {
    /// Seconds of voting.
    pub voting_period_s: u64,
    /// Part that must be yes.
    pub threshold: Dec,
    /// Deposit that starts the voting.
    pub min_deposit: Coins,
}

impl Params {
    /// Reads and checks; errors name the parameter.
    pub(crate) fn parse(pb: &pb::Params) -> Result<Self> {
        let dest = Some(pb.proposal_cancel_dest.as_str()).filter(|text| !text.is_empty());
        Ok(Self {
            min_deposit: deposit("min_deposit", &pb.min_deposit)?,
            deposit_period_s: period("max_deposit_period", pb.max_deposit_period.as_ref())?,
            voting_period_s: period("voting_period", pb.voting_period.as_ref())?,
            quorum: ratio("quorum", &pb.quorum)?,
            threshold: positive("threshold", &pb.threshold)?,
            veto_threshold: positive("veto_threshold", &pb.veto_threshold)?,
            min_initial_deposit_ratio: ratio(
                "min_initial_deposit_ratio",
                &pb.min_initial_deposit_ratio,
            )?,
            proposal_cancel_ratio: ratio("proposal_cancel_ratio", &pb.proposal_cancel_ratio)?,
            proposal_cancel_dest: dest.map(Address::parse).transpose()?,
            min_deposit_ratio: ratio("min_deposit_ratio", &pb.min_deposit_ratio)?,
            burn_vote_quorum: pb.burn_vote_quorum,
            burn_proposal_deposit_prevote: pb.burn_proposal_deposit_prevote,
            burn_vote_veto: pb.burn_vote_veto,
            expedited: Expedited {
                voting_period_s: period(
                    "expedited_voting_period",
                    pb.expedited_voting_period.as_ref(),
                )?,
                threshold: positive("expedited_threshold", &pb.expedited_threshold)?,
                min_deposit: deposit("expedited_min_deposit", &pb.expedited_min_deposit)?,
            },
        })
    }

    pub(crate) fn to_proto(&self) -> pb::Params {
        let dest = self.proposal_cancel_dest.as_ref();
        pb::Params {
            min_deposit: self.min_deposit.to_proto(),
            max_deposit_period: Some(duration(self.deposit_period_s)),
            voting_period: Some(duration(self.voting_period_s)),
            quorum: self.quorum.to_string(),
            threshold: self.threshold.to_string(),
            veto_threshold: self.veto_threshold.to_string(),
            min_initial_deposit_ratio: self.min_initial_deposit_ratio.to_string(),
            proposal_cancel_ratio: self.proposal_cancel_ratio.to_string(),
            proposal_cancel_dest: dest.map(ToString::to_string).unwrap_or_default(),
            expedited_voting_period: Some(duration(self.expedited.voting_period_s)),
            expedited_threshold: self.expedited.threshold.to_string(),
            expedited_min_deposit: self.expedited.min_deposit.to_proto(),
            burn_vote_quorum: self.burn_vote_quorum,
            burn_proposal_deposit_prevote: self.burn_proposal_deposit_prevote,
            burn_vote_veto: self.burn_vote_veto,
            min_deposit_ratio: self.min_deposit_ratio.to_string(),
        }
    }

    /// The parameters in force.
    pub(crate) fn load(state: &(impl StateRead + ?Sized)) -> Result<Self> {
        let pb = state::PARAMS.get(state)?;
        Self::parse(&pb.ok_or_else(|| Error::broken("gov parameters are set at genesis"))?)
    }
}

/// The SDK's defaults, in `uwhn`.
pub(crate) fn default_proto() -> pb::Params {
    let coins = |amount| vec![Coin::new(NATIVE_DENOM, amount).to_proto()];
    let dec = |text: &str| format!("{text:0<20}");
    pb::Params {
        min_deposit: coins(10_000_000),
        max_deposit_period: Some(duration(2 * DAY_S)),
        voting_period: Some(duration(2 * DAY_S)),
        quorum: dec("0.334"),
        threshold: dec("0.5"),
        veto_threshold: dec("0.334"),
        min_initial_deposit_ratio: dec("0."),
        proposal_cancel_ratio: dec("0.5"),
        proposal_cancel_dest: String::new(),
        expedited_voting_period: Some(duration(DAY_S)),
        expedited_threshold: dec("0.667"),
        expedited_min_deposit: coins(50_000_000),
        burn_vote_quorum: false,
        burn_proposal_deposit_prevote: false,
        burn_vote_veto: true,
        min_deposit_ratio: dec("0.01"),
    }
}

fn deposit(what: &str, list: &[whence_proto::cosmos::base::v1beta1::Coin]) -> Result<Coins> {
    let fits = !list.is_empty() && list.len() <= DENOMS_MAX;
    let why = format!("{what} has {} coins, expected 1 to {DENOMS_MAX}", list.len());
    ensure(fits, Error::invalid_request(why))?;
    Coins::parse(list)
}

fn period(what: &str, pb: Option<&Duration>) -> Result<u64> {
    let (seconds, nanos) = pb.map_or((0, 0), |d| (d.seconds, d.nanos));
    let seconds = u64::try_from(seconds).unwrap_or(0);
    let fits = PERIOD_S.contains(&seconds) && nanos == 0;
    let (least, most) = (PERIOD_S.start(), PERIOD_S.end());
    let why = format!("{what} is {seconds} s and {nanos} ns, expected {least} to {most} whole s");
    ensure(fits, Error::invalid_request(why))?;
    Ok(seconds)
}

fn ratio(what: &str, text: &str) -> Result<Dec> {
    let dec = if text.is_empty() { Dec::zero() } else { Dec::parse(text)? };
    let why = format!("{what} is {dec}, expected 0 to 1");
    ensure(dec <= Dec::one(), Error::invalid_request(why))?;
    Ok(dec)
}

fn positive(what: &str, text: &str) -> Result<Dec> {
    let dec = ratio(what, text)?;
    let why = format!("{what} is zero, expected more, up to 1");
    ensure(dec > Dec::zero(), Error::invalid_request(why))?;
    Ok(dec)
}

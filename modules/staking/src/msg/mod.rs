//! One file per message. Gas is fixed per message: about the keys it writes, 10,000 each.

pub(crate) mod create_validator;
pub(crate) mod delegate;
pub(crate) mod edit_validator;
pub(crate) mod undelegate;
pub(crate) mod update_params;

use whence_base::{Coin, Ctx, Error, Result, ensure};
use whence_proto::cosmos::staking::v1beta1 as pb;

use crate::params::Params;

/// Longest texts of a description, in characters as Go counts them: bytes.
const MONIKER_MAX: usize = 70;
const IDENTITY_MAX: usize = 3000;
const WEBSITE_MAX: usize = 140;
const CONTACT_MAX: usize = 140;
const DETAILS_MAX: usize = 280;

/// The coin must be of the bond denomination.
fn require_bond_denom(ctx: &Ctx<'_>, coin: &Coin) -> Result<()> {
    let bond = Params::load(ctx)?.bond_denom;
    let (got, expected) = (&coin.denom, &bond);
    ensure(
        got == expected,
        Error::invalid_request(format!(
            "invalid coin denomination: got {got}, expected {expected}"
        )),
    )
}

/// No text of a description is longer than clients expect.
fn check_description(d: &pb::Description) -> Result<()> {
    let texts = [
        ("moniker", &d.moniker, MONIKER_MAX),
        ("identity", &d.identity, IDENTITY_MAX),
        ("website", &d.website, WEBSITE_MAX),
        ("security contact", &d.security_contact, CONTACT_MAX),
        ("details", &d.details, DETAILS_MAX),
    ];
    texts.iter().try_for_each(|(what, text, most)| {
        let got = text.len();
        let why = format!("invalid {what} length; got: {got}, max: {most}");
        ensure(got <= *most, Error::invalid_request(why))
    })
}

//! Amounts as people type them: `1000uwhn` or `5uatom,1000uwhn`.

use anyhow::Context;
use whence_base::coin::{is_denom, parse_amount};
use whence_base::{Coin, Coins};

/// One coin.
pub fn coin(text: &str) -> anyhow::Result<Coin> {
    let text = text.trim();
    let at = text.find(|c: char| !c.is_ascii_digit()).context("expected such as 1000uwhn")?;
    let (amount, denom) = text.split_at(at);
    anyhow::ensure!(is_denom(denom), "invalid denom {denom:?}");
    Ok(Coin::new(denom, parse_amount(amount)?))
}

/// Several coins; the same denomination twice is refused.
pub fn coins(text: &str) -> anyhow::Result<Coins> {
    let mut coins = Coins::new();
    for part in text.split(',').filter(|part| !part.trim().is_empty()) {
        let coin = coin(part).with_context(|| format!("amount {part:?}"))?;
        anyhow::ensure!(coins.amount_of(&coin.denom) == 0, "{} is given twice", coin.denom);
        coins.add(&coin)?;
    }
    Ok(coins)
}

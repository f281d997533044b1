//! Bank's events, with the names and attributes that the Cosmos SDK gives them.

use whence_base::Event;

pub(crate) fn coin_spent(spender: &str, amount: &str) -> Event {
    Event::new("coin_spent").attr("spender", spender).attr("amount", amount)
}

pub(crate) fn coin_received(receiver: &str, amount: &str) -> Event {
    Event::new("coin_received").attr("receiver", receiver).attr("amount", amount)
}

pub(crate) fn transfer(recipient: &str, sender: &str, amount: &str) -> Event {
    Event::new("transfer")
        .attr("recipient", recipient)
        .attr("sender", sender)
        .attr("amount", amount)
}

/// One output of a multi-send: the SDK names no sender here, the `message` event does.
pub(crate) fn transfer_output(recipient: &str, amount: &str) -> Event {
    Event::new("transfer").attr("recipient", recipient).attr("amount", amount)
}

pub(crate) fn sender(sender: &str) -> Event {
    Event::new("message").attr("sender", sender)
}

pub(crate) fn coinbase(minter: &str, amount: &str) -> Event {
    Event::new("coinbase").attr("minter", minter).attr("amount", amount)
}

pub(crate) fn burn(burner: &str, amount: &str) -> Event {
    Event::new("burn").attr("burner", burner).attr("amount", amount)
}

//! This node's price of gas: how it is read and told, and what it keeps out of the mempool.

use tempfile::TempDir;
use whence_app::ante::gas_price::GasPrices;
use whence_app::app::Settings;
use whence_app::client::TxRequest;
use whence_app::client::tx::{SignWith, sign};
use whence_app::testkit::{CHAIN_ID, Chain};
use whence_base::{Coin, Coins};
use whence_proto::cosmos::tx::v1beta1::Fee;

use crate::world::{START, check_tx, genesis, key, send};

#[test]
fn prices_are_read_and_told() {
    let good = [
        ("", ""),
        ("0uwhn", "0.000000000000000000uwhn"),
        ("0.025uwhn", "0.025000000000000000uwhn"),
        ("0.000000000000000001uwhn", "0.000000000000000001uwhn"),
        (" 3.uwhn ,0.1uatom,", "0.100000000000000000uatom,3.000000000000000000uwhn"),
    ];
    for (text, told) in good {
        let prices: GasPrices = text.parse().unwrap();
        assert_eq!(prices.to_string(), told, "{text:?}");
        assert_eq!(told.parse::<GasPrices>().unwrap(), prices, "{text:?}");
        assert_eq!(prices.is_empty(), told.is_empty(), "{text:?}");
    }
    let bad = [
        "uwhn",
        "0.025",
        ".5uwhn",
        "-1uwhn",
        "1 uwhn",
        "1,5uwhn",
        "1u",
        "0.0000000000000000001uwhn",
        "1000000000000000000000uwhn",
        "1uwhn,2uwhn",
    ];
    for text in bad {
        let error = text.parse::<GasPrices>().unwrap_err();
        assert_eq!((error.codespace, error.code), ("sdk", 10), "{text:?}: {error}");
    }
}

#[test]
fn a_fee_is_rounded_up() {
    let fee = |price: &str, gas| price.parse::<GasPrices>().unwrap().fee(gas);
    let uwhn = |amount| Some(Coin::new("uwhn", amount));
    assert_eq!(fee("0.025uwhn", 1_000), uwhn(25));
    assert_eq!(fee("0.025uwhn", 1_001), uwhn(26));
    assert_eq!(fee("0.025uwhn", 0), uwhn(0));
    assert_eq!(fee("0.000000000000000001uwhn", u64::MAX), uwhn(19));
    assert_eq!(fee("0.1uatom,1uwhn", 1_000), Some(Coin::new("uatom", 100)));
    assert_eq!(fee("", 1_000), None);
    assert_eq!(fee("340282366920938463463uwhn", u64::MAX), None, "more than there can be");
}

/// A send with this fee for 1,000,000 gas.
fn tx(chain: &Chain, amount: &Coins) -> Vec<u8> {
    let request = TxRequest::of(vec![send(&key(1), &key(2).address(), 1)]);
    let account = chain.account(&key(1).address()).unwrap();
    let fee = Fee { amount: amount.to_proto(), gas_limit: 1_000_000, ..Fee::default() };
    sign(&key(1), &request, SignWith { chain_id: CHAIN_ID.to_owned(), account, fee })
}

#[test]
fn the_mempool_asks_this_nodes_price_and_a_block_does_not() {
    let dir = TempDir::new().unwrap();
    let minimum_gas_prices = "0.025uwhn,0.1uatom".parse().unwrap();
    let settings = Settings { minimum_gas_prices, ..Settings::default() };
    let mut chain = Chain::open_with(dir.path(), settings).unwrap();
    chain.init(&genesis()).unwrap();
    chain.block(Vec::new()).unwrap();

    let coins = |denom: &str, amount| Coins::of(&Coin::new(denom, amount));
    for low in [Coins::new(), coins("uwhn", 24_999), coins("uatom", 99_999)] {
        let tx = tx(&chain, &low);
        for again in [false, true] {
            let checked = check_tx(&chain, &tx, again);
            assert_eq!((checked.code, checked.codespace.as_str()), (13, "sdk"), "{low}");
            let got = format!("insufficient fees; got: {low} required: 100000uatom,25000uwhn");
            assert_eq!(checked.log, format!("{got}: insufficient fee"));
        }
    }
    // The price is met in one of the two, though alice has none of it.
    assert_eq!(check_tx(&chain, &tx(&chain, &coins("uatom", 100_000)), false).code, 5);
    assert_eq!(check_tx(&chain, &tx(&chain, &coins("uwhn", 25_000)), false).code, 0);

    let free = tx(&chain, &Coins::new());
    let proposed = chain.propose(vec![free.clone()]).unwrap();
    assert_eq!(proposed.len(), 1, "every node must propose and accept the same");
    assert_eq!(chain.block(vec![free]).unwrap().tx_results[0].code, 0);
    assert_eq!(chain.balance(&key(2).address()).unwrap(), START + 1);
}

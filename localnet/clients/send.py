#!/usr/bin/env python3
"""Sends coins with cosmpy and reads the balance and the transaction back; prints one JSON object.

usage: send.py GRPC-URL CHAIN-ID SECRET-HEX RECIPIENT AMOUNT
"""
import json
import sys

from cosmpy.aerial.client import LedgerClient, NetworkConfig
from cosmpy.aerial.wallet import LocalWallet
from cosmpy.crypto.address import Address
from cosmpy.crypto.keypairs import PrivateKey


def main():
    url, chain_id, secret, recipient, amount = sys.argv[1:6]
    client = LedgerClient(NetworkConfig(
        chain_id=chain_id,
        fee_minimum_gas_price=0.01,
        fee_denomination="uwhn",
        staking_denomination="uwhn",
        url="grpc+" + url,
    ))
    wallet = LocalWallet(PrivateKey(bytes.fromhex(secret)), prefix="whence")
    sent = client.send_tokens(Address(recipient), int(amount), "uwhn", wallet, memo="cosmpy")
    sent.wait_to_complete()
    found = client.query_tx(sent.tx_hash)
    print(json.dumps({
        "hash": found.hash,
        "height": found.height,
        "code": found.code,
        "log": found.raw_log,
        "balance": str(client.query_bank_balance(Address(recipient), "uwhn")),
    }))


if __name__ == "__main__":
    main()

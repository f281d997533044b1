#!/usr/bin/env python3
"""Blocks of sends: ours beside the Cosmos SDK's application, in the same run, one after another.

usage: blocks.py BLOCKS-BENCH SDKBENCH ACCOUNTS OUT.json
"""
import json
import re
import subprocess
import sys

COMMAND = "make bench PART=blocks"
PARTS = {
    "signature": "decoding and signature",
    "execution": "decoding and execution, signatures known",
    "tree": "the tree's new root",
    "write": "Commit's write, synced",
}


def run(*command):
    print("+", *command, flush=True)
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    print(done.stdout.strip(), flush=True)
    return done.stdout


def figure(name, what, ours, peer=None):
    return {
        "id": name,
        "what": what,
        "unit": "us/tx",
        "ours": ours,
        "peer": peer,
        "ratio": None if peer is None else round(peer / ours, 2),
        "command": COMMAND,
    }


def of_block(bench, peer_bench, accounts, txs, blocks):
    ours = json.loads(run(bench, "--accounts", accounts, "--txs", txs, "--blocks", blocks))
    said = run(peer_bench, "-accounts", accounts, "-txs", txs, "-blocks", blocks)
    check, final, commit = map(float, re.search(
        r"CheckTx ([\d.]+) us/tx, FinalizeBlock ([\d.]+) us/tx, Commit ([\d.]+) us/tx", said,
    ).groups())
    about = f"a send, blocks of {txs}, {accounts} accounts"
    yield figure(f"blocks.{txs}.check_tx", f"CheckTx of {about}; peer: SDK 0.53.4",
                 ours["check_tx"], check)
    yield figure(f"blocks.{txs}.finalize_and_commit",
                 f"FinalizeBlock + Commit of {about}, after CheckTx; peer: SDK 0.53.4",
                 round(ours["finalize_block"] + ours["commit"], 1), round(final + commit, 1))
    for part, what in PARTS.items():
        yield figure(f"blocks.{txs}.{part}", f"{what}: {about}", ours[part])


def main():
    bench, peer_bench, accounts, out = sys.argv[1:5]
    figures = [
        row
        for txs, blocks in [("1000", "8"), ("10000", "4")]
        for row in of_block(bench, peer_bench, accounts, txs, blocks)
    ]
    with open(out, "w", encoding="utf-8") as file:
        json.dump(figures, file, indent=2)
        file.write("\n")


if __name__ == "__main__":
    main()

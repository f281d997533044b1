#!/usr/bin/env python3
"""Sends that one validator holds per second: ours beside simd, in the same run, one after another.

CometBFT's settings are each program's own defaults, but for the mempool's size, which is raised so
that the load is never refused for want of room, and the ports.

usage: sustained.py WHENCED SIMD CHAINLOAD ACCOUNTS PER-ACCOUNT OUT.json
"""
import json
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

COMMAND = "make bench PART=sustained"
MEMPOOL_TXS = 200_000
CHAINS = {
    "ours": {"prefix": "whence", "denom": "uwhn", "price": "0.001", "fee": "200"},
    "peer": {"prefix": "cosmos", "denom": "stake", "price": "0", "fee": "1"},
}


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def run(*command):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{command}: {done.stdout}{done.stderr}")
    return done.stdout


def make(program, home, chain, load, accounts):
    """A home with one validator and the load's accounts; gives the first account's number."""
    node = [program, "--home", home]
    run(*node, "init", "load", "--chain-id", "load-1")
    run(*node, "keys", "add", "validator", "--keyring-backend", "test")
    shown = run(*node, "keys", "show", "validator", "--address", "--keyring-backend", "test")
    coins = "1000000000000" + chain["denom"]
    run(*node, "genesis", "add-genesis-account", shown.strip(), coins)
    genesis = Path(home) / "config/genesis.json"
    said = run(load, "-mode", "genesis", "-genesis", genesis, "-accounts", accounts,
               "-prefix", chain["prefix"], "-denom", chain["denom"])
    stake = "100000000" + chain["denom"]
    run(*node, "genesis", "gentx", "validator", stake, "--chain-id", "load-1",
        "--keyring-backend", "test")
    run(*node, "genesis", "collect-gentxs")
    config = Path(home) / "config/config.toml"
    text = config.read_text()
    text, changed = re.subn(r"(?m)^size = \d+$", f"size = {MEMPOOL_TXS}", text, count=1)
    if not changed:
        sys.exit(f"{config}: no mempool size")
    config.write_text(text)
    return int(re.search(r"accounts before: (\d+)", said)[1])


def height(rpc):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{rpc}/status", timeout=2) as answer:
            status = json.load(answer)
        return int(status["result"]["sync_info"]["latest_block_height"])
    except OSError:
        return 0


def measure(program, chain, load, accounts, per):
    with tempfile.TemporaryDirectory() as home:
        first = make(program, home, chain, load, accounts)
        rpc = free_port()
        node = subprocess.Popen(
            [program, "--home", home, "start", "--minimum-gas-prices",
             chain["price"] + chain["denom"], "--rpc.laddr", f"tcp://127.0.0.1:{rpc}",
             "--p2p.laddr", f"tcp://127.0.0.1:{free_port()}",
             "--grpc.address", f"127.0.0.1:{free_port()}"],
            stdout=subprocess.DEVNULL, stderr=open(Path(home) / "log", "w", encoding="utf-8"),
        )
        try:
            end = time.time() + 90
            while height(rpc) < 2:
                if time.time() > end or node.poll() is not None:
                    sys.exit((Path(home) / "log").read_text()[-2000:])
                time.sleep(0.5)
            said = run(load, "-mode", "run", "-accounts", accounts, "-per", per,
                       "-prefix", chain["prefix"], "-denom", chain["denom"], "-fee", chain["fee"],
                       "-first-number", first, "-batch", 10, "-url", f"http://127.0.0.1:{rpc}")
        finally:
            node.terminate()
            node.wait(30)
    print(program, said.strip().splitlines()[-1], flush=True)
    refused = int(re.search(r"refused (\d+)", said)[1])
    if refused:
        sys.exit(f"{program} refused {refused} sends: the figure would say nothing")
    return {name: float(re.search(rf"([\d.]+) tx/s {name}", said)[1])
            for name in ("overall", "steady")}


def main():
    whenced, simd, load, accounts, per, out = sys.argv[1:7]
    ours = measure(whenced, CHAINS["ours"], load, accounts, per)
    peer = measure(simd, CHAINS["peer"], load, accounts, per)
    what = {
        "steady": "sends committed per second between the first and the last full block",
        "overall": "sends committed per second from the first broadcast to the last block",
    }
    figures = [{
        "id": f"sustained.{name}",
        "what": f"{what[name]}; {int(accounts) * int(per)} sends, one validator, default settings, "
                "the load on the same cores; peer: simd of ibc-go 10.7.0 (SDK 0.53.4)",
        "unit": "tx/s",
        "ours": ours[name],
        "peer": peer[name],
        "ratio": round(ours[name] / peer[name], 2) if peer[name] else None,
        "command": COMMAND,
    } for name in what]
    with open(out, "w", encoding="utf-8") as file:
        json.dump(figures, file, indent=2)
        file.write("\n")


if __name__ == "__main__":
    main()

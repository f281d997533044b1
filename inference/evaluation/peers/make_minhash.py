#!/usr/bin/env python3
"""Makes minhash.json: pairs of rows with their exact similarity and the estimate of `datasketch`.

usage: make_minhash.py ROWS.jsonl > minhash.json      (pip install datasketch==2.0.0)

Each pair is an answer of the file and a copy with some words dropped, between none and every third.
Shingles are five words; datasketch takes them with 128 permutations.
"""
import json
import random
import re
import sys

from datasketch import MinHash

SHINGLE_WORDS, PERMUTATIONS = 5, 128


def shingles(text):
    words = re.findall(r"[a-z0-9]+", text.lower())
    return {tuple(words[at : at + SHINGLE_WORDS]) for at in range(len(words) - SHINGLE_WORDS + 1)}


def estimate(first, second):
    signatures = []
    for pieces in (first, second):
        signature = MinHash(num_perm=PERMUTATIONS)
        for piece in sorted(pieces):
            signature.update(" ".join(piece).encode())
        signatures.append(signature)
    return signatures[0].jaccard(signatures[1])


def main():
    choice = random.Random(20_24)
    pairs = []
    for number, line in enumerate(open(sys.argv[1], encoding="utf-8")):
        words = [word for word in json.loads(line)["answer"].split() if word.isascii()]
        for part in (number % 11 / 33, number % 7 / 70):
            first = " ".join(words)
            second = " ".join(word for word in words if choice.random() >= part)
            one, other = shingles(first), shingles(second)
            if one and other:
                pairs.append({
                    "first": first,
                    "second": second,
                    "jaccard": len(one & other) / len(one | other),
                    "estimate": estimate(one, other),
                })
    print("[" + ",\n".join(json.dumps(pair, sort_keys=True) for pair in pairs) + "]")


main()

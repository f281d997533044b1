#!/usr/bin/env python3
"""Asks `infini-gram` (PyPI, 2.6.0) for the spans that `attribution-bench perf-spans --export` found.

usage: compare_infini_gram.py EXPORT [FIGURES.json]
       (a venv with: pip install infini-gram==2.6.0 numpy)

Builds infini-gram's own index of the exported rows with the program in its wheel, then compares for
every answer its longest match from each token, and its maximal spans of eight tokens and more with
their counts. Prints the agreement and both times; keeps two figures where a file is named.
"""
import json
import pathlib
import subprocess
import sys
import tempfile
import time

import numpy
from infini_gram import engine as infini_gram

ROW = 0xFFFF
TOKENS_MIN = 8
VOCABULARY = 49_152


def build(rows, folder):
    """infini-gram's files: tokens, offsets of documents in bytes, suffix array."""
    tool = pathlib.Path(infini_gram.__file__).parent / "rust_indexing"
    data = folder / "tokenized.0"
    data.write_bytes(rows.tobytes())
    (folder / "offset.0").write_bytes((2 * numpy.flatnonzero(rows == ROW)).astype("<u8").tobytes())
    size = data.stat().st_size
    ratio = str(int(numpy.ceil(numpy.log2(size) / 8)))
    common = ["--data-file", str(data), "--ratio", ratio, "--token-width", "2"]
    parts, merged = folder / "parts", folder / "merged"
    parts.mkdir()
    merged.mkdir()
    steps = [
        ["make-part", "--parts-dir", str(parts), "--start-byte", "0", "--end-byte", str(size)],
        ["merge", "--parts-dir", str(parts), "--merged-dir", str(merged), "--num-threads", "1",
         "--hacksize", "100000"],
        ["concat", "--merged-dir", str(merged), "--merged-file", str(folder / "table.0"),
         "--num-threads", "1"],
    ]
    started = time.perf_counter()
    for step in steps:
        subprocess.run([str(tool), step[0], *common, *step[1:]], check=True, capture_output=True)
    return time.perf_counter() - started


def figure(name, what, values, target):
    ours, peer = values
    holds = target is None or ours >= target
    return {
        "id": name, "what": what, "ours": ours, "error": 0.0, "peer": peer,
        "target": None if target is None else {"at_least": target}, "holds": holds, "seeds": [1],
        "command": "attribution-bench perf-spans --export F; peers/compare_infini_gram.py F",
    }


def keep(path, figures):
    known = json.loads(path.read_text()) if path.exists() else []
    known = {line["id"]: line for line in known} | {line["id"]: line for line in figures}
    lines = [known[name] for name in sorted(known)]
    path.write_text(json.dumps(lines, indent=2, ensure_ascii=False) + "\n")


def main():
    export = pathlib.Path(sys.argv[1])
    rows = numpy.fromfile(export / "rows.u16", dtype="<u2")
    answers = json.loads((export / "answers.json").read_text())
    with tempfile.TemporaryDirectory() as folder:
        seconds = build(rows, pathlib.Path(folder))
        engine = infini_gram.InfiniGramEngine(
            index_dir=folder, eos_token_id=VOCABULARY, vocab_size=65_535, token_dtype="u16",
            load_to_ram=True,
        )
        same_matches, same_spans, spans, times = 0, 0, 0, []
        for answer in answers:
            tokens = answer["tokens"]
            ends = [at + length for at, length in enumerate(answer["matches"])]
            same_matches += engine.creativity(input_ids=tokens)["rs"] == ends
            started = time.perf_counter()
            found = engine.attribute(
                input_ids=tokens, delim_ids=[], min_len=TOKENS_MIN, max_cnt=1_000_000,
                enforce_bow=False,
            )["spans"]
            times.append(1e3 * (time.perf_counter() - started))
            found = sorted([span["l"], span["r"], span["count"]] for span in found)
            same_spans += found == answer["spans"]
            spans += len(found)
    count = len(answers)
    ours = sorted(answer["ms"] for answer in answers)[count // 2]
    theirs = sorted(times)[count // 2]
    print(f"{len(rows)} tokens, sorted by infini-gram in {seconds:.1f} s; {count} answers")
    print(f"equal longest matches: {same_matches} answers; equal spans: {same_spans} ({spans} spans)")
    print(f"median ms an answer: ours {ours:.2f}, infini-gram {theirs:.2f}")
    if len(sys.argv) > 2:
        keep(pathlib.Path(sys.argv[2]), [
            figure("spans.equal-to-infini-gram", "part of answers with equal maximal spans and counts",
                   (min(same_matches, same_spans) / count, None), 1.0),
            figure("perf.spans.ms-median-beside-infini-gram",
                   "median ms an answer of 200 tokens; the peer's attribute() on the same rows",
                   (ours, theirs), None),
        ])


main()

"""Packages of others on the subsets that ours was measured on, in a table and in the file of figures.

Usage: V/bin/python compare.py [--figures docs/figures/attribution.json] EXPORT...
Exit status 1 where a method that should be the same as ours differs by more than 0.01 of LDS, or
gradients or logits by more than 1e-4.
"""
import argparse
import collections
import json
import os
import pathlib
import sys
import time
import warnings

os.environ["TQDM_DISABLE"] = "1"
warnings.filterwarnings("ignore")

import numpy as np
import torch

import attempts
import exported
import language

DIFFERENCE_MAX = 0.01
GRADIENT_ERROR_MAX = 1e-4
COMMAND = "make attribution-peers"


def one(export, attempt, ours):
    """Runs one attempt: its LDS over queries, the same of ours, how the scores agree, seconds."""
    start = time.time()
    try:
        scores = attempt.run()
        if not np.isfinite(scores).all():
            raise ArithmeticError("scores that are not numbers")
    except Exception as why:  # A package that fails is reported, and the others go on.
        return {"error": f"{type(why).__name__}: {str(why).splitlines()[0][:90]}"}
    found = {"lds": export.lds(scores), "seconds": time.time() - start}
    if attempt.same_as in ours:
        mine = ours[attempt.same_as]
        found["ours"] = export.lds(mine)
        found["pearson"], found["spearman"] = exported.agreement(scores, mine)
    return found


def line(attempt, found):
    if "error" in found:
        return f"  {attempt.name:<22} {attempt.settings:<54} does not run: {found['error']}"
    lds = found["lds"]
    error = lds.std(ddof=1) / len(lds) ** 0.5
    text = (f"  {attempt.name:<22} {attempt.settings:<54} {lds.mean():7.4f} ± {error:.4f}"
            f" {found['seconds']:6.1f} s")
    if "ours" in found:
        text += (f"   our {attempt.same_as} {found['ours'].mean():.4f},"
                 f" Pearson {found['pearson']:.6f}, Spearman {found['spearman']:.6f}")
    return text


def standard_error(values):
    return float(np.std(values, ddof=1) / len(values) ** 0.5) if len(values) > 1 else 0.0


def figures(results):
    """Figures from (setting, name, settings, same as) -> [(seed, found, index LDS or none)]."""
    made = []
    for (setting, name, settings, same), runs in results.items():
        runs = [run for run in runs if "error" not in run[1]]
        seeds = [seed for seed, _, _ in runs]
        peer = float(np.mean([found["lds"].mean() for _, found, _ in runs])) if runs else None
        words = "-".join(f"{name} {settings}".lower().translate(
            str.maketrans(",:.", "   ")).split())
        if runs and all("ours" in found for _, found, _ in runs):
            apart = [abs(f["lds"].mean() - f["ours"].mean()) for _, f, _ in runs]
            agree = min(f["pearson"] for _, f, _ in runs)
            made.append({
                "id": f"peers.{setting}.{same}.{name.replace(',', '').replace(' ', '-').lower()}",
                "what": f"LDS of our {same} less that of {name} ({settings}) on the same subsets, "
                        f"largest of the seeds; Pearson of the scores at least {agree:.6f}",
                "ours": float(max(apart)), "error": standard_error(apart), "peer": peer,
                "target": {"at_most": DIFFERENCE_MAX}, "holds": bool(max(apart) <= DIFFERENCE_MAX),
                "seeds": seeds, "command": COMMAND})
        elif runs and all(index is not None for _, _, index in runs):
            mine = [float(index.mean()) for _, _, index in runs]
            made.append({
                "id": f"peers.{setting}.{words}",
                "what": f"LDS of our index beside that of {name} ({settings}) on the same subsets",
                "ours": float(np.mean(mine)), "error": standard_error(mine), "peer": peer,
                "target": None, "holds": True, "seeds": seeds, "command": COMMAND})
    return made


def keep(path, made, peers):
    """Replaces figures of the same ids, keeps the others, and gives ours the peers' numbers."""
    known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
    by_id = {figure["id"]: figure for figure in known + made}
    for id_, peer in peers.items():
        if id_ in by_id:
            by_id[id_]["peer"] = peer
    ordered = [by_id[id_] for id_ in sorted(by_id)]
    path.write_text(json.dumps(ordered, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--figures", type=pathlib.Path)
    parser.add_argument("exports", nargs="+", type=pathlib.Path)
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    results, wrong = collections.defaultdict(list), []
    for folder in sorted(chosen.exports):
        export = exported.Export(folder)
        ours = export.ours()
        error = attempts.gradient_error(export)
        print(f"{folder.name}: {export.trained} rows, {export.queries} queries; our gradients "
              f"against torch's: largest relative error {error:.2e}")
        if not error <= GRADIENT_ERROR_MAX:
            wrong.append(f"{folder.name}: gradients")
        known = export.setting.startswith("digits")
        if not known:
            error = language.logits_error(export, language.Language(export))
            print(f"  the base's logits: largest difference by the largest {error:.2e}")
            if not error <= GRADIENT_ERROR_MAX:
                wrong.append(f"{folder.name}: logits")
        for name, scores in ours.items():
            print(f"  our {name:<18} {'':<54} {export.lds(scores).mean():7.4f}")
        index = export.lds(ours["index"]) if "index" in ours else None
        for attempt in (attempts.of_digits if known else attempts.of_language)(export):
            found = one(export, attempt, ours)
            print(line(attempt, found), flush=True)
            key = export.setting, attempt.name, attempt.settings, attempt.same_as
            results[key].append((export.seed, found, index))
    made = figures(results)
    wrong += [figure["id"] for figure in made if not figure["holds"]]
    if chosen.figures:
        same = [figure for figure in made if figure["target"]]
        peers = {"lds." + ".".join(f["id"].split(".")[1:3]) + ".50": f["peer"] for f in same}
        keep(chosen.figures, made, peers)
    print("differ: " + ", ".join(wrong) if wrong else "what should be the same is the same")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()

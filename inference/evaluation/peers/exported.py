"""What the harness exports, and the score that methods are held to (README.md lists the files)."""
import json
import pathlib

import numpy as np
from scipy.stats import rankdata


class Export:
    """One setting and seed: a folder named like `digits-lr-1`."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        name, seed = self.folder.name.rsplit("-", 1)
        self.setting, self.seed = name, int(seed)
        self.about = json.loads((self.folder / "about.json").read_text(encoding="utf-8"))
        self.trained = self.about["trained"]
        self.queries = len(self.about["queries"])
        self.settings = self.about["settings"]

    def array(self, name):
        """`<name>.npy`."""
        return np.load(self.folder / f"{name}.npy")

    def blocks(self):
        """The trained parameters as named matrices, outputs x inputs, in their order."""
        return self.cut(self.array("parameters"))

    def cut(self, flat):
        """A flat vector as named matrices."""
        found, start = {}, 0
        for block in self.about["layout"]:
            shape = block["outputs"], block["inputs"]
            end = start + shape[0] * shape[1]
            found[block["name"]] = flat[start:end].reshape(shape)
            start = end
        assert start == len(flat), "the layout covers the parameters"
        return found

    def ours(self):
        """Our scores by method, queries x rows."""
        files = sorted((self.folder / "scores").glob("*.npy"))
        return {file.stem: np.load(file) for file in files}

    def lds(self, scores):
        """The linear datamodelling score (2303.14186, section 2) of each query: Spearman's correlation
        over retrained models of the true losses with what the kept rows' scores add up to."""
        predicted = -self.array("subsets").astype(float) @ scores.T.astype(float)
        return paired(rankdata(predicted, axis=0), rankdata(self.array("losses"), axis=0))


def paired(x, y):
    """Pearson's correlation of each column of x with that of y."""
    x, y = x - x.mean(axis=0), y - y.mean(axis=0)
    scale = np.sqrt((x ** 2).sum(axis=0) * (y ** 2).sum(axis=0))
    return np.where(scale > 0, (x * y).sum(axis=0) / np.where(scale > 0, scale, 1), 0.0)


def agreement(x, y):
    """Pearson's and Spearman's correlation over rows of two queries x rows, mean over queries."""
    ranks = paired(rankdata(x, axis=1).T, rankdata(y, axis=1).T)
    return float(paired(x.T.astype(float), y.T.astype(float)).mean()), float(ranks.mean())

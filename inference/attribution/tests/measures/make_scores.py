"""Makes scores.json: small random gradients, and what the published formulas give for them in NumPy.

Every formula is written out with explicit inverses, as in its paper. BM25 is bm25s, variant `lucene`.

Set-up: python3 -m venv V && V/bin/pip install numpy==2.4.6 bm25s==0.3.16
Usage:  V/bin/python make_scores.py
"""
import json
import pathlib

import bm25s
import numpy as np

rng = np.random.default_rng(4)
BLOCKS = [(4, 3), (5, 8)]  # fewer and more numbers than rows
N = 30
widths = [a * b for a, b in BLOCKS]
cuts = np.cumsum([0] + widths)
# Uneven directions, as gradients have, and numbers that f32 holds exactly.
G = (rng.normal(size=(N, cuts[-1])) * rng.gamma(1.0, size=cuts[-1])).astype(np.float32)
Q = (rng.normal(size=cuts[-1]) + G[3]).astype(np.float32)
g, q = G.astype(float), Q.astype(float)
parts = [slice(a, b) for a, b in zip(cuts, cuts[1:])]


def whitened(factor):
    scores, own = np.zeros(N), np.zeros(N)
    for p in parts:
        F = g[:, p].T @ g[:, p] / N
        inverse = np.linalg.inv(F + factor * np.trace(F) / len(F) * np.eye(len(F)))
        scores += g[:, p] @ inverse @ q[p]
        own += np.einsum("ij,jk,ik->i", g[:, p], inverse, g[:, p])
    return scores, own


def datainf(factor):
    scores = np.zeros(N)
    for p in parts:
        d = p.stop - p.start
        damping = factor * np.mean(np.sum(g[:, p] ** 2, axis=1)) / d
        inverses = [np.linalg.inv(np.outer(x, x) + damping * np.eye(d)) for x in g[:, p]]
        scores += g[:, p] @ np.mean(inverses, axis=0) @ q[p]
    return scores


def kronecker():
    scores = np.zeros(N)
    for p, shape in zip(parts, BLOCKS):
        M = g[:, p].reshape(N, *shape)
        _, U = np.linalg.eigh(np.einsum("nij,nkj->ik", M, M))
        _, V = np.linalg.eigh(np.einsum("nij,nik->jk", M, M))
        turn = np.kron(U, V)
        e = np.mean((g[:, p] @ turn) ** 2, axis=0)
        scores += (g[:, p] @ turn) @ ((q[p] @ turn) / (e + np.mean(e)))
    return scores


def trak(losses):
    doubt = 1 - np.exp(-losses)
    first = parts[0]
    phi = -g[:, first] / doubt[:, None]
    return (phi @ np.linalg.inv(phi.T @ phi) @ -q[first]) * doubt


def less(mean, square, step):
    m = (0.9 * mean + 0.1 * g) / (1 - 0.9 ** (step + 1))
    v = (0.95 * square + 0.05 * g**2) / (1 - 0.95 ** (step + 1))
    gamma = m / (np.sqrt(v + 1e-6) + 1e-8)
    return gamma @ q / np.linalg.norm(gamma, axis=1) / np.linalg.norm(q)


def exact(damping):
    """Least squares ½(⟨x, θ⟩ − y)² with x = the second block, at θ = q's second block."""
    x, y, theta = g[:, parts[1]], g[:, 0], q[parts[1]]
    gradients = (x @ theta - y)[:, None] * x
    hessian = x.T @ x / N + damping * np.eye(x.shape[1])
    return gradients @ np.linalg.inv(hessian) @ gradients[0]


def lexical():
    rows = [[int(t) for t in rng.integers(0, 12, size=rng.integers(3, 9))] for _ in range(20)]
    query = [1, 5, 5, 11]
    peer = bm25s.BM25(method="lucene", k1=1.5, b=0.75)
    words = lambda terms: ["w%d" % t for t in terms]
    peer.index([words(row) for row in rows], show_progress=False)
    # bm25s leaves out the constant factor k1 + 1.
    scores = sum(peer.get_scores([word]) for word in words(query)) * 2.5
    return {"rows": rows, "query": query, "scores": scores.tolist()}


losses = rng.gamma(1.0, size=N).astype(np.float32)
mean, square = (rng.normal(size=cuts[-1]) * 0.1).astype(np.float32), rng.gamma(
    1.0, size=cuts[-1]).astype(np.float32)
scores, own = whitened(1.0)
fixture = {
    "blocks": BLOCKS, "rows": G.tolist(), "query": Q.tolist(), "losses": losses.tolist(),
    "mean": mean.tolist(), "square": square.tolist(),
    "whitened": scores.tolist(), "self_influences": own.tolist(),
    "whitened_tenth": whitened(0.1)[0].tolist(), "datainf": datainf(0.1).tolist(),
    "kronecker": kronecker().tolist(), "trak": trak(losses.astype(float)).tolist(),
    "less": less(mean.astype(float), square.astype(float), 7).tolist(),
    "exact": exact(0.5).tolist(), "bm25": lexical(),
}
short = lambda x: [short(y) for y in x] if isinstance(x, list) else (
    {k: short(v) for k, v in x.items()} if isinstance(x, dict) else
    float("%.9g" % x) if isinstance(x, float) else x)
pathlib.Path(__file__).with_name("scores.json").write_text(json.dumps(short(fixture)) + "\n")

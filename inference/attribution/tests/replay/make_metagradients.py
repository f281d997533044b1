"""Writes metagradients.json: a run by optax 0.2.8 in float64, and JAX's derivative through all of it.

    pip install jax optax && python make_metagradients.py

Nothing of the derivative is written here: `jax.grad` goes through optax's own updates.
"""

import json
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import optax

jax.config.update("jax_enable_x64", True)

ROWS, WIDTH, STEPS, BATCH, CLIP, DECAY, PEAK, WARMUP = 14, 5, 24, 7, 0.7, 0.02, 0.1, 6
random = np.random.default_rng(5)
inputs = random.uniform(-1, 1, (ROWS, WIDTH)).astype(np.float32).astype(np.float64)
targets = random.uniform(-1, 1, ROWS).astype(np.float32).astype(np.float64)
weights = random.choice([0.0, 0.5, 1.0, 1.5], ROWS)
start = random.uniform(-1, 1, WIDTH).astype(np.float32).astype(np.float64)
batches = [[(step * BATCH + place) % ROWS for place in range(BATCH)] for step in range(STEPS)]


def rate(step):
    """Linear warm-up, then the cubic decay."""
    s = (step - WARMUP) / (STEPS - WARMUP)
    return jnp.where(step < WARMUP, PEAK * (step + 1) / WARMUP, PEAK * (1 - 3 * s**2 + 2 * s**3))


def loss(theta, row):
    return 0.5 * (jnp.tanh(inputs[row] @ theta) - targets[row]) ** 2


def optimiser(name):
    if name == "adam":
        return optax.adamw(rate, b1=0.9, b2=0.95, eps=1e-3, eps_root=1e-2, weight_decay=DECAY)
    steps = optax.trace(0.9), optax.add_decayed_weights(DECAY), optax.scale_by_learning_rate(rate)
    return optax.chain(*steps)


def train(name, weights):
    chosen = optimiser(name)
    theta = jnp.array(start)
    state = chosen.init(theta)
    for batch in batches:
        total = lambda theta: sum(weights[row] * loss(theta, row) for row in batch) / BATCH
        gradient = jax.grad(total)(theta)
        gradient = gradient / jnp.sqrt(1 + jnp.sum(gradient**2) / CLIP**2)
        update, state = chosen.update(gradient, state, theta)
        theta = optax.apply_updates(theta, update)
    return theta


def run(name):
    by_weight = [jax.grad(lambda w: loss(train(name, w), query))(jnp.array(weights)).tolist()
                 for query in (0, 9)]
    return {"theta": train(name, jnp.array(weights)).tolist(), "by_weight": by_weight}


found = {"inputs": inputs.tolist(), "targets": targets.tolist(), "weights": weights.tolist(),
         "start": start.tolist(), "adam": run("adam"), "sgd": run("sgd")}
Path(__file__).with_name("metagradients.json").write_text(json.dumps(found) + "\n")

"""The harness's language model in torch, from its formulas: a Llama-style decoder with low-rank deltas.

Written after Llama's and LoRA's papers and PEFT's conventions, with nothing of the Rust code's arithmetic;
weights, tokens and the adapter come from the export.
"""
import json

import numpy as np
import torch
from torch import nn

MAPS = {"query": "self_attn.q_proj", "key": "self_attn.k_proj", "value": "self_attn.v_proj",
        "output": "self_attn.o_proj", "gate": "mlp.gate_proj", "up": "mlp.up_proj",
        "down": "mlp.down_proj"}


class Language(nn.Module):
    """A frozen base, and each matrix of the adapter as a linear map of its own."""

    def __init__(self, export):
        super().__init__()
        about = json.loads((export.folder / "model.json").read_text(encoding="utf-8"))
        self.config, self.adapter = about["config"], about["adapter"]
        self.scale = self.adapter["alpha"] / self.adapter["rank"]
        self.base, flat, start = {}, export.array("base"), 0
        for block in about["layout"]:
            shape = block["outputs"], block["inputs"]
            end = start + shape[0] * shape[1]
            self.base[block["name"]] = torch.tensor(flat[start:end].reshape(shape))
            start = end
        self.names = {}
        for name, weight in export.blocks().items():
            # base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight
            layer, rest = name.split("layers.")[1].split(".", 1)
            part, side, _ = rest.rsplit(".", 2)
            self.names[layer, part, side] = f"delta{len(self.names):03}"
            delta = nn.Linear(weight.shape[1], weight.shape[0], bias=False)
            delta.weight.data = torch.tensor(weight)
            self.add_module(self.names[layer, part, side], delta)
        half = self.config["width"] // self.config["heads"] // 2
        powers = torch.arange(half, dtype=torch.float64) / half
        angles = torch.outer(torch.arange(self.config["context"], dtype=torch.float64),
                             self.config["rope_base"] ** -powers)
        self.cosines, self.sines = angles.cos().float(), angles.sin().float()

    def map(self, x, layer, part):
        out = x @ self.base[f"model.layers.{layer}.{part}.weight"].T
        if (str(layer), part, "lora_A") in self.names:
            a, b = (getattr(self, self.names[str(layer), part, side])
                    for side in ("lora_A", "lora_B"))
            out = out + self.scale * b(a(x))
        return out

    def norm(self, x, name):
        root = torch.rsqrt(x.square().mean(-1, keepdim=True) + self.config["norm_epsilon"])
        return x * root * self.base[name + ".weight"][0]

    def turn(self, x):
        """Rotary positions: halves of a head are the pairs' parts."""
        length, half = x.shape[-2], x.shape[-1] // 2
        c, s = self.cosines[:length], self.sines[:length]
        return torch.cat([x[..., :half] * c - x[..., half:] * s,
                          x[..., half:] * c + x[..., :half] * s], dim=-1)

    def attention(self, x, layer):
        heads, shared = self.config["heads"], self.config["kv_heads"]
        length, width = x.shape[-2], self.config["width"] // heads
        split = lambda part, count: self.map(x, layer, part).unflatten(
            -1, (count, width)).transpose(-2, -3)
        q, k = self.turn(split(MAPS["query"], heads)), self.turn(split(MAPS["key"], shared))
        v = split(MAPS["value"], shared)
        k, v = (part.repeat_interleave(heads // shared, dim=-3) for part in (k, v))
        scores = q @ k.transpose(-1, -2) / width ** 0.5
        later = torch.ones(length, length, dtype=torch.bool).triu(1)
        mixed = scores.masked_fill(later, float("-inf")).softmax(-1) @ v
        return self.map(mixed.transpose(-2, -3).flatten(-2), layer, MAPS["output"])

    def forward(self, tokens):
        embedding = self.base["model.embed_tokens.weight"]
        x = embedding[tokens]
        for layer in range(self.config["layers"]):
            name = f"model.layers.{layer}."
            x = x + self.attention(self.norm(x, name + "input_layernorm"), layer)
            y = self.norm(x, name + "post_attention_layernorm")
            gate, up = self.map(y, layer, MAPS["gate"]), self.map(y, layer, MAPS["up"])
            x = x + self.map(nn.functional.silu(gate) * up, layer, MAPS["down"])
        return self.norm(x, "model.norm") @ self.base.get("lm_head.weight", embedding).T


def tensors(export):
    """Tokens and places of the answers: of the trained rows, and of the queries."""
    tokens = torch.from_numpy(export.array("tokens").astype("int64"))
    places = torch.from_numpy(export.array("places").astype("int64"))
    queries = export.about["queries"]
    cut = slice(0, export.trained)
    return (tokens[cut], places[cut]), (tokens[queries], places[queries])


def loss(model, parameters, data):
    """The mean over data of each one's mean loss over its answer's tokens, in nats."""
    tokens, places = data
    logits = torch.func.functional_call(model, parameters, (tokens,))
    at = torch.arange(tokens.shape[-1])[1:]
    judged = (at >= places[..., 1:2]) & (at < places[..., 2:3])
    losses = nn.functional.cross_entropy(
        logits[..., :-1, :].flatten(0, -2), tokens[..., 1:].flatten(), reduction="none")
    losses = losses.reshape(judged.shape) * judged
    return (losses.sum(-1) / judged.sum(-1)).mean()


def logits_error(export, model):
    """Largest difference of the base's logits of the first row from the exported, by the largest."""
    ours = export.array("logits")
    tokens = torch.from_numpy(export.array("tokens").astype("int64"))[:1, :len(ours)]
    nothing = {name: torch.zeros_like(value) for name, value in model.named_parameters()}
    with torch.no_grad():
        theirs = torch.func.functional_call(model, nothing, (tokens,))[0].numpy()
    return float(np.abs(ours - theirs).max() / np.abs(theirs).max())

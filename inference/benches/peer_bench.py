"""Decoding and tuning on the CPU: ours beside transformers and PEFT, one after the other in one run.

Prints a table and writes docs/figures/inference.json. Both sides use the machine's two cores, f32,
the same GGUF, LoRA rank 8 on q_proj and v_proj, batches of 4 rows, AdamW.

Set-up: inference/benches/install.sh V
Usage:  V/bin/python inference/benches/peer_bench.py path/to/whence-inference [ROUNDS]
"""
import json
import pathlib
import statistics
import subprocess
import sys
import time

import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer

ROOT = pathlib.Path(__file__).resolve().parents[2]
MODELS = pathlib.Path.home() / ".cache/whence/models"
NAME = "SmolLM2-135M-Instruct.Q4_1.gguf"
PROMPT = "Tell me a long story about a lighthouse."
ANSWER = "A checkpoint moves pages from the log back into the database file. " * 4
TOKENS, STEPS = 48, 3


def ours(program):
    command = [program, "bench", "--device", "cpu", "--tokens", str(TOKENS), "--steps", str(STEPS)]
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)


class Peer:
    def __init__(self):
        torch.set_num_threads(2)
        self.tokenizer = AutoTokenizer.from_pretrained(MODELS, gguf_file=NAME)
        self.base = AutoModelForCausalLM.from_pretrained(MODELS, gguf_file=NAME, dtype=torch.float32)
        self.ids = self.encode(PROMPT)

    def encode(self, question):
        text = self.tokenizer.apply_chat_template(
            [{"role": "user", "content": question}], tokenize=False, add_generation_prompt=True)
        return self.tokenizer(text, add_special_tokens=False)["input_ids"]

    def generate(self, tokens):
        ids = torch.tensor([self.ids])
        start = time.time()
        with torch.no_grad():
            self.base.generate(input_ids=ids, attention_mask=torch.ones_like(ids), do_sample=False,
                               max_new_tokens=tokens, min_new_tokens=tokens, pad_token_id=2)
        return time.time() - start

    def decode(self):
        first = self.generate(1)
        return (TOKENS - 1) / (self.generate(TOKENS) - first)

    def tune(self):
        config = LoraConfig(r=8, lora_alpha=16, target_modules=["q_proj", "v_proj"],
                            task_type="CAUSAL_LM")
        model = get_peft_model(self.base, config)
        before = self.encode("What does a checkpoint do?")
        answer = self.tokenizer(ANSWER, add_special_tokens=False)["input_ids"] + [2]
        ids = torch.tensor([before + answer] * 4)
        labels = torch.tensor([[-100] * len(before) + answer] * 4)
        optimiser = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=1e-3)
        start = time.time()
        for _ in range(STEPS):
            optimiser.zero_grad()
            model(input_ids=ids, labels=labels).loss.backward()
            optimiser.step()
        elapsed = time.time() - start
        self.base = model.unload()
        return STEPS * ids.numel() / elapsed


def main():
    program = sys.argv[1]
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    peer = Peer()
    found = [(ours(program), peer.decode(), peer.tune()) for _ in range(rounds)]
    median = lambda values: float("%.4g" % statistics.median(values))
    mine = lambda key: median([round_[0][key] for round_ in found])
    command = "make bench PART=inference"
    rows = [
        ("decode", "tokens decoded one by one on the CPU, f32, beside transformers", "tokens/s",
         mine("decode_tokens_per_s"), median([r[1] for r in found])),
        ("tune", "tokens tuned on the CPU, LoRA rank 8 on q and v, batch 4, beside PEFT", "tokens/s",
         mine("tuning_tokens_per_s"), median([r[2] for r in found])),
        ("attribute", "one query attributed, gradient and index of 8 rows", "ms",
         round(mine("attribution_s") * 1000, 1), None),
        ("scan", "one row scored", "us", round(mine("scan_s_per_row") * 1e6, 1), None),
        ("index", "one row of about 90 tokens indexed", "ms",
         round(mine("index_s_per_row") * 1000, 1), None),
        ("load", "model file to first use", "ms", round(mine("load_s") * 1000, 1), None),
    ]
    figures = []
    for id_, what, unit, our, their in rows:
        ratio = round(our / their, 3) if their else None
        figures.append({"id": id_, "what": what, "unit": unit, "ours": our, "peer": their,
                        "ratio": ratio, "command": command})
        print(f"{id_:10} ours {our} peer {their} ratio {ratio} {unit}")
    path = ROOT / "docs/figures/inference.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()

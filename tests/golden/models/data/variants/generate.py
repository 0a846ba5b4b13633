#!/usr/bin/env python3
"""generate.py: small random models of the variants that no other golden file here has, each as Q8_0 and as the same weights
dequantised to F32, and from an independent engine's logits of both the entries of expected.json.

usage: generate.py OUTPUT_FOLDER [LOGITS_PROGRAM]        needs numpy and the `gguf` package

LOGITS_PROGRAM MODEL OUT.bin "id id ..." 0 2 0 16, with YARN_BETA_FAST in its environment where a variant has one of its own (the engine does
not read that key for this architecture), writes float32 logits [tokens, vocabulary] of the ids evaluated in one batch, without
flash attention and with an F32 cache, and prints the argmaxes, "| ... |", then 16 greedily chosen ids. The Q8_0 files are kept; the F32
twins are only for the reference. The shapes are the families' own in small; the weights are noise.
"""
import json
import math
import os
import subprocess
import sys

import gguf
import numpy as np
from gguf import GGMLQuantizationType as QT

VOCABULARY, WIDTH = 512, 64
PROMPT = [504, 398, 225, 59, 3, 46, 298, 17, 343, 354, 42, 50, 392, 181, 121, 8, 15, 8, 177, 331, 319, 247, 315, 237, 76, 46, 93, 365, 58, 7,
          257, 249, 127, 33, 341, 277, 238, 35, 307, 345, 45, 263, 296, 23, 138, 284, 32, 330]
KEPT_POSITIONS = [0, 7, 23, 47]

# mla: latent attention; the rest are grouped queries. q8 rows need multiples of 32.
VARIANTS = {
    # Mixtral: experts under `llama`, two used, weights normalised though no key says so; heads wider than the width divided by them.
    "llama-experts": dict(arch="llama", layers=3, heads=4, kv_heads=2, head=32, ff=64, experts=8, used=2, rope_base=1e6),
    # DeepSeek Coder: positions divided by four.
    "llama-linear-rope": dict(arch="llama", layers=3, heads=2, kv_heads=2, head=32, ff=96, rope_base=1e5, linear=("rope.scaling", 4.0)),
    # The same as older files say it: a factor under an older name, and no type.
    "llama-linear-rope-old-key": dict(arch="llama", layers=2, heads=2, kv_heads=2, head=32, ff=64, rope_base=1e5,
                                      linear=("rope.scale_linear", 4.0)),
    # GLM-4.7-Flash: values wider than the keys without position, one group, sigmoid, bias, fused gate and up, a block for the next token.
    "deepseek2-glm-flash": dict(arch="deepseek2", layers=3, heads=2, q_lora=32, kv_lora=64, nope=64, rope=32, value=96, ff=96, dense=1,
                                experts=8, used=4, shared=1, expert_ff=32, scale=1.8, norm=True, gate=2, bias=True, groups=(1, 1),
                                rope_base=1e6, fused=True, nextn=1),
    # Moonlight: 26 or 27 blocks mean that no q_lora_rank is given; sigmoid, bias, no groups, no scaling of positions.
    "deepseek2-moonlight": dict(arch="deepseek2", width=32, layers=26, heads=1, q_lora=None, kv_lora=32, nope=32, rope=32, value=32, ff=32,
                                dense=23, experts=8, used=3, shared=2, expert_ff=32, scale=2.446, norm=True, gate=2, bias=True,
                                rope_base=50000.0),
    # Kimi-K2: sigmoid, bias, no keys of groups, YaRN with equal betas. The original context is small, so that positions of the test feel it.
    "deepseek2-kimi": dict(arch="deepseek2", layers=3, heads=2, q_lora=32, kv_lora=64, nope=32, rope=32, value=32, ff=96, dense=1,
                           experts=16, used=4, shared=1, expert_ff=32, scale=2.827, norm=True, gate=2, bias=True, rope_base=50000.0,
                           yarn=dict(factor=32.0, original=64, log=0.1, fast=1.0, slow=1.0), seed=3),
    # Youtu: latent attention without experts, embeddings tied.
    "deepseek2-dense": dict(arch="deepseek2", layers=3, heads=2, q_lora=32, kv_lora=64, nope=32, rope=32, value=32, ff=64, dense=3, experts=0,
                            used=0, shared=0, expert_ff=64, rope_base=1e6, tied=True),
}


def byte_letters():
    own = [b for b in range(256) if 33 <= b <= 126 or 161 <= b <= 172 or b >= 174]
    others = iter(range(256, 512))
    return [chr(b) if b in own else chr(next(others)) for b in range(256)]


class Writer:
    """Two files with the same tensors: one quantised, one with what the quantised numbers stand for."""

    def __init__(self, folder, name, arch, seed):
        self.files = [(gguf.GGUFWriter(os.path.join(folder, f"{name}-{kind}.gguf"), arch), kind) for kind in ("Q8_0", "F32")]
        self.arch, self.random = arch, np.random.Generator(np.random.SFC64(seed))

    def each(self, call):
        for writer, _ in self.files:
            call(writer)

    def key(self, name, value):
        name = f"{self.arch}.{name}"
        kind = "bool" if isinstance(value, bool) else "uint32" if isinstance(value, int) else "float32" if isinstance(value, float) else "string"
        self.each(lambda w: getattr(w, "add_" + kind)(name, value))

    def tensor(self, name, shape, std=None, gain=False, f32=False):
        """`shape` as rows of numbers: the last is contiguous."""
        x = self.random.standard_normal(shape, dtype=np.float32)
        x = 1.0 + 0.1 * x if gain else x * np.float32(std if std is not None else 1.0 / math.sqrt(shape[-1]))
        if len(shape) == 1 or gain or f32:
            self.each(lambda w: w.add_tensor(name, x))
            return
        packed = gguf.quants.quantize(x, QT.Q8_0)
        plain = gguf.quants.dequantize(packed, QT.Q8_0).reshape(shape)
        for writer, kind in self.files:
            if kind == "Q8_0":
                writer.add_tensor(name, packed, raw_dtype=QT.Q8_0)
            else:
                writer.add_tensor(name, plain)

    def vocabulary(self):
        tokens = byte_letters()
        tokens += [f"[PAD{i}]" for i in range(len(tokens), VOCABULARY - 2)] + ["<bos>", "<eos>"]
        types = [1] * 256 + [5] * (VOCABULARY - 258) + [3, 3]
        for w, _ in self.files:
            w.add_tokenizer_model("gpt2")
            w.add_tokenizer_pre("gpt-2")
            w.add_token_list(tokens)
            w.add_token_types(types)
            w.add_token_merges(["[ P"])
            w.add_bos_token_id(VOCABULARY - 2)
            w.add_eos_token_id(VOCABULARY - 1)
            w.add_add_bos_token(False)

    def close(self):
        for w, _ in self.files:
            w.write_header_to_file()
            w.write_kv_data_to_file()
            w.write_tensors_to_file()
            w.close()


def add_latent_attention(w, c, b, width, damping):
    heads, latent, head = c["heads"], c["kv_lora"], c["nope"] + c["rope"]
    if c["q_lora"]:
        w.tensor(b + "attn_q_a.weight", (c["q_lora"], width))
        w.tensor(b + "attn_q_a_norm.weight", (c["q_lora"],), gain=True)
        w.tensor(b + "attn_q_b.weight", (heads * head, c["q_lora"]))
    else:
        w.tensor(b + "attn_q.weight", (heads * head, width))
    w.tensor(b + "attn_kv_a_mqa.weight", (latent + c["rope"], width))
    w.tensor(b + "attn_kv_a_norm.weight", (latent,), gain=True)
    w.tensor(b + "attn_k_b.weight", (heads, latent, c["nope"]), std=1 / math.sqrt(latent))
    w.tensor(b + "attn_v_b.weight", (heads, c["value"], latent))
    w.tensor(b + "attn_output.weight", (width, heads * c["value"]), std=damping / math.sqrt(heads * c["value"]))


def add_plain_attention(w, c, b, width, damping):
    head = c["head"]
    w.tensor(b + "attn_q.weight", (c["heads"] * head, width))
    w.tensor(b + "attn_k.weight", (c["kv_heads"] * head, width))
    w.tensor(b + "attn_v.weight", (c["kv_heads"] * head, width))
    w.tensor(b + "attn_output.weight", (width, c["heads"] * head), std=damping / math.sqrt(c["heads"] * head))


def add_feed_forward(w, c, b, width, damping, dense):
    if dense:
        w.tensor(b + "ffn_gate.weight", (c["ff"], width))
        w.tensor(b + "ffn_up.weight", (c["ff"], width))
        w.tensor(b + "ffn_down.weight", (width, c["ff"]), std=damping / math.sqrt(c["ff"]))
        return
    experts, ff = c["experts"], c.get("expert_ff", c["ff"])
    w.tensor(b + "ffn_gate_inp.weight", (experts, width), std=2 / math.sqrt(width), f32=True)
    if c.get("bias"):
        w.tensor(b + "exp_probs_b.bias", (experts,), std=0.1)
    if c.get("fused"):
        w.tensor(b + "ffn_gate_up_exps.weight", (experts, 2 * ff, width))
    else:
        w.tensor(b + "ffn_gate_exps.weight", (experts, ff, width))
        w.tensor(b + "ffn_up_exps.weight", (experts, ff, width))
    w.tensor(b + "ffn_down_exps.weight", (experts, width, ff), std=damping / math.sqrt(ff))
    if c.get("shared"):
        shared = ff * c["shared"]
        w.tensor(b + "ffn_gate_shexp.weight", (shared, width))
        w.tensor(b + "ffn_up_shexp.weight", (shared, width))
        w.tensor(b + "ffn_down_shexp.weight", (width, shared), std=damping / math.sqrt(shared))


def add_keys(w, c, width, blocks):
    mla = c["arch"] == "deepseek2"
    for key, value in {"block_count": blocks, "embedding_length": width, "context_length": 2048, "vocab_size": VOCABULARY,
                       "feed_forward_length": c["ff"], "attention.head_count": c["heads"],
                       "attention.head_count_kv": 1 if mla else c["kv_heads"], "attention.layer_norm_rms_epsilon": 1e-5,
                       "rope.freq_base": c["rope_base"], "rope.dimension_count": c["rope"] if mla else c["head"]}.items():
        w.key(key, value)
    if mla:
        for key, value in {"attention.kv_lora_rank": c["kv_lora"], "attention.key_length": c["kv_lora"] + c["rope"],
                           "attention.value_length": c["kv_lora"], "attention.key_length_mla": c["nope"] + c["rope"],
                           "attention.value_length_mla": c["value"], "leading_dense_block_count": c["dense"],
                           "expert_feed_forward_length": c["expert_ff"], "expert_shared_count": c["shared"]}.items():
            w.key(key, value)
        if c["q_lora"] is not None:
            w.key("attention.q_lora_rank", c["q_lora"])
    else:
        w.key("attention.key_length", c["head"])
        w.key("attention.value_length", c["head"])
    if c.get("experts"):
        w.key("expert_count", c["experts"])
        w.key("expert_used_count", c["used"])
    for name, key in (("scale", "expert_weights_scale"), ("norm", "expert_weights_norm"), ("gate", "expert_gating_func"),
                      ("nextn", "nextn_predict_layers")):
        if name in c:
            w.key(key, c[name])
    if "groups" in c:
        w.key("expert_group_count", c["groups"][0])
        w.key("expert_group_used_count", c["groups"][1])
    if "linear" in c:
        key, factor = c["linear"]
        if key == "rope.scaling":
            w.key("rope.scaling.type", "linear")
            w.key("rope.scaling.factor", factor)
        else:
            w.key(key, factor)
    if "yarn" in c:
        y = c["yarn"]
        for key, value in {"type": "yarn", "factor": y["factor"], "original_context_length": y["original"], "yarn_log_multiplier": y["log"],
                           "yarn_beta_fast": y["fast"], "yarn_beta_slow": y["slow"]}.items():
            w.key("rope.scaling." + key, value)


def write_model(folder, name, c, seed):
    width, layers = c.get("width", WIDTH), c["layers"]
    w = Writer(folder, name, c["arch"], seed)
    blocks = layers + c.get("nextn", 0)
    add_keys(w, c, width, blocks)
    w.vocabulary()
    damping = 2.0 / math.sqrt(2.0 * layers)
    w.tensor("token_embd.weight", (VOCABULARY, width), std=4 / math.sqrt(width) if c.get("tied") else 1.0)
    for i in range(blocks):
        b = f"blk.{i}."
        w.tensor(b + "attn_norm.weight", (width,), gain=True)
        (add_latent_attention if c["arch"] == "deepseek2" else add_plain_attention)(w, c, b, width, damping)
        w.tensor(b + "ffn_norm.weight", (width,), gain=True)
        add_feed_forward(w, c, b, width, damping, not c.get("experts") or i < c.get("dense", 0))
        if i >= layers:
            w.tensor(b + "nextn.eh_proj.weight", (width, 2 * width))
            w.tensor(b + "nextn.enorm.weight", (width,), gain=True)
            w.tensor(b + "nextn.hnorm.weight", (width,), gain=True)
    w.tensor("output_norm.weight", (width,), gain=True)
    if not c.get("tied"):
        w.tensor("output.weight", (VOCABULARY, width), std=4 / math.sqrt(width))
    w.close()


def logits_of(program, model, c):
    out = model + ".bin"
    environment = {**os.environ, "YARN_BETA_FAST": str(c["yarn"]["fast"])} if "yarn" in c else None
    done = subprocess.run([program, model, out, " ".join(map(str, PROMPT)), "0", "2", "0", "16"], capture_output=True, text=True,
                          env=environment)
    if done.returncode != 0:
        raise RuntimeError(f"{model}: {done.returncode} {done.stderr[-600:]}")
    argmax, _, greedy = done.stdout.split("|")
    logits = np.fromfile(out, dtype=np.float32).reshape(len(PROMPT), VOCABULARY).astype(np.float64)
    os.remove(out)
    return logits, list(map(int, argmax.split())), list(map(int, greedy.split()))


def main():
    folder = sys.argv[1]
    os.makedirs(folder, exist_ok=True)
    models = {}
    for seed, (name, c) in enumerate(VARIANTS.items()):
        write_model(folder, name, c, c.get("seed", 2026 + seed))
        if len(sys.argv) < 3:
            continue
        exact, argmax, greedy = logits_of(sys.argv[2], os.path.join(folder, name + "-F32.gguf"), c)
        rounded, _, _ = logits_of(sys.argv[2], os.path.join(folder, name + "-Q8_0.gguf"), c)
        file = os.path.join(folder, name + "-Q8_0.gguf")
        models[name + "-Q8_0.gguf"] = {
            "bytes": os.path.getsize(file), "peer_quantised_nmse": float(((rounded - exact) ** 2).sum() / (exact ** 2).sum()),
            "greedy": greedy, "argmax": argmax,
            "logits": {str(t): [float(f"{v:.6g}") for v in exact[t]] for t in KEPT_POSITIONS}}
        print(name, models[name + "-Q8_0.gguf"]["bytes"], models[name + "-Q8_0.gguf"]["peer_quantised_nmse"], "rms", np.sqrt((exact ** 2).mean()))
    if models:
        about = ("Reference logits from an independent engine for prompt_ids evaluated from position 0 in one batch: the weights of the file "
                 "dequantised to F32, F32 activations and KV cache, no flash attention. greedy = the 16 tokens that follow. "
                 "peer_quantised_nmse = how far the own quantised kernels (8-bit activations) of that engine are from these logits.")
        with open(os.path.join(folder, "expected.json"), "w", encoding="utf-8") as out:
            lines = [f"{json.dumps(name)}: {json.dumps(model)}" for name, model in models.items()]
            out.write('{"about": %s,\n"prompt_ids": %s,\n"models": {\n%s\n}}\n' % (json.dumps(about), json.dumps(PROMPT), ",\n".join(lines)))


main()

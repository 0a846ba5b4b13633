#!/usr/bin/env python3
"""generate_letter_bpe.py: a small vocabulary of Gemma 4's kind (BPE of letters, spaces as U+2581, bytes as <0x0A>) and token ids by the
`tokenizers` package (0.23.3, `pip install tokenizers`), an implementation independent of ours. Writes letter_bpe.json beside it:
{"tokens", "kinds", "merges", "cases": [{"text", "ids"}]}.

Learned from this repository's own ARCHITECTURE.md and the texts below, line by line, so that no merge crosses the end of a line; runs
of line feeds are added by hand, as the family has them.
"""
import json
import os
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

HERE = os.path.dirname(os.path.abspath(__file__))
PAGE = open(os.path.join(HERE, "../../../ARCHITECTURE.md"), encoding="utf-8").read()[:6000]
TEXTS = [
    "Hello, world! It's 9.11 vs 9.9.", "the engine lives in the process", "a   b \n\n  c\t\td  \r\n\n\n\n e   ", "   leading", "trailing  ",
    "\n", "\n\n", "\n\n\n", "\n\n\n\n\n\n\n", "x\ny\n\nz", "你好，世界！", "日本語のテキスト", "नमस्ते दुनिया", "naïve café re\u0301sume\u0301",
    "🙂🙂 👩‍👩‍👧‍👦", "for (int i = 0; i < n; ++i) {\n    x[i] += y->z;\n}\n", "<think>not a mark</think>", "▁▁ under", "a\u00a0b\u2003c",
    "templatetemplate thethethe ththth", "1234567", "",
]
END = "\n"
core = Tokenizer(models.BPE(byte_fallback=True, fuse_unk=True, unk_token="<unk>"))
core.normalizer = normalizers.Replace(" ", "▁")
core.pre_tokenizer = pre_tokenizers.Split(END, "isolated")
bytes_ = [f"<0x{b:02X}>" for b in range(256)]
trainer = trainers.BpeTrainer(vocab_size=256 + 4 + 420, special_tokens=["<pad>", "<eos>", "<bos>", "<unk>"] + bytes_, show_progress=False,
                              limit_alphabet=110)
core.train_from_iterator(PAGE.split(END) + TEXTS[:2] + [END] * 3, trainer)
model = json.loads(core.to_str())["model"]
vocab, merges = model["vocab"], [tuple(m) for m in model["merges"]]
runs = [(END * n, END * n) for n in (1, 2)] + [(END * 2, END)]
for left, right in runs:
    vocab[left + right] = len(vocab)
    merges.append((left, right))
core = Tokenizer(models.BPE(vocab=vocab, merges=merges, byte_fallback=True, fuse_unk=True, unk_token="<unk>"))
core.normalizer = normalizers.Replace(" ", "▁")
core.pre_tokenizer = pre_tokenizers.Split(" ", "merged_with_previous")  # the family's own: no space is left to cut at
tokens = sorted(vocab, key=vocab.get)
kinds = [3, 3, 3, 2] + [6] * 256 + [1] * (len(tokens) - 260)
cases = [{"text": text, "ids": core.encode(text).ids} for text in TEXTS + PAGE.split("\n\n")]
with open(os.path.join(HERE, "letter_bpe.json"), "w", encoding="utf-8") as out:
    lines = [json.dumps(case, ensure_ascii=False) for case in cases]
    out.write('{"tokens": %s,\n"kinds": %s,\n"merges": %s,\n"cases": [\n%s\n]}\n' % (
        json.dumps(tokens, ensure_ascii=False), json.dumps(kinds).replace(" ", ""),
        json.dumps([" ".join(m) for m in merges], ensure_ascii=False), ",\n".join(lines)))
print(len(tokens), "tokens", len(merges), "merges", len(cases), "cases")

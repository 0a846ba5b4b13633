#!/usr/bin/env python3
"""Writes blocks.txt: what an independent reader (the Python package gguf, numpy) makes of blocks of every type.

    pip install gguf numpy && python3 tests/golden/quant/generate.py > tests/golden/quant/blocks.txt

A line per type: name, two blocks in hex, their values as F32 bit patterns in hex, the checksum of 2048 blocks.
Blocks come from splitmix64, seeded with the type's number, little endian; the top exponent bit of every half in a block is
cleared, so that no value is an infinity or NaN. checksum = sum over i of (bits(value i) + 1) * (2 i + 1) modulo 2^64.
"""
import sys

import numpy as np
from gguf.constants import GGML_QUANT_SIZES, GGMLQuantizationType as Type
from gguf.quants import dequantize

# Byte offsets of the halves in a block; IQ1_M spreads one over the top nibbles of four words.
HALVES = {
    "Q4_0": [0], "Q4_1": [0, 2], "Q5_0": [0], "Q5_1": [0, 2], "Q8_0": [0], "Q2_K": [80, 82], "Q3_K": [108], "Q4_K": [0, 2],
    "Q5_K": [0, 2], "Q6_K": [208], "IQ2_XXS": [0], "IQ2_XS": [0], "IQ2_S": [0], "IQ3_XXS": [0], "IQ3_S": [0], "IQ1_S": [0],
    "IQ4_NL": [0], "IQ4_XS": [0], "IQ1_M": [54], "MXFP4": [], "BF16": [0], "F16": [0],
}
STREAM_BLOCKS = 2048


def splitmix64(seed, count):
    with np.errstate(over="ignore"):
        z = np.uint64(seed) + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))


def main():
    for name, halves in HALVES.items():
        kind = Type[name]
        _, size = GGML_QUANT_SIZES[kind]
        words = (STREAM_BLOCKS * size + 7) // 8
        raw = splitmix64(int(kind), words).astype("<u8").tobytes()[: STREAM_BLOCKS * size]
        blocks = np.frombuffer(raw, dtype=np.uint8).reshape(STREAM_BLOCKS, size).copy()
        for offset in halves:
            blocks[:, offset + 1] &= 0xBF
        values = np.ascontiguousarray(dequantize(blocks, kind), dtype="<f4").reshape(STREAM_BLOCKS, -1)
        assert not np.isnan(values).any(), name
        bits = values.reshape(-1).view("<u4").astype(np.uint64)
        with np.errstate(over="ignore"):
            checksum = int(((bits + np.uint64(1)) * (np.arange(bits.size, dtype=np.uint64) * np.uint64(2) + np.uint64(1))).sum(dtype=np.uint64))
        print(name, blocks[:2].tobytes().hex(), values[:2].reshape(-1).view("<u4").astype(">u4").tobytes().hex(), f"{checksum:016x}")
        print(f"{name}: {values.size} values, {np.unique(bits).size} different", file=sys.stderr)


if __name__ == "__main__":
    main()

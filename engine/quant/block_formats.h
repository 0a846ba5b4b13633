/// engine/quant/block_formats.h: the bytes of every quantized block in a GGUF file, with the formula that gives element k.
/// All numbers are little endian. "half" is an F16 bit pattern (engine/core/float16.h). A super-block has 256 elements.
/// Source: ggml's docs and the published file format; names of fields are ggml's.
#pragma once

#include <cstddef>
#include <cstdint>

namespace soliloquy {

inline constexpr size_t kBlock = 32;        // elements of a simple block
inline constexpr size_t kSuperBlock = 256;  // elements of a K or IQ block

// ---- blocks of 32: element k < 16 is the low nibble of qs[k], k >= 16 the high nibble of qs[k - 16] ----

/// x[k] = d * (q - 8)
struct BlockQ4_0 {
    uint16_t d;  // half
    uint8_t qs[16];
};

/// x[k] = d * q + m
struct BlockQ4_1 {
    uint16_t d, m;  // half
    uint8_t qs[16];
};

/// x[k] = d * (q + 16 * bit k of qh - 16)
struct BlockQ5_0 {
    uint16_t d;     // half
    uint8_t qh[4];  // 32 fifth bits
    uint8_t qs[16];
};

/// x[k] = d * (q + 16 * bit k of qh) + m
struct BlockQ5_1 {
    uint16_t d, m;  // half
    uint8_t qh[4];  // 32 fifth bits
    uint8_t qs[16];
};

/// x[k] = d * qs[k]
struct BlockQ8_0 {
    uint16_t d;  // half
    int8_t qs[32];
};

/// x[k] = d * kIq4NlValues[q]
struct BlockIQ4_NL {
    uint16_t d;  // half
    uint8_t qs[16];
};

/// x[k] = 2^(e - 128) * kMxfp4Values[q]; the values are twice those of E2M1 (OCP Microscaling Formats 1.0, section 5.3.3)
struct BlockMXFP4 {
    uint8_t e;
    uint8_t qs[16];
};

// ---- K blocks of 256 ----

/// x[k] = d * (scales[k / 16] & 15) * q - dmin * (scales[k / 16] >> 4); q = 2 bits: 128-element half h of 4 rows of 32,
/// element (h, row, l) is bits 2 row .. 2 row + 1 of qs[32 h + l]
struct BlockQ2_K {
    uint8_t scales[16];
    uint8_t qs[64];
    uint16_t d, dmin;  // half
};

/// x[k] = d * (scale(k / 16) - 32) * (q - 4 * (bit k / 32 of hmask[k % 32] is 0)); q as in Q2_K.
/// scale(i), 6 bits: low 4 bits in nibble i / 8 of scales[i % 8], high 2 bits at bit 2 (i / 4) of scales[8 + i % 4]
struct BlockQ3_K {
    uint8_t hmask[32];
    uint8_t qs[64];
    uint8_t scales[12];
    uint16_t d;  // half
};

/// x[k] = d * sc(k / 32) * q - dmin * mn(k / 32); q = nibble (k / 32) % 2 of qs[32 (k / 64) + k % 32].
/// sc and mn have 6 bits, see unpack_scale_min.
struct BlockQ4_K {
    uint16_t d, dmin;  // half
    uint8_t scales[12];
    uint8_t qs[128];
};

/// As Q4_K with q + 16 * bit k / 32 of qh[k % 32]
struct BlockQ5_K {
    uint16_t d, dmin;  // half
    uint8_t scales[12];
    uint8_t qh[32];
    uint8_t qs[128];
};

/// x[k] = d * scales[k / 16] * (q - 32); in each half h of 128, element (row 0..3, l): low 4 bits are nibble row / 2 of
/// ql[64 h + 32 (row % 2) + l], high 2 bits are bits 2 row .. 2 row + 1 of qh[32 h + l]
struct BlockQ6_K {
    uint8_t ql[128];
    uint8_t qh[64];
    int8_t scales[16];
    uint16_t d;  // half
};

/// The 6-bit scale and minimum of sub-block j (0..7) of a Q4_K or Q5_K block.
struct ScaleMin {
    uint8_t scale, min;
};
[[nodiscard]] constexpr ScaleMin unpack_scale_min(const uint8_t (&scales)[12], unsigned j) noexcept {
    if (j < 4) return {static_cast<uint8_t>(scales[j] & 63), static_cast<uint8_t>(scales[j + 4] & 63)};
    return {static_cast<uint8_t>((scales[j + 4] & 15) | (scales[j - 4] >> 6 << 4)),
            static_cast<uint8_t>((scales[j + 4] >> 4) | (scales[j] >> 6 << 4))};
}

// ---- IQ blocks of 256: groups of 8 (or 4) magnitudes out of a codebook (engine/quant/codebooks.h), and signs ----

/// Per 32 elements, four groups: group g = kIq2XxsGrid[byte g of qs[2 i]] with signs iq_signs(bits 7 g .. 7 g + 6 of qs[2 i + 1]).
/// x = d * (0.5 + top 4 bits of qs[2 i + 1]) / 4 * magnitude * sign, where qs counts 32-bit words
struct BlockIQ2_XXS {
    uint16_t d;  // half
    uint8_t qs[64];
};

/// Group g of 8: kIq2XsGrid[low 9 bits of qs[g]], signs iq_signs(high 7 bits). Scale of 16 elements: nibble (g / 2) % 2 of
/// scales[g / 4]; x = d * (0.5 + scale) / 4 * magnitude * sign
struct BlockIQ2_XS {
    uint16_t d;  // half
    uint16_t qs[32];
    uint8_t scales[8];
};

/// As IQ2_XS with group g = kIq2SGrid[qs[g] + 256 * bits 2 (g % 4) .. of qh[g / 4]] and sign bits in signs[g]
struct BlockIQ2_S {
    uint16_t d;  // half
    uint8_t qs[32];
    uint8_t signs[32];
    uint8_t qh[8];
    uint8_t scales[8];
};

/// Group g of 4: kIq3XxsGrid[qs[g]]. Per 32 elements a word: four 7-bit sign indices for 8 elements each, top 4 bits the scale;
/// x = d * (0.5 + scale) / 2 * magnitude * sign
struct BlockIQ3_XXS {
    uint16_t d;  // half
    uint8_t qs[64];
    uint8_t scales_and_signs[32];  // 8 words
};

/// Group g of 4: kIq3SGrid[qs[g] + 256 * bit g % 8 of qh[g / 8]]; sign of element k: bit k % 8 of signs[k / 8];
/// x = d * (1 + 2 * nibble (k / 32) % 2 of scales[k / 64]) * magnitude * sign
struct BlockIQ3_S {
    uint16_t d;  // half
    uint8_t qs[64];
    uint8_t qh[8];
    uint8_t signs[32];
    uint8_t scales[4];
};

/// Group g of 8: kIq1Grid[qs[g] + 256 * bits 3 (g % 4) .. of qh[g / 4]], values -1, 0, 1;
/// x = d * (1 + 2 * bits 12..14 of qh[k / 32]) * (value + (bit 15 of qh[k / 32] ? -1/8 : 1/8))
struct BlockIQ1_S {
    uint16_t d;  // half
    uint8_t qs[32];
    uint16_t qh[8];
};

/// Group g of 8: kIq1Grid[qs[g] + 256 * (low 3 bits of nibble g % 2 of qh[g / 2])], shifted by -1/8 if the nibble's top bit is set,
/// by 1/8 otherwise. scales are four words: their top nibbles make d (half, lowest nibble first), below lie four 3-bit scales
/// of 16 elements each; x = d * (1 + 2 * scale) * (value + shift)
struct BlockIQ1_M {
    uint8_t qs[32];
    uint8_t qh[16];
    uint8_t scales[8];
};

/// x[k] = d * (scale(k / 32) - 32) * kIq4NlValues[q]; scale(i): low 4 bits in nibble i % 2 of scales_l[i / 2], high 2 bits at bit
/// 2 i of scales_h; q: blocks of 32 as in the simple formats
struct BlockIQ4_XS {
    uint16_t d;  // half
    uint16_t scales_h;
    uint8_t scales_l[4];
    uint8_t qs[128];
};

static_assert(sizeof(BlockQ4_0) == 18 && sizeof(BlockQ4_1) == 20 && sizeof(BlockQ5_0) == 22 && sizeof(BlockQ5_1) == 24);
static_assert(sizeof(BlockQ8_0) == 34 && sizeof(BlockIQ4_NL) == 18 && sizeof(BlockMXFP4) == 17);
static_assert(sizeof(BlockQ2_K) == 84 && sizeof(BlockQ3_K) == 110 && sizeof(BlockQ4_K) == 144 && sizeof(BlockQ5_K) == 176 &&
              sizeof(BlockQ6_K) == 210);
static_assert(sizeof(BlockIQ2_XXS) == 66 && sizeof(BlockIQ2_XS) == 74 && sizeof(BlockIQ2_S) == 82);
static_assert(sizeof(BlockIQ3_XXS) == 98 && sizeof(BlockIQ3_S) == 110 && sizeof(BlockIQ4_XS) == 136);
static_assert(sizeof(BlockIQ1_S) == 50 && sizeof(BlockIQ1_M) == 56);

}  // namespace soliloquy

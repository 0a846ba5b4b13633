/// engine/backend/cpu/simd/neon_unpack.h: 256 weights of every block type as signed bytes and scales, in NEON registers.
/// Layouts and formulas: engine/quant/block_formats.h. Nothing is read outside the kBytes of a chunk.
///
/// w[k] = scale * (q[k] - kOffset) + bias, with a scale and bias per 32 weights, or per 16 when kFine.
#pragma once

#include <arm_neon.h>

#include "engine/backend/cpu/simd/bytes.h"
#include "engine/backend/cpu/simd/grid_codes.h"
#include "engine/quant/codebooks.h"

namespace soliloquy {
namespace {

/// The 32 codes of a sub-block.
struct Codes {
    int8x16_t low, high;
};

/// 8 numbers each, or 16 when fine.
struct Scales {
    float scale[16];
    float bias[16];
};

[[nodiscard]] inline uint8x16_t load_128(const std::byte* p) noexcept { return vld1q_u8(reinterpret_cast<const uint8_t*>(p)); }
[[nodiscard]] inline float load_half(const std::byte* p) noexcept {
    __fp16 half;
    __builtin_memcpy(&half, p, 2);
    return static_cast<float>(half);
}
[[nodiscard]] inline Codes codes(uint8x16_t low, uint8x16_t high) noexcept { return {vreinterpretq_s8_u8(low), vreinterpretq_s8_u8(high)}; }
[[nodiscard]] inline uint8x16_t low_nibbles(uint8x16_t v) noexcept { return vandq_u8(v, vdupq_n_u8(15)); }
[[nodiscard]] inline uint8x16_t high_nibbles(uint8x16_t v) noexcept { return vshrq_n_u8(v, 4); }
[[nodiscard]] inline Codes split_nibbles(const std::byte* p) noexcept { return codes(low_nibbles(load_128(p)), high_nibbles(load_128(p))); }

/// Moves bits of every byte by `by` (to the left when positive) and keeps those of `mask`.
[[nodiscard]] inline uint8x16_t move_bits(uint8x16_t v, int by, uint8_t mask) noexcept {
    return vandq_u8(vshlq_u8(v, vdupq_n_s8(static_cast<int8_t>(by))), vdupq_n_u8(mask));
}

/// 16 bits as bytes of 0 or `value`.
[[nodiscard]] inline uint8x16_t spread_bits(uint16_t bits, uint8_t value) noexcept {
    const uint8x16_t bit = vreinterpretq_u8_u64(vdupq_n_u64(0x8040201008040201u));
    const uint8x16_t bytes = vcombine_u8(vdup_n_u8(static_cast<uint8_t>(bits)), vdup_n_u8(static_cast<uint8_t>(bits >> 8)));
    return vandq_u8(vtstq_u8(bytes, bit), vdupq_n_u8(value));
}

[[nodiscard]] inline Codes look_up(const int8_t* levels, Codes c) noexcept {
    const int8x16_t table = vld1q_s8(levels);
    return {vqtbl1q_s8(table, vreinterpretq_u8_s8(c.low)), vqtbl1q_s8(table, vreinterpretq_u8_s8(c.high))};
}

/// The halves at p, p + stride, ... of eight blocks.
inline void eight_halves(const std::byte* p, size_t stride, float* out) noexcept {
    for (size_t i = 0; i < 8; ++i) out[i] = load_half(p + i * stride);
}

struct Block32 {
    static constexpr bool kSuper = false, kFine = false;
};
struct SuperBlock {
    static constexpr bool kSuper = true;
};

struct Q4_0 : Block32 {
    static constexpr size_t kBytes = 8 * 18;
    static constexpr int kOffset = 8;
    static constexpr bool kBias = false;
    static Codes quant(const std::byte* chunk, int s) noexcept { return split_nibbles(chunk + 18 * s + 2); }
    static void scales(const std::byte* chunk, Scales& out) noexcept { eight_halves(chunk, 18, out.scale); }
};

struct Q4_1 : Block32 {
    static constexpr size_t kBytes = 8 * 20;
    static constexpr int kOffset = 0;
    static constexpr bool kBias = true;
    static Codes quant(const std::byte* chunk, int s) noexcept { return split_nibbles(chunk + 20 * s + 4); }
    static void scales(const std::byte* chunk, Scales& out) noexcept {
        eight_halves(chunk, 20, out.scale);
        eight_halves(chunk + 2, 20, out.bias);
    }
};

/// Nibbles with their fifth bits, which stand before them.
[[nodiscard]] inline Codes five_bits(const std::byte* p) noexcept {
    const uint8x16_t both = load_128(p + 4);
    return codes(vorrq_u8(low_nibbles(both), spread_bits(load_u16(p), 16)), vorrq_u8(high_nibbles(both), spread_bits(load_u16(p + 2), 16)));
}

struct Q5_0 : Block32 {
    static constexpr size_t kBytes = 8 * 22;
    static constexpr int kOffset = 16;
    static constexpr bool kBias = false;
    static Codes quant(const std::byte* chunk, int s) noexcept { return five_bits(chunk + 22 * s + 2); }
    static void scales(const std::byte* chunk, Scales& out) noexcept { eight_halves(chunk, 22, out.scale); }
};

struct Q5_1 : Block32 {
    static constexpr size_t kBytes = 8 * 24;
    static constexpr int kOffset = 0;
    static constexpr bool kBias = true;
    static Codes quant(const std::byte* chunk, int s) noexcept { return five_bits(chunk + 24 * s + 4); }
    static void scales(const std::byte* chunk, Scales& out) noexcept {
        eight_halves(chunk, 24, out.scale);
        eight_halves(chunk + 2, 24, out.bias);
    }
};

struct Q8_0 : Block32 {
    static constexpr size_t kBytes = 8 * 34;
    static constexpr int kOffset = 0;
    static constexpr bool kBias = false;
    static Codes quant(const std::byte* chunk, int s) noexcept {
        return codes(load_128(chunk + 34 * s + 2), load_128(chunk + 34 * s + 18));
    }
    static void scales(const std::byte* chunk, Scales& out) noexcept { eight_halves(chunk, 34, out.scale); }
};

struct Iq4Nl : Block32 {
    static constexpr size_t kBytes = 8 * 18;
    static constexpr int kOffset = 0;
    static constexpr bool kBias = false;
    static Codes quant(const std::byte* chunk, int s) noexcept { return look_up(&kIq4NlValues[0], split_nibbles(chunk + 18 * s + 2)); }
    static void scales(const std::byte* chunk, Scales& out) noexcept { eight_halves(chunk, 18, out.scale); }
};

struct Mxfp4 : Block32 {
    static constexpr size_t kBytes = 8 * 17;
    static constexpr int kOffset = 0;
    static constexpr bool kBias = false;
    static Codes quant(const std::byte* chunk, int s) noexcept { return look_up(&kMxfp4Values[0], split_nibbles(chunk + 17 * s + 1)); }
    /// 2^(e - 128); the subnormal two, e < 2, count as 0: products with them would be slow and below 1e-34.
    static void scales(const std::byte* chunk, Scales& out) noexcept {
        for (int i = 0; i < 8; ++i) {
            const auto e = static_cast<uint32_t>(chunk[17 * i]);
            const uint32_t bits = e < 2 ? 0 : (e - 1) << 23;
            __builtin_memcpy(&out.scale[i], &bits, 4);
        }
    }
};

inline void scales_and_minima(const std::byte* chunk, Scales& out) noexcept {
    const ScaleMinBytes bytes = unpack_scale_min_bytes(chunk + 4);
    const float d = load_half(chunk), dmin = -load_half(chunk + 2);
    for (int i = 0; i < 8; ++i) {
        out.scale[i] = d * static_cast<float>(bytes.scales >> (8 * i) & 255);
        out.bias[i] = dmin * static_cast<float>(bytes.minima >> (8 * i) & 255);
    }
}

struct Q4_K : SuperBlock {
    static constexpr size_t kBytes = 144;
    static constexpr int kOffset = 0;
    static constexpr bool kFine = false, kBias = true;
    static Codes quant(const std::byte* chunk, int s) noexcept {
        const std::byte* p = chunk + 16 + s / 2 * 32;
        if (s % 2 == 0) return codes(low_nibbles(load_128(p)), low_nibbles(load_128(p + 16)));
        return codes(high_nibbles(load_128(p)), high_nibbles(load_128(p + 16)));
    }
    static void scales(const std::byte* chunk, Scales& out) noexcept { scales_and_minima(chunk, out); }
};

/// Adds bit `bit` of 32 bytes, moved to where `value` has it.
[[nodiscard]] inline Codes with_bits(Codes c, const std::byte* bits, int by, uint8_t value) noexcept {
    return codes(vorrq_u8(vreinterpretq_u8_s8(c.low), move_bits(load_128(bits), by, value)),
                 vorrq_u8(vreinterpretq_u8_s8(c.high), move_bits(load_128(bits + 16), by, value)));
}

struct Q5_K : SuperBlock {
    static constexpr size_t kBytes = 176;
    static constexpr int kOffset = 0;
    static constexpr bool kFine = false, kBias = true;
    static Codes quant(const std::byte* chunk, int s) noexcept { return with_bits(Q4_K::quant(chunk + 32, s), chunk + 16, 4 - s, 16); }
    static void scales(const std::byte* chunk, Scales& out) noexcept { scales_and_minima(chunk, out); }
};

struct Q6_K : SuperBlock {
    static constexpr size_t kBytes = 210;
    static constexpr int kOffset = 32;
    static constexpr bool kFine = true, kBias = false;
    static Codes quant(const std::byte* chunk, int s) noexcept {
        const int half = s / 4, row = s % 4;
        const std::byte* p = chunk + 64 * half + 32 * (row % 2);
        const int by = row < 2 ? 0 : -4;
        return with_bits(codes(move_bits(load_128(p), by, 15), move_bits(load_128(p + 16), by, 15)), chunk + 128 + 32 * half, 4 - 2 * row,
                         0x30);
    }
    static void scales(const std::byte* chunk, Scales& out) noexcept {
        const float d = load_half(chunk + 208);
        for (int i = 0; i < 16; ++i) out.scale[i] = d * static_cast<float>(static_cast<int8_t>(chunk[192 + i]));
    }
};

[[nodiscard]] inline Codes two_bits(const std::byte* p, int row) noexcept {
    return codes(move_bits(load_128(p), -2 * row, 3), move_bits(load_128(p + 16), -2 * row, 3));
}

struct Q2_K : SuperBlock {
    static constexpr size_t kBytes = 84;
    static constexpr int kOffset = 0;
    static constexpr bool kFine = true, kBias = true;
    static Codes quant(const std::byte* chunk, int s) noexcept { return two_bits(chunk + 16 + s / 4 * 32, s % 4); }
    static void scales(const std::byte* chunk, Scales& out) noexcept {
        const float d = load_half(chunk + 80), dmin = -load_half(chunk + 82);
        for (int i = 0; i < 16; ++i) {
            const auto both = static_cast<unsigned>(chunk[i]);
            out.scale[i] = d * static_cast<float>(both & 15);
            out.bias[i] = dmin * static_cast<float>(both >> 4);
        }
    }
};

struct Q3_K : SuperBlock {
    static constexpr size_t kBytes = 110;
    static constexpr int kOffset = 4;
    static constexpr bool kFine = true, kBias = false;
    static Codes quant(const std::byte* chunk, int s) noexcept {
        return with_bits(two_bits(chunk + 32 + s / 4 * 32, s % 4), chunk, 2 - s, 4);
    }
    static void scales(const std::byte* chunk, Scales& out) noexcept {
        const float d = load_half(chunk + 108);
        for (int i = 0; i < 16; ++i) {
            const auto low = static_cast<unsigned>(chunk[96 + i % 8]) >> (i / 8 * 4) & 15;
            const auto high = static_cast<unsigned>(chunk[104 + i % 4]) >> (i / 4 * 2) & 3;
            out.scale[i] = d * static_cast<float>(static_cast<int>(low | high << 4) - 32);
        }
    }
};

struct Iq4Xs : SuperBlock {
    static constexpr size_t kBytes = 136;
    static constexpr int kOffset = 0;
    static constexpr bool kFine = false, kBias = false;
    static Codes quant(const std::byte* chunk, int s) noexcept { return look_up(&kIq4NlValues[0], split_nibbles(chunk + 8 + 16 * s)); }
    static void scales(const std::byte* chunk, Scales& out) noexcept {
        const float d = load_half(chunk);
        const uint32_t low = load_u32(chunk + 4);
        const unsigned high = load_u16(chunk + 2);
        for (int i = 0; i < 8; ++i) {
            out.scale[i] = d * static_cast<float>(static_cast<int>((low >> (4 * i) & 15) | (high >> (2 * i) & 3) << 4) - 32);
        }
    }
};

/// A type of grid_codes.h after decoding.
template <class Grid>
struct Decoded : SuperBlock {
    static constexpr size_t kBytes = sizeof(GridCodes), kFileBytes = Grid::kFileBytes;
    static constexpr int kOffset = 0;
    static constexpr bool kFine = true, kBias = false;
    static void decode(const std::byte* block, std::byte* out) noexcept { Grid::decode(block, *reinterpret_cast<GridCodes*>(out)); }
    static Codes quant(const std::byte* chunk, int s) noexcept {
        const std::byte* p = chunk + sizeof(GridCodes::scale) + 32 * s;
        return codes(load_128(p), load_128(p + 16));
    }
    static void scales(const std::byte* chunk, Scales& out) noexcept { __builtin_memcpy(out.scale, chunk, sizeof out.scale); }
};

}  // namespace
}  // namespace soliloquy

/// engine/backend/cpu/simd/grid_codes.h: IQ1, IQ2 and IQ3 super-blocks, whose weights stand in codebooks, as signed bytes and
/// scales. The groups of 8 are put together in 64-bit registers, so that every instruction set shares this file.
/// Layouts and formulas: engine/quant/block_formats.h.
#pragma once

#include "engine/backend/cpu/simd/bytes.h"
#include "engine/core/dtype.h"
#include "engine/quant/codebooks.h"

namespace soliloquy {
namespace {

/// w[k] = scale[k / 16] * code[k]
struct GridCodes {
    float scale[16];
    int8_t code[256];
};

/// For every byte of signs, a word of eight bytes: 0xff where the sign is minus.
struct SignWords {
    uint64_t word[256];
    constexpr SignWords() : word{} {
        for (unsigned s = 0; s < 256; ++s) {
            for (unsigned bit = 0; bit < 8; ++bit) word[s] |= (s >> bit & 1u) != 0 ? uint64_t{0xff} << (8 * bit) : 0;
        }
    }
};
inline constexpr SignWords kSignWords;

/// Negates the bytes of `magnitudes` (each 1..127) whose sign bit is set, and stores the eight.
inline void put_signed(uint64_t magnitudes, unsigned signs, int8_t* out) noexcept {
    const uint64_t minus = kSignWords.word[signs];
    const uint64_t value = (magnitudes ^ minus) + (minus & 0x0101010101010101u);
    __builtin_memcpy(out, &value, 8);
}

/// Seven stored sign bits; the eighth makes the number of minus signs even.
[[nodiscard]] inline unsigned eight_signs(unsigned seven) noexcept { return seven | (static_cast<unsigned>(__builtin_parity(seven)) << 7); }

[[nodiscard]] inline unsigned byte_at(const std::byte* p) noexcept { return static_cast<unsigned>(*p); }

/// Half to F32 for finite halves, without the instructions of one processor: the exponent is rebased by a multiplication.
[[nodiscard]] inline float half_at(const std::byte* p) noexcept {
    const uint32_t half = load_u16(p);
    const uint32_t bits = (half & 0x8000u) << 16 | (half & 0x7fffu) << 13;
    float value;
    __builtin_memcpy(&value, &bits, 4);
    return value * 0x1p112f;
}

struct Iq2Xxs {
    static constexpr size_t kFileBytes = 66;
    static constexpr int kLargest = 43;  // magnitude of a code
    static void decode(const std::byte* block, GridCodes& out) noexcept {
        const float d = half_at(block) * 0.125f;
        for (size_t s = 0; s < 8; ++s) {
            const std::byte* p = block + 2 + 8 * s;
            const uint32_t word = load_u32(p + 4);
            for (size_t g = 0; g < 4; ++g) {
                put_signed(kIq2XxsGrid[byte_at(p + g)], eight_signs(word >> (7 * g) & 127), out.code + 32 * s + 8 * g);
            }
            out.scale[2 * s] = out.scale[2 * s + 1] = d * static_cast<float>(2 * (word >> 28) + 1);
        }
    }
};

/// Scales of IQ2_XS and IQ2_S: d (0.5 + nibble) / 4.
inline void nibble_scales(float d, const std::byte* scales, float* out) noexcept {
    for (size_t i = 0; i < 8; ++i) {
        out[2 * i] = d * 0.125f * static_cast<float>(2 * (byte_at(scales + i) & 15) + 1);
        out[2 * i + 1] = d * 0.125f * static_cast<float>(2 * (byte_at(scales + i) >> 4) + 1);
    }
}

struct Iq2Xs {
    static constexpr size_t kFileBytes = 74;
    static constexpr int kLargest = 43;  // magnitude of a code
    static void decode(const std::byte* block, GridCodes& out) noexcept {
        for (size_t g = 0; g < 32; ++g) {
            const unsigned q = load_u16(block + 2 + 2 * g);
            put_signed(kIq2XsGrid[q & 511], eight_signs(q >> 9), out.code + 8 * g);
        }
        nibble_scales(half_at(block), block + 66, out.scale);
    }
};

struct Iq2S {
    static constexpr size_t kFileBytes = 82;
    static constexpr int kLargest = 43;  // magnitude of a code
    static void decode(const std::byte* block, GridCodes& out) noexcept {
        for (size_t g = 0; g < 32; ++g) {
            const unsigned high = byte_at(block + 66 + g / 4) >> (2 * (g % 4)) & 3;
            put_signed(kIq2SGrid[byte_at(block + 2 + g) | high << 8], byte_at(block + 34 + g), out.code + 8 * g);
        }
        nibble_scales(half_at(block), block + 74, out.scale);
    }
};

struct Iq3Xxs {
    static constexpr size_t kFileBytes = 98;
    static constexpr int kLargest = 62;  // magnitude of a code
    static void decode(const std::byte* block, GridCodes& out) noexcept {
        const float d = half_at(block) * 0.25f;
        for (size_t s = 0; s < 8; ++s) {
            const uint32_t word = load_u32(block + 66 + 4 * s);
            for (size_t g = 0; g < 4; ++g) {
                const std::byte* q = block + 2 + 8 * s + 2 * g;
                const uint64_t eight = kIq3XxsGrid[byte_at(q)] | static_cast<uint64_t>(kIq3XxsGrid[byte_at(q + 1)]) << 32;
                put_signed(eight, eight_signs(word >> (7 * g) & 127), out.code + 32 * s + 8 * g);
            }
            out.scale[2 * s] = out.scale[2 * s + 1] = d * static_cast<float>(2 * (word >> 28) + 1);
        }
    }
};

struct Iq3S {
    static constexpr size_t kFileBytes = 110;
    static constexpr int kLargest = 15;  // magnitude of a code
    static void decode(const std::byte* block, GridCodes& out) noexcept {
        const float d = half_at(block);
        for (size_t g = 0; g < 32; ++g) {
            const std::byte* q = block + 2 + 2 * g;
            const unsigned high = byte_at(block + 66 + g / 4) >> (2 * (g % 4));
            const uint64_t low_four = kIq3SGrid[byte_at(q) | (high & 1) << 8], high_four = kIq3SGrid[byte_at(q + 1) | (high & 2) << 7];
            put_signed(low_four | high_four << 32, byte_at(block + 74 + g), out.code + 8 * g);
        }
        for (size_t s = 0; s < 8; ++s) {
            const unsigned nibble = byte_at(block + 106 + s / 2) >> (4 * (s % 2)) & 15;
            out.scale[2 * s] = out.scale[2 * s + 1] = d * static_cast<float>(2 * nibble + 1);
        }
    }
};

/// Codes of IQ1 are 8 value + 1 or 8 value - 1, values -1, 0, 1: every byte by itself, without carries to the next.
inline void put_ternary(uint64_t values, bool minus, int8_t* out) noexcept {
    const uint64_t eightfold = values << 3 & 0xf8f8f8f8f8f8f8f8u;
    const uint64_t shift = minus ? ~uint64_t{0} : 0x0101010101010101u;
    constexpr uint64_t kTop = 0x8080808080808080u;
    const uint64_t sum = ((eightfold & ~kTop) + (shift & ~kTop)) ^ ((eightfold ^ shift) & kTop);
    __builtin_memcpy(out, &sum, 8);
}

struct Iq1S {
    static constexpr size_t kFileBytes = 50;
    static constexpr int kLargest = 9;  // magnitude of a code
    static void decode(const std::byte* block, GridCodes& out) noexcept {
        const float d = half_at(block) * 0.125f;
        for (size_t s = 0; s < 8; ++s) {
            const unsigned high = load_u16(block + 34 + 2 * s);
            for (size_t g = 0; g < 4; ++g) {
                const unsigned index = byte_at(block + 2 + 4 * s + g) | (high >> (3 * g) & 7) << 8;
                put_ternary(kIq1Grid[index], (high & 0x8000u) != 0, out.code + 32 * s + 8 * g);
            }
            out.scale[2 * s] = out.scale[2 * s + 1] = d * static_cast<float>(2 * (high >> 12 & 7) + 1);
        }
    }
};

struct Iq1M {
    static constexpr size_t kFileBytes = 56;
    static constexpr int kLargest = 9;  // magnitude of a code
    static void decode(const std::byte* block, GridCodes& out) noexcept {
        const std::byte* scales = block + 48;
        std::byte half[2];
        unsigned bits = 0;
        for (unsigned w = 0; w < 4; ++w) bits |= (load_u16(scales + 2 * w) >> 12 & 15u) << (4 * w);
        const auto pattern = static_cast<uint16_t>(bits);
        __builtin_memcpy(half, &pattern, 2);
        const float d = half_at(half) * 0.125f;
        for (size_t g = 0; g < 32; ++g) {
            const unsigned nibble = byte_at(block + 32 + g / 2) >> (4 * (g % 2)) & 15;
            put_ternary(kIq1Grid[byte_at(block + g) | (nibble & 7) << 8], (nibble & 8) != 0, out.code + 8 * g);
        }
        for (size_t i = 0; i < 16; ++i) {
            out.scale[i] = d * static_cast<float>(2 * (load_u16(scales + i / 4 * 2) >> (3 * (i % 4)) & 7) + 1);
        }
    }
};

}  // namespace
}  // namespace soliloquy

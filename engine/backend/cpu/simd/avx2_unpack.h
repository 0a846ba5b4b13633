/// engine/backend/cpu/simd/avx2_unpack.h: 256 weights of every block type as bytes and scales, in AVX2 registers.
/// Layouts and formulas: engine/quant/block_formats.h. Nothing is read outside the kBytes of a chunk.
///
/// quant(chunk, s) are the codes of sub-block s = 0..7, 32 bytes: 0..kMaxCode, or signed bytes when kMaxCode is 127.
/// w[k] = scale * (q[k] - kOffset) + bias, with a scale and bias per 32 weights, or per 16 when kFine.
#pragma once

#include <immintrin.h>

#include "engine/backend/cpu/simd/bytes.h"
#include "engine/backend/cpu/simd/grid_codes.h"
#include "engine/quant/codebooks.h"

namespace soliloquy {
namespace {

/// Coarse: `low` holds all eight. Fine: sixteen, in order.
struct Scales {
    __m256 low, high;
    __m256 bias_low, bias_high;
};

[[nodiscard]] inline __m256i load_256(const std::byte* p) noexcept { return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)); }
[[nodiscard]] inline __m128i load_128(const std::byte* p) noexcept { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p)); }
[[nodiscard]] inline __m256i low_nibbles(__m256i v) noexcept { return _mm256_and_si256(v, _mm256_set1_epi8(15)); }
[[nodiscard]] inline __m256 negative(__m256 v) noexcept { return _mm256_xor_ps(v, _mm256_set1_ps(-0.0f)); }
[[nodiscard]] inline __m256 broadcast_half(const std::byte* p) noexcept {
    return _mm256_cvtph_ps(_mm_set1_epi16(static_cast<short>(load_u16(p))));
}

/// 16 bytes of nibbles: the low ones, then the high ones.
[[nodiscard]] inline __m256i split_nibbles(const std::byte* p) noexcept {
    const __m128i both = load_128(p);
    return low_nibbles(_mm256_inserti128_si256(_mm256_castsi128_si256(both), _mm_srli_epi16(both, 4), 1));
}

/// 32 bits as bytes of 0 or `value`.
[[nodiscard]] inline __m256i spread_bits(uint32_t bits, char value) noexcept {
    const __m256i byte = _mm256_setr_epi64x(0, 0x0101010101010101, 0x0202020202020202, 0x0303030303030303);
    const __m256i bit = _mm256_set1_epi64x(static_cast<long long>(0x8040201008040201u));
    const __m256i spread = _mm256_and_si256(_mm256_shuffle_epi8(_mm256_set1_epi32(static_cast<int>(bits)), byte), bit);
    return _mm256_and_si256(_mm256_cmpeq_epi8(spread, bit), _mm256_set1_epi8(value));
}

/// Moves bit `from` of every byte to bit `to` and clears the others that `mask` does not have.
[[nodiscard]] inline __m256i move_bits(__m256i v, int from, int to, char mask) noexcept {
    const __m256i moved = from < to ? _mm256_slli_epi16(v, to - from) : _mm256_srli_epi16(v, from - to);
    return _mm256_and_si256(moved, _mm256_set1_epi8(mask));
}

[[nodiscard]] inline __m256i look_up(const int8_t* levels, __m256i codes) noexcept {
    const __m128i table = _mm_loadu_si128(reinterpret_cast<const __m128i*>(levels));
    return _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(table), codes);
}

/// The halves at p, p + stride, ... of eight blocks.
template <int Stride>
[[nodiscard]] inline __m256 eight_halves(const std::byte* p) noexcept {
    const auto half = [p](int i) { return static_cast<short>(load_u16(p + i * Stride)); };
    return _mm256_cvtph_ps(_mm_setr_epi16(half(0), half(1), half(2), half(3), half(4), half(5), half(6), half(7)));
}

[[nodiscard]] inline __m256 floats_of_u8(__m128i bytes) noexcept { return _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(bytes)); }
[[nodiscard]] inline __m256 floats_of_i8(__m128i bytes) noexcept { return _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(bytes)); }

struct Block32 {
    static constexpr bool kSuper = false, kFine = false;
};
struct SuperBlock {
    static constexpr bool kSuper = true;
};

struct Q4_0 : Block32 {
    static constexpr size_t kBytes = 8 * 18;
    static constexpr int kMaxCode = 15, kOffset = 8;
    static constexpr bool kBias = false;
    static __m256i quant(const std::byte* chunk, int s) noexcept { return split_nibbles(chunk + 18 * s + 2); }
    static void scales(const std::byte* chunk, Scales& out) noexcept { out.low = eight_halves<18>(chunk); }
};

struct Q4_1 : Block32 {
    static constexpr size_t kBytes = 8 * 20;
    static constexpr int kMaxCode = 15, kOffset = 0;
    static constexpr bool kBias = true;
    static __m256i quant(const std::byte* chunk, int s) noexcept { return split_nibbles(chunk + 20 * s + 4); }
    static void scales(const std::byte* chunk, Scales& out) noexcept {
        out.low = eight_halves<20>(chunk);
        out.bias_low = eight_halves<20>(chunk + 2);
    }
};

struct Q5_0 : Block32 {
    static constexpr size_t kBytes = 8 * 22;
    static constexpr int kMaxCode = 31, kOffset = 16;
    static constexpr bool kBias = false;
    static __m256i quant(const std::byte* chunk, int s) noexcept {
        return _mm256_or_si256(split_nibbles(chunk + 22 * s + 6), spread_bits(load_u32(chunk + 22 * s + 2), 16));
    }
    static void scales(const std::byte* chunk, Scales& out) noexcept { out.low = eight_halves<22>(chunk); }
};

struct Q5_1 : Block32 {
    static constexpr size_t kBytes = 8 * 24;
    static constexpr int kMaxCode = 31, kOffset = 0;
    static constexpr bool kBias = true;
    static __m256i quant(const std::byte* chunk, int s) noexcept {
        return _mm256_or_si256(split_nibbles(chunk + 24 * s + 8), spread_bits(load_u32(chunk + 24 * s + 4), 16));
    }
    static void scales(const std::byte* chunk, Scales& out) noexcept {
        out.low = eight_halves<24>(chunk);
        out.bias_low = eight_halves<24>(chunk + 2);
    }
};

struct Q8_0 : Block32 {
    static constexpr size_t kBytes = 8 * 34;
    static constexpr int kMaxCode = 127, kOffset = 0;
    static constexpr bool kBias = false;
    static __m256i quant(const std::byte* chunk, int s) noexcept { return load_256(chunk + 34 * s + 2); }
    static void scales(const std::byte* chunk, Scales& out) noexcept { out.low = eight_halves<34>(chunk); }
};

struct Iq4Nl : Block32 {
    static constexpr size_t kBytes = 8 * 18;
    static constexpr int kMaxCode = 127, kOffset = 0;
    static constexpr bool kBias = false;
    static __m256i quant(const std::byte* chunk, int s) noexcept { return look_up(&kIq4NlValues[0], split_nibbles(chunk + 18 * s + 2)); }
    static void scales(const std::byte* chunk, Scales& out) noexcept { out.low = eight_halves<18>(chunk); }
};

struct Mxfp4 : Block32 {
    static constexpr size_t kBytes = 8 * 17;
    static constexpr int kMaxCode = 127, kOffset = 0;
    static constexpr bool kBias = false;
    static __m256i quant(const std::byte* chunk, int s) noexcept { return look_up(&kMxfp4Values[0], split_nibbles(chunk + 17 * s + 1)); }
    /// 2^(e - 128); the subnormal two, e < 2, count as 0: products with them would be slow and below 1e-34.
    static void scales(const std::byte* chunk, Scales& out) noexcept {
        const auto e = [chunk](int i) { return static_cast<int>(chunk[17 * i]); };
        const __m256i all = _mm256_setr_epi32(e(0), e(1), e(2), e(3), e(4), e(5), e(6), e(7));
        const __m256i exponent = _mm256_max_epi32(_mm256_sub_epi32(all, _mm256_set1_epi32(1)), _mm256_setzero_si256());
        out.low = _mm256_castsi256_ps(_mm256_slli_epi32(exponent, 23));
    }
};

/// Scales and minima of Q4_K and Q5_K.
inline void scales_and_minima(const std::byte* chunk, Scales& out) noexcept {
    const ScaleMinBytes bytes = unpack_scale_min_bytes(chunk + 4);
    out.low = _mm256_mul_ps(floats_of_u8(_mm_cvtsi64_si128(static_cast<long long>(bytes.scales))), broadcast_half(chunk));
    out.bias_low =
        _mm256_mul_ps(floats_of_u8(_mm_cvtsi64_si128(static_cast<long long>(bytes.minima))), negative(broadcast_half(chunk + 2)));
}

struct Q4_K : SuperBlock {
    static constexpr size_t kBytes = 144;
    static constexpr int kMaxCode = 15, kOffset = 0;
    static constexpr bool kFine = false, kBias = true;
    static __m256i quant(const std::byte* chunk, int s) noexcept {
        const __m256i both = load_256(chunk + 16 + s / 2 * 32);
        return low_nibbles(s % 2 == 0 ? both : _mm256_srli_epi16(both, 4));
    }
    static void scales(const std::byte* chunk, Scales& out) noexcept { scales_and_minima(chunk, out); }
};

struct Q5_K : SuperBlock {
    static constexpr size_t kBytes = 176;
    static constexpr int kMaxCode = 31, kOffset = 0;
    static constexpr bool kFine = false, kBias = true;
    static __m256i quant(const std::byte* chunk, int s) noexcept {
        const __m256i both = load_256(chunk + 48 + s / 2 * 32);
        const __m256i low = low_nibbles(s % 2 == 0 ? both : _mm256_srli_epi16(both, 4));
        return _mm256_or_si256(low, move_bits(load_256(chunk + 16), s, 4, 16));
    }
    static void scales(const std::byte* chunk, Scales& out) noexcept { scales_and_minima(chunk, out); }
};

struct Q6_K : SuperBlock {
    static constexpr size_t kBytes = 210;
    static constexpr int kMaxCode = 63, kOffset = 32;
    static constexpr bool kFine = true, kBias = false;
    static __m256i quant(const std::byte* chunk, int s) noexcept {
        const int half = s / 4, row = s % 4;
        const __m256i both = load_256(chunk + 64 * half + 32 * (row % 2));
        const __m256i low = low_nibbles(row < 2 ? both : _mm256_srli_epi16(both, 4));
        return _mm256_or_si256(low, move_bits(load_256(chunk + 128 + 32 * half), 2 * row, 4, 0x30));
    }
    static void scales(const std::byte* chunk, Scales& out) noexcept {
        const __m128i bytes = load_128(chunk + 192);
        const __m256 d = broadcast_half(chunk + 208);
        out.low = _mm256_mul_ps(floats_of_i8(bytes), d);
        out.high = _mm256_mul_ps(floats_of_i8(_mm_srli_si128(bytes, 8)), d);
    }
};

struct Q2_K : SuperBlock {
    static constexpr size_t kBytes = 84;
    static constexpr int kMaxCode = 3, kOffset = 0;
    static constexpr bool kFine = true, kBias = true;
    static __m256i quant(const std::byte* chunk, int s) noexcept { return move_bits(load_256(chunk + 16 + s / 4 * 32), s % 4 * 2, 0, 3); }
    static void scales(const std::byte* chunk, Scales& out) noexcept {
        const __m128i both = load_128(chunk), low = _mm_set1_epi8(15);
        const __m128i scale = _mm_and_si128(both, low), minimum = _mm_and_si128(_mm_srli_epi16(both, 4), low);
        const __m256 d = broadcast_half(chunk + 80), dmin = negative(broadcast_half(chunk + 82));
        out.low = _mm256_mul_ps(floats_of_u8(scale), d);
        out.high = _mm256_mul_ps(floats_of_u8(_mm_srli_si128(scale, 8)), d);
        out.bias_low = _mm256_mul_ps(floats_of_u8(minimum), dmin);
        out.bias_high = _mm256_mul_ps(floats_of_u8(_mm_srli_si128(minimum, 8)), dmin);
    }
};

struct Q3_K : SuperBlock {
    static constexpr size_t kBytes = 110;
    static constexpr int kMaxCode = 7, kOffset = 4;
    static constexpr bool kFine = true, kBias = false;
    static __m256i quant(const std::byte* chunk, int s) noexcept {
        const __m256i low = move_bits(load_256(chunk + 32 + s / 4 * 32), s % 4 * 2, 0, 3);
        return _mm256_or_si256(low, move_bits(load_256(chunk), s, 2, 4));
    }
    static void scales(const std::byte* chunk, Scales& out) noexcept {
        const __m128i low = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(chunk + 96));
        const __m128i both = _mm_and_si128(_mm_unpacklo_epi64(low, _mm_srli_epi16(low, 4)), _mm_set1_epi8(15));
        const __m128i high = _mm_srlv_epi32(_mm_set1_epi32(static_cast<int>(load_u32(chunk + 104))), _mm_setr_epi32(0, 2, 4, 6));
        const __m128i six = _mm_or_si128(both, _mm_slli_epi32(_mm_and_si128(high, _mm_set1_epi8(3)), 4));
        const __m128i centered = _mm_sub_epi8(six, _mm_set1_epi8(32));
        const __m256 d = broadcast_half(chunk + 108);
        out.low = _mm256_mul_ps(floats_of_i8(centered), d);
        out.high = _mm256_mul_ps(floats_of_i8(_mm_srli_si128(centered, 8)), d);
    }
};

struct Iq4Xs : SuperBlock {
    static constexpr size_t kBytes = 136;
    static constexpr int kMaxCode = 127, kOffset = 0;
    static constexpr bool kFine = false, kBias = false;
    static __m256i quant(const std::byte* chunk, int s) noexcept { return look_up(&kIq4NlValues[0], split_nibbles(chunk + 8 + 16 * s)); }
    static void scales(const std::byte* chunk, Scales& out) noexcept {
        const __m256i low =
            _mm256_srlv_epi32(_mm256_set1_epi32(static_cast<int>(load_u32(chunk + 4))), _mm256_setr_epi32(0, 4, 8, 12, 16, 20, 24, 28));
        const __m256i high = _mm256_srlv_epi32(_mm256_set1_epi32(load_u16(chunk + 2)), _mm256_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14));
        const __m256i six = _mm256_or_si256(_mm256_and_si256(low, _mm256_set1_epi32(15)),
                                            _mm256_slli_epi32(_mm256_and_si256(high, _mm256_set1_epi32(3)), 4));
        out.low = _mm256_mul_ps(_mm256_cvtepi32_ps(_mm256_sub_epi32(six, _mm256_set1_epi32(32))), broadcast_half(chunk));
    }
};

/// A type of grid_codes.h after decoding.
template <class Grid>
struct Decoded : SuperBlock {
    static constexpr size_t kBytes = sizeof(GridCodes), kFileBytes = Grid::kFileBytes;
    static constexpr int kMaxCode = 127, kOffset = 0;
    static constexpr bool kFine = true, kBias = false;
    static void decode(const std::byte* block, std::byte* out) noexcept { Grid::decode(block, *reinterpret_cast<GridCodes*>(out)); }
    static __m256i quant(const std::byte* chunk, int s) noexcept { return load_256(chunk + sizeof(GridCodes::scale) + 32 * s); }
    static void scales(const std::byte* chunk, Scales& out) noexcept {
        const auto& codes = *reinterpret_cast<const GridCodes*>(chunk);
        out.low = _mm256_loadu_ps(codes.scale);
        out.high = _mm256_loadu_ps(codes.scale + 8);
    }
};

}  // namespace
}  // namespace soliloquy

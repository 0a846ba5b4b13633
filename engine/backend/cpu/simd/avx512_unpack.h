/// engine/backend/cpu/simd/avx512_unpack.h: 256 weights of every block type as unsigned bytes and scales, in AVX-512 registers.
/// Layouts and formulas: engine/quant/block_formats.h. Nothing is read outside the kBytes of a chunk.
///
/// w[k] = scale[k / 32] * (q[k] - kOffset) + bias[k / 32]    or, kFine:    scale[k / 16] * (q[k] - kOffset) + bias[k / 16]
#pragma once

#include <immintrin.h>

#include "engine/backend/cpu/simd/bytes.h"
#include "engine/backend/cpu/simd/grid_codes.h"
#include "engine/quant/codebooks.h"

namespace soliloquy {
namespace {

/// Coarse: lane 2 b of `scale` is the scale of 32 weights, lane 2 b + 1 their bias (anything where there is none).
/// Fine: 16 scales, and 16 biases in `bias`.
struct Unpacked {
    __m512i q[4];
    __m512 scale;
    __m512 bias;
};

/// Which weights lie in q[z], so that unpacking needs few instructions. A sub-block is 32 weights, 8 lanes of four bytes.
enum class Order {
    natural,   ///< sub-blocks 2 z, 2 z + 1
    split,     ///< z even: the first 16 of sub-blocks 2 z .. 2 z + 3; z odd: the last 16 of them
    pairs,     ///< 4 (z / 2) + z % 2 and that + 2; the codes of odd sub-blocks are 16 times too large
    quarters,  ///< z and z + 4; codes are 4^z times too large
};

/// Natural position, in fours of weights, of lane i of q[z].
[[nodiscard]] constexpr int natural_four(Order order, int z, int i) noexcept {
    switch (order) {
        case Order::split:
            return 32 * (z / 2) + 4 * (z % 2) + 8 * (i / 4) + i % 4;
        case Order::pairs:
            return 8 * (4 * (z / 2) + z % 2 + 2 * (i / 8)) + i % 8;
        case Order::quarters:
            return 8 * (z + 4 * (i / 8)) + i % 8;
        default:
            return 16 * z + i;
    }
}

/// What undoes too large codes: a factor for the scale of the weights at natural four `four`.
[[nodiscard]] constexpr float code_factor(Order order, int four) noexcept {
    const int sub_block = four / 8;
    if (order == Order::pairs) return sub_block % 2 == 0 ? 1.0f : 0x1p-4f;
    if (order == Order::quarters) return 1.0f / static_cast<float>(1 << 2 * (sub_block % 4));
    return 1.0f;
}

[[nodiscard]] inline __m512i load_512(const std::byte* p) noexcept { return _mm512_loadu_si512(p); }
[[nodiscard]] inline __m256i load_256(const std::byte* p) noexcept { return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)); }
[[nodiscard]] inline __m128i load_128(const std::byte* p) noexcept { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p)); }
/// 32 bytes, twice.
[[nodiscard]] inline __m512i load_twice(const std::byte* p) noexcept { return _mm512_broadcast_i64x4(load_256(p)); }

[[nodiscard]] inline __m512 broadcast_half(const std::byte* p) noexcept {
    return _mm512_cvtph_ps(_mm256_set1_epi16(static_cast<short>(load_u16(p))));
}

/// 32-bit shift counts, `low` for the lower 256 bits, `high` for the upper.
[[nodiscard]] inline __m512i halves(int low, int high) noexcept {
    return _mm512_inserti64x4(_mm512_set1_epi32(low), _mm256_set1_epi32(high), 1);
}

/// Right-shifts the upper half by 4: bytes [a, a] become the low nibbles, then the high nibbles of a.
[[nodiscard]] inline __m512i nibbles(__m512i twice) noexcept {
    return _mm512_and_si512(_mm512_srlv_epi32(twice, halves(0, 4)), _mm512_set1_epi8(15));
}

/// 16 bytes as F32.
[[nodiscard]] inline __m512 floats_of_u8(__m128i bytes) noexcept { return _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(bytes)); }
[[nodiscard]] inline __m512 floats_of_i8(__m128i bytes) noexcept { return _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(bytes)); }

// ---- eight blocks of 32 ----

/// The dword at the start of each of eight blocks: half d, and in some formats half m after it.
template <int Stride>
[[nodiscard]] inline __m256i block_heads(const std::byte* chunk) noexcept {
    const __m256i at = _mm256_setr_epi32(0, Stride, 2 * Stride, 3 * Stride, 4 * Stride, 5 * Stride, 6 * Stride, 7 * Stride);
    return _mm256_i32gather_epi32(reinterpret_cast<const int*>(chunk), at, 1);
}
/// Lanes 2 b, 2 b + 1 are the first two halves of block b.
template <int Stride>
[[nodiscard]] inline __m512 block_halves(const std::byte* chunk) noexcept {
    return _mm512_cvtph_ps(block_heads<Stride>(chunk));
}

/// Nibbles of eight blocks of `Stride` bytes whose 16 bytes of nibbles begin at `Begin`, in natural order.
template <int Stride, int Begin>
inline void unpack_nibble_blocks(const std::byte* chunk, __m512i (&q)[4]) noexcept {
    const __m512i shifts = _mm512_setr_epi32(0, 0, 0, 0, 4, 4, 4, 4, 0, 0, 0, 0, 4, 4, 4, 4);
    // Two loads of 16 bytes stand side by side, each repeated.
    const __m512i repeat = _mm512_setr_epi64(0, 1, 0, 1, 2, 3, 2, 3);
    for (int z = 0; z < 4; ++z) {
        const std::byte* p = chunk + 2 * z * Stride + Begin;
        const __m256i pair = _mm256_inserti128_si256(_mm256_castsi128_si256(load_128(p)), load_128(p + Stride), 1);
        const __m512i repeated = _mm512_permutexvar_epi64(repeat, _mm512_castsi256_si512(pair));
        q[z] = _mm512_and_si512(_mm512_srlv_epi32(repeated, shifts), _mm512_set1_epi8(15));
    }
}

/// The same in split order.
template <int Stride, int Begin>
inline void split_nibble_blocks(const std::byte* chunk, __m512i (&q)[4]) noexcept {
    for (int z = 0; z < 4; z += 2) {
        const std::byte* p = chunk + 2 * z * Stride + Begin;
        __m512i four = _mm512_castsi128_si512(load_128(p));
        four = _mm512_inserti32x4(four, load_128(p + Stride), 1);
        four = _mm512_inserti32x4(four, load_128(p + 2 * Stride), 2);
        four = _mm512_inserti32x4(four, load_128(p + 3 * Stride), 3);
        q[z] = _mm512_and_si512(four, _mm512_set1_epi8(15));
        q[z + 1] = _mm512_and_si512(_mm512_srli_epi16(four, 4), _mm512_set1_epi8(15));
    }
}

/// The fifth bits of blocks 2 z, 2 z + 1, `Begin` bytes into a block.
template <int Stride, int Begin>
inline void add_fifth_bits(const std::byte* chunk, __m512i (&q)[4]) noexcept {
    for (int z = 0; z < 4; ++z) {
        const std::byte* p = chunk + 2 * z * Stride + Begin;
        const uint64_t bits = load_u32(p) | static_cast<uint64_t>(load_u32(p + Stride)) << 32;
        q[z] = _mm512_mask_add_epi8(q[z], _cvtu64_mask64(bits), q[z], _mm512_set1_epi8(16));
    }
}

/// Looks codes up in 16 signed levels and adds `offset`, which makes them unsigned.
inline void look_up(const int8_t* levels, int offset, __m512i (&q)[4]) noexcept {
    const __m128i table = _mm_add_epi8(_mm_loadu_si128(reinterpret_cast<const __m128i*>(levels)), _mm_set1_epi8(static_cast<char>(offset)));
    for (__m512i& z : q) z = _mm512_shuffle_epi8(_mm512_broadcast_i32x4(table), z);
}

struct Block32 {
    static constexpr bool kFine = false, kSuper = false;
    static constexpr Order kOrder = Order::natural;
};

struct Q4_0 : Block32 {
    static constexpr Order kOrder = Order::split;
    static constexpr size_t kBytes = 8 * 18;
    static constexpr int kOffset = 8;
    static constexpr bool kBias = false;
    static void unpack(const std::byte* chunk, Unpacked& u) noexcept {
        split_nibble_blocks<18, 2>(chunk, u.q);
        u.scale = block_halves<18>(chunk);
    }
};

struct Q4_1 : Block32 {
    static constexpr Order kOrder = Order::split;
    static constexpr size_t kBytes = 8 * 20;
    static constexpr int kOffset = 0;
    static constexpr bool kBias = true;
    static void unpack(const std::byte* chunk, Unpacked& u) noexcept {
        split_nibble_blocks<20, 4>(chunk, u.q);
        u.scale = block_halves<20>(chunk);
    }
};

struct Q5_0 : Block32 {
    static constexpr size_t kBytes = 8 * 22;
    static constexpr int kOffset = 16;
    static constexpr bool kBias = false;
    static void unpack(const std::byte* chunk, Unpacked& u) noexcept {
        unpack_nibble_blocks<22, 6>(chunk, u.q);
        add_fifth_bits<22, 2>(chunk, u.q);
        u.scale = block_halves<22>(chunk);
    }
};

struct Q5_1 : Block32 {
    static constexpr size_t kBytes = 8 * 24;
    static constexpr int kOffset = 0;
    static constexpr bool kBias = true;
    static void unpack(const std::byte* chunk, Unpacked& u) noexcept {
        unpack_nibble_blocks<24, 8>(chunk, u.q);
        add_fifth_bits<24, 4>(chunk, u.q);
        u.scale = block_halves<24>(chunk);
    }
};

struct Q8_0 : Block32 {
    static constexpr size_t kBytes = 8 * 34;
    static constexpr int kOffset = 128;
    static constexpr bool kBias = false;
    static void unpack(const std::byte* chunk, Unpacked& u) noexcept {
        for (int z = 0; z < 4; ++z) {
            const std::byte* p = chunk + z * 68 + 2;
            const __m512i pair = _mm512_inserti64x4(_mm512_castsi256_si512(load_256(p)), load_256(p + 34), 1);
            u.q[z] = _mm512_xor_si512(pair, _mm512_set1_epi8(-128));
        }
        u.scale = block_halves<34>(chunk);
    }
};

struct Iq4Nl : Block32 {
    static constexpr Order kOrder = Order::split;
    static constexpr size_t kBytes = 8 * 18;
    static constexpr int kOffset = 128;
    static constexpr bool kBias = false;
    static void unpack(const std::byte* chunk, Unpacked& u) noexcept {
        split_nibble_blocks<18, 2>(chunk, u.q);
        look_up(&kIq4NlValues[0], kOffset, u.q);
        u.scale = block_halves<18>(chunk);
    }
};

struct Mxfp4 : Block32 {
    static constexpr Order kOrder = Order::split;
    static constexpr size_t kBytes = 8 * 17;
    static constexpr int kOffset = 12;
    static constexpr bool kBias = false;
    static void unpack(const std::byte* chunk, Unpacked& u) noexcept {
        split_nibble_blocks<17, 1>(chunk, u.q);
        look_up(&kMxfp4Values[0], kOffset, u.q);
        // 2^(e - 128); the subnormal two, e < 2, count as 0: products with them would be slow and below 1e-34.
        const __m256i e = _mm256_and_si256(block_heads<17>(chunk), _mm256_set1_epi32(255));
        const __m256i exponent = _mm256_max_epi32(_mm256_sub_epi32(e, _mm256_set1_epi32(1)), _mm256_setzero_si256());
        u.scale = _mm512_castsi512_ps(_mm512_cvtepu32_epi64(_mm256_slli_epi32(exponent, 23)));
    }
};

// ---- super-blocks of 256 ----

struct SuperBlock {
    static constexpr bool kSuper = true;
    static constexpr Order kOrder = Order::natural;
};

/// Scales and minima of Q4_K and Q5_K, with d and dmin before them: [d sc0, -dmin mn0, d sc1, ...].
[[nodiscard]] inline __m512 scales_and_minima(const std::byte* block) noexcept {
    const ScaleMinBytes bytes = unpack_scale_min_bytes(block + 4);
    const __m128i interleaved =
        _mm_unpacklo_epi8(_mm_cvtsi64_si128(static_cast<long long>(bytes.scales)), _mm_cvtsi64_si128(static_cast<long long>(bytes.minima)));
    const __m512 factors = _mm512_cvtph_ps(_mm256_set1_epi32(static_cast<int>(load_u32(block) ^ 0x80000000u)));
    return _mm512_mul_ps(floats_of_u8(interleaved), factors);
}

struct Q4_K : SuperBlock {
    static constexpr Order kOrder = Order::pairs;
    static constexpr size_t kBytes = 144;
    static constexpr int kOffset = 0;
    static constexpr bool kFine = false, kBias = true;
    static void unpack(const std::byte* chunk, Unpacked& u) noexcept {
        for (int z = 0; z < 4; z += 2) {
            const __m512i both = load_512(chunk + 16 + 32 * z);
            u.q[z] = _mm512_and_si512(both, _mm512_set1_epi8(0x0f));
            u.q[z + 1] = _mm512_and_si512(both, _mm512_set1_epi8(static_cast<char>(0xf0)));
        }
        u.scale = scales_and_minima(chunk);
    }
};

/// Adds `value` to the bytes of q[z] whose sub-block's bit is set in `bits`: bit 2 z for the lower half, 2 z + 1 for the upper.
inline void add_where_bit(const std::byte* bits, char value, __m512i (&q)[4]) noexcept {
    const __m512i twice = load_twice(bits);
    for (int z = 0; z < 4; ++z) {
        const __m512i bit =
            _mm512_inserti64x4(_mm512_set1_epi8(static_cast<char>(1 << 2 * z)), _mm256_set1_epi8(static_cast<char>(2 << 2 * z)), 1);
        q[z] = _mm512_mask_add_epi8(q[z], _mm512_test_epi8_mask(twice, bit), q[z], _mm512_set1_epi8(value));
    }
}

struct Q5_K : SuperBlock {
    static constexpr size_t kBytes = 176;
    static constexpr int kOffset = 0;
    static constexpr bool kFine = false, kBias = true;
    static void unpack(const std::byte* chunk, Unpacked& u) noexcept {
        for (int z = 0; z < 4; ++z) u.q[z] = nibbles(load_twice(chunk + 48 + 32 * z));
        add_where_bit(chunk + 16, 16, u.q);
        u.scale = scales_and_minima(chunk);
    }
};

struct Q6_K : SuperBlock {
    static constexpr size_t kBytes = 210;
    static constexpr int kOffset = 32;
    static constexpr bool kFine = true, kBias = false;
    static void unpack(const std::byte* chunk, Unpacked& u) noexcept {
        const __m512i low = _mm512_set1_epi8(15), high = _mm512_set1_epi8(0x30);
        for (int half = 0; half < 2; ++half) {
            const __m512i ql = load_512(chunk + 64 * half);
            const __m512i qh = load_twice(chunk + 128 + 32 * half);
            // (a & 15) | (b & 48)
            const __m512i first = _mm512_and_si512(_mm512_sllv_epi32(qh, halves(4, 2)), high);
            const __m512i second = _mm512_and_si512(_mm512_srlv_epi32(qh, halves(0, 2)), high);
            u.q[2 * half] = _mm512_ternarylogic_epi32(ql, low, first, 0xEA);
            u.q[2 * half + 1] = _mm512_ternarylogic_epi32(_mm512_srli_epi32(ql, 4), low, second, 0xEA);
        }
        u.scale = _mm512_mul_ps(floats_of_i8(load_128(chunk + 192)), broadcast_half(chunk + 208));
    }
};

/// Two bits per weight: q[z] of a half has rows 2 (z % 2), 2 (z % 2) + 1 of 32.
inline void unpack_pairs(const std::byte* qs, __m512i (&q)[4]) noexcept {
    for (int z = 0; z < 4; ++z) {
        const __m512i shifted = _mm512_srlv_epi32(load_twice(qs + 32 * (z / 2)), z % 2 == 0 ? halves(0, 2) : halves(4, 6));
        q[z] = _mm512_and_si512(shifted, _mm512_set1_epi8(3));
    }
}

struct Q2_K : SuperBlock {
    static constexpr Order kOrder = Order::quarters;
    static constexpr size_t kBytes = 84;
    static constexpr int kOffset = 0;
    static constexpr bool kFine = true, kBias = true;
    static void unpack(const std::byte* chunk, Unpacked& u) noexcept {
        const __m512i all = load_512(chunk + 16);
        for (int z = 0; z < 4; ++z) u.q[z] = _mm512_and_si512(all, _mm512_set1_epi8(static_cast<char>(3 << 2 * z)));
        const __m128i scales = load_128(chunk);
        const __m128i low = _mm_set1_epi8(15);
        u.scale = _mm512_mul_ps(floats_of_u8(_mm_and_si128(scales, low)), broadcast_half(chunk + 80));
        const __m512 minima = floats_of_u8(_mm_and_si128(_mm_srli_epi16(scales, 4), low));
        u.bias = _mm512_mul_ps(minima, _mm512_sub_ps(_mm512_setzero_ps(), broadcast_half(chunk + 82)));
    }
};

struct Q3_K : SuperBlock {
    static constexpr size_t kBytes = 110;
    static constexpr int kOffset = 4;
    static constexpr bool kFine = true, kBias = false;
    static void unpack(const std::byte* chunk, Unpacked& u) noexcept {
        unpack_pairs(chunk + 32, u.q);
        add_where_bit(chunk, 4, u.q);
        const __m128i low = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(chunk + 96));
        const __m128i both = _mm_and_si128(_mm_unpacklo_epi64(low, _mm_srli_epi16(low, 4)), _mm_set1_epi8(15));
        const __m128i high = _mm_srlv_epi32(_mm_set1_epi32(static_cast<int>(load_u32(chunk + 104))), _mm_setr_epi32(0, 2, 4, 6));
        const __m128i six = _mm_or_si128(both, _mm_slli_epi32(_mm_and_si128(high, _mm_set1_epi8(3)), 4));
        u.scale = _mm512_mul_ps(floats_of_i8(_mm_sub_epi8(six, _mm_set1_epi8(32))), broadcast_half(chunk + 108));
    }
};

struct Iq4Xs : SuperBlock {
    static constexpr Order kOrder = Order::split;
    static constexpr size_t kBytes = 136;
    static constexpr int kOffset = 128;
    static constexpr bool kFine = false, kBias = false;
    static void unpack(const std::byte* chunk, Unpacked& u) noexcept {
        split_nibble_blocks<16, 0>(chunk + 8, u.q);
        look_up(&kIq4NlValues[0], kOffset, u.q);
        const __m512i low_shifts = _mm512_setr_epi32(0, 0, 4, 4, 8, 8, 12, 12, 16, 16, 20, 20, 24, 24, 28, 28);
        const __m512i high_shifts = _mm512_setr_epi32(0, 0, 2, 2, 4, 4, 6, 6, 8, 8, 10, 10, 12, 12, 14, 14);
        const __m512i low = _mm512_srlv_epi32(_mm512_set1_epi32(static_cast<int>(load_u32(chunk + 4))), low_shifts);
        const __m512i high = _mm512_srlv_epi32(_mm512_set1_epi32(load_u16(chunk + 2)), high_shifts);
        const __m512i six = _mm512_or_si512(_mm512_and_si512(low, _mm512_set1_epi32(15)),
                                            _mm512_slli_epi32(_mm512_and_si512(high, _mm512_set1_epi32(3)), 4));
        u.scale = _mm512_mul_ps(_mm512_cvtepi32_ps(_mm512_sub_epi32(six, _mm512_set1_epi32(32))), broadcast_half(chunk));
    }
};

/// A type of grid_codes.h after decoding.
template <class Grid>
struct Decoded : SuperBlock {
    static constexpr size_t kBytes = sizeof(GridCodes), kFileBytes = Grid::kFileBytes;
    static constexpr int kOffset = Grid::kLargest;
    static constexpr bool kFine = true, kBias = false;
    static void decode(const std::byte* block, std::byte* out) noexcept { Grid::decode(block, *reinterpret_cast<GridCodes*>(out)); }
    static void unpack(const std::byte* chunk, Unpacked& u) noexcept {
        const auto& codes = *reinterpret_cast<const GridCodes*>(chunk);
        for (int z = 0; z < 4; ++z) u.q[z] = _mm512_add_epi8(_mm512_loadu_si512(codes.code + 64 * z), _mm512_set1_epi8(kOffset));
        u.scale = _mm512_loadu_ps(codes.scale);
    }
};

}  // namespace
}  // namespace soliloquy

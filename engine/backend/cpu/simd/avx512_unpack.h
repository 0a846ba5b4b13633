/// engine/backend/cpu/simd/avx512_unpack.h: 256 weights of every block type as unsigned bytes and scales, in AVX-512 registers.
/// Layouts and formulas: engine/quant/block_formats.h. Nothing is read outside the kBytes of a chunk.
///
/// w[k] = scale[k / 32] * (q[k] - kOffset) + bias[k / 32]    or, kFine:    scale[k / 16] * (q[k] - kOffset) + bias[k / 16]
#pragma once

#include <immintrin.h>

#include "engine/backend/cpu/simd/bytes.h"
#include "engine/quant/codebooks.h"

namespace soliloquy {
namespace {

/// Coarse: `scale` holds 8 scales, then 8 biases. Fine: 16 scales, and 16 biases in `bias`.
struct Unpacked {
    __m512i q[4];
    __m512 scale;
    __m512 bias;
};

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

[[nodiscard]] inline __m512 join(__m256 low, __m256 high) noexcept { return _mm512_insertf32x8(_mm512_castps256_ps512(low), high, 1); }

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
[[nodiscard]] inline __m256 low_halves(__m256i heads) noexcept { return _mm256_cvtph_ps(_mm256_cvtepi32_epi16(heads)); }
[[nodiscard]] inline __m256 high_halves(__m256i heads) noexcept {
    return _mm256_cvtph_ps(_mm256_cvtepi32_epi16(_mm256_srli_epi32(heads, 16)));
}

/// Nibbles of eight blocks of `Stride` bytes whose 16 bytes of nibbles begin at `Begin`: q[z] has blocks 2 z, 2 z + 1.
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
    static constexpr bool kFine = false;
    static constexpr bool kSuper = false;
};

struct Q4_0 : Block32 {
    static constexpr size_t kBytes = 8 * 18;
    static constexpr int kOffset = 8;
    static constexpr bool kBias = false;
    static void unpack(const std::byte* chunk, Unpacked& u) noexcept {
        unpack_nibble_blocks<18, 2>(chunk, u.q);
        u.scale = _mm512_castps256_ps512(low_halves(block_heads<18>(chunk)));
    }
};

struct Q4_1 : Block32 {
    static constexpr size_t kBytes = 8 * 20;
    static constexpr int kOffset = 0;
    static constexpr bool kBias = true;
    static void unpack(const std::byte* chunk, Unpacked& u) noexcept {
        unpack_nibble_blocks<20, 4>(chunk, u.q);
        const __m256i heads = block_heads<20>(chunk);
        u.scale = join(low_halves(heads), high_halves(heads));
    }
};

struct Q5_0 : Block32 {
    static constexpr size_t kBytes = 8 * 22;
    static constexpr int kOffset = 16;
    static constexpr bool kBias = false;
    static void unpack(const std::byte* chunk, Unpacked& u) noexcept {
        unpack_nibble_blocks<22, 6>(chunk, u.q);
        add_fifth_bits<22, 2>(chunk, u.q);
        u.scale = _mm512_castps256_ps512(low_halves(block_heads<22>(chunk)));
    }
};

struct Q5_1 : Block32 {
    static constexpr size_t kBytes = 8 * 24;
    static constexpr int kOffset = 0;
    static constexpr bool kBias = true;
    static void unpack(const std::byte* chunk, Unpacked& u) noexcept {
        unpack_nibble_blocks<24, 8>(chunk, u.q);
        add_fifth_bits<24, 4>(chunk, u.q);
        const __m256i heads = block_heads<24>(chunk);
        u.scale = join(low_halves(heads), high_halves(heads));
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
        u.scale = _mm512_castps256_ps512(low_halves(block_heads<34>(chunk)));
    }
};

struct Iq4Nl : Block32 {
    static constexpr size_t kBytes = 8 * 18;
    static constexpr int kOffset = 128;
    static constexpr bool kBias = false;
    static void unpack(const std::byte* chunk, Unpacked& u) noexcept {
        unpack_nibble_blocks<18, 2>(chunk, u.q);
        look_up(&kIq4NlValues[0], kOffset, u.q);
        u.scale = _mm512_castps256_ps512(low_halves(block_heads<18>(chunk)));
    }
};

struct Mxfp4 : Block32 {
    static constexpr size_t kBytes = 8 * 17;
    static constexpr int kOffset = 12;
    static constexpr bool kBias = false;
    static void unpack(const std::byte* chunk, Unpacked& u) noexcept {
        unpack_nibble_blocks<17, 1>(chunk, u.q);
        look_up(&kMxfp4Values[0], kOffset, u.q);
        // 2^(e - 128); the subnormal two, e < 2, count as 0: products with them would be slow and below 1e-34.
        const __m256i e = _mm256_and_si256(block_heads<17>(chunk), _mm256_set1_epi32(255));
        const __m256i exponent = _mm256_max_epi32(_mm256_sub_epi32(e, _mm256_set1_epi32(1)), _mm256_setzero_si256());
        u.scale = _mm512_castps256_ps512(_mm256_castsi256_ps(_mm256_slli_epi32(exponent, 23)));
    }
};

// ---- super-blocks of 256 ----

struct SuperBlock {
    static constexpr bool kSuper = true;
};

/// Eight 6-bit scales and minima of Q4_K and Q5_K, with d and dmin before them: [d sc | -dmin mn].
[[nodiscard]] inline __m512 scales_and_minima(const std::byte* block) noexcept {
    const uint32_t a = load_u32(block + 4), b = load_u32(block + 8), c = load_u32(block + 12);
    const uint32_t scale_low = a & 0x3f3f3f3fu, min_low = b & 0x3f3f3f3fu;
    const uint32_t scale_high = (c & 0x0f0f0f0fu) | ((a >> 6 & 0x03030303u) << 4);
    const uint32_t min_high = (c >> 4 & 0x0f0f0f0fu) | ((b >> 6 & 0x03030303u) << 4);
    const __m128i bytes = _mm_set_epi64x(static_cast<long long>(min_low | static_cast<uint64_t>(min_high) << 32),
                                         static_cast<long long>(scale_low | static_cast<uint64_t>(scale_high) << 32));
    // [d, -dmin]: the sign bit of dmin flipped.
    const __m128 factors = _mm_cvtph_ps(_mm_cvtsi32_si128(static_cast<int>(load_u32(block) ^ 0x80000000u)));
    const __m512i spread = _mm512_setr_epi32(0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1);
    return _mm512_mul_ps(floats_of_u8(bytes), _mm512_permutexvar_ps(spread, _mm512_castps128_ps512(factors)));
}

struct Q4_K : SuperBlock {
    static constexpr size_t kBytes = 144;
    static constexpr int kOffset = 0;
    static constexpr bool kFine = false, kBias = true;
    static void unpack(const std::byte* chunk, Unpacked& u) noexcept {
        for (int z = 0; z < 4; ++z) u.q[z] = nibbles(load_twice(chunk + 16 + 32 * z));
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
    static constexpr size_t kBytes = 84;
    static constexpr int kOffset = 0;
    static constexpr bool kFine = true, kBias = true;
    static void unpack(const std::byte* chunk, Unpacked& u) noexcept {
        unpack_pairs(chunk + 16, u.q);
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
    static constexpr size_t kBytes = 136;
    static constexpr int kOffset = 128;
    static constexpr bool kFine = false, kBias = false;
    static void unpack(const std::byte* chunk, Unpacked& u) noexcept {
        unpack_nibble_blocks<16, 0>(chunk + 8, u.q);
        look_up(&kIq4NlValues[0], kOffset, u.q);
        const __m256i low =
            _mm256_srlv_epi32(_mm256_set1_epi32(static_cast<int>(load_u32(chunk + 4))), _mm256_setr_epi32(0, 4, 8, 12, 16, 20, 24, 28));
        const __m256i high = _mm256_srlv_epi32(_mm256_set1_epi32(load_u16(chunk + 2)), _mm256_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14));
        const __m256i six = _mm256_or_si256(_mm256_and_si256(low, _mm256_set1_epi32(15)),
                                            _mm256_slli_epi32(_mm256_and_si256(high, _mm256_set1_epi32(3)), 4));
        const __m256 scales = _mm256_cvtepi32_ps(_mm256_sub_epi32(six, _mm256_set1_epi32(32)));
        const __m256 d = _mm256_cvtph_ps(_mm_set1_epi16(static_cast<short>(load_u16(chunk))));
        u.scale = _mm512_castps256_ps512(_mm256_mul_ps(scales, d));
    }
};

}  // namespace
}  // namespace soliloquy

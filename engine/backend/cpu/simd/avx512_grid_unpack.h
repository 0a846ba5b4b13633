/// engine/backend/cpu/simd/avx512_grid_unpack.h: IQ1, IQ2 and IQ3 super-blocks without a detour through memory: codebooks are gathered
/// eight or sixteen entries at a time, signs are masks. In place of Decoded<> of avx512_unpack.h.
/// Layouts and formulas: engine/quant/block_formats.h.
#pragma once

#include "engine/backend/cpu/simd/avx512_unpack.h"

namespace soliloquy {
namespace {

/// Eight groups of eight weights.
[[nodiscard]] inline __m512i gather_groups(const uint64_t* grid, __m512i indices) noexcept {
    return _mm512_i64gather_epi64(indices, grid, 8);
}
/// Sixteen groups of four weights.
[[nodiscard]] inline __m512i gather_groups(const uint32_t* grid, __m512i indices) noexcept {
    return _mm512_i32gather_epi32(indices, grid, 4);
}
[[nodiscard]] inline __m512i indices_of(uint64_t eight_bytes) noexcept {
    return _mm512_cvtepu8_epi64(_mm_cvtsi64_si128(static_cast<long long>(eight_bytes)));
}
/// Bits of `word` from `shifts` on, by lane, as bits 8 and up of an index.
[[nodiscard]] inline __m512i high_bits(uint64_t word, __m512i shifts, int mask) noexcept {
    const __m512i shifted = _mm512_srlv_epi64(_mm512_set1_epi64(static_cast<long long>(word)), shifts);
    return _mm512_slli_epi64(_mm512_and_si512(shifted, _mm512_set1_epi64(mask)), 8);
}

/// Seven sign bits in each of eight bytes; the eighth makes the number of minus signs even.
[[nodiscard]] inline uint64_t even_signs(uint64_t sevens) noexcept {
    const uint64_t four = (sevens ^ sevens >> 4) & 0x0f0f0f0f0f0f0f0fu;
    const uint64_t two = (four ^ four >> 2) & 0x0303030303030303u;
    const uint64_t one = (two ^ two >> 1) & 0x0101010101010101u;
    return sevens | one << 7;
}
/// Four times seven bits of either half, as bytes.
[[nodiscard]] inline uint64_t spread_sevens(uint64_t w) noexcept {
    return (w & 0x0000007f0000007fu) | (w & 0x00003f8000003f80u) << 1 | (w & 0x001fc000001fc000u) << 2 | (w & 0x0fe000000fe00000u) << 3;
}
/// offset + magnitude, or offset - magnitude where the sign is minus.
[[nodiscard]] inline __m512i with_signs(__m512i magnitudes, uint64_t minus, int offset) noexcept {
    const __m512i zero = _mm512_set1_epi8(static_cast<char>(offset));
    return _mm512_mask_sub_epi8(_mm512_add_epi8(zero, magnitudes), _cvtu64_mask64(minus), zero, magnitudes);
}

/// factor * (2 n + 1)
[[nodiscard]] inline __m512 odd_scales(__m512i n, float factor) noexcept {
    return _mm512_fmadd_ps(_mm512_cvtepi32_ps(n), _mm512_set1_ps(2.0f * factor), _mm512_set1_ps(factor));
}
/// The nibbles of eight bytes, the lower first.
[[nodiscard]] inline __m512i nibbles_of(uint64_t bytes) noexcept {
    const __m128i both = _mm_cvtsi64_si128(static_cast<long long>(bytes)), low = _mm_set1_epi8(15);
    return _mm512_cvtepu8_epi32(_mm_unpacklo_epi8(_mm_and_si128(both, low), _mm_and_si128(_mm_srli_epi16(both, 4), low)));
}
/// Eight numbers, each twice.
[[nodiscard]] inline __m512i each_twice(__m256i n) noexcept {
    return _mm512_permutexvar_epi32(_mm512_setr_epi32(0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7), _mm512_castsi256_si512(n));
}

template <class Grid>
struct InPlace : SuperBlock {
    static constexpr size_t kBytes = Grid::kFileBytes;
    static constexpr int kOffset = Grid::kLargest;
    static constexpr bool kFine = true, kBias = false;
};

template <>
struct Decoded<Iq2Xxs> : InPlace<Iq2Xxs> {
    static void unpack(const std::byte* chunk, Unpacked& u) noexcept {
        for (int z = 0; z < 4; ++z) {
            const uint64_t first = load_u64(chunk + 2 + 16 * z), second = load_u64(chunk + 10 + 16 * z);
            const uint64_t words = first >> 32 | (second & 0xffffffff00000000u);
            const __m512i codes = gather_groups(kIq2XxsGrid.data(), indices_of((first & 0xffffffffu) | second << 32));
            u.q[z] = with_signs(codes, even_signs(spread_sevens(words)), kOffset);
        }
        const __m512i words = _mm512_shuffle_epi32(load_512(chunk + 2), _MM_PERM_DDBB);
        u.scale = odd_scales(_mm512_srli_epi32(words, 28), half_at(chunk) * 0.125f);
    }
};

template <>
struct Decoded<Iq2Xs> : InPlace<Iq2Xs> {
    static void unpack(const std::byte* chunk, Unpacked& u) noexcept {
        for (int z = 0; z < 4; ++z) {
            const __m128i q = load_128(chunk + 2 + 16 * z), sevens = _mm_srli_epi16(q, 9);
            const __m512i indices = _mm512_and_si512(_mm512_cvtepu16_epi64(q), _mm512_set1_epi64(511));
            const auto signs = static_cast<uint64_t>(_mm_cvtsi128_si64(_mm_packus_epi16(sevens, sevens)));
            u.q[z] = with_signs(gather_groups(kIq2XsGrid.data(), indices), even_signs(signs), kOffset);
        }
        u.scale = odd_scales(nibbles_of(load_u64(chunk + 66)), half_at(chunk) * 0.125f);
    }
};

template <>
struct Decoded<Iq2S> : InPlace<Iq2S> {
    static void unpack(const std::byte* chunk, Unpacked& u) noexcept {
        const __m512i shifts = _mm512_setr_epi64(0, 2, 4, 6, 8, 10, 12, 14);
        for (int z = 0; z < 4; ++z) {
            const __m512i indices =
                _mm512_or_si512(indices_of(load_u64(chunk + 2 + 8 * z)), high_bits(load_u16(chunk + 66 + 2 * z), shifts, 3));
            u.q[z] = with_signs(gather_groups(kIq2SGrid.data(), indices), load_u64(chunk + 34 + 8 * z), kOffset);
        }
        u.scale = odd_scales(nibbles_of(load_u64(chunk + 74)), half_at(chunk) * 0.125f);
    }
};

template <>
struct Decoded<Iq3Xxs> : InPlace<Iq3Xxs> {
    static void unpack(const std::byte* chunk, Unpacked& u) noexcept {
        for (int z = 0; z < 4; ++z) {
            const __m512i codes = gather_groups(kIq3XxsGrid.data(), _mm512_cvtepu8_epi32(load_128(chunk + 2 + 16 * z)));
            u.q[z] = with_signs(codes, even_signs(spread_sevens(load_u64(chunk + 66 + 8 * z))), kOffset);
        }
        u.scale = odd_scales(each_twice(_mm256_srli_epi32(load_256(chunk + 66), 28)), half_at(chunk) * 0.25f);
    }
};

template <>
struct Decoded<Iq3S> : InPlace<Iq3S> {
    static void unpack(const std::byte* chunk, Unpacked& u) noexcept {
        for (int z = 0; z < 4; ++z) {
            const __m512i low = _mm512_cvtepu8_epi32(load_128(chunk + 2 + 16 * z));
            const __m512i indices = _mm512_mask_or_epi32(low, _cvtu32_mask16(load_u16(chunk + 66 + 2 * z)), low, _mm512_set1_epi32(256));
            u.q[z] = with_signs(gather_groups(kIq3SGrid.data(), indices), load_u64(chunk + 74 + 8 * z), kOffset);
        }
        const __m512i shifts = _mm512_setr_epi32(0, 0, 4, 4, 8, 8, 12, 12, 16, 16, 20, 20, 24, 24, 28, 28);
        const __m512i shifted = _mm512_srlv_epi32(_mm512_set1_epi32(static_cast<int>(load_u32(chunk + 106))), shifts);
        u.scale = odd_scales(_mm512_and_si512(shifted, _mm512_set1_epi32(15)), half_at(chunk));
    }
};

/// Codes of IQ1 are 8 value + 1 or, where `minus` is set, 8 value - 1; values are -1, 0, 1. One bit of `minus` for eight weights.
[[nodiscard]] inline __m512i ternary_codes(__m512i values, __mmask8 minus, int offset) noexcept {
    const __m512i eightfold = _mm512_and_si512(_mm512_slli_epi16(values, 3), _mm512_set1_epi8(static_cast<char>(0xf8)));
    const __m512i plus_one = _mm512_set1_epi8(static_cast<char>(offset + 1)), minus_one = _mm512_set1_epi8(static_cast<char>(offset - 1));
    return _mm512_add_epi8(eightfold, _mm512_mask_blend_epi64(minus, plus_one, minus_one));
}

template <>
struct Decoded<Iq1S> : InPlace<Iq1S> {
    static void unpack(const std::byte* chunk, Unpacked& u) noexcept {
        const __m512i shifts = _mm512_setr_epi64(0, 3, 6, 9, 16, 19, 22, 25);
        for (int z = 0; z < 4; ++z) {
            const uint32_t high = load_u32(chunk + 34 + 4 * z);
            const __m512i indices = _mm512_or_si512(indices_of(load_u64(chunk + 2 + 8 * z)), high_bits(high, shifts, 7));
            const unsigned minus = (high >> 15 & 1u) * 0x0fu | (high >> 31) * 0xf0u;
            u.q[z] = ternary_codes(gather_groups(kIq1Grid.data(), indices), static_cast<__mmask8>(minus), kOffset);
        }
        const __m256i scales = _mm256_and_si256(_mm256_srli_epi32(_mm256_cvtepu16_epi32(load_128(chunk + 34)), 12), _mm256_set1_epi32(7));
        u.scale = odd_scales(each_twice(scales), half_at(chunk) * 0.125f);
    }
};

template <>
struct Decoded<Iq1M> : InPlace<Iq1M> {
    static void unpack(const std::byte* chunk, Unpacked& u) noexcept {
        const __m512i shifts = _mm512_setr_epi64(0, 4, 8, 12, 16, 20, 24, 28);
        for (int z = 0; z < 4; ++z) {
            const uint32_t high = load_u32(chunk + 32 + 4 * z);
            const __m512i indices = _mm512_or_si512(indices_of(load_u64(chunk + 8 * z)), high_bits(high, shifts, 7));
            const __mmask8 minus = _mm512_test_epi64_mask(_mm512_srlv_epi64(_mm512_set1_epi64(high), shifts), _mm512_set1_epi64(8));
            u.q[z] = ternary_codes(gather_groups(kIq1Grid.data(), indices), minus, kOffset);
        }
        const uint64_t scales = load_u64(chunk + 48);
        const auto pattern =
            static_cast<uint16_t>((scales >> 12 & 0xfu) | (scales >> 24 & 0xf0u) | (scales >> 36 & 0xf00u) | (scales >> 48 & 0xf000u));
        std::byte half[2];
        __builtin_memcpy(half, &pattern, 2);
        const __m512i all = _mm512_set1_epi64(static_cast<long long>(scales));
        const __m256i low = _mm512_cvtepi64_epi32(_mm512_srlv_epi64(all, _mm512_setr_epi64(0, 3, 6, 9, 16, 19, 22, 25)));
        const __m256i upper = _mm512_cvtepi64_epi32(_mm512_srlv_epi64(all, _mm512_setr_epi64(32, 35, 38, 41, 48, 51, 54, 57)));
        const __m512i both = _mm512_inserti64x4(_mm512_castsi256_si512(low), upper, 1);
        u.scale = odd_scales(_mm512_and_si512(both, _mm512_set1_epi32(7)), half_at(half) * 0.125f);
    }
};

}  // namespace
}  // namespace soliloquy

/// engine/sampling/logit_scan.cpp: the passes over all logits of a step.
/// One body in plain C++ is compiled for several instruction sets and chosen at run time. None of them has fused multiply-add, which
/// would change the last bit; with the lanes fixed at 16 all give the same result.
#include "engine/sampling/logit_scan.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))
#define SOLILOQUY_SCAN_AVX2 1
#endif
#if defined(__GNUC__) || defined(__clang__)
#define SOLILOQUY_INLINE inline __attribute__((always_inline))
#else
#define SOLILOQUY_INLINE __forceinline
#endif

#if defined(__GNUC__) && !defined(__clang__)
#define SOLILOQUY_LANES _Pragma("GCC unroll 1")  // unrolled, a loop over the lanes is no longer seen as a vector
#else
#define SOLILOQUY_LANES
#endif

namespace soliloquy {

namespace {

constexpr size_t kLanes = 16;
constexpr size_t kStride = 1024;  // logits summed in F32 before the sum goes to F64
constexpr float kNothing = -std::numeric_limits<float>::infinity();
constexpr float kSmallest = -80.0f;

/// 2^k * p(r) with d = k ln 2 + r, |r| <= ln 2 / 2. p: minimax polynomial of degree 6 (Cephes, expf).
SOLILOQUY_INLINE float exp_of_negative(float d) noexcept {
    const float x = d < kSmallest ? kSmallest : d;
    // Adding 1.5 * 2^23 rounds to an integer in the low bits of the mantissa.
    const float shifted = x * 1.44269504088896341f + 12582912.0f;
    const float k = shifted - 12582912.0f;
    const float r = (x - k * 0.693359375f) - k * -2.12194440e-4f;
    float p = 1.9875691500e-4f;
    p = p * r + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    p = p * r * r + r + 1.0f;
    const uint32_t power = (std::bit_cast<uint32_t>(shifted) + 127u) << 23;  // the integer is in the low bits
    const float result = p * std::bit_cast<float>(power);
    return d < kSmallest ? 0.0f : result;
}

SOLILOQUY_INLINE float copy_body(const float* logits, size_t n, float* clean, float* block_max) noexcept {
    constexpr float kLargest = std::numeric_limits<float>::max();
    float max = kNothing;
    for (size_t begin = 0, block = 0; begin < n; begin += kLogitBlock, ++block) {
        float lanes[kLanes];
        for (float& lane : lanes) lane = kNothing;
        if (n - begin >= kLogitBlock) {
            for (size_t i = 0; i < kLogitBlock; i += kLanes) {
                SOLILOQUY_LANES for (size_t lane = 0; lane < kLanes; ++lane) {
                    const float x = logits[begin + i + lane];
                    const float finite = std::fabs(x) <= kLargest ? x : kNothing;
                    clean[begin + i + lane] = finite;
                    lanes[lane] = finite > lanes[lane] ? finite : lanes[lane];
                }
            }
        } else {
            for (size_t i = begin; i < begin + kLogitBlock; ++i) {
                const float x = i < n ? logits[i] : kNothing;
                clean[i] = std::fabs(x) <= kLargest ? x : kNothing;
                lanes[0] = std::max(lanes[0], clean[i]);
            }
        }
        float most = lanes[0];
        for (size_t lane = 1; lane < kLanes; ++lane) most = lanes[lane] > most ? lanes[lane] : most;
        block_max[block] = most;
        max = std::max(max, most);
    }
    return max;
}

SOLILOQUY_INLINE SoftmaxSums sums_body(const float* clean, size_t n, float max, float scale) noexcept {
    SoftmaxSums sums;
    for (size_t begin = 0; begin < n; begin += kStride) {
        const size_t end = std::min(n, begin + kStride);
        float z[kLanes] = {};
        float s[kLanes] = {};
        for (size_t i = begin; i < end; i += kLanes) {
            SOLILOQUY_LANES for (size_t lane = 0; lane < kLanes; ++lane) {
                const float d = (clean[i + lane] - max) * scale;
                const float bounded = d < kSmallest ? kSmallest : d;
                const float e = exp_of_negative(d);
                z[lane] += e;
                s[lane] += bounded * e;
            }
        }
        for (size_t lane = 0; lane < kLanes; ++lane) {
            sums.z += static_cast<double>(z[lane]);
            sums.s += static_cast<double>(s[lane]);
        }
    }
    return sums;
}

SOLILOQUY_INLINE void block_sums_body(const float* clean, size_t n, float max, float scale, float* block_sums) noexcept {
    for (size_t begin = 0; begin < n; begin += kLogitBlock) {
        float z[kLanes] = {};
        for (size_t i = begin; i < begin + kLogitBlock; i += kLanes) {
            SOLILOQUY_LANES for (size_t lane = 0; lane < kLanes; ++lane) z[lane] += exp_of_negative((clean[i + lane] - max) * scale);
        }
        float sum = 0.0f;
        for (const float lane : z) sum += lane;
        block_sums[begin / kLogitBlock] = sum;
    }
}

#ifdef SOLILOQUY_SCAN_AVX2
__attribute__((target("avx2"))) float copy_avx2(const float* logits, size_t n, float* clean, float* block_max) noexcept {
    return copy_body(logits, n, clean, block_max);
}
__attribute__((target("avx2"))) SoftmaxSums sums_avx2(const float* clean, size_t n, float max, float scale) noexcept {
    return sums_body(clean, n, max, scale);
}
__attribute__((target("avx2"))) void block_sums_avx2(const float* clean, size_t n, float max, float scale, float* sums) noexcept {
    block_sums_body(clean, n, max, scale, sums);
}
bool has_avx2() noexcept { return __builtin_cpu_supports("avx2") != 0; }
#endif

}  // namespace

float copy_finite_logits(std::span<const float> logits, std::span<float> clean, std::span<float> block_max) noexcept {
#ifdef SOLILOQUY_SCAN_AVX2
    if (has_avx2()) return copy_avx2(logits.data(), logits.size(), clean.data(), block_max.data());
#endif
    return copy_body(logits.data(), logits.size(), clean.data(), block_max.data());
}

SoftmaxSums softmax_sums(std::span<const float> clean, float max, float scale) noexcept {
#ifdef SOLILOQUY_SCAN_AVX2
    if (has_avx2()) return sums_avx2(clean.data(), clean.size(), max, scale);
#endif
    return sums_body(clean.data(), clean.size(), max, scale);
}

void softmax_block_sums(std::span<const float> clean, float max, float scale, std::span<float> block_sums) noexcept {
#ifdef SOLILOQUY_SCAN_AVX2
    if (has_avx2()) return block_sums_avx2(clean.data(), clean.size(), max, scale, block_sums.data());
#endif
    block_sums_body(clean.data(), clean.size(), max, scale, block_sums.data());
}

float exp_of_logit(float d) noexcept { return exp_of_negative(d); }

}  // namespace soliloquy

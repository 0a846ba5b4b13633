/// engine/sampling/logit_scan.h: the passes over all logits of a step, vectorised, with the same bits on every instruction set.
///
/// Logits are handled in blocks of 64; each block keeps its maximum, so that the few large logits are found without reading all of
/// them again. Sums run in 16 lanes of F32 within 1,024 logits and in F64 across, in one fixed order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace soliloquy {

constexpr size_t kLogitBlock = 64;
[[nodiscard]] constexpr size_t logit_blocks(size_t logits) noexcept { return (logits + kLogitBlock - 1) / kLogitBlock; }

/// clean[i] = logits[i] where it is finite, -inf elsewhere; clean is padded with -inf to whole blocks. block_max[b] = the largest of
/// block b. Returns the largest of all, -inf when nothing is finite.
///   logits : [n]   clean : [64 * logit_blocks(n)]   block_max : [logit_blocks(n)]
float copy_finite_logits(std::span<const float> logits, std::span<float> clean, std::span<float> block_max) noexcept;

/// Z = sum_i exp(d_i), S = sum_i d_i exp(d_i) with d_i = (l_i - max) * scale; terms below exp(-80) count as 0.
/// From these: logprob_i = d_i - ln Z, entropy = ln Z - S / Z.
struct SoftmaxSums {
    double z = 0.0, s = 0.0;
};
[[nodiscard]] SoftmaxSums softmax_sums(std::span<const float> clean, float max, float scale) noexcept;

/// block_sums[b] = sum over block b of exp((l_i - max) * scale). Same exp as softmax_sums.
void softmax_block_sums(std::span<const float> clean, float max, float scale, std::span<float> block_sums) noexcept;
/// exp(d) for d <= 0, as in the sums above; relative error below 2e-7, 0 below -80.
[[nodiscard]] float exp_of_logit(float d) noexcept;

}  // namespace soliloquy

/// engine/backend/cpu/fast_gate_up.h: act[t, r] = swiglu(gate[r] . x[t] + b, up[r] . x[t] + c), a few rows at a time, so that neither half
/// is ever written to memory as a whole.
#pragma once

#include <algorithm>

#include "engine/backend/cpu/fast_input.h"

namespace soliloquy::cpu {

struct GateUp {
    const CpuKernels& kernels;
    const Weight& gate;
    const Weight& up;
    const float* gate_bias;  ///< of the slice; may be null
    const float* up_bias;
    float limit, alpha;  ///< of SwiGlu

    static constexpr size_t kRows = 64;
    static constexpr size_t kTokens = 512;
    static constexpr size_t kScratchFloats = kRows * kTokens;

    /// Rows [begin, end) of one slice. x_rows as in MatMulTile. act: row t at act + t * act_stride. scratch: kScratchFloats.
    void run(size_t slice, size_t begin, size_t end, const FastInput::Ready& x, const uint32_t* x_rows, size_t tokens, float* act,
             size_t act_stride, float* scratch) const noexcept {
        for (size_t row = begin; row < end; row += kRows) {
            const size_t last = std::min(row + kRows, end);
            for (size_t first = 0; first < tokens; first += kTokens) {
                const size_t count = tokens == 1 ? 1 : std::min(kTokens, tokens - first);
                part(slice, row, last, x, x_rows, first, count, act + first * act_stride, act_stride, scratch);
            }
        }
    }

  private:
    void part(size_t slice, size_t row, size_t last, const FastInput::Ready& x, const uint32_t* x_rows, size_t first, size_t count,
              float* act, size_t act_stride, float* ups) const noexcept {
        product(gate, slice, row, last, x, x_rows, first, count, act + row, act_stride);
        product(up, slice, row, last, x, x_rows, first, count, ups, kRows);
        const size_t n = last - row;
        for (size_t t = 0; t < count; ++t) {
            float* g = act + t * act_stride + row;
            float* u = ups + t * kRows;
            if (gate_bias != nullptr) kernels.add_f32(g, gate_bias + row, g, n);
            if (up_bias != nullptr) kernels.add_f32(u, up_bias + row, u, n);
            if (limit > 0.0f) {
                kernels.swiglu_clamped(g, u, alpha, limit, g, n);
            } else {
                kernels.swiglu(g, u, g, n);
            }
        }
    }

    /// y[t, 0 .. last - row) = rows [row, last) of w times x
    void product(const Weight& w, size_t slice, size_t row, size_t last, const FastInput::Ready& x, const uint32_t* x_rows, size_t first,
                 size_t count, float* y, size_t y_stride) const noexcept {
        MatMulTile tile = tile_of(w, slice, 0, last - row, count);
        tile.w += row * w.row_bytes;
        x.give(tile);
        if (x_rows != nullptr) {
            tile.x_rows = x_rows + first;
        } else {
            tile.x += first * tile.x_stride;
        }
        tile.y = y;
        tile.y_stride = y_stride;
        kernels.matmul(tile);
    }
};

}  // namespace soliloquy::cpu

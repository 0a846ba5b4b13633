/// engine/backend/cpu/fast_input.h: the input of matrix products, as F32 rows and as rows of 8-bit numbers.
#pragma once

#include <memory>
#include <optional>

#include "engine/backend/cpu/cpu_kernels.h"
#include "engine/backend/cpu/cpu_op.h"
#include "engine/backend/memory.h"

namespace soliloquy::cpu {

inline constexpr size_t kFloatsInLine = 16;  // 64 bytes

[[nodiscard]] constexpr size_t padded_floats(size_t bytes) noexcept { return (bytes + 63) / 64 * kFloatsInLine; }

/// Rows of a tensor as 8-bit numbers, written by a QuantizeRows instruction when a step has several rows.
struct QuantizedRows {
    Memory memory;
    size_t stride = 0;  ///< bytes
    [[nodiscard]] std::byte* row(size_t r) const noexcept { return memory.data() + r * stride; }
};

/// Of several rows the shared buffer is used. A single row every member quantises for itself, into its scratch: that is cheaper than
/// to wait for another member to do it.
class FastInput {
  public:
    FastInput(const CpuKernels& kernels, Matrix<float> rows, Rows rows_of, std::shared_ptr<const QuantizedRows> quantized)
        : kernels_(&kernels), rows_(rows), rows_of_(rows_of), quantized_(std::move(quantized)) {}

    struct Ready {
        const CpuKernels* kernels;
        const std::byte* f32;
        size_t f32_stride;
        const std::byte* q8;
        size_t q8_stride;

        /// Sets the input of a tile whose type is set.
        void give(MatMulTile& tile) const noexcept {
            const bool as_q8 = kernels->activation_format(tile.type) != ActivationFormat::f32;
            tile.x = as_q8 ? q8 : f32;
            tile.x_stride = as_q8 ? q8_stride : f32_stride;
        }
    };

    [[nodiscard]] size_t rows(const Step& step) const noexcept { return step.rows(rows_of_); }
    [[nodiscard]] size_t columns() const noexcept { return rows_.columns; }

    /// `scratch` holds scratch_floats() numbers.
    [[nodiscard]] Ready ready(const Step& step, float* scratch) const noexcept {
        Ready ready{kernels_, reinterpret_cast<const std::byte*>(rows_.data), rows_.stride * sizeof(float), nullptr, 0};
        if (quantized_ == nullptr) return ready;
        ready.q8_stride = quantized_->stride;
        if (rows(step) == 1) {
            kernels_->quantize_q8(rows_.data, rows_.columns, reinterpret_cast<ActivationChunk*>(scratch));
            ready.q8 = reinterpret_cast<const std::byte*>(scratch);
        } else {
            ready.q8 = quantized_->memory.data();
        }
        return ready;
    }
    [[nodiscard]] size_t scratch_floats() const noexcept {
        return quantized_ != nullptr ? padded_floats(activation_row_bytes(kernels_->quantized_format(), rows_.columns)) : 0;
    }

  private:
    const CpuKernels* kernels_;
    Matrix<float> rows_;
    Rows rows_of_;
    std::shared_ptr<const QuantizedRows> quantized_;
};

/// The tile of rows [begin, end) of one slice of a weight, without its input and output.
[[nodiscard]] inline MatMulTile tile_of(const Weight& w, size_t slice, size_t begin, size_t end, size_t tokens) noexcept {
    MatMulTile tile;
    tile.type = w.type;
    tile.w = w.row(0, slice);
    tile.w_stride = w.row_bytes;
    tile.k = w.columns;
    tile.row_begin = begin;
    tile.row_end = end;
    tile.tokens = tokens;
    return tile;
}

}  // namespace soliloquy::cpu

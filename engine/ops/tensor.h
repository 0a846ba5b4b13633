/// engine/ops/tensor.h: a tensor of a graph: a small handle, and the record that it names.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "engine/core/dtype.h"

namespace soliloquy {

/// Names a tensor of one Graph; index 0 is "no tensor", for the optional operands of ops.
struct Tensor {
    uint32_t index = 0;
    explicit operator bool() const noexcept { return index != 0; }
    bool operator==(const Tensor&) const = default;
};

/// Weights of one matrix, or of a stack of `slices` matrices (experts, heads), where they lie. Rows are the outputs.
struct Weight {
    std::string_view name;
    DType type = DType::f32;
    uint64_t columns = 0;  ///< contiguous; the inputs
    uint64_t rows = 1;     ///< per slice; the outputs
    uint64_t slices = 1;
    uint64_t row_bytes = 0;    ///< from one row to the next
    uint64_t slice_bytes = 0;  ///< from one slice to the next
    const std::byte* data = nullptr;

    explicit operator bool() const noexcept { return data != nullptr; }
    [[nodiscard]] const std::byte* row(uint64_t r, uint64_t slice = 0) const noexcept { return data + slice * slice_bytes + r * row_bytes; }
    [[nodiscard]] uint64_t bytes() const noexcept { return rows * slices * row_bytes; }
    /// Rows [first, first + count) of every slice.
    [[nodiscard]] Weight rows_from(uint64_t first, uint64_t count) const noexcept {
        Weight part = *this;
        part.data = row(first);
        part.rows = count;
        return part;
    }
};

/// What decides how many rows a tensor has in a step.
enum class Rows : uint8_t {
    fixed,       ///< weights and caches: their own
    per_token,   ///< one for each token of the batch
    per_output,  ///< one for each token whose logits are wanted: the last ones of the batch
};

enum class TensorRole : uint8_t { weight, activation, cache };

/// The record behind a Tensor. Activations are row-major, [rows of the step, columns].
struct TensorInfo {
    std::string name;
    TensorRole role = TensorRole::activation;
    DType type = DType::f32;  ///< activations: F32, or I32 for ids; caches: F32, F16 or Q8_0
    Rows rows_of = Rows::fixed;
    uint64_t rows = 0;  ///< caches: positions
    uint64_t columns = 0;
    Tensor base;                 ///< a view of columns of `base`, which is no view itself
    uint64_t first_column = 0;   ///< of the view in its base
    Weight weight;               ///< role weight
    std::byte* cache = nullptr;  ///< role cache: memory of `rows` rows of `columns` numbers
};

}  // namespace soliloquy

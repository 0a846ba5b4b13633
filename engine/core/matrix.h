/// engine/core/matrix.h: a row-major view of rows of numbers.
#pragma once

#include <cassert>
#include <cstddef>
#include <span>

namespace soliloquy {

/// Shape [rows, columns], row-major, rows `stride` elements apart. Owns nothing.
template <typename T>
struct Matrix {
    T* data = nullptr;
    size_t rows = 0;
    size_t columns = 0;
    size_t stride = 0;

    [[nodiscard]] std::span<T> row(size_t r) const {
        assert(r < rows);
        return {data + r * stride, columns};
    }
    [[nodiscard]] T& at(size_t r, size_t c) const {
        assert(r < rows && c < columns);
        return data[r * stride + c];
    }
};

}  // namespace soliloquy

/// tests/unit/cpu_kernels/matmul_test.cpp: every table's matmul, of every weight type, against sums in double precision over the
/// same weights and activations; at awkward sizes, unaligned, between sentinels, before a page that may not be read.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "engine/backend/cpu/cpu_kernels.h"
#include "engine/quant/dequantize.h"
#include "kernel_inputs.h"

namespace soliloquy {
namespace {

constexpr float kSentinel = -12345.5f;

/// One product: weights [rows, k], activations [tokens, k], both as a kernel takes them, and what y must be.
struct Product {
    Product(const CpuKernels& kernels, DType weight_type, size_t n_rows, size_t n_tokens, size_t columns, Random& random)
        : table(kernels),
          type(weight_type),
          rows(n_rows),
          tokens(n_tokens),
          k(columns),
          w_stride(row_bytes(type, k)),
          x_stride(activation_row_bytes(kernels.activation_format(type), k)),
          w(rows * w_stride),
          x(tokens * x_stride),
          floats(random_floats(random, tokens * k)) {
        random_weights(type, random, w.data(), rows * k);
        floats[0] *= 30.0f;  // an outlier, as real activations have
        for (size_t t = 0; t < tokens; ++t) {
            if (kernels.activation_format(type) != ActivationFormat::f32) {
                std::vector<ActivationChunk> chunks((x_stride + sizeof(ActivationChunk) - 1) / sizeof(ActivationChunk));
                kernels.quantize_q8(floats.data() + t * k, k, chunks.data());
                std::memcpy(x.data() + t * x_stride, chunks.data(), x_stride);
            } else {
                std::memcpy(x.data() + t * x_stride, floats.data() + t * k, x_stride);
            }
        }
    }

    [[nodiscard]] MatMulTile tile(float* y) const {
        MatMulTile tile;
        tile.type = type;
        tile.w = w.data();
        tile.w_stride = w_stride;
        tile.k = k;
        tile.row_end = rows;
        tile.x = x.data();
        tile.x_stride = x_stride;
        tile.tokens = tokens;
        tile.y = y;
        tile.y_stride = rows;
        return tile;
    }

    [[nodiscard]] double activation(size_t t, size_t i) const {
        if (table.activation_format(type) == ActivationFormat::f32) return static_cast<double>(floats[t * k + i]);
        ActivationChunk chunk;
        std::memcpy(&chunk, x.data() + t * x_stride + i / 256 * sizeof chunk, sizeof chunk);
        return static_cast<double>(chunk.scale[i % 256 / 32]) * chunk.quant[i % 256];
    }

    /// Many tokens may meet weights in BF16: then both sides are rounded to 8 significant bits, and activations come from the numbers
    /// themselves.
    [[nodiscard]] bool may_be_bf16() const { return table.activation_format(type) == ActivationFormat::q8_and_bf16 && tokens > 25; }

    /// The largest difference from expected() that sums in F32 may have, for every value: a share of the sum of magnitudes.
    [[nodiscard]] std::vector<double> bounds() const {
        const double share = may_be_bf16() ? 1.01 * 0x1p-7 : 1e-6;
        std::vector<double> y(tokens * rows);
        std::vector<float> row(k);
        for (size_t r = 0; r < rows; ++r) {
            dequantize_row(type, w.data() + r * w_stride, row.data(), k);
            for (size_t t = 0; t < tokens; ++t) {
                for (size_t i = 0; i < k; ++i)
                    y[t * rows + r] += share * std::fabs(static_cast<double>(row[i]) *
                                                         (may_be_bf16() ? static_cast<double>(floats[t * k + i]) : activation(t, i)));
            }
        }
        return y;
    }

    /// What these activations give, or (`rounded` false) what the numbers before rounding to 8 bits give.
    [[nodiscard]] std::vector<double> expected(bool rounded = true) const {
        std::vector<double> y(tokens * rows);
        std::vector<float> row(k);
        for (size_t r = 0; r < rows; ++r) {
            dequantize_row(type, w.data() + r * w_stride, row.data(), k);
            for (size_t t = 0; t < tokens; ++t) {
                double sum = 0.0;
                for (size_t i = 0; i < k; ++i) {
                    sum += static_cast<double>(row[i]) * (rounded ? activation(t, i) : static_cast<double>(floats[t * k + i]));
                }
                y[t * rows + r] = sum;
            }
        }
        return y;
    }

    const CpuKernels& table;
    DType type;
    size_t rows, tokens, k, w_stride, x_stride;
    GuardedBytes w, x;
    std::vector<float> floats;
};

class MatMul : public testing::TestWithParam<std::tuple<const CpuKernels*, DType>> {
  protected:
    [[nodiscard]] const CpuKernels& table() const { return *std::get<0>(GetParam()); }
    [[nodiscard]] DType type() const { return std::get<1>(GetParam()); }
    [[nodiscard]] std::vector<size_t> widths() const {
        switch (dtype_traits(type()).block_elements) {
            case 1:
                return {1, 7, 127, 576, 1000};
            case 32:
                return {32, 96, 128, 576, 1408};
            default:
                return {256, 512, 1792};
        }
    }
    Random random_{7};
};

TEST_P(MatMul, AgreesWithDoublePrecision) {
    for (const size_t k : widths()) {
        for (const size_t tokens : {1, 2, 7, 8, 19, 40}) {
            for (const size_t rows : {1, 3, 4, 21, 70}) {
                const Product product(table(), type(), rows, tokens, k, random_);
                std::vector<float> y(rows * tokens + 2, kSentinel);
                table().matmul(product.tile(y.data() + 1));
                ASSERT_EQ(y.front(), kSentinel);
                ASSERT_EQ(y.back(), kSentinel);
                const auto expected = product.expected(!product.may_be_bf16());
                const auto bounds = product.bounds();
                for (size_t i = 0; i < expected.size(); ++i) {
                    ASSERT_NEAR(static_cast<double>(y[i + 1]), expected[i], bounds[i] + 1e-33)
                        << "k " << k << " tokens " << tokens << " rows " << rows << " value " << i;
                }
            }
        }
    }
}

TEST_P(MatMul, WritesOnlyItsRowsAndTheSameBitsForAnySplit) {
    const size_t k = widths().back(), rows = 37;
    for (const size_t tokens : {1, 9, 35}) {
        const Product product(table(), type(), rows, tokens, k, random_);
        std::vector<float> whole(rows * tokens, kSentinel);
        table().matmul(product.tile(whole.data()));
        for (const size_t step : {1, 5, 16, 18}) {
            std::vector<float> parts(rows * tokens, kSentinel);
            for (size_t r = 0; r < rows; r += step) {
                MatMulTile tile = product.tile(parts.data());
                tile.row_begin = r;
                tile.row_end = std::min(rows, r + step);
                table().matmul(tile);
                for (size_t t = 0; t < tokens; ++t) {
                    for (size_t after = tile.row_end; after < rows; ++after) ASSERT_EQ(parts[t * rows + after], kSentinel);
                }
            }
            ASSERT_EQ(std::memcmp(parts.data(), whole.data(), whole.size() * sizeof(float)), 0) << "step " << step;
        }
    }
}

TEST_P(MatMul, ReadsTokensThroughIndices) {
    for (const size_t n : {3, 33}) {
        const size_t k = widths().front(), rows = 5, tokens = 2 * n;
        const Product product(table(), type(), rows, tokens, k, random_);
        std::vector<float> all(rows * tokens), some(rows * n);
        table().matmul(product.tile(all.data()));
        std::vector<uint32_t> indices(n);
        for (size_t i = 0; i < n; ++i) indices[i] = static_cast<uint32_t>(i * 7 % tokens);
        indices[n - 1] = indices[0];
        MatMulTile tile = product.tile(some.data());
        tile.x_rows = indices.data();
        tile.tokens = n;
        table().matmul(tile);
        for (size_t i = 0; i < n; ++i) {
            for (size_t r = 0; r < rows; ++r) EXPECT_EQ(some[i * rows + r], all[indices[i] * rows + r]);
        }
    }
}

TEST_P(MatMul, NoRowsWriteNothing) {
    const Product product(table(), type(), 4, 2, widths().front(), random_);
    std::vector<float> y(8, kSentinel);
    MatMulTile tile = product.tile(y.data());
    tile.row_begin = tile.row_end = 2;
    table().matmul(tile);
    EXPECT_THAT(y, testing::Each(kSentinel));
}

TEST_P(MatMul, RoundingActivationsCostsLittle) {
    for (const size_t tokens : {2, 32}) {
        const Product product(table(), type(), 64, tokens, widths().back(), random_);
        std::vector<float> y(64 * tokens);
        table().matmul(product.tile(y.data()));
        EXPECT_LT(nmse(y, product.expected(false)), 1e-4);
    }
}

std::string case_name(const testing::TestParamInfo<MatMul::ParamType>& info) {
    return std::string(std::get<0>(info.param)->id) + "_" + std::string(dtype_traits(std::get<1>(info.param)).name);
}

INSTANTIATE_TEST_SUITE_P(Tables, MatMul,
                         testing::Combine(testing::ValuesIn(supported_cpu_kernels().begin(), supported_cpu_kernels().end()),
                                          testing::ValuesIn(kAllWeightTypes)),
                         case_name);
INSTANTIATE_TEST_SUITE_P(Exact, MatMul, testing::Combine(testing::Values(&exact_cpu_kernels()), testing::ValuesIn(kAllWeightTypes)),
                         case_name);

}  // namespace
}  // namespace soliloquy

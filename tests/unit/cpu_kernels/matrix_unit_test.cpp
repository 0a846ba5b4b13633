/// tests/unit/cpu_kernels/matrix_unit_test.cpp: products of BF16 matrices, packed from F32 and F16 in every way, against sums in double
/// precision over the rounded numbers; at awkward sizes, between sentinels.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>

#include "engine/backend/cpu/cpu_kernels.h"
#include "engine/core/float16.h"
#include "kernel_inputs.h"

namespace soliloquy {
namespace {

constexpr float kSentinel = -12345.5f;
constexpr uint16_t kHalfSentinel = 0x5a5a;

size_t round_up(size_t n, size_t to) { return (n + to - 1) / to * to; }

class MatrixUnitTest : public testing::Test {
  protected:
    void SetUp() override {
        for (const CpuKernels* table : supported_cpu_kernels()) {
            if (table->matrix_unit != nullptr) unit_ = table->matrix_unit;
        }
        if (unit_ == nullptr) GTEST_SKIP() << "this processor has no unit for matrices";
    }

    /// Numbers that BF16 and F16 both hold exactly, so that only the sums can differ.
    std::vector<float> numbers(size_t n) {
        auto x = random_floats(random_, n);
        for (float& each : x) each = bf16_to_f32(f32_to_bf16(std::clamp(each, -60.0f, 60.0f)));
        for (float& each : x) each = std::fabs(each) < 0.01f ? 0.0f : each;
        return x;
    }
    static std::vector<uint16_t> halves(const std::vector<float>& x) {
        std::vector<uint16_t> y(x.size());
        std::transform(x.begin(), x.end(), y.begin(), [](float v) { return f32_to_f16(v); });
        return y;
    }

    const MatrixUnit* unit_ = nullptr;
    Random random_{11};
};

struct Size {
    size_t m, n, k;
};

TEST_F(MatrixUnitTest, MultipliesWhatWasPacked) {
    for (const Size& size : {Size{16, 16, 32}, {48, 16, 64}, {16, 48, 96}, {80, 112, 33}, {7, 5, 31}, {33, 70, 192}, {1, 1, 1}}) {
        SCOPED_TRACE(testing::Message() << size.m << " x " << size.n << " x " << size.k);
        const auto [m, n, k] = size;
        const size_t rows = round_up(m, MatrixUnit::kSide), columns = round_up(n, MatrixUnit::kSide),
                     deep = round_up(k, MatrixUnit::kDepth);
        const auto a_numbers = numbers(m * k), b_numbers = numbers(n * k);  // b: [n, k]
        std::vector<float> transposed(k * columns);
        for (size_t i = 0; i < n; ++i) {
            for (size_t j = 0; j < k; ++j) transposed[j * columns + i] = b_numbers[i * k + j];
        }
        for (const bool f16 : {false, true}) {
            for (const bool by_rows : {false, true}) {
                std::vector<uint16_t> a(rows * deep), b(columns * deep + 1, kHalfSentinel);
                if (f16) {
                    unit_->rows_of_f16(halves(a_numbers).data(), k, m, k, a.data(), deep);
                } else {
                    unit_->rows_of_f32(a_numbers.data(), k, m, k, 2.0f, a.data(), deep);
                }
                if (by_rows && f16) unit_->panels_of_f16(halves(transposed).data(), columns, k, columns, b.data());
                if (by_rows && !f16) unit_->panels_of_f32(transposed.data(), columns, k, columns, b.data());
                if (!by_rows && f16) unit_->panels_of_transposed_f16(halves(b_numbers).data(), k, n, k, b.data());
                if (!by_rows && !f16) unit_->panels_of_transposed_f32(b_numbers.data(), k, n, k, b.data());
                ASSERT_EQ(b.back(), kHalfSentinel);
                const size_t stride = columns + 3;
                std::vector<float> c(rows * stride, kSentinel);
                unit_->multiply(a.data(), deep, b.data(), rows, columns, deep, c.data(), stride, false);
                unit_->multiply(a.data(), deep, b.data(), rows, columns, deep, c.data(), stride, true);
                for (size_t i = 0; i < rows; ++i) {
                    for (size_t j = 0; j < stride; ++j) {
                        double sum = 0.0, magnitude = 0.0;
                        for (size_t l = 0; l < k && i < m && j < n; ++l) {
                            const double term =
                                (f16 ? 2.0 : 4.0) * static_cast<double>(a_numbers[i * k + l]) * static_cast<double>(b_numbers[j * k + l]);
                            sum += term;
                            magnitude += std::fabs(term);
                        }
                        if (j >= columns) sum = static_cast<double>(kSentinel);
                        ASSERT_NEAR(static_cast<double>(c[i * stride + j]), sum, 1e-6 * magnitude + 1e-30) << i << ", " << j;
                    }
                }
            }
        }
    }
}

TEST_F(MatrixUnitTest, RoundsToTheNearest) {
    const std::vector<float> x = numbers(32);
    std::vector<float> above(32);
    for (size_t i = 0; i < 32; ++i) above[i] = x[i] * (1.0f + 0x1p-10f);
    std::vector<uint16_t> a(32), b(32);
    unit_->rows_of_f32(x.data(), 32, 1, 32, 1.0f, a.data(), 32);
    unit_->rows_of_f32(above.data(), 32, 1, 32, 1.0f, b.data(), 32);
    EXPECT_EQ(a, b);
}

}  // namespace
}  // namespace soliloquy

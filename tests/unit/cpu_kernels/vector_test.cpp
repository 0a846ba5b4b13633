/// tests/unit/cpu_kernels/vector_test.cpp: every table's attention, elementwise and conversion kernels against double precision.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <string>

#include "engine/backend/cpu/cpu_kernels.h"
#include "kernel_inputs.h"

namespace soliloquy {
namespace {

constexpr float kSentinel = -12345.5f;
constexpr size_t kSizes[] = {1, 7, 15, 16, 17, 31, 64, 127, 576, 1000, 7168};
constexpr float kInfinity = std::numeric_limits<float>::infinity();

double sigmoid(double x) { return 1.0 / (1.0 + std::exp(-x)); }

class Vector : public testing::TestWithParam<const CpuKernels*> {
  protected:
    [[nodiscard]] const CpuKernels& table() const { return *GetParam(); }

    /// Runs f(out) on n numbers between sentinels and compares; `initial` is what the output holds before.
    template <typename F>
    void expect(const std::vector<float>& initial, const std::vector<double>& expected, double tolerance, F&& f) {
        std::vector<float> out(expected.size() + 2, kSentinel);
        std::copy(initial.begin(), initial.end(), out.begin() + 1);
        f(out.data() + 1);
        ASSERT_EQ(out.front(), kSentinel) << expected.size();
        ASSERT_EQ(out.back(), kSentinel) << expected.size();
        ASSERT_LT(nmse({out.data() + 1, expected.size()}, expected), tolerance) << expected.size();
    }
    template <typename F>
    static std::vector<double> map(const std::vector<float>& a, const std::vector<float>& b, F&& f) {
        std::vector<double> out(a.size());
        for (size_t i = 0; i < a.size(); ++i) out[i] = f(static_cast<double>(a[i]), static_cast<double>(b[i]));
        return out;
    }
    Random random_{11};
};

TEST_P(Vector, Elementwise) {
    for (const size_t n : kSizes) {
        const auto a = random_floats(random_, n, 4.0f), b = random_floats(random_, n, 4.0f);
        expect(b, map(a, b, [](double x, double y) { return y + 1.7f * x; }), 1e-13,
               [&](float* y) { table().axpy_f32(1.7f, a.data(), y, n); });
        expect(b, map(b, b, [](double x, double) { return 0.3f * x; }), 1e-13, [&](float* y) { table().scale_f32(0.3f, y, n); });
        expect({}, map(a, b, [](double x, double y) { return x + y; }), 1e-13,
               [&](float* y) { table().add_f32(a.data(), b.data(), y, n); });
        expect({}, map(a, b, [](double x, double y) { return x * y; }), 1e-13,
               [&](float* y) { table().mul_f32(a.data(), b.data(), y, n); });
        expect({}, map(a, a, [](double x, double) { return x * sigmoid(x); }), 1e-12, [&](float* y) { table().silu(a.data(), y, n); });
        expect({}, map(a, b, [](double x, double y) { return x * sigmoid(x) * y; }), 1e-12,
               [&](float* y) { table().swiglu(a.data(), b.data(), y, n); });
        const auto clamped = [](double x, double y) {
            const double g = std::min(x, 7.0), u = std::clamp(y, -7.0, 7.0);
            return g * sigmoid(double{1.702f} * g) * (u + 1.0);
        };
        expect({}, map(a, b, clamped), 1e-12, [&](float* y) { table().swiglu_clamped(a.data(), b.data(), 1.702f, 7.0f, y, n); });
        expect(a, map(a, b, [](double x, double y) { return x + y; }), 1e-13, [&](float* y) { table().add_f32(y, b.data(), y, n); });
    }
}

TEST_P(Vector, Reductions) {
    for (const size_t n : kSizes) {
        const auto a = random_floats(random_, n), b = random_floats(random_, n);
        double dot = 0.0, magnitude = 0.0;
        for (size_t i = 0; i < n; ++i) {
            dot += static_cast<double>(a[i]) * static_cast<double>(b[i]);
            magnitude += std::fabs(static_cast<double>(a[i]) * static_cast<double>(b[i]));
        }
        EXPECT_NEAR(static_cast<double>(table().dot_f32(a.data(), b.data(), n)), dot, 1e-6 * magnitude) << n;
        EXPECT_EQ(table().max_f32(a.data(), n), *std::ranges::max_element(a)) << n;
    }
    EXPECT_EQ(table().max_f32(nullptr, 0), -kInfinity);
    EXPECT_EQ(table().dot_f32(nullptr, nullptr, 0), 0.0f);
}

TEST_P(Vector, RmsNorm) {
    for (const size_t n : kSizes) {
        const auto x = random_floats(random_, n, 3.0f), w = random_floats(random_, n);
        double squares = 0.0;
        for (const float v : x) squares += static_cast<double>(v) * static_cast<double>(v);
        const double scale = 1.0 / std::sqrt(squares / static_cast<double>(n) + double{1e-6f});
        expect({}, map(x, w, [&](double v, double g) { return v * scale * g; }), 1e-12,
               [&](float* y) { table().rms_norm(x.data(), w.data(), 1e-6f, y, n); });
        expect(x, map(x, w, [&](double v, double) { return v * scale; }), 1e-12,
               [&](float* y) { table().rms_norm(y, nullptr, 1e-6f, y, n); });
    }
}

TEST_P(Vector, ExpSumAndSoftmax) {
    for (const size_t n : kSizes) {
        auto x = random_floats(random_, n, 20.0f);
        if (n > 3) x[n - 2] = -kInfinity;
        const float max = *std::ranges::max_element(x);
        std::vector<double> expected(n);
        double sum = 0.0;
        for (size_t i = 0; i < n; ++i) sum += expected[i] = std::exp(static_cast<double>(x[i]) - static_cast<double>(max));
        float found = 0.0f;
        expect(x, expected, 1e-12, [&](float* y) { found = table().exp_sum(y, n, max); });
        EXPECT_NEAR(static_cast<double>(found), sum, 1e-6 * sum);
        for (double& v : expected) v /= sum;
        expect(x, expected, 1e-12, [&](float* y) { softmax(table(), y, n); });
    }
    std::vector<float> nothing(20, -kInfinity);
    softmax(table(), nothing.data(), nothing.size());
    EXPECT_THAT(nothing, testing::Each(0.0f));
}

TEST_P(Vector, ExtremeInputsOfSilu) {
    const std::vector<float> x = {-kInfinity, -1e30f, -100.0f, -0.0f, 0.0f, 100.0f, 1e30f, kInfinity};
    std::vector<float> y(x.size());
    table().silu(x.data(), y.data(), x.size());
    EXPECT_NEAR(y[2], 0.0f, 1e-30f);
    EXPECT_EQ(y[4], 0.0f);
    EXPECT_EQ(y[5], 100.0f);
    EXPECT_EQ(y[6], 1e30f);
    EXPECT_EQ(y[7], kInfinity);
    const std::vector<float> not_numbers(17, std::numeric_limits<float>::quiet_NaN());
    std::vector<float> out(17);
    table().silu(not_numbers.data(), out.data(), 17);
    for (const float v : out) EXPECT_TRUE(std::isnan(v));
}

TEST_P(Vector, HalvesRoundAsTheFormatSays) {
    std::vector<uint16_t> all(65536), back(65536);
    for (size_t i = 0; i < all.size(); ++i) all[i] = static_cast<uint16_t>(i);
    std::vector<float> floats(all.size());
    table().f16_to_f32(all.data(), floats.data(), all.size());
    table().f32_to_f16(floats.data(), back.data(), floats.size());
    for (size_t i = 0; i < all.size(); ++i) {
        if (std::isnan(floats[i])) continue;
        ASSERT_EQ(floats[i], f16_to_f32(all[i])) << i;
        ASSERT_EQ(back[i], all[i]);
    }
    for (const size_t n : kSizes) {
        const auto x = random_floats(random_, n, 100.0f);
        std::vector<uint16_t> y(n + 1, 0xbeef);
        table().f32_to_f16(x.data(), y.data(), n);
        for (size_t i = 0; i < n; ++i) ASSERT_EQ(y[i], f32_to_f16(x[i]));
        ASSERT_EQ(y[n], 0xbeef);
    }
}

TEST_P(Vector, Rope) {
    for (const size_t pairs : {1, 5, 32, 37, 64}) {
        const auto x = random_floats(random_, 2 * pairs), cos = random_floats(random_, pairs), sin = random_floats(random_, pairs);
        std::vector<double> interleaved(2 * pairs), halves(2 * pairs);
        const auto rotate = [&](std::vector<double>& out, size_t a, size_t b, size_t i) {
            out[a] = static_cast<double>(x[a]) * static_cast<double>(cos[i]) - static_cast<double>(x[b]) * static_cast<double>(sin[i]);
            out[b] = static_cast<double>(x[a]) * static_cast<double>(sin[i]) + static_cast<double>(x[b]) * static_cast<double>(cos[i]);
        };
        for (size_t i = 0; i < pairs; ++i) {
            rotate(interleaved, 2 * i, 2 * i + 1, i);
            rotate(halves, i, pairs + i, i);
        }
        expect(x, interleaved, 1e-12, [&](float* y) { table().rope_interleaved(y, cos.data(), sin.data(), pairs); });
        expect(x, halves, 1e-12, [&](float* y) { table().rope_halves(y, cos.data(), sin.data(), pairs); });
    }
}

TEST_P(Vector, AttentionOfEveryHeadCount) {
    for (const size_t heads : {1, 2, 3, 8, 16, 21}) {
        for (const size_t dim : {7, 64, 128, 576}) {
            for (const size_t n : {1, 2, 3, 31, 70}) {
                const size_t stride = dim + 5;
                const auto q = random_floats(random_, heads * stride);
                GuardedBytes cache(((n - 1) * stride + dim) * 2);
                for (size_t i = 0; i < cache.size() / 2; ++i) put_half(cache.data() + 2 * i, random_floats(random_, 1)[0]);
                const auto* rows = reinterpret_cast<const uint16_t*>(cache.data());
                std::vector<double> scores(heads * n), values(heads * dim);
                const auto p = random_floats(random_, heads * n), start = random_floats(random_, heads * dim);
                for (size_t h = 0; h < heads; ++h) {
                    for (size_t j = 0; j < n; ++j) {
                        for (size_t i = 0; i < dim; ++i) {
                            const double key = static_cast<double>(f16_to_f32(rows[j * stride + i]));
                            scores[h * n + j] += 0.125 * static_cast<double>(q[h * stride + i]) * key;
                            values[h * dim + i] +=
                                static_cast<double>(p[h * n + j]) * key + (j == 0 ? static_cast<double>(start[h * dim + i]) : 0.0);
                        }
                    }
                }
                expect({}, scores, 1e-10,
                       [&](float* y) { table().attention_scores(q.data(), stride, heads, rows, stride, n, dim, 0.125f, y, n); });
                expect(start, values, 1e-10, [&](float* y) { table().attention_values(p.data(), n, heads, rows, stride, n, dim, y, dim); });
            }
        }
    }
}

TEST_P(Vector, QuantizedActivationsAreTheScalarOnes) {
    for (const size_t n : kSizes) {
        auto x = random_floats(random_, n);
        if (n > 100) {
            std::fill(x.begin() + 32, x.begin() + 64, 0.0f);
            x[5] = std::numeric_limits<float>::quiet_NaN();
            x[70] = 1e-42f;
        }
        const size_t chunks = (n + 255) / 256;
        const bool halves = table().quantized_format() == ActivationFormat::q8_and_bf16;
        const size_t bytes = activation_row_bytes(halves ? ActivationFormat::q8_and_bf16 : ActivationFormat::q8, n),
                     all_chunks = 3 * chunks + 1;
        std::vector<ActivationChunk> out(all_chunks), expected(all_chunks);
        std::memset(static_cast<void*>(out.data()), 0x5a, out.size() * sizeof out[0]);
        std::memset(static_cast<void*>(expected.data()), 0x5a, expected.size() * sizeof expected[0]);
        table().quantize_q8(x.data(), n, out.data());
        supported_cpu_kernels().front()->quantize_q8(x.data(), n, expected.data());
        ASSERT_EQ(std::memcmp(out.data(), expected.data(), chunks * sizeof out[0]), 0) << n;
        const auto* written = reinterpret_cast<const std::byte*>(out.data());
        ASSERT_TRUE(std::all_of(written + bytes, written + all_chunks * sizeof out[0], [](std::byte b) { return b == std::byte{0x5a}; }));
        for (size_t at = chunks * sizeof out[0], i = 0; at < bytes; at += 2, ++i) {
            uint16_t half;
            std::memcpy(&half, written + at, 2);
            if (i < n && std::isnan(x[i])) {
                ASSERT_TRUE(std::isnan(bf16_to_f32(half))) << i;
                continue;
            }
            const float number = i < n ? x[i] : 0.0f;
            ASSERT_NEAR(bf16_to_f32(half), number, 0x1p-8f * std::fabs(number) + 1e-37f) << i;
        }
        for (size_t i = 0; i < n; ++i) {
            if (n > 100 && i < 32) {
                ASSERT_TRUE(std::isnan(out[0].scale[0])) << "beside a NaN";
                continue;
            }
            const float value = out[i / 256].scale[i % 256 / 32] * static_cast<float>(out[i / 256].quant[i % 256]);
            ASSERT_NEAR(value, x[i], 0.502f * out[i / 256].scale[i % 256 / 32]);
        }
        for (size_t b = 0; b < chunks * 8; ++b) {
            int sum = 0;
            if (n > 100 && b == 0) continue;
            for (size_t i = 0; i < 32; ++i) sum += out[b / 8].quant[b % 8 * 32 + i];
            ASSERT_FLOAT_EQ(out[b / 8].sum[b % 8], out[b / 8].scale[b % 8] * static_cast<float>(sum));
            ASSERT_NEAR(out[b / 8].sum[b % 8], out[b / 8].half_sum[b % 8 * 2] + out[b / 8].half_sum[b % 8 * 2 + 1], 1e-4f);
        }
    }
}

std::string table_name(const testing::TestParamInfo<const CpuKernels*>& info) { return std::string(info.param->id); }

INSTANTIATE_TEST_SUITE_P(Tables, Vector, testing::ValuesIn(supported_cpu_kernels().begin(), supported_cpu_kernels().end()), table_name);
INSTANTIATE_TEST_SUITE_P(Exact, Vector, testing::Values(&exact_cpu_kernels()), table_name);

TEST(CpuKernelTables, AreFoundByTheirNames) {
    const auto supported = supported_cpu_kernels();
    ASSERT_FALSE(supported.empty());
    EXPECT_EQ(supported.front()->id, "scalar");
    if (std::getenv(kInstructionSetVariable) == nullptr) {
        EXPECT_EQ(&cpu_kernels(), supported.back());
    }
    for (const CpuKernels* table : supported) EXPECT_EQ(find_cpu_kernels(table->id), table);
    EXPECT_EQ(find_cpu_kernels("exact"), nullptr);
    EXPECT_EQ(find_cpu_kernels("abacus"), nullptr);
    EXPECT_TRUE(matmul_supports(DType::iq1_m));
    EXPECT_FALSE(matmul_supports(DType::i32));
}

}  // namespace
}  // namespace soliloquy

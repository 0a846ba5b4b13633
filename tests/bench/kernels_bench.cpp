/// tests/bench/kernels_bench.cpp: bytes of weights per second of every type, one thread, beside the bandwidth of reading and copying
/// memory. Not a test: run it on a quiet machine, e.g. `kernels_bench --benchmark_filter=gemv/avx512`.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "engine/backend/cpu/cpu_kernels.h"
#include "tests/unit/cpu_kernels/kernel_inputs.h"

namespace soliloquy {
namespace {

constexpr size_t kFarBytes = size_t{256} << 20;  // no cache holds it

void copy_memory(benchmark::State& state) {
    std::vector<std::byte> from(kFarBytes, std::byte{1}), to(kFarBytes);
    for (auto _ : state) {
        std::memcpy(to.data(), from.data(), kFarBytes);
        benchmark::ClobberMemory();
    }
    // Read once and written once.
    state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * kFarBytes * 2));
}
BENCHMARK(copy_memory)->Unit(benchmark::kMillisecond);

void read_memory(benchmark::State& state) {
    std::vector<uint64_t> from(kFarBytes / 8, 1);
    for (auto _ : state) {
        uint64_t sums[8] = {};
        for (size_t i = 0; i < from.size(); i += 8) {
            for (size_t j = 0; j < 8; ++j) sums[j] += from[i + j];
        }
        benchmark::DoNotOptimize(sums);
    }
    state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * kFarBytes));
}
BENCHMARK(read_memory)->Unit(benchmark::kMillisecond);

struct Operands {
    Operands(const CpuKernels& table, DType type, size_t rows, size_t k, size_t tokens)
        : w(rows * row_bytes(type, k)), x(tokens * activation_row_bytes(table.activation_format(type), k)), y(rows * tokens) {
        Random random{1};
        const size_t stride = row_bytes(type, k);
        random_weights(type, random, w.data(), k);
        for (size_t r = 1; r < rows; ++r) std::memcpy(w.data() + r * stride, w.data(), stride);
        const auto floats = random_floats(random, k);
        const size_t x_stride = activation_row_bytes(table.activation_format(type), k);
        for (size_t t = 0; t < tokens; ++t) {
            if (table.activation_format(type) != ActivationFormat::f32) {
                table.quantize_q8(floats.data(), k, reinterpret_cast<ActivationChunk*>(x.data() + t * x_stride));
            } else {
                std::memcpy(x.data() + t * x_stride, floats.data(), x_stride);
            }
        }
        tile.type = type;
        tile.w = w.data();
        tile.w_stride = stride;
        tile.k = k;
        tile.row_end = rows;
        tile.x = x.data();
        tile.x_stride = x_stride;
        tile.tokens = tokens;
        tile.y = y.data();
        tile.y_stride = rows;
    }
    std::vector<std::byte> w, x;
    std::vector<float> y;
    MatMulTile tile;
};

/// One token against weights that come from memory (`far`) or from the second-level cache.
void gemv(benchmark::State& state, const CpuKernels* table, DType type, bool far) {
    const size_t k = 2048;
    const size_t rows = (far ? size_t{64} << 20 : size_t{256} << 10) / row_bytes(type, k);
    Operands operands(*table, type, rows, k, 1);
    for (auto _ : state) table->matmul(operands.tile);
    state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * operands.w.size()));
}

/// A prompt of `tokens` against one expert's worth of weights; items are multiply-adds.
void gemm(benchmark::State& state, const CpuKernels* table, DType type, size_t tokens) {
    const size_t k = 2048, rows = 256;
    Operands operands(*table, type, rows, k, tokens);
    for (auto _ : state) table->matmul(operands.tile);
    state.SetItemsProcessed(static_cast<int64_t>(state.iterations() * rows * k * tokens));
}

/// The first of `values` at a cache line, as the engine's own buffers are.
template <typename T>
T* at_cache_line(std::vector<T>& values, size_t n) {
    values.resize(n + 64 / sizeof(T));
    return reinterpret_cast<T*>((reinterpret_cast<uintptr_t>(values.data()) + 63) / 64 * 64);
}

/// 16 heads of latent attention against n rows of 576; items are multiply-adds.
void mla_scores(benchmark::State& state, const CpuKernels* table, size_t n) {
    Random random{1};
    std::vector<float> q_memory, scores(16 * n);
    std::vector<uint16_t> k_memory;
    float* q = at_cache_line(q_memory, 16 * 576);
    const auto values = random_floats(random, 16 * 576);
    std::memcpy(q, values.data(), values.size() * sizeof(float));
    uint16_t* k = at_cache_line(k_memory, n * 576);
    std::fill(k, k + n * 576, uint16_t{0x3c00});
    for (auto _ : state) table->attention_scores(q, 576, 16, k, 576, n, 576, 0.1f, scores.data(), n);
    state.SetItemsProcessed(static_cast<int64_t>(state.iterations() * n * 576 * 16));
}

void mla_values(benchmark::State& state, const CpuKernels* table, size_t n) {
    Random random{1};
    const auto p = random_floats(random, 16 * n);
    std::vector<uint16_t> v_memory;
    uint16_t* v = at_cache_line(v_memory, n * 576);
    std::fill(v, v + n * 576, uint16_t{0x3c00});
    std::vector<float> out(16 * 512);
    for (auto _ : state) table->attention_values(p.data(), n, 16, v, 576, n, 512, out.data(), 512);
    state.SetItemsProcessed(static_cast<int64_t>(state.iterations() * n * 512 * 16));
}

void elementwise(benchmark::State& state, const CpuKernels* table) {
    Random random{1};
    const auto x = random_floats(random, 2048);
    std::vector<float> y(2048);
    for (auto _ : state) table->swiglu(x.data(), x.data(), y.data(), x.size());
    state.SetItemsProcessed(static_cast<int64_t>(state.iterations() * x.size()));
}

void quantize(benchmark::State& state, const CpuKernels* table) {
    Random random{1};
    const auto x = random_floats(random, 2048);
    std::vector<ActivationChunk> out(24);
    for (auto _ : state) table->quantize_q8(x.data(), x.size(), out.data());
    state.SetItemsProcessed(static_cast<int64_t>(state.iterations() * x.size()));
}

void register_all() {
    for (const CpuKernels* table : supported_cpu_kernels()) {
        const std::string id(table->id);
        for (const DType type : kAllWeightTypes) {
            const std::string name = id + "/" + std::string(dtype_traits(type).name);
            benchmark::RegisterBenchmark(("gemv/" + name).c_str(), gemv, table, type, true)->Unit(benchmark::kMillisecond);
            benchmark::RegisterBenchmark(("gemv_cached/" + name).c_str(), gemv, table, type, false)->Unit(benchmark::kMicrosecond);
            for (const size_t tokens : {2, 4, 16, 128}) {
                benchmark::RegisterBenchmark(("gemm" + std::to_string(tokens) + "/" + name).c_str(), gemm, table, type, tokens)
                    ->Unit(benchmark::kMicrosecond);
            }
        }
        benchmark::RegisterBenchmark(("mla_scores/" + id).c_str(), mla_scores, table, 2048)->Unit(benchmark::kMicrosecond);
        benchmark::RegisterBenchmark(("mla_values/" + id).c_str(), mla_values, table, 2048)->Unit(benchmark::kMicrosecond);
        benchmark::RegisterBenchmark(("swiglu/" + id).c_str(), elementwise, table);
        benchmark::RegisterBenchmark(("quantize_q8/" + id).c_str(), quantize, table);
    }
}

}  // namespace
}  // namespace soliloquy

int main(int argc, char** argv) {
    soliloquy::register_all();
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}

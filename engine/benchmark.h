/// engine/benchmark.h: prefill and decode speed of a model beside the memory bandwidth of this machine.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "engine/core/result.h"
#include "engine/engine.h"

namespace soliloquy {

struct BenchmarkOptions {
    Device device = Device::automatic;
    unsigned threads = 0;             ///< 0 = all cores
    uint32_t prompt_tokens = 512;     ///< prefilled at each depth; 0 = skip
    uint32_t generated_tokens = 128;  ///< decoded at each depth; 0 = skip
    std::vector<uint32_t> depths{0};  ///< positions already in the cache
    uint32_t repeats = 3;             ///< the median counts
    bool exact = false;
    std::function<bool(const std::string& doing, float done)> progress;  ///< false cancels
};

struct BenchmarkRow {
    uint32_t depth = 0;
    double prefill_tokens_per_second = 0.0, prefill_min = 0.0, prefill_max = 0.0;
    double decode_tokens_per_second = 0.0, decode_min = 0.0, decode_max = 0.0;
    uint64_t bytes_per_token = 0;  ///< weights and KV cache that one decode step reads at this depth
    double decode_gb_per_second = 0.0;
    double share_of_copy_bandwidth = 0.0;  ///< decode_gb_per_second / copy_gb_per_second
};

struct BenchmarkReport {
    ModelInfo model;
    unsigned threads = 0;
    double copy_gb_per_second =
        0.0;  ///< bytes read plus bytes written a second, all threads, buffers larger than the caches where memory allows
    double read_gb_per_second = 0.0;  ///< bytes read a second, all threads, the same buffers
    double load_seconds = 0.0;
    std::vector<BenchmarkRow> rows;
};

[[nodiscard]] Result<BenchmarkReport> benchmark_model(const std::filesystem::path& path, const BenchmarkOptions& options);

}  // namespace soliloquy

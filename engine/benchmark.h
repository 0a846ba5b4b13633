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
    LoadOptions load;                 ///< device and threads; context and progress are the benchmark's own
    uint32_t prompt_tokens = 512;     ///< prefilled at each depth; 0 = skip
    uint32_t generated_tokens = 128;  ///< decoded at each depth; 0 = skip
    std::vector<uint32_t> depths{0};  ///< positions already in the cache
    uint32_t repeats = 3;             ///< the median counts
    bool exact = false;               ///< measure the scalar oracle
    std::function<bool(const std::string& doing, float done)> progress;  ///< false cancels
};

struct BenchmarkRow {
    uint32_t depth = 0;
    double prefill_tokens_per_second = 0.0, prefill_min = 0.0, prefill_max = 0.0;
    double decode_tokens_per_second = 0.0, decode_min = 0.0, decode_max = 0.0;
    uint64_t bytes_per_token = 0;  ///< weights and KV cache that one decode step reads at this depth
    double decode_gb_per_second = 0.0;
    double share_of_copy_bandwidth = 0.0;  ///< decode_gb_per_second / that of the device, or of this machine
    double share_of_read_bandwidth = 0.0;  ///< the same of reading alone, which is all that decode does; 0 = not measured on a device
};

/// Where the time of one decode step on a device goes: all dispatches of one name together.
struct DispatchShare {
    std::string name;  ///< "attn_q.weight", "attention_mla"
    uint32_t count = 0;
    double seconds = 0.0;
    double share = 0.0;          ///< of the time of all dispatches
    double gb_per_second = 0.0;  ///< of weights that they read; 0 = they read none to speak of
};

struct BenchmarkReport {
    ModelInfo model;
    unsigned threads = 0;
    double copy_gb_per_second =
        0.0;  ///< bytes read plus bytes written a second, all threads, buffers larger than the caches where memory allows
    double read_gb_per_second = 0.0;         ///< bytes read a second, all threads, the same buffers
    double device_copy_gb_per_second = 0.0;  ///< the same, of the device that the model runs on, in its own memory; 0 = it runs on the CPU
    double load_seconds = 0.0;
    std::vector<BenchmarkRow> rows;
    uint32_t dispatches_per_token = 0;      ///< of the device; 0 = the model runs on the CPU
    std::vector<DispatchShare> dispatches;  ///< the longest first, measured one by one at the first depth; empty where it has no clock
};

[[nodiscard]] Result<BenchmarkReport> benchmark_model(const std::filesystem::path& path, const BenchmarkOptions& options);

}  // namespace soliloquy

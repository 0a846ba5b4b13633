/// engine/benchmark.cpp: times prefill and decode at given depths, and the memory bandwidth to compare them with.
#include "engine/benchmark.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <map>
#include <memory>
#include <new>

#include "engine/backend/placed_plan.h"
#include "engine/backend/vulkan/vulkan_backend.h"
#include "engine/core/thread_pool.h"
#include "engine/loaded_model.h"
#include "engine/model/model.h"
#include "engine/timeline.h"

namespace soliloquy {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

/// Beyond the last-level caches of large servers, within the memory of small machines.
constexpr size_t kBandwidthBytes = size_t{1} << 30;

struct Bandwidth {
    double copy = 0.0, read = 0.0;
};

/// Best of five passes over two buffers of `bytes`, every thread on its share.
Bandwidth measure_bandwidth(ThreadPool& threads, size_t bytes) {
    const size_t words = bytes / sizeof(uint64_t);
    const std::unique_ptr<uint64_t[]> from(new (std::nothrow) uint64_t[words]), to(new (std::nothrow) uint64_t[words]);
    if (from == nullptr || to == nullptr) return bytes > (size_t{1} << 24) ? measure_bandwidth(threads, bytes / 4) : Bandwidth{};
    threads.run([&](unsigned thread, unsigned of) {
        const auto share = ThreadPool::share(words, thread, of, 512);
        std::memset(from.get() + share.begin, 1, (share.end - share.begin) * sizeof(uint64_t));
        std::memset(to.get() + share.begin, 2, (share.end - share.begin) * sizeof(uint64_t));
    });
    Bandwidth best;
    for (int pass = 0; pass < 5; ++pass) {
        auto start = Clock::now();
        threads.run([&](unsigned thread, unsigned of) {
            const auto share = ThreadPool::share(words, thread, of, 512);
            std::memcpy(to.get() + share.begin, from.get() + share.begin, (share.end - share.begin) * sizeof(uint64_t));
        });
        best.copy = std::max(best.copy, 2.0 * static_cast<double>(bytes) / seconds_since(start) / 1e9);
        std::vector<uint64_t> sums(threads.size());
        start = Clock::now();
        threads.run([&](unsigned thread, unsigned of) {
            const auto share = ThreadPool::share(words, thread, of, 512);
            uint64_t lanes[16] = {};
            for (size_t i = share.begin; i + 16 <= share.end; i += 16) {
                for (size_t lane = 0; lane < 16; ++lane) lanes[lane] ^= from[i + lane];
            }
            for (const uint64_t lane : lanes) sums[thread] ^= lane;
        });
        best.read = std::max(best.read, static_cast<double>(bytes) / seconds_since(start) / 1e9);
        for (const uint64_t sum : sums) from[0] ^= sum;  // the sums are used, so the reads stay
    }
    return best;
}

struct Spread {
    double median = 0.0, min = 0.0, max = 0.0;
};

Spread spread(std::vector<double> values) {
    if (values.empty()) return {};
    std::sort(values.begin(), values.end());
    return {values[values.size() / 2], values.front(), values.back()};
}

/// Token ids that wander over the vocabulary, the same in every run.
std::vector<TokenId> wandering_ids(size_t count, uint32_t vocabulary) {
    std::vector<TokenId> ids(count);
    uint64_t state = 0x9E3779B97F4A7C15ull;
    for (auto& id : ids) {
        state = state * 6364136223846793005ull + 1442695040888963407ull;
        id = static_cast<TokenId>((state >> 33) % vocabulary);
    }
    return ids;
}

class Run {
  public:
    Run(Decoder& decoder, const LoadedModel& loaded, const BenchmarkOptions& options)
        : decoder_(decoder), loaded_(loaded), model_(*loaded.model), options_(options) {}

    Result<BenchmarkRow> at(uint32_t depth) {
        BenchmarkRow row;
        row.depth = depth;
        std::vector<double> prefill, decode;
        decoder_.truncate(0);
        RETURN_IF_ERROR(append(depth));
        for (uint32_t repeat = 0; repeat <= options_.repeats; ++repeat) {  // the first round warms up and does not count
            const bool counts = repeat > 0;
            if (options_.progress && !options_.progress("depth " + std::to_string(depth),
                                                        static_cast<float>(repeat) / static_cast<float>(options_.repeats + 1))) {
                return Error{ErrorCode::cancelled, "the benchmark was stopped"};
            }
            if (options_.prompt_tokens > 0) {
                decoder_.truncate(depth);
                const auto start = Clock::now();
                RETURN_IF_ERROR(append(options_.prompt_tokens));
                if (counts) prefill.push_back(options_.prompt_tokens / seconds_since(start));
            }
            if (options_.generated_tokens > 0) {
                decoder_.truncate(depth);
                const auto start = Clock::now();
                RETURN_IF_ERROR(generate(options_.generated_tokens));
                if (counts) decode.push_back(options_.generated_tokens / seconds_since(start));
            }
        }
        const Spread p = spread(prefill), d = spread(decode);
        row.prefill_tokens_per_second = p.median, row.prefill_min = p.min, row.prefill_max = p.max;
        row.decode_tokens_per_second = d.median, row.decode_min = d.min, row.decode_max = d.max;
        const uint64_t mean_depth = depth + options_.generated_tokens / 2;
        row.bytes_per_token = model_.weight_bytes_per_token() + model_.kv_bytes_per_position() * mean_depth;
        row.decode_gb_per_second = static_cast<double>(row.bytes_per_token) * row.decode_tokens_per_second / 1e9;
        return row;
    }

  private:
    Status append(uint32_t count) {
        const auto ids = wandering_ids(count, model_.vocabulary_size());
        for (size_t at = 0; at < ids.size(); at += kPrefillBatch) {
            const size_t n = std::min<size_t>(kPrefillBatch, ids.size() - at);
            RETURN_IF_ERROR(decoder_.append(std::span(ids).subspan(at, n), at + n == ids.size() ? LogitsFor::last : LogitsFor::none));
        }
        return ids.empty() ? Status::success() : check_logits();
    }

    Status generate(uint32_t count) {
        const auto ids = wandering_ids(count, model_.vocabulary_size());
        for (const TokenId id : ids) RETURN_IF_ERROR(decoder_.append(std::span(&id, 1), LogitsFor::last));
        return check_logits();
    }

    /// The speed of a model whose numbers are broken says nothing.
    [[nodiscard]] Status check_logits() const {
        if (usable_logits(decoder_.logits().row(0))) return Status::success();
        return unusable_logits_error(loaded_, loaded_.model->placement().uses_device());
    }

    Decoder& decoder_;
    const LoadedModel& loaded_;
    const Model& model_;
    const BenchmarkOptions& options_;
};

/// "blk.7.attn_q_a.weight blk.7.attn_kv_a_mqa.weight" -> "attn_q_a.weight attn_kv_a_mqa.weight": the same in every layer.
std::string without_layers(std::string label) {
    for (size_t at = 0; (at = label.find("blk.", at)) != std::string::npos;) {
        const size_t dot = label.find('.', at + 4);
        if (dot == std::string::npos) break;
        label.erase(at, dot + 1 - at);
    }
    return label;
}

/// Runs one decode step on the device, dispatch by dispatch.
void time_dispatches(Decoder& decoder, uint32_t vocabulary, BenchmarkReport& report) {
    const DevicePart device = device_part_of(decoder.plan());
    const auto ids = wandering_ids(1, vocabulary);
    const Step step{.ids = ids, .position = decoder.length(), .outputs = 1};
    std::map<std::string, DispatchShare> by_name;
    std::map<std::string, uint64_t> bytes;
    double total = 0.0;
    for (size_t segment = 0; segment < device.segments; ++segment) {
        const auto times = time_vulkan_segment(*device.plan, step, segment);
        if (!times.ok()) return;  // a device without a clock is measured as a whole only
        for (const DispatchTime& each : *times) {
            DispatchShare& share = by_name[without_layers(each.label)];
            share.count += 1;
            share.seconds += each.seconds;
            bytes[without_layers(each.label)] += each.bytes;
            total += each.seconds;
        }
        report.dispatches_per_token += static_cast<uint32_t>(times->size());
    }
    for (auto& [name, share] : by_name) {
        share.name = name;
        share.share = total > 0.0 ? share.seconds / total : 0.0;
        share.gb_per_second = share.seconds > 0.0 ? static_cast<double>(bytes[name]) / share.seconds / 1e9 : 0.0;
        report.dispatches.push_back(share);
    }
    std::sort(report.dispatches.begin(), report.dispatches.end(), [](const auto& a, const auto& b) { return a.seconds > b.seconds; });
}

Result<BenchmarkReport> run(const std::filesystem::path& path, const BenchmarkOptions& options) {
    BenchmarkReport report;
    uint32_t deepest = 0;
    for (const uint32_t depth : options.depths) deepest = std::max(deepest, depth);
    LoadOptions load = options.load;
    load.exact = options.exact;
    load.context_length = deepest + std::max(options.prompt_tokens, options.generated_tokens) + 2;
    load.progress = [&options](float done) { return !options.progress || options.progress("loading", done); };
    const auto start = Clock::now();
    ASSIGN_OR_RETURN(const auto engine, open_engine(path, load));
    report.load_seconds = seconds_since(start);
    report.model = engine->info();
    const auto loaded = loaded_model_of(*engine);
    const Model& model = *loaded->model;
    report.threads = loaded->threads->size();
    const Bandwidth bandwidth = measure_bandwidth(*loaded->threads, kBandwidthBytes);
    report.copy_gb_per_second = bandwidth.copy;
    report.read_gb_per_second = bandwidth.read;
    const auto* bound = dynamic_cast<const BoundModel*>(&model);
    if (bound != nullptr && bound->accelerator() != nullptr) {
        const auto measured = bound->accelerator()->measure_copy_bandwidth();
        if (measured.ok()) report.device_copy_gb_per_second = *measured / 1e9;
    }
    const double copy = report.device_copy_gb_per_second > 0 ? report.device_copy_gb_per_second : report.copy_gb_per_second;

    { const auto first = engine->new_session(); }  // gives back the memory of the timeline that loading made
    ASSIGN_OR_RETURN(
        const auto decoder,
        Decoder::create(loaded->model, loaded->threads, DecoderOptions{.context_length = load.context_length, .max_batch = kPrefillBatch}));
    Run bench(*decoder, *loaded, options);
    for (const uint32_t depth : options.depths) {
        ASSIGN_OR_RETURN(auto row, bench.at(depth));
        if (copy > 0) row.share_of_copy_bandwidth = row.decode_gb_per_second / copy;
        if (report.read_gb_per_second > 0 && report.device_copy_gb_per_second == 0.0) {
            row.share_of_read_bandwidth = row.decode_gb_per_second / report.read_gb_per_second;
        }
        report.rows.push_back(row);
        if (report.rows.size() == 1 && model.placement().uses_device()) time_dispatches(*decoder, model.vocabulary_size(), report);
    }
    return report;
}

}  // namespace

Result<BenchmarkReport> benchmark_model(const std::filesystem::path& path, const BenchmarkOptions& options) {
    try {
        return run(path, options);
    } catch (const std::bad_alloc&) {
        return Error{ErrorCode::out_of_memory, "not enough memory to measure " + path.string()};
    } catch (const std::exception& error) {
        return Error{ErrorCode::internal, path.string() + ": " + error.what()};
    }
}

}  // namespace soliloquy

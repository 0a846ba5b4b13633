/// engine/benchmark.cpp: times prefill and decode at given depths, and the memory bandwidth to compare them with.
#include "engine/benchmark.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <memory>
#include <new>

#include "engine/core/thread_pool.h"
#include "engine/gguf/gguf_file.h"
#include "engine/model/decoder.h"

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
    Run(Decoder& decoder, const Model& model, const BenchmarkOptions& options) : decoder_(decoder), model_(model), options_(options) {}

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
        constexpr size_t kBatch = 512;
        for (size_t at = 0; at < ids.size(); at += kBatch) {
            const size_t n = std::min(kBatch, ids.size() - at);
            RETURN_IF_ERROR(decoder_.append(std::span(ids).subspan(at, n), at + n == ids.size() ? LogitsFor::last : LogitsFor::none));
        }
        return Status::success();
    }

    Status generate(uint32_t count) {
        const auto ids = wandering_ids(count, model_.vocabulary_size());
        for (const TokenId id : ids) RETURN_IF_ERROR(decoder_.append(std::span(&id, 1), LogitsFor::last));
        return Status::success();
    }

    Decoder& decoder_;
    const Model& model_;
    const BenchmarkOptions& options_;
};

Result<BenchmarkReport> run(const std::filesystem::path& path, const BenchmarkOptions& options) {
    BenchmarkReport report;
    LoadOptions load;
    load.device = options.device;
    load.threads = options.threads;
    load.context_length = 64;  // for its description only; the decoder below is sized by the depths
    const auto start = Clock::now();
    {
        ASSIGN_OR_RETURN(const auto engine, open_engine(path, load));
        report.load_seconds = seconds_since(start);
        report.model = engine->info();
    }
    ASSIGN_OR_RETURN(auto opened, GgufFile::open(path));
    const auto file = std::make_shared<const GgufFile>(std::move(opened));
    ASSIGN_OR_RETURN(const auto model, Model::load(file, ModelOptions{.exact = options.exact, .progress = {}}));
    const auto threads = std::make_shared<ThreadPool>(options.threads);
    report.threads = threads->size();
    const Bandwidth bandwidth = measure_bandwidth(*threads, kBandwidthBytes);
    report.copy_gb_per_second = bandwidth.copy;
    report.read_gb_per_second = bandwidth.read;

    uint32_t deepest = 0;
    for (const uint32_t depth : options.depths) deepest = std::max(deepest, depth);
    const uint32_t context = deepest + std::max(options.prompt_tokens, options.generated_tokens) + 1;
    ASSIGN_OR_RETURN(const auto decoder, Decoder::create(model, threads, DecoderOptions{.context_length = context, .max_batch = 512}));
    Run bench(*decoder, *model, options);
    for (const uint32_t depth : options.depths) {
        ASSIGN_OR_RETURN(auto row, bench.at(depth));
        if (report.copy_gb_per_second > 0) row.share_of_copy_bandwidth = row.decode_gb_per_second / report.copy_gb_per_second;
        report.rows.push_back(row);
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

/// tests/support/fuzz_main.cpp: main() for every fuzz target: mutates a corpus deterministically and calls
/// LLVMFuzzerTestOneInput, the entry point of libFuzzer, with which the same targets link unchanged.
///
/// What ends a run as a failure, with the input saved as <save>/<target>-<seed>-<run>.bin:
///   - a report of AddressSanitizer or UndefinedBehaviorSanitizer, an abort, an exception that left the target;
///   - a run longer than --seconds-per-run (a watchdog thread counts ticks while the same run goes on);
///   - more than --memory-mb alive at once (the sanitizer's malloc hooks count; setrlimit cannot serve, since AddressSanitizer
///     reserves terabytes of address space), or one allocation beyond max_allocation_size_mb of __asan_default_options below.
/// Exit codes: 0 nothing found, 1 something found, 2 wrong use.
#include <atomic>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "tests/support/fuzz_mutator.h"

#if defined(__SANITIZE_ADDRESS__)
#define SOLILOQUY_HAS_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SOLILOQUY_HAS_ASAN 1
#endif
#endif

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

#ifdef SOLILOQUY_HAS_ASAN
// Part of the sanitizers' public interface; declared here because not every compiler ships its header.
extern "C" size_t __sanitizer_get_allocated_size(const volatile void* pointer);
extern "C" int __sanitizer_install_malloc_and_free_hooks(void (*on_malloc)(const volatile void*, size_t),
                                                         void (*on_free)(const volatile void*));
extern "C" const char* __asan_default_options() {
    return "max_allocation_size_mb=4096:allocator_may_return_null=0:handle_abort=0:abort_on_error=1";
}
extern "C" const char* __ubsan_default_options() { return "print_stacktrace=1:abort_on_error=1"; }
#endif

namespace soliloquy::testing {
namespace {

struct Options {
    uint64_t runs = 10000;
    uint64_t seed = 1;
    uint64_t max_len = 1 << 16;
    uint64_t seconds_per_run = 10;
    uint64_t memory_mb = 512;
    std::vector<std::filesystem::path> corpus;
    std::vector<std::filesystem::path> inputs;  // run as they are, instead of fuzzing
    std::filesystem::path dictionary;
    std::filesystem::path save = ".";
};

constexpr const char* kUsage =
    "usage: %s [--runs N] [--seed S] [--max-len BYTES] [--corpus DIR]... [--dictionary FILE] [--seconds-per-run N]\n"
    "          [--memory-mb N] [--save DIR] [INPUT]...\n"
    "Runs N mutations of the corpus; with INPUTs, runs those as they are. A dictionary has one token per line, \\xNN for a byte.\n";

/// What the watchdog, the hooks and the signal handler must reach; the one global of the driver.
struct Current {
    std::atomic<uint64_t> run{0};
    std::atomic<bool> active{false};
    std::atomic<bool> failed{false};
    std::atomic<int64_t> live_bytes{0};
    std::atomic<int64_t> most_bytes{0};
    int64_t max_bytes = 0;
    const uint8_t* data = nullptr;
    size_t size = 0;
    std::string stem;  // of the file for a failing input
};
Current current;

void save_input() {
    if (current.data == nullptr) return;  // a leak, reported after the last run
    const std::string path = current.stem + "-" + std::to_string(current.run.load()) + ".bin";
    if (std::FILE* out = std::fopen(path.c_str(), "wb")) {
        std::fwrite(current.data, 1, current.size, out);
        std::fclose(out);
        std::fprintf(stderr, "input of %zu bytes saved as %s\n", current.size, path.c_str());
    } else {
        std::fprintf(stderr, "cannot write %s\n", path.c_str());
    }
}

[[noreturn]] void fail(const char* reason) {
    if (!current.failed.exchange(true)) {
        std::fprintf(stderr, "FOUND: run %llu: %s\n", static_cast<unsigned long long>(current.run.load()), reason);
        save_input();
    }
    std::_Exit(1);
}

void on_abort(int) { fail("abort (an assertion, an exception that left the target, or the sanitizer report above)"); }

#ifdef SOLILOQUY_HAS_ASAN
void on_malloc(const volatile void*, size_t size) {
    const int64_t live = current.live_bytes.fetch_add(static_cast<int64_t>(size), std::memory_order_relaxed) + static_cast<int64_t>(size);
    if (!current.active.load(std::memory_order_relaxed)) return;
    if (live > current.most_bytes.load(std::memory_order_relaxed)) current.most_bytes.store(live, std::memory_order_relaxed);
    if (live > current.max_bytes && !current.failed.load()) fail("more memory alive than --memory-mb");
}

void on_free(const volatile void* pointer) {
    const auto size = static_cast<int64_t>(__sanitizer_get_allocated_size(pointer));
    current.live_bytes.fetch_sub(size, std::memory_order_relaxed);
}
#endif

/// Ends the program when one run stays the current one for too many ticks. Ticks, not clock time: a suspended machine is no hang.
void watch(uint64_t seconds_per_run, const std::atomic<bool>& stop) {
    constexpr auto kTick = std::chrono::milliseconds(100);
    uint64_t seen = UINT64_MAX;
    uint64_t ticks = 0;
    while (!stop.load()) {
        std::this_thread::sleep_for(kTick);
        const uint64_t run = current.run.load();
        ticks = run == seen && current.active.load() ? ticks + 1 : 0;
        seen = run;
        if (ticks > seconds_per_run * 10) fail("longer than --seconds-per-run");
    }
}

bool parse_number(std::string_view text, uint64_t& number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size() && !text.empty();
}

bool parse_options(int argc, char** argv, Options& options) {
    for (int i = 1; i < argc; ++i) {
        const std::string_view name = argv[i];
        if (!name.starts_with("--")) {
            options.inputs.emplace_back(name);
            continue;
        }
        if (i + 1 == argc) return false;
        const std::string_view value = argv[++i];
        bool good = true;
        if (name == "--runs")
            good = parse_number(value, options.runs);
        else if (name == "--seed")
            good = parse_number(value, options.seed);
        else if (name == "--max-len")
            good = parse_number(value, options.max_len);
        else if (name == "--seconds-per-run")
            good = parse_number(value, options.seconds_per_run);
        else if (name == "--memory-mb")
            good = parse_number(value, options.memory_mb);
        else if (name == "--corpus")
            options.corpus.emplace_back(value);
        else if (name == "--dictionary")
            options.dictionary = value;
        else if (name == "--save")
            options.save = value;
        else
            good = false;
        if (!good) return false;
    }
    return true;
}

Bytes read_bytes(const std::filesystem::path& path, uint64_t max_len) {
    std::ifstream in(path, std::ios::binary);
    Bytes bytes(static_cast<size_t>(std::min<uint64_t>(max_len, std::filesystem::file_size(path))));
    in.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    return bytes;
}

/// All files below the folders, in the order of their names, so that a seed means the same everywhere.
std::vector<Bytes> read_corpus(const Options& options) {
    std::vector<std::filesystem::path> paths;
    for (const auto& folder : options.corpus) {
        for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
            if (entry.is_regular_file()) paths.push_back(entry.path());
        }
    }
    std::sort(paths.begin(), paths.end());
    std::vector<Bytes> corpus;
    for (const auto& path : paths) corpus.push_back(read_bytes(path, options.max_len));
    return corpus;
}

/// True when the target took the input; false when it asked to leave it out (-1). An exception ends in std::terminate here.
bool run_one(const Bytes& input) noexcept {
    // A block of exactly this size, so that a read of one byte too many is seen.
    const auto exact = std::make_unique<uint8_t[]>(input.size());
    std::copy(input.begin(), input.end(), exact.get());
    current.data = exact.get();
    current.size = input.size();
    current.run.fetch_add(1);
    current.active.store(true);
    const int verdict = LLVMFuzzerTestOneInput(exact.get(), input.size());
    current.active.store(false);
    current.data = nullptr;
    return verdict == 0;
}

int run_inputs(const Options& options) {
    for (const auto& path : options.inputs) {
        run_one(read_bytes(path, UINT64_MAX));
        std::printf("%s: nothing found\n", path.string().c_str());
    }
    return 0;
}

int fuzz(const Options& options, const std::string& target) {
    const auto corpus = read_corpus(options);
    if (!options.corpus.empty() && corpus.empty()) {
        std::fprintf(stderr, "the corpus is empty\n");
        return 2;
    }
    Mutator mutator(options.seed, static_cast<size_t>(options.max_len), corpus);
    if (!options.dictionary.empty()) {
        const Bytes text = read_bytes(options.dictionary, UINT64_MAX);
        mutator.add_dictionary(std::string_view(reinterpret_cast<const char*>(text.data()), text.size()));
    }
    using Clock = std::chrono::steady_clock;
    const auto start = Clock::now();
    auto longest = Clock::duration::zero();
    uint64_t taken = 0;
    for (uint64_t i = 0; i < options.runs; ++i) {
        const Bytes input = i < corpus.size() ? corpus[static_cast<size_t>(i)] : mutator.next();
        const auto began = Clock::now();
        if (run_one(input)) ++taken;
        longest = std::max(longest, Clock::now() - began);
    }
    const std::chrono::duration<double> seconds = Clock::now() - start;
    std::printf("%s: %llu runs, seed %llu, corpus of %zu, %llu taken by the target, %.1f s, longest run %.1f ms, most memory %lld KiB: ",
                target.c_str(), static_cast<unsigned long long>(options.runs), static_cast<unsigned long long>(options.seed), corpus.size(),
                static_cast<unsigned long long>(taken), seconds.count(), std::chrono::duration<double, std::milli>(longest).count(),
                static_cast<long long>(current.most_bytes.load() / 1024));
    std::printf("nothing found\n");
    return 0;
}

int fuzz_main(int argc, char** argv) {
    Options options;
    if (!parse_options(argc, argv, options)) {
        std::fprintf(stderr, kUsage, argv[0]);
        return 2;
    }
    const std::string target = std::filesystem::path(argv[0]).filename().string();
    current.stem = (options.save / (target + "-" + std::to_string(options.seed))).string();
    current.max_bytes = static_cast<int64_t>(options.memory_mb << 20);
    std::signal(SIGABRT, on_abort);
#ifdef SOLILOQUY_HAS_ASAN
    __sanitizer_install_malloc_and_free_hooks(on_malloc, on_free);
#endif
    std::atomic<bool> stop{false};
    std::thread watchdog(watch, options.seconds_per_run, std::cref(stop));
    int code = 2;
    try {
        code = options.inputs.empty() ? fuzz(options, target) : run_inputs(options);
    } catch (const std::filesystem::filesystem_error& error) {
        std::fprintf(stderr, "%s\n", error.what());
    }
    stop.store(true);
    watchdog.join();
    return code;
}

}  // namespace
}  // namespace soliloquy::testing

int main(int argc, char** argv) { return soliloquy::testing::fuzz_main(argc, argv); }

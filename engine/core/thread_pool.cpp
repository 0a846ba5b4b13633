/// engine/core/thread_pool.cpp: workers spin for a moment, then sleep on an atomic.
#include "engine/core/thread_pool.h"

#include <algorithm>
#include <system_error>

#ifdef __linux__
#include <sched.h>
#endif
#if defined(__x86_64__) || defined(_M_X64)
#include <immintrin.h>
#endif

namespace soliloquy {
namespace {

constexpr int kSpins = 4000;  // about 50 microseconds: longer than the gap between two ops, shorter than a blink

inline void relax() noexcept {
#if defined(__x86_64__) || defined(_M_X64)
    _mm_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

/// Waits until `value` differs from `old`: spinning first, then asleep.
void wait_for_change(const std::atomic<unsigned>& value, unsigned old) noexcept {
    for (int i = 0; i < kSpins; ++i) {
        if (value.load(std::memory_order_acquire) != old) return;
        relax();
    }
    while (value.load(std::memory_order_acquire) == old) value.wait(old, std::memory_order_acquire);
}

}  // namespace

unsigned ThreadPool::usable_cores() noexcept {
#ifdef __linux__
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof(set), &set) == 0) return static_cast<unsigned>(CPU_COUNT(&set));
#endif
    const unsigned cores = std::thread::hardware_concurrency();
    return cores > 0 ? cores : 1;
}

ThreadPool::ThreadPool(unsigned threads) {
    if (threads == 0) threads = usable_cores();
    threads = std::min(threads, kMaxThreads);
    workers_.reserve(threads - 1);
    try {
        for (unsigned i = 1; i < threads; ++i) workers_.emplace_back([this, i] { work(i); });
    } catch (const std::system_error&) {
        // The system gives no more threads (a limit on processes or memory): the team is those that began.
    }
}

ThreadPool::~ThreadPool() {
    quit_.store(true);
    generation_.fetch_add(1, std::memory_order_release);
    generation_.notify_all();
    for (auto& worker : workers_) worker.join();
}

void ThreadPool::run(Task task, void* context) {
    const unsigned threads = size();
    if (threads > 1) {
        task_ = task;
        context_ = context;
        pending_.store(threads - 1, std::memory_order_relaxed);
        generation_.fetch_add(1, std::memory_order_release);
        generation_.notify_all();
    }
    task(context, 0, threads);
    for (unsigned left = pending_.load(std::memory_order_acquire); left != 0; left = pending_.load(std::memory_order_acquire)) {
        wait_for_change(pending_, left);
    }
}

void ThreadPool::work(unsigned thread) {
    unsigned seen = 0;
    while (true) {
        wait_for_change(generation_, seen);
        seen = generation_.load(std::memory_order_acquire);
        if (quit_.load()) return;
        task_(context_, thread, size());
        if (pending_.fetch_sub(1, std::memory_order_acq_rel) == 1) pending_.notify_one();
    }
}

void ThreadPool::barrier() noexcept {
    const unsigned threads = size();
    if (threads == 1) return;
    const unsigned phase = barrier_phase_.load(std::memory_order_acquire);
    if (barrier_count_.fetch_add(1, std::memory_order_acq_rel) + 1 == threads) {
        barrier_count_.store(0, std::memory_order_relaxed);
        barrier_phase_.fetch_add(1, std::memory_order_release);
        barrier_phase_.notify_all();
    } else {
        wait_for_change(barrier_phase_, phase);
    }
}

}  // namespace soliloquy

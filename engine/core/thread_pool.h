/// engine/core/thread_pool.h: a fixed team of threads that runs one function at a time, fork-join.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <thread>
#include <vector>

namespace soliloquy {

/// The calling thread is member 0 of the team. run() allocates nothing and may be called from one thread only.
class ThreadPool {
  public:
    static constexpr unsigned kMaxThreads = 1024;
    /// threads = 0 takes the number of cores the process may use. At most kMaxThreads, and fewer where the system gives no more: see
    /// size().
    explicit ThreadPool(unsigned threads = 0);
    ~ThreadPool();
    ThreadPool(const ThreadPool&) = delete;
    ThreadPool& operator=(const ThreadPool&) = delete;

    /// Cores that this process may run on, at least 1.
    static unsigned usable_cores() noexcept;

    [[nodiscard]] unsigned size() const noexcept { return static_cast<unsigned>(workers_.size()) + 1; }

    using Task = void (*)(void* context, unsigned thread, unsigned threads);
    /// Calls task(context, i, size()) once on every member i; returns when all are done.
    void run(Task task, void* context);

    /// Same with a callable; the callable lives on the caller's stack.
    template <typename F>
    void run(F&& f) {
        run([](void* context, unsigned thread, unsigned threads) { (*static_cast<std::remove_reference_t<F>*>(context))(thread, threads); },
            const_cast<void*>(static_cast<const void*>(&f)));
    }

    /// All members wait here inside a task until everyone has come. Cheap: for several passes inside one run().
    void barrier() noexcept;

    /// The even share of `count` items that member `thread` of `threads` takes: [begin, end), in multiples of `grain`.
    struct Share {
        size_t begin, end;
    };
    static Share share(size_t count, unsigned thread, unsigned threads, size_t grain = 1) noexcept {
        const size_t grains = (count + grain - 1) / grain;
        const size_t begin = grains * thread / threads * grain;
        const size_t end = grains * (thread + 1) / threads * grain;
        return {begin < count ? begin : count, end < count ? end : count};
    }

  private:
    void work(unsigned thread);

    std::vector<std::thread> workers_;
    Task task_ = nullptr;
    void* context_ = nullptr;
    alignas(64) std::atomic<unsigned> generation_{0};
    alignas(64) std::atomic<unsigned> pending_{0};
    alignas(64) std::atomic<unsigned> barrier_count_{0};
    alignas(64) std::atomic<unsigned> barrier_phase_{0};
    std::atomic<bool> quit_{false};
};

}  // namespace soliloquy

/// tests/unit/core/thread_pool_test.cpp
#include "engine/core/thread_pool.h"

#include <gtest/gtest.h>
#ifdef __linux__
#include <sys/resource.h>
#endif

#include <atomic>
#include <cstdlib>
#include <vector>

namespace soliloquy {
namespace {

TEST(ThreadPool, EveryMemberRunsOncePerRun) {
    for (unsigned threads : {1u, 2u, 3u, 8u}) {
        ThreadPool pool(threads);
        ASSERT_EQ(pool.size(), threads);
        std::vector<int> calls(threads, 0);
        for (int round = 0; round < 500; ++round) {
            pool.run([&](unsigned thread, unsigned of) {
                ASSERT_EQ(of, threads);
                ++calls[thread];
            });
        }
        for (int count : calls) EXPECT_EQ(count, 500);
    }
}

TEST(ThreadPool, BarrierSeparatesPasses) {
    ThreadPool pool(4);
    std::atomic<int> arrived{0};
    std::atomic<int> early{0};
    pool.run([&](unsigned, unsigned of) {
        for (unsigned pass = 1; pass <= 200; ++pass) {
            arrived.fetch_add(1);
            pool.barrier();
            if (arrived.load() < static_cast<int>(pass * of)) early.fetch_add(1);
            pool.barrier();
        }
    });
    EXPECT_EQ(early.load(), 0);
    EXPECT_EQ(arrived.load(), 800);
}

TEST(ThreadPool, SharesCoverEverythingOnceInGrains) {
    for (size_t count : {0u, 1u, 7u, 64u, 1000u}) {
        for (unsigned threads : {1u, 2u, 5u}) {
            for (size_t grain : {1u, 4u, 16u}) {
                size_t next = 0;
                for (unsigned t = 0; t < threads; ++t) {
                    const auto share = ThreadPool::share(count, t, threads, grain);
                    EXPECT_EQ(share.begin, next);
                    EXPECT_TRUE(share.begin % grain == 0 || share.begin == count);
                    next = share.end;
                }
                EXPECT_EQ(next, count);
            }
        }
    }
}

#if defined(__linux__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
/// In a process of its own: with so little address space that the stacks of a thousand threads do not fit.
[[noreturn]] void work_in_600_megabytes() {
    const rlimit limit{600u << 20, 600u << 20};
    setrlimit(RLIMIT_AS, &limit);
    ThreadPool pool(1000);
    std::atomic<unsigned> ran{0};
    pool.run([&](unsigned, unsigned) { ran.fetch_add(1); });
    std::_Exit(pool.size() < 1000 && ran.load() == pool.size() ? 0 : 1);
}

TEST(ThreadPool, WorksWithTheThreadsThereAre) { EXPECT_EXIT(work_in_600_megabytes(), ::testing::ExitedWithCode(0), ""); }
#endif

}  // namespace
}  // namespace soliloquy

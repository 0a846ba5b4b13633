/// tests/ui/flush_test.cpp: what one flush of a stream costs in the real window, at the beginning and at the hundred-thousandth token.
///   A flush = the session's signals through the models, then polish, sync and a frame of the software renderer.
/// The growth is asserted; the times are printed, because they differ between machines. Only the beginning and the end are streamed in
/// small flushes, what lies between in large ones; SOLILOQUY_EVERY_FLUSH=1 measures all of them and takes minutes.
#include <gtest/gtest.h>

#include <time.h>
#include <QElapsedTimer>

#include <algorithm>
#include <condition_variable>
#include <cstdio>
#include <fstream>
#include <mutex>
#include <vector>

#include "tests/ui/desk.h"

namespace soliloquy::testing {
namespace {

constexpr uint32_t kTokens = 100'000;
constexpr uint32_t kTokensPerFlush = 8;
constexpr uint32_t kTokensBetween = 512;  ///< per flush where nothing is measured

struct Percentiles {
    double p50 = 0, p95 = 0, p99 = 0;
};

Percentiles percentiles(std::vector<double> ms) {
    std::sort(ms.begin(), ms.end());
    const auto at = [&ms](double share) {
        return ms.empty() ? 0.0 : ms[std::min(ms.size() - 1, static_cast<size_t>(share * static_cast<double>(ms.size())))];
    };
    return {at(0.50), at(0.95), at(0.99)};
}

/// Milliseconds that the GUI thread itself worked: other programs on the machine do not count.
double thread_ms() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

long resident_mb() {
    std::ifstream status("/proc/self/statm");
    long pages = 0, resident = 0;
    status >> pages >> resident;
    return resident * 4096 / 1024 / 1024;
}

/// Streams kTokens in flushes of kTokensPerFlush and measures each. `thought` of them go to the thought.
void measure(const char* name, uint32_t thought, const std::function<std::string(uint32_t)>& word) {
    Desk desk(Desk::Options{.flush_interval_ms = 1});
    int frames = 0;
    QObject::connect(
        desk.window, &QQuickWindow::frameSwapped, desk.window, [&frames] { ++frames; }, Qt::DirectConnection);
    Script script;
    for (uint32_t i = 0; i < kTokens; ++i) {
        ScriptedToken token;
        token.id = 100 + i % 1000;
        token.bytes = word(i);
        token.channel = i < thought ? Channel::thought : Channel::answer;
        script.tokens.push_back(std::move(token));
    }
    // The decoder waits for the window after each flush's worth of tokens, so that every flush is measured and none is merged.
    std::mutex mutex;
    std::condition_variable turn;
    uint64_t allowed = kTokensPerFlush, written = 0;
    bool over = false;
    desk.model->set_token_hook([&](const TokenEvent&) {
        std::unique_lock lock(mutex);
        turn.wait(lock, [&] { return written < allowed || over; });
        ++written;
        turn.notify_all();
    });
    desk.model->push(std::move(script));
    ASSERT_TRUE(desk.session->send(QStringLiteral("Go")));
    std::vector<double> all, early, late;
    const long before = resident_mb();
    const bool every = qEnvironmentVariableIsSet("SOLILOQUY_EVERY_FLUSH");
    const auto measured = [every](uint64_t tokens) { return every || (tokens > 1000 && tokens <= 3000) || tokens > kTokens - 4000; };
    QElapsedTimer limit;
    limit.start();
    while (desk.session->busy() && limit.elapsed() < 280'000) {
        {
            std::unique_lock lock(mutex);
            turn.wait_for(lock, std::chrono::milliseconds(20), [&] { return written >= allowed; });
        }
        const int shown = frames;
        const double start = thread_ms();
        QElapsedTimer patience;
        patience.start();
        while (frames == shown && patience.elapsed() < 40)
            QCoreApplication::processEvents(QEventLoop::AllEvents | QEventLoop::WaitForMoreEvents, 5);
        const double ms = thread_ms() - start;
        uint64_t tokens = 0;
        {
            std::lock_guard lock(mutex);
            tokens = written;
            allowed += measured(written) ? kTokensPerFlush : kTokensBetween;
            if (!every && allowed > kTokens - 4000 && written <= kTokens - 4000) allowed = kTokens - 4000 + 1;
        }
        turn.notify_all();
        if (measured(tokens)) all.push_back(ms);
        if (tokens > 1000 && tokens <= 3000) early.push_back(ms);
        if (tokens > kTokens - 4000) late.push_back(ms);
    }
    {
        std::lock_guard lock(mutex);
        over = true;
    }
    turn.notify_all();
    desk.session->stop();
    ASSERT_TRUE(desk.wait_idle());
    ASSERT_GT(early.size(), 20u);
    ASSERT_GT(late.size(), 20u);
    const Percentiles whole = percentiles(all), first = percentiles(early), last = percentiles(late);
    std::printf(
        "%s: %zu flushes of %u tokens; ms p50 %.2f p95 %.2f p99 %.2f; at 1k-3k tokens p95 %.2f, at 96k-100k p95 %.2f; memory +%ld MB\n",
        name, all.size(), kTokensPerFlush, whole.p50, whole.p95, whole.p99, first.p95, last.p95, resident_mb() - before);
    ::testing::Test::RecordProperty("p95_ms", std::to_string(whole.p95));
    EXPECT_LT(last.p50, 3.0 * first.p50 + 2.0) << "the cost of a flush grows with what was written before";
}

std::string prose(uint32_t i) {
    if (i % 120 == 119) return ".\n\n";
    if (i % 12 == 11) return " and\n";
    return " word" + std::to_string(i % 997);
}

TEST(Flush, AThoughtOfAHundredThousandTokens) { measure("thought", kTokens, prose); }
TEST(Flush, AnAnswerOfAHundredThousandTokens) { measure("answer", 0, prose); }
TEST(Flush, CodeOfAHundredThousandTokens) {
    measure("code", 0, [](uint32_t i) {
        return i == 0 ? std::string("```cpp\n") : i % 9 == 8 ? std::string(";\n") : " x" + std::to_string(i % 97);
    });
}
TEST(Flush, AListOfAHundredThousandTokens) {
    measure("list", 0, [](uint32_t i) { return i % 14 == 0 ? std::string(i == 0 ? "- one" : "\n- item") : " w" + std::to_string(i % 97); });
}

}  // namespace
}  // namespace soliloquy::testing

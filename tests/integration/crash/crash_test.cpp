/// tests/integration/crash/crash_test.cpp: kill -9 at random moments of streaming: the file stays valid, what was finished is there, at
/// most one second of the stream is lost. 25 kills; SOLILOQUY_KILLS=200 makes it 200.
#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <thread>

#include "app/store/conversation_store.h"
#include "tests/integration/crash/stream_script.h"

extern char** environ;

namespace soliloquy {
namespace {

namespace fs = std::filesystem;

int64_t monotonic_ms() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

struct ChildLog {
    bool finished = false;
    store::MessageId message = 0;
    std::vector<std::pair<int64_t, size_t>> emitted;  // time, bytes so far
};

ChildLog read_log(const fs::path& path) {
    ChildLog log;
    std::ifstream in(path);
    std::string line;
    while (std::getline(in, line)) {
        std::istringstream fields(line);
        char kind = 0;
        int64_t first = 0;
        size_t second = 0;
        fields >> kind >> first >> second;
        if (kind == 'F') log.finished = true;
        if (kind == 'S') log.message = first;
        if (kind == 'T' && !in.eof()) log.emitted.emplace_back(first, second);
    }
    return log;
}

std::string text_of(const store::Message& message) {
    std::string text;
    for (const store::Part& part : message.parts) text += part.text;
    return text;
}

class CrashTest : public ::testing::Test {
  protected:
    void SetUp() override {
        std::string pattern = (fs::temp_directory_path() / "soliloquy-crash-XXXXXX").string();
        ASSERT_NE(mkdtemp(pattern.data()), nullptr);
        folder = pattern;
        file = folder / "conversations.db";
        const testing::Script script = testing::endless_stream();
        for (const testing::ScriptedToken& token : script.tokens) round += token.bytes;
    }
    void TearDown() override { fs::remove_all(folder); }

    /// Runs the program and kills it; the time of the kill.
    int64_t run_and_kill(int run, int after_ms, const fs::path& log) {
        const std::string number = std::to_string(run), store_path = file.string(), log_path = log.string();
        std::string program = STREAM_UNTIL_KILLED;
        char* arguments[] = {program.data(), const_cast<char*>(store_path.c_str()), const_cast<char*>(log_path.c_str()),
                             const_cast<char*>(number.c_str()), nullptr};
        pid_t child = 0;
        EXPECT_EQ(posix_spawn(&child, program.c_str(), nullptr, nullptr, arguments, environ), 0);
        std::this_thread::sleep_for(std::chrono::milliseconds(after_ms));
        const int64_t killed_at = monotonic_ms();
        kill(child, SIGKILL);
        int status = 0;
        waitpid(child, &status, 0);
        EXPECT_TRUE(WIFSIGNALED(status)) << "the program ended by itself with " << WEXITSTATUS(status);
        return killed_at;
    }
    void check_file() const {
        if (!fs::exists(file)) return;  // killed before it was made
        SQLite::Database database(file.string(), SQLite::OPEN_READWRITE);
        ASSERT_EQ(database.execAndGet("PRAGMA integrity_check").getString(), "ok");
        ASSERT_EQ(database.execAndGet("SELECT COUNT(*) FROM pragma_foreign_key_check").getInt(), 0);
    }
    /// `text` is the beginning of the endless stream.
    [[nodiscard]] bool is_beginning(const std::string& text) const {
        for (size_t i = 0; i < text.size(); ++i) {
            if (text[i] != round[i % round.size()]) return false;
        }
        return true;
    }
    void check_finished(const store::ConversationStore& store) const {
        std::vector<std::string> found;
        for (const store::Conversation& conversation : *store.conversations()) {
            for (const store::Message& message : *store.all_messages(conversation.id)) {
                if (message.status == store::MessageStatus::finished && message.role == store::Role::assistant) {
                    found.push_back(message.text_of(store::PartKind::reasoning) + "|" + message.text_of(store::PartKind::text));
                }
            }
        }
        for (const int run : finished) {
            const std::string wanted = testing::finished_thought(run) + "|" + testing::finished_answer(run);
            ASSERT_EQ(std::count(found.begin(), found.end(), wanted), 1) << "run " << run;
        }
    }

    fs::path folder, file;
    std::string round;
    std::vector<int> finished;  // runs whose first turn was reported finished
};

TEST_F(CrashTest, KilledAtRandomMomentsLosesAtMostOneSecond) {
    const char* wanted = std::getenv("SOLILOQUY_KILLS");
    const int kills = wanted != nullptr ? std::max(1, std::atoi(wanted)) : 25;
    std::mt19937 random(std::random_device{}());
    std::vector<int64_t> lost;
    int before_stream = 0;
    size_t longest = 0;
    for (int run = 0; run < kills; ++run) {
        const fs::path log_path = folder / ("log-" + std::to_string(run));
        const int64_t killed_at = run_and_kill(run, static_cast<int>(random() % 2500), log_path);
        ASSERT_NO_FATAL_FAILURE(check_file()) << "run " << run;
        const ChildLog log = read_log(log_path);
        auto store = store::ConversationStore::open(file);
        ASSERT_TRUE(store.ok()) << store.error().message;
        if (log.finished) finished.push_back(run);
        ASSERT_NO_FATAL_FAILURE(check_finished(**store));
        if (log.message == 0) {
            ++before_stream;
            continue;
        }
        const auto message = (*store)->message(log.message);
        ASSERT_TRUE(message.ok()) << message.error().message;
        ASSERT_EQ(message->status, store::MessageStatus::interrupted);
        const std::string text = text_of(*message);
        ASSERT_TRUE(is_beginning(text)) << "run " << run;
        ASSERT_EQ((*store)->tokens(log.message)->bytes, text);
        ASSERT_LE(text.size(), log.emitted.empty() ? 0 : log.emitted.back().second + 64);  // the last line of the log may be lost
        longest = std::max(longest, text.size());
        // the oldest token that is not there tells how much time is lost
        const auto first_lost =
            std::find_if(log.emitted.begin(), log.emitted.end(), [&](const auto& at) { return at.second > text.size(); });
        lost.push_back(first_lost == log.emitted.end() ? 0 : killed_at - first_lost->first);
        ASSERT_LE(lost.back(), 1000) << "run " << run << ": " << text.size() << " of " << log.emitted.back().second << " bytes are there";
    }
    ASSERT_FALSE(lost.empty());
    std::sort(lost.begin(), lost.end());
    std::printf(
        "%d kills, %d before the stream began; of the stream, lost: median %lld ms, most %lld ms; longest text kept %zu bytes; "
        "%zu finished turns, all there\n",
        kills, before_stream, static_cast<long long>(lost[lost.size() / 2]), static_cast<long long>(lost.back()), longest, finished.size());
}

}  // namespace
}  // namespace soliloquy

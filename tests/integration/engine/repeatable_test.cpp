/// tests/integration/engine/repeatable_test.cpp: what a session has in its cache does not show in a repeatable turn, bit for bit; and the
/// same prompt again begins with the same numbers in any case.
#include <gtest/gtest.h>

#include <random>

#include "engine/engine.h"
#include "tests/support/collecting_sink.h"
#include "tests/support/shared_folder.h"

namespace soliloquy {
namespace {

using testing::CollectingSink;

/// The tokens of a turn, and their log-probabilities to the last bit.
struct Written {
    std::vector<PastToken> tokens;
    std::vector<TokenId> ids;
    std::vector<float> logprobs;
    GenerationResult result;

    bool operator==(const Written& other) const { return ids == other.ids && logprobs == other.logprobs; }
};

Written write(Session& session, const GenerateRequest& request, uint32_t stop_after = ~0u) {
    CollectingSink sink;
    sink.each_token = [&](const TokenEvent&) {
        if (sink.tokens.size() >= stop_after) session.stop();
    };
    const auto result = session.generate(request, sink);
    EXPECT_TRUE(result.ok()) << (result.ok() ? "" : result.error().message);
    Written written{sink.tokens, {}, sink.logprobs, result.ok() ? *result : GenerationResult{}};
    for (const PastToken& token : sink.tokens) written.ids.push_back(token.id);
    return written;
}

std::shared_ptr<Engine> open_with(unsigned threads) {
    LoadOptions options;
    options.device = Device::cpu;
    options.threads = threads;
    return open_engine(testing::bundled_model(), options).value();
}

std::unique_ptr<Session> new_session(Engine& engine) { return engine.new_session().value(); }

/// Histories as a person makes them: questions of many lengths, asked again, edited, stopped and continued.
class Conversation {
  public:
    Conversation(unsigned seed, bool repeatable) : random_(seed) {
        request_.repeatable = repeatable;
        request_.sampling.temperature = seed % 2 == 0 ? 0.0f : 0.9f;
        request_.sampling.seed = seed;
        request_.messages.push_back({Role::user, question(), {}});
    }

    const GenerateRequest& next(const Written& before) {
        request_.max_tokens = 8 + below(24);
        const bool resumed = !request_.continuation.empty();
        switch (below(resumed ? 5 : 4)) {
            case 0:  // another question after the answer
                request_.continuation.clear();
                request_.messages.push_back({Role::assistant, "The answer is " + std::to_string(below(1000)), {}});
                request_.messages.push_back({Role::user, question(), {}});
                if (request_.messages.size() > 7) request_.messages.resize(1);
                break;
            case 1:  // an earlier message is edited: what follows is another branch
                request_.continuation.clear();
                request_.messages.resize(1 + below(static_cast<uint32_t>(request_.messages.size())) / 2 * 2);
                request_.messages.back().content.back() = "?!.x"[below(4)];
                break;
            case 2:  // Continue
                request_.continuation.insert(request_.continuation.end(), before.tokens.begin(), before.tokens.end());
                break;
            default:  // Regenerate, the first time or again
                if (below(2) == 0) request_.continuation.clear();
                break;
        }
        return request_;
    }
    [[nodiscard]] const GenerateRequest& first() {
        request_.max_tokens = 12;
        return request_;
    }
    uint32_t below(uint32_t n) { return static_cast<uint32_t>(random_() % n); }

  private:
    /// One byte is one token of the bundled model: about a batch of 256 on either side, and the border itself.
    std::string question() {
        static constexpr uint32_t kLengths[] = {9, 20, 230, 246, 247, 248, 249, 250, 251, 252, 253, 254, 300, 510};
        std::string text(kLengths[below(std::size(kLengths))], ' ');
        for (char& c : text) c = static_cast<char>('a' + below(26));
        return text + "?";
    }
    std::mt19937 random_;
    GenerateRequest request_;
};

TEST(Repeatable, ATurnIsThatOfAFreshSessionWhateverTheCacheHolds) {
    const std::shared_ptr<Engine> engines[] = {open_with(1), open_with(2), open_with(3)};
    uint32_t reused = 0;
    for (unsigned seed = 0; seed < 6; ++seed) {
        const auto used = new_session(*engines[seed % 3]);
        Conversation conversation(seed, true);
        Written before = write(*used, conversation.first());
        for (int turn = 0; turn < 8; ++turn) {
            const GenerateRequest& request = conversation.next(before);
            if (conversation.below(4) == 0) {
                before = write(*used, request, 1 + conversation.below(6));
                continue;
            }
            before = write(*used, request);
            reused += before.result.reused_tokens;
            const auto fresh = new_session(*engines[(seed + static_cast<unsigned>(turn)) % 3]);
            const Written expected = write(*fresh, request);
            ASSERT_EQ(before.ids, expected.ids) << "seed " << seed << ", turn " << turn;
            ASSERT_EQ(before.logprobs, expected.logprobs) << "seed " << seed << ", turn " << turn;
        }
    }
    EXPECT_GT(reused, 2000u) << "whole batches are not read again";
}

TEST(Repeatable, ACacheThatWasFilledOtherwiseIsReadAgain) {
    const auto engine = open_with(2);
    const auto used = new_session(*engine);
    Conversation conversation(3, true);
    GenerateRequest request = conversation.first();
    request.messages.front().content = std::string(300, 'q');
    const Written expected = write(*new_session(*engine), request);
    // Not as batches, and not with the same ones behind: rows that are the same ids and other bits.
    GenerateRequest longer = request;
    longer.repeatable = false;
    longer.continuation = expected.tokens;
    (void)write(*used, longer);
    EXPECT_TRUE(write(*used, request) == expected);
    EXPECT_TRUE(write(*used, request) == expected) << "again";
    const std::vector<TokenId> ids(300, 7);
    ASSERT_TRUE(used->score(ids).ok());
    EXPECT_TRUE(write(*used, request) == expected) << "after other work";
}

TEST(Repeatable, TheSamePromptAgainBeginsWithTheSameNumbersInAnyCase) {
    const auto engine = open_with(2);
    for (unsigned seed = 0; seed < 6; ++seed) {
        const auto session = new_session(*engine);
        Conversation conversation(seed, false);
        Written before = write(*session, conversation.first());
        for (int turn = 0; turn < 6; ++turn) {
            GenerateRequest request = conversation.next(before);
            request.continuation.clear();
            before = write(*session, request);
            ASSERT_TRUE(write(*session, request) == before) << "seed " << seed << ", turn " << turn;
            const Written head = write(*session, request, 3);
            const Written again = write(*session, request);
            ASSERT_TRUE(again == before) << "seed " << seed << ", turn " << turn << ", after a stop";
            EXPECT_EQ(again.result.reused_tokens, again.result.prompt_tokens) << "nothing is read again for it";
            GenerateRequest resumed = request;
            resumed.continuation = head.tokens;
            (void)write(*session, resumed);
            ASSERT_TRUE(write(*session, request) == before) << "seed " << seed << ", turn " << turn << ", after a continuation";
        }
    }
}

}  // namespace
}  // namespace soliloquy

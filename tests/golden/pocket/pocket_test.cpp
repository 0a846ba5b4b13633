/// tests/golden/pocket/pocket_test.cpp: the bundled model answers as an independent engine did (expected.json, greedy).
/// A different text counts as explained when, at the first token that differs, the two best tokens were nearly tied.
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "engine/engine.h"
#include "tests/support/collecting_sink.h"
#include "tests/support/shared_folder.h"

namespace soliloquy {
namespace {

constexpr float kNearTie = 0.35f;  // nats between the two best tokens; 8-bit activations move logits of this model by about 0.1

struct Outcome {
    std::string thought, answer;
    float smallest_margin_at_difference = 0.0f;
};

/// Nats between the best token and the second best where `got` first leaves `expected`.
float margin_where_it_differs(Engine& engine, const std::string& question, const std::string& expected, const std::string& got,
                              Session& session) {
    size_t same = 0;
    while (same < expected.size() && same < got.size() && expected[same] == got[same]) ++same;
    GenerateRequest request;
    request.messages = {{Role::user, question, {}}};
    testing::CollectingSink sink;
    float margin = 1e9f;
    size_t seen = 0;
    sink.each_token = [&](const TokenEvent& event) {
        const size_t before = seen;
        seen += event.bytes.size();
        if (before <= same && same < seen && event.alternatives.size() > 1)
            margin = event.alternatives[0].logprob - event.alternatives[1].logprob;
        if (event.bytes.empty() && before == same && event.alternatives.size() > 1) {
            margin = std::min(margin, event.alternatives[0].logprob - event.alternatives[1].logprob);
        }
    };
    (void)engine;
    const auto result = session.generate(request, sink);
    return result.ok() ? margin : 1e9f;
}

void run(bool exact) {
    const auto json = nlohmann::json::parse(testing::read_file(testing::source_folder() / "tests/golden/pocket/expected.json"));
    LoadOptions options;
    options.device = Device::cpu;
    options.exact = exact;
    const auto engine = open_engine(testing::bundled_model(), options);
    ASSERT_TRUE(engine.ok()) << engine.error().message;
    auto session = (*engine)->new_session();
    ASSERT_TRUE(session.ok()) << session.error().message;
    int equal = 0, all = 0, unexplained = 0;
    for (const auto& example : json["examples"]) {
        const std::string question = example["question"], thought = example["thought"], answer = example["answer"];
        GenerateRequest request;
        request.messages = {{Role::user, question, {}}};
        request.max_tokens = 2000;
        testing::CollectingSink sink;
        const auto result = (*session)->generate(request, sink);
        ASSERT_TRUE(result.ok()) << result.error().message;
        ++all;
        if (sink.thought == thought && sink.answer == answer) {
            ++equal;
            continue;
        }
        const bool in_thought = sink.thought != thought;
        const float margin = in_thought ? margin_where_it_differs(**engine, question, thought, sink.thought, **session) : 0.0f;
        std::printf("differs: %s\n  margin %.3f nats\n  expected: %s\n  got:      %s\n", question.c_str(), static_cast<double>(margin),
                    in_thought ? thought.c_str() : answer.c_str(), in_thought ? sink.thought.c_str() : sink.answer.c_str());
        if (margin > kNearTie) ++unexplained;
    }
    std::printf("%d of %d texts equal (%s)\n", equal, all, exact ? "scalar oracle" : "SIMD");
    EXPECT_EQ(unexplained, 0);
    EXPECT_GE(equal * 10, all * 8);
}

TEST(BundledModel, AnswersAsAnIndependentEngineDoes) { run(false); }
TEST(BundledModel, AnswersAsAnIndependentEngineDoesExactly) { run(true); }

}  // namespace
}  // namespace soliloquy

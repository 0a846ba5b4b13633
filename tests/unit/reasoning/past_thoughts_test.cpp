/// tests/unit/reasoning/past_thoughts_test.cpp: what templates do with earlier thoughts, found by asking them.
#include "engine/chat/past_thoughts.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <map>
#include <string>

#include "tests/support/shared_folder.h"

namespace soliloquy::testing {
namespace {

const SpecialTokenLookup kNoTokens = [](std::string_view) -> std::optional<TokenId> { return std::nullopt; };

PastThoughtsRule rule_of(const std::string& source, const char* family = "think") {
    auto parsed = ChatTemplate::parse(source);
    EXPECT_TRUE(parsed.ok()) << parsed.error().message;
    return past_thoughts_of(*parsed, resolve_reasoning_profile(find_reasoning_family(family), kNoTokens));
}

TEST(PastThoughts, AreWhatTheTemplateMakesOfThem) {
    const std::string drops = "{% for m in messages %}{{ m.content }}{% endfor %}";
    EXPECT_EQ(rule_of(drops).rule, PastThoughts::dropped);
    EXPECT_FALSE(rule_of(drops).can_be_kept);
    const std::string keeps = "{% for m in messages %}<think>{{ m.reasoning_content }}</think>{{ m.content }}{% endfor %}";
    EXPECT_EQ(rule_of(keeps).rule, PastThoughts::kept);
    for (const char* name : {"preserve_thinking", "not clear_thinking | default(true)", "not truncate_history_thinking | default(true)"}) {
        const std::string switched =
            "{% for m in messages %}{% if " + std::string(name) + " %}{{ m.reasoning_content }}{% endif %}{{ m.content }}{% endfor %}";
        EXPECT_EQ(rule_of(switched).rule, PastThoughts::dropped) << name;
        EXPECT_TRUE(rule_of(switched).can_be_kept) << name;
    }
}

TEST(PastThoughts, ATemplateThatRefusesGivesTheFamilysRule) {
    EXPECT_EQ(rule_of("{{ raise_exception('no') }}", "m3").rule, PastThoughts::kept);
    EXPECT_EQ(rule_of("{{ raise_exception('no') }}", "r1").rule, PastThoughts::dropped);
}

TEST(PastThoughts, LeavingThemOutLeavesNothingOfThem) {
    auto parsed =
        ChatTemplate::parse("{% for m in messages %}{% if m.reasoning_content %}T{{ m.reasoning_content }}{% endif %}{% endfor %}");
    ASSERT_TRUE(parsed.ok());
    TemplateInputs inputs;
    inputs.messages = {{Role::assistant, "a", "thought"}};
    EXPECT_EQ(parsed->render(inputs)->text, "Tthought");
    inputs.keep_past_thoughts = false;
    EXPECT_EQ(parsed->render(inputs)->text, "");
}

TEST(PastThoughts, OfThePublishedTemplates) {
    const auto folder = shared_folder() / "templates";
    REQUIRE_SHARED(folder);
    const std::map<std::string, std::pair<PastThoughts, bool>> expected = {
        {"Qwen-Qwen3-0.6B", {PastThoughts::dropped, false}},
        {"llama-cpp-deepseek-r1", {PastThoughts::dropped, false}},
        {"deepseek-ai-DeepSeek-V3.1", {PastThoughts::dropped, false}},
        {"openai-gpt-oss-120b", {PastThoughts::dropped, false}},
        {"GLM-4.7-Flash", {PastThoughts::kept_after_last_user, true}},
        {"NVIDIA-Nemotron-3-Nano-30B-A3B-BF16", {PastThoughts::dropped, true}},
    };
    size_t asked = 0, kept = 0, switchable = 0, checked = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        if (entry.path().extension() != ".jinja") continue;
        const std::string source = read_file(entry.path());
        const ReasoningFamily* family = choose_reasoning_family(source, kNoTokens);
        if (family == nullptr) continue;
        auto parsed = ChatTemplate::parse(source);
        ASSERT_TRUE(parsed.ok()) << entry.path();
        const PastThoughtsRule found = past_thoughts_of(*parsed, resolve_reasoning_profile(family, kNoTokens));
        ++asked;
        kept += found.rule == PastThoughts::kept ? 1 : 0;
        switchable += found.can_be_kept ? 1 : 0;
        const std::string name = entry.path().stem().string();
        std::printf("%-50s %s%s\n", name.c_str(), std::string(past_thoughts_name(found.rule)).c_str(),
                    found.can_be_kept ? ", can be kept" : "");
        const auto row = expected.find(name);
        if (row == expected.end()) continue;
        ++checked;
        EXPECT_EQ(found.rule, row->second.first) << name;
        EXPECT_EQ(found.can_be_kept, row->second.second) << name;
    }
    std::printf("%zu templates with thoughts: %zu keep past ones, %zu have a switch for it\n", asked, kept, switchable);
    EXPECT_EQ(checked, expected.size());
}

}  // namespace
}  // namespace soliloquy::testing

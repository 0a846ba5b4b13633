/// tests/unit/reasoning/profile_test.cpp: families are recognised by their templates, and prompts by their tails.
#include <gtest/gtest.h>

#include <cstdio>
#include <map>
#include <set>
#include <string>

#include "engine/chat/reasoning_parser.h"
#include "engine/gguf/gguf_file.h"
#include "tests/support/shared_folder.h"
#include "tests/support/span_collector.h"

namespace soliloquy::testing {
namespace {

const SpecialTokenLookup kNoTokens = [](std::string_view) -> std::optional<TokenId> { return std::nullopt; };

std::string chosen(std::string_view source, const SpecialTokenLookup& special = kNoTokens) {
    const ReasoningFamily* family = choose_reasoning_family(source, special);
    return family != nullptr ? std::string(family->name) : "none";
}

TEST(ReasoningFamilies, RowsAreConsistent) {
    std::set<std::string_view> names;
    for (const ReasoningFamily& family : reasoning_families()) {
        EXPECT_TRUE(names.insert(family.name).second) << family.name << " occurs twice";
        EXPECT_EQ(find_reasoning_family(family.name), &family);
        EXPECT_FALSE(family.models.empty()) << family.name;
        EXPECT_FALSE(family.template_has.front().empty()) << family.name;
        EXPECT_EQ(family.open.front().empty(), family.harmony) << family.name;
        EXPECT_EQ(family.close.front().empty(), family.harmony) << family.name;
        // The matcher takes the first mark that is complete: none may be the beginning of another one.
        for (const FamilyTokens& tokens : {FamilyTokens(&family), FamilyTokens(std::vector<std::string>{})}) {
            const ReasoningProfile profile = resolve_reasoning_profile(&family, tokens.lookup());
            EXPECT_FALSE(profile.marks.marks().empty()) << family.name;
            for (const Mark& a : profile.marks.marks()) {
                for (const Mark& b : profile.marks.marks()) {
                    const bool prefix =
                        a.symbols.size() < b.symbols.size() && std::equal(a.symbols.begin(), a.symbols.end(), b.symbols.begin());
                    EXPECT_FALSE(prefix) << family.name << ": a mark is the beginning of another one";
                }
            }
        }
    }
    EXPECT_GE(names.size(), 30u);
}

/// What closes a thought by force must close it for the parser, and what comes after must be answer.
TEST(ReasoningFamilies, ForcedCloseClosesTheThought) {
    for (const ReasoningFamily& family : reasoning_families()) {
        const FamilyTokens tokens(&family);
        const ReasoningProfile profile = resolve_reasoning_profile(&family, tokens.lookup());
        ReasoningParser parser(profile, true);
        SpanCollector collected;
        parser.feed(FamilyTokens::kText, "hm", collected);
        EXPECT_TRUE(parser.in_thought()) << family.name;
        std::string_view close = bytes_for_forced_close(profile);
        while (!close.empty()) {  // as the tokenizer does: control tokens whole, the rest as text
            size_t length = 1;
            for (const std::string& name : tokens.names()) {
                if (close.starts_with(name)) length = std::max(length, name.size());
            }
            feed_item(parser, tokens, {length > 1, std::string(close.substr(0, length))}, collected);
            close.remove_prefix(length);
        }
        EXPECT_FALSE(parser.in_thought()) << family.name;
        parser.feed(FamilyTokens::kText, "four", collected);
        parser.finish(true, collected);
        EXPECT_EQ(collected.spans, (std::vector<NamedSpan>{{"thought", "hm"}, {"answer", "four"}})) << family.name;
        EXPECT_EQ(parser.status(), ThoughtStatus::finished) << family.name;
    }
}

TEST(ReasoningFamilies, TemplatesOfModelMakersAreRecognised) {
    const auto folder = shared_folder() / "templates";
    REQUIRE_SHARED(folder);
    const std::map<std::string, std::string> expected{
        {"Apriel-1.6-15b-Thinker-fixed", "apriel"},
        {"openbmb-MiniCPM5-1B", "qwen3.5"},
        {"poolside-Laguna-XS.2", "laguna"},
        {"poolside-Laguna-XS-2.1", "laguna"},
        {"mistralai-Mistral-Nemo-Instruct-2407", "none"},
        {"fireworks-ai-llama-3-firefunction-v2", "none"},
        {"meta-llama-Llama-3.1-8B-Instruct", "none"},
        {"GigaChat3.1-10B-A1.8B", "none"},
        {"meta-llama-Llama-3.2-3B-Instruct", "none"},
        {"NVIDIA-Nemotron-Nano-v2", "think"},
        {"LFM2.5-8B-A1B", "qwen3"},
        {"MiMo-VL", "none"},
        {"Bielik-11B-v3.0-Instruct", "qwen3.5"},
        {"ibm-granite-granite-4.1", "none"},
        {"GLM-4.7-Flash", "glm4.7"},
        {"GigaChat3-10B-A1.8B", "none"},
        {"HuggingFaceTB-SmolLM3-3B", "qwen3"},
        {"Kimi-K2-Thinking", "kimi2"},
        {"MiniMax-M3", "m3"},
        {"Mistral-Small-3.2-24B-Instruct-2506", "none"},
        {"NVIDIA-Nemotron-3-Nano-30B-A3B-BF16", "nemotron"},
        {"NousResearch-Hermes-2-Pro-Llama-3-8B-tool_use", "none"},
        {"Qwen-QwQ-32B", "qwen3-thinking"},
        {"Qwen-Qwen2.5-7B-Instruct", "none"},
        {"Qwen-Qwen3-0.6B", "qwen3"},
        {"Qwen3.5-4B", "qwen3.5"},
        {"StepFun3.5-Flash", "qwen3-thinking"},
        {"deepseek-ai-DeepSeek-R1-Distill-Llama-8B", "r1"},
        {"deepseek-ai-DeepSeek-R1-Distill-Qwen-32B", "r1"},
        {"deepseek-ai-DeepSeek-V3.1", "v3.1"},
        {"google-gemma-4-31B-it-interleaved", "gemma4"},
        {"ibm-granite-granite-4.0", "none"},
        {"llama-cpp-deepseek-r1", "r1"},
        {"meta-llama-Llama-3.3-70B-Instruct", "none"},
        {"microsoft-Phi-3.5-mini-instruct", "none"},
        {"mistralai-Ministral-3-14B-Reasoning-2512", "mistral"},
        {"moonshotai-Kimi-K2", "none"},
        {"openai-gpt-oss-120b", "harmony"},
        {"poolside-Laguna-S-2.1", "laguna"},
        {"tencent-Hy3", "hy3"},
        {"unsloth-Apriel-1.5", "apriel"},
        {"upstage-Solar-Open-100B", "solar"},
    };
    size_t found = 0, thinking = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        if (entry.path().extension() != ".jinja") continue;
        const std::string name = chosen(read_file(entry.path()));
        ++found;
        thinking += name != "none" ? 1 : 0;
        const auto row = expected.find(entry.path().stem().string());
        if (row != expected.end()) {
            EXPECT_EQ(name, row->second) << row->first;
        } else {
            ADD_FAILURE() << entry.path().stem() << " has no row in this list; it was taken for " << name;
        }
    }
    std::printf("%zu templates, %zu of them with thoughts\n", found, thinking);
    EXPECT_GT(found, 0u);
}

/// Templates of our own, built as those of families that are not at hand: signs in variables, and words that are signs of other families.
TEST(ReasoningFamilies, AreToldApartByWhatTheyRender) {
    const auto deepseek = [](const std::string& kind) {
        return "{% set dsml = '｜DSML｜' %}{% set thinking = thinking | default(false) %}{% if tools %}Write <{{ dsml }}" + kind +
               ">.{% endif %}{% for m in messages %}{% if m.role == 'user' %}<｜User｜>{{ m.content }}<｜Assistant｜>"
               "{{ '<think>' if thinking else '</think>' }}{% elif m.role == 'assistant' %}{% if m.tool_calls %}<{{ dsml }}" +
               kind + ">{{ m.tool_calls[0].function.name }}</{{ dsml }}" + kind +
               ">{% endif %}{{ m.content }}<｜end▁of▁sentence｜>{% endif %}{% endfor %}";
    };
    EXPECT_EQ(chosen(deepseek("function_calls")), "v3.2");
    EXPECT_EQ(chosen(deepseek("tool_calls")), "v4");
    EXPECT_EQ(chosen("{% for m in messages %}{% if m.role == 'tool' %}]~b]tool\n<response>{{ m.content }}</response>[e~[{% elif m.role == "
                     "'assistant' %}]~b]ai\n<think>{{ m.reasoning_content }}</think>{{ m.content }}[e~[{% else %}]~b]user\n{{ m.content "
                     "}}[e~[{% endif %}{% endfor %}]~b]ai\n<think>\n"),
              "m2");
    EXPECT_EQ(chosen("<｜User｜>{{ m.content }}<｜Assistant｜><think></think><response>{{ tool }}</response>"), "r1");
    EXPECT_EQ(chosen("<|start_of_role|>Write <think></think> and <response></response>."), "granite3.3");
    EXPECT_EQ(chosen("<|message_model|><|content_thinking|>{{ m.reasoning_content }}<|end_message|>"), "inkling");
    EXPECT_EQ(chosen("{% set self = 'self' %}{% for m in messages %}<|start|>{{ m.role ~ ' to=' ~ self }}<|message|>{{ m.content "
                     "}}<|eom|>{% endfor %}"),
              "muse");
    EXPECT_EQ(chosen("{{ '<thi' ~ 'nk></thi' ~ 'nk>' }}"), "think");
}

TEST(ReasoningFamilies, WithoutATemplateTheVocabularyDecides) {
    const auto with = [](std::vector<std::string> names) { return chosen("", FamilyTokens(std::move(names)).lookup()); };
    EXPECT_EQ(with({"<think>", "</think>"}), "think");
    EXPECT_EQ(with({"[THINK]", "[/THINK]"}), "mistral");
    EXPECT_EQ(with({"<|start|>", "<|channel|>", "<|message|>"}), "harmony");
    EXPECT_EQ(with({"<think>"}), "none");
    EXPECT_EQ(with({}), "none");
    EXPECT_EQ(chosen("{{ messages }}", FamilyTokens(std::vector<std::string>{"<think>", "</think>"}).lookup()), "none")
        << "a template that never thinks is believed";
}

TEST(ReasoningProfile, TheBundledModelThinks) {
    const Result<GgufFile> file = GgufFile::open(bundled_model());
    ASSERT_TRUE(file.ok()) << file.error().message;
    const Result<Vocabulary> vocabulary = Vocabulary::from_gguf(*file);
    ASSERT_TRUE(vocabulary.ok()) << vocabulary.error().message;
    const Result<std::string_view> source = file->get_string("tokenizer.chat_template");
    ASSERT_TRUE(source.ok()) << source.error().message;
    const ReasoningProfile profile = choose_reasoning_profile(*source, *vocabulary);
    EXPECT_EQ(profile.name(), "r1");
    EXPECT_TRUE(profile.thinking_can_be_switched);
    EXPECT_EQ(profile.past(), PastThoughts::dropped);
    EXPECT_EQ(profile.marks.kinds_of_token(vocabulary->find("</think>").value()), kMarkClose);
    EXPECT_FALSE(profile.turn_ends.empty());
    EXPECT_EQ(named_reasoning_profile("none", *source, *vocabulary)->name(), "none");
    EXPECT_EQ(named_reasoning_profile("qwen3", *source, *vocabulary)->name(), "qwen3");
    const auto unknown = named_reasoning_profile("qwen9", *source, *vocabulary);
    ASSERT_FALSE(unknown.ok());
    EXPECT_NE(unknown.error().message.find("harmony"), std::string::npos) << unknown.error().message;
}

TEST(PromptTail, OpensAThoughtOnlyByTheTemplatesOwnBytes) {
    const ReasoningProfile r1 = resolve_reasoning_profile(find_reasoning_family("r1"), kNoTokens);
    const auto opens = [](const ReasoningProfile& profile, std::string_view from_template, std::string_view content = "") {
        TracedText prompt;
        prompt.append("<｜User｜>hi<｜Assistant｜>", TextSource::from_template);
        prompt.append(content, TextSource::from_content);
        prompt.append(from_template, TextSource::from_template);
        return prompt_opens_thought(profile, prompt);
    };
    EXPECT_TRUE(opens(r1, "<think>\n"));
    EXPECT_TRUE(opens(r1, "<think>"));
    EXPECT_FALSE(opens(r1, "<think>\n\n</think>\n\n"));
    EXPECT_FALSE(opens(r1, "</think>"));
    EXPECT_FALSE(opens(r1, ""));
    EXPECT_FALSE(opens(r1, "", "<think>\n")) << "content opens nothing";
    EXPECT_FALSE(opens(r1, "\n", "<think>")) << "not even with the template's line end after it";
    EXPECT_FALSE(prompt_opens_thought(r1, TracedText{}));
    const auto row = [](std::string_view name) { return resolve_reasoning_profile(find_reasoning_family(name), kNoTokens); };
    EXPECT_TRUE(opens(row("gemma4"), "<|channel>thought\n"));
    EXPECT_FALSE(opens(row("gemma4"), "<|channel>thought\n<channel|>"));
    EXPECT_TRUE(opens(row("seed"), "<seed:think><seed:cot_budget_reflect>"));
    EXPECT_TRUE(opens(row("kimi-k3"), "<|open|>think<|sep|>"));
    EXPECT_TRUE(opens(row("harmony"), "<|start|>assistant<|channel|>analysis<|message|>"));
    EXPECT_FALSE(opens(row("harmony"), "<|start|>assistant"));
    EXPECT_FALSE(opens(ReasoningProfile{}, "<think>"));
}

}  // namespace
}  // namespace soliloquy::testing

/// tests/unit/reasoning/turn_starts_test.cpp: the tokens that begin somebody else's turn are found in the template.
#include "engine/chat/turn_starts.h"

#include <gtest/gtest.h>

#include "engine/chat/content_form.h"
#include "tests/support/shared_folder.h"
#include "tests/support/span_collector.h"

namespace soliloquy::testing {
namespace {

using Names = std::vector<std::string>;

Names starts_of(const std::string& source, const Names& special, const Names& ends, const char* family = nullptr) {
    auto parsed = ChatTemplate::parse(source);
    EXPECT_TRUE(parsed.ok()) << parsed.error().message;
    const FamilyTokens tokens(special);
    std::vector<TokenId> end_ids;
    for (const std::string& end : ends) end_ids.push_back(tokens.find(end).value());
    const ReasoningProfile profile =
        resolve_reasoning_profile(family == nullptr ? nullptr : find_reasoning_family(family), tokens.lookup(), end_ids);
    TemplateInputs inputs;
    inputs.bos_token = "<s>";
    inputs.eos_token = "</s>";
    inputs.form = content_form_of(*parsed, inputs);
    Names names;
    for (const TokenId id : turn_starts_of(*parsed, inputs, profile, tokens.lookup()))
        names.push_back(special[id - FamilyTokens::kFirstId]);
    return names;
}

TEST(TurnStarts, AreTheFirstTokensOfTheNextTurn) {
    const std::string chat_ml = "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}";
    EXPECT_EQ(starts_of(chat_ml, {"<|im_start|>", "<|im_end|>"}, {"<|im_end|>"}), (Names{"<|im_start|>"}));
    EXPECT_EQ(starts_of(chat_ml, {"<|im_end|>"}, {"<|im_end|>"}), Names{}) << "letters begin nothing";
    const std::string llama3 =
        "{{ bos_token }}{% for m in messages %}<|start_header_id|>{{ m.role }}<|end_header_id|>\n\n{{ m.content }}<|eot_id|>{% endfor %}";
    EXPECT_EQ(starts_of(llama3, {"<s>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"}, {"<|eot_id|>"}),
              (Names{"<|start_header_id|>"}));
    const std::string deepseek =
        "{{ bos_token }}{% for m in messages %}{% if m.role == 'user' %}<｜User｜>{{ m.content }}{% elif m.role == 'assistant' "
        "%}<｜Assistant｜>{{ m.content }}{{ eos_token }}{% else %}{{ m.content }}{% endif %}{% endfor %}";
    EXPECT_EQ(starts_of(deepseek, {"<s>", "</s>", "<｜User｜>", "<｜Assistant｜>"}, {"</s>"}), (Names{"<｜User｜>"}));
    const std::string gemma =
        "{% for m in messages %}{% if m.role == 'system' %}{{ raise_exception('no system') }}{% endif %}<start_of_turn>{{ m.role }}\n"
        "{{ m.content | trim }}<end_of_turn>\n{% endfor %}";
    EXPECT_EQ(starts_of(gemma, {"<start_of_turn>", "<end_of_turn>"}, {"<end_of_turn>"}), (Names{"<start_of_turn>"}));
    const std::string mistral =
        "{{ bos_token }}{% for m in messages %}{% if m.role == 'user' %}[INST] {{ m.content }} [/INST]{% else %}{{ m.content }}{{ "
        "eos_token "
        "}}{{ bos_token }}{% endif %}{% endfor %}";
    EXPECT_EQ(starts_of(mistral, {"[INST]", "[/INST]", "<s>", "</s>"}, {"</s>"}), (Names{"[INST]", "<s>"}));
}

TEST(TurnStarts, MarksOfTheModelsOwnTurnAreNone) {
    const std::string solar = "{% for m in messages %}<|begin|>{{ m.role }}<|content|>{{ m.content }}<|end|>{% endfor %}";
    const Names special{"<|begin|>", "<|content|>", "<|end|>", "<|think|>"};
    EXPECT_EQ(starts_of(solar, special, {"<|end|>"}, "solar"), Names{});
    const std::string harmony = "{% for m in messages %}<|start|>{{ m.role }}<|message|>{{ m.content }}<|end|>{% endfor %}";
    EXPECT_EQ(starts_of(harmony, {"<|start|>", "<|message|>", "<|end|>"}, {}, "harmony"), Names{});
    EXPECT_EQ(starts_of("{{ raise_exception('no') }}", {"<s>"}, {}), Names{});
}

}  // namespace
}  // namespace soliloquy::testing

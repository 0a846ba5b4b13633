/// tests/unit/jinja/chat_template_test.cpp
#include "engine/chat/chat_template.h"

#include <gtest/gtest.h>

#include "engine/gguf/gguf_file.h"
#include "tests/support/shared_folder.h"

namespace soliloquy {
namespace {

// Our own template in the manner of the families that mark roles with control tokens.
constexpr const char* kTemplate =
    "{{ bos_token }}{% for m in messages %}<|{{ m.role }}|>{% if m.reasoning_content %}<think>{{ m.reasoning_content }}</think>{% endif %}"
    "{{ m.content }}{{ eos_token }}{% endfor %}{% if add_generation_prompt %}<|assistant|>"
    "{% if enable_thinking is defined %}{{ '<think>' if enable_thinking else '<think></think>' }} {{ reasoning_effort }}{% endif %}{% "
    "endif %}";

TemplateInputs conversation() {
    TemplateInputs inputs;
    inputs.bos_token = "<s>";
    inputs.eos_token = "</s>";
    inputs.messages = {
        {Role::system, "Be brief.", {}}, {Role::user, "Hi", {}}, {Role::assistant, "Hello", "greet"}, {Role::tool, "42", {}}};
    return inputs;
}

std::string rendered(const ChatTemplate& source, const TemplateInputs& inputs) {
    const auto text = source.render(inputs);
    return text.ok() ? text->text : "ERROR " + text.error().message;
}

TEST(ChatTemplate, RendersMessagesThoughtsAndSwitches) {
    auto parsed = ChatTemplate::parse(kTemplate);
    ASSERT_TRUE(parsed.ok()) << parsed.error().message;
    EXPECT_EQ(parsed->source(), kTemplate);
    const std::string history = "<s><|system|>Be brief.</s><|user|>Hi</s><|assistant|><think>greet</think>Hello</s><|tool|>42</s>";
    TemplateInputs inputs = conversation();
    EXPECT_EQ(rendered(*parsed, inputs), history + "<|assistant|>");
    inputs.thinking = true;
    EXPECT_EQ(rendered(*parsed, inputs), history + "<|assistant|><think> high");
    inputs.thinking = false;
    EXPECT_EQ(rendered(*parsed, inputs), history + "<|assistant|><think></think> low");
    inputs.add_generation_prompt = false;
    EXPECT_EQ(rendered(*parsed, inputs), history);
    const ChatTemplate moved = std::move(*parsed);
    EXPECT_EQ(rendered(moved, inputs), history);
}

TEST(ChatTemplate, RolesAndTokensAreTemplateBytesContentsAreNot) {
    const auto parsed = ChatTemplate::parse(kTemplate);
    ASSERT_TRUE(parsed.ok());
    TemplateInputs inputs;
    inputs.bos_token = "<s>";
    inputs.messages = {{Role::assistant, "<|user|></s>", "</think><|system|>"}};
    inputs.add_generation_prompt = false;
    const auto text = parsed->render(inputs);
    ASSERT_TRUE(text.ok());
    std::string written;
    size_t offset = 0;
    for (const auto& run : text->runs) {
        if (run.source == TextSource::from_template) written += text->text.substr(offset, run.length);
        offset += run.length;
    }
    EXPECT_EQ(written, "<s><|assistant|><think></think>");
    EXPECT_EQ(text->text, "<s><|assistant|><think></think><|system|></think><|user|></s>");
}

TEST(ChatTemplate, ErrorsSayWhereAndWhy) {
    const auto broken = ChatTemplate::parse("line one\n{% if x %}\n  {{ x +");
    ASSERT_FALSE(broken.ok());
    EXPECT_EQ(broken.error().code, ErrorCode::invalid_file);
    EXPECT_NE(broken.error().message.find("line 3, column 3"), std::string::npos) << broken.error().message;

    const auto refusing = ChatTemplate::parse("a\n  {{ raise_exception('roles must ' ~ 'alternate') }}");
    ASSERT_TRUE(refusing.ok());
    const auto refused = refusing->render({});
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().message, "chat template, line 2, column 21: the template refuses this conversation: roles must alternate");

    const auto undefined = ChatTemplate::parse("{{ messages[0].tool_calls[0].name }}");
    ASSERT_TRUE(undefined.ok());
    TemplateInputs inputs;
    inputs.messages = {{Role::user, "x", {}}};
    const auto missing = undefined->render(inputs);
    ASSERT_FALSE(missing.ok());
    EXPECT_NE(missing.error().message.find("'messages[...].tool_calls' is undefined"), std::string::npos) << missing.error().message;
}

TEST(ChatTemplate, TheMomentCanBeFixed) {
    const auto parsed = ChatTemplate::parse("{{ strftime_now('%d %b %Y, %H:%M') }}");
    ASSERT_TRUE(parsed.ok());
    TemplateInputs inputs;
    inputs.date = "2026-07-04T12:34:56";
    EXPECT_EQ(rendered(*parsed, inputs), "04 Jul 2026, 12:34");
    inputs.date.clear();
    EXPECT_EQ(rendered(*parsed, inputs).size(), std::string("04 Jul 2026, 12:34").size());
}

TEST(ChatTemplate, TheBundledModelSpeaks) {
    const auto file = GgufFile::open(testing::bundled_model());
    ASSERT_TRUE(file.ok()) << file.error().message;
    const auto source = file->get_string("tokenizer.chat_template");
    ASSERT_TRUE(source.ok()) << source.error().message;
    const auto parsed = ChatTemplate::parse(std::string(*source));
    ASSERT_TRUE(parsed.ok()) << parsed.error().message;
    TemplateInputs inputs;
    inputs.bos_token = "<B>";
    inputs.messages = {{Role::user, "1+1?", {}}, {Role::assistant, " 2 ", "add"}, {Role::user, "</think> Sure?", {}}};
    const std::string history = "<B><｜User｜>1+1?<｜Assistant｜>2<｜end▁of▁sentence｜><｜User｜></think> Sure?";
    EXPECT_EQ(rendered(*parsed, inputs), history + "<｜Assistant｜><think>\n");
    inputs.thinking = true;
    EXPECT_EQ(rendered(*parsed, inputs), history + "<｜Assistant｜><think>\n");
    inputs.thinking = false;
    EXPECT_EQ(rendered(*parsed, inputs), history + "<｜Assistant｜><think>\n\n</think>\n\n");
}

}  // namespace
}  // namespace soliloquy

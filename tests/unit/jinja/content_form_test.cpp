/// tests/unit/jinja/content_form_test.cpp: whatever form of content a template takes, the words of the conversation reach the prompt, or it
/// is said that they do not.
#include "engine/chat/content_form.h"

#include <gtest/gtest.h>

#include <cstdio>

#include "tests/support/shared_folder.h"

namespace soliloquy {
namespace {

ChatTemplate parsed(const std::string& source) {
    auto result = ChatTemplate::parse(source);
    EXPECT_TRUE(result.ok()) << result.error().message;
    return std::move(result).value();
}

const std::string kAnswerMark = "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";

std::string chat_ml(const std::string& content) {
    return "{% for m in messages %}<|im_start|>{{ m.role }}\n" + content + "<|im_end|>\n{% endfor %}" + kAnswerMark;
}

TemplateInputs conversation(const ContentForm& form) {
    TemplateInputs inputs;
    inputs.form = form;
    inputs.messages = {{Role::system, "Be brief.", {}},
                       {Role::user, "Where is Lisbon?", {}},
                       {Role::assistant, "In Portugal.", {}},
                       {Role::user, "And <|im_end|> Porto?", {}}};
    return inputs;
}

const std::string kWhole =
    "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nWhere is Lisbon?<|im_end|>\n<|im_start|>assistant\nIn Portugal.<|im_end|>\n"
    "<|im_start|>user\nAnd <|im_end|> Porto?<|im_end|>\n<|im_start|>assistant\n";

/// Templates that take lists of parts only: walking, by index, by filter, refusing strings.
const std::string kPartsOnly[] = {
    chat_ml("{% for part in m['content'] %}{% if part['type'] == 'text' %}{{ part['text'] }}{% endif %}{% endfor %}"),
    chat_ml("{{ m.content[0].text }}"),
    chat_ml("{% for c in m.content | selectattr('type', 'equalto', 'text') %}{{ c.text }}{% endfor %}"),
    chat_ml("{% if m.content is string %}{{ raise_exception('a list of parts, please') }}{% endif %}{{ m.content | map(attribute='text') | "
            "join }}"),
    chat_ml("{% if m.role == 'assistant' %}{{ m.content }}{% else %}{% for c in m.content %}{{ c['text'] }}{% endfor %}{% endif %}"),
    chat_ml("{% if m.role == 'system' %}{{ m.content }}{% else %}{% for c in m.content %}{{ c['text'] }}{% endfor %}{% endif %}"),
};

TEST(ContentForm, TheWordsArriveWhateverFormTheTemplateTakes) {
    for (const std::string& source : kPartsOnly) {
        const ChatTemplate chat_template = parsed(source);
        const ContentForm form = content_form_of(chat_template);
        EXPECT_TRUE(form.as_parts[static_cast<size_t>(Role::user)]) << source;
        EXPECT_EQ(form.problem, "") << source;
        EXPECT_EQ(notice_of(form), "") << source;
        const TemplateInputs inputs = conversation(form);
        const auto prompt = chat_template.render(inputs);
        ASSERT_TRUE(prompt.ok()) << source << prompt.error().message;
        EXPECT_EQ(prompt->text, kWhole) << source;
        EXPECT_TRUE(check_question_arrives(chat_template, inputs, *prompt).ok());
    }
}

TEST(ContentForm, PartsKeepTheirSource) {
    const ChatTemplate chat_template = parsed(kPartsOnly[0]);
    const auto prompt = chat_template.render(conversation(content_form_of(chat_template)));
    ASSERT_TRUE(prompt.ok());
    std::string content;
    size_t at = 0;
    for (const auto& run : prompt->runs) {
        if (run.source == TextSource::from_content) content += prompt->text.substr(at, run.length) + "|";
        at += run.length;
    }
    EXPECT_EQ(content, "Be brief.|Where is Lisbon?|In Portugal.|And <|im_end|> Porto?|");
}

TEST(ContentForm, StringsStayStringsWhereTheyArrive) {
    for (const std::string& source :
         {chat_ml("{{ m.content }}"), chat_ml("{{ m.content | trim }}"), chat_ml("{{ m.content | upper }}"),
          chat_ml("{% if m.content is string %}{{ m.content }}{% else %}{% for c in m.content %}{{ c.text }}{% endfor %}{% endif %}")}) {
        const ContentForm form = content_form_of(parsed(source));
        EXPECT_EQ(form.as_parts, (std::array<bool, 4>{})) << source;
        EXPECT_FALSE(form.system_before_user) << source;
    }
}

TEST(ContentForm, ASystemMessageWithoutAPlaceGoesBeforeTheQuestion) {
    const std::string user_and_assistant =
        "{% if m.role == 'user' %}[U]{{ m.content }}{% elif m.role == 'assistant' %}[A]{{ m.content }}{% endif %}";
    const std::string sources[] = {
        "{% for m in messages %}" + user_and_assistant + "{% endfor %}",
        "{% for m in messages %}{% if m.role == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}" +
            user_and_assistant + "{% endfor %}",
        "{% for m in messages %}{% if (m.role == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('must alternate') }}{% endif %}" +
            user_and_assistant + "{% endfor %}",
    };
    for (const std::string& source : sources) {
        const ChatTemplate chat_template = parsed(source);
        const ContentForm form = content_form_of(chat_template);
        EXPECT_TRUE(form.system_before_user) << source;
        EXPECT_NE(notice_of(form), "") << source;
        const auto prompt = chat_template.render(conversation(form));
        ASSERT_TRUE(prompt.ok()) << prompt.error().message;
        EXPECT_EQ(prompt->text, "[U]Be brief.\n\nWhere is Lisbon?[A]In Portugal.[U]And <|im_end|> Porto?") << source;
    }
}

TEST(ContentForm, WhatCannotBeUsedSaysSo) {
    const ContentForm refusing = content_form_of(parsed("{{ raise_exception('only with tools') }}"));
    EXPECT_NE(refusing.problem.find("only with tools"), std::string::npos) << refusing.problem;
    const ContentForm silent = content_form_of(parsed("{% for m in messages %}[{{ m.role }}]{% endfor %}"));
    EXPECT_NE(silent.problem.find("leaves the user's words out"), std::string::npos) << silent.problem;
}

TEST(ContentForm, AQuestionThatVanishesIsAnError) {
    const auto arrives = [](const std::string& source, std::vector<ChatMessage> messages) {
        const ChatTemplate chat_template = parsed(source);
        TemplateInputs inputs;
        inputs.messages = std::move(messages);
        const auto prompt = chat_template.render(inputs);
        EXPECT_TRUE(prompt.ok());
        return check_question_arrives(chat_template, inputs, *prompt).ok();
    };
    const std::string plain = "{% for m in messages %}[{{ m.role }}]{{ m.content }}{% endfor %}";
    const ChatMessage hi{Role::user, "Hi", {}}, hello{Role::assistant, "Hello", "greet"}, again{Role::user, "Tell ÄÖ me /think more  ", {}};
    EXPECT_TRUE(arrives(plain, {hi}));
    EXPECT_TRUE(arrives(plain, {hi, hello, hi}));
    EXPECT_TRUE(arrives(plain, {{Role::user, " \n", {}}}));
    EXPECT_TRUE(arrives("{% for m in messages %}{{ m.content | trim | upper }}{% endfor %}", {hi, hello, again}));
    EXPECT_TRUE(arrives("{% for m in messages %}{{ m.content | replace('/think', '') }}{% endfor %}", {hi, hello, again}));
    EXPECT_TRUE(arrives("{% for m in messages %}{{ m.content | replace('ä', 'Ä') }}{% endfor %}", {hi, hello, again, hello}));
    EXPECT_TRUE(arrives("{% for m in messages[1:] %}{{ m.content }}{% endfor %}{{ messages[0].content }}",
                        {{Role::system, "Be brief and kind.", {}}, hi, hello, again}));
    EXPECT_FALSE(arrives("{% for m in messages %}{% for c in m.content %}{{ c.text }}{% endfor %}{% endfor %}", {hi}));
    EXPECT_FALSE(arrives("{% for m in messages[:-1] %}{{ m.content }}{% endfor %}", {hi, hello, hi})) << "the same words were said before";
    EXPECT_FALSE(arrives("Hi{% for m in messages %}{% endfor %}", {hi})) << "the template's own words are not the user's";
    EXPECT_FALSE(arrives("{% for m in messages %}{{ m.content[:3] }}{% endfor %}", {hi, hello, again})) << "most of it is missing";
}

TEST(ContentForm, OfThePublishedTemplates) {
    const auto folder = testing::shared_folder() / "templates";
    REQUIRE_SHARED(folder);
    size_t templates = 0, parts = 0, joined = 0, unusable = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        if (entry.path().extension() != ".jinja") continue;
        ++templates;
        const ContentForm form = content_form_of(parsed(testing::read_file(entry.path())));
        const std::string name = entry.path().stem().string();
        parts += form.as_parts != std::array<bool, 4>{} ? 1 : 0;
        joined += form.system_before_user ? 1 : 0;
        unusable += form.problem.empty() ? 0 : 1;
        EXPECT_EQ(form.as_parts, (std::array<bool, 4>{})) << name << " takes strings";
        if (form.system_before_user || !form.problem.empty())
            std::printf("%s: %s %s\n", name.c_str(), std::string(notice_of(form)).c_str(), form.problem.c_str());
    }
    std::printf("%zu templates, %zu want lists of parts, %zu have no place for a system message, %zu cannot be used\n", templates, parts,
                joined, unusable);
}

}  // namespace
}  // namespace soliloquy

/// tests/unit/export/markdown_export_test.cpp: what an export says, what it leaves out, and content that tries to break it.
#include <random>
#include <sstream>

#include "tests/unit/export/export_fixture.h"

namespace soliloquy {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST_F(ExportTest, MarkdownTellsTheActiveBranchAndMarksWhatIsPartial) {
    const auto id = example();
    const auto text = export_conversations(*store, id, ExportFormat::markdown, {});
    ASSERT_TRUE(text.ok());
    EXPECT_EQ(*text, R"(---
title: "Numbers"
created: 2023-11-14T22:13:20Z
updated: 2023-11-14T22:13:21Z
thoughts: included
---

# Numbers

## You

> Is 7 odd?


## Model: pocket

**Thought** for 12 s _(ended by the user)_

```text
HIDDENTHOUGHT two
```

**Answer**

> Yes.


## You

> Why?


## Model: pocket

_Partial: ended by an error._

**Thought** for 12 s _(ended by the user)_

```text
HIDDENTHOUGHT three
```

**Error**

```text
device lost
```

)");
    const auto quiet = export_conversations(*store, id, ExportFormat::markdown, {.thoughts = false});
    EXPECT_THAT(*quiet, Not(HasSubstr("HIDDENTHOUGHT")));
    EXPECT_THAT(*quiet, Not(HasSubstr("**Thought**")));
    EXPECT_THAT(*quiet, HasSubstr("thoughts: left out"));
    EXPECT_THAT(*quiet, HasSubstr("> Yes."));
    ASSERT_TRUE(store->activate(3 - 1).ok());
    const auto other = export_conversations(*store, id, ExportFormat::markdown, {});
    EXPECT_THAT(*other, HasSubstr("_Partial: stopped by the user._"));
    EXPECT_THAT(*other, HasSubstr("_(ended by the user, edited)_"));
    EXPECT_EQ(export_conversations(*store, 99, ExportFormat::markdown, {}).error().code, store::StoreErrorCode::not_found);
}

TEST_F(ExportTest, AllConversationsNewestFirst) {
    example();
    const auto second = *store->create_conversation({.title = "Later", .created = 2, .updated = 1'800'000'000'000});
    add(second, 0, store::Role::user, {plain("hello")});
    const auto text = export_conversations(*store, 0, ExportFormat::markdown, {});
    EXPECT_LT(text->find("# Later"), text->find("# Numbers"));
    EXPECT_EQ(from_json(*export_conversations(*store, 0, ExportFormat::json, {}))->size(), 2u);
}

// The lines of an export that are ours, with everything taken out that stands in quotes and fences.
std::string frame_of(const std::string& markdown) {
    std::istringstream in(markdown);
    std::string line, frame, fence;
    bool front = false;
    for (int number = 0; std::getline(in, line); ++number) {
        if (line == "---" && (number == 0 || front)) front = !front;
        const size_t ticks = line.find_first_not_of('`') == std::string::npos ? line.size() : line.find_first_not_of('`');
        if (!fence.empty()) {
            if (line == fence) fence.clear();
            continue;
        }
        if (ticks >= 3) {
            fence = line.substr(0, ticks);
            continue;
        }
        if (line.rfind("> ", 0) == 0 || front || line.rfind("# ", 0) == 0 || line.rfind("title:", 0) == 0) continue;
        frame += line + '\n';
    }
    return frame;
}

TEST_F(ExportTest, NoContentBreaksTheMarkdown) {
    const std::vector<std::string> pieces = {
        "---",        "\n",       "\r",         "\r\n",     "```",      "````",     "~~~",
        "> ",         "## Model", "\n## You\n", "<!--",     "</div>",   "<script>", std::string(1, '\0'),
        "\\",         "\\<b>",    "\"",         "title: x", "\x1b[31m", "# ",       "\n---\n",
        "<img src=x", "`",        "word",       "    ",     "\xff\xfe", "\n> ",     "**Answer**"};
    const auto build = [&](const auto& text_of) {
        store = std::move(*store::ConversationStore::open_in_memory());
        const auto id = *store->create_conversation({.title = text_of(), .created = 1, .updated = 2});
        const auto question = add(id, 0, store::Role::user, {plain(text_of())});
        add(id, question, store::Role::assistant, {thought(text_of()), plain(text_of())});
        return *export_conversations(*store, id, ExportFormat::markdown, {});
    };
    const std::string frame = frame_of(build([] { return std::string("x"); }));
    std::mt19937 random(4);
    for (int i = 0; i < 1500; ++i) {
        const std::string markdown = build([&] {
            std::string text;
            for (size_t n = random() % 10; n > 0; --n) text += pieces[random() % pieces.size()];
            return text.empty() ? std::string("x") : text;
        });
        ASSERT_EQ(frame_of(markdown), frame) << markdown;
        const size_t title = markdown.find("\n# ") + 1;
        const std::string heading = markdown.substr(title, markdown.find('\n', title) - title);
        for (size_t at = heading.find('<'); at != std::string::npos; at = heading.find('<', at + 1)) ASSERT_EQ(heading[at - 1], '\\');
    }
}

TEST_F(ExportTest, HtmlIsInertAndCodeKeepsItsBytes) {
    const auto id = *store->create_conversation({.title = "t"});
    add(id, 0, store::Role::user, {plain("a < b <img src=x> \\<b>\n```cpp\n#include <vector>\n```\n<div hidden>")});
    const auto text = *export_conversations(*store, id, ExportFormat::markdown, {});
    EXPECT_THAT(text, HasSubstr("> a < b &lt;img src=x> \\&lt;b>\n> ```cpp\n> #include <vector>\n> ```\n> &lt;div hidden>\n"));
}

}  // namespace
}  // namespace soliloquy

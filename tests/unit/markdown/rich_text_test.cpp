/// tests/unit/markdown/rich_text_test.cpp: what is written reaches the screen as letters, never as tags.
#include "app/markdown/rich_text.h"

#include <gtest/gtest.h>

#include <regex>

#include "app/markdown/parser.h"

namespace soliloquy::markdown {
namespace {

std::string html_of(std::string_view source) {
    std::string out;
    for (const Block& block : parse(source)) {
        out += to_rich_text(block.runs, Palette{}, 26);
        for (const auto& row : block.table)
            for (const Cell& cell : row) out += to_rich_text(cell.runs, Palette{}, 26);
    }
    return out;
}

TEST(RichText, EscapesEverything) {
    EXPECT_EQ(escape("<b>&\"'\x01"), "&lt;b&gt;&amp;&quot;&#39;\uFFFD");
    EXPECT_EQ(escape("a  b\nc"), "a &nbsp;b<br>c");
}

TEST(RichText, OnlyOurOwnTags) {
    const char* const payloads[] = {
        "<img src=\"http://127.0.0.1/x\">",
        "![a](http://127.0.0.1/x)",
        "![<img src=x>](\"><img src=y>)",
        "[x](\"onclick=\"a)",
        "<svg onload=x>",
        "`<img src=x>`",
        "| <img src=x> |\n|---|\n| <a> |",
        "[a](<b\"><img src=file:///x>)",
        "**<style>p{background:url(x)}</style>**",
    };
    const std::regex tag("<(/?)(p|br|span|i|s|a)( (style|href)=\"[^\"<>]*\")*>");
    for (const char* payload : payloads) {
        const std::string rest = std::regex_replace(html_of(payload), tag, "");
        EXPECT_EQ(rest.find('<'), std::string::npos) << payload << " gave " << rest;
        EXPECT_EQ(html_of(payload).find("<img"), std::string::npos) << payload;
    }
}

TEST(RichText, LinksCarryTheirAddressEscaped) {
    EXPECT_NE(html_of("[a](http://x/?q=\"1\"&b)").find("href=\"http://x/?q=&quot;1&quot;&amp;b\""), std::string::npos);
}

}  // namespace
}  // namespace soliloquy::markdown

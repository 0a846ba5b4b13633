/// tests/unit/jinja/jinja_cases_test.cpp: the language against what Python makes of the same templates (generate_cases.py).
#include <gtest/gtest.h>

#include <iostream>

#include "engine/chat/jinja/interpreter.h"
#include "tests/golden/templates/json_value.h"
#include "tests/support/shared_folder.h"

namespace soliloquy {
namespace {

TEST(JinjaCases, AllRenderAsPythonDoes) {
    const auto file = nlohmann::ordered_json::parse(testing::read_file(testing::source_folder() / "tests/unit/jinja/cases.json"));
    jinja::Variables variables;
    for (const auto& [name, value] : file["variables"].items()) variables.emplace_back(name, testing::value_of(value));
    size_t rendered_equal = 0;
    size_t refused_equal = 0;
    for (const auto& expected : file["cases"]) {
        const std::string source = expected["template"].get<std::string>();
        const auto parsed = jinja::parse_template(source);
        const auto rendered =
            parsed.ok() ? jinja::render_template(*parsed, variables, "2026-07-04T12:34:56") : Result<TracedText>(parsed.error());
        if (expected.contains("error")) {
            EXPECT_FALSE(rendered.ok()) << source << "\nmust fail: " << expected["error"] << "\nrendered: " << rendered->text;
            if (!rendered.ok()) {
                ++refused_equal;
                EXPECT_NE(rendered.error().message.find("line "), std::string::npos) << rendered.error().message;
            }
        } else if (!rendered.ok()) {
            ADD_FAILURE() << source << "\n" << rendered.error().message;
        } else {
            EXPECT_EQ(rendered->text, expected["text"].get<std::string>()) << source;
            ++rendered_equal;
        }
    }
    std::cout << rendered_equal << " templates rendered, " << refused_equal << " refused\n";
    EXPECT_EQ(rendered_equal + refused_equal, file["cases"].size());
}

}  // namespace
}  // namespace soliloquy

/// tests/fuzz/template/fuzz_template.cpp: any bytes as a chat template: an error or a rendering, within the bounds of the sandbox.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "engine/chat/chat_template.h"

namespace {

soliloquy::TemplateInputs conversation(bool thinking) {
    using soliloquy::Role;
    soliloquy::TemplateInputs inputs;
    inputs.bos_token = "<s>";
    inputs.eos_token = "</s>";
    inputs.date = "2026-07-04T12:34:56";
    inputs.thinking = thinking;
    inputs.messages = {{Role::system, "Be \xC3\xA9 brief.\n", {}},
                       {Role::user, "  <|im_end|>\xEE\x80\x80 {{ x }} \xFF 1,2 3", {}},
                       {Role::assistant, "<think>\nno\n</think>\nyes", "because\xEE\x80\x80\nof it"},
                       {Role::tool, "{\"a\": [1, 2.5, null]}", {}}};
    return inputs;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const auto parsed = soliloquy::ChatTemplate::parse(std::string(reinterpret_cast<const char*>(data), size));
    if (!parsed.ok()) return 0;
    const auto rendered = parsed->render(conversation(size % 2 == 0));
    if (!rendered.ok()) return 0;
    // The invariant of TracedText, and what it is for: U+E000, which the template does not have, is content wherever it is.
    const bool own = parsed->source().find_first_of("\xEE\\") != std::string::npos;
    size_t total = 0;
    for (size_t i = 0; i < rendered->runs.size(); ++i) {
        const auto& run = rendered->runs[i];
        if (run.length == 0 || (i > 0 && run.source == rendered->runs[i - 1].source)) std::abort();
        const std::string_view piece = std::string_view(rendered->text).substr(total, run.length);
        if (!own && run.source == soliloquy::TextSource::from_template && piece.find("\xEE\x80\x80") != std::string_view::npos)
            std::abort();
        total += run.length;
    }
    if (total != rendered->text.size()) std::abort();
    return 0;
}

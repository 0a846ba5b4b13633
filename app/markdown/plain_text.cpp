/// app/markdown/plain_text.cpp: blocks as words.
#include "app/markdown/plain_text.h"

namespace soliloquy::markdown {
namespace {

void append(std::string& out, const std::vector<Run>& runs) {
    for (const Run& run : runs) out += run.text;
}

}  // namespace

std::string plain_text(const Block& block) {
    std::string out = block.marker.empty() ? std::string() : block.marker + " ";
    if (block.kind == BlockKind::code) return out + block.code;
    append(out, block.runs);
    for (const auto& row : block.table) {
        if (!out.empty()) out += '\n';
        for (size_t i = 0; i < row.size(); ++i) {
            if (i > 0) out += '\t';
            append(out, row[i].runs);
        }
    }
    return out;
}

}  // namespace soliloquy::markdown

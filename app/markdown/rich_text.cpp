/// app/markdown/rich_text.cpp: escaping, and the few tags of our own.
#include "app/markdown/rich_text.h"

namespace soliloquy::markdown {
namespace {

std::string paragraph(std::string body, int line_height) {
    return "<p style=\"margin:0;line-height:" + std::to_string(line_height) + "px;\">" + std::move(body) + "</p>";
}

std::string run_to_rich_text(const Run& run, const Palette& palette) {
    std::string body = escape(run.text);
    if ((run.style & kCode) != 0)
        body = "<span style=\"font-family:'" + escape(palette.mono_family) + "';font-size:" + std::to_string(palette.code_size) +
               "px;background-color:" + palette.code_background + ";\">" + body + "</span>";
    if ((run.style & kImage) != 0) body = "<span style=\"color:" + palette.muted + ";\">[" + (body.empty() ? "image" : body) + "]</span>";
    if ((run.style & kStrong) != 0) body = "<span style=\"font-weight:600;\">" + body + "</span>";
    if ((run.style & kEmphasis) != 0) body = "<i>" + body + "</i>";
    if ((run.style & kStrike) != 0) body = "<s>" + body + "</s>";
    if ((run.style & kLink) != 0) body = "<a href=\"" + escape(run.address) + "\" style=\"color:" + palette.link + ";\">" + body + "</a>";
    return body;
}

}  // namespace

std::string escape(std::string_view text) {
    std::string out;
    out.reserve(text.size() + text.size() / 8);
    for (size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            case '\'':
                out += "&#39;";
                break;
            case '\n':
                out += "<br>";
                break;
            case '\t':
                out += "&nbsp;&nbsp;&nbsp;&nbsp;";
                break;
            case ' ':
                out += i > 0 && (text[i - 1] == ' ' || text[i - 1] == '\n') ? "&nbsp;" : " ";
                break;
            default:
                if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F)
                    out += "\uFFFD";
                else
                    out += c;
        }
    }
    return out;
}

std::string to_rich_text(std::span<const Run> runs, const Palette& palette, int line_height) {
    std::string body;
    for (const Run& run : runs) body += run_to_rich_text(run, palette);
    return paragraph(std::move(body), line_height);
}

std::string to_rich_text(std::string_view text, int line_height) { return paragraph(escape(text), line_height); }

}  // namespace soliloquy::markdown

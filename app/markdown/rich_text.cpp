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

/// Length in bytes of the combining mark of a common block at `at`, 0 for any other letter.
size_t mark_at(std::string_view text, size_t at) {
    const auto byte = [&](size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
    const unsigned a = byte(at), b = byte(at + 1), c = byte(at + 2);
    if (a < 0xCC) return 0;
    if (a <= 0xDF) {
        const unsigned code = (a & 0x1F) << 6 | (b & 0x3F);
        const bool mark = (code >= 0x300 && code <= 0x36F) || (code >= 0x483 && code <= 0x489) || (code >= 0x591 && code <= 0x5BD) ||
                          (code >= 0x610 && code <= 0x61A) || (code >= 0x64B && code <= 0x65F) || (code >= 0x6D6 && code <= 0x6DC);
        return mark ? 2 : 0;
    }
    if (a > 0xEF) return 0;
    const unsigned code = (a & 0x0F) << 12 | (b & 0x3F) << 6 | (c & 0x3F);
    const bool mark = (code >= 0xE31 && code <= 0xE3A && code != 0xE32 && code != 0xE33) || (code >= 0xE47 && code <= 0xE4E) ||
                      (code >= 0x1AB0 && code <= 0x1AFF) || (code >= 0x1DC0 && code <= 0x1DFF) || (code >= 0x20D0 && code <= 0x20FF) ||
                      (code >= 0xFE00 && code <= 0xFE0F) || (code >= 0xFE20 && code <= 0xFE2F);
    return mark ? 3 : 0;
}

}  // namespace

std::string without_stacked_marks(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    int marks = 0;
    for (size_t i = 0; i < text.size();) {
        const size_t mark = mark_at(text, i);
        if (mark == 0) {
            if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) marks = 0;
            out += text[i++];
            continue;
        }
        if (++marks <= kMostMarks) out += text.substr(i, mark);
        i += mark;
    }
    return out;
}

std::string escape(std::string_view original) {
    const std::string text = without_stacked_marks(original);
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

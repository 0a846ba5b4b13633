/// app/export/markdown_export.cpp: a conversation to read. What people and models wrote cannot leave its place: questions and answers stand
/// in block quotes without HTML, thoughts between fences that they do not hold, titles on one escaped line.
#include <algorithm>
#include <ctime>

#include "app/export/conversation_export.h"

namespace soliloquy {
namespace {

/// One line without Markdown: for titles and names.
std::string escaped_line(std::string_view text) {
    std::string line;
    for (const char c : text) {
        if (static_cast<unsigned char>(c) < ' ' || c == '\x7f') {
            line += ' ';
        } else {
            if (std::string_view("\\`*_{}[]()<>#+-.!|~&:").find(c) != std::string_view::npos) line += '\\';
            line += c;
        }
    }
    return line;
}

/// A double-quoted YAML scalar, so that nothing in it can end the front matter.
std::string yaml_text(std::string_view text) {
    static constexpr char kHex[] = "0123456789abcdef";
    std::string quoted = "\"";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            quoted += '\\';
            quoted += c;
        } else if (byte < ' ' || byte == 0x7f) {
            quoted += "\\x";
            quoted += kHex[byte >> 4];
            quoted += kHex[byte & 15];
        } else {
            quoted += c;
        }
    }
    return quoted + '"';
}

std::string utc(store::UnixMs time) {
    const std::time_t seconds = time / 1000;
    std::tm parts{};
#ifdef _WIN32
    gmtime_s(&parts, &seconds);
#else
    gmtime_r(&seconds, &parts);
#endif
    char text[32];
    const size_t length = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
    return {text, length};
}

/// The lines of a text, whatever ends them: CR alone, LF, or both. NUL becomes U+FFFD, as Markdown demands.
std::vector<std::string> lines_of(std::string_view text) {
    std::vector<std::string> lines(1);
    for (size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\r' || text[i] == '\n') {
            if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') ++i;
            lines.emplace_back();
        } else if (text[i] == '\0') {
            lines.back() += "\xEF\xBF\xBD";
        } else {
            lines.back() += text[i];
        }
    }
    return lines;
}

/// Follows fenced code: code keeps its bytes, everything else loses its HTML.
class FenceTracker {
  public:
    /// True when the line is inside a fence, or closes one.
    bool inside(std::string_view line) {
        const size_t begin = line.find_first_not_of(' ');
        const bool can_be_fence = begin != std::string_view::npos && begin <= 3 && (line[begin] == '`' || line[begin] == '~');
        const char mark = can_be_fence ? line[begin] : ' ';
        const size_t end = can_be_fence ? std::min(line.find_first_not_of(mark, begin), line.size()) : 0;
        const size_t length = can_be_fence ? end - begin : 0;
        const std::string_view rest = line.substr(end);
        if (open_) {
            const bool closes = mark == mark_ && length >= length_ && rest.find_first_not_of(" \t") == std::string_view::npos;
            if (closes) open_ = false;
            return true;
        }
        if (length >= 3 && (mark == '~' || rest.find('`') == std::string_view::npos)) {
            open_ = true;
            mark_ = mark;
            length_ = length;
        }
        return false;
    }

  private:
    bool open_ = false;
    char mark_ = ' ';
    size_t length_ = 0;
};

/// "<" that could begin a tag, a comment or a link becomes a letter.
std::string without_html(const std::string& line) {
    std::string out;
    for (size_t i = 0; i < line.size(); ++i) {
        const char next = i + 1 < line.size() ? line[i + 1] : ' ';
        const bool letter = (next | 0x20) >= 'a' && (next | 0x20) <= 'z';
        if (line[i] == '<' && (letter || next == '/' || next == '!' || next == '?')) {
            out += "&lt;";
        } else {
            out += line[i];
        }
    }
    return out;
}

/// Markdown of a person or a model, as a block quote: whatever it leaves open ends with the quote.
void append_quoted(std::string& out, std::string_view text) {
    FenceTracker fence;
    for (const std::string& line : lines_of(text)) {
        out += "> ";
        out += fence.inside(line) ? line : without_html(line);
        out += '\n';
    }
}

/// Plain text, between fences longer than any run of back quotes in it.
void append_fenced(std::string& out, std::string_view text) {
    size_t longest = 2, run = 0;
    for (const char c : text) {
        run = c == '`' ? run + 1 : 0;
        longest = std::max(longest, run);
    }
    const std::string fence(longest + 1, '`');
    out += fence;
    out += "text\n";
    for (const std::string& line : lines_of(text)) {
        out += line;
        out += '\n';
    }
    out += fence;
    out += '\n';
}

std::string marks_of(const store::Part& part) {
    std::string marks;
    for (const auto origin : {store::Origin::edited, store::Origin::injected, store::Origin::forced_close, store::Origin::budget}) {
        if ((part.origins & store::origin_bit(origin)) == 0) continue;
        marks += marks.empty() ? "" : ", ";
        marks += origin == store::Origin::edited     ? "edited"
                 : origin == store::Origin::injected ? "has inserted text"
                 : origin == store::Origin::budget   ? "closed by the budget"
                                                     : "has a forced end";
    }
    return marks;
}

std::string status_note(store::MessageStatus status) {
    switch (status) {
        case store::MessageStatus::finished:
            return {};
        case store::MessageStatus::streaming:
            return "still being written when this was exported";
        case store::MessageStatus::stopped:
            return "stopped by the user";
        case store::MessageStatus::interrupted:
            return "interrupted: the program ended";
        case store::MessageStatus::unfinished:
            return "the model stopped inside its thought";
        case store::MessageStatus::error:
            return "ended by an error";
        case store::MessageStatus::cut:
            return "cut at the token limit";
    }
    return {};
}

std::string closer_note(store::ClosedBy closed_by) {
    if (closed_by == store::ClosedBy::user) return "ended by the user";
    if (closed_by == store::ClosedBy::budget) return "ended by the budget";
    return {};
}

void add_note(std::string& notes, const std::string& note) {
    if (note.empty()) return;
    if (!notes.empty()) notes += ", ";
    notes += note;
}

void append_part(std::string& out, const store::Message& message, const store::Part& part) {
    std::string notes;
    const bool thought = part.kind == store::PartKind::reasoning;
    if (thought) add_note(notes, closer_note(message.thought_closed_by));
    add_note(notes, marks_of(part));
    const char* name = thought                                    ? "Thought"
                       : part.kind == store::PartKind::error      ? "Error"
                       : part.kind == store::PartKind::tool_call  ? "Tool call"
                       : part.kind == store::PartKind::attachment ? "Attachment"
                       : message.role == store::Role::user        ? ""
                                                                  : "Answer";
    if (*name != '\0') {
        out += "**";
        out += name;
        out += "**";
        if (thought && message.counters.thought_ms > 0) {
            out += " for ";
            out += std::to_string((message.counters.thought_ms + 500) / 1000);
            out += " s";
        }
        if (!notes.empty()) out += " _(" + notes + ")_";
        out += "\n\n";
    }
    part.kind == store::PartKind::text ? append_quoted(out, part.text) : append_fenced(out, part.text);
    out += '\n';
}

}  // namespace

std::string to_markdown(const ExportedConversation& conversation, const ExportOptions& options) {
    const store::Conversation& about = conversation.conversation;
    std::string out = "---\ntitle: " + yaml_text(about.title) + "\ncreated: " + utc(about.created) + "\nupdated: " + utc(about.updated) +
                      "\nthoughts: " + (options.thoughts ? "included" : "left out") + "\n---\n\n# " +
                      (about.title.empty() ? std::string("Conversation") : escaped_line(about.title)) + "\n";
    for (const ExportedMessage& one : conversation.messages) {
        const store::Message& message = one.message;
        if (!one.active) continue;
        out += message.role == store::Role::user ? "\n## You\n\n" : message.role == store::Role::assistant ? "\n## Model" : "\n## Note\n\n";
        if (message.role == store::Role::assistant) {
            if (!message.model_name.empty()) out += ": " + escaped_line(message.model_name);
            out += "\n\n";
        }
        if (const std::string note = status_note(message.status); !note.empty()) out += "_Partial: " + note + "._\n\n";
        for (const store::Part& part : message.parts) {
            if (part.kind == store::PartKind::reasoning && !options.thoughts) continue;
            append_part(out, message, part);
        }
    }
    return out;
}

}  // namespace soliloquy

/// app/markdown/streaming_markdown.cpp: where pieces of a growing answer end, and what a cut piece takes along.
#include "app/markdown/streaming_markdown.h"

#include <algorithm>
#include <optional>

#include "app/markdown/parser.h"

namespace soliloquy::markdown {
namespace {

size_t indent_of(std::string_view line) {
    size_t columns = 0;
    for (const char c : line) {
        if (c == ' ')
            ++columns;
        else if (c == '\t')
            columns += 4 - columns % 4;
        else
            break;
    }
    return columns;
}

std::string_view without_indent(std::string_view line) {
    const size_t begin = line.find_first_not_of(" \t");
    return begin == std::string_view::npos ? std::string_view() : line.substr(begin);
}

bool is_blank(std::string_view line) { return line.find_first_not_of(" \t\r\n") == std::string_view::npos; }

struct ListMarker {
    char letter = 0;  ///< '-', '*', '+' or the delimiter of a number
    uint64_t number = 0;
    [[nodiscard]] bool ordered() const { return letter == '.' || letter == ')'; }
};

/// "- text", "12. text"; an item without text does not interrupt a paragraph and is left to the parser.
std::optional<ListMarker> list_marker(std::string_view line) {
    const std::string_view words = without_indent(line);
    size_t at = 0;
    ListMarker marker;
    while (at < words.size() && at < 9 && words[at] >= '0' && words[at] <= '9')
        marker.number = marker.number * 10 + static_cast<uint64_t>(words[at++] - '0');
    if (at >= words.size()) return std::nullopt;
    marker.letter = words[at];
    const std::string_view letters = at > 0 ? ".)" : "-*+";
    if (letters.find(marker.letter) == std::string_view::npos) return std::nullopt;
    const std::string_view rest = words.substr(at + 1);
    if (rest.empty() || (rest[0] != ' ' && rest[0] != '\t') || is_blank(rest)) return std::nullopt;
    return marker;
}

struct FenceLine {
    char letter;
    size_t length;
    std::string info;
};

std::optional<FenceLine> fence_line(std::string_view line) {
    if (indent_of(line) > 3) return std::nullopt;
    const std::string_view words = without_indent(line);
    if (words.empty() || (words[0] != '`' && words[0] != '~')) return std::nullopt;
    const size_t length = std::min(words.find_first_not_of(words[0]), words.size());
    if (length < 3) return std::nullopt;
    std::string_view info = without_indent(words.substr(length));
    if (words[0] == '`' && info.find('`') != std::string_view::npos) return std::nullopt;
    info = info.substr(0, std::min(info.find_first_of(" \t\r\n{"), info.size()));
    return FenceLine{words[0], length, std::string(info)};
}

/// The two lines that head a table at the start of `piece`, or nothing.
std::string_view table_head(std::string_view piece) {
    const size_t first = piece.find('\n');
    if (first == std::string_view::npos) return {};
    const size_t second = piece.find('\n', first + 1);
    if (second == std::string_view::npos) return {};
    const std::string_view rule = piece.substr(first + 1, second - first - 1);
    const bool is_rule = rule.find("-") != std::string_view::npos && rule.find_first_not_of("|-: \t\r") == std::string_view::npos;
    return is_rule && piece.substr(0, first).find('|') != std::string_view::npos ? piece.substr(0, second + 1) : std::string_view();
}

/// Where to cut a line that is longer than `limit`: behind its last space, else before a letter.
size_t cut_of(std::string_view line, size_t limit) {
    const size_t space = line.substr(0, limit).rfind(' ');
    if (space != std::string_view::npos && space > limit / 2) return space + 1;
    size_t at = limit;
    while (at > 1 && (static_cast<unsigned char>(line[at]) & 0xC0) == 0x80) --at;
    return at;
}

/// While a line is being written, "**bold" and "`code" are shown as what they are about to be.
std::string close_open_marks(std::string_view piece) {
    std::string out(piece);
    const size_t line = piece.rfind('\n') == std::string_view::npos ? 0 : piece.rfind('\n') + 1;
    if (fence_line(piece.substr(line))) return out;
    bool strong = false;
    size_t code = 0;
    for (size_t i = 0; i < piece.size();) {
        const char c = piece[i];
        const size_t run = std::min(piece.find_first_not_of(c, i), piece.size()) - i;
        if (c == '`') code = code == 0 ? run : code == run ? 0 : code;
        if (c == '*' && code == 0 && run >= 2 && run % 2 == 0) strong = !strong;
        if (c == '\n' && run > 1) strong = false, code = 0;
        i += c == '`' || c == '*' || c == '\n' ? run : 1;
    }
    if (code > 0) return out.append(code, '`');
    if (!strong) return out;
    const size_t last = out.find_last_not_of('*');
    const bool only_marks = last == std::string::npos || out.size() - 1 - last >= 2;
    out.resize(last == std::string::npos ? 0 : last + 1);
    return only_marks ? out : out + "**";
}

}  // namespace

size_t StreamingMarkdown::append(std::string_view text) {
    const size_t first = first_open();
    text_ += text;
    read_lines();
    parse_open();
    return first;
}

size_t StreamingMarkdown::finish() {
    const size_t first = first_open();
    if (next_line_ < text_.size()) read_line(text_.size());
    if (fence_.letter != 0)
        seal_code(text_.size(), false);
    else
        close_piece(text_.size(), false);
    fence_ = {};
    return first;
}

size_t StreamingMarkdown::first_open() const noexcept {
    const bool chained = fence_.continues || !table_head_.empty();
    return finished_ - (chained && finished_ > 0 ? 1 : 0);
}

void StreamingMarkdown::read_lines() {
    for (;;) {
        const size_t newline = text_.find('\n', next_line_);
        const size_t end = newline == std::string::npos ? text_.size() : newline;
        if (end - next_line_ > kMaxPieceBytes) {
            const size_t cut = next_line_ + cut_of(std::string_view(text_).substr(next_line_), kMaxPieceBytes);
            if (fence_.letter != 0)
                seal_code(cut, true);
            else
                close_piece(cut, true);
            continue;
        }
        if (newline == std::string::npos) return;
        read_line(newline + 1);
    }
}

/// The line [next_line_, end) is complete.
void StreamingMarkdown::read_line(size_t end) {
    if (fence_.letter != 0) return read_code_line(end);
    const auto line_at = [&](size_t begin) { return std::string_view(text_).substr(begin, end - begin); };
    std::string_view line = line_at(next_line_);
    if (is_blank(line)) {
        after_blank_ = true;
        next_line_ = end;
        return;
    }
    const auto fence = fence_line(line);
    const auto marker = list_marker(line);
    const bool inner = in_list_ && indent_of(line) >= 2;
    const bool starts_item = marker && indent_of(line) < 2 && (in_list_ || after_blank_ || !marker->ordered() || marker->number == 1);
    if (has_words_ && !inner && (fence || starts_item || after_blank_)) {
        const size_t begin = next_line_;
        close_piece(begin, false);
        end -= begin;
        line = line_at(0);
    }
    if (fence && !inner) {
        fence_ = {fence->letter, fence->length, 0, false, fence->info};
        in_list_ = false;
        ordered_ = {};
        text_.erase(0, end);
        next_line_ = 0;
        return;
    }
    if (!has_words_) begin_piece(line);
    after_blank_ = false;
    next_line_ = end;
    if (end > kMaxPieceBytes) close_piece(end, true);
}

void StreamingMarkdown::begin_piece(std::string_view line) {
    has_words_ = true;
    const auto marker = list_marker(line);
    const bool item = marker && indent_of(line) < 4;
    renumber_ = item && in_list_ && marker->ordered() && ordered_.delimiter == marker->letter;
    if (!item || !marker->ordered())
        ordered_ = {};
    else
        ordered_ = {marker->letter, renumber_ ? ordered_.number + 1 : marker->number};
    in_list_ = item;
}

void StreamingMarkdown::read_code_line(size_t end) {
    const std::string_view line = std::string_view(text_).substr(next_line_, end - next_line_);
    const auto closing = fence_line(line);
    if (closing && closing->letter == fence_.letter && closing->length >= fence_.length && closing->info.empty()) {
        const size_t begin = next_line_;
        seal_code(begin, false);
        text_.erase(0, end - begin);
        fence_ = {};
        return;
    }
    next_line_ = end;
    if (++fence_.lines >= kChunkLines || end > kMaxPieceBytes) seal_code(end, true);
}

Block StreamingMarkdown::code_block(std::string_view code, bool goes_on) const {
    Block block;
    block.kind = BlockKind::code;
    block.language = fence_.language;
    if (!code.empty() && code.back() == '\n') code.remove_suffix(1);
    block.code = code;
    block.continues = fence_.continues;
    block.continued = goes_on;
    return block;
}

/// Text up to `end` is the chunk; a chunk that is empty because the code ended right at its start closes the one before instead.
void StreamingMarkdown::seal_code(size_t end, bool goes_on) {
    blocks_.resize(finished_);
    if (end == 0 && fence_.continues && !goes_on) {
        blocks_.back().continued = false;
    } else {
        blocks_.push_back(code_block(std::string_view(text_).substr(0, end), goes_on));
    }
    finished_ = blocks_.size();
    text_.erase(0, end);
    next_line_ = 0;
    has_words_ = after_blank_ = false;
    fence_.lines = 0;
    fence_.continues = true;
}

void StreamingMarkdown::close_piece(size_t end, bool cut) {
    blocks_.resize(finished_);
    const std::string_view piece = std::string_view(text_).substr(0, end);
    add_blocks(piece);
    finished_ = blocks_.size();
    std::string head;
    if (cut) head = table_head_.empty() ? std::string(table_head(piece)) : table_head_;
    table_head_ = std::move(head);
    cut_indent_ = cut && (in_list_ || cut_indent_ > 0) ? 1 : 0;
    text_.erase(0, end);
    next_line_ = 0;
    has_words_ = after_blank_ = false;
}

void StreamingMarkdown::add_blocks(std::string_view source) {
    const size_t before = blocks_.size();
    std::vector<Block> parsed = table_head_.empty() ? parse(source) : parse(table_head_ + std::string(source));
    for (Block& block : parsed) {
        block.indent = static_cast<uint8_t>(std::min<int>(block.indent + cut_indent_, kMaxDepth));
        if (cut_indent_ > 0) block.item = true;
        blocks_.push_back(std::move(block));
    }
    if (blocks_.size() == before) return;
    Block& first = blocks_[before];
    if (!table_head_.empty() && first.kind == BlockKind::table) {
        first.continues = true;
        first.table.erase(first.table.begin());
        if (before > 0) blocks_[before - 1].continued = true;
    }
    if (renumber_ && has_words_ && !first.marker.empty()) first.marker = std::to_string(ordered_.number) + ordered_.delimiter;
}

void StreamingMarkdown::parse_open() {
    blocks_.resize(finished_);
    if (fence_.letter != 0) {
        if (fence_.continues && text_.empty()) return;
        blocks_.push_back(code_block(text_, false));
        return;
    }
    if (text_.empty()) return;
    if (next_line_ == text_.size())
        add_blocks(text_);
    else
        add_blocks(close_open_marks(text_));
}

std::vector<Block> blocks_of(std::string_view text) {
    StreamingMarkdown stream;
    stream.append(text);
    stream.finish();
    return stream.blocks();
}

}  // namespace soliloquy::markdown

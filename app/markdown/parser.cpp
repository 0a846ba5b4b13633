/// app/markdown/parser.cpp: md4c's events to flat blocks.
#include "app/markdown/parser.h"

#include <md4c.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace soliloquy::markdown {
namespace {

constexpr unsigned kFlags = MD_FLAG_TABLES | MD_FLAG_STRIKETHROUGH | MD_FLAG_TASKLISTS | MD_FLAG_NOHTML | MD_FLAG_NOINDENTEDCODEBLOCKS |
                            MD_FLAG_PERMISSIVEURLAUTOLINKS;

void append_utf8(std::string& out, uint32_t code) {
    if (code == 0 || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) code = 0xFFFD;
    if (code < 0x80) {
        out += static_cast<char>(code);
    } else if (code < 0x800) {
        out += static_cast<char>(0xC0 | (code >> 6));
        out += static_cast<char>(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
        out += static_cast<char>(0xE0 | (code >> 12));
        out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
        out += static_cast<char>(0x80 | (code & 0x3F));
    } else {
        out += static_cast<char>(0xF0 | (code >> 18));
        out += static_cast<char>(0x80 | ((code >> 12) & 0x3F));
        out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
        out += static_cast<char>(0x80 | (code & 0x3F));
    }
}

/// "&amp;", "&#38;", "&#x26;" to their letter. Unknown names stay as they are written.
std::string entity(std::string_view text) {
    struct Named {
        std::string_view name, letter;
    };
    static constexpr Named kNamed[] = {{"&amp;", "&"},       {"&lt;", "<"},     {"&gt;", ">"},     {"&quot;", "\""}, {"&apos;", "'"},
                                       {"&nbsp;", "\u00A0"}, {"&times;", "×"},  {"&divide;", "÷"}, {"&minus;", "−"}, {"&ndash;", "–"},
                                       {"&mdash;", "—"},     {"&hellip;", "…"}, {"&rarr;", "→"},   {"&larr;", "←"},  {"&le;", "≤"},
                                       {"&ge;", "≥"},        {"&ne;", "≠"},     {"&deg;", "°"},    {"&copy;", "©"},  {"&euro;", "€"}};
    for (const Named& named : kNamed)
        if (named.name == text) return std::string(named.letter);
    if (text.size() > 3 && text[1] == '#') {
        const bool hex = text[2] == 'x' || text[2] == 'X';
        uint32_t code = 0;
        for (const char c : text.substr(hex ? 3 : 2, text.size() - (hex ? 4 : 3))) {
            const uint32_t digit = c >= '0' && c <= '9' ? static_cast<uint32_t>(c - '0') : static_cast<uint32_t>((c | 0x20) - 'a' + 10);
            code = std::min<uint32_t>(code * (hex ? 16 : 10) + digit, 0x110000);
        }
        std::string out;
        append_utf8(out, code);
        return out;
    }
    return std::string(text);
}

std::string attribute(const MD_ATTRIBUTE& from) {
    std::string out;
    if (from.text == nullptr) return out;
    for (size_t i = 0; from.substr_offsets[i] < from.size; ++i) {
        const std::string_view piece(from.text + from.substr_offsets[i], from.substr_offsets[i + 1] - from.substr_offsets[i]);
        out += from.substr_types[i] == MD_TEXT_ENTITY ? entity(piece) : std::string(piece);
    }
    return out;
}

/// Receives md4c's events and flattens its tree.
class Builder {
  public:
    std::vector<Block> blocks;

    void enter(MD_BLOCKTYPE type, void* detail) {
        switch (type) {
            case MD_BLOCK_QUOTE:
                ++quote_;
                break;
            case MD_BLOCK_UL:
                lists_.push_back({false, 0, '-'});
                break;
            case MD_BLOCK_OL: {
                const auto* list = static_cast<MD_BLOCK_OL_DETAIL*>(detail);
                lists_.push_back({true, list->start, list->mark_delimiter});
                break;
            }
            case MD_BLOCK_LI:
                enter_item(*static_cast<MD_BLOCK_LI_DETAIL*>(detail));
                break;
            case MD_BLOCK_HR:
                open(BlockKind::rule);
                break;
            case MD_BLOCK_H:
                open(BlockKind::heading).level = static_cast<uint8_t>(static_cast<MD_BLOCK_H_DETAIL*>(detail)->level);
                break;
            case MD_BLOCK_CODE:
                open(BlockKind::code).language = attribute(static_cast<MD_BLOCK_CODE_DETAIL*>(detail)->lang);
                break;
            case MD_BLOCK_P:
                open(BlockKind::paragraph);
                break;
            case MD_BLOCK_TABLE:
                open(BlockKind::table);
                break;
            case MD_BLOCK_TR:
                blocks.back().table.emplace_back();
                break;
            case MD_BLOCK_TH:
            case MD_BLOCK_TD:
                enter_cell(*static_cast<MD_BLOCK_TD_DETAIL*>(detail));
                break;
            default:
                break;
        }
    }

    void leave(MD_BLOCKTYPE type) {
        switch (type) {
            case MD_BLOCK_QUOTE:
                --quote_;
                break;
            case MD_BLOCK_UL:
            case MD_BLOCK_OL:
                lists_.pop_back();
                break;
            case MD_BLOCK_LI:
                leave_item();
                break;
            case MD_BLOCK_CODE:
                while (!blocks.back().code.empty() && blocks.back().code.back() == '\n') blocks.back().code.pop_back();
                inside_ = false;
                break;
            case MD_BLOCK_P:
            case MD_BLOCK_H:
            case MD_BLOCK_TABLE:
            case MD_BLOCK_HR:
                inside_ = false;
                break;
            default:
                break;
        }
    }

    void enter_span(MD_SPANTYPE type, void* detail) {
        Look look = looks_.empty() ? Look{} : looks_.back();
        switch (type) {
            case MD_SPAN_EM:
                look.style |= kEmphasis;
                break;
            case MD_SPAN_STRONG:
                look.style |= kStrong;
                break;
            case MD_SPAN_CODE:
                look.style |= kCode;
                break;
            case MD_SPAN_DEL:
                look.style |= kStrike;
                break;
            case MD_SPAN_A:
                look.style |= kLink;
                look.address = attribute(static_cast<MD_SPAN_A_DETAIL*>(detail)->href);
                break;
            case MD_SPAN_IMG:
                look.style |= kImage;
                look.address = attribute(static_cast<MD_SPAN_IMG_DETAIL*>(detail)->src);
                break;
            default:
                break;
        }
        looks_.push_back(std::move(look));
    }

    void leave_span() {
        if (!looks_.empty()) looks_.pop_back();
    }

    void text(MD_TEXTTYPE type, std::string_view bytes) {
        std::string piece;
        switch (type) {
            case MD_TEXT_NULLCHAR:
                piece = "\uFFFD";
                break;
            case MD_TEXT_BR:
            case MD_TEXT_SOFTBR:
                piece = "\n";
                break;
            case MD_TEXT_ENTITY:
                piece = entity(bytes);
                break;
            default:
                piece = std::string(bytes);
                break;
        }
        if (!inside_) open(BlockKind::paragraph);  // the bare text of a tight list item
        Block& block = blocks.back();
        if (block.kind == BlockKind::code) {
            block.code += piece;
            return;
        }
        std::vector<Run>* runs = &block.runs;
        if (block.kind == BlockKind::table) {
            if (block.table.empty() || block.table.back().empty()) return;
            runs = &block.table.back().back().runs;
        }
        const Look look = looks_.empty() ? Look{} : looks_.back();
        if (!runs->empty() && runs->back().style == look.style && runs->back().address == look.address)
            runs->back().text += piece;
        else
            runs->push_back({std::move(piece), look.style, look.address});
    }

  private:
    struct List {
        bool ordered;
        uint64_t number;
        char delimiter;
    };
    struct Look {
        uint8_t style = 0;
        std::string address;
    };

    Block& open(BlockKind kind) {
        Block block;
        block.kind = kind;
        block.indent = static_cast<uint8_t>(std::min<size_t>(lists_.size(), kMaxDepth));
        block.quote = static_cast<uint8_t>(std::min<size_t>(quote_, kMaxDepth));
        block.item = !lists_.empty();
        if (marker_) block.marker = *std::exchange(marker_, std::nullopt);
        blocks.push_back(std::move(block));
        inside_ = kind != BlockKind::rule;
        return blocks.back();
    }

    void enter_item(const MD_BLOCK_LI_DETAIL& item) {
        inside_ = false;
        if (lists_.empty()) return;
        List& list = lists_.back();
        if (item.is_task)
            marker_ = item.task_mark == ' ' ? "☐" : "☑";
        else if (list.ordered)
            marker_ = std::to_string(list.number) + list.delimiter;
        else
            marker_ = lists_.size() % 2 == 1 ? "•" : "◦";
        ++list.number;
    }

    void leave_item() {
        if (marker_) open(BlockKind::paragraph);  // an empty item is shown by its marker
        inside_ = false;
    }

    void enter_cell(const MD_BLOCK_TD_DETAIL& detail) {
        Cell cell;
        cell.align = detail.align == MD_ALIGN_CENTER ? Align::center : detail.align == MD_ALIGN_RIGHT ? Align::end : Align::start;
        blocks.back().table.back().push_back(std::move(cell));
    }

    std::vector<List> lists_;
    std::vector<Look> looks_;
    std::optional<std::string> marker_;
    size_t quote_ = 0;
    bool inside_ = false;
};

}  // namespace

std::vector<Block> parse(std::string_view source) {
    Builder builder;
    MD_PARSER parser{};
    parser.flags = kFlags;
    parser.enter_block = [](MD_BLOCKTYPE type, void* detail, void* self) { return static_cast<Builder*>(self)->enter(type, detail), 0; };
    parser.leave_block = [](MD_BLOCKTYPE type, void*, void* self) { return static_cast<Builder*>(self)->leave(type), 0; };
    parser.enter_span = [](MD_SPANTYPE type, void* detail, void* self) { return static_cast<Builder*>(self)->enter_span(type, detail), 0; };
    parser.leave_span = [](MD_SPANTYPE, void*, void* self) { return static_cast<Builder*>(self)->leave_span(), 0; };
    parser.text = [](MD_TEXTTYPE type, const MD_CHAR* text, MD_SIZE size, void* self) {
        return static_cast<Builder*>(self)->text(type, {text, size}), 0;
    };
    if (md_parse(source.data(), static_cast<MD_SIZE>(source.size()), &parser, &builder) != 0) {
        builder.blocks.clear();  // out of memory inside md4c: the source itself is shown
        builder.blocks.emplace_back().runs.push_back({std::string(source), 0, {}});
    }
    return std::move(builder.blocks);
}

}  // namespace soliloquy::markdown

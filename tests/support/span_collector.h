/// tests/support/span_collector.h: collects the spans of a ReasoningParser, and everything in order, for comparison.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/chat/reasoning_parser.h"

namespace soliloquy::testing {

using NamedSpan = std::pair<std::string, std::string>;  // kind ("thought", "note", "answer", "tool"), text

class SpanCollector final : public SpanSink {
  public:
    void on_text(Channel channel, std::string_view text, bool begins_span) override {
        add(channel == Channel::thought ? "thought" : channel == Channel::tool ? "tool" : "answer", text, begins_span);
    }
    void on_note(std::string_view text, bool begins_span) override { add("note", text, begins_span); }
    void on_thought_closed(ClosedBy) override { ++thoughts_closed; }
    void on_format(std::string_view bytes) override { everything += bytes; }

    std::vector<NamedSpan> spans;
    std::string everything;  // texts and format bytes in order: the input again
    int thoughts_closed = 0;
    bool well_formed = true;  // no empty text, no span that continues without having begun

  private:
    void add(std::string_view kind, std::string_view text, bool begins_span) {
        if (text.empty() || (!begins_span && (spans.empty() || spans.back().first != kind))) well_formed = false;
        if (begins_span) spans.emplace_back(kind, "");
        if (!spans.empty()) spans.back().second += text;
        everything += text;
    }
};

/// One element of a stream: a token of its own, or text that ordinary tokens spell.
struct StreamItem {
    bool is_token = false;
    std::string text;
};

/// A vocabulary in which every mark of the family is one token, unless the family writes its marks as text.
class FamilyTokens {
  public:
    explicit FamilyTokens(const ReasoningFamily* family) {
        if (family == nullptr || family->marks_are_text) return;
        if (family->harmony) {
            names_ = {"<|start|>", "<|channel|>", "<|message|>", "<|constrain|>", "<|end|>", "<|return|>", "<|call|>"};
            return;
        }
        for (const Spellings* spellings : {&family->open, &family->close, &family->note_open, &family->note_close, &family->answer_open,
                                           &family->answer_close, &family->tool_start}) {
            for (const std::string_view mark : *spellings) {
                if (!mark.empty()) names_.emplace_back(mark);
            }
        }
    }
    /// A vocabulary with these special tokens.
    explicit FamilyTokens(std::vector<std::string> names) : names_(std::move(names)) {}

    [[nodiscard]] std::optional<TokenId> find(std::string_view text) const {
        const auto found = std::find(names_.begin(), names_.end(), text);
        if (found == names_.end()) return std::nullopt;
        return kFirstId + static_cast<TokenId>(found - names_.begin());
    }
    [[nodiscard]] SpecialTokenLookup lookup() const {
        return [this](std::string_view text) { return find(text); };
    }
    [[nodiscard]] const std::vector<std::string>& names() const { return names_; }

    static constexpr TokenId kText = 7;  // an ordinary token
    static constexpr TokenId kFirstId = 1000;

  private:
    std::vector<std::string> names_;
};

inline void feed_item(ReasoningParser& parser, const FamilyTokens& tokens, const StreamItem& item, SpanSink& sink) {
    const TokenId id = item.is_token ? tokens.find(item.text).value_or(FamilyTokens::kText) : FamilyTokens::kText;
    parser.feed(id, item.text, sink);
}

/// `items` with every text cut at the given byte offsets, which count the bytes of texts only and ascend.
inline std::vector<StreamItem> cut_items(const std::vector<StreamItem>& items, const std::vector<size_t>& cuts) {
    std::vector<StreamItem> pieces;
    size_t offset = 0;
    auto cut = cuts.begin();
    for (const StreamItem& item : items) {
        if (item.is_token) {
            pieces.push_back(item);
            continue;
        }
        size_t begun = 0;
        for (; cut != cuts.end() && *cut < offset + item.text.size(); ++cut) {
            if (*cut <= offset + begun) continue;
            pieces.push_back({false, item.text.substr(begun, *cut - offset - begun)});
            begun = *cut - offset;
        }
        pieces.push_back({false, item.text.substr(begun)});
        offset += item.text.size();
    }
    return pieces;
}

}  // namespace soliloquy::testing

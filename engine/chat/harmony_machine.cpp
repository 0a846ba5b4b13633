/// engine/chat/harmony_machine.cpp: messages with a header that names their channel, as gpt-oss writes them.
///   <|start|>role to=recipient<|channel|>channel to=recipient <|constrain|>type<|message|>body<|end|>    or <|return|>, <|call|>
/// Source: the Harmony response format page of gpt-oss.
#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/chat/span_machine.h"

namespace soliloquy {

namespace {

constexpr size_t kLongestHeader = 256;  // longer than any role, recipient and type: then it is no header

bool is_blank(char c) noexcept { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_word_byte(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80;
}

size_t skip_blanks(std::string_view text, size_t at) {
    while (at < text.size() && is_blank(text[at])) ++at;
    return at;
}
size_t skip_word(std::string_view text, size_t at) {
    while (at < text.size() && !is_blank(text[at])) ++at;
    return at;
}
/// Behind "to=recipient", as often as it comes, and the blanks around it.
size_t skip_recipients(std::string_view text, size_t at) {
    at = skip_blanks(text, at);
    while (text.substr(at).starts_with("to=")) at = skip_blanks(text, skip_word(text, at));
    return at;
}

class HarmonyMachine final : public SpanMachine {
  public:
    HarmonyMachine(const ReasoningProfile& profile, bool start_in_thought) : SpanMachine(profile) {
        if (start_in_thought) {
            in_body_ = true;
            kind_ = SpanKind::thought;
        }
    }

    void on_literal(Symbol symbol) override {
        std::string bytes;
        profile_.marks.append_bytes(symbol, bytes);
        if (in_body_) {
            body_text(bytes);
            return;
        }
        header_ += bytes;
        if (header_.size() > kLongestHeader) {
            // So long a thought is shown whole, its marks too: nobody would look for an answer inside it.
            if (!channel().starts_with("analysis")) write_header_words();
            if (!in_body_) {
                begin_body(SpanKind::answer);
                body_text(std::exchange(header_, {}));
            }
            forget_header();
        }
    }

    void on_mark(const Mark& mark) override {
        if (mark.kinds & kMarkMessage) {
            if (in_body_) {  // a second one in the same message is text
                body_text(bytes_of(mark));
                return;
            }
            const SpanKind kind = kind_of_header();
            drop_header();
            writer_->format(bytes_of(mark));
            begin_body(kind);
            return;
        }
        if (in_body_) end_body();
        const bool again = (mark.kinds & kMarkChannel) != 0 && channel_at_ != std::string::npos;  // the header begins anew
        if (again || (mark.kinds & (kMarkChannel | kMarkConstrain)) == 0) end_header();
        if (mark.kinds & (kMarkChannel | kMarkConstrain | kMarkHeaderStart)) {
            if (mark.kinds & kMarkConstrain) constrain_at_ = header_.size();
            header_ += bytes_of(mark);
            if (mark.kinds & kMarkChannel) {
                channel_at_ = header_.size();
                constrain_at_ = type_at_ = std::string::npos;  // a type stands behind the channel
            }
            if (mark.kinds & kMarkHeaderStart) role_at_ = header_.size();
            if (mark.kinds & kMarkConstrain) type_at_ = header_.size();
        } else {
            writer_->format(bytes_of(mark));
        }
        marked_ = true;
    }

    void finish() override {
        if (in_body_ || header_.empty()) return;
        if (marked_) {
            write_header_words();
            drop_header();
        } else {
            writer_->text(SpanKind::answer, header_);  // no mark at all: it was no header
            header_.clear();
        }
    }

    [[nodiscard]] bool in_thought() const noexcept override { return in_body_ && kind_ == SpanKind::thought; }
    [[nodiscard]] bool ends_turn(bool listed, uint32_t kinds) const noexcept override {
        if (kinds & kMarkMessageEnd) return in_body_ ? final_ : channel().starts_with("final") && !words_of_header().empty();
        return listed || (kinds & kMarkTurnEnd) != 0;
    }

  private:
    struct Range {
        size_t begin, end;
    };

    [[nodiscard]] std::string_view channel() const {
        return channel_at_ == std::string::npos ? std::string_view() : std::string_view(header_).substr(channel_at_);
    }

    /// What stands in a header beside names, recipients and types: text, when no <|message|> ends the header.
    [[nodiscard]] std::vector<Range> words_of_header() const {
        const std::string_view header = header_;
        const size_t end = constrain_at_ == std::string::npos ? header.size() : constrain_at_;
        std::vector<Range> words;
        add_words(words, behind_names(header.substr(0, end)), end);
        if (constrain_at_ != std::string::npos) {
            size_t at = skip_blanks(header, type_at_);
            while (at < header.size() && is_word_byte(header[at])) ++at;
            add_words(words, skip_blanks(header, at), header.size());
        }
        return words;
    }

    [[nodiscard]] size_t behind_names(std::string_view header) const {
        if (channel_at_ == std::string::npos) return behind_role(header);
        const size_t begin = skip_blanks(header, channel_at_);
        const size_t word_end = skip_word(header, begin);
        for (const std::string_view name : {"analysis", "commentary", "final"}) {
            if (!header.substr(begin).starts_with(name)) continue;
            const std::string_view glued = header.substr(begin + name.size(), word_end - begin - name.size());
            // "final{..." is a name and text, "commentary?" a name that went wrong
            const bool text = std::any_of(glued.begin(), glued.end(), is_word_byte);
            return text ? begin + name.size() : skip_recipients(header, word_end);
        }
        const size_t behind = skip_recipients(header, word_end);
        return behind < header.size() && !header.substr(begin, word_end - begin).starts_with("to=") ? begin : behind;  // no name, but text
    }

    [[nodiscard]] size_t behind_role(std::string_view header) const {
        const size_t begin = skip_blanks(header, role_at_ == std::string::npos ? 0 : role_at_);
        const size_t word_end = skip_word(header, begin);
        constexpr std::string_view kRoles[] = {"assistant", "user", "system", "developer", "tool"};
        const bool role = role_at_ != std::string::npos ||
                          std::find(std::begin(kRoles), std::end(kRoles), header.substr(begin, word_end - begin)) != std::end(kRoles);
        return skip_recipients(header, role ? word_end : begin);
    }

    void add_words(std::vector<Range>& words, size_t begin, size_t end) const {
        while (end > begin && is_blank(header_[end - 1])) --end;
        if (begin < end) words.push_back({begin, end});
    }

    /// Writes the words of the header as text of its channel, and leaves the body open when there were any.
    void write_header_words() {
        const std::vector<Range> words = words_of_header();
        if (words.empty()) return;
        const SpanKind kind = kind_of_header();
        const std::string header = std::exchange(header_, {});
        size_t at = 0;
        writer_->format(std::string_view(header).substr(0, words.front().begin));
        begin_body(kind);
        for (const Range& range : words) {
            if (range.begin > at && at > 0) writer_->format(std::string_view(header).substr(at, range.begin - at));
            body_text(std::string_view(header).substr(range.begin, range.end - range.begin));
            at = range.end;
        }
        if (header.size() - at > 0 && header.size() > kLongestHeader) {
            body_text(std::string_view(header).substr(at));  // blanks inside a text that goes on
        } else {
            writer_->format(std::string_view(header).substr(at));
        }
    }

    /// The end of a header that no <|message|> has ended.
    void end_header() {
        write_header_words();
        if (in_body_) end_body();
        drop_header();
    }

    /// analysis is thought, anything with a recipient is a tool call, the rest is for the reader.
    [[nodiscard]] SpanKind kind_of_header() {
        const std::string_view header = header_;
        const std::string_view name = channel();
        final_ = name.starts_with("final");
        const size_t recipient = header.find("to=");
        if (recipient != std::string_view::npos && (recipient == 0 || header[recipient - 1] == ' ' || header[recipient - 1] == '>')) {
            const std::string_view to = header.substr(recipient + 3);
            const std::string_view who = to.substr(0, std::min(to.find('<'), skip_word(to, 0)));
            if (who != "assistant") return SpanKind::tool;  // to itself is no call
        }
        return name.starts_with("analysis") ? SpanKind::thought : SpanKind::answer;
    }

    void begin_body(SpanKind kind) {
        writer_->end_span();
        in_body_ = true;
        kind_ = kind;
    }

    void end_body() {
        writer_->end_span();
        if (kind_ == SpanKind::thought) writer_->thought_closed(ClosedBy::nobody);
        in_body_ = false;
        final_ = false;
    }

    void body_text(std::string_view bytes) {
        thought_seen_ |= kind_ == SpanKind::thought;
        writer_->text(kind_, bytes);
    }

    void drop_header() {
        writer_->format(header_);
        forget_header();
    }

    void forget_header() {
        header_.clear();
        channel_at_ = role_at_ = constrain_at_ = type_at_ = std::string::npos;
    }

    bool in_body_ = false;
    bool final_ = false;   // the message is on the final channel
    bool marked_ = false;  // some control token has come
    SpanKind kind_ = SpanKind::answer;
    std::string header_;
    size_t channel_at_ = std::string::npos;                                  // where the channel's name begins in header_
    size_t role_at_ = std::string::npos;                                     // where the role begins: behind <|start|>
    size_t constrain_at_ = std::string::npos, type_at_ = std::string::npos;  // the mark before the type, and the type
};

}  // namespace

std::unique_ptr<SpanMachine> make_harmony_machine(const ReasoningProfile& profile, bool start_in_thought) {
    return std::make_unique<HarmonyMachine>(profile, start_in_thought);
}

}  // namespace soliloquy

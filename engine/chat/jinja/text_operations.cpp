/// engine/chat/jinja/text_operations.cpp
#include "engine/chat/jinja/text_operations.h"

#include <algorithm>

#include "engine/chat/jinja/unicode.h"

namespace soliloquy::jinja {

namespace {

constexpr size_t kNone = std::string_view::npos;

Letter letter_before(std::string_view text, size_t end) {
    size_t begin = end - 1;
    while (begin > 0 && end - begin < 4 && (static_cast<unsigned char>(text[begin]) & 0xC0) == 0x80) --begin;
    const Letter letter = letter_at(text, begin);
    return begin + letter.bytes == end ? letter : letter_at(text, end - 1);
}

class LetterSet {
  public:
    explicit LetterSet(std::optional<std::string_view> letters) : whitespace_(!letters) {
        if (!letters) return;
        for (size_t offset = 0; offset < letters->size();) {
            const Letter letter = letter_at(*letters, offset);
            letters_.push_back(letter.code);
            offset += letter.bytes;
        }
        std::sort(letters_.begin(), letters_.end());
    }
    [[nodiscard]] bool has(char32_t code) const {
        return whitespace_ ? is_space(code) : std::binary_search(letters_.begin(), letters_.end(), code);
    }

  private:
    bool whitespace_;
    std::vector<char32_t> letters_;
};

// Collects pieces and counts what they cost before they become values.
class Pieces {
  public:
    Pieces(const Text& text, Sandbox& sandbox) : text_(text), sandbox_(sandbox) {}
    void add(size_t begin, size_t end) {
        pieces.push_back(text_.slice(begin, end - begin));
        cost_ += sizeof(Text) + pieces.back().footprint();
        sandbox_.require(cost_);
        sandbox_.step();
    }
    std::vector<Text> pieces;

  private:
    const Text& text_;
    Sandbox& sandbox_;
    size_t cost_ = 0;
};

void split_at_space(Pieces& out, std::string_view bytes, int64_t limit) {
    size_t offset = 0;
    const auto skip = [&](bool space) {
        while (offset < bytes.size()) {
            const Letter letter = letter_at(bytes, offset);
            if (is_space(letter.code) != space) return;
            offset += letter.bytes;
        }
    };
    for (skip(true); offset < bytes.size(); skip(true)) {
        const size_t begin = offset;
        if (limit-- == 0) {
            return out.add(begin, bytes.size());  // the rest keeps the whitespace at its end
        }
        skip(false);
        out.add(begin, offset);
    }
}

void split_at_space_from_right(Pieces& out, std::string_view bytes, int64_t limit) {
    size_t end = bytes.size();
    const auto skip = [&](bool space) {
        while (end > 0) {
            const Letter letter = letter_before(bytes, end);
            if (is_space(letter.code) != space) return;
            end -= letter.bytes;
        }
    };
    for (skip(true); end > 0; skip(true)) {
        const size_t stop = end;
        if (limit-- == 0) {
            out.add(0, stop);
            break;
        }
        skip(false);
        out.add(end, stop);
    }
    std::reverse(out.pieces.begin(), out.pieces.end());
}

}  // namespace

void append_checked(Text& out, const Text& piece, Sandbox& sandbox) {
    sandbox.require(out.footprint() + piece.footprint());
    sandbox.work(piece.size());
    out.append(piece);
}

Text strip(const Text& text, std::optional<std::string_view> letters, Side side) {
    const LetterSet set(letters);
    const std::string_view bytes = text.view();
    size_t begin = 0;
    size_t end = bytes.size();
    while (side != Side::right && begin < end && set.has(letter_at(bytes, begin).code)) begin += letter_at(bytes, begin).bytes;
    while (side != Side::left && end > begin && set.has(letter_before(bytes, end).code)) end -= letter_before(bytes, end).bytes;
    return text.slice(begin, end - begin);
}

std::vector<Text> split(const Text& text, std::optional<std::string_view> separator, int64_t limit, Side from, Sandbox& sandbox) {
    const std::string_view bytes = text.view();
    sandbox.work(bytes.size() * 2);
    Pieces out(text, sandbox);
    if (!separator) {
        from == Side::right ? split_at_space_from_right(out, bytes, limit) : split_at_space(out, bytes, limit);
        return std::move(out.pieces);
    }
    if (separator->empty()) sandbox.fail("the separator of a split cannot be empty");
    sandbox.search(bytes.size(), separator->size());
    if (from == Side::right) {
        size_t end = bytes.size();
        for (size_t found = 0; limit != 0 && end >= separator->size(); --limit) {
            found = bytes.rfind(*separator, end - separator->size());
            if (found == kNone) break;
            out.add(found + separator->size(), end);
            end = found;
        }
        out.add(0, end);
        std::reverse(out.pieces.begin(), out.pieces.end());
        return std::move(out.pieces);
    }
    size_t begin = 0;
    for (size_t found = bytes.find(*separator); found != kNone && limit != 0; found = bytes.find(*separator, begin), --limit) {
        out.add(begin, found);
        begin = found + separator->size();
    }
    out.add(begin, bytes.size());
    return std::move(out.pieces);
}

std::vector<Text> split_lines(const Text& text, bool keep_ends, Sandbox& sandbox) {
    const std::string_view bytes = text.view();
    sandbox.work(bytes.size() * 2);
    Pieces out(text, sandbox);
    size_t begin = 0;
    for (size_t offset = 0; offset < bytes.size();) {
        const Letter letter = letter_at(bytes, offset);
        const char32_t c = letter.code;
        const bool ends = (c >= 0x0A && c <= 0x0D) || (c >= 0x1C && c <= 0x1E) || c == 0x85 || c == 0x2028 || c == 0x2029;
        size_t next = offset + letter.bytes;
        if (c == '\r' && next < bytes.size() && bytes[next] == '\n') ++next;
        if (ends) {
            out.add(begin, keep_ends ? next : offset);
            begin = next;
        }
        offset = next;
    }
    if (begin < bytes.size()) out.add(begin, bytes.size());
    return std::move(out.pieces);
}

Text replace(const Text& text, std::string_view from, const Text& to, int64_t limit, Sandbox& sandbox) {
    const std::string_view bytes = text.view();
    sandbox.search(bytes.size(), from.size());
    Text result;
    size_t begin = 0;
    const auto put = [&] {
        sandbox.require(result.footprint() + to.footprint() + text.footprint());
        sandbox.work(to.size());
        result.append(to);
    };
    if (from.empty()) {  // before every letter and at the end
        for (; limit != 0; --limit) {
            put();
            if (begin >= bytes.size()) return result;
            const size_t length = letter_at(bytes, begin).bytes;
            result.append(text, begin, length);
            begin += length;
        }
    }
    for (size_t found = bytes.find(from, begin); !from.empty() && found != kNone && limit != 0; found = bytes.find(from, begin), --limit) {
        result.append(text, begin, found - begin);
        put();
        begin = found + from.size();
    }
    result.append(text, begin, bytes.size() - begin);
    return result;
}

Text with_case(const Text& text, Case wanted, Sandbox& sandbox) {
    const std::string_view bytes = text.view();
    sandbox.require(text.footprint() * 2);
    sandbox.work(bytes.size() * 8);
    Text result;
    bool first = true;  // of the text (capital) or of a word (title)
    std::string letter_bytes;
    for (size_t offset = 0; offset < bytes.size();) {
        const Letter letter = letter_at(bytes, offset);
        const bool raise = wanted == Case::upper || (wanted != Case::lower && first);
        letter_bytes.clear();
        append_utf8(letter_bytes, raise ? to_upper(letter.code) : to_lower(letter.code));
        result.append(letter_bytes, text.source_at(offset));
        first = wanted == Case::title && !is_letter(letter.code);
        offset += letter.bytes;
    }
    return result;
}

Text padded(const Text& text, size_t left, size_t right, const Text& fill, Sandbox& sandbox) {
    sandbox.require(text.footprint());
    if (left > sandbox.limits().memory_bytes || right > sandbox.limits().memory_bytes) sandbox.require(sandbox.limits().memory_bytes + 1);
    sandbox.require((left + right) * fill.footprint() + text.footprint());
    sandbox.step(1 + (left + right) / 8);
    Text result;
    for (size_t i = 0; i < left; ++i) result.append(fill);
    result.append(text);
    for (size_t i = 0; i < right; ++i) result.append(fill);
    return result;
}

}  // namespace soliloquy::jinja

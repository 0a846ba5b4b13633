/// engine/tokenizer/spm.cpp: letters as symbols, and the merges of a vocabulary: with scores, every way to cut a token into two symbols.
#include "engine/tokenizer/spm.h"

#include <algorithm>
#include <functional>
#include <new>
#include <string>

#include "engine/tokenizer/byte_letters.h"
#include "engine/tokenizer/merge_list.h"

namespace soliloquy {
namespace {

constexpr char32_t kSpaceMark = 0x2581;
constexpr char32_t kBasicPlane = 0x10000;

Error invalid(std::string message) { return {ErrorCode::invalid_file, std::move(message)}; }

bool may_be_joined(TokenKind kind) noexcept {
    return kind == TokenKind::normal || kind == TokenKind::user_defined || kind == TokenKind::unused;
}

/// The letters of a token's text, or none if it is not UTF-8 or too long.
std::vector<std::string_view> letters_of(std::string_view text) {
    std::vector<std::string_view> letters;
    while (!text.empty()) {
        const Utf8Letter letter = first_utf8_letter(text);
        if (letter.state != Utf8Letter::State::valid || letters.size() == Spm::kMaxLetters) return {};
        letters.push_back(text.substr(0, letter.length));
        text.remove_prefix(letter.length);
    }
    return letters;
}

}  // namespace

Result<Spm> Spm::build(const Vocabulary& vocabulary) try {
    Spm spm(vocabulary);
    RETURN_IF_ERROR(spm.find_bytes());
    RETURN_IF_ERROR(spm.add_merges());
    return spm;
} catch (const std::bad_alloc&) {
    return Error{ErrorCode::out_of_memory, "not enough memory for the vocabulary"};
}

Result<Spm> Spm::build(const Vocabulary& vocabulary, std::span<const std::string_view> merges) try {
    Spm spm(vocabulary);
    RETURN_IF_ERROR(check_merge_count(merges.size()));
    RETURN_IF_ERROR(spm.find_bytes());
    RETURN_IF_ERROR(spm.add_merges(merges));
    return spm;
} catch (const std::bad_alloc&) {
    return Error{ErrorCode::out_of_memory, "not enough memory for the vocabulary"};
}

Status Spm::find_bytes() {
    byte_tokens_.fill(vocabulary_->unknown().value_or(kNoSymbol));
    for (TokenId id = 0; id < vocabulary_->size(); ++id) {
        if (vocabulary_->kind(id) != TokenKind::byte) continue;
        if (const auto byte = byte_of_name(vocabulary_->text(id))) byte_tokens_[*byte] = id;
    }
    for (size_t byte = 0; byte < 256; ++byte) {
        if (byte_tokens_[byte] != kNoSymbol) continue;
        return invalid("tokenizer.ggml.tokens: no token for byte " + std::to_string(byte) +
                       " and none to stand for unknown text; the vocabulary cannot write every text");
    }
    return {};
}

/// The symbol of a letter: its token, or where it is none, a number after the last id.
Symbol Spm::add_letter(std::string_view text, Symbol& next) {
    const auto id = vocabulary_->find(text);
    const char32_t letter = first_utf8_letter(text).code_point;
    Symbol& symbol = letter < kBasicPlane ? letters_[letter] : far_letters_.try_emplace(letter, kNoSymbol).first->second;
    if (symbol == kNoSymbol) symbol = id && may_be_joined(vocabulary_->kind(*id)) ? *id : next++;
    return symbol;
}

Status Spm::add_merges(std::span<const std::string_view> merges) {
    const Vocabulary& vocabulary = *vocabulary_;
    letters_.assign(kBasicPlane, kNoSymbol);
    merges_.reserve(merges.size());
    Symbol next = vocabulary.size();
    for (TokenId id = 0; id < vocabulary.size(); ++id) {
        if (may_be_joined(vocabulary.kind(id)) && letters_of(vocabulary.text(id)).size() == 1) add_letter(vocabulary.text(id), next);
    }
    std::unordered_map<std::string, Symbol> between;  // text on the way to a token that is no token itself
    const auto symbol_of = [&](std::string_view text) -> Symbol {
        if (letters_of(text).size() == 1) return add_letter(text, next);
        const auto id = vocabulary.find(text);
        if (id && may_be_joined(vocabulary.kind(*id))) return *id;
        const auto [found, added] = between.try_emplace(std::string(text), next);
        if (added) ++next;
        return found->second;
    };
    std::string joined;
    for (size_t rank = 0; rank < merges.size(); ++rank) {
        ASSIGN_OR_RETURN(const auto halves, halves_of_merge(merges, rank));
        joined.assign(halves.first).append(halves.second);
        const auto id = vocabulary.find(joined);
        if (id && vocabulary.is_special(*id) && !vocabulary.is_plain_text(*id)) continue;
        const Merge merge{static_cast<uint32_t>(rank), symbol_of(joined)};
        if (!merges_.add(symbol_of(halves.first), symbol_of(halves.second), merge)) {
            return invalid("tokenizer.ggml.merges: thousands of merges were made to collide; the file is not an honest vocabulary");
        }
    }
    return {};
}

Status Spm::add_merges() {
    const Vocabulary& vocabulary = *vocabulary_;
    letters_.assign(kBasicPlane, kNoSymbol);
    Symbol next = vocabulary.size();
    const auto symbol_of = [&](std::string_view text, bool one_letter) -> Symbol {
        if (one_letter) return add_letter(text, next);
        const auto id = vocabulary.find(text);
        return id && may_be_joined(vocabulary.kind(*id)) ? *id : kNoSymbol;
    };

    // Rank = how many different scores are better, so that equal scores stay equal.
    std::vector<float> scores;
    size_t splits = 0;
    for (TokenId id = 0; id < vocabulary.size(); ++id) {
        if (!may_be_joined(vocabulary.kind(id))) continue;
        scores.push_back(vocabulary.score(id));
        splits += letters_of(vocabulary.text(id)).size();
    }
    std::sort(scores.begin(), scores.end(), std::greater<>{});
    scores.erase(std::unique(scores.begin(), scores.end()), scores.end());
    merges_.reserve(splits);

    for (TokenId id = 0; id < vocabulary.size(); ++id) {
        const std::string_view text = vocabulary.text(id);
        if (!may_be_joined(vocabulary.kind(id)) || vocabulary.find(text) != id) continue;
        const auto letters = letters_of(text);
        if (letters.size() == 1) symbol_of(text, true);
        const auto rank = std::lower_bound(scores.begin(), scores.end(), vocabulary.score(id), std::greater<>{}) - scores.begin();
        size_t at = 0;
        for (size_t i = 1; i < letters.size(); ++i) {
            at += letters[i - 1].size();
            const Symbol left = symbol_of(text.substr(0, at), i == 1);
            const Symbol right = symbol_of(text.substr(at), i + 1 == letters.size());
            if (left == kNoSymbol || right == kNoSymbol) continue;
            if (!merges_.add(left, right, {static_cast<uint32_t>(rank), id})) {
                return invalid("tokenizer.ggml.tokens: thousands of tokens were made to collide; the file is not an honest vocabulary");
            }
        }
    }
    return {};
}

Symbol Spm::symbol_of_letter(char32_t letter) const noexcept {
    if (letter < kBasicPlane) return letters_[letter];
    const auto found = far_letters_.find(letter);
    return found == far_letters_.end() ? kNoSymbol : found->second;
}

void Spm::append_bytes(std::string_view letter, std::vector<TokenId>& out) const {
    const bool space = letter == " ";
    for (const char c : space ? std::string_view("\xE2\x96\x81") : letter) out.push_back(byte_tokens_[static_cast<uint8_t>(c)]);
}

void Spm::encode_lines(std::string_view text, Scratch& scratch, std::vector<TokenId>& out) const {
    while (!text.empty()) {
        const bool ends = text.front() == '\n';
        const std::string_view run = text.substr(0, ends ? text.find_first_not_of('\n') : text.find('\n'));
        const auto whole = ends ? vocabulary_->find(run) : std::nullopt;
        if (whole && may_be_joined(vocabulary_->kind(*whole))) {
            out.push_back(*whole);
        } else {
            encode(run, false, scratch, out);
        }
        text.remove_prefix(run.size());
    }
}

void Spm::encode(std::string_view text, bool space_prefix, Scratch& scratch, std::vector<TokenId>& out) const {
    if (text.empty()) return;
    const auto unit_at = [&](size_t at) {
        const Utf8Letter letter = first_utf8_letter(text.substr(at));
        const bool valid = letter.state == Utf8Letter::State::valid;
        const Symbol symbol = !valid ? kNoSymbol : symbol_of_letter(letter.code_point == ' ' ? kSpaceMark : letter.code_point);
        return std::pair(symbol, size_t{letter.length});
    };
    scratch.units.clear();
    if (space_prefix) scratch.units.push_back(symbol_of_letter(kSpaceMark));
    for (size_t at = 0; at < text.size();) {
        const auto [symbol, length] = unit_at(at);
        scratch.units.push_back(symbol);
        at += length;
    }
    scratch.pieces.clear();
    scratch.merger.merge(scratch.units, scratch.pieces);

    size_t at = 0;  // of the piece in the text
    bool before_text = space_prefix;
    for (const Piece& piece : scratch.pieces) {
        const size_t begin = at;
        uint32_t letters = piece.units;
        const bool prefix = before_text;
        if (prefix) --letters;
        before_text = false;
        for (; letters > 0; --letters) at += unit_at(at).second;
        if (piece.symbol < vocabulary_->size()) {
            out.push_back(piece.symbol);
        } else {
            append_bytes(prefix ? std::string_view(" ") : text.substr(begin, at - begin), out);
        }
    }
}

}  // namespace soliloquy

/// engine/tokenizer/bpe.cpp: merges as a table of symbol pairs, and words that need no merging.
#include "engine/tokenizer/bpe.h"

#include <algorithm>
#include <new>
#include <string>
#include <unordered_map>

#include "engine/tokenizer/byte_letters.h"
#include "engine/tokenizer/merge_list.h"

namespace soliloquy {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

Error invalid(std::string message) { return {ErrorCode::invalid_file, std::move(message)}; }

bool is_word(TokenKind kind) noexcept { return kind == TokenKind::normal || kind == TokenKind::unused || kind == TokenKind::byte; }

}  // namespace

Result<Bpe> Bpe::build(const Vocabulary& vocabulary, std::span<const std::string_view> merges, bool ignore_merges) try {
    RETURN_IF_ERROR(check_merge_count(merges.size()));
    Bpe bpe(vocabulary);
    bpe.ignore_merges_ = ignore_merges;
    RETURN_IF_ERROR(bpe.index_words());
    RETURN_IF_ERROR(bpe.add_merges(merges));
    RETURN_IF_ERROR(bpe.find_byte_symbols());
    return bpe;
} catch (const std::bad_alloc&) {
    return Error{ErrorCode::out_of_memory, "not enough memory for the merges of the vocabulary"};
}

Status Bpe::index_words() {
    const auto size_of_word = [&](TokenId id) { return is_word(vocabulary_->kind(id)) ? vocabulary_->bytes(id).size() : 0; };
    size_t short_words = 0;
    size_t long_words = 0;
    for (TokenId id = 0; id < vocabulary_->size(); ++id) {
        const size_t size = size_of_word(id);
        longest_word_ = std::max(longest_word_, size);
        if (size > 0) ++(size <= WordIndex::kShort ? short_words : long_words);
    }
    words_.reserve(short_words, long_words);
    whole_ = std::make_unique<std::atomic<Whole>[]>(vocabulary_->size());
    for (TokenId id = 0; id < vocabulary_->size(); ++id) {
        if (size_of_word(id) > 0 && !words_.insert(id)) {
            return invalid("tokenizer.ggml.tokens: thousands of tokens were made to collide; the file is not an honest vocabulary");
        }
    }
    return {};
}

Status Bpe::find_byte_symbols() {
    for (unsigned byte = 0; byte < 256; ++byte) {
        std::string letter;
        append_utf8(letter, kByteLetters[byte]);
        const auto id = vocabulary_->find(letter);
        const char bytes[] = {static_cast<char>(byte)};
        byte_symbols_[byte] = id && is_word(vocabulary_->kind(*id)) ? *id : words_.find({bytes, 1}).value_or(kNoSymbol);
    }
    Scratch scratch(*this);
    const bool writable =
        std::all_of(kReplacement.begin(), kReplacement.end(), [&](char c) { return byte_symbols_[static_cast<uint8_t>(c)] != kNoSymbol; });
    if (writable) {
        encode(kReplacement, scratch, replacement_);
    } else if (const auto unknown = vocabulary_->unknown()) {
        replacement_ = {*unknown};
    } else {
        for (unsigned byte = 0; byte < 256; ++byte) {
            if (byte_symbols_[byte] == kNoSymbol) {
                return invalid("tokenizer.ggml.tokens: no token for byte " + std::to_string(byte) +
                               " and none to stand for unknown text; the vocabulary cannot write every text");
            }
        }
    }
    return {};
}

Status Bpe::add_merges(std::span<const std::string_view> merges) {
    merges_.reserve(merges.size());
    // Text on the way to a token need not be a token itself; it then gets a number after the last id.
    std::unordered_map<std::string_view, Symbol> between;
    std::vector<std::string> joined_texts;
    const auto symbol_of = [&](std::string_view text) -> Symbol {
        if (const auto id = vocabulary_->find(text)) return *id;
        const auto next = static_cast<Symbol>(vocabulary_->size() + between.size());
        return between.try_emplace(text, next).first->second;
    };
    joined_texts.reserve(merges.size());  // its strings may not move
    for (size_t rank = 0; rank < merges.size(); ++rank) {
        ASSIGN_OR_RETURN(const auto halves, halves_of_merge(merges, rank));
        const auto [left, right] = halves;
        joined_texts.push_back(std::string(left) += right);
        const auto joined = vocabulary_->find(joined_texts.back());
        if (joined && vocabulary_->is_special(*joined)) continue;
        const Merge merge{static_cast<uint32_t>(rank), joined ? *joined : symbol_of(joined_texts.back())};
        if (joined) joined_texts.back().clear();
        if (!merges_.add(symbol_of(left), symbol_of(right), merge)) {
            return invalid("tokenizer.ggml.merges: thousands of merges were made to collide; the file is not an honest vocabulary");
        }
    }
    return {};
}

void Bpe::encode_all(std::span<const std::string_view> words, Scratch& scratch, std::vector<TokenId>& out) const {
    for (const std::string_view word : words) {
        if (is_looked_up(word) && word.size() <= WordIndex::kShort) words_.prefetch(word);
    }
    for (const std::string_view word : words) encode(word, scratch, out);
}

void Bpe::encode(std::string_view word, Scratch& scratch, std::vector<TokenId>& out) const {
    if (word.empty()) return;
    const auto id = is_looked_up(word) ? words_.find(word) : std::nullopt;
    if (!id) {
        merge_bytes(word, scratch, out);
    } else if (ignore_merges_ || whole_[*id].load(std::memory_order_relaxed) == Whole::yes) {
        out.push_back(*id);
    } else {
        const size_t before = out.size();
        merge_bytes(word, scratch, out);
        const bool is_whole = out.size() == before + 1 && out.back() == *id;
        whole_[*id].store(is_whole ? Whole::yes : Whole::no, std::memory_order_relaxed);
    }
}

void Bpe::merge_bytes(std::string_view word, Scratch& scratch, std::vector<TokenId>& out) const {
    if (word.size() == 1) {
        append(byte_symbols_[static_cast<uint8_t>(word[0])], word, out);
        return;
    }
    if (word.size() == 2) {
        const Symbol left = byte_symbols_[static_cast<uint8_t>(word[0])];
        const Symbol right = byte_symbols_[static_cast<uint8_t>(word[1])];
        const Merge merge = merges_.find(left, right);
        if (merge.rank != kNoRank) {
            append(merge.result, word, out);
        } else {
            append(left, word.substr(0, 1), out);
            append(right, word.substr(1), out);
        }
        return;
    }
    scratch.units.resize(word.size());
    for (size_t i = 0; i < word.size(); ++i) scratch.units[i] = byte_symbols_[static_cast<uint8_t>(word[i])];
    scratch.pieces.clear();
    scratch.merger.merge(scratch.units, scratch.pieces);
    size_t at = 0;
    for (const Piece& piece : scratch.pieces) {
        append(piece.symbol, word.substr(at, piece.units), out);
        at += piece.units;
    }
}

void Bpe::append(Symbol symbol, std::string_view bytes, std::vector<TokenId>& out) const {
    if (symbol < vocabulary_->size()) {
        out.push_back(symbol);
        return;
    }
    for (const char c : bytes) {
        const Symbol byte = byte_symbols_[static_cast<uint8_t>(c)];
        if (byte != kNoSymbol) {
            out.push_back(byte);
        } else {
            out.insert(out.end(), replacement_.begin(), replacement_.end());
        }
    }
}

}  // namespace soliloquy

/// tests/fuzz/tokenizer/fuzz_vocabulary.cpp: any vocabulary: refused with a message, or used without harm.
/// Input: lines. First "MODEL PRE BOS EOS", numbers; then a line per token, its first byte the kind; after an empty line, merges; after
/// another, the text.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "engine/tokenizer/tokenizer.h"

namespace {

using namespace soliloquy;

void require(bool truth) {
    if (!truth) std::abort();
}

std::string_view take_line(std::string_view& rest) {
    const size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return line;
}

uint64_t number_at(std::string_view line, size_t at) { return at < line.size() ? static_cast<uint8_t>(line[at]) : 0; }

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    constexpr std::string_view families[] = {"deepseek-v3", "qwen2", "llama-bpe", "gpt-4o", "deepseek-llm", "default", "nonsense"};
    std::string_view rest(reinterpret_cast<const char*>(data), size);
    const std::string_view head = take_line(rest);
    VocabularySource source;
    constexpr VocabularyModel models[] = {VocabularyModel::bpe, VocabularyModel::sentencepiece, VocabularyModel::bpe,
                                          VocabularyModel::letter_bpe};
    source.model = models[number_at(head, 0) % std::size(models)];
    source.pre = families[number_at(head, 1) % std::size(families)];
    if (head.size() > 2) source.bos = number_at(head, 2);
    if (head.size() > 3) source.eos = number_at(head, 3) << (number_at(head, 4) % 60);
    // The letters of all bytes first, if asked for, so that texts can be written at all.
    std::vector<std::string> bytes;
    if (number_at(head, 5) % 2 == 0) {
        for (unsigned byte = 0; byte < 256; ++byte) {
            const char* digits = "0123456789ABCDEF";
            bytes.push_back(std::string("<0x") + digits[byte / 16] + digits[byte % 16] + ">");
        }
    }
    for (const std::string& byte : bytes) {
        source.tokens.push_back(byte);
        source.kinds.push_back(6);
        source.scores.push_back(0);
    }
    for (std::string_view line = take_line(rest); !line.empty(); line = take_line(rest)) {
        source.kinds.push_back(line[0] - '0');
        source.tokens.push_back(line.substr(1));
        source.scores.push_back(static_cast<float>(static_cast<int8_t>(line.back())));
    }
    std::vector<std::string_view> merges;
    for (std::string_view line = take_line(rest); !line.empty(); line = take_line(rest)) merges.push_back(line);

    const auto tokenizer = Tokenizer::from_source(source, merges);
    if (!tokenizer.ok()) {
        require(!tokenizer.error().message.empty() && tokenizer.error().message.size() < 2000);
        return -1;
    }
    const Vocabulary& vocabulary = (*tokenizer)->vocabulary();
    for (TokenId id = 0; id < vocabulary.size() + 2; ++id) {
        require(vocabulary.text(id).size() <= Vocabulary::kMaxTokenBytes);
        require(!vocabulary.is_plain_text(id) || vocabulary.kind(id) == TokenKind::user_defined);
    }
    TracedText content;
    content.append(rest, TextSource::from_content);
    const auto ids = (*tokenizer)->encode(content);
    const auto special = (*tokenizer)->encode(rest, true);
    require(ids.ok() && special.ok());
    for (const TokenId id : *ids) {
        require(id < vocabulary.size());
        require(vocabulary.kind(id) != TokenKind::control || vocabulary.unknown() == id);
    }
    return 0;
}

/// engine/tokenizer/tokenizer.cpp: special tokens first, then what lies between them by the vocabulary's own way.
#include "engine/tokenizer/tokenizer.h"

#include <algorithm>
#include <array>
#include <new>
#include <optional>

#include "engine/tokenizer/bpe.h"
#include "engine/tokenizer/merge_list.h"
#include "engine/tokenizer/pretokenizer.h"
#include "engine/tokenizer/special_tokens.h"
#include "engine/tokenizer/spm.h"

namespace soliloquy {
namespace {

/// Harmony's marks inside a turn. The reference counts them as user-defined, so that they are found in plain text too.
constexpr std::array<std::string_view, 5> kHarmonyMarks = {"<|start|>", "<|channel|>", "<|message|>", "<|constrain|>", "<|end|>"};

/// Encodes the text between special tokens.
class Between {
  public:
    virtual ~Between() = default;
    virtual Status encode(std::string_view text, std::vector<TokenId>& out) = 0;
};

class BetweenBpe final : public Between {
  public:
    BetweenBpe(const Pretokenizer& pretokenizer, const Bpe& bpe) : pretokenizer_(pretokenizer), bpe_(bpe), scratch_(bpe) {}
    Status encode(std::string_view text, std::vector<TokenId>& out) override {
        std::array<std::string_view, Bpe::kBatch> words;
        size_t count = 0;
        RETURN_IF_ERROR(pretokenizer_.split(text, split_scratch_, [&](std::string_view word) {
            words[count++] = word;
            if (count < words.size()) return;
            bpe_.encode_all(words, scratch_, out);
            count = 0;
        }));
        bpe_.encode_all(std::span(words).first(count), scratch_, out);
        return {};
    }

  private:
    const Pretokenizer& pretokenizer_;
    const Bpe& bpe_;
    Pretokenizer::Scratch split_scratch_;
    Bpe::Scratch scratch_;
};

class BetweenSpm final : public Between {
  public:
    BetweenSpm(const Spm& spm, const Vocabulary& vocabulary) : spm_(spm), vocabulary_(vocabulary), scratch_(spm) {}
    Status encode(std::string_view text, std::vector<TokenId>& out) override {
        if (vocabulary_.model() == VocabularyModel::letter_bpe) {
            spm_.encode_lines(text, scratch_, out);
        } else {
            spm_.encode(text, vocabulary_.add_space_prefix(), scratch_, out);
        }
        return {};
    }

  private:
    const Spm& spm_;
    const Vocabulary& vocabulary_;
    Spm::Scratch scratch_;
};

/// Where the template's own bytes end, for offsets that only grow.
class TemplateRegions {
  public:
    explicit TemplateRegions(std::span<const TracedText::Run> runs) : runs_(runs) { skip(0); }
    /// The end of the stretch of template bytes around `at`; `at` itself when that byte is content.
    size_t end_of(size_t at) noexcept {
        skip(at);
        return at >= begin_ && at < end_ ? end_ : at;
    }

  private:
    void skip(size_t at) noexcept {
        while (at >= end_ && next_ < runs_.size()) {
            begin_ = run_end_;
            while (next_ < runs_.size() && runs_[next_].source != TextSource::from_template) begin_ += runs_[next_++].length;
            end_ = begin_;
            while (next_ < runs_.size() && runs_[next_].source == TextSource::from_template) end_ += runs_[next_++].length;
            run_end_ = end_;
        }
    }
    std::span<const TracedText::Run> runs_;
    size_t next_ = 0;
    size_t run_end_ = 0;          // where runs_[next_] begins
    size_t begin_ = 0, end_ = 0;  // the stretch of template bytes at hand
};

class TokenizerOfVocabulary final : public Tokenizer {
  public:
    explicit TokenizerOfVocabulary(Vocabulary vocabulary)
        : vocabulary_(std::move(vocabulary)), all_(vocabulary_), in_plain_(vocabulary_), in_content_(vocabulary_) {
        for (TokenId id = 0; id < vocabulary_.size(); ++id) {
            if (vocabulary_.is_special(id)) all_.add(id);
            const bool user_defined = vocabulary_.kind(id) == TokenKind::user_defined;
            if (user_defined || is_harmony_mark(id)) in_plain_.add(id);
            if (vocabulary_.is_plain_text(id)) in_content_.add(id);
        }
        all_.finish();
        in_plain_.finish();
        in_content_.finish();
    }

    void use_bpe(Pretokenizer pretokenizer, Bpe bpe) {
        pretokenizer_.emplace(std::move(pretokenizer));
        bpe_.emplace(std::move(bpe));
    }
    void use_spm(Spm spm) { spm_.emplace(std::move(spm)); }

    const Vocabulary& vocabulary() const noexcept override { return vocabulary_; }

    Result<std::vector<TokenId>> encode(std::string_view text, bool control_tokens) const override {
        const TracedText::Run whole{text.size(), TextSource::from_template};
        if (control_tokens) return encode_runs(text, {&whole, 1}, in_content_);
        return encode_runs(text, {}, in_plain_);
    }

    Result<std::vector<TokenId>> encode(const TracedText& text) const override {
        size_t total = 0;
        for (const TracedText::Run& run : text.runs) {
            if (run.length > text.text.size() - total) {
                return Error{ErrorCode::invalid_argument, "the runs of a traced text are longer than the text"};
            }
            total += run.length;
        }
        return encode_runs(text.text, text.runs, in_content_);
    }

  private:
    bool is_harmony_mark(TokenId id) const {
        return vocabulary_.is_harmony() && vocabulary_.kind(id) == TokenKind::control &&
               std::find(kHarmonyMarks.begin(), kHarmonyMarks.end(), vocabulary_.text(id)) != kHarmonyMarks.end();
    }

    /// Any special token inside the template's stretches of `runs`, and those of `anywhere` in all of the text; the leftmost, then the
    /// longest, wins.
    Result<std::vector<TokenId>> encode_runs(std::string_view text, std::span<const TracedText::Run> runs,
                                             const SpecialTokens& anywhere) const try {
        if (text.size() > kMaxTextBytes) {
            return Error{ErrorCode::invalid_argument, "a text of " + std::to_string(text.size()) + " bytes is too long; at most " +
                                                          std::to_string(kMaxTextBytes) + " can be tokenised at once"};
        }
        std::optional<BetweenBpe> by_bpe;
        std::optional<BetweenSpm> by_spm;
        Between& between =
            spm_ ? static_cast<Between&>(by_spm.emplace(*spm_, vocabulary_)) : static_cast<Between&>(by_bpe.emplace(*pretokenizer_, *bpe_));
        std::vector<TokenId> ids;
        ids.reserve(text.size() / 4 + 16);
        TemplateRegions regions(runs);
        size_t done = 0;
        for (size_t at = 0; at < text.size();) {
            const bool may_be_special = all_.may_start(text[at]) || anywhere.may_start(text[at]);
            const auto found = may_be_special ? match_at(text, at, regions, anywhere) : std::nullopt;
            if (!found) {
                ++at;
                continue;
            }
            if (done < at) RETURN_IF_ERROR(between.encode(text.substr(done, at - done), ids));
            ids.push_back(found->id);
            done = at += found->length;
        }
        if (done < text.size()) RETURN_IF_ERROR(between.encode(text.substr(done), ids));
        return ids;
    } catch (const std::bad_alloc&) {
        return Error{ErrorCode::out_of_memory, "not enough memory to tokenise a text of " + std::to_string(text.size()) + " bytes"};
    }

    std::optional<SpecialTokens::Match> match_at(std::string_view text, size_t at, TemplateRegions& regions,
                                                 const SpecialTokens& anywhere) const noexcept {
        const auto mark = all_.match(text.substr(at, regions.end_of(at) - at));
        const auto other = anywhere.match(text.substr(at));
        if (mark && (!other || mark->length >= other->length)) return mark;
        return other;
    }

    Vocabulary vocabulary_;
    SpecialTokens all_, in_plain_, in_content_;
    std::optional<Pretokenizer> pretokenizer_;
    std::optional<Bpe> bpe_;
    std::optional<Spm> spm_;
};

/// `merges_of()` gives the list of merges; a vocabulary that joins by score has none.
template <typename MergesOf>
Result<std::unique_ptr<Tokenizer>> make_tokenizer(Vocabulary vocabulary, MergesOf&& merges_of) {
    auto tokenizer = std::make_unique<TokenizerOfVocabulary>(std::move(vocabulary));
    const Vocabulary& placed = tokenizer->vocabulary();
    if (placed.model() == VocabularyModel::sentencepiece) {
        ASSIGN_OR_RETURN(Spm spm, Spm::build(placed));
        tokenizer->use_spm(std::move(spm));
        return std::unique_ptr<Tokenizer>(std::move(tokenizer));
    }
    if (placed.model() == VocabularyModel::letter_bpe) {
        ASSIGN_OR_RETURN(const std::vector<std::string_view> merges, merges_of());
        ASSIGN_OR_RETURN(Spm spm, Spm::build(placed, merges));
        tokenizer->use_spm(std::move(spm));
        return std::unique_ptr<Tokenizer>(std::move(tokenizer));
    }
    ASSIGN_OR_RETURN(Pretokenizer pretokenizer, Pretokenizer::create(placed.pre()));
    ASSIGN_OR_RETURN(const std::vector<std::string_view> merges, merges_of());
    ASSIGN_OR_RETURN(Bpe bpe, Bpe::build(placed, merges, pretokenizer.ignore_merges()));
    tokenizer->use_bpe(std::move(pretokenizer), std::move(bpe));
    return std::unique_ptr<Tokenizer>(std::move(tokenizer));
}

}  // namespace

Result<std::unique_ptr<Tokenizer>> Tokenizer::from_gguf(const GgufFile& file) try {
    ASSIGN_OR_RETURN(Vocabulary vocabulary, Vocabulary::from_gguf(file));
    return make_tokenizer(std::move(vocabulary), [&] { return read_merges(file); });
} catch (const std::bad_alloc&) {
    return Error{ErrorCode::out_of_memory, "not enough memory for the vocabulary"};
}

Result<std::unique_ptr<Tokenizer>> Tokenizer::from_source(const VocabularySource& source, std::span<const std::string_view> merges) try {
    ASSIGN_OR_RETURN(Vocabulary vocabulary, Vocabulary::from_source(source));
    return make_tokenizer(std::move(vocabulary), [&]() -> Result<std::vector<std::string_view>> {
        return std::vector<std::string_view>(merges.begin(), merges.end());
    });
} catch (const std::bad_alloc&) {
    return Error{ErrorCode::out_of_memory, "not enough memory for the vocabulary"};
}

}  // namespace soliloquy

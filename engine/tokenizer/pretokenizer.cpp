/// engine/tokenizer/pretokenizer.cpp: the passes of a family, each an expression of PCRE2.
#include "engine/tokenizer/pretokenizer.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <algorithm>
#include <array>
#include <limits>
#include <memory>
#include <new>
#include <string>

#include "engine/tokenizer/split_expressions.h"
#include "engine/tokenizer/utf8_stream.h"

namespace soliloquy {
namespace {

struct FreeCode {
    void operator()(pcre2_code* code) const noexcept { pcre2_code_free(code); }
};
struct FreeMatchData {
    void operator()(pcre2_match_data* data) const noexcept { pcre2_match_data_free(data); }
};
struct FreeMatchContext {
    void operator()(pcre2_match_context* context) const noexcept { pcre2_match_context_free(context); }
};
struct FreeJitStack {
    void operator()(pcre2_jit_stack* stack) const noexcept { pcre2_jit_stack_free(stack); }
};

constexpr size_t kJitStackBytes = 64 * 1024;  // on the heap: the caller's stack may be small
constexpr uint32_t kHeapLimitKibibytes = 16 * 1024;
constexpr uint32_t kDepthLimit = 10'000;

std::string message_of(int error) {
    std::array<PCRE2_UCHAR, 256> buffer{};
    pcre2_get_error_message(error, buffer.data(), buffer.size());
    return reinterpret_cast<const char*>(buffer.data());
}

/// The same text with every ill-formed subpart replaced by a letter of the same length that is no letter, digit, space or sign;
/// empty when the text is well formed.
std::string stand_in_for_invalid(std::string_view text) {
    constexpr std::array<std::string_view, 4> kStandIns = {"", "\x01", "\xC2\x80", "\xEF\xBF\xBD"};
    std::string copy;
    for (size_t at = 0; at < text.size();) {
        if (static_cast<unsigned char>(text[at]) < 0x80) {
            ++at;
            continue;
        }
        const Utf8Letter letter = first_utf8_letter(text.substr(at));
        if (letter.state != Utf8Letter::State::valid) {
            if (copy.empty()) copy = text;
            copy.replace(at, letter.length, kStandIns[letter.length]);
        }
        at += letter.length;
    }
    return copy;
}

size_t letter_length(char lead) noexcept {
    const auto byte = static_cast<unsigned char>(lead);
    return byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

}  // namespace

struct Pretokenizer::Pass {
    std::unique_ptr<pcre2_code, FreeCode> code;
    bool compiled_to_machine_code = false;
    unsigned digits = 0;
};

struct Pretokenizer::Scratch::Parts {
    std::unique_ptr<pcre2_match_data, FreeMatchData> data{pcre2_match_data_create(1, nullptr)};
    std::unique_ptr<pcre2_match_context, FreeMatchContext> context{pcre2_match_context_create(nullptr)};
    std::unique_ptr<pcre2_jit_stack, FreeJitStack> jit_stack{pcre2_jit_stack_create(kJitStackBytes, kJitStackBytes, nullptr)};
};

Pretokenizer::Scratch::Scratch() : parts_(std::make_unique<Parts>()) {
    if (!parts_->data || !parts_->context) return;
    pcre2_set_heap_limit(parts_->context.get(), kHeapLimitKibibytes);
    pcre2_set_depth_limit(parts_->context.get(), kDepthLimit);
    if (parts_->jit_stack) pcre2_jit_stack_assign(parts_->context.get(), nullptr, parts_->jit_stack.get());
}
Pretokenizer::Scratch::~Scratch() = default;
Pretokenizer::Scratch::Scratch(Scratch&&) noexcept = default;

/// One call of split().
struct Pretokenizer::Run {
    Scratch::Parts& parts;
    const std::vector<Pass>& passes;
    std::string_view text;    // what the caller gave
    std::string_view shadow;  // what is matched: the same, or with stand-ins for invalid bytes
    Take take;
    void* taker;
    Status failure{};

    /// The end of a match, after setting its begin; PCRE2_ERROR_NOMATCH or another negative number.
    int match(const Pass& pass, std::string_view piece, size_t from) const noexcept {
        const auto* subject = reinterpret_cast<PCRE2_SPTR>(piece.data());
        if (pass.compiled_to_machine_code && parts.jit_stack) {
            const int found = pcre2_jit_match(pass.code.get(), subject, piece.size(), from, 0, parts.data.get(), parts.context.get());
            if (found != PCRE2_ERROR_JIT_STACKLIMIT) return found;
        }
        return pcre2_match(pass.code.get(), subject, piece.size(), from, PCRE2_NO_UTF_CHECK | PCRE2_NO_JIT, parts.data.get(),
                           parts.context.get());
    }

    /// Passes shadow[begin, end) on to the pass `depth`. The recursion is as deep as the family has passes.
    bool give(size_t depth, size_t begin, size_t end) {
        if (begin == end) return true;
        const bool one_letter = end - begin == letter_length(shadow[begin]);
        if (depth == passes.size() || one_letter) {
            take(taker, text.substr(begin, end - begin));
            return true;
        }
        return cut(depth, begin, end);
    }

    bool cut(size_t depth, size_t begin, size_t end) {
        const Pass& pass = passes[depth];
        const std::string_view piece = shadow.substr(begin, end - begin);
        size_t done = 0;    // pieces up to here are given
        size_t search = 0;  // where to look for a match
        while (search < piece.size()) {
            size_t from = search;
            size_t to = search;
            if (pass.digits > 0 && is_digit(piece[search])) {
                while (to < piece.size() && to - from < pass.digits && is_digit(piece[to])) ++to;
                // A further digit of another script would belong to the same match.
                if (to < piece.size() && to - from < pass.digits && static_cast<unsigned char>(piece[to]) >= 0x80) to = from;
            }
            if (to == from) {
                const int found = match(pass, piece, search);
                if (found == PCRE2_ERROR_NOMATCH) break;
                if (found < 0) {
                    failure = Error{ErrorCode::internal, "cutting text into words failed: " + message_of(found)};
                    return false;
                }
                const size_t* ends = pcre2_get_ovector_pointer(parts.data.get());
                from = ends[0];
                to = ends[1];
            }
            if (to <= from) {  // no expression of ours matches nothing
                search = std::max(search, from) + letter_length(piece[from < piece.size() ? from : search]);
                continue;
            }
            if (!give(depth + 1, begin + done, begin + from) || !give(depth + 1, begin + from, begin + to)) return false;
            done = search = to;
        }
        return give(depth + 1, begin + done, end);
    }
};

Pretokenizer::Pretokenizer() = default;
Pretokenizer::~Pretokenizer() = default;
Pretokenizer::Pretokenizer(Pretokenizer&&) noexcept = default;
Pretokenizer& Pretokenizer::operator=(Pretokenizer&&) noexcept = default;

Result<Pretokenizer> Pretokenizer::create(std::string_view pre) try {
    const SplitFamily* family = find_split_family(pre);
    if (family == nullptr) {
        return Error{ErrorCode::unsupported, "tokenizer.ggml.pre is \"" + to_valid_utf8(pre.substr(0, 60)) +
                                                 "\", a way of cutting text that this program does not know; it knows " +
                                                 split_family_names()};
    }
    Pretokenizer pretokenizer;
    pretokenizer.ignore_merges_ = family->ignore_merges;
    for (const SplitPass& split : family->passes) {
        const std::string expression = with_unicode_spaces(split.expression);
        int error = 0;
        size_t offset = 0;
        Pass pass;
        pass.code.reset(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(expression.data()), expression.size(),
                                      PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C, &error, &offset, nullptr));
        if (!pass.code) {
            return Error{ErrorCode::internal, "the expression of \"" + std::string(pre) + "\" does not compile at " +
                                                  std::to_string(offset) + ": " + message_of(error)};
        }
        // Where memory may not be made executable the interpreter does the same, slower.
        pass.compiled_to_machine_code = pcre2_jit_compile(pass.code.get(), PCRE2_JIT_COMPLETE) == 0;
        pass.digits = split.digits;
        pretokenizer.passes_.push_back(std::move(pass));
    }
    return pretokenizer;
} catch (const std::bad_alloc&) {
    return Error{ErrorCode::out_of_memory, "not enough memory for the pre-tokenizer"};
}

Status Pretokenizer::split(std::string_view text, Scratch& scratch, Take take, void* context) const try {
    Scratch::Parts& parts = *scratch.parts_;
    if (!parts.data || !parts.context) return Error{ErrorCode::out_of_memory, "not enough memory to cut the text into words"};
    // An expression gives back at most a few times what it scanned.
    const uint64_t steps = 100'000 + 64 * static_cast<uint64_t>(text.size());
    pcre2_set_match_limit(parts.context.get(), static_cast<uint32_t>(std::min<uint64_t>(steps, std::numeric_limits<uint32_t>::max())));
    const std::string stand_in = stand_in_for_invalid(text);
    Run run{.parts = parts,
            .passes = passes_,
            .text = text,
            .shadow = stand_in.empty() ? text : std::string_view(stand_in),
            .take = take,
            .taker = context};
    run.give(0, 0, text.size());
    return run.failure;
} catch (const std::bad_alloc&) {
    return Error{ErrorCode::out_of_memory, "not enough memory to cut the text into words"};
}

}  // namespace soliloquy

/// engine/tokenizer/split_expressions.h: how each family of byte-level vocabularies cuts text before merging.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace soliloquy {

/// One pass cuts every piece of the pass before into the matches of its expression and what lies between them.
struct SplitPass {
    std::string_view expression;
    /// > 0: wherever a match starts at an ASCII digit, it is this many digits, or all there are if fewer.
    unsigned digits = 0;
};

struct SplitFamily {
    std::span<const std::string_view> names;  ///< values of tokenizer.ggml.pre
    std::span<const SplitPass> passes;
    bool ignore_merges = false;  ///< a pre-token that is a token is taken without merging
};

/// Null for a family that this program does not know.
[[nodiscard]] const SplitFamily* find_split_family(std::string_view pre) noexcept;
/// The names of all families, sorted as they stand in the table, with commas between.
[[nodiscard]] std::string split_family_names();

/// The expression with \s and \S written out as Unicode's White_Space property, inside and outside of classes: PCRE2's own \s
/// counts U+180E in and, without UCP, everything beyond ASCII out.
[[nodiscard]] std::string with_unicode_spaces(std::string_view expression);

}  // namespace soliloquy

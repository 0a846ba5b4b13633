/// engine/tokenizer/pretokenizer.h: cuts text into the pieces within which a byte-level vocabulary merges.
#pragma once

#include <memory>
#include <string_view>
#include <type_traits>
#include <vector>

#include "engine/core/result.h"

namespace soliloquy {

/// Immutable and safe to use from several threads at once. Time is linear in the text and stack use constant, whatever the text.
class Pretokenizer {
  public:
    /// By the value of tokenizer.ggml.pre. An unknown one is an Error that names it and those known.
    static Result<Pretokenizer> create(std::string_view pre);
    ~Pretokenizer();
    Pretokenizer(Pretokenizer&&) noexcept;
    Pretokenizer& operator=(Pretokenizer&&) noexcept;

    [[nodiscard]] bool ignore_merges() const noexcept { return ignore_merges_; }

    /// What one thread needs while it splits. Without memory for it, split() gives an Error.
    class Scratch {
      public:
        Scratch();
        ~Scratch();
        Scratch(Scratch&&) noexcept;

      private:
        friend class Pretokenizer;
        struct Parts;
        std::unique_ptr<Parts> parts_;
    };

    /// Calls take(context, piece) for every piece in order; together they are `text`. Bytes that are no UTF-8 count as symbols.
    using Take = void (*)(void* context, std::string_view piece);
    Status split(std::string_view text, Scratch& scratch, Take take, void* context) const;

    template <typename F>
    Status split(std::string_view text, Scratch& scratch, F&& take) const {
        return split(
            text, scratch, [](void* context, std::string_view piece) { (*static_cast<std::remove_reference_t<F>*>(context))(piece); },
            const_cast<void*>(static_cast<const void*>(&take)));
    }

  private:
    struct Pass;
    struct Run;
    Pretokenizer();

    std::vector<Pass> passes_;
    bool ignore_merges_ = false;
};

}  // namespace soliloquy

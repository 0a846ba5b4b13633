/// engine/chat/jinja/sandbox.h: what one rendering may spend, and what it has spent.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "engine/chat/jinja/error.h"

namespace soliloquy::jinja {

class Value;
struct Container;

/// Bounds of one rendering. Honest templates stay a hundred times below them; they grow with the size of the conversation
/// (see for_inputs), so that a long one still renders.
struct Limits {
    uint64_t steps = 1'000'000;             ///< evaluated nodes, loop turns, and 64-byte pieces of text moved
    size_t memory_bytes = size_t{4} << 20;  ///< strings, lists, dicts and output alive at a time
    uint32_t depth = 400;                   ///< nested evaluation, macros included: bounds the machine stack
    size_t range_length = 100'000;

    /// The bounds for inputs of that many bytes of text and that many list or dict elements.
    static Limits for_inputs(size_t text_bytes, size_t elements) noexcept;
};

/// Counts for one rendering on one thread. Values made by a rendering point at its sandbox and must die before it.
class Sandbox {
  public:
    explicit Sandbox(const Limits& limits);
    ~Sandbox();
    Sandbox(const Sandbox&) = delete;
    Sandbox& operator=(const Sandbox&) = delete;

    [[nodiscard]] const Limits& limits() const noexcept { return limits_; }
    /// Where errors are said to be.
    Position at;
    [[noreturn]] void fail(std::string reason) const { throw TemplateError{at, std::move(reason)}; }

    void step(uint64_t count = 1) {
        steps_ += count;
        if (steps_ > limits_.steps) fail_steps();
    }
    /// Counts the cost of reading or writing that many bytes.
    void work(size_t bytes) { step(1 + bytes / 64); }

    /// Counts the worst cost of looking for `needle` bytes in `haystack` bytes.
    void search(size_t haystack, size_t needle) { step(1 + haystack / 8 * (1 + needle / 32)); }

    /// Takes memory, or fails. Every charge is matched by a release.
    void charge(size_t bytes) {
        require(bytes);
        memory_ += bytes;
    }
    /// Fails when that much more memory would not be granted.
    void require(size_t bytes) const {
        if (bytes > limits_.memory_bytes || memory_ + bytes > limits_.memory_bytes) fail_memory();
    }
    void release(size_t bytes) noexcept { memory_ -= bytes; }

    /// One level of nested evaluation, for as long as it lives.
    class Level {
      public:
        explicit Level(Sandbox& sandbox) : sandbox_(sandbox) {
            if (++sandbox_.depth_ > sandbox_.limits_.depth) {
                --sandbox_.depth_;
                sandbox_.fail_depth();
            }
        }
        ~Level() { --sandbox_.depth_; }
        Level(const Level&) = delete;
        Level& operator=(const Level&) = delete;

      private:
        Sandbox& sandbox_;
    };

    /// Containers register, so that cycles made by list.append can be cut at the end.
    void enlist(Container& container) noexcept;
    void delist(Container& container) noexcept;
    /// Takes the elements of a dying container: they die one after the other instead of nesting destructors.
    void bury(std::vector<Value>&& elements) noexcept;
    /// Empties every container that is still alive.
    void drop_containers() noexcept;

  private:
    [[noreturn]] void fail_steps() const;
    [[noreturn]] void fail_memory() const;
    [[noreturn]] void fail_depth() const;

    Limits limits_;
    uint64_t steps_ = 0;
    size_t memory_ = 0;
    uint32_t depth_ = 0;
    Container* first_ = nullptr;
    std::vector<std::vector<Value>> graveyard_;
    bool burying_ = false;
};

}  // namespace soliloquy::jinja

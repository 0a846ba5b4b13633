/// engine/backend/memory.h: large zeroed blocks for activations and caches.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "engine/core/result.h"

namespace soliloquy {

/// Zeroed memory that the system commits page by page when it is first touched. 64-byte aligned.
class Memory {
  public:
    /// out_of_memory names `what` and the size.
    static Result<Memory> allocate(uint64_t bytes, std::string_view what);
    Memory() = default;
    [[nodiscard]] std::byte* data() const noexcept { return aligned_; }
    [[nodiscard]] uint64_t bytes() const noexcept { return bytes_; }

  private:
    struct Free {
        void operator()(std::byte* block) const noexcept;
    };
    std::unique_ptr<std::byte, Free> block_;
    std::byte* aligned_ = nullptr;
    uint64_t bytes_ = 0;
};

}  // namespace soliloquy

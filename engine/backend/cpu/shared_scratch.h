/// engine/backend/cpu/shared_scratch.h: memory that one instruction of a plan after the other works in.
#pragma once

#include <algorithm>

#include "engine/backend/memory.h"

namespace soliloquy::cpu {

/// As large as the instruction that needs the most, not as all of them together: a model has one of each kind in every layer. What an
/// instruction leaves here is lost when the next one begins, so each that uses it counts as writing it (Instruction::writes).
class SharedScratch {
  public:
    /// While a plan is compiled; data() is valid after allocate().
    void need(uint64_t bytes) noexcept { bytes_ = std::max(bytes_, bytes); }
    Status allocate() {
        ASSIGN_OR_RETURN(memory_, Memory::allocate(bytes_, "scratch of a layer"));
        return Status::success();
    }
    [[nodiscard]] std::byte* data() const noexcept { return memory_.data(); }
    [[nodiscard]] float* floats(size_t at) const noexcept { return reinterpret_cast<float*>(memory_.data()) + at; }

  private:
    Memory memory_;
    uint64_t bytes_ = 0;
};

}  // namespace soliloquy::cpu

/// engine/backend/memory.cpp: calloc, because large zeroed blocks come from the system untouched and cost nothing until used.
#include "engine/backend/memory.h"

#include <cstdlib>
#include <limits>
#include <string>

namespace soliloquy {
namespace {

constexpr size_t kAlignment = 64;
constexpr uint64_t kMost = uint64_t{1} << 46;  // 64 TiB: more is a broken file, not a machine

}  // namespace

void Memory::Free::operator()(std::byte* block) const noexcept { std::free(block); }

Result<Memory> Memory::allocate(uint64_t bytes, std::string_view what) {
    Memory memory;
    void* block = nullptr;
    if (bytes <= kMost && bytes <= std::numeric_limits<size_t>::max() - kAlignment) {
        block = std::calloc(static_cast<size_t>(bytes) + kAlignment, 1);
    }
    if (block == nullptr) {
        return Error{ErrorCode::out_of_memory, std::string(what) + ": " + std::to_string(bytes >> 20) +
                                                   " MiB of memory could not be had; close other programs, or choose a shorter context"};
    }
    memory.block_.reset(static_cast<std::byte*>(block));
    const auto address = reinterpret_cast<uintptr_t>(block);
    memory.aligned_ = memory.block_.get() + (kAlignment - address % kAlignment) % kAlignment;
    memory.bytes_ = bytes;
    return memory;
}

}  // namespace soliloquy

/// app/models/machine_memory.h: how much memory this machine has, and how much of it a model could take now.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace soliloquy::models {

struct MachineMemory {
    uint64_t total = 0;      ///< bytes; 0 = the system does not tell
    uint64_t available = 0;  ///< free, or held only by caches that the system gives up on demand
};

[[nodiscard]] MachineMemory machine_memory() noexcept;

/// From the text of Linux's /proc/meminfo: MemTotal and MemAvailable.
[[nodiscard]] MachineMemory read_meminfo(std::string_view text) noexcept;

/// "5.2 GB", "18 GB", "60 MB": decimal units, two digits or more.
[[nodiscard]] std::string memory_words(uint64_t bytes);

/// "8,192"
[[nodiscard]] std::string grouped(uint64_t number);

}  // namespace soliloquy::models

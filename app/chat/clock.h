/// app/chat/clock.h: the time, given from outside so that tests can turn it.
#pragma once

#include <cstdint>

namespace soliloquy {

/// Called from the GUI thread and the engine thread.
class Clock {
  public:
    virtual ~Clock() = default;
    [[nodiscard]] virtual int64_t monotonic_ms() const noexcept = 0;  ///< for lengths; stands still while the machine sleeps
    [[nodiscard]] virtual int64_t unix_ms() const noexcept = 0;       ///< for dates
};

[[nodiscard]] const Clock& system_clock() noexcept;

}  // namespace soliloquy

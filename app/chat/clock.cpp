/// app/chat/clock.cpp: the machine's own time.
#include "app/chat/clock.h"

#include <chrono>

namespace soliloquy {
namespace {

class SystemClock final : public Clock {
  public:
    int64_t monotonic_ms() const noexcept override {
        return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
    }
    int64_t unix_ms() const noexcept override {
        return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
    }
};

}  // namespace

const Clock& system_clock() noexcept {
    static const SystemClock clock;
    return clock;
}

}  // namespace soliloquy

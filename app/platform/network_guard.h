/// app/platform/network_guard.h: takes the network away from this very process, for good.
#pragma once

#include <string>

namespace soliloquy {

/// What the system enforces from now on.
struct NetworkGuardState {
    bool enforced = false;    ///< the kernel counts one filter more than before
    std::string explanation;  ///< one sentence for the user
};

/// From now on socket() refuses every family but AF_UNIX (the local display and desktop) and io_uring is absent, in this process
/// and in whatever it starts. Call it once, before the first thread starts. Linux: seccomp; elsewhere `enforced` stays false.
[[nodiscard]] NetworkGuardState forbid_network();

}  // namespace soliloquy

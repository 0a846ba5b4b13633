/// app/platform/network_guard.h: takes the network away from this very process, for good.
#pragma once

#include <string>

#include "engine/core/result.h"

namespace soliloquy {

/// What the system enforces, as found by looking, not by remembering.
struct NetworkGuardState {
    bool enforced = false;    ///< an internet socket was just refused by the system
    std::string explanation;  ///< one sentence for the user
};

/// From now on socket() refuses every family but AF_UNIX (the local display and desktop) and io_uring is absent, in this process
/// and in whatever it starts. Call it before the first thread starts. Linux: seccomp; elsewhere an Error that says so.
[[nodiscard]] Status forbid_network();

/// Tries to make an internet socket and reports what happened.
[[nodiscard]] NetworkGuardState network_guard_state();

}  // namespace soliloquy

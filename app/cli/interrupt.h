/// app/cli/interrupt.h: Ctrl+C as a flag, so that a command ends cleanly; a second Ctrl+C ends the process at once.
#pragma once

namespace soliloquy::cli {

/// From now on the first SIGINT or SIGTERM only sets the flag. Commands look at it between tokens.
void watch_for_interrupt();
[[nodiscard]] bool interrupted() noexcept;
/// Sets the flag as the signal would: tests. `false` clears it.
void set_interrupted(bool value) noexcept;

}  // namespace soliloquy::cli

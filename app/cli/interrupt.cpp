/// app/cli/interrupt.cpp: Ctrl+C as a flag.
#include "app/cli/interrupt.h"

#include <csignal>

namespace soliloquy::cli {

namespace {

// The only way for a signal handler to tell something: a variable of static lifetime.
volatile std::sig_atomic_t g_interrupted = 0;

extern "C" void on_interrupt(int signal) {
    g_interrupted = 1;
    std::signal(signal, SIG_DFL);  // the second one ends the process
}

}  // namespace

void watch_for_interrupt() {
    std::signal(SIGINT, on_interrupt);
    std::signal(SIGTERM, on_interrupt);
}

bool interrupted() noexcept { return g_interrupted != 0; }

void set_interrupted(bool value) noexcept { g_interrupted = value ? 1 : 0; }

}  // namespace soliloquy::cli

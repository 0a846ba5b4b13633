/// app/main.cpp: the one program: terminal commands by name, the window otherwise.
#include <cstdio>

#include "app/cli/command_line.h"
#include "app/cli/commands.h"
#include "app/platform/network_guard.h"
#ifdef SOLILOQUY_HAS_WINDOW
#include "app/application.h"
#endif

int main(int argc, char** argv) {
    if (soliloquy::cli::is_terminal_command(argc, argv)) {
        (void)soliloquy::forbid_network();  // terminal commands open no socket; the filter makes sure
        return soliloquy::cli::run_terminal(argc, argv);
    }
#ifdef SOLILOQUY_HAS_WINDOW
    return soliloquy::run_window(argc, argv);
#else
    std::fputs("soliloquy: this build has no window\nTry: soliloquy --help\n", stderr);
    return soliloquy::cli::kExitUsage;
#endif
}

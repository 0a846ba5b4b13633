/// app/application.h: starts the window.
#pragma once

namespace soliloquy {

/// `soliloquy [--data DIR] [--model FILE] [--device cpu|vulkan|cuda|auto] [--threads N]`. Returns the exit code of the process: 0, or 1
/// with the reason on stderr (no display, a data folder that cannot be used), 2 for a command line that was not understood.
int run_window(int argc, char** argv);

}  // namespace soliloquy

/// app/cli/exit_code.h: what the program answers to the shell; `soliloquy --help` lists the same numbers.
#pragma once

namespace soliloquy::cli {

enum ExitCode : int {
    kExitOk = 0,
    kExitError = 1,          ///< the message is on stderr
    kExitUsage = 2,          ///< the command line was not understood
    kExitUnfinished = 3,     ///< the model stopped inside its thought: there is no answer
    kExitInterrupted = 130,  ///< Ctrl+C; what was written until then is complete
};

}  // namespace soliloquy::cli

/// tests/integration/crash/stream_script.h: what the killed program streams, known to both sides.
#pragma once

#include <string>

#include "tests/support/scripted_engine.h"

namespace soliloquy::testing {

/// The turn that ends before the endless one begins.
inline std::string finished_thought(int run) {
    std::string text = "A thought of run ";
    text += std::to_string(run);
    return text;
}
inline std::string finished_answer(int run) {
    std::string text = "The answer of run ";
    text += std::to_string(run);
    return text;
}

/// Thought and answer in turn, for ever, about 4,000 tokens a second.
inline Script endless_stream() {
    Script script = long_stream(3000, 1500, 200);
    script.endless = true;
    return script;
}

}  // namespace soliloquy::testing

/// engine/chat/reasoning_profile.h: how one family of models marks its thoughts: a row of data, no code.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/tokenizer/vocabulary.h"

namespace soliloquy {

enum class PastThoughts : uint8_t { dropped, kept, kept_after_last_user };

// The owner of this file completes the struct (opening, closing and tool marks, atomic or text, label, interleaved, harmony, off-switch
// ...).

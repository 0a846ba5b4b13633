/// engine/ending_names.cpp: the words for how a generation and its thought ended, as the store and --json write them.
#include "engine/engine.h"

namespace soliloquy {

std::string_view finish_reason_name(FinishReason reason) noexcept {
    switch (reason) {
        case FinishReason::end_of_turn:
            return "end_of_turn";
        case FinishReason::stopped:
            return "stopped";
        case FinishReason::max_tokens:
            return "max_tokens";
        case FinishReason::context_full:
            return "context_full";
        case FinishReason::error:
            return "error";
    }
    return "error";
}

std::string_view thought_status_name(ThoughtStatus status) noexcept {
    switch (status) {
        case ThoughtStatus::none:
            return "none";
        case ThoughtStatus::finished:
            return "finished";
        case ThoughtStatus::unfinished:
            return "unfinished";
    }
    return "none";
}

std::string_view closed_by_name(ClosedBy closed_by) noexcept {
    switch (closed_by) {
        case ClosedBy::nobody:
            return "nobody";
        case ClosedBy::model:
            return "model";
        case ClosedBy::tool:
            return "tool";
        case ClosedBy::user:
            return "user";
        case ClosedBy::budget:
            return "budget";
    }
    return "nobody";
}

}  // namespace soliloquy

/// engine/devices.cpp: which device a request gets, and the reason told to the user.
#include "engine/core/thread_pool.h"
#include "engine/engine.h"
#include "engine/model/decoder.h"

namespace soliloquy {

std::string_view device_name(Device device) noexcept {
    switch (device) {
        case Device::automatic:
            return "auto";
        case Device::cpu:
            return "cpu";
        case Device::vulkan:
            return "vulkan";
        case Device::cuda:
            return "cuda";
    }
    return "auto";
}

std::optional<Device> device_from_name(std::string_view name) noexcept {
    for (const Device device : {Device::automatic, Device::cpu, Device::vulkan, Device::cuda}) {
        if (device_name(device) == name) return device;
    }
    return std::nullopt;
}

Result<DeviceChoice> choose_device(Device wanted, unsigned threads) {
    if (wanted == Device::vulkan || wanted == Device::cuda) {
        return Error{ErrorCode::unsupported, std::string("the device ") + (wanted == Device::vulkan ? "vulkan" : "cuda") +
                                                 " is not available: this build has no such backend; use --device cpu or auto"};
    }
    const unsigned count = threads > 0 ? threads : ThreadPool::usable_cores();
    DeviceChoice choice;
    choice.device = Device::cpu;
    choice.description = "CPU, " + std::to_string(count) + (count == 1 ? " thread, " : " threads, ") + std::string(cpu_instruction_set());
    choice.reason = wanted == Device::cpu ? "as asked" : "this build has no GPU backend";
    return choice;
}

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

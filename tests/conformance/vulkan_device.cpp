/// tests/conformance/vulkan_device.cpp: runs the tests, or tells ctest that there is no device to run them on.
#include "tests/conformance/vulkan_device.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <mutex>

#include "engine/backend/vulkan/vulkan_backend.h"
#include "tests/unit/cpu_kernels/kernel_inputs.h"

namespace soliloquy {
namespace {

constexpr int kSkipped = 77;  // SKIP_RETURN_CODE

struct Messages {
    std::mutex mutex;
    std::vector<std::string> all;
};
Messages& messages() {
    static Messages kept;
    return kept;
}

Result<std::shared_ptr<Accelerator>> open() {
    VulkanOptions options;
    options.on_validation_message = [](const std::string& message) {
        const std::lock_guard lock(messages().mutex);
        messages().all.push_back(message);
    };
    options.packed_types.emplace();
    if (std::getenv("SOLILOQUY_VULKAN_TEST_PACKED") != nullptr)
        options.packed_types->assign(std::begin(kAllWeightTypes), std::end(kAllWeightTypes));
    const char* wanted = std::getenv("SOLILOQUY_VULKAN_TEST_DEVICE");
    if (wanted != nullptr && std::string_view(wanted) == "best") return open_vulkan_device(std::nullopt, options);
    ASSIGN_OR_RETURN(const auto devices, list_vulkan_devices(options));
    for (const AcceleratorInfo& each : devices) {
        if (each.kind == AcceleratorKind::cpu) return open_vulkan_device(each.index, options);
    }
    return Error{ErrorCode::not_found, "no Vulkan device computes on the CPU (Debian, Ubuntu: mesa-vulkan-drivers)"};
}

/// A message of the validation layer fails the test that runs.
class Listener : public testing::EmptyTestEventListener {
    void OnTestEnd(const testing::TestInfo&) override {
        for (const std::string& message : take_validation_messages()) ADD_FAILURE() << "validation: " << message;
    }
};

}  // namespace

const Result<std::shared_ptr<Accelerator>>& vulkan_test_device() {
    static const Result<std::shared_ptr<Accelerator>> device = open();
    return device;
}

std::vector<std::string> take_validation_messages() {
    const std::lock_guard lock(messages().mutex);
    return std::exchange(messages().all, {});
}

}  // namespace soliloquy

int main(int argc, char** argv) {
    testing::InitGoogleTest(&argc, argv);
    const auto& device = soliloquy::vulkan_test_device();
    if (!device.ok()) {
        std::printf("skipped: %s\n", device.error().message.c_str());
        return soliloquy::kSkipped;
    }
    const soliloquy::AcceleratorInfo& info = (*device)->info();
    std::printf("on %s, %s\n", info.name.c_str(), info.driver.c_str());
    testing::UnitTest::GetInstance()->listeners().Append(new soliloquy::Listener);
    return RUN_ALL_TESTS();
}

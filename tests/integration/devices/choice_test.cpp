/// tests/integration/devices/choice_test.cpp: which device a request gets on computers of all kinds, and what the user is told.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/device_source.h"

namespace soliloquy {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

AcceleratorInfo device(std::string name, AcceleratorKind kind, uint32_t index, std::string problem = {}) {
    return {.name = std::move(name),
            .driver = "driver 1, Vulkan 1.3.0",
            .kind = kind,
            .memory_bytes = uint64_t{8} << 30,
            .free_bytes = uint64_t{7} << 30,
            .index = index,
            .problem = std::move(problem)};
}

DeviceReports computer(std::vector<AcceleratorInfo> devices) {
    return list_devices_of({.list = [&]() -> Result<std::vector<AcceleratorInfo>> { return devices; }, .open = {}}, 2);
}
DeviceReports computer_without(std::string why) {
    return list_devices_of({.list = [&]() -> Result<std::vector<AcceleratorInfo>> {
                                return Error{ErrorCode::not_found, why};
                            },
                            .open = {}},
                           2);
}

const AcceleratorInfo kBig = device("GeForce RTX 3090", AcceleratorKind::discrete, 1);
const AcceleratorInfo kSmall = device("Intel UHD 770", AcceleratorKind::integrated, 0);
const AcceleratorInfo kFalse = device("llvmpipe (LLVM 15)", AcceleratorKind::cpu, 2);
const AcceleratorInfo kOld = device("GeForce GT 610", AcceleratorKind::discrete, 3, "Vulkan 1.2 (its driver knows 1.1.0)");

DeviceChoice choice(const char* name, const DeviceReports& known) {
    const auto made = choose_device(parse_device_name(name).value(), known);
    EXPECT_TRUE(made.ok()) << (made.ok() ? "" : made.error().message);
    return made.ok() ? *made : DeviceChoice{};
}
Error refusal(const char* name, const DeviceReports& known) {
    const auto made = choose_device(parse_device_name(name).value(), known);
    EXPECT_FALSE(made.ok());
    return made.ok() ? Error{} : made.error();
}

TEST(DeviceNames, are_read_with_what_stands_behind_the_colon) {
    EXPECT_EQ(parse_device_name("auto")->device, Device::automatic);
    EXPECT_EQ(parse_device_name("vulkan")->which, "");
    EXPECT_EQ(parse_device_name("vulkan:1")->which, "1");
    EXPECT_EQ(parse_device_name("vulkan:RTX 3090")->which, "RTX 3090");
    for (const char* wrong : {"", "gpu", "cpu:1", "vulkan:", "auto:x", "Vulkan"}) EXPECT_FALSE(parse_device_name(wrong)) << wrong;
}

TEST(DeviceChoices, automatic_takes_the_best_gpu_and_says_why) {
    const auto best = choice("auto", computer({kBig, kSmall, kFalse}));
    EXPECT_EQ(best.device, Device::vulkan);
    EXPECT_EQ(best.id, "vulkan:1");
    EXPECT_THAT(best.description, AllOf(HasSubstr("GeForce RTX 3090"), HasSubstr("8.6 GB")));
    EXPECT_EQ(best.reason, "the best of 2 GPUs");
    EXPECT_EQ(best.warning, "");
    EXPECT_EQ(choice("auto", computer({kSmall})).reason, "the only GPU");
    EXPECT_EQ(vulkan_index(best), 1u);
}

TEST(DeviceChoices, automatic_never_takes_a_cpu_in_disguise_or_a_device_that_lacks_something) {
    const auto only_false = choice("auto", computer({kFalse}));
    EXPECT_EQ(only_false.device, Device::cpu);
    EXPECT_THAT(only_false.reason, AllOf(HasSubstr("llvmpipe (LLVM 15)"), HasSubstr("a CPU pretending to be a GPU")));
    const auto old = choice("auto", computer({kOld, kFalse}));
    EXPECT_EQ(old.device, Device::cpu);
    EXPECT_THAT(old.reason, AllOf(HasSubstr("GeForce GT 610"), HasSubstr("Vulkan 1.2")));
    EXPECT_EQ(choice("auto", computer({kSmall, kOld})).id, "vulkan:0");
    const auto none = choice("auto", computer_without("Vulkan: its loader is not installed"));
    EXPECT_EQ(none.device, Device::cpu);
    EXPECT_EQ(none.reason, "no GPU: Vulkan: its loader is not installed");
    EXPECT_THAT(none.description, HasSubstr("CPU, 2 threads"));
}

TEST(DeviceChoices, a_device_asked_for_by_name_is_taken_or_refused) {
    const auto all = computer({kBig, kSmall, kFalse, kOld});
    EXPECT_EQ(choice("vulkan", all).id, "vulkan:1");
    EXPECT_EQ(choice("vulkan:0", all).id, "vulkan:0");
    EXPECT_EQ(choice("vulkan:uhd", all).id, "vulkan:0");
    EXPECT_EQ(choice("vulkan:0", all).reason, "as asked");
    EXPECT_THAT(choice("vulkan:LLVM", all).warning, HasSubstr("slower than --device cpu"));
    EXPECT_THAT(choice("vulkan", computer({kFalse})).warning, HasSubstr("CPU pretending to be a GPU"));
    EXPECT_EQ(choice("cpu", all).reason, "as asked");
    EXPECT_THAT(refusal("vulkan:7", all).message, AllOf(HasSubstr("device 7"), HasSubstr("vulkan:1 (GeForce RTX 3090)")));
    EXPECT_THAT(refusal("vulkan:radeon", all).message, AllOf(HasSubstr("'radeon'"), HasSubstr("Intel UHD 770")));
    EXPECT_THAT(refusal("vulkan:610", all).message, HasSubstr("device 610")) << "a number is a number";
    EXPECT_THAT(refusal("vulkan:GT 610", all).message, AllOf(HasSubstr("Vulkan 1.2"), HasSubstr("update its driver")));
    EXPECT_THAT(refusal("vulkan", computer_without("Vulkan: no driver offers a device")).message,
                AllOf(HasSubstr("no driver offers a device"), HasSubstr("--device cpu")));
    EXPECT_THAT(refusal("cuda", all).message, HasSubstr("cuda"));
}

TEST(DeviceReportsTest, list_every_device_with_its_reason_and_the_cpu_last) {
    const auto all = computer({kBig, kSmall, kFalse});
    ASSERT_EQ(all.devices.size(), 4u);
    EXPECT_TRUE(all.devices[0].chosen);
    EXPECT_EQ(all.devices[0].kind, "GPU");
    EXPECT_EQ(all.devices[1].reason, "GeForce RTX 3090 is preferred");
    EXPECT_EQ(all.devices[2].kind, "CPU pretending to be a GPU");
    EXPECT_EQ(all.devices[3].id, "cpu");
    EXPECT_FALSE(all.devices[3].chosen);
    const auto bare = computer_without("no loader");
    ASSERT_EQ(bare.devices.size(), 1u);
    EXPECT_TRUE(bare.devices[0].chosen);
    EXPECT_EQ(bare.vulkan_problem, "no loader");
}

}  // namespace
}  // namespace soliloquy

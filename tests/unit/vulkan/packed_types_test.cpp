/// tests/unit/vulkan/packed_types_test.cpp: which products take activations of 8 bits is measured, kept, and never guessed from a broken
/// file.
#include "engine/backend/vulkan/packed_types.h"

#include <fstream>

#include "engine/backend/vulkan/pipeline_file.h"
#include "engine/backend/vulkan/vulkan_accelerator.h"
#include "tests/unit/vulkan/vulkan_fixture.h"

namespace soliloquy {
namespace {

using vulkan::PackedTimings;

class PackedTypesTest : public VulkanTest {
  protected:
    static std::filesystem::path file(const std::string& name) { return std::filesystem::path(testing::TempDir()) / "packed" / name; }
};

TEST_F(PackedTypesTest, timings_are_kept) {
    const auto path = file("kept");
    std::filesystem::remove(path);
    EXPECT_TRUE(vulkan::read_packed_timings(path).empty());
    const PackedTimings written = {{DType::q4_k, {20e-6, 10.5e-6}}, {DType::iq1_m, {7e-6, 8e-6}}};
    ASSERT_TRUE(vulkan::write_packed_timings(path, written));
    const PackedTimings read = vulkan::read_packed_timings(path);
    ASSERT_EQ(read.size(), 2u);
    EXPECT_NEAR(read.at(DType::q4_k).packed_seconds, 10.5e-6, 1e-12);
    EXPECT_TRUE(read.at(DType::q4_k).packed_is_faster());
    EXPECT_FALSE(read.at(DType::iq1_m).packed_is_faster());
    EXPECT_FALSE((vulkan::PackedTiming{10e-6, 9.9e-6}).packed_is_faster()) << "a hundredth is noise";
}

TEST_F(PackedTypesTest, broken_lines_say_nothing) {
    const auto path = file("broken");
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << "soliloquy packed products 1\nq4_k 1\nf16 1 1\nq9_k 1 1\nq5_k -1 2\nq6_k nan 2\nq8_0 3 2\n";
    const PackedTimings read = vulkan::read_packed_timings(path);
    EXPECT_EQ(read.size(), 1u);
    EXPECT_TRUE(read.contains(DType::q8_0));
    std::ofstream(path) << "something else\nq8_0 3 2\n";
    EXPECT_TRUE(vulkan::read_packed_timings(path).empty());
}

TEST_F(PackedTypesTest, both_kinds_of_products_are_timed) {
    const auto device = std::dynamic_pointer_cast<vulkan::VulkanAccelerator>(open());
    ASSERT_NE(device, nullptr);
    const auto timing = device->time_packed(DType::q8_0, 1 << 16);
    ASSERT_OK(timing);
    EXPECT_GT(timing->plain_seconds, 0.0);
    EXPECT_GT(timing->packed_seconds, 0.0);
    EXPECT_EQ(device->device().physical().traits.packed_types, 0u) << "as before";
}

/// On a device that computes on the CPU nothing is measured, whatever its folder says.
TEST_F(PackedTypesTest, no_packing_by_default_on_the_cpu) {
    VulkanOptions with = options();
    with.pipeline_cache_folder = file("folder");
    std::filesystem::remove_all(with.pipeline_cache_folder);
    const auto device = std::dynamic_pointer_cast<vulkan::VulkanAccelerator>(open(with));
    ASSERT_NE(device, nullptr);
    const SmallGraph small;
    auto weights = device->upload({&small.table, 1}, nullptr);
    ASSERT_OK(weights);
    ASSERT_OK(device->compile(small.graph, *weights, small.plan_options()));
    EXPECT_EQ(device->device().physical().traits.packed_types, 0u);
    for (const auto& entry : std::filesystem::directory_iterator(with.pipeline_cache_folder))
        EXPECT_NE(entry.path().extension(), ".packed");
}

}  // namespace
}  // namespace soliloquy

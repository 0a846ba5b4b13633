/// tests/unit/vulkan/pipelines_test.cpp: every embedded shader is valid, and a broken file of compiled pipelines costs nothing but time.
#include <algorithm>
#include <filesystem>
#include <fstream>

#include "engine/backend/vulkan/pipeline_file.h"
#include "engine/backend/vulkan/shader_library.h"
#include "engine/backend/vulkan/vulkan_accelerator.h"
#include "tests/unit/vulkan/vulkan_fixture.h"

namespace soliloquy {
namespace {

namespace fs = std::filesystem;

class VulkanPipelines : public VulkanTest {
  protected:
    void SetUp() override {
        VulkanTest::SetUp();
        folder_ = fs::temp_directory_path() / ("soliloquy-pipelines-" + std::to_string(::getpid()));
        fs::remove_all(folder_);
    }
    void TearDown() override {
        VulkanTest::TearDown();
        fs::remove_all(folder_);
    }
    void run_small_graph() {
        const SmallGraph small;
        VulkanOptions with = options();
        with.pipeline_cache_folder = folder_;
        const auto device = open(with);
        const auto weights = device->upload({{small.table}}, nullptr);
        ASSERT_OK(weights);
        const auto plan = device->compile(small.graph, *weights, small.plan_options());
        ASSERT_OK(plan);
        const std::vector<uint32_t> ids{1, 2, 3};
        ASSERT_OK((*plan)->run({.ids = ids}));
        small.expect_rows(**plan, ids);
    }
    fs::path folder_;
};

TEST_F(VulkanPipelines, every_embedded_shader_is_valid) {
    const auto device = std::dynamic_pointer_cast<vulkan::VulkanAccelerator>(open());
    const vulkan::Device& d = device->device();
    const auto shaders = vulkan::all_shaders();
    ASSERT_GE(shaders.size(), 10u);
    for (const vulkan::EmbeddedShader& each : shaders) {
        SCOPED_TRACE(each.name);
        EXPECT_EQ(vulkan::find_shader(each.name).data(), each.code.data()) << "two shaders of one name";
        VkShaderModuleCreateInfo info{};
        info.sType = VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO;
        info.codeSize = each.code.size_bytes();
        info.pCode = each.code.data();
        VkShaderModule module = VK_NULL_HANDLE;
        EXPECT_EQ(d.vk.vkCreateShaderModule(d.handle(), &info, nullptr, &module), VK_SUCCESS);
        d.vk.vkDestroyShaderModule(d.handle(), module, nullptr);
        EXPECT_TRUE(messages_.empty());
    }
    EXPECT_TRUE(vulkan::find_shader("no_such_shader").empty());
    std::printf("%zu shaders\n", shaders.size());
}

TEST_F(VulkanPipelines, are_kept_in_the_folder_and_a_broken_file_is_replaced) {
    run_small_graph();
    ASSERT_TRUE(fs::exists(folder_));
    const fs::path file = fs::directory_iterator(folder_)->path();
    EXPECT_EQ(std::distance(fs::directory_iterator(folder_), {}), 1) << "nothing is left half written";
    const auto size = fs::file_size(file);
    std::ofstream(file, std::ios::binary | std::ios::trunc) << "broken";
    run_small_graph();
    EXPECT_EQ(fs::file_size(file), size);
    run_small_graph();
}

TEST_F(VulkanPipelines, in_a_folder_that_cannot_be_written_are_only_slower) {
    fs::create_directories(folder_.parent_path());
    std::ofstream(folder_) << "a file where the folder should be";
    run_small_graph();
}

TEST(VulkanPipelineFile, gives_back_exactly_what_was_written_or_nothing) {
    const fs::path folder = fs::temp_directory_path() / ("soliloquy-pipeline-file-" + std::to_string(::getpid()));
    std::vector<uint8_t> uuid(16);
    for (uint8_t i = 0; i < 16; ++i) uuid[i] = static_cast<uint8_t>(16 * i + i);
    std::vector<std::byte> data(100);
    for (size_t i = 0; i < data.size(); ++i) data[i] = static_cast<std::byte>(i < 16 || i >= 32 ? i : uuid[i - 16]);
    const fs::path file = vulkan::pipeline_file(folder, uuid);
    EXPECT_EQ(file.filename(), "vulkan-00112233445566778899aabbccddeeff.pipelines");
    EXPECT_TRUE(vulkan::read_pipeline_file(file, uuid).empty()) << "not there";
    ASSERT_TRUE(vulkan::write_pipeline_file(file, data));
    EXPECT_EQ(vulkan::read_pipeline_file(file, uuid), data);
    std::vector<uint8_t> other = uuid;
    other[15] ^= 1;
    EXPECT_TRUE(vulkan::read_pipeline_file(file, other).empty()) << "another driver's";

    const auto size = fs::file_size(file);
    for (size_t at = 0; at < size; ++at) {  // any byte that changes
        std::fstream out(file, std::ios::binary | std::ios::in | std::ios::out);
        out.seekg(static_cast<std::streamoff>(at));
        const auto byte = static_cast<char>(out.get());
        out.seekp(static_cast<std::streamoff>(at)).put(static_cast<char>(byte ^ 4)).flush();
        ASSERT_TRUE(vulkan::read_pipeline_file(file, uuid).empty()) << at;
        out.seekp(static_cast<std::streamoff>(at)).put(byte).flush();
    }
    for (size_t length = 0; length < size; ++length) {  // any end that is missing
        ASSERT_TRUE(vulkan::write_pipeline_file(file, data));
        fs::resize_file(file, length);
        ASSERT_TRUE(vulkan::read_pipeline_file(file, uuid).empty()) << length;
    }
    fs::remove_all(folder);
}

}  // namespace
}  // namespace soliloquy

/// tests/unit/gguf/gguf_shared_test.cpp: every model and vocabulary of the shared folder opens, and its weights are finite.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "engine/gguf/gguf_file.h"
#include "engine/quant/dequantize.h"
#include "tests/support/shared_folder.h"

namespace soliloquy {
namespace {

std::vector<std::filesystem::path> gguf_files(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        if (entry.path().extension() == ".gguf") files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    return files;
}

/// Dequantizes every 16th row; weights of a model are finite, and only factors of rope that switch a rotation off (1e30) are huge.
void expect_sound(const GgufTensor& tensor) {
    const uint64_t rows = tensor.elements() / tensor.dims[0];
    const size_t bytes = row_bytes(tensor.type, tensor.dims[0]);
    std::vector<float> row(tensor.dims[0]);
    double sum = 0;
    for (uint64_t r = 0; r < rows; r += 16) {
        dequantize_row(tensor.type, tensor.data.data() + r * bytes, row.data(), row.size());
        for (const float value : row) sum += std::fabs(value);
    }
    EXPECT_TRUE(std::isfinite(sum)) << tensor.name;
    const double limit = tensor.name == "rope_freqs.weight" ? 1e35 : 1e9;
    EXPECT_LT(sum, limit) << tensor.name;
}

TEST(SharedModels, OpenAndHaveSoundWeights) {
    const auto folder = testing::shared_folder() / "models";
    REQUIRE_SHARED(folder);
    size_t files = 0;
    size_t tensors = 0;
    for (const auto& path : gguf_files(folder)) {
        SCOPED_TRACE(path.filename().string());
        const auto file = GgufFile::open(path);
        ASSERT_TRUE(file.ok()) << file.error().message;
        EXPECT_TRUE(file->get_string("general.architecture").ok());
        EXPECT_GT(file->tensors().size(), 0u);
        for (const auto& tensor : file->tensors()) expect_sound(tensor);
        ++files;
        tensors += file->tensors().size();
    }
    std::printf("%zu files, %zu tensors\n", files, tensors);
    EXPECT_GT(files, 0u);
}

TEST(SharedVocabularies, Open) {
    const auto folder = testing::shared_folder() / "vocab";
    REQUIRE_SHARED(folder);
    size_t files = 0;
    for (const auto& path : gguf_files(folder)) {
        SCOPED_TRACE(path.filename().string());
        const auto file = GgufFile::open(path);
        ASSERT_TRUE(file.ok()) << file.error().message;
        const GgufValue* tokens = file->find("tokenizer.ggml.tokens");
        ASSERT_NE(tokens, nullptr);
        uint64_t seen = 0;
        std::get<GgufArray>(tokens->value).for_each_string([&](std::string_view) { ++seen; });
        EXPECT_EQ(seen, std::get<GgufArray>(tokens->value).count);
        EXPECT_GT(seen, 100u);
        ++files;
    }
    std::printf("%zu files\n", files);
    EXPECT_GT(files, 0u);
}

}  // namespace
}  // namespace soliloquy

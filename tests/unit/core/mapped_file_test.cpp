/// tests/unit/core/mapped_file_test.cpp
#include "engine/core/mapped_file.h"

#include <gtest/gtest.h>

#include <fstream>

namespace soliloquy {
namespace {

std::filesystem::path scratch(const char* name) { return std::filesystem::path(::testing::TempDir()) / name; }

TEST(MappedFile, GivesTheBytesOfTheFile) {
    const auto path = scratch("mapped.bin");
    std::ofstream(path, std::ios::binary) << "soliloquy";
    auto file = MappedFile::open(path);
    ASSERT_TRUE(file.ok()) << file.error().message;
    ASSERT_EQ(file->bytes().size(), 9u);
    EXPECT_EQ(static_cast<char>(file->bytes()[0]), 's');
    MappedFile moved = std::move(*file);
    EXPECT_EQ(static_cast<char>(moved.bytes()[8]), 'y');
    EXPECT_TRUE(file->bytes().empty());
    moved.will_need(0, 1 << 20);
    moved.will_need(1 << 20, 1);
}

TEST(MappedFile, AnEmptyFileIsAnEmptySpan) {
    const auto path = scratch("empty.bin");
    std::ofstream(path, std::ios::binary).flush();
    auto file = MappedFile::open(path);
    ASSERT_TRUE(file.ok());
    EXPECT_TRUE(file->bytes().empty());
}

TEST(MappedFile, SaysWhatIsWrong) {
    auto missing = MappedFile::open(scratch("no-such-file"));
    ASSERT_FALSE(missing.ok());
    EXPECT_EQ(missing.error().code, ErrorCode::not_found);
    EXPECT_NE(missing.error().message.find("no-such-file"), std::string::npos);
    auto folder = MappedFile::open(::testing::TempDir());
    ASSERT_FALSE(folder.ok());
    EXPECT_NE(folder.error().message.find("not a regular file"), std::string::npos);
}

}  // namespace
}  // namespace soliloquy

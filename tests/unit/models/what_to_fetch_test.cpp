/// tests/unit/models/what_to_fetch_test.cpp: the list is in order, and claims no checksum that has not the form of one.
#include "app/models/what_to_fetch.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace soliloquy::models {
namespace {

TEST(WhatToFetch, IsInOrderAndWhole) {
    ASSERT_GE(suggestions().size(), 12u);
    std::set<std::string_view> files;
    uint32_t machine = 0;
    double size = 0;
    for (const Suggestion& row : suggestions()) {
        EXPECT_TRUE(files.insert(row.file).second) << row.file;
        EXPECT_TRUE(row.file.ends_with(".gguf"));
        EXPECT_FALSE(row.what.empty());
        EXPECT_GE(row.machine_gb, machine) << row.name;
        if (row.machine_gb == machine) {
            EXPECT_GE(row.file_gb, size) << row.name;
        }
        EXPECT_LT(row.file_gb * 1.3, row.machine_gb) << row.name << " would not leave room for its context";
        EXPECT_TRUE(row.sha256.empty() || row.sha256.size() == 64) << row.name;
        EXPECT_TRUE(row.repository.empty() || row.repository.find('/') != std::string_view::npos);
        machine = row.machine_gb;
        size = row.file_gb;
    }
}

TEST(WhatToFetch, FilesAreKnownByName) {
    ASSERT_NE(find_suggestion("qwen3-8b-q4_k_m.gguf"), nullptr);
    EXPECT_EQ(find_suggestion("qwen3-8b-q4_k_m.gguf")->name, "Qwen3 8B");
    EXPECT_EQ(find_suggestion("something.gguf"), nullptr);
}

}  // namespace
}  // namespace soliloquy::models

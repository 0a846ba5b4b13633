/// tests/unit/models/library_settings_test.cpp: what the user told the library comes back, and damaged files stand in nobody's way.
#include "app/models/library_settings.h"

#include <gtest/gtest.h>

#include "tests/unit/models/temporary_folder.h"

namespace soliloquy::models {
namespace {

TEST(LibrarySettings, ComeBack) {
    const TemporaryFolder data;
    auto settings = LibrarySettings::load(data.path());
    EXPECT_TRUE(settings.folders.empty());
    EXPECT_TRUE(settings.add_folder("/drive/models/"));
    EXPECT_FALSE(settings.add_folder("/drive/x/../models/"));
    EXPECT_TRUE(settings.add_file("/drive/größe.gguf"));
    settings.last_model = "/drive/größe.gguf";
    ModelDefaults defaults;
    defaults.sampling = SamplingOptions{.temperature = 0.6f, .top_k = 20, .top_p = 0.95f, .seed = 18446744073709551615ull};
    defaults.thinking = false;
    defaults.keep_past_thoughts = true;
    defaults.reasoning_profile = "qwen3";
    defaults.context_length = 8192;
    defaults.system_prompt = "Be \"brief\".\n";
    settings.set_defaults("/drive/größe.gguf", defaults);
    settings.set_defaults("/other.gguf", {});
    ASSERT_TRUE(settings.save().ok());

    const auto again = LibrarySettings::load(data.path());
    EXPECT_EQ(again.folders, settings.folders);
    EXPECT_EQ(again.files, settings.files);
    EXPECT_EQ(again.last_model, settings.last_model);
    const auto kept = again.defaults_of("/drive/größe.gguf");
    ASSERT_TRUE(kept.sampling.has_value());
    EXPECT_EQ(kept.sampling->temperature, 0.6f);
    EXPECT_EQ(kept.sampling->top_k, 20u);
    EXPECT_EQ(kept.sampling->seed, 18446744073709551615ull);
    EXPECT_EQ(kept.thinking, false);
    EXPECT_EQ(kept, defaults);
    EXPECT_EQ(kept.context_length, 8192u);
    EXPECT_EQ(kept.system_prompt, "Be \"brief\".\n");
    EXPECT_TRUE(again.defaults_of("/other.gguf").empty());
}

TEST(LibrarySettings, DamagedFilesGiveTheDefaults) {
    for (const char* text :
         {"", "{", "[]", "null", R"({"folders": 3, "files": {"a": 1}, "defaults": [1], "last_model": 7})",
          R"({"defaults": {"/m": {"sampling": {"temperature": 1e300, "top_p": -4, "seed": -1, "top_k": "x"}, "context_length": 1e99}}})"}) {
        const TemporaryFolder data;
        data.write("models.json", text);
        const auto settings = LibrarySettings::load(data.path());
        EXPECT_TRUE(settings.folders.empty()) << text;
        EXPECT_TRUE(settings.files.empty()) << text;
        const auto kept = settings.defaults_of("/m");
        EXPECT_EQ(kept.context_length, 0u);
        if (kept.sampling) {
            EXPECT_EQ(kept.sampling->temperature, SamplingOptions().temperature);
            EXPECT_EQ(kept.sampling->top_p, 1.0f);
        }
    }
}

TEST(LibrarySettings, ReplacingIsWholeOrNotAtAll) {
    const TemporaryFolder data;
    const auto file = data.write("a.json", "old");
    ASSERT_TRUE(replace_file(file, "new").ok());
    EXPECT_EQ(std::filesystem::file_size(file), 3u);
    EXPECT_FALSE(std::filesystem::exists(data.path() / "a.json.new"));
    EXPECT_FALSE(replace_file(data.path() / "no" / "a.json", "x").ok());
}

}  // namespace
}  // namespace soliloquy::models

/// tests/unit/models/model_places_test.cpp: the table of folders on each system, and the variables that move them.
#include "app/models/model_places.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "tests/unit/models/temporary_folder.h"

namespace soliloquy::models {
namespace {

Environment of(std::map<std::string, std::string> values) {
    return [values](const std::string& name) -> std::optional<std::string> {
        const auto at = values.find(name);
        return at != values.end() && !at->second.empty() ? std::optional(at->second) : std::nullopt;
    };
}

bool has(const std::vector<ModelPlace>& places, const std::string& program, const std::filesystem::path& folder) {
    return std::any_of(places.begin(), places.end(), [&](const auto& p) { return p.program == program && p.folder == folder; });
}

TEST(ModelPlaces, OnLinux) {
    const auto places = known_places(System::linux_, of({{"HOME", "/h"}}));
    EXPECT_TRUE(has(places, "LM Studio", "/h/.lmstudio/models"));
    EXPECT_TRUE(has(places, "LM Studio", "/h/.cache/lm-studio/models"));
    EXPECT_TRUE(has(places, "Ollama", "/h/.ollama/models"));
    EXPECT_TRUE(has(places, "Ollama", "/usr/share/ollama/.ollama/models"));
    EXPECT_TRUE(has(places, "Jan", "/h/.config/Jan/data/llamacpp/models"));
    EXPECT_TRUE(has(places, "GPT4All", "/h/.local/share/nomic.ai/GPT4All"));
    EXPECT_TRUE(has(places, "llama.cpp", "/h/.cache/llama.cpp"));
    EXPECT_TRUE(has(places, "Hugging Face", "/h/.cache/huggingface/hub"));
    for (const auto& place : places) EXPECT_FALSE(place.folder.empty()) << place.program;
}

TEST(ModelPlaces, VariablesMoveThem) {
    const auto places = known_places(System::linux_, of({{"HOME", "/h"},
                                                         {"OLLAMA_MODELS", "/drive/ollama"},
                                                         {"HF_HOME", "/drive/hf"},
                                                         {"HF_HUB_CACHE", "/drive/hub"},
                                                         {"LLAMA_CACHE", "/drive/llama/"},
                                                         {"XDG_CACHE_HOME", "~/cache"},
                                                         {"XDG_CONFIG_HOME", "relative"}}));
    EXPECT_TRUE(has(places, "Ollama", "/drive/ollama"));
    EXPECT_TRUE(has(places, "Hugging Face", "/drive/hf/hub"));
    EXPECT_TRUE(has(places, "Hugging Face", "/drive/hub"));
    EXPECT_TRUE(has(places, "llama.cpp", "/drive/llama/"));
    EXPECT_TRUE(has(places, "llama.cpp", "/h/cache/llama.cpp"));
    for (const auto& place : places) EXPECT_TRUE(place.folder.is_absolute()) << place.folder;
    const auto ollama = std::find_if(places.begin(), places.end(), [](const auto& p) { return p.folder == "/drive/ollama"; });
    EXPECT_EQ(ollama->layout, Layout::ollama);
}

TEST(ModelPlaces, OnWindowsAndMacOs) {
    const auto windows =
        known_places(System::windows, of({{"USERPROFILE", "C:/Users/a"}, {"APPDATA", "C:/Users/a/R"}, {"LOCALAPPDATA", "C:/Users/a/L"}}));
    EXPECT_TRUE(has(windows, "LM Studio", "C:/Users/a/.lmstudio/models"));
    EXPECT_TRUE(has(windows, "Ollama", "C:/Users/a/.ollama/models"));
    EXPECT_TRUE(has(windows, "Jan", "C:/Users/a/R/Jan/data/llamacpp/models"));
    EXPECT_TRUE(has(windows, "GPT4All", "C:/Users/a/L/nomic.ai/GPT4All"));
    EXPECT_TRUE(has(windows, "llama.cpp", "C:/Users/a/L/llama.cpp"));
    EXPECT_TRUE(has(windows, "Hugging Face", "C:/Users/a/.cache/huggingface/hub"));
    EXPECT_FALSE(has(windows, "Ollama", "/usr/share/ollama/.ollama/models"));
    const auto mac = known_places(System::macos, of({{"HOME", "/Users/a"}}));
    EXPECT_TRUE(has(mac, "Jan", "/Users/a/Library/Application Support/Jan/data/llamacpp/models"));
    EXPECT_TRUE(has(mac, "GPT4All", "/Users/a/Library/Application Support/nomic.ai/GPT4All"));
    EXPECT_TRUE(has(mac, "llama.cpp", "/Users/a/Library/Caches/llama.cpp"));
}

TEST(ModelPlaces, WithoutAHomeOnlyFixedFoldersAreLeft) {
    for (const auto& place : known_places(System::linux_, of({}))) EXPECT_EQ(place.program, "Ollama") << place.folder;
}

TEST(ModelPlaces, LmStudioMayLiveElsewhere) {
    const TemporaryFolder home;
    home.write(".lmstudio-home-pointer", "/drive/lmstudio\r\n");
    const auto places = known_places(System::linux_, of({{"HOME", home.path().string()}}));
    EXPECT_EQ(places.front().folder, "/drive/lmstudio/models");
    EXPECT_EQ(places.front().program, "LM Studio");
}

}  // namespace
}  // namespace soliloquy::models

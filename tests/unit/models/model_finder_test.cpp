/// tests/unit/models/model_finder_test.cpp: trees as other programs lay them out, and everything a file system can do to a search.
#include "app/models/model_finder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#ifndef _WIN32
#include <sys/stat.h>
#include <unistd.h>
#endif

#include "tests/unit/models/temporary_folder.h"

namespace soliloquy::models {
namespace {

namespace fs = std::filesystem;

const std::string kDigits(64, 'a');
const std::string kOtherDigits = std::string(63, 'b') + "0";

FindResult find(std::vector<ModelPlace> places, uint32_t depth = 8) {
    FindOptions options;
    options.places = std::move(places);
    options.max_depth = depth;
    return find_models(options);
}

std::vector<std::string> names(const FindResult& result) {
    std::vector<std::string> all;
    for (const auto& model : result.models) all.push_back(model.name);
    std::sort(all.begin(), all.end());
    return all;
}

using Names = std::vector<std::string>;

TEST(ModelFinder, FindsFilesInTrees) {
    const TemporaryFolder home;
    home.write("publisher/model/model-q4.gguf", "GGUF");
    home.write("publisher/model/README.md", "x");
    home.write("other/UPPER.GGUF", "GGUF");
    home.write("at-the-top.gguf", "GGUF");
    const auto result = find({{"LM Studio", home.path(), Layout::tree, false}});
    EXPECT_EQ(names(result), (Names{"UPPER.GGUF", "at-the-top.gguf", "model-q4.gguf"}));
    EXPECT_TRUE(result.troubles.empty());
    for (const auto& model : result.models) EXPECT_EQ(model.programs, Names{"LM Studio"});
}

TEST(ModelFinder, ReadsOllamasManifests) {
    const TemporaryFolder home;
    home.write("blobs/sha256-" + kDigits, "GGUF weights");
    home.write("blobs/sha256-" + kOtherDigits, "GGUF projector");
    const std::string manifest = R"({"schemaVersion":2,"layers":[{"mediaType":"application/vnd.ollama.image.model","digest":"sha256:)" +
                                 kDigits + R"("},{"mediaType":"application/vnd.ollama.image.projector","digest":"sha256:)" + kOtherDigits +
                                 R"("},{"mediaType":"application/vnd.ollama.image.template","digest":"sha256:)" + kOtherDigits + R"("}]})";
    home.write("manifests/registry.ollama.ai/library/deepseek-r1/7b", manifest);
    const auto result = find({{"Ollama", home.path(), Layout::ollama, false}});
    ASSERT_EQ(result.models.size(), 2u);
    EXPECT_EQ(result.models[0].name, "deepseek-r1:7b");
    EXPECT_EQ(result.models[0].path, home.path() / "blobs" / ("sha256-" + kDigits));
    EXPECT_EQ(result.models[0].expected_sha256, kDigits);
    EXPECT_FALSE(result.models[0].is_projector);
    EXPECT_TRUE(result.models[1].is_projector);
}

TEST(ModelFinder, NamesOfOllamaModelsAreThoseItShows) {
    const TemporaryFolder home;
    home.write("blobs/sha256-" + kDigits, "GGUF");
    home.write("blobs/sha256-" + kOtherDigits, "GGUF");
    const auto manifest = [](const std::string& digits) {
        return R"({"layers":[{"mediaType":"application/vnd.ollama.image.model","digest":"sha256:)" + digits + R"("}]})";
    };
    home.write("manifests/registry.ollama.ai/someone/tiny/latest", manifest(kDigits));
    home.write("manifests/hf.co/org/repo-GGUF/Q4_K_M", manifest(kOtherDigits));
    EXPECT_EQ(names(find({{"Ollama", home.path(), Layout::ollama, false}})), (Names{"hf.co/org/repo-GGUF:Q4_K_M", "someone/tiny:latest"}));
}

TEST(ModelFinder, HostileManifestsNameNothing) {
    const TemporaryFolder home;
    home.write("secret.gguf", "GGUF");
    int number = 0;
    for (const std::string& text :
         {std::string("{"), std::string("[]"), std::string("{\"layers\": 3}"),
          std::string("{\"layers\": [3, {}, {\"mediaType\": 1, \"digest\": 2}]}"),
          std::string(R"({"layers":[{"mediaType":"application/vnd.ollama.image.model","digest":"sha256:../../secret.gguf"}]})"),
          std::string(R"({"layers":[{"mediaType":"application/vnd.ollama.image.model","digest":"sha256:)") + std::string(63, 'a') +
              R"(/"}]})",
          std::string(2 << 20, '['), std::string(900'000, '[')}) {
        home.write("manifests/r/n/m/" + std::to_string(number++), text);
    }
    const auto result = find({{"Ollama", home.path(), Layout::ollama, false}});
    EXPECT_TRUE(result.models.empty());
    home.write("manifests/registry.ollama.ai/library/gone/1b",
               R"({"layers":[{"mediaType":"application/vnd.ollama.image.model","digest":"sha256:)" + kDigits + R"("}]})");
    const auto gone = find({{"Ollama", home.path(), Layout::ollama, false}});
    ASSERT_EQ(gone.troubles.size(), 1u);
    EXPECT_NE(gone.troubles[0].sentence.find("gone:1b"), std::string::npos);
}

TEST(ModelFinder, FollowsTheLinksOfTheHubCacheAndKnowsItsChecksums) {
    const TemporaryFolder home;
    home.write("models--org--repo/blobs/" + kDigits, "GGUF");
    home.folder("models--org--repo/snapshots/abc");
    home.folder("models--org--repo/snapshots/def");
    fs::create_symlink("../../blobs/" + kDigits, home.path() / "models--org--repo/snapshots/abc/model.gguf");
    fs::create_symlink("../../blobs/" + kDigits, home.path() / "models--org--repo/snapshots/def/model.gguf");
    const auto result = find({{"Hugging Face", home.path(), Layout::tree, false}});
    ASSERT_EQ(result.models.size(), 1u) << "two snapshots of one blob are one model";
    EXPECT_EQ(result.models[0].name, "model.gguf");
    EXPECT_EQ(result.models[0].bytes, 4u);
    EXPECT_EQ(result.models[0].expected_sha256, kDigits);
}

TEST(ModelFinder, OneFileInSeveralProgramsIsListedOnce) {
    const TemporaryFolder home;
    const auto file = home.write("lm/a/b/model.gguf", "GGUF");
    home.folder("jan");
    home.folder("mine");
    fs::create_hard_link(file, home.path() / "jan/renamed.gguf");
    fs::create_directory_symlink(home.path() / "lm", home.path() / "mine/link");
    int sightings = 0;
    FindOptions options;
    options.places = {{"LM Studio", home.path() / "lm", Layout::tree, false},
                      {"Jan", home.path() / "jan", Layout::tree, false},
                      {"your folder", home.path() / "mine", Layout::tree, true}};
    options.on_found = [&](const FoundModel&) { ++sightings; };
    const auto result = find_models(options);
    ASSERT_EQ(result.models.size(), 1u);
    EXPECT_EQ(sightings, 1);
    EXPECT_EQ(result.models[0].programs, (Names{"LM Studio", "Jan", "your folder"}));
}

TEST(ModelFinder, CyclesOfLinksEnd) {
    const TemporaryFolder home;
    home.write("a/b/model.gguf", "GGUF");
    fs::create_directory_symlink(home.path(), home.path() / "a/b/up");
    fs::create_directory_symlink(home.path() / "a", home.path() / "a/self");
    fs::create_symlink("loop", home.path() / "loop");
    fs::create_symlink("loop.gguf", home.path() / "loop.gguf");
    fs::create_symlink("nowhere", home.path() / "dangling.gguf");
    const auto result = find({{"your folder", home.path(), Layout::tree, true}}, 1000);
    EXPECT_EQ(names(result), Names{"model.gguf"});
    EXPECT_LT(result.entries_seen, 20u);
}

TEST(ModelFinder, DepthIsBounded) {
    const TemporaryFolder home;
    home.write("1/2/3/deep.gguf", "GGUF");
    EXPECT_EQ(find({{"x", home.path(), Layout::tree, false}}, 2).models.size(), 0u);
    EXPECT_EQ(find({{"x", home.path(), Layout::tree, false}}, 3).models.size(), 1u);
}

TEST(ModelFinder, SplitFilesCountOnce) {
    const TemporaryFolder home;
    home.write("big-00001-of-00003.gguf", std::string(10, 'x'));
    home.write("big-00002-of-00003.gguf", std::string(20, 'x'));
    home.write("big-00003-of-00003.gguf", std::string(30, 'x'));
    home.write("torn-00002-of-00002.gguf", std::string(5, 'x'));
    home.write("other-00001-of-00002.gguf", std::string(7, 'x'));
    const auto result = find({{"x", home.path(), Layout::tree, false}});
    ASSERT_EQ(result.models.size(), 3u);
    const auto by = [&](const std::string& name) {
        return *std::find_if(result.models.begin(), result.models.end(), [&](const auto& model) { return model.name == name; });
    };
    EXPECT_EQ(by("big-00001-of-00003.gguf").bytes, 60u);
    EXPECT_EQ(by("big-00001-of-00003.gguf").parts, 3u);
    EXPECT_EQ(by("big-00001-of-00003.gguf").parts_missing, 0u);
    EXPECT_EQ(by("torn-00002-of-00002.gguf").parts_missing, 1u);
    EXPECT_EQ(by("other-00001-of-00002.gguf").parts_missing, 1u);
    const auto dropped = find_model_file(home.path() / "big-00003-of-00003.gguf");
    ASSERT_TRUE(dropped.has_value());
    EXPECT_EQ(dropped->name, "big-00001-of-00003.gguf") << "any part that is dropped means the whole";
}

TEST(ModelFinder, PartNames) {
    EXPECT_EQ(parse_part_name("a-00002-of-00005.gguf")->stem, "a");
    for (const char* name :
         {"a-2-of-5.gguf", "a-00006-of-00005.gguf", "a-00000-of-00005.gguf", "-00001-of-00002.gguf", "a-00001-of-00002.ggu", ""})
        EXPECT_FALSE(parse_part_name(name)) << name;
}

TEST(ModelFinder, ProjectorsAreSetApart) {
    const TemporaryFolder home;
    home.write("mmproj-model-f16.gguf", "GGUF");
    home.write("model.gguf", "GGUF");
    for (const auto& model : find({{"x", home.path(), Layout::tree, false}}).models)
        EXPECT_EQ(model.is_projector, model.name != "model.gguf");
}

TEST(ModelFinder, MissingDrivesAreWorthAWordOnlyWhenTheUserNamedThem) {
    const TemporaryFolder home;
    const auto result =
        find({{"LM Studio", home.path() / "no", Layout::tree, false}, {"your folder", home.path() / "usb", Layout::tree, true}});
    ASSERT_EQ(result.troubles.size(), 1u);
    EXPECT_NE(result.troubles[0].sentence.find("usb"), std::string::npos);
    EXPECT_NE(result.troubles[0].sentence.find("connect it"), std::string::npos);
}

#ifndef _WIN32
TEST(ModelFinder, UnreadableFoldersDoNotEndTheSearch) {
    if (::geteuid() == 0) GTEST_SKIP() << "the superuser may read everything: run this test as another user";
    const TemporaryFolder home;
    home.write("closed/hidden.gguf", "GGUF");
    home.write("open/seen.gguf", "GGUF");
    fs::permissions(home.path() / "closed", fs::perms::none);
    const auto result = find({{"your folder", home.path(), Layout::tree, true}});
    fs::permissions(home.path() / "closed", fs::perms::owner_all);
    EXPECT_EQ(names(result), Names{"seen.gguf"});
    ASSERT_EQ(result.troubles.size(), 1u);
    EXPECT_NE(result.troubles[0].sentence.find("closed"), std::string::npos);
}

TEST(ModelFinder, PipesAndFoldersOfThatNameAreNoModels) {
    const TemporaryFolder home;
    ASSERT_EQ(::mkfifo((home.path() / "pipe.gguf").c_str(), 0600), 0);
    home.write("folder.gguf/inside.gguf", "GGUF");
    EXPECT_EQ(names(find({{"x", home.path(), Layout::tree, false}})), Names{"inside.gguf"});
    EXPECT_FALSE(find_model_file(home.path() / "pipe.gguf").has_value());
}
#endif

TEST(ModelFinder, FiveThousandFilesAndCancelling) {
    const TemporaryFolder home;
    for (int i = 0; i < 5000; ++i) home.write(fs::path(std::to_string(i % 50)) / std::to_string(i).append(".gguf"), "GGUF");
    const auto begin = std::chrono::steady_clock::now();
    const auto result = find({{"x", home.path(), Layout::tree, false}});
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin).count();
    EXPECT_EQ(result.models.size(), 5000u);
    std::cout << "5,000 files found in " << ms << " ms\n";
    EXPECT_LT(ms, 5000);

    FindOptions options;
    options.places = {{"x", home.path(), Layout::tree, false}};
    int found = 0;
    options.on_found = [&](const FoundModel&) { ++found; };
    options.cancelled = [&] { return found >= 10; };
    const auto cancelled = find_models(options);
    EXPECT_TRUE(cancelled.was_cancelled);
    EXPECT_LT(cancelled.models.size(), 20u);
}

TEST(ModelFinder, AWholeDiskIsNotSearched) {
    const TemporaryFolder home;
    for (int i = 0; i < 60; ++i) home.write("f" + std::to_string(i), "x");
    FindOptions options;
    options.places = {{"your folder", home.path(), Layout::tree, true}};
    options.max_entries = 50;
    const auto result = find_models(options);
    ASSERT_EQ(result.troubles.size(), 1u);
    EXPECT_NE(result.troubles[0].sentence.find("more than 50"), std::string::npos);
}

}  // namespace
}  // namespace soliloquy::models

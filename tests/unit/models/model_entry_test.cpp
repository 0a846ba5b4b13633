/// tests/unit/models/model_entry_test.cpp: entries of good, broken and lying files, and the cache of what was read.
#include "app/models/model_entry.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstring>
#include <iostream>

#include "app/models/entry_cache.h"
#include "app/models/model_library.h"
#include "tests/support/shared_folder.h"
#include "tests/unit/models/temporary_folder.h"

namespace soliloquy::models {
namespace {

namespace fs = std::filesystem;

ModelEntry entry_of(const fs::path& path) { return examine_model(*find_model_file(path)); }

double seconds_since(std::chrono::steady_clock::time_point begin) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

Environment nothing() {
    return [](const std::string&) -> std::optional<std::string> { return std::nullopt; };
}

ScanOptions scan_of(const TemporaryFolder& data, const fs::path& folder) {
    ScanOptions options;
    options.data_folder = data.path();
    options.more = {folder};
    options.known_programs = false;
    options.environment = nothing();
    return options;
}

TEST(ModelEntry, TheBundledModelRuns) {
    if (!fs::exists(testing::bundled_model())) GTEST_SKIP() << "no bundled model";
    const auto entry = entry_of(testing::bundled_model());
    EXPECT_EQ(entry.state, ModelState::runs) << (entry.problems.empty() ? "" : entry.problems[0]);
    EXPECT_EQ(entry.architecture, "deepseek2");
    EXPECT_NE(entry.shape.find("experts"), std::string::npos) << entry.shape;
    EXPECT_TRUE(entry.thinks());
    EXPECT_TRUE(entry.fit.has_value());
    EXPECT_TRUE(entry.template_findings.empty());
    EXPECT_GT(entry.context_length, 0u);
}

TEST(ModelEntry, BrokenFilesSayWhyWithinASecond) {
    const TemporaryFolder home;
    const std::string real = fs::exists(testing::bundled_model()) ? testing::read_file(testing::bundled_model()) : std::string();
    std::vector<fs::path> files{home.write("empty.gguf", ""), home.write("page.gguf", "<!DOCTYPE html>"), home.write("magic.gguf", "GGUF"),
                                home.write("noise.gguf", std::string(100'000, '\x5a'))};
    const auto zeros = home.write("zeros.gguf", "");
    fs::resize_file(zeros, uint64_t{2} << 30);
    files.push_back(zeros);
    if (!real.empty()) {
        files.push_back(home.write("half.gguf", real.substr(0, real.size() / 2)));
        files.push_back(home.write("header.gguf", real.substr(0, 1000)));
        for (const auto& [at, value] :
             {std::pair<size_t, uint64_t>{8, UINT64_MAX}, {8, uint64_t{1} << 40}, {16, UINT64_MAX}, {16, 1 << 30}, {24, UINT64_MAX}}) {
            std::string lying = real;
            std::memcpy(lying.data() + at, &value, sizeof(value));
            files.push_back(home.write(std::to_string(files.size()).append("-lies.gguf"), lying));
        }
    }
    for (const auto& file : files) {
        const auto begin = std::chrono::steady_clock::now();
        const auto entry = entry_of(file);
        EXPECT_LT(seconds_since(begin), 1.0) << file.filename();
        EXPECT_EQ(entry.state, ModelState::broken) << file.filename();
        ASSERT_EQ(entry.problems.size(), 1u) << file.filename();
        EXPECT_NE(entry.problems[0].find(file.filename().string()), std::string::npos) << entry.problems[0];
        EXPECT_EQ(entry.name, file.filename().string());
        EXPECT_FALSE(entry.fit.has_value());
        std::cout << entry.problems[0] << "\n";
    }
}

TEST(ModelEntry, MissingPartsAreSaid) {
    const TemporaryFolder home;
    home.write("torn-00002-of-00002.gguf", "GGUF");
    EXPECT_EQ(entry_of(home.path() / "torn-00002-of-00002.gguf").state, ModelState::broken);
}

TEST(ModelEntry, EveryMiniModelRuns) {
    const auto folder = testing::shared_folder() / "models" / "mini";
    REQUIRE_SHARED(folder);
    const TemporaryFolder data;
    const auto result = scan_models(scan_of(data, folder));
    int count = 0;
    for (const auto& entry : result.entries) {
        ++count;
        EXPECT_EQ(entry.state, ModelState::runs) << entry.found.path << ": " << (entry.problems.empty() ? "" : entry.problems[0]);
        EXPECT_TRUE(entry.fit.has_value());
        EXPECT_FALSE(entry.quantization.empty());
    }
    EXPECT_GT(count, 0);
    std::cout << count << " models\n";
}

TEST(ModelEntry, VocabulariesAreNoModels) {
    const auto folder = testing::shared_folder() / "vocab";
    REQUIRE_SHARED(folder);
    int count = 0;
    for (const auto& file : fs::directory_iterator(folder)) {
        if (file.path().extension() != ".gguf") continue;
        ++count;
        const auto entry = entry_of(file.path());
        EXPECT_EQ(entry.state, ModelState::no_model) << file.path();
        if (count >= 4) break;  // large: a few are enough
    }
    EXPECT_GT(count, 0);
}

TEST(ModelEntry, TextOfFilesIsMadePrintable) {
    EXPECT_EQ(printable("a\x1b[31mb\nc"), "a [31mb c");
    EXPECT_EQ(printable("\xff\xc3"), "\xEF\xBF\xBD\xEF\xBF\xBD");
    EXPECT_EQ(printable("a\xE2\x80\xAE"
                        "b"),
              "ab")
        << "no letter turns the direction of the others";
    EXPECT_EQ(printable("größe"), "größe");
    EXPECT_EQ(printable(std::string(300, 'x'), 10), "xxxxxxxxxx…");
}

TEST(EntryCache, TheSecondScanReadsNoFile) {
    if (!fs::exists(testing::bundled_model())) GTEST_SKIP() << "no bundled model";
    const TemporaryFolder home, data;
    fs::copy_file(testing::bundled_model(), home.path() / "one.gguf");
    home.write("broken.gguf", "GGUF");
    const auto first = scan_models(scan_of(data, home.path()));
    ASSERT_EQ(first.entries.size(), 2u);
    EXPECT_EQ(first.from_cache, 0u);
    const auto second = scan_models(scan_of(data, home.path()));
    ASSERT_EQ(second.entries.size(), 2u);
    EXPECT_EQ(second.from_cache, 2u);
    for (size_t i = 0; i < 2; ++i) {
        EXPECT_EQ(first.entries[i].name, second.entries[i].name);
        EXPECT_EQ(first.entries[i].state, second.entries[i].state);
        EXPECT_EQ(first.entries[i].problems, second.entries[i].problems);
        EXPECT_EQ(first.entries[i].shape, second.entries[i].shape);
        EXPECT_EQ(first.entries[i].fit.has_value(), second.entries[i].fit.has_value());
    }
    home.write("broken.gguf", "GGUF, longer");
    EXPECT_EQ(scan_models(scan_of(data, home.path())).from_cache, 1u) << "a file that changed is read again";
}

TEST(EntryCache, DamagedCachesAreForgotten) {
    const TemporaryFolder data;
    for (const char* text : {"", "{", "[]", R"({"version":1})", R"({"version":1,"models":[1,{},{"path":"/a","bytes":"x"}]})",
                             R"({"version":99,"models":[]})"}) {
        data.write("models-seen.json", text);
        EXPECT_EQ(EntryCache::load(data.path()).size(), 0u) << text;
    }
}

TEST(EntryCache, ChecksumsAreKeptForTheFileTheyWereMadeOf) {
    const TemporaryFolder home, data;
    auto cache = EntryCache::load(data.path());
    const auto file = home.write("a.gguf", "not a model");
    const auto found = *find_model_file(file);
    cache.keep(examine_model(found));
    cache.keep_sha256(found, std::string(64, 'a'));
    ASSERT_TRUE(cache.save().ok());
    EXPECT_EQ(EntryCache::load(data.path()).sha256_of(found), std::string(64, 'a'));
    home.write("a.gguf", "another content");
    EXPECT_EQ(EntryCache::load(data.path()).sha256_of(*find_model_file(file)), "");
}

TEST(ModelLibrary, FiveThousandFiles) {
    const TemporaryFolder home, data;
    for (int i = 0; i < 5000; ++i) home.write(fs::path(std::to_string(i % 40)) / std::to_string(i).append(".gguf"), "GGUF broken");
    int entries = 0;
    auto options = scan_of(data, home.path());
    options.on_entry = [&](const ModelEntry&) { ++entries; };
    auto begin = std::chrono::steady_clock::now();
    EXPECT_EQ(scan_models(options).entries.size(), 5000u);
    const double first = seconds_since(begin);
    EXPECT_EQ(entries, 5000);
    begin = std::chrono::steady_clock::now();
    EXPECT_EQ(scan_models(options).from_cache, 5000u);
    std::cout << "5,000 files: first scan " << first << " s, from the cache " << seconds_since(begin) << " s\n";
}

TEST(ModelLibrary, TheBundledModelComesFirstAndOnce) {
    if (!fs::exists(testing::bundled_model())) GTEST_SKIP() << "no bundled model";
    const TemporaryFolder data;
    auto options = scan_of(data, testing::bundled_model().parent_path());
    options.bundled_model = testing::bundled_model();
    const auto result = scan_models(options);
    ASSERT_GE(result.entries.size(), 1u);
    EXPECT_EQ(result.entries[0].found.path, testing::bundled_model());
    EXPECT_EQ(std::count_if(result.entries.begin(), result.entries.end(),
                            [](const auto& e) { return e.found.path.filename() == testing::bundled_model().filename(); }),
              1);
}

}  // namespace
}  // namespace soliloquy::models

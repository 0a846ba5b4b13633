/// tests/unit/viewmodels/broken_files_test.cpp: files that are cut, empty or lie go through the library as any other file: the scan, the
/// details, and the attempt to open each one end in a sentence.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>

#include "app/models/model_library.h"
#include "app/viewmodels/model_details.h"
#include "tests/support/lying_models.h"
#include "tests/unit/models/temporary_folder.h"

namespace soliloquy {
namespace {

using testing::LyingModel;

double seconds_of(const std::function<void()>& work) {
    const auto start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

class BrokenFiles : public ::testing::Test {
  protected:
    void SetUp() override {
        lies_ = testing::write_lying_models(home_.folder("models"));
        home_.folder("data");
        models::ScanOptions options;
        options.data_folder = home_.path() / "data";
        options.known_programs = false;
        options.more = {home_.path() / "models"};
        scan_seconds_ = seconds_of([&] { scanned_ = models::scan_models(options); });
    }
    [[nodiscard]] const models::ModelEntry* entry_of(const std::string& file) const {
        for (const models::ModelEntry& entry : scanned_.entries)
            if (entry.found.path.filename() == file) return &entry;
        return nullptr;
    }
    static void expect_words(const LyingModel& lie, const std::string& message) {
        for (const std::string& word : lie.words) EXPECT_NE(message.find(word), std::string::npos) << lie.file << " says: " << message;
        EXPECT_EQ(message.find("bad_alloc"), std::string::npos) << message;
        EXPECT_EQ(message.find("std::"), std::string::npos) << message;
        EXPECT_LT(message.size(), 700u) << message;
    }

    models::TemporaryFolder home_;
    std::vector<LyingModel> lies_;
    models::ScanResult scanned_;
    double scan_seconds_ = 0;
};

TEST_F(BrokenFiles, TheScanListsEachWithItsReasonAndTheSoundOneBesides) {
    EXPECT_GE(lies_.size(), 26u);
    EXPECT_EQ(scanned_.entries.size(), lies_.size() + 1);
    const models::ModelEntry* sound = entry_of("sound.gguf");
    ASSERT_NE(sound, nullptr);
    EXPECT_EQ(sound->state, models::ModelState::runs) << (sound->problems.empty() ? "" : sound->problems.front());
    for (const LyingModel& lie : lies_) {
        const models::ModelEntry* entry = entry_of(lie.file);
        ASSERT_NE(entry, nullptr) << lie.file;
        ASSERT_FALSE(entry->problems.empty()) << lie.file << " is taken for a sound model";
        EXPECT_NE(entry->state, models::ModelState::runs) << lie.file;
        std::string message;
        for (const std::string& problem : entry->problems) message += problem + "\n";
        std::printf("%-28s %s", lie.file.c_str(), message.c_str());
        expect_words(lie, message);
    }
    std::printf("%zu files scanned in %.3f s\n", scanned_.entries.size(), scan_seconds_);
}

TEST_F(BrokenFiles, DetailsShowWhatTheListSays) {
    for (const LyingModel& lie : lies_) {
        const models::ModelEntry* entry = entry_of(lie.file);
        ASSERT_NE(entry, nullptr) << lie.file;
        QVariantMap details;
        const double seconds = seconds_of([&] {
            details = entry_details(*entry, models::ModelFit{});
            details.insert(file_details(entry->found));
        });
        EXPECT_EQ(details.value(QStringLiteral("problems")).toStringList().size(), static_cast<int>(entry->problems.size())) << lie.file;
        EXPECT_FALSE(details.value(QStringLiteral("name")).toString().isEmpty()) << lie.file;
        std::printf("%-28s details in %.3f s\n", lie.file.c_str(), seconds);
    }
}

TEST_F(BrokenFiles, OpeningEndsInASentenceThatNamesTheFile) {
    double longest = 0;
    for (const LyingModel& lie : lies_) {
        std::string message;
        LoadOptions load;
        load.device = Device::cpu;
        const double seconds = seconds_of([&] {
            const auto engine = open_engine(home_.path() / "models" / lie.file, load);
            if (!engine.ok()) {
                message = engine.error().message;
                EXPECT_NE(message.find(lie.file), std::string::npos) << "does not name the file: " << message;
                return;
            }
            EXPECT_TRUE(lie.opens) << lie.file << " was opened";
            const auto session = (*engine)->new_session();
            ASSERT_TRUE(session.ok()) << session.error().message;
            GenerateRequest request;
            request.messages = {{Role::user, "1 + 1?", {}}};
            const auto preview = (*session)->preview(request);
            ASSERT_FALSE(preview.ok()) << lie.file << " made a prompt of " << preview->text.size() << " bytes";
            message = preview.error().message;
        });
        expect_words(lie, message);
        longest = std::max(longest, seconds);
        std::printf("%-28s %.3f s  %s\n", lie.file.c_str(), seconds, message.c_str());
    }
    std::printf("%zu files, the slowest answered in %.3f s\n", lies_.size(), longest);
}

TEST_F(BrokenFiles, ASecondLookReadsNothingAgain) {
    models::ScanOptions options;
    options.data_folder = home_.path() / "data";
    options.known_programs = false;
    options.more = {home_.path() / "models"};
    const models::ScanResult again = models::scan_models(options);
    EXPECT_EQ(again.entries.size(), scanned_.entries.size());
    EXPECT_GE(again.from_cache, lies_.size() - 2) << "what is broken in itself is remembered";
}

}  // namespace
}  // namespace soliloquy

/// tests/ui/models/models_page_test.cpp: the library page by its names and actions: what is listed, opened, refused, added and explained.
#include <gtest/gtest.h>

#include <QSignalSpy>

#include "tests/support/shared_folder.h"
#include "tests/support/sparse_model.h"
#include "tests/ui/desk.h"
#include "tests/unit/models/temporary_folder.h"

namespace soliloquy::testing {
namespace {

class ModelsPage : public ::testing::Test {
  protected:
    void SetUp() override {
        home_.folder("data");
        home_.folder("models");
        SparseModelFile({.name = "Good Model", .chat_template = "{% for m in messages %}{{ m.content }}{% endfor %}"})
            .write(home_.path() / "models/good.gguf");
        SparseModelFile({.name = "Sly Model",
                         .chat_template = "{% for m in messages %}{{ m.content }}{% if 'price' in m.content %}x{% endif %}{% endfor %}"})
            .write(home_.path() / "models/sly.gguf");
        home_.write("models/broken.gguf", "GGUF");
        SparseModelFile({.layers = 80, .dim = 8192, .heads = 64, .kv_heads = 8, .ff_dim = 28672}).write(home_.path() / "models/huge.gguf");
        auto settings = models::LibrarySettings::load(home_.path() / "data");
        settings.add_folder(home_.path() / "models");
        ASSERT_TRUE(settings.save().ok());
        desk_ = std::make_unique<Desk>(Desk::Options{.data_folder = QString::fromStdString((home_.path() / "data").string())});
        desk_->press(QStringLiteral("Models"));
        ASSERT_TRUE(desk_->wait([&] { return !models().scanning() && models().count() > 0; }));
        desk_->settle(100);
    }
    ModelsViewModel& models() { return *desk_->app->models(); }
    /// What the keyboard can be put on, by its accessible name; its label has the same one.
    QQuickItem* control(const QString& name) const {
        for (QQuickItem* item : desk_->all_named(name))
            if (item->activeFocusOnTab()) return item;
        return nullptr;
    }
    QUrl url(const char* file) const { return QUrl::fromLocalFile(QString::fromStdString((home_.path() / file).string())); }
    QString path(const char* file) const { return QString::fromStdString((home_.path() / "models" / file).string()); }

    models::TemporaryFolder home_;
    std::unique_ptr<Desk> desk_;
};

TEST_F(ModelsPage, ListsWhatRunsFirstAndSaysWhatToDo) {
    ASSERT_EQ(models().count(), 4);
    const auto action = [&](int row) { return models().data(models().index(row), ModelsViewModel::ActionRole).toString(); };
    EXPECT_EQ(models().data(models().index(3), ModelsViewModel::StateRole).toString(), QStringLiteral("broken"));
    EXPECT_EQ(action(3), QStringLiteral("details"));
    EXPECT_TRUE(desk_->shows(QStringLiteral("Good Model")));
    EXPECT_NE(desk_->named(QStringLiteral("Open: Good Model")), nullptr);
    EXPECT_NE(desk_->named(QStringLiteral("Look first: Sly Model")), nullptr);
    EXPECT_NE(desk_->named(QStringLiteral("Details: broken.gguf")), nullptr);
    EXPECT_TRUE(desk_->shows(QStringLiteral("a folder of yours")));
}

TEST_F(ModelsPage, OpensAModelForTheConversation) {
    desk_->press(QStringLiteral("Open: Good Model"));
    ASSERT_TRUE(desk_->wait([&] { return desk_->session->model_path() == (home_.path() / "models/good.gguf"); }));
    ASSERT_TRUE(desk_->wait([&] { return desk_->session->model_info().has_value(); }));
    EXPECT_EQ(models::LibrarySettings::load(home_.path() / "data").last_model, home_.path() / "models/good.gguf");
}

TEST_F(ModelsPage, APoisonedTemplateIsShownBeforeAnythingIsOpened) {
    const auto before = desk_->session->model_path();
    desk_->press(QStringLiteral("Look first: Sly Model"));
    ASSERT_TRUE(desk_->wait([&] { return models().details().contains(QStringLiteral("template")); }));
    desk_->settle(100);
    EXPECT_EQ(desk_->session->model_path(), before);
    EXPECT_TRUE(desk_->shows(QStringLiteral("price")));
    EXPECT_TRUE(models().details().value(QStringLiteral("template")).toString().contains(QStringLiteral("'price' in m.content")));
    desk_->key(Qt::Key_Escape);
    desk_->settle(50);
    EXPECT_TRUE(models().details().isEmpty());
}

TEST_F(ModelsPage, ABrokenFileSaysWhyAndTheAppGoesOn) {
    desk_->press(QStringLiteral("Details: broken.gguf"));
    desk_->settle(100);
    EXPECT_TRUE(desk_->shows(QStringLiteral("This file cannot be read")));
    EXPECT_TRUE(desk_->shows(QStringLiteral("broken.gguf: at byte 4")));
    desk_->key(Qt::Key_Escape);
    desk_->key(Qt::Key_Escape);
    desk_->settle(50);
    EXPECT_FALSE(desk_->window->property("modelsShown").toBool());
}

TEST_F(ModelsPage, ChecksumsAreComputedOnDemandAndKept) {
    models().showDetails(path("broken.gguf"));
    models().startChecksum();
    ASSERT_TRUE(desk_->wait([&] { return models().checksum().contains(QStringLiteral("text")); }));
    // SHA-256 of the four letters "GGUF".
    const QString digest = models().checksum().value(QStringLiteral("text")).toString();
    EXPECT_EQ(digest.size(), 64);
    EXPECT_TRUE(models().checksum().value(QStringLiteral("verdict")).toString().contains(QStringLiteral("No checksum known")));
}

TEST_F(ModelsPage, DroppedFilesAreListedAndForeignAddressesRefused) {
    SparseModelFile({.name = "Dropped"}).write(home_.path() / "elsewhere.gguf");
    EXPECT_EQ(models().addFile(url("elsewhere.gguf")), QString());
    EXPECT_TRUE(
        models().addFile(QUrl(QStringLiteral("https://example.org/model.gguf"))).contains(QStringLiteral("no file of this computer")));
    EXPECT_TRUE(models().addFile(url("models/absent.gguf")).contains(QStringLiteral("not there")));
    ASSERT_TRUE(desk_->wait([&] { return models().count() == 5; }));
    EXPECT_TRUE(desk_->wait([&] { return desk_->shows(QStringLiteral("Dropped")); }));
}

TEST_F(ModelsPage, ADropOnTheConversationListsTheModelAndRefusesALetter) {
    desk_->key(Qt::Key_Escape);
    desk_->settle(50);
    ASSERT_FALSE(desk_->window->property("modelsShown").toBool());
    home_.write("letter.txt", "Dear Sir or Madam");
    models().drop({url("letter.txt")});
    EXPECT_TRUE(desk_->wait([&] { return desk_->shows(QStringLiteral("letter.txt is no model")); }));
    EXPECT_FALSE(desk_->window->property("modelsShown").toBool());
    SparseModelFile({.name = "Dropped"}).write(home_.path() / "elsewhere.gguf");
    models().drop({url("elsewhere.gguf")});
    EXPECT_TRUE(desk_->window->property("modelsShown").toBool());
    EXPECT_TRUE(desk_->wait([&] { return models().details().value(QStringLiteral("name")).toString() == QStringLiteral("Dropped"); }));
}

TEST_F(ModelsPage, DefaultsAreEditedInTheWindow) {
    models().showDetails(path("good.gguf"));
    desk_->settle(100);
    desk_->press(QStringLiteral("Defaults…"));
    desk_->settle(300);
    QQuickItem* context = control(QStringLiteral("Context length"));
    ASSERT_NE(context, nullptr);
    const auto fill = [&](QQuickItem* field, const QString& text) {
        field->forceActiveFocus(Qt::TabFocusReason);
        desk_->key(Qt::Key_A, Qt::ControlModifier);
        desk_->type(text);
        desk_->settle(50);
    };
    fill(context, QStringLiteral("2x"));
    EXPECT_TRUE(desk_->shows(QStringLiteral("A whole number from 0")));
    desk_->press(QStringLiteral("Save"));
    EXPECT_FALSE(models().defaultsOf(path("good.gguf")).value(QStringLiteral("any")).toBool()) << "what is wrong is not kept";
    fill(context, QStringLiteral("2048"));
    EXPECT_TRUE(desk_->shows(QStringLiteral("2,048 tokens take")));
    EXPECT_EQ(control(QStringLiteral("Temperature")), nullptr);
    QQuickItem* own = control(QStringLiteral("Numbers of its own"));
    ASSERT_NE(own, nullptr);
    own->forceActiveFocus(Qt::TabFocusReason);
    desk_->settle(50);
    desk_->key(Qt::Key_Space);
    desk_->settle(100);
    QQuickItem* temperature = control(QStringLiteral("Temperature"));
    ASSERT_NE(temperature, nullptr);
    fill(temperature, QStringLiteral("0,6"));
    desk_->press(QStringLiteral("Save"));
    desk_->settle(100);
    const QVariantMap kept = models().defaultsOf(path("good.gguf"));
    EXPECT_EQ(kept.value(QStringLiteral("contextLength")).toInt(), 2048);
    EXPECT_DOUBLE_EQ(kept.value(QStringLiteral("temperature")).toDouble(), 0.6);
    EXPECT_TRUE(kept.value(QStringLiteral("ownSampling")).toBool());
    models().open(path("good.gguf"));
    ASSERT_TRUE(desk_->wait([&] { return desk_->session->model_info().has_value(); }));
    EXPECT_EQ(desk_->session->model_info()->context_length, 2048u) << "it is loaded with it";

    desk_->press(QStringLiteral("Defaults…"));
    desk_->settle(300);
    desk_->press(QStringLiteral("Back to the model's defaults"));
    desk_->settle(50);
    EXPECT_TRUE(desk_->shows(QStringLiteral("Saving closes it")));
    desk_->press(QStringLiteral("Save"));
    desk_->settle(100);
    EXPECT_FALSE(models().defaultsOf(path("good.gguf")).value(QStringLiteral("any")).toBool());
    EXPECT_FALSE(desk_->session->model_info().has_value()) << "closed; the next message opens it again";
}

TEST_F(ModelsPage, AModelIsClosedAndItsDeviceIsNamed) {
    models().open(path("good.gguf"));
    ASSERT_TRUE(desk_->wait([&] { return desk_->session->model_info().has_value(); }));
    models().showDetails(path("good.gguf"));
    desk_->settle(100);
    EXPECT_TRUE(desk_->shows(QStringLiteral("AVX-512 VNNI; no GPU backend in this build")));
    EXPECT_TRUE(desk_->shows(QStringLiteral("Runs on")));
    desk_->press(QStringLiteral("Close the model"));
    desk_->settle(100);
    EXPECT_FALSE(desk_->session->model_info().has_value());
    EXPECT_NE(desk_->named(QStringLiteral("Open")), nullptr);
}

TEST_F(ModelsPage, FoldersCanBeTakenAway) {
    models().removeFolder(QString::fromStdString((home_.path() / "models").string()));
    EXPECT_TRUE(desk_->wait([&] { return models().count() == 0 && !models().scanning(); }));
    EXPECT_TRUE(std::filesystem::exists(home_.path() / "models/good.gguf"));
    EXPECT_TRUE(desk_->wait([&] { return desk_->shows(QStringLiteral("What to fetch")); }));
    EXPECT_TRUE(desk_->shows(QStringLiteral("no checksum to verify against")));
}

TEST_F(ModelsPage, DefaultsOfAModelAreUsedWhenItIsOpened) {
    models().setDefaults(path("good.gguf"), {{QStringLiteral("temperature"), 0.6},
                                             {QStringLiteral("thinking"), QStringLiteral("off")},
                                             {QStringLiteral("systemPrompt"), QStringLiteral("Be brief.")}});
    models().open(path("good.gguf"));
    EXPECT_FLOAT_EQ(desk_->session->settings().sampling.temperature, 0.6f);
    EXPECT_EQ(desk_->session->settings().thinking, ThinkingMode::off);
    EXPECT_EQ(desk_->session->settings().system_prompt, QStringLiteral("Be brief."));
    EXPECT_EQ(models().defaultsOf(path("good.gguf")).value(QStringLiteral("thinking")).toString(), QStringLiteral("off"));
}

}  // namespace
}  // namespace soliloquy::testing

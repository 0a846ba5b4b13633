/// app/viewmodels/app_view_model.h: everything the window is built on, in one object.
#pragma once

#include <QObject>

#include "app/viewmodels/chat_view_model.h"
#include "app/viewmodels/composer_view_model.h"
#include "app/viewmodels/conversation_list_model.h"
#include "app/viewmodels/device_view_model.h"
#include "app/viewmodels/models_view_model.h"
#include "app/viewmodels/search_model.h"
#include "app/viewmodels/settings_view_model.h"

class QQmlEngine;

namespace soliloquy {

/// What the "Nothing leaves" page states. Facts of this run, not promises.
struct PrivacyFacts {
    bool enforced = false;
    QString explanation;
    QString data_folder;
};

class AppViewModel : public QObject {
    Q_OBJECT
    Q_PROPERTY(soliloquy::ChatViewModel* chat READ chat CONSTANT)
    Q_PROPERTY(soliloquy::ComposerViewModel* composer READ composer CONSTANT)
    Q_PROPERTY(soliloquy::ConversationListModel* conversations READ conversations CONSTANT)
    Q_PROPERTY(soliloquy::DeviceViewModel* devices READ devices CONSTANT)
    Q_PROPERTY(soliloquy::ModelsViewModel* models READ models CONSTANT)
    Q_PROPERTY(soliloquy::SearchModel* search READ search CONSTANT)
    Q_PROPERTY(soliloquy::SettingsViewModel* settings READ settings CONSTANT)
    Q_PROPERTY(bool networkEnforced READ networkEnforced CONSTANT)
    Q_PROPERTY(QString networkExplanation READ networkExplanation CONSTANT)
    Q_PROPERTY(QString dataFolder READ dataFolder CONSTANT)
    Q_PROPERTY(QString fontFamily READ fontFamily CONSTANT)
    Q_PROPERTY(QString monoFamily READ monoFamily CONSTANT)
    Q_PROPERTY(QString version READ version CONSTANT)
    Q_PROPERTY(qint64 processId READ processId CONSTANT)

  public:
    struct Setup {
        ChatSession* session = nullptr;
        store::ConversationStore* store = nullptr;
        const Clock* clock = &system_clock();
        std::filesystem::path bundled_model;
        DeviceViewModel::Lister list_devices = [](unsigned threads) { return soliloquy::list_devices(threads); };
        bool known_programs = true;  ///< the library looks where other programs keep their models; tests do not
        PrivacyFacts privacy;
    };
    explicit AppViewModel(Setup setup, QObject* parent = nullptr);

    /// What every QML engine of ours needs: our module, the icons, and a network that refuses.
    static void prepare(QQmlEngine& engine);

    [[nodiscard]] ChatViewModel* chat() { return &chat_; }
    [[nodiscard]] ComposerViewModel* composer() { return &composer_; }
    [[nodiscard]] ConversationListModel* conversations() { return &conversations_; }
    [[nodiscard]] DeviceViewModel* devices() { return &devices_; }
    [[nodiscard]] ModelsViewModel* models() { return &models_; }
    [[nodiscard]] SearchModel* search() { return &search_; }
    [[nodiscard]] SettingsViewModel* settings() { return &settings_; }
    [[nodiscard]] bool networkEnforced() const { return setup_.privacy.enforced; }
    [[nodiscard]] QString networkExplanation() const { return setup_.privacy.explanation; }
    [[nodiscard]] QString dataFolder() const { return setup_.privacy.data_folder; }
    [[nodiscard]] QString fontFamily() const;
    [[nodiscard]] QString monoFamily() const;
    [[nodiscard]] QString version() const;
    [[nodiscard]] qint64 processId() const;

    /// Opens a hit of the search: the conversation, on the branch of that message.
    Q_INVOKABLE void showMessage(qlonglong conversation, qlonglong message);

  private:
    Setup setup_;
    SettingsViewModel settings_;
    ChatViewModel chat_;
    ComposerViewModel composer_;
    ConversationListModel conversations_;
    DeviceViewModel devices_;
    ModelsViewModel models_;
    SearchModel search_;
};

}  // namespace soliloquy

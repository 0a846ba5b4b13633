/// tests/ui/desk.h: the real window on a scripted engine and a store in memory, with hands: keys, clicks, the wheel, and eyes for the
/// items.
#pragma once

#include <QQmlApplicationEngine>
#include <QQuickItem>
#include <QQuickWindow>
#include <functional>
#include <memory>

#include "app/viewmodels/app_view_model.h"
#include "tests/support/scripted_engine.h"

namespace soliloquy::testing {

class Desk {
  public:
    struct Options {
        int width = 1280, height = 820;
        bool load = true;  ///< opens the model before the window
        int flush_interval_ms = 5;
        QString theme = QStringLiteral("light");
        QString data_folder = QStringLiteral("~/.local/share/soliloquy");  ///< nothing is written there while it does not exist
    };
    explicit Desk(const Options& options);
    Desk() : Desk(Options{}) {}
    ~Desk();

    [[nodiscard]] bool wait(const std::function<bool()>& done, int limit_ms = 15'000) const;
    [[nodiscard]] bool wait_idle() const;
    void settle(int ms = 30) const;  ///< lets bindings, polish and timers run

    /// The first visible item (depth first) whose accessible name is `name`; nullptr when there is none.
    [[nodiscard]] QQuickItem* named(const QString& name) const;
    [[nodiscard]] std::vector<QQuickItem*> all_named(const QString& name) const;
    [[nodiscard]] bool shows(const QString& words) const;  ///< some visible item has these words in its text
    void press(const QString& name) const;                 ///< the accessible press action, as a screen reader does it
    void click(QQuickItem* item) const;
    void type(const QString& text) const;
    void key(Qt::Key key, Qt::KeyboardModifiers modifiers = Qt::NoModifier) const;
    void wheel(QQuickItem* over, int angle) const;
    bool shoot(const QString& file) const;  ///< PNG of the window

    [[nodiscard]] QQuickItem* list() const;   ///< the conversation
    [[nodiscard]] QQuickItem* lines() const;  ///< the lines of an open thought

    std::shared_ptr<ScriptedModel> model;
    std::unique_ptr<store::ConversationStore> store;
    std::unique_ptr<ChatSession> session;
    std::unique_ptr<AppViewModel> app;
    std::unique_ptr<QQmlApplicationEngine> engine;
    QQuickWindow* window = nullptr;
};

/// The accessible name of an item, empty when it has none.
[[nodiscard]] QString accessible_name(QQuickItem* item);

}  // namespace soliloquy::testing

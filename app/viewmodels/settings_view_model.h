/// app/viewmodels/settings_view_model.h: the switches of the settings page. Looks are kept in the data folder; how answers are generated is
/// kept with the conversation and is what new ones begin with.
#pragma once

#include <QObject>
#include <QStringList>

#include "app/chat/chat_session.h"

namespace soliloquy {

class SettingsViewModel : public QObject {
    Q_OBJECT
    Q_PROPERTY(QString theme READ theme WRITE setTheme NOTIFY looksChanged)  ///< "system", "light", "dark"
    Q_PROPERTY(double textScale READ textScale WRITE setTextScale NOTIFY looksChanged)
    Q_PROPERTY(bool thoughtsOpen READ thoughtsOpen WRITE setThoughtsOpen NOTIFY looksChanged)
    Q_PROPERTY(bool motion READ motion WRITE setMotion NOTIFY looksChanged)
    Q_PROPERTY(bool sidebarOpen READ sidebarOpen WRITE setSidebarOpen NOTIFY looksChanged)
    Q_PROPERTY(double temperature READ temperature WRITE setTemperature NOTIFY generationChanged)
    Q_PROPERTY(double topP READ topP WRITE setTopP NOTIFY generationChanged)
    Q_PROPERTY(QString seed READ seed WRITE setSeed NOTIFY generationChanged)
    Q_PROPERTY(int maxTokens READ maxTokens WRITE setMaxTokens NOTIFY generationChanged)  ///< 0 = until the context is full
    Q_PROPERTY(QString systemPrompt READ systemPrompt WRITE setSystemPrompt NOTIFY generationChanged)
    Q_PROPERTY(QString pastThoughts READ pastThoughts WRITE setPastThoughts NOTIFY generationChanged)  ///< "model", "dropped", "kept"
    Q_PROPERTY(QString thinking READ thinking WRITE setThinking NOTIFY generationChanged)              ///< "auto", "on", "off"
    Q_PROPERTY(
        int contextLength READ contextLength WRITE setContextLength NOTIFY engineChanged)  ///< 0 = the model's own; at the next start
    Q_PROPERTY(int threads READ threads WRITE setThreads NOTIFY engineChanged)             ///< 0 = all cores; at the next start

  public:
    SettingsViewModel(ChatSession& session, store::ConversationStore& store, QObject* parent = nullptr);

    [[nodiscard]] QString theme() const { return theme_; }
    [[nodiscard]] double textScale() const { return text_scale_; }
    [[nodiscard]] bool thoughtsOpen() const { return thoughts_open_; }
    [[nodiscard]] bool motion() const { return motion_; }
    [[nodiscard]] bool sidebarOpen() const { return sidebar_open_; }
    [[nodiscard]] double temperature() const { return static_cast<double>(session_.settings().sampling.temperature); }
    [[nodiscard]] double topP() const { return static_cast<double>(session_.settings().sampling.top_p); }
    [[nodiscard]] QString seed() const { return QString::number(session_.settings().sampling.seed); }
    [[nodiscard]] int maxTokens() const { return static_cast<int>(session_.settings().max_tokens); }
    [[nodiscard]] QString systemPrompt() const { return session_.settings().system_prompt; }
    [[nodiscard]] QString pastThoughts() const;
    [[nodiscard]] QString thinking() const;
    [[nodiscard]] int contextLength() const { return context_length_; }
    [[nodiscard]] int threads() const { return threads_; }

    void setTheme(const QString& theme);
    void setTextScale(double scale);
    void setThoughtsOpen(bool open);
    void setMotion(bool motion);
    void setSidebarOpen(bool open);
    void setTemperature(double temperature);
    void setTopP(double top_p);
    void setSeed(const QString& seed);
    void setMaxTokens(int tokens);
    void setSystemPrompt(const QString& prompt);
    void setPastThoughts(const QString& rule);
    void setThinking(const QString& mode);
    void setContextLength(int tokens);
    void setThreads(int threads);

    /// What the engine is loaded with, read before a session exists.
    static void read_engine_settings(const store::ConversationStore& store, LoadOptions& options);
    [[nodiscard]] QStringList recent_models() const;
    void remember_model(const QString& path);

  Q_SIGNALS:
    void looksChanged();
    void generationChanged();
    void engineChanged();

  private:
    void keep(const char* key, const QString& value);
    void apply(const ChatSettings& settings);

    ChatSession& session_;
    store::ConversationStore& store_;
    QString theme_ = QStringLiteral("system");
    double text_scale_ = 1.0;
    bool thoughts_open_ = true, motion_ = true, sidebar_open_ = true;
    int context_length_ = 0, threads_ = 0;
};

}  // namespace soliloquy

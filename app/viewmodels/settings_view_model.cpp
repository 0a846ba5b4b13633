/// app/viewmodels/settings_view_model.cpp: reads and keeps the switches.
#include "app/viewmodels/settings_view_model.h"

#include <algorithm>
#include <cmath>

namespace soliloquy {
namespace {

QString value_of(const store::ConversationStore& store, const char* key, const QString& otherwise) {
    const auto found = store.value(key);
    return found.ok() && found.value() ? QString::fromStdString(*found.value()) : otherwise;
}

}  // namespace

SettingsViewModel::SettingsViewModel(ChatSession& session, store::ConversationStore& store, QObject* parent)
    : QObject(parent), session_(session), store_(store) {
    theme_ = value_of(store, "ui.theme", theme_);
    if (theme_ != u"light" && theme_ != u"dark") theme_ = QStringLiteral("system");
    text_scale_ = std::clamp(value_of(store, "ui.text_scale", QStringLiteral("1")).toDouble(), 0.75, 2.0);
    thoughts_open_ = value_of(store, "ui.thoughts_open", QStringLiteral("1")) == u"1";
    motion_ = value_of(store, "ui.motion", QStringLiteral("1")) == u"1";
    sidebar_open_ = value_of(store, "ui.sidebar", QStringLiteral("1")) == u"1";
    context_length_ = std::max(0, value_of(store, "engine.context", QStringLiteral("0")).toInt());
    threads_ = std::max(0, value_of(store, "engine.threads", QStringLiteral("0")).toInt());
    connect(&session, &ChatSession::settings_changed, this, &SettingsViewModel::generationChanged);
    connect(&session, &ChatSession::conversation_opened, this, [this] { Q_EMIT generationChanged(); });
}

void SettingsViewModel::read_engine_settings(const store::ConversationStore& store, LoadOptions& options) {
    if (options.context_length == 0) options.context_length = value_of(store, "engine.context", QStringLiteral("0")).toUInt();
    if (options.threads == 0) options.threads = value_of(store, "engine.threads", QStringLiteral("0")).toUInt();
}

void SettingsViewModel::keep(const char* key, const QString& value) { (void)store_.set_value(key, value.toStdString()); }

void SettingsViewModel::apply(const ChatSettings& settings) {
    const ChatSettings before = session_.settings();
    session_.set_settings(settings);
    if (session_.conversation() != 0) session_.keep_for_new_conversations(before, settings);
    Q_EMIT generationChanged();
}

QString SettingsViewModel::thinking() const {
    switch (session_.settings().thinking) {
        case ThinkingMode::on:
            return QStringLiteral("on");
        case ThinkingMode::off:
            return QStringLiteral("off");
        default:
            return QStringLiteral("auto");
    }
}

void SettingsViewModel::setTheme(const QString& theme) {
    if (theme == theme_) return;
    theme_ = theme;
    keep("ui.theme", theme);
    Q_EMIT looksChanged();
}

void SettingsViewModel::setTextScale(double scale) {
    scale = std::clamp(scale, 0.75, 2.0);
    if (std::abs(scale - text_scale_) < 0.001) return;
    text_scale_ = scale;
    keep("ui.text_scale", QString::number(scale));
    Q_EMIT looksChanged();
}

void SettingsViewModel::setThoughtsOpen(bool open) {
    thoughts_open_ = open;
    keep("ui.thoughts_open", open ? QStringLiteral("1") : QStringLiteral("0"));
    Q_EMIT looksChanged();
}

void SettingsViewModel::setMotion(bool motion) {
    motion_ = motion;
    keep("ui.motion", motion ? QStringLiteral("1") : QStringLiteral("0"));
    Q_EMIT looksChanged();
}

void SettingsViewModel::setSidebarOpen(bool open) {
    if (open == sidebar_open_) return;
    sidebar_open_ = open;
    keep("ui.sidebar", open ? QStringLiteral("1") : QStringLiteral("0"));
    Q_EMIT looksChanged();
}

void SettingsViewModel::setTemperature(double temperature) {
    ChatSettings settings = session_.settings();
    settings.sampling.temperature = static_cast<float>(std::clamp(temperature, 0.0, 2.0));
    apply(settings);
}

void SettingsViewModel::setTopP(double top_p) {
    ChatSettings settings = session_.settings();
    settings.sampling.top_p = static_cast<float>(std::clamp(top_p, 0.05, 1.0));
    apply(settings);
}

void SettingsViewModel::setSeed(const QString& seed) {
    ChatSettings settings = session_.settings();
    settings.sampling.seed = seed.trimmed().toULongLong();
    apply(settings);
}

void SettingsViewModel::setMaxTokens(int tokens) {
    ChatSettings settings = session_.settings();
    settings.max_tokens = static_cast<uint32_t>(std::max(0, tokens));
    apply(settings);
}

void SettingsViewModel::setSystemPrompt(const QString& prompt) {
    ChatSettings settings = session_.settings();
    settings.system_prompt = prompt;
    apply(settings);
}

void SettingsViewModel::setThinking(const QString& mode) {
    ChatSettings settings = session_.settings();
    settings.thinking = mode == u"on" ? ThinkingMode::on : mode == u"off" ? ThinkingMode::off : ThinkingMode::automatic;
    apply(settings);
}

QString SettingsViewModel::pastThoughts() const {
    const auto& keep = session_.settings().keep_past_thoughts;
    return !keep ? QStringLiteral("model") : *keep ? QStringLiteral("kept") : QStringLiteral("dropped");
}

/// Of the conversation on the desk alone: what a model is to do in every conversation is kept with that model.
void SettingsViewModel::setPastThoughts(const QString& rule) {
    ChatSettings settings = session_.settings();
    settings.keep_past_thoughts.reset();
    if (rule != u"model") settings.keep_past_thoughts = rule == u"kept";
    session_.set_settings(settings);
    Q_EMIT generationChanged();
}

void SettingsViewModel::setContextLength(int tokens) {
    context_length_ = std::max(0, tokens);
    keep("engine.context", QString::number(context_length_));
    Q_EMIT engineChanged();
}

void SettingsViewModel::setThreads(int threads) {
    threads_ = std::max(0, threads);
    keep("engine.threads", QString::number(threads_));
    Q_EMIT engineChanged();
}

QStringList SettingsViewModel::recent_models() const { return value_of(store_, "models.recent", {}).split(u'\n', Qt::SkipEmptyParts); }

void SettingsViewModel::remember_model(const QString& path) {
    QStringList recent = recent_models();
    recent.removeAll(path);
    recent.prepend(path);
    while (recent.size() > 6) recent.removeLast();
    keep("models.recent", recent.join(u'\n'));
}

}  // namespace soliloquy

/// app/viewmodels/chat_view_model.cpp: the session's state in the words of the window.
#include "app/viewmodels/chat_view_model.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QVariantMap>

#include "app/viewmodels/settings_view_model.h"
#include "app/viewmodels/words.h"

namespace soliloquy {

ChatViewModel::ChatViewModel(ChatSession& session, SettingsViewModel& settings, QObject* parent)
    : QObject(parent), session_(session), settings_(settings), parts_(session) {
    connect(&session, &ChatSession::state_changed, this, [this] {
        if (loading() && !was_loading_) load_clock_.start();
        was_loading_ = loading();
        Q_EMIT stateChanged();
        Q_EMIT progressChanged();
        Q_EMIT modelChanged();
    });
    connect(&session, &ChatSession::conversations_changed, this, &ChatViewModel::titleChanged);
    connect(&session, &ChatSession::conversation_opened, this, &ChatViewModel::titleChanged);
    connect(&session, &ChatSession::messages_reset, this, &ChatViewModel::emptyChanged);
    connect(&session, &ChatSession::message_added, this, &ChatViewModel::emptyChanged);
    connect(&session, &ChatSession::model_changed, this, [this] {
        if (session_.model_info()) {
            settings_.remember_model(QString::fromStdString(session_.model_path().string()));
            dismissTrouble();
        }
        Q_EMIT modelChanged();
    });
    connect(&session, &ChatSession::preview_ready, this, [this](const QString& text, uint tokens) {
        prompt_text_ = text;
        const auto info = session_.model_info();
        prompt_note_ = info ? tr("%1 of %2").arg(words::tokens(tokens), words::count(info->context_length)) : words::tokens(tokens);
        Q_EMIT promptChanged();
    });
    connect(&session, &ChatSession::preview_failed, this, [this](const QString& why) {
        prompt_note_ = tr("There is no prompt: %1").arg(why);
        Q_EMIT promptChanged();
    });
    connect(&session, &ChatSession::load_progress_changed, this, &ChatViewModel::progressChanged);
    connect(&session, &ChatSession::prompt_progress_changed, this, &ChatViewModel::progressChanged);
    connect(&session, &ChatSession::trouble, this, [this](const QString& what, const QString& details) {
        trouble_ = what;
        trouble_details_ = details;
        Q_EMIT troubleChanged();
        Q_EMIT modelChanged();
    });
    connect(&settings, &SettingsViewModel::looksChanged, this,
            [this] { parts_.setProperty("openWhileThinking", settings_.thoughtsOpen()); });
    parts_.setProperty("openWhileThinking", settings.thoughtsOpen());
}

void ChatViewModel::set_bundled_model(const std::filesystem::path& file) {
    bundled_ = file;
    Q_EMIT modelChanged();
}

QString ChatViewModel::state() const { return QString::fromLatin1(chat_state_name(session_.state())); }

QString ChatViewModel::title() const { return session_.title().isEmpty() ? tr("New chat") : session_.title(); }

QString ChatViewModel::modelName() const {
    if (const auto info = session_.model_info(); info && !info->name.empty()) return QString::fromStdString(info->name);
    if (session_.model_path().empty()) return tr("No model");
    return bundledModel() ? QStringLiteral("Pocket Reasoner") : QString::fromStdString(session_.model_path().stem().string());
}

QString ChatViewModel::modelNote() const {
    const auto info = session_.model_info();
    if (!info) return QString::fromStdString(session_.model_path().string());
    QStringList parts{QString::fromStdString(info->architecture), QString::fromStdString(info->quantization),
                      tr("%1 of context").arg(words::tokens(info->context_length))};
    return parts.join(QStringLiteral(" · ")) + u'\n' + QString::fromStdString(info->path.string());
}

QString ChatViewModel::modelState() const {
    if (loading()) return QStringLiteral("busy");
    if (session_.model_info()) return QStringLiteral("ok");
    return trouble_.isEmpty() ? QString() : QStringLiteral("error");
}

bool ChatViewModel::bundledModel() const { return !bundled_.empty() && session_.model_path().filename() == bundled_.filename(); }

bool ChatViewModel::canThink() const {
    const auto info = session_.model_info();
    return !info || info->can_think;
}

bool ChatViewModel::thinkingSwitchable() const {
    const auto info = session_.model_info();
    return !info || (info->can_think && info->thinking_can_be_switched);
}

QString ChatViewModel::device() const {
    const auto info = session_.model_info();
    if (!info) return loading() ? tr("opening") : tr("not opened");
    return QString::fromStdString(info->device.description).section(u',', 0, 1);
}

QString ChatViewModel::deviceNote() const {
    const auto info = session_.model_info();
    if (!info) return {};
    const QString reason = QString::fromStdString(info->device.reason);
    return QString::fromStdString(info->device.description) + (reason.isEmpty() ? QString() : u'\n' + reason);
}

QVariantList ChatViewModel::recentModels() const {
    QVariantList out;
    QStringList paths = settings_.recent_models();
    const QString bundled = QString::fromStdString(bundled_.string());
    if (!bundled.isEmpty() && !paths.contains(bundled)) paths.append(bundled);
    const QString present = QString::fromStdString(session_.model_path().string());
    if (!present.isEmpty() && !paths.contains(present)) paths.prepend(present);
    for (const QString& path : paths) {
        const QString name = path == bundled ? tr("Pocket Reasoner (bundled)") : path.section(u'/', -1);
        out.append(
            QVariantMap{{QStringLiteral("path"), path}, {QStringLiteral("name"), name}, {QStringLiteral("present"), path == present}});
    }
    return out;
}

QString ChatViewModel::loadNote() const {
    const double fraction = loadFraction();
    QString note = tr("%1 %").arg(static_cast<int>(fraction * 100.0));
    const qint64 elapsed = load_clock_.isValid() ? load_clock_.elapsed() : 0;
    if (fraction > 0.02 && elapsed > 1500)
        note += QStringLiteral(" · ") +
                tr("about %1 left").arg(words::duration(static_cast<qint64>(static_cast<double>(elapsed) * (1.0 - fraction) / fraction)));
    return note;
}

double ChatViewModel::readFraction() const {
    const PromptProgress progress = session_.prompt_progress();
    return progress.tokens_total == 0 ? 0.0 : static_cast<double>(progress.tokens_done) / progress.tokens_total;
}

QString ChatViewModel::readNote() const {
    const PromptProgress progress = session_.prompt_progress();
    if (progress.tokens_total == 0) return tr("Reading the prompt");
    return tr("Reading the prompt, %1 of %2").arg(words::count(progress.tokens_done), words::tokens(progress.tokens_total));
}

void ChatViewModel::newChat() { session_.new_conversation(); }

bool ChatViewModel::goOn(qlonglong message) {
    const int index = session_.index_of(message);
    if (index < 0) return false;
    return session_.messages()[index].can_continue_thinking ? session_.continue_thinking(message) : session_.continue_answer(message);
}

void ChatViewModel::rename(const QString& title) {
    if (session_.conversation() != 0 && !title.trimmed().isEmpty()) session_.rename_conversation(session_.conversation(), title.trimmed());
}

void ChatViewModel::copyText(const QString& text) {
    if (text.isEmpty()) return;
    QGuiApplication::clipboard()->setText(text);
    Q_EMIT copied(tr("Copied"));
}

void ChatViewModel::copyAnswer(qlonglong message) {
    const QString text = session_.answer_text(or_last(message));
    if (text.isEmpty()) return;
    QGuiApplication::clipboard()->setText(text);
    Q_EMIT copied(tr("Answer copied"));
}

void ChatViewModel::copyThought(qlonglong message) {
    const QString text = session_.thought_text(or_last(message));
    if (text.isEmpty()) return;
    QGuiApplication::clipboard()->setText(text);
    Q_EMIT copied(tr("Thought copied"));
}

void ChatViewModel::copyBoth(qlonglong message) {
    const store::MessageId id = or_last(message);
    const QString thought = session_.thought_text(id), answer = session_.answer_text(id);
    QGuiApplication::clipboard()->setText(thought + (thought.isEmpty() || answer.isEmpty() ? QString() : QStringLiteral("\n\n---\n\n")) +
                                          answer);
    Q_EMIT copied(tr("Thought and answer copied"));
}

void ChatViewModel::askPrompt() {
    prompt_text_.clear();
    prompt_note_ = !session_.model_info()          ? tr("The model is not open: its tokenizer and template are needed for this.")
                   : session_.messages().isEmpty() ? tr("Nothing was written yet.")
                                                   : tr("Being made…");
    Q_EMIT promptChanged();
    if (session_.model_info() && !session_.messages().isEmpty()) session_.request_preview();
}

QString ChatViewModel::pastThoughtsRule() const {
    const auto info = session_.model_info();
    return info && info->can_think ? QString::fromStdString(info->past_thoughts) : QString();
}

QString ChatViewModel::pastThoughts() const {
    const auto info = session_.model_info();
    return info && info->can_think ? words::past_thoughts(info->past_thoughts) : QString();
}

bool ChatViewModel::pastThoughtsKeepable() const {
    const auto info = session_.model_info();
    return info && info->past_thoughts_can_be_kept;
}

void ChatViewModel::loadModel() {
    dismissTrouble();
    session_.load_model();
}

void ChatViewModel::cancelLoad() { session_.cancel_load(); }

void ChatViewModel::dismissTrouble() {
    if (trouble_.isEmpty()) return;
    trouble_.clear();
    trouble_details_.clear();
    Q_EMIT troubleChanged();
    Q_EMIT modelChanged();
}

}  // namespace soliloquy

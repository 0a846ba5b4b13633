/// app/viewmodels/chat_view_model.h: the conversation on the desk as QML sees it: its state in words, the model, and the commands.
#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QUrl>

#include "app/viewmodels/message_parts_model.h"

namespace soliloquy {

class SettingsViewModel;

class ChatViewModel : public QObject {
    Q_OBJECT
    Q_PROPERTY(QString state READ state NOTIFY stateChanged)  ///< chat_state_name()
    Q_PROPERTY(bool busy READ busy NOTIFY stateChanged)
    Q_PROPERTY(bool thinking READ thinking NOTIFY stateChanged)
    Q_PROPERTY(QString title READ title NOTIFY titleChanged)
    Q_PROPERTY(bool empty READ empty NOTIFY emptyChanged)
    Q_PROPERTY(soliloquy::MessagePartsModel* parts READ parts CONSTANT)

    Q_PROPERTY(QString modelName READ modelName NOTIFY modelChanged)
    Q_PROPERTY(QString modelPath READ modelPath NOTIFY modelChanged)
    Q_PROPERTY(QString modelNote READ modelNote NOTIFY modelChanged)
    Q_PROPERTY(QString modelState READ modelState NOTIFY modelChanged)  ///< "ok", "busy", "error", "" = not opened yet
    Q_PROPERTY(bool hasModel READ hasModel NOTIFY modelChanged)         ///< a file is chosen, opened or not
    Q_PROPERTY(bool bundledModel READ bundledModel NOTIFY modelChanged)
    Q_PROPERTY(bool canThink READ canThink NOTIFY modelChanged)
    Q_PROPERTY(bool thinkingSwitchable READ thinkingSwitchable NOTIFY modelChanged)
    Q_PROPERTY(QString device READ device NOTIFY modelChanged)
    Q_PROPERTY(QString deviceNote READ deviceNote NOTIFY modelChanged)
    Q_PROPERTY(QVariantList recentModels READ recentModels NOTIFY modelChanged)

    Q_PROPERTY(bool loading READ loading NOTIFY stateChanged)
    Q_PROPERTY(double loadFraction READ loadFraction NOTIFY progressChanged)
    Q_PROPERTY(QString loadNote READ loadNote NOTIFY progressChanged)
    Q_PROPERTY(bool reading READ reading NOTIFY stateChanged)
    Q_PROPERTY(double readFraction READ readFraction NOTIFY progressChanged)
    Q_PROPERTY(QString readNote READ readNote NOTIFY progressChanged)

    Q_PROPERTY(QString pastThoughts READ pastThoughts NOTIFY modelChanged)  ///< the model's own rule in words; empty = it has no thoughts
    Q_PROPERTY(QString pastThoughtsRule READ pastThoughtsRule NOTIFY modelChanged)  ///< "dropped", "kept", ...
    Q_PROPERTY(bool pastThoughtsKeepable READ pastThoughtsKeepable NOTIFY modelChanged)
    Q_PROPERTY(QString promptText READ promptText NOTIFY promptChanged)  ///< what the model would see now; asked for by askPrompt()
    Q_PROPERTY(QString promptNote READ promptNote NOTIFY promptChanged)  ///< "412 tokens of 4,096"

    Q_PROPERTY(QString trouble READ trouble NOTIFY troubleChanged)
    Q_PROPERTY(QString troubleDetails READ troubleDetails NOTIFY troubleChanged)

  public:
    ChatViewModel(ChatSession& session, SettingsViewModel& settings, QObject* parent = nullptr);

    [[nodiscard]] QString state() const;
    /// A message is being written. Opening a model in advance is not busy.
    [[nodiscard]] bool busy() const { return session_.busy() && session_.streaming_message() != 0; }
    [[nodiscard]] bool thinking() const { return session_.thought_can_be_closed(); }
    [[nodiscard]] QString title() const;
    [[nodiscard]] bool empty() const { return session_.messages().isEmpty(); }
    [[nodiscard]] MessagePartsModel* parts() { return &parts_; }
    [[nodiscard]] QString modelName() const;
    [[nodiscard]] QString modelPath() const { return QString::fromStdString(session_.model_path().generic_string()); }
    [[nodiscard]] QString modelNote() const;
    [[nodiscard]] QString modelState() const;
    [[nodiscard]] bool hasModel() const { return !session_.model_path().empty(); }
    [[nodiscard]] bool bundledModel() const;
    [[nodiscard]] bool canThink() const;
    [[nodiscard]] bool thinkingSwitchable() const;
    [[nodiscard]] QString device() const;
    [[nodiscard]] QString deviceNote() const;
    [[nodiscard]] QVariantList recentModels() const;
    [[nodiscard]] bool loading() const { return session_.state() == ChatState::loading_model; }
    [[nodiscard]] double loadFraction() const { return static_cast<double>(session_.load_progress().fraction); }
    [[nodiscard]] QString loadNote() const;
    [[nodiscard]] bool reading() const { return session_.state() == ChatState::reading_prompt; }
    [[nodiscard]] double readFraction() const;
    [[nodiscard]] QString readNote() const;
    [[nodiscard]] QString pastThoughts() const;
    [[nodiscard]] QString pastThoughtsRule() const;
    [[nodiscard]] bool pastThoughtsKeepable() const;
    [[nodiscard]] QString promptText() const { return prompt_text_; }
    [[nodiscard]] QString promptNote() const { return prompt_note_; }
    [[nodiscard]] QString trouble() const { return trouble_; }
    [[nodiscard]] QString troubleDetails() const { return trouble_details_; }

    Q_INVOKABLE void newChat();
    Q_INVOKABLE void stop() { session_.stop(); }
    Q_INVOKABLE void answerNow() { session_.answer_now(); }
    Q_INVOKABLE bool regenerate(qlonglong message) { return session_.regenerate(message); }
    Q_INVOKABLE bool retry(qlonglong message) { return session_.retry(message); }
    Q_INVOKABLE bool goOn(qlonglong message);
    Q_INVOKABLE bool answerFromHere(qlonglong message) { return session_.answer_from_here(message); }
    Q_INVOKABLE bool switchBranch(qlonglong message, int sibling) { return session_.switch_branch(message, sibling); }
    Q_INVOKABLE bool edit(qlonglong message, const QString& text) { return session_.edit(message, text); }
    Q_INVOKABLE void rename(const QString& title);
    Q_INVOKABLE void copyAnswer(qlonglong message);  ///< 0 = the last one
    Q_INVOKABLE void copyThought(qlonglong message);
    Q_INVOKABLE void copyBoth(qlonglong message);
    Q_INVOKABLE void copyText(const QString& text);
    Q_INVOKABLE void askPrompt();  ///< promptText and promptNote follow
    Q_INVOKABLE void loadModel();
    Q_INVOKABLE void cancelLoad();
    Q_INVOKABLE void dismissTrouble();
    void set_bundled_model(const std::filesystem::path& file);

  Q_SIGNALS:
    void stateChanged();
    void titleChanged();
    void emptyChanged();
    void modelChanged();
    void progressChanged();
    void promptChanged();
    void troubleChanged();
    void copied(const QString& what);  ///< for the note at the foot of the window

  private:
    [[nodiscard]] store::MessageId or_last(qlonglong message) const { return message != 0 ? message : parts_.last_assistant(); }

    ChatSession& session_;
    SettingsViewModel& settings_;
    MessagePartsModel parts_;
    std::filesystem::path bundled_;
    QElapsedTimer load_clock_;
    bool was_loading_ = false;
    QString trouble_, trouble_details_;
    QString prompt_text_, prompt_note_;
};

}  // namespace soliloquy

/// app/viewmodels/composer_view_model.h: what is being written, kept as a draft, and how full the context would be with it.
#pragma once

#include <QObject>
#include <QTimer>

#include "app/chat/chat_session.h"
#include "app/viewmodels/draft.h"

namespace soliloquy {

class ComposerViewModel : public QObject {
    Q_OBJECT
    Q_PROPERTY(QString text READ text WRITE setText NOTIFY textChanged)
    /// Pasted texts too long to be laid out, in their order before `text`: {before, note, showable}
    Q_PROPERTY(QVariantList blocks READ blocks NOTIFY blocksChanged)
    Q_PROPERTY(bool canSend READ canSend NOTIFY canSendChanged)
    Q_PROPERTY(bool waiting READ waiting NOTIFY canSendChanged)  ///< sent, and the model is still being opened
    Q_PROPERTY(bool meterKnown READ meterKnown NOTIFY meterChanged)
    Q_PROPERTY(double meterFraction READ meterFraction NOTIFY meterChanged)
    Q_PROPERTY(QString meterText READ meterText NOTIFY meterChanged)    ///< "486 of 4,096"
    Q_PROPERTY(QString meterShort READ meterShort NOTIFY meterChanged)  ///< "486"

  public:
    /// `store` keeps the draft of a conversation that is left before half a second is over.
    explicit ComposerViewModel(ChatSession& session, store::ConversationStore* store = nullptr, QObject* parent = nullptr);
    ~ComposerViewModel() override;

    [[nodiscard]] QString text() const { return draft_.text; }
    void setText(const QString& text);
    /// A question that is sent while the model is still being opened waits for it.
    [[nodiscard]] bool canSend() const { return (!session_.busy() || preloading()) && !waiting_ && !draft_.blank(); }
    [[nodiscard]] QVariantList blocks() const;
    [[nodiscard]] bool waiting() const { return waiting_; }
    [[nodiscard]] bool meterKnown() const { return session_.context_meter().known; }
    [[nodiscard]] double meterFraction() const;
    [[nodiscard]] QString meterText() const;
    [[nodiscard]] QString meterShort() const;

    /// Puts what the clipboard holds (or what is selected elsewhere) in place of the letters from `begin` to `end`, if that is too long to
    /// be shown: false when it is not, and nothing has changed.
    Q_INVOKABLE bool pasteClipboard(int begin, int end, bool selected = false);
    bool paste(const QString& text, int begin, int end);
    Q_INVOKABLE void removeBlock(int index);
    Q_INVOKABLE void showBlock(int index);  ///< becomes text again, where it is short enough
    Q_INVOKABLE bool send();
    Q_INVOKABLE void takeBack();                     ///< a waiting question is not sent
    Q_INVOKABLE bool sendText(const QString& text);  ///< one of the first prompts

  Q_SIGNALS:
    void textChanged();
    void blocksChanged();
    void canSendChanged();
    void meterChanged();

  private:
    void keep_draft();
    void take(Draft draft);
    void changed();
    void update_meter();
    [[nodiscard]] qint64 used() const;
    [[nodiscard]] bool preloading() const { return session_.state() == ChatState::loading_model && session_.streaming_message() == 0; }

    ChatSession& session_;
    store::ConversationStore* store_;
    store::ConversationId draft_of_ = 0;
    Draft draft_;
    QTimer draft_timer_;
    bool waiting_ = false;
};

}  // namespace soliloquy

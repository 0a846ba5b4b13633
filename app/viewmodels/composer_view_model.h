/// app/viewmodels/composer_view_model.h: what is being written, kept as a draft, and how full the context would be with it.
#pragma once

#include <QObject>
#include <QTimer>

#include "app/chat/chat_session.h"

namespace soliloquy {

class ComposerViewModel : public QObject {
    Q_OBJECT
    Q_PROPERTY(QString text READ text WRITE setText NOTIFY textChanged)
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

    [[nodiscard]] QString text() const { return text_; }
    void setText(const QString& text);
    /// A question that is sent while the model is still being opened waits for it.
    [[nodiscard]] bool canSend() const { return (!session_.busy() || preloading()) && !waiting_ && !text_.trimmed().isEmpty(); }
    [[nodiscard]] bool waiting() const { return waiting_; }
    [[nodiscard]] bool meterKnown() const { return session_.context_meter().known; }
    [[nodiscard]] double meterFraction() const;
    [[nodiscard]] QString meterText() const;
    [[nodiscard]] QString meterShort() const;

    Q_INVOKABLE bool send();
    Q_INVOKABLE void takeBack();                     ///< a waiting question is not sent
    Q_INVOKABLE bool sendText(const QString& text);  ///< one of the first prompts

  Q_SIGNALS:
    void textChanged();
    void canSendChanged();
    void meterChanged();

  private:
    void keep_draft();
    [[nodiscard]] bool preloading() const { return session_.state() == ChatState::loading_model && session_.streaming_message() == 0; }

    ChatSession& session_;
    store::ConversationStore* store_;
    store::ConversationId draft_of_ = 0;
    QString text_;
    QTimer draft_timer_;
    bool waiting_ = false;
};

}  // namespace soliloquy

/// app/viewmodels/composer_view_model.cpp: keeps the draft half a second after the last letter, and before another conversation is opened.
#include "app/viewmodels/composer_view_model.h"

#include "app/viewmodels/words.h"

namespace soliloquy {

ComposerViewModel::ComposerViewModel(ChatSession& session, store::ConversationStore* store, QObject* parent)
    : QObject(parent), session_(session), store_(store), draft_of_(session.conversation()) {
    draft_timer_.setSingleShot(true);
    draft_timer_.setInterval(500);
    connect(&draft_timer_, &QTimer::timeout, this, &ComposerViewModel::keep_draft);
    connect(&session, &ChatSession::state_changed, this, [this] {
        if (waiting_ && !session_.busy()) {
            waiting_ = false;
            if (session_.model_info()) (void)send();
        }
        Q_EMIT canSendChanged();
    });
    connect(&session, &ChatSession::context_meter_changed, this, &ComposerViewModel::meterChanged);
    connect(&session, &ChatSession::model_changed, this, [this] { session_.update_context_meter(text_); });
    connect(&session, &ChatSession::turn_finished, this, [this] { session_.update_context_meter(text_); });
    connect(&session, &ChatSession::conversation_opened, this, [this] {
        if (draft_timer_.isActive() && store_ != nullptr) (void)store_->save_draft(draft_of_, text_.toStdString());
        draft_timer_.stop();
        draft_of_ = session_.conversation();
        text_ = session_.draft();
        Q_EMIT textChanged();
        Q_EMIT canSendChanged();
        session_.update_context_meter(text_);
    });
    text_ = session.draft();
}

ComposerViewModel::~ComposerViewModel() {
    if (draft_timer_.isActive()) keep_draft();
}

void ComposerViewModel::setText(const QString& text) {
    if (text == text_) return;
    text_ = text;
    draft_timer_.start();
    Q_EMIT textChanged();
    Q_EMIT canSendChanged();
}

void ComposerViewModel::keep_draft() {
    draft_timer_.stop();
    session_.save_draft(text_);
    session_.update_context_meter(text_);
}

double ComposerViewModel::meterFraction() const {
    const ContextMeter meter = session_.context_meter();
    return meter.length == 0 ? 0.0 : static_cast<double>(meter.used) / meter.length;
}

QString ComposerViewModel::meterText() const {
    const ContextMeter meter = session_.context_meter();
    return tr("%1 of %2").arg(words::count(meter.used), words::count(meter.length));
}

QString ComposerViewModel::meterShort() const { return words::count(session_.context_meter().used); }

bool ComposerViewModel::send() {
    if (!canSend()) return false;
    if (preloading()) {
        waiting_ = true;
        Q_EMIT canSendChanged();
        return true;
    }
    const QString text = text_;
    setText({});
    draft_timer_.stop();  // the draft stays in the store until the transaction that holds the question takes it away
    if (!session_.send(text)) {
        setText(text);
        return false;
    }
    session_.update_context_meter(text_);
    draft_of_ = session_.conversation();
    return true;
}

void ComposerViewModel::takeBack() {
    waiting_ = false;
    Q_EMIT canSendChanged();
}

bool ComposerViewModel::sendText(const QString& text) {
    if (!preloading()) return !session_.busy() && session_.send(text);
    setText(text);
    return send();
}

}  // namespace soliloquy

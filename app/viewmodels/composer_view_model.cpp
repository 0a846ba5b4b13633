/// app/viewmodels/composer_view_model.cpp: keeps the draft half a second after the last letter, and before another conversation is opened.
#include "app/viewmodels/composer_view_model.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QVariantMap>
#include <algorithm>

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
    connect(&session, &ChatSession::model_changed, this, &ComposerViewModel::update_meter);
    connect(&session, &ChatSession::turn_finished, this, &ComposerViewModel::update_meter);
    connect(&session, &ChatSession::conversation_opened, this, [this] {
        if (draft_timer_.isActive() && store_ != nullptr) (void)store_->save_draft(draft_of_, draft_.to_stored().toStdString());
        draft_timer_.stop();
        draft_of_ = session_.conversation();
        take(Draft::from_stored(session_.draft()));
        update_meter();
    });
    draft_ = Draft::from_stored(session.draft());
}

ComposerViewModel::~ComposerViewModel() {
    if (draft_timer_.isActive()) keep_draft();
}

void ComposerViewModel::take(Draft draft) {
    draft_ = std::move(draft);
    Q_EMIT blocksChanged();
    Q_EMIT textChanged();
    Q_EMIT canSendChanged();
}

void ComposerViewModel::setText(const QString& text) {
    if (text == draft_.text) return;
    draft_.text = text;
    if (draft_.bound_text()) Q_EMIT blocksChanged();
    changed();
}

void ComposerViewModel::changed() {
    draft_timer_.start();
    Q_EMIT textChanged();
    Q_EMIT canSendChanged();
}

QVariantList ComposerViewModel::blocks() const {
    QVariantList out;
    for (int i = 0; i < static_cast<int>(draft_.blocks.size()); ++i) {
        const Draft::Block& block = draft_.blocks[static_cast<size_t>(i)];
        out.append(QVariantMap{{QStringLiteral("before"), block.before.left(300).simplified()},
                               {QStringLiteral("note"), tr("%1, about %2").arg(words::size(block.bytes), words::tokens(block.bytes / 4))},
                               {QStringLiteral("showable"), draft_.can_show(i)}});
    }
    return out;
}

bool ComposerViewModel::pasteClipboard(int begin, int end, bool selected) {
    const QClipboard* clipboard = QGuiApplication::clipboard();
    return paste(clipboard->text(selected ? QClipboard::Selection : QClipboard::Clipboard), begin, end);
}

bool ComposerViewModel::paste(const QString& text, int begin, int end) {
    if (waiting_ || !draft_.insert_block(text, begin, end)) return false;
    Q_EMIT blocksChanged();
    changed();
    return true;
}

void ComposerViewModel::removeBlock(int index) {
    if (waiting_ || !draft_.remove_block(index)) return;
    Q_EMIT blocksChanged();
    changed();
}

void ComposerViewModel::showBlock(int index) {
    if (waiting_ || !draft_.show_block(index)) return;
    Q_EMIT blocksChanged();
    changed();
}

void ComposerViewModel::keep_draft() {
    draft_timer_.stop();
    session_.save_draft(draft_.to_stored());
    update_meter();
}

/// Short drafts are counted exactly, on the engine's thread; long ones are not worth its time before they are sent.
void ComposerViewModel::update_meter() {
    session_.update_context_meter(draft_.blocks.empty() ? draft_.text : QString());
    Q_EMIT meterChanged();
}

qint64 ComposerViewModel::used() const { return session_.context_meter().used + (draft_.blocks.empty() ? 0 : draft_.bytes() / 4); }

double ComposerViewModel::meterFraction() const {
    const ContextMeter meter = session_.context_meter();
    return meter.length == 0 ? 0.0 : std::min(1.0, static_cast<double>(used()) / meter.length);
}

QString ComposerViewModel::meterText() const {
    const ContextMeter meter = session_.context_meter();
    return tr("%1 of %2").arg(words::count(used()), words::count(meter.length));
}

QString ComposerViewModel::meterShort() const { return words::count(used()); }

bool ComposerViewModel::send() {
    if (!canSend()) return false;
    if (preloading()) {
        waiting_ = true;
        Q_EMIT canSendChanged();
        return true;
    }
    Draft sent = draft_;
    take({});
    draft_timer_.stop();  // the draft stays in the store until the transaction that holds the question takes it away
    if (!session_.send(sent.whole())) {
        take(std::move(sent));
        draft_timer_.start();
        return false;
    }
    update_meter();
    draft_of_ = session_.conversation();
    return true;
}

void ComposerViewModel::takeBack() {
    waiting_ = false;
    Q_EMIT canSendChanged();
}

bool ComposerViewModel::sendText(const QString& text) {
    if (!preloading()) return !session_.busy() && session_.send(text);
    Draft prompt;
    prompt.text = text;
    take(std::move(prompt));
    return send();
}

}  // namespace soliloquy
